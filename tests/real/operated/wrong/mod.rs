//! What the guards are there for, done to the real operator: each row asks `leeward plan` about a backup block, lays the wrong
//! block over a live cluster, and shows that it breaks as `operator.md` and the finding say. Rows run at once, each with a
//! cluster of its own: nearly all of their time is waiting for the next minute.

mod death;
mod pitr;
mod retention;
mod schedule;
mod storage;

pub(crate) use death::a_cron_with_a_short_checksum_ends_the_operator;

use serde_json::{Value, json};

use crate::bed::Bed;

/// What is wrong, and how that is shown.
type Row = (&'static str, fn(&Bed));

/// Every row.
const ROWS: [Row; 17] = [
    ("a schedule on a storage that is missing", storage::missing),
    ("a storage removed under a running Backup", storage::removed),
    ("a Backup that never ends", storage::lease_held),
    ("an unfinished Backup that is deleted", storage::deleted),
    ("a Secret that goes before its Backups", storage::without_its_secret),
    ("storages that are read otherwise than written", storage::misread),
    ("a moved schedule that keeps its name", retention::same_name),
    ("two schedules of one minute on one place", schedule::one_place),
    ("two schedules of one cron on storages that start alike", schedule::one_name),
    ("a schedule's name of 58 characters", schedule::long),
    ("a schedule of `@every`", schedule::every),
    ("binlogs on a storage that is missing", pitr::missing),
    ("binlogs on a filesystem", pitr::filesystem),
    ("binlogs on a dead bucket", pitr::dead),
    ("binlogs beside backups on volumes", pitr::beside_volumes),
    ("binlogs under a prefix of its own", pitr::prefix),
    ("a collector without memory", pitr::resources),
];

pub(crate) fn what_the_guards_refuse_breaks_the_cluster_as_they_say(bed: &Bed) {
    bed.percona();
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let start = |(name, show): &Row| {
            let (name, show) = (*name, *show);
            // Under its name, so that what it panics with names it.
            let row = std::thread::Builder::new().name(name.to_owned());
            (name, row.spawn_scoped(scope, move || show(bed)).unwrap())
        };
        let rows: Vec<_> = ROWS.iter().map(start).collect();
        rows.into_iter().filter_map(|(name, row)| row.join().is_err().then_some(name)).collect()
    });
    assert!(failed.is_empty(), "{failed:?}");
}

/// Returns a storage on the place that failed.
fn beside_minio(bucket: &str) -> Value {
    storage(bucket, "http://127.0.0.1:1", "keys")
}

/// Returns a storage on the place that works.
fn elsewhere(bucket: &str) -> Value {
    storage(bucket, "http://127.0.0.1:2", "other-keys")
}

/// Returns a storage.
fn storage(bucket: &str, endpoint: &str, keys: &str) -> Value {
    let place = json!({"bucket": bucket, "region": "us-east-1", "credentialsSecret": keys, "endpointUrl": endpoint});
    json!({"type": "s3", "s3": place})
}

/// Returns a schedule that keeps one good backup.
fn schedule(name: &str, cron: &str, storage: &str) -> Value {
    let retention = json!({"type": "count", "count": 1, "deleteFromStorage": true});
    json!({"name": name, "schedule": cron, "storageName": storage, "retention": retention})
}
