//! The checks have teeth: what the runbook would have done to a result is refused by the row that speaks of it.

use serde_json::{Value, json};

use crate::data::{Crd, files_and_program};
use crate::estate::{Estate, FAILED, ROOT};
use crate::matrix::{Tally, tell};
use crate::rows::{Case, ROWS};
use crate::story::{Move, STORIES, Stage, Story};

/// How a result is spoilt.
type Spoil = fn(&mut Case);

/// What the runbook does, or would lead to, and the row (by its number) that has to refuse it.
const SPOILT: [(usize, Spoil); 26] = [
    (0, |case| {
        case.after.0.push(json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "temp-backup-storage"}}));
    }),
    (0, |case| {
        add(case, "buffer", json!({"type": "filesystem", "volume": {"persistentVolumeClaim": {"claimName": "x"}}}));
    }),
    (0, |case| add(case, "buffer", json!({"type": "filesystem", "volume": {"hostPath": {"path": "/"}}}))),
    (1, |case| {
        case.after.backup_mut()["storages"]["minio-a"]["s3"]["endpointUrl"] = json!("https://minio.b.example:9000");
    }),
    (1, |case| drop(case.after.backup_mut()["storages"].as_object_mut().unwrap().remove("minio-a"))),
    (2, |case| add(case, "minio-secondary", json!({"type": "s3", "s3": {"bucket": "b"}}))),
    (2, |case| drop(new_s3(case).remove("credentialsSecret"))),
    (2, |case| drop(new_s3(case).insert("bucket".to_owned(), json!("")))),
    (2, |case| case.after.backup_mut()["schedule"][0]["storageName"] = json!("minio-a")),
    (3, |case| case.after.0.push(json!({"kind": "Deployment", "metadata": {"name": "backup"}}))),
    (3, |case| drop(case.after.0.pop())),
    (4, |case| drop(new_s3(case).insert("endpointUrl".to_owned(), json!("minio.b.example:9000")))),
    (4, |case| drop(new_s3(case).insert("endpointUrl".to_owned(), json!(FAILED)))),
    (4, |case| {
        drop(case.files.insert(format!("{ROOT}/recovery/x/job.yaml"), (String::new(), "mc ls local/x".to_owned())));
    }),
    (5, |case| case.files.clear()),
    (5, |case| drop(case.files.insert("base/pxc/cr.yaml".to_owned(), ("a".to_owned(), "b".to_owned())))),
    (5, |case| case.report.push_str("kubectl patch pxc cluster1")),
    (6, |case| case.report = case.report.replace("retention-frozen", "x")),
    (7, |case| case.after.backup_mut()["pitr"]["enabled"] = json!(true)),
    (8, |case| case.after.backup_mut()["schedule"][0]["name"] = json!("daily")),
    (9, |case| case.after.backup_mut()["pitr"] = json!({"enabled": true, "storageName": "fs-pvc"})),
    (10, |case| add(case, "buffer", json!({"type": "filesystem", "volume": {}}))),
    (11, |case| {
        case.after.backup_mut()["schedule"][0]["storageName"] =
            case.after.backup()["schedule"][1]["storageName"].clone();
    }),
    (12, |case| case.after.0.retain(|object| object["kind"] != "ExternalSecret")),
    (13, |case| case.after.backup_mut()["schedule"][0]["name"] = json!("d".repeat(58))),
    (14, |case| drop(case.after.backup_mut()["schedule"][0].as_object_mut().unwrap().remove("retention"))),
];

/// Adds a storage entry.
fn add(case: &mut Case, name: &str, entry: Value) {
    case.after.backup_mut()["storages"][name] = entry;
}

/// Returns the `s3` block of the entry that the first schedule moved to.
fn new_s3(case: &mut Case) -> &mut serde_json::Map<String, Value> {
    let backup = case.after.backup_mut();
    let name = backup["schedule"][0]["storageName"].as_str().unwrap().to_owned();
    backup["storages"][name]["s3"].as_object_mut().unwrap()
}

/// Returns the last result of a story on 1.19.
fn told(name: &str, steps: usize) -> Option<Case> {
    let files = files_and_program(name)?;
    let story = STORIES.iter().find(|story| story.r#move == Move::Failover).unwrap();
    let story = Story { steps: &story.steps[..steps], ..*story };
    tell(&files, &Crd::of(&files, "1.19.0"), &Estate::of("1.19.0"), &story, &mut Tally::default())
}

#[test]
fn every_row_refuses_what_the_runbook_would_do() {
    let Some(good) = told("every_row_refuses_what_the_runbook_would_do", 2) else { return };
    assert_eq!(good.stage, Stage::Protect);
    for (number, (row, spoil)) in SPOILT.iter().enumerate() {
        let mut case = good.clone();
        spoil(&mut case);
        assert!((ROWS[*row].1)(&case).is_err(), "`{}` lets spoiling {number} through", ROWS[*row].0);
    }
}

#[test]
fn the_row_on_binlogs_refuses_another_place_or_trust() {
    let Some(good) = told("the_row_on_binlogs_refuses_another_place_or_trust", 4) else { return };
    assert_eq!(good.stage, Stage::Resume);
    let check = ROWS[15].1;
    assert_eq!(check(&good), Ok(()));
    for (field, value) in [("credentialsSecret", "other"), ("endpointUrl", "https://minio.c.example")] {
        let mut case = good.clone();
        case.after.backup_mut()["storages"]["minio-b-binlogs"]["s3"][field] = json!(value);
        assert!(check(&case).is_err(), "{field}");
    }
}

#[test]
fn every_row_has_something_that_it_refuses() {
    let refused = |row: usize| row == 15 || SPOILT.iter().any(|(spoilt, _)| *spoilt == row);
    assert!((0..ROWS.len()).all(refused));
}
