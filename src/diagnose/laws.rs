//! Laws of what a cluster shows: an old failure never stands against a newer success, what cannot be seen is never taken for
//! absent, the order of objects decides nothing, and no secret stays in what is handed on.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::live::{Reason, Trouble};

/// What backups on the first storage log when they fail.
const LOG: &str = "Could not connect to the endpoint URL: \"https://minio.a.example:9000/b\"\n";
/// What those on the second log.
const OTHER: &str = "An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: no\n";

/// A Backup: its hour, whether it is on the second storage, and how it ended.
type Made = (u8, bool, bool);

/// Returns the storage of a Backup.
fn storage(is_second: bool) -> &'static str {
    if is_second { "second" } else { "first" }
}

/// Returns a time of the day.
fn at(hour: u8, minute: u8) -> String {
    format!("2026-11-22T{hour:02}:{minute:02}:00Z")
}

/// Returns what the API server shows of Backups; each failed one has a pod.
fn snapshot(made: &[Made]) -> Snapshot {
    let place =
        |host: &str| json!({"type": "s3", "s3": {"bucket": "b", "endpointUrl": format!("https://{host}:9000")}});
    let block = json!({"storages": {"first": place("minio.a.example"), "second": place("minio.b.example")}});
    let cluster = json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
        "metadata": {"name": "c", "namespace": "pxc", "generation": 1},
        "spec": {"backup": block}, "status": {"state": "ready", "observedGeneration": 1}});
    let backup = |(number, (hour, is_second, is_good)): (usize, &Made)| {
        let mut status = json!({"state": if *is_good { "Succeeded" } else { "Failed" }});
        if *is_good {
            status["completed"] = at(*hour, 30).into();
        }
        json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
            "metadata": {"name": format!("b{number}"), "namespace": "pxc", "creationTimestamp": at(*hour, 0)},
            "spec": {"pxcCluster": "c", "storageName": storage(*is_second)}, "status": status})
    };
    let pod = |(number, (hour, ..)): (usize, &Made)| {
        let ended = json!({"exitCode": 1, "reason": "Error"});
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": format!("p{number}"), "namespace": "pxc", "creationTimestamp": at(*hour, 1),
                "labels": {"percona.com/backup-name": format!("b{number}")}},
            "status": {"phase": "Failed",
                "containerStatuses": [{"name": "xtrabackup", "restartCount": 0, "state": {"terminated": ended}}]}})
    };
    let failed = made.iter().enumerate().filter(|(_, (.., is_good))| !is_good);
    Snapshot {
        at: "2026-11-23T01:00:00Z".parse::<Timestamp>().unwrap(),
        namespace: "pxc".to_owned(),
        name: "c".to_owned(),
        cluster: Some(cluster),
        backups: made.iter().enumerate().map(backup).collect(),
        pods: failed.map(pod).collect(),
        ..Snapshot::default()
    }
}

/// Returns what a snapshot and the logs of its pods say of the first storage.
fn said(snapshot: &Snapshot, made: &[Made]) -> Diagnosis {
    let observed = Observed::read(snapshot);
    let log = |spoken: Spoken| {
        let number: usize = spoken.pod[1..].parse().unwrap();
        let mut scanner = Scanner::about(spoken.name(), observed.about(&spoken));
        scanner.feed(if made[number].1 { OTHER } else { LOG }.as_bytes());
        scanner.finish()
    };
    let logs = observed.logs_wanted().into_iter().map(log).collect();
    diagnose(&Evidence { logs, storage: Some("first".to_owned()), observed: Some(observed), places: Vec::new() })
}

/// Returns Backups at different hours.
fn backups() -> impl Strategy<Value = Vec<Made>> {
    proptest::collection::btree_map(0..23_u8, any::<(bool, bool)>(), 1..8)
        .prop_map(|made| made.into_iter().map(|(hour, (is_second, is_good))| (hour, is_second, is_good)).collect())
}

/// Hides parts of a snapshot, as rights that are missing do.
fn hidden(mut snapshot: Snapshot, [cluster, backups, pods]: [bool; 3]) -> Snapshot {
    let trouble = || Trouble::new(Reason::Forbidden, "may not");
    let mut hide = |is_hidden: bool, what: &str, list: &mut Vec<Value>| {
        if is_hidden {
            list.clear();
            snapshot.unseen.push(Unseen { what: what.to_owned(), trouble: trouble() });
        }
    };
    hide(backups, BACKUPS, &mut snapshot.backups);
    hide(pods, Role::Backup.pods(), &mut snapshot.pods);
    if cluster {
        snapshot.cluster = None;
        snapshot.unseen.push(Unseen { what: "the cluster itself".to_owned(), trouble: trouble() });
    }
    snapshot
}

