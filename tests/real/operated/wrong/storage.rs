//! Storages that are missing, or go while something uses them.

use serde_json::{Value, json};

use super::super::bench::{Bench, name};
use super::{elsewhere, schedule};
use crate::bed::Bed;
use crate::percona::START;
use crate::room::until;

/// A schedule on a storage that is missing: the whole cluster is refused, and every unfinished Backup is failed for good.
pub(super) fn missing(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({}));
    let wrong = json!({"schedule": [schedule("daily", "0 0 * * *", "gone")]});
    bench.refuses(&wrong, &["--storage", "minio", "--to", "minio-b"], "storage-dangling");
    bench.back_up("running", "minio");
    let pod = bench.percona.pod_of(&bench.namespace, "running").unwrap();
    bench.percona.backup(&bench.namespace, "running", "Running").unwrap();
    bench.patch(&wrong);
    let broken = bench.state("error");
    let why = "validate cr: storage gone doesn't exist";
    assert_eq!(broken["status"]["message"], json!([format!("Error: {why}")]));
    assert_ne!(broken["status"]["observedGeneration"], broken["metadata"]["generation"]);
    let failed = bench.percona.backup(&bench.namespace, "running", "Failed").unwrap();
    assert_eq!(failed["status"]["error"], json!(format!("wrong PXC options: {why}")));
    bench.patch(&json!({"schedule": [schedule("daily", "0 0 * * *", "minio")]}));
    bench.taken();
    // What the Job writes from here on, nobody counts and nobody prunes.
    assert_eq!(phase(&bench, name(&pod)), json!("Running"));
    bench.percona.backup(&bench.namespace, "running", "Failed").unwrap();
    bench.back_up("late", "gone");
    let late = bench.percona.backup(&bench.namespace, "late", "Failed").unwrap();
    assert_eq!(late["status"]["error"], json!("storage gone doesn't exist"));
}

/// A storage that goes while a Backup runs there: the Backup fails, and where one at a time is allowed, holds the rest up.
pub(super) fn removed(bed: &Bed) {
    let block = json!({"allowParallel": false, "storages": {"second": elsewhere("second")}});
    let bench = Bench::ready(bed, &block);
    bench.warns(&json!({}), &["--storage", "minio", "--to", "minio-b"], "backup-lease");
    bench.back_up("one", "second");
    let pod = bench.percona.pod_of(&bench.namespace, "one").unwrap();
    bench.percona.backup(&bench.namespace, "one", "Running").unwrap();
    bench.patch(&json!({"storages": {"second": null}}));
    let failed = bench.percona.backup(&bench.namespace, "one", "Failed").unwrap();
    assert_eq!(failed["status"]["error"], json!("storage second doesn't exist"));
    assert_eq!(phase(&bench, name(&pod)), json!("Running"));
    bench.back_up("two", "minio");
    bench.logs(&["Another backup is holding the lock", "\"name\":\"two\""]);
    let holder = lease(&bench).unwrap();
    assert!(holder.as_str().is_some_and(|holder| holder.starts_with("one-")), "{holder}");
    let two = bench.some_backup(START, |all| all.iter().find(|one| name(one) == "two").cloned());
    assert_eq!(two["status"].get("state"), None, "{two}");
    // A Backup that has failed may be deleted: it gives the lease back.
    bench.delete("one");
    bench.percona.pod_of(&bench.namespace, "two").unwrap();
}

/// Returns the phase of a pod.
fn phase(bench: &Bench<'_>, pod: &str) -> Value {
    let pods = bench.read("/api/v1", "pods").unwrap();
    pods.iter().find(|one| name(one) == pod).unwrap()["status"]["phase"].clone()
}

/// Returns who holds the lease that lets one backup run at a time.
fn lease(bench: &Bench<'_>) -> Result<Value, String> {
    until(START, || {
        let leases = bench.read("/apis/coordination.k8s.io/v1", "leases")?;
        let lease = leases.iter().find(|lease| name(lease) == "pxc-db-backup-lock");
        lease.map(|lease| lease["spec"]["holderIdentity"].clone()).ok_or(format!("{}", json!(leases)))
    })
}
