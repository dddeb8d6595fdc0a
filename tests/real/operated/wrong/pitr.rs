//! Places for binlogs that stop every backup, also those to places that work.

use serde_json::{Value, json};

use super::super::bench::{Bench, name};
use super::{elsewhere, schedule};
use crate::bed::Bed;
use crate::percona::START;
use crate::room::until;

/// What every recovery of these clusters is asked for.
const FAILOVER: [&str; 4] = ["--storage", "minio", "--to", "minio-b"];

/// Binlogs on a storage that is missing.
pub(super) fn missing(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({}));
    let wrong = json!({"pitr": {"storageName": "gone"}});
    bench.refuses(&wrong, &FAILOVER, "storage-dangling");
    bench.patch(&wrong);
    says(&bench, "validate cr: pitr storage gone doesn't exist");
}

/// Binlogs on a filesystem: no backup runs, until they are off.
pub(super) fn filesystem(bed: &Bed) {
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1G"}}});
    let nas = json!({"type": "filesystem", "volume": {"persistentVolumeClaim": claim}});
    let bench = Bench::ready(bed, &json!({"storages": {"nas": nas, "second": elsewhere("second")}}));
    let wrong = json!({"pitr": {"storageName": "nas"}});
    bench.refuses(&wrong, &FAILOVER, "pitr-filesystem");
    bench.patch(&wrong);
    says(&bench, "nas storage has unsupported type filesystem");
    blocked(&bench);
    bench.patch(&json!({"pitr": {"enabled": false}}));
    bench.percona.pod_of(&bench.namespace, "one").unwrap();
}

/// Binlogs on a bucket that died. Played: that the collector ends on the first error and is started again and again.
pub(super) fn dead(bed: &Bed) {
    let block = json!({
        "storages": {"second": elsewhere("second")},
        "schedule": [schedule("often", "* * * * *", "second"), schedule("daily", "0 0 * * *", "minio")],
    });
    let bench = Bench::ready(bed, &block);
    bench.refuses(&json!({}), &[&FAILOVER[..], &["--only-storage"]].concat(), "pitr-left-behind");
    bench.back_up("good", "minio");
    bench.succeed("good");
    bench.percona.crash(&collector(&bench)).unwrap();
    says(&bench, "exec binlog collector pod");
    blocked(&bench);
    bench.logs(&["Scheduled backup is not created", &bench.here()]);
    bench.patch(&json!({"pitr": {"enabled": false}}));
    bench.taken();
    bench.gone("db-pitr");
    bench.percona.pod_of(&bench.namespace, "one").unwrap();
}

/// A backup on a volume beside binlogs: the first gap is to be noted in the newest backup's place, which a volume is none.
/// Played: that the collector saw a gap.
pub(super) fn beside_volumes(bed: &Bed) {
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1G"}}});
    let nas = json!({"type": "filesystem", "volume": {"persistentVolumeClaim": claim}});
    let storages = json!({"nas": nas, "second": elsewhere("second"), "second-binlogs": elsewhere("second/binlogs")});
    let bench = Bench::ready(bed, &json!({"storages": storages, "pitr": {"storageName": "second-binlogs"}}));
    let schedules = [schedule("daily", "0 0 * * *", "minio"), schedule("weekly", "0 0 * * 0", "nas")];
    bench.warns(&json!({"schedule": schedules}), &FAILOVER, "filesystem-beside-pitr");
    bench.back_up("on-a-volume", "nas");
    bench.succeed("on-a-volume");
    bench.percona.gap(&collector(&bench)).unwrap();
    says(&bench, "unknown storage type");
    blocked(&bench);
}

/// Resources of the collector without memory: the reconcile panics and makes no collector, and the cluster says it is ready.
pub(super) fn resources(bed: &Bed) {
    let block = json!({"pitr": {"enabled": false}, "storages": {"second": elsewhere("second")}});
    let bench = Bench::ready(bed, &block);
    let wrong = json!({"pitr": {"enabled": true, "storageName": "second", "resources": {"requests": {"cpu": "1"}}}});
    bench.warns(&wrong, &FAILOVER, "pitr-resources");
    bench.patch(&wrong);
    bench.logs(&["Observed a panic", "nil pointer dereference", &bench.here()]);
    bench.taken();
    bench.gone("db-pitr");
}

/// A prefix of its own: the collector writes to the top of the bucket.
pub(super) fn prefix(bed: &Bed) {
    let bench =
        Bench::ready(bed, &json!({"storages": {"minio-binlogs": {"s3": {"bucket": "backups", "prefix": "deep"}}}}));
    bench.warns(&json!({}), &FAILOVER, "pitr-prefix-ignored");
    let collector = collector(&bench);
    let variables = collector["spec"]["containers"][0]["env"].as_array().unwrap();
    let bucket = variables.iter().find(|variable| variable["name"] == "S3_BUCKET_URL").unwrap();
    assert_eq!(bucket["value"], "backups");
}

/// Waits until the cluster is in error and says why.
fn says(bench: &Bench<'_>, why: &str) {
    let broken = bench.state("error");
    assert!(broken["status"]["message"].to_string().contains(why), "{why}: {}", broken["status"]);
}

/// Shows that a Backup to a place that works waits.
fn blocked(bench: &Bench<'_>) {
    bench.back_up("one", "second");
    bench.logs(&["Cluster is not ready for backup", "\"name\":\"one\"", &bench.here()]);
    let one = bench.some_backup(START, |all| all.iter().find(|one| name(one) == "one").cloned());
    assert_eq!(one["status"].get("state"), None, "{one}");
}

/// Returns the collector's pod.
fn collector(bench: &Bench<'_>) -> Value {
    let pod = until(START, || {
        let pods = bench.read("/api/v1", "pods")?;
        let mut all = pods.iter().filter(|pod| pod["metadata"]["labels"]["app.kubernetes.io/component"] == "pitr");
        all.find(|pod| pod["status"]["phase"] == "Running").cloned().ok_or(format!("{}", json!(pods)))
    });
    pod.unwrap()
}