proptest! {
    #[test]
    fn the_newest_backup_of_a_storage_decides(made in backups()) {
        let newest = made.iter().rfind(|(_, is_second, _)| !is_second);
        let found = said(&snapshot(&made), &made);
        let expected = match newest {
            Some((.., true)) => Cause::Healthy,
            Some((.., false)) => Cause::EndpointUnreachable,
            None => Cause::CannotTell,
        };
        prop_assert_eq!(found.leading.cause, expected);
        let site = found.site.unwrap();
        prop_assert_eq!(site.since.is_some(), newest.is_some_and(|(.., is_good)| !is_good));
        let second = made.iter().rfind(|(_, is_second, _)| *is_second);
        let elsewhere: Vec<Cause> = found.elsewhere.iter().map(|other| other.suspect.cause).collect();
        let fails = second.is_some_and(|(.., is_good)| !is_good);
        prop_assert_eq!(elsewhere, if fails { vec![Cause::AccessKeyUnknown] } else { Vec::new() });
    }

    #[test]
    fn what_cannot_be_seen_is_never_absent(made in backups(), parts in any::<[bool; 3]>()) {
        // The newest one fails.
        let made: Vec<Made> = made.into_iter().map(|(hour, ..)| (hour, false, hour % 2 == 1)).chain([(23, false, false)]).collect();
        let found = said(&hidden(snapshot(&made), parts), &made);
        let cause = found.leading.cause;
        prop_assert!(cause == Cause::EndpointUnreachable || cause == Cause::CannotTell && parts[2], "{:?}", cause);
        let site = found.site.unwrap();
        prop_assert_eq!(site.unseen.len(), parts.iter().filter(|part| **part).count());
        prop_assert!(parts[1] || site.since.is_some());
        prop_assert!(!parts[1] || site.last_good.is_none());
        prop_assert!(site.findings.iter().all(|finding| finding.id != "pods-gone"), "{:?}", site.findings);
    }

    #[test]
    fn the_order_of_objects_decides_nothing(made in backups(), seed in any::<u64>()) {
        let one = snapshot(&made);
        let mut other = one.clone();
        let turn = |list: &mut Vec<Value>| {
            let by = usize::try_from(seed % (list.len().max(1) as u64)).unwrap();
            list.rotate_left(by);
        };
        turn(&mut other.backups);
        turn(&mut other.pods);
        prop_assert_eq!(said(&one, &made), said(&other, &made));
    }

    #[test]
    fn no_secret_stays_and_masking_twice_is_masking_once(secret in "sesame[a-zA-Z0-9/+]{6,20}", at in 0..5_usize) {
        let mut snapshot = snapshot(&[(3, false, false)]);
        let texts = [
            format!("Get https://u:{secret}@minio:9000/: refused"),
            format!("token: {secret}"),
            format!("AWS_SECRET_ACCESS_KEY={secret}"),
            format!("line one\nAuthorization: Bearer {secret}"),
            format!("xbcloud --s3-secret-key={secret}"),
        ];
        let object = snapshot.cluster.as_mut().unwrap();
        object["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": secret});
        object["spec"]["backup"]["storages"]["first"]["containerOptions"] = json!({"env": [{"name": "ANY", "value": secret}]});
        object["spec"]["pxc"] = json!({"configuration": format!("[mysqld]\npassword={secret}\n"), "envVarsSecret": secret});
        object["status"]["message"] = json!([texts[at]]);
        snapshot.backups[0]["status"]["error"] = texts[at].clone().into();
        snapshot.pods[0]["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "X", "message": texts[at]}});
        snapshot.pods[0]["spec"] = json!({"containers": [{"env": [{"name": "K", "value": secret}]}]});
        snapshot.unseen.push(Unseen { what: "x".to_owned(), trouble: Trouble::new(Reason::CannotTell, texts[at].clone()) });
        snapshot.mask();
        let once = serde_json::to_string(&snapshot).unwrap();
        prop_assert!(!once.contains(&secret), "{}", once);
        snapshot.mask();
        prop_assert_eq!(serde_json::to_string(&snapshot).unwrap(), once);
    }
}
