//! `diagnose --cluster`: what an API server shows, to one cause.

use serde_json::{Value, json};

use crate::incident::answer::{cause, findings, is, judged, said};
use crate::incident::{FAILED, Incident, LOG, backup, collector, failed, job, lease, pod};

/// Returns an incident whose collector runs and whose cluster is ready.
fn calm() -> Incident {
    let mut incident = Incident::new();
    incident.collectors = vec![collector(&json!({"restartCount": 0, "state": {"running": {}}}))];
    incident.cluster["status"] = json!({"state": "ready", "observedGeneration": 4});
    let collected = incident.logs.iter_mut().filter(|(_, container, _)| container == "pitr");
    collected.for_each(|(.., text)| "successfully wrote binlog file binlog.000007\n".clone_into(text));
    incident.backups.remove(0);
    incident
}

#[test]
fn says_the_cause_since_when_and_what_is_about_to_be_lost() {
    let run = Incident::new().diagnosed(&[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    insta::assert_snapshot!("incident", run.stdout);
    let run = Incident::new().diagnosed(&["--format", "markdown"]);
    insta::assert_snapshot!("incident_markdown", run.stdout);
    let run = Incident::new().diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("EndpointUnreachable", "certain"));
    assert_eq!(said(&run, "/site/since/at"), "2026-11-22T03:00:00Z");
    assert_eq!(said(&run, "/site/storages"), json!(["minio-a", "minio-a-binlogs"]));
    assert_eq!(said(&run, "/site/last_good/name"), "cron-cluster1-minio-a-20261121300-372f8");
    assert_eq!(said(&run, "/evidence/0/source").as_str().unwrap().split(',').nth(1), Some(" container pitr"));
}

#[test]
fn a_newer_success_ends_what_older_logs_say() {
    let mut incident = calm();
    incident.backups.push(backup("again", "minio-a", "2026-11-22T08:00:00Z", "Succeeded"));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((run.code, cause(&run)), (0, is("Healthy", "likely")));
    assert_eq!(said(&run, "/over/0/cause"), "EndpointUnreachable");
    assert_eq!((said(&run, "/site/since"), said(&run, "/next")), (Value::Null, Value::Null));
    // One of another storage ends nothing.
    let mut incident = calm();
    incident.backups.push(backup("elsewhere", "minio-b", "2026-11-22T08:00:00Z", "Succeeded"));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("EndpointUnreachable", "likely"));
    let not = "storage `minio-b`: it took a backup at 2026-11-22T08:07:00Z";
    assert!(said(&run, "/site/not").as_array().unwrap().contains(&not.into()), "{run:?}");
}

#[test]
fn a_success_ends_what_a_collector_said_that_runs_again_and_not_of_one_that_does_not() {
    let after = |state: &Value| {
        let mut incident = Incident::new();
        // It succeeded at 08:07, on the same endpoint.
        incident.backups = vec![backup("again", "minio-a", "2026-11-22T08:00:00Z", "Succeeded")];
        (incident.jobs, incident.pods) = (Vec::new(), Vec::new());
        let ended = json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-22T08:05:00Z"}});
        incident.collectors = vec![collector(&json!({"restartCount": 12, "state": state, "lastState": ended}))];
        judged(&incident)
    };
    let waits = json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}});
    assert_eq!(after(&waits), is("EndpointUnreachable", "certain"));
    assert_ne!(after(&json!({"running": {}})).0, "EndpointUnreachable");
}

#[test]
fn what_a_later_backup_fails_of_beats_what_an_earlier_one_did() {
    let mut incident = calm();
    incident.backups.push(backup("later", "minio-a", "2026-11-22T08:00:00Z", "Failed"));
    incident.jobs.push(job("later", Some("BackoffLimitExceeded")));
    incident.pods.push(pod("xb-later-1", "later", "2026-11-22T08:00:02Z", "Failed", &failed("2026-11-22T08:01:00Z")));
    let full = "An error occurred (XMinioStorageFull) when calling the PutObject operation: full\n";
    incident.logs.push(("xb-later-1".to_owned(), "xtrabackup".to_owned(), full.to_owned()));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("StorageFull", "certain"));
    assert_eq!(
        (said(&run, "/over/0/cause"), said(&run, "/site/since/failed")),
        ("EndpointUnreachable".into(), 2.into())
    );
}

