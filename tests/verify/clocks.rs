//! Reruns where clocks differ, and where the change moves on while a test backup runs: never a second one beside the first.

use serde_json::{Value, json};

use crate::scene::{BACKUP, Scene};

/// The kind's plural.
const BACKUPS: &str = "perconaxtradbclusterbackups";
/// The flag that names the first test backup.
const NAMED: [&str; 2] = ["--backup", "leeward-minio-a-1122-1"];

/// Returns the scene with a merge of a date; the API server's clock says 10:00:00.
fn merged_at(at: &str) -> Scene {
    let scene = Scene::proposed();
    scene.merge();
    let merge = scene.dated(at);
    scene.apply(&merge);
    scene
}

/// Runs the verb and returns outcome and fact of the check of the backup, and the command that comes next.
fn backup(scene: &Scene, now: &str, more: &[&str]) -> (String, String, String) {
    let run = scene.verify_at(now, &[&["--timeout", "0", "--format", "json"], more].concat());
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let check = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == "backup");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let check = check.unwrap_or_else(|| panic!("{answer:#}"));
    (text(&check["outcome"]), text(&check["fact"]), text(&answer["next"]))
}

/// The status of a backup that succeeded where Git says.
fn succeeded() -> Value {
    json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z",
        "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full",
        "s3": {"bucket": "pxc-dr/clusters/prod-a/pxc/cluster1/daily", "endpointUrl": "https://minio.b.example:9000"}})
}

#[test]
fn a_rerun_follows_its_own_however_far_the_clocks_are_apart() {
    // An API server 20 s behind whoever merged, and a merge ten minutes ahead of everybody.
    for merged in ["2026-11-22T10:00:20Z", "2026-11-22T10:10:00Z"] {
        let scene = merged_at(merged);
        for now in ["2026-11-22T10:00:30Z", "2026-11-22T10:00:40Z", "2026-11-22T10:11:00Z"] {
            let (outcome, _, next) = backup(&scene, now, &["--test-backup"]);
            assert_eq!(outcome, "waiting");
            let start = "leeward verify --incident minio-a-1122 --kubeconfig ../kubeconfig ";
            assert_eq!(next, start.to_owned() + &NAMED.join(" "));
        }
        assert_eq!(scene.api.all(BACKUPS).len(), 1, "{merged}");
        assert_eq!(backup(&scene, "2026-11-22T10:00:50Z", &NAMED).0, "waiting", "what `next` says can be typed");
        scene.api.change(BACKUP, |backup| backup["status"] = succeeded());
        for more in [&[][..], &["--test-backup"], &NAMED] {
            assert_eq!(backup(&scene, "2026-11-22T10:05:00Z", more).0, "passed", "{merged} {more:?}");
        }
        assert_eq!(scene.api.all(BACKUPS).len(), 1, "{merged}");
    }
}

#[test]
fn any_other_counts_from_the_date_of_the_merge_on_and_both_times_are_told() {
    let scene = merged_at("2026-11-22T10:10:00Z");
    scene.api.put(
        json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup", "status": succeeded(),
        "metadata": {"name": "cron-1", "namespace": "pxc-a", "creationTimestamp": "2026-11-22T10:01:00Z"},
        "spec": {"pxcCluster": "cluster1", "storageName": "minio-b-daily"}}),
    );
    for now in ["2026-11-22T10:01:00Z", "2026-11-22T10:02:00Z"] {
        let (outcome, fact, _) = backup(&scene, now, &[]);
        let want = "no backup was made on `minio-b-daily`, `minio-b-weekly` since the change came at 2026-11-22T10:10:00Z, \
                    which is still to come by this clock: until then only one of `--test-backup` counts";
        assert_eq!((outcome.as_str(), fact.as_str()), ("cannot-tell", want));
        let (outcome, fact, _) = backup(&scene, now, &["--backup", "cron-1"]);
        let want = "`cron-1` was made at 2026-11-22T10:01:00Z by the API server's clock, before the change came at \
                    2026-11-22T10:10:00Z by the clock of its commit";
        assert_eq!((outcome.as_str(), fact.as_str()), ("failed", want));
    }
}

#[test]
fn one_that_was_made_for_an_earlier_state_of_the_change_is_waited_for_and_proves_nothing() {
    let now = "2026-11-22T10:30:00Z";
    let scene = Scene::applied();
    backup(&scene, now, &["--test-backup"]);
    scene.api.change(BACKUP, |backup| backup["status"] = json!({"state": "Running"}));
    scene.with_another_secret();
    let (outcome, fact, next) = backup(&scene, now, &["--test-backup"]);
    let want = "`leeward-minio-a-1122-1` is Running; it was made for another state of the change, and one that proves this is \
                made after it";
    assert_eq!((outcome.as_str(), fact.as_str()), ("waiting", want));
    assert_eq!(next, "leeward verify --incident minio-a-1122 --kubeconfig ../kubeconfig --test-backup");
    assert_eq!(scene.api.all(BACKUPS).len(), 1, "none is made beside it");
    scene.api.change(BACKUP, |backup| {
        backup["status"] = succeeded();
        backup["metadata"]["creationTimestamp"] = "2026-11-22T10:29:00Z".into();
    });
    let (outcome, fact, _) = backup(&scene, now, &NAMED);
    let want = "`leeward-minio-a-1122-1` was made for another state of the change than Git has now, and proves nothing of \
                this one";
    assert_eq!((outcome.as_str(), fact.as_str()), ("failed", want));
    assert_eq!(backup(&scene, now, &["--test-backup"]).0, "waiting");
    let changes: Vec<Value> =
        scene.api.all(BACKUPS).iter().map(|backup| backup["metadata"]["labels"]["leeward/change"].clone()).collect();
    assert!(changes.len() == 2 && changes[0] != changes[1], "{changes:?}");
}

#[test]
fn one_that_is_being_deleted_proves_nothing_although_it_succeeded() {
    let scene = Scene::applied();
    backup(&scene, "2026-11-22T10:00:00Z", &["--test-backup"]);
    scene.api.change(BACKUP, |backup| {
        backup["status"] = succeeded();
        backup["metadata"]["deletionTimestamp"] = "2026-11-22T10:06:00Z".into();
        backup["metadata"]["finalizers"] = json!(["percona.com/delete-backup"]);
    });
    let fact = "`leeward-minio-a-1122-1` Succeeded, and is being deleted since 2026-11-22T10:06:00Z";
    for more in [&[][..], &NAMED] {
        let seen = backup(&scene, "2026-11-22T10:07:00Z", more);
        assert_eq!(seen, ("failed".to_owned(), fact.to_owned(), String::new()), "{more:?}");
    }
}
