//! `diagnose --cluster` where nothing failed: what proves that the next backup succeeds, and what does not.

use serde_json::{Value, json};

use crate::incident::answer::{cause, findings, is, judged, said};
use crate::incident::{Incident, backup, collector, job, pod};

/// Returns a cluster whose newest backup succeeded at 08:07, two hours ago.
fn sound() -> Incident {
    let mut incident = Incident::new();
    incident.collectors = vec![collector(&json!({"restartCount": 0, "state": {"running": {}}}))];
    incident.cluster["status"] = json!({"state": "ready", "observedGeneration": 4});
    incident.backups = vec![backup("good", "minio-a", "2026-11-22T08:00:00Z", "Succeeded")];
    (incident.jobs, incident.pods, incident.logs) = (Vec::new(), Vec::new(), Vec::new());
    let collected = "successfully wrote binlog file binlog.000007\n".to_owned();
    incident.logs.push(("cluster1-pitr-7d9c-abcde".to_owned(), "pitr".to_owned(), collected));
    incident
}

/// Returns a sound cluster with a Backup that runs in a pod that runs.
fn running(created: &str, state: &str) -> Incident {
    let mut incident = sound();
    incident.backups.insert(0, backup("before", "minio-a", "2026-11-21T08:00:00Z", "Succeeded"));
    incident.backups.truncate(1);
    incident.backups.push(backup("long", "minio-a", created, state));
    incident.jobs = vec![job("long", None)];
    incident.pods =
        vec![pod("xb-long-1", "long", created, "Running", &json!({"restartCount": 0, "state": {"running": {}}}))];
    incident.logs.push(("xb-long-1".to_owned(), "xtrabackup".to_owned(), "[INFO] Garbd was started\n".to_owned()));
    incident
}

#[test]
fn a_newest_run_that_succeeded_is_the_proof() {
    assert_eq!(judged(&sound()), is("Healthy", "certain"));
}

#[test]
fn a_paused_cluster_makes_no_next_backup() {
    let mut incident = sound();
    incident.cluster["spec"]["pause"] = true.into();
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((run.code, cause(&run)), (4, is("CannotTell", "possible")), "{run:?}");
    assert_eq!(findings(&incident), ["paused"]);
}

#[test]
fn without_a_schedule_nobody_knows_of_a_next_backup() {
    let mut incident = sound();
    incident.cluster["spec"]["backup"]["schedule"] = json!([]);
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((run.code, cause(&run)), (0, is("Healthy", "possible")), "{run:?}");
    assert_eq!(findings(&incident), ["no-schedule"]);
}

#[test]
fn a_backup_that_runs_far_longer_than_any_before_is_not_taken_for_one_that_gets_on() {
    // The one before took seven minutes; two hours are the least that is waited for.
    assert_eq!(findings(&running("2026-11-22T08:30:00Z", "Running")), [""; 0]);
    for state in ["Running", "Starting"] {
        let incident = running("2026-11-22T07:30:00Z", state);
        let run = incident.diagnosed(&["--format", "json"]);
        assert_eq!((run.code, cause(&run)), (4, is("CannotTell", "possible")), "{run:?}");
        assert_eq!(findings(&incident), ["backup-endless"]);
        assert_eq!(
            said(&run, "/site/findings/0/fact"),
            format!(
                "Backup `long` on `minio-a` has been {state} for 2 h, and the longest that succeeded took 7 min: how it ends is not known"
            )
        );
        assert_eq!((said(&run, "/site/since/unfinished"), said(&run, "/site/since/failed")), (1.into(), 0.into()));
    }
    // Its log is read, and may tell.
    let mut incident = running("2026-11-22T07:30:00Z", "Running");
    let busy = "xbcloud: S3 error message: XMinioStorageFull\n";
    incident.logs.last_mut().unwrap().2 = busy.to_owned();
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("StorageFull", "certain"), "{run:?}");
}

#[test]
fn a_backup_that_may_still_get_on_is_not_to_be_ended() {
    let mut incident = running("2026-11-22T07:30:00Z", "Running");
    incident.cluster["spec"]["backup"]["allowParallel"] = false.into();
    incident.lease = Some(crate::incident::lease("long-uid-long"));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(findings(&incident), ["lease-held", "backup-endless"], "{run:?}");
    assert_eq!(said(&run, "/site/findings/0/hint"), Value::Null);
}

#[test]
fn an_error_without_a_collector_may_be_the_storage_s() {
    let mut incident = sound();
    incident.cluster["status"]["state"] = "error".into();
    incident.collectors.clear();
    incident.logs.clear();
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((run.code, cause(&run)), (4, is("CannotTell", "possible")), "{run:?}");
    assert_eq!(findings(&incident), ["collector-gone", "not-ready"]);
    incident.cluster["spec"]["backup"]["pitr"]["enabled"] = false.into();
    assert_eq!(judged(&incident), is("DatabaseSide", "likely"));
}

#[test]
fn what_the_operator_cannot_reach_beside_the_storages_speaks_against_none() {
    let mut incident = sound();
    let line = |error: &str| {
        format!(
            "2026-11-22T09:00:00.000Z ERROR x {{\"namespace\": \"pxc\", \"name\": \"cluster1\", \"error\": \"{error}\"}}\n"
        )
    };
    let log = line(
        "failed to check version: Post \\\"https://check.percona.com/versions/v1\\\": dial tcp: lookup check.percona.com: no such host",
    ) + &line("Get \\\"https://hooks.corp/v1\\\": dial tcp: lookup hooks.corp: no such host");
    incident.operators = vec![
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "operator-1", "namespace": "operators"},
        "status": {"phase": "Running", "containerStatuses": [{"name": "percona", "restartCount": 0, "state": {"running": {}}}]}}),
    ];
    incident.logs.push(("operator-1".to_owned(), "percona".to_owned(), log));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((run.code, cause(&run)), (0, is("Healthy", "certain")), "{run:?}");
    assert_eq!(said(&run, "/next"), Value::Null);
    let notes = said(&run, "/notes").to_string();
    assert!(notes.contains("`check.percona.com:443`") && notes.contains("`hooks.corp:443`"), "{notes}");
}