#[test]
fn what_objects_say_is_read_as_logs_are() {
    let now = "2026-11-22T09:00:00Z";
    let waiting = |reason: &str, message: &str| json!({"restartCount": 0, "state": {"waiting": {"reason": reason, "message": message}}});
    let with = |pod_state: Option<Value>, error: &str, state: &str| {
        let mut incident = calm();
        incident.backups = vec![backup("b", "minio-a", now, state)];
        incident.backups[0]["status"]["error"] = error.into();
        (incident.jobs, incident.pods, incident.logs) = (vec![job("b", None)], Vec::new(), Vec::new());
        incident.pods.extend(pod_state.map(|state| pod("xb-b-1", "b", now, "Pending", &state)));
        incident
    };
    let secret = waiting("CreateContainerConfigError", "secret \"keys\" not found");
    assert_eq!(judged(&with(Some(secret), "", "Starting")), is("SecretMissing", "certain"));
    let image = waiting("ImagePullBackOff", "Back-off pulling image \"x\"");
    assert_eq!(judged(&with(Some(image), "", "Starting")), is("ClusterWiring", "certain"));
    assert_eq!(judged(&with(None, "storage minio-a doesn't exist", "Failed")), is("ClusterWiring", "certain"));
    let mut unplaced = with(Some(json!({})), "", "Starting");
    unplaced.pods[0]["status"]["conditions"] =
        json!([{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available: 3 Insufficient cpu."}]);
    assert_eq!(judged(&unplaced), is("VolumeUnschedulable", "certain"));
    let mut warned = with(Some(waiting("ContainerCreating", "")), "", "Starting");
    warned.events = vec![json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "pxc"},
        "involvedObject": {"kind": "Pod", "name": "xb-b-1"}, "type": "Warning", "reason": "FailedMount", "count": 3,
        "message": "MountVolume.SetUp failed for volume \"ca\" : secret \"minio-ca\" not found", "lastTimestamp": "2026-11-22T09:30:00Z"})];
    let run = warned.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("SecretMissing", "certain"));
    assert_eq!(
        (said(&run, "/evidence/0/source"), said(&run, "/evidence/0/line")),
        ("event of Pod xb-b-1".into(), Value::Null)
    );
    let mut pending = with(Some(json!({})), "", "Starting");
    pending.pods[0]["status"]["conditions"] =
        json!([{"type": "PodScheduled", "status": "False", "message": "pod has unbound claims"}]);
    pending.claims = vec![
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "xb-b-20261122-1", "namespace": "pxc"},
        "spec": {"storageClassName": "gone"}, "status": {"phase": "Pending"}}),
    ];
    assert_eq!(judged(&pending).0, "VolumeUnschedulable");
}

#[test]
fn a_lease_says_who_holds_it_and_what_ends_that() {
    let mut incident = calm();
    incident.cluster["spec"]["backup"]["allowParallel"] = false.into();
    incident.backups = vec![backup("one", "minio-a", "2026-11-22T03:00:00Z", "Running")];
    incident.jobs = vec![job("one", None)];
    incident.pods = vec![pod("xb-one-1", "one", "2026-11-22T03:00:02Z", "Failed", &failed("2026-11-22T03:01:00Z"))];
    incident.logs = vec![("xb-one-1".to_owned(), "xtrabackup".to_owned(), LOG.to_owned())];
    incident.lease = Some(lease("one-uid-one"));
    let finding = |incident: &Incident| {
        let run = incident.diagnosed(&["--format", "json"]);
        assert_eq!(cause(&run).0, "EndpointUnreachable", "{run:?}");
        (said(&run, "/site/findings/0/id"), said(&run, "/site/findings/0/hint"))
    };
    let ends = "kubectl patch job xb-one -n pxc --type merge -p '{\"spec\":{\"activeDeadlineSeconds\":1}}'";
    assert_eq!(finding(&incident), ("lease-held".into(), ends.into()));
    incident.lease = Some(lease("gone-uid"));
    assert_eq!(
        finding(&incident),
        ("lease-leaked".into(), "kubectl delete lease pxc-cluster1-backup-lock -n pxc".into())
    );
    incident.lease = None;
    assert_eq!(finding(&incident).0, Value::Null);
}

