//! Storages that are missing, or go while something uses them.

use serde_json::{Value, json};

use super::super::bench::{Bench, name};
use super::{elsewhere, schedule};
use crate::bed::Bed;
use crate::fidelity::merge;
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
    bench.logs(&["Another backup is holding the lock", "\"name\":\"two\"", &bench.here()]);
    let holder = lease(&bench).unwrap();
    assert!(holder.as_str().is_some_and(|holder| holder.starts_with("one-")), "{holder}");
    let two = bench.some_backup(START, |all| all.iter().find(|one| name(one) == "two").cloned());
    assert_eq!(two["status"].get("state"), None, "{two}");
    // A Backup that has failed may be deleted: it gives the lease back.
    bench.delete("one");
    bench.percona.pod_of(&bench.namespace, "two").unwrap();
}

/// A Backup that never ends holds the rest up where one at a time is allowed; the command of our hint ends its Job.
pub(super) fn lease_held(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({"allowParallel": false, "storages": {"second": elsewhere("second")}}));
    let plan = bench.warns(&json!({}), &["--storage", "minio", "--to", "minio-b"], "backup-lease");
    bench.back_up("one", "minio");
    bench.percona.backup(&bench.namespace, "one", "Running").unwrap();
    bench.back_up("two", "second");
    bench.logs(&["Another backup is holding the lock", "\"name\":\"two\"", &bench.here()]);
    let (_, cure) = plan.hint("backup-lease").unwrap().split_once("; ").unwrap();
    bench.shell(&cure.replace("BACKUP", "one"));
    bench.percona.backup(&bench.namespace, "one", "Failed").unwrap();
    bench.percona.pod_of(&bench.namespace, "two").unwrap();
}

/// An unfinished Backup that is deleted: its Job stays behind, on its way out for ever.
pub(super) fn deleted(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({}));
    bench.back_up("one", "minio");
    bench.percona.backup(&bench.namespace, "one", "Running").unwrap();
    bench.delete("one");
    let job = until(START, || {
        let jobs = bench.read("/apis/batch/v1", "jobs")?;
        let is_going = |job: &&Value| name(job) == "xb-one" && job["metadata"].get("deletionTimestamp").is_some();
        jobs.iter().find(is_going).cloned().ok_or(format!("{}", json!(jobs)))
    });
    assert!(bench.backups().is_empty());
    assert_eq!(job.unwrap()["metadata"]["finalizers"], json!(["internal.percona.com/keep-job"]));
}

/// A Secret that goes while a Backup names it: the Backup cannot be deleted any more.
pub(super) fn without_its_secret(bed: &Bed) {
    let bench =
        Bench::ready(bed, &json!({"pitr": {"enabled": false}, "schedule": [schedule("often", "* * * * *", "minio")]}));
    let rotate = ["--action", "rotate", "--storage", "minio", "--credentials-secret", "new-keys"];
    bench.warns(&json!({}), &rotate, "old-secret");
    let backup = bench.scheduled("often", "minio");
    bench.succeed(name(&backup));
    bench.percona.cluster.kubectl(&["delete", "secret", "keys", "-n", &bench.namespace]).unwrap();
    bench.delete(name(&backup));
    bench.logs(&["failed to delete backup", "Secret \\\"keys\\\" not found"]);
    let all = bench.backups();
    let left = all.iter().find(|one| name(one) == name(&backup)).unwrap();
    assert!(left["metadata"].get("deletionTimestamp").is_some(), "{left}");
}

/// Storages that the operator reads otherwise than written.
pub(super) fn misread(bed: &Bed) {
    let s3 = |over: Value| {
        let mut storage = elsewhere("b");
        merge(&mut storage["s3"], &over);
        storage
    };
    let storages = json!({
        "no-bucket": s3(json!({"bucket": null})), "slash": s3(json!({"prefix": "/c1"})),
        "no-claim": {"type": "filesystem", "volume": {"emptyDir": {}}},
    });
    let bench = Bench::ready(bed, &json!({"pitr": {"enabled": false}, "storages": storages}));
    for (storage, finding) in
        [("no-bucket", "bucket-empty"), ("slash", "prefix-slash"), ("no-claim", "volume-unusable")]
    {
        bench.refuses(&json!({}), &["--storage", "minio", "--to", storage], finding);
        bench.back_up(storage, storage);
    }
    let of = |storage: &str| {
        bench.percona.backup(&bench.namespace, storage, "Running").unwrap()["status"]["destination"].clone()
    };
    let is_at = |storage: &str, start: &str| of(storage).as_str().is_some_and(|place| place.starts_with(start));
    // With an empty bucket the image's script writes into the pod and says that all is well (operator.md 1).
    assert!(is_at("no-bucket", "s3:///db-"));
    assert_eq!(variable(&bench, "no-bucket", "S3_BUCKET").get("value"), None);
    // What is recorded is not where it lies.
    assert!(is_at("slash", "s3://b/c1/db-"));
    let path = variable(&bench, "slash", "S3_BUCKET_PATH");
    assert!(path["value"].as_str().unwrap().starts_with("/c1/db-"), "{path}");
    bench.logs(&["Observed a panic", "nil pointer dereference", "\"name\":\"no-claim\"", &bench.here()]);
}

/// Returns a variable of a Backup's pod.
fn variable(bench: &Bench<'_>, backup: &str, name: &str) -> Value {
    let pod = bench.percona.pod_of(&bench.namespace, backup).unwrap();
    let variables = pod["spec"]["containers"][0]["env"].as_array().unwrap();
    variables.iter().find(|variable| variable["name"] == name).unwrap().clone()
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