#[test]
fn a_due_run_without_a_backup_is_evidence() {
    let mut incident = calm();
    incident.backups.truncate(1);
    (incident.jobs, incident.pods) = (Vec::new(), Vec::new());
    incident.cluster["status"]["state"] = "initializing".into();
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("DatabaseSide", "likely"), "{run:?}");
    assert_eq!(
        (said(&run, "/site/since/missed"), said(&run, "/site/since/at")),
        (1.into(), "2026-11-22T03:00:00Z".into())
    );
    assert_eq!(findings(&incident), ["not-ready"]);
    incident.cluster["status"]["state"] = "ready".into();
    let run = incident.diagnosed(&[]);
    assert!(run.code == 4 && run.stdout.contains("no Backup object for the run due 2026-11-22T03:00:00Z"), "{run:?}");
}

#[test]
fn messages_of_long_ago_name_no_cause() {
    let mut incident = calm();
    (incident.jobs, incident.pods, incident.logs) = (Vec::new(), Vec::new(), Vec::new());
    incident.backups = vec![backup("ok", "minio-a", "2026-11-22T09:00:00Z", "Succeeded")];
    incident.cluster["status"]["message"] = json!(["wrong PXC options: validate cr: storage gone doesn't exist"]);
    assert_eq!(judged(&incident), is("Healthy", "certain"));
    assert_eq!(findings(&incident), ["messages-stale"]);
    incident.cluster["status"]["state"] = "error".into();
    assert_eq!(judged(&incident), is("ClusterWiring", "likely"));
    assert_eq!(findings(&incident), ["not-ready", "messages-stale"]);
}

#[test]
fn of_two_places_that_fail_the_last_leads_and_the_other_is_said() {
    let mut incident = calm();
    incident.backups.push(backup("b", "minio-b", "2026-11-22T05:00:00Z", "Failed"));
    incident.jobs.push(job("b", Some("BackoffLimitExceeded")));
    incident.pods.push(pod("xb-b-1", "b", "2026-11-22T05:00:02Z", "Failed", &failed("2026-11-22T05:01:00Z")));
    let unknown = "An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: no\n";
    incident.logs.push(("xb-b-1".to_owned(), "xtrabackup".to_owned(), unknown.to_owned()));
    let of = |args: &[&str]| {
        let run = incident.diagnosed(&[args, &["--format", "json"]].concat());
        (cause(&run).0, said(&run, "/elsewhere/0/suspect/cause"), said(&run, "/elsewhere/0/storages/0"))
    };
    assert_eq!(of(&[]), ("AccessKeyUnknown".to_owned(), "EndpointUnreachable".into(), "minio-a".into()));
    assert_eq!(
        of(&["--storage", "minio-a"]),
        ("EndpointUnreachable".to_owned(), "AccessKeyUnknown".into(), "minio-b".into())
    );
    let text = incident.diagnosed(&[]).stdout;
    assert!(text.contains("\n  elsewhere storage `minio-a`, `minio-a-binlogs`: EndpointUnreachable: "), "{text}");
    assert!(text.ends_with("next  leeward plan --cluster pxc/cluster1 --storage minio-b --action rotate\n"), "{text}");
}

#[test]
fn of_the_operator_s_log_only_the_lines_about_the_cluster_count() {
    let mut incident = calm();
    (incident.jobs, incident.pods, incident.logs) = (Vec::new(), Vec::new(), Vec::new());
    let line = |name: &str, error: &str| {
        format!(
            "2026-11-22T09:00:00.000Z ERROR Reconciler error {{\"namespace\": \"pxc\", \"name\": \"{name}\", \"error\": \"{error}\"}}\n"
        )
    };
    let log = line("other", "wrong PXC options: validate cr: storage x doesn't exist")
        + &line(FAILED, "create backup job: secret \\\"keys\\\" not found");
    incident.operators = vec![
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "operator-1", "namespace": "operators"},
        "status": {"phase": "Running", "containerStatuses": [{"name": "percona", "restartCount": 0, "state": {"running": {}}}]}}),
    ];
    incident.logs = vec![("operator-1".to_owned(), "percona".to_owned(), log)];
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("SecretMissing", "likely"), "{run:?}");
    assert_eq!(said(&run, "/looked_at/1"), json!({"name": "pod operator-1, container percona", "lines": 1}));
}

#[test]
fn a_backup_without_any_pod_is_one_that_does_not_get_on() {
    let mut incident = calm();
    incident.backups = vec![backup("b", "minio-a", "2026-11-22T09:00:00Z", "Starting")];
    (incident.jobs, incident.pods, incident.logs) = (vec![job("b", None)], Vec::new(), Vec::new());
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((run.code, said(&run, "/site/since/unfinished")), (4, 1.into()), "{run:?}");
    incident.events = vec![json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "pxc"},
        "involvedObject": {"kind": "Job", "name": "xb-b"}, "type": "Warning", "reason": "FailedCreate",
        "message": "Error creating: pods \"xb-b-x\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=9, limited: pods=9",
        "lastTimestamp": "2026-11-22T09:30:00Z"})];
    assert_eq!(judged(&incident), is("VolumeUnschedulable", "certain"));
    // One that was asked for a moment ago is no trouble yet.
    incident.backups[0]["metadata"]["creationTimestamp"] = "2026-11-22T09:58:00Z".into();
    incident.events.clear();
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(said(&run, "/site/since"), Value::Null, "{run:?}");
}

#[test]
fn a_volume_has_no_endpoint_and_a_full_one_is_named() {
    let mut incident = calm();
    let claim = json!({"persistentVolumeClaim": {"resources": {"requests": {"storage": "1G"}}}});
    incident.cluster["spec"]["backup"]["storages"]["nas"] = json!({"type": "filesystem", "volume": claim});
    incident.backups = vec![backup("b", "nas", "2026-11-22T09:00:00Z", "Failed")];
    incident.jobs = vec![job("b", Some("BackoffLimitExceeded"))];
    incident.pods = vec![pod("xb-b-1", "b", "2026-11-22T09:00:02Z", "Failed", &failed("2026-11-22T09:01:00Z"))];
    let full = "xbstream: Can't write 8192 bytes: No space left on device\n";
    incident.logs.push(("xb-b-1".to_owned(), "xtrabackup".to_owned(), full.to_owned()));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!(cause(&run), is("BufferFull", "certain"), "{run:?}");
    assert_eq!((said(&run, "/site/endpoint"), said(&run, "/site/storages")), (Value::Null, json!(["nas"])));
    let next = said(&run, "/next");
    assert!(next.as_str().unwrap().starts_with("leeward diagnose --cluster pxc/cluster1 --storage nas"), "{next}");
}

#[test]
fn a_year_of_backups_is_read_as_one_night_is() {
    let mut incident = calm();
    let old = |number: usize| {
        let state = if number.is_multiple_of(3) { "Failed" } else { "Succeeded" };
        let day = format!("2025-{:02}-{:02}T03:00:00Z", 1 + number / 28 % 12, 1 + number % 28);
        backup(&format!("old-{number}"), "minio-a", &day, state)
    };
    incident.backups.extend((0..2_000).map(old));
    let run = incident.diagnosed(&["--format", "json"]);
    assert_eq!((cause(&run).0.as_str(), said(&run, "/site/since/failed")), ("EndpointUnreachable", 1.into()));
    assert!(said(&run, "/site/objects").as_str().unwrap().starts_with("2002 Backups, "), "{run:?}");
}
