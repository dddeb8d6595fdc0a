//! What goes wrong while a recovery is verified, done to the real components: runs that are killed, an API server that starts
//! again, a controller that is suspended, commits of others, backups that hang, fail or take too long. Each row shows the verdict,
//! the exit code, and that running it again comes to a good end without a second test backup.
//!
//! Rows run at once, each with a cluster, a repository and a bucket of its own.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

pub(crate) mod story;

use serde_json::json;

use crate::bed::Bed;
use crate::minio::{Minio, Setup};
use crate::percona::{End, MISSING};
use story::{By, KEYS, Story, backup};

/// What goes wrong, and what is shown.
type Row = (&'static str, fn(&Bed, &Minio));

/// Every row.
const ROWS: [Row; 5] = [
    ("`verify` is killed, at any step", killed),
    ("Flux is suspended", suspended),
    ("somebody reverts the merge", reverted),
    ("the Secret is missing", starting),
    ("the Job fails", failing),
];
/// A run that makes a test backup and sees what lies there.
const TEST: [&str; 4] = ["--test-backup", "--secrets", "values", "--fetch"];

pub(crate) fn verify_comes_to_the_right_end_whatever_fails_and_a_rerun_to_a_good_one(bed: &Bed) {
    let minio = bed.minio("faults-minio", Setup::default());
    // Before the rows start, so that none waits for another's start.
    bed.operated_flux();
    bed.gitea();
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let start = |(name, show): &Row| {
            let (name, show, minio) = (*name, *show, &minio);
            let row = std::thread::Builder::new().name(name.to_owned());
            (name, row.spawn_scoped(scope, move || show(bed, minio)).unwrap())
        };
        let rows: Vec<_> = ROWS.iter().map(start).collect();
        rows.into_iter().filter_map(|(name, row)| row.join().is_err().then_some(name)).collect()
    });
    assert!(failed.is_empty(), "{failed:?}");
}

/// Killed before it looks, after it made its Backup, and while that runs; out of time; and then through, with one Backup, over
/// a commit of somebody on top.
fn killed(bed: &Bed, minio: &Minio) {
    let story = Story::begin(bed, minio, By::Flux, KEYS);
    story.settle(&story.merge());
    story.start(&TEST).kill();
    let second = story.start(&TEST);
    story.running(1);
    second.kill();
    story.verify(&[&TEST[..], &["--timeout", "2"]].concat()).says(1, ("backup", "waiting", &backup(1)));
    let third = story.start(&TEST);
    let theirs = story.repository.push(&[("README.md".to_owned(), "theirs".to_owned())].into(), "theirs").unwrap();
    story.settle(&theirs);
    story.succeed(1);
    third.end().holds();
    story.start(&TEST).kill();
    let again = story.verify(&TEST);
    again.holds();
    assert!(again.check("applied").1.contains(&theirs[..7]), "{again:?}");
    assert_eq!(story.own(), [backup(1)]);
}

/// Flux is told to stop before the merge, and to go on.
fn suspended(bed: &Bed, minio: &Minio) {
    let story = Story::begin(bed, minio, By::Flux, KEYS);
    story.follower(&json!({"suspend": true}));
    let merged = story.merge();
    story.verify(&TEST).says(1, ("applied", "failed", "is suspended"));
    assert_eq!(story.own(), [""; 0]);
    story.follower(&json!({"suspend": false}));
    let run = story.start(&[&TEST[..], &["--reconcile"]].concat());
    story.succeed(1);
    run.end().holds();
    story.settle(&merged);
    assert_eq!(story.own(), [backup(1)]);
}

/// Somebody takes our change out of `main` while a test backup runs, and puts it in again.
fn reverted(bed: &Bed, minio: &Minio) {
    let story = Story::begin(bed, minio, By::Flux, KEYS);
    story.settle(&story.merge());
    let run = story.start(&TEST);
    story.running(1);
    let revert = |of: &[&str]| {
        story.repository.git(&[&["revert", "--no-edit"], of, &["HEAD"]].concat()).unwrap();
        story.repository.git(&["push", "-q", "origin", "HEAD"]).unwrap();
        story.settle(&story.tip());
    };
    // Of a merge, what it brought to its first parent; then of that commit, which is none.
    revert(&["-m", "1"]);
    run.end().says(1, ("merged", "failed", "took it out"));
    // The operator fails what ran on a storage that is gone.
    story.bench.percona.backup(&story.bench.namespace, &backup(1), "Failed").unwrap();
    story.verify(&TEST).says(1, ("merged", "failed", "took it out"));
    revert(&[]);
    let run = story.start(&TEST);
    story.succeed(2);
    run.end().holds();
    assert_eq!(story.own(), [1, 2].map(backup));
}

/// The Secret of the new place is nowhere: the pod never starts. Played: the node that says so.
fn starting(bed: &Bed, minio: &Minio) {
    let story = Story::begin(bed, minio, By::Flux, MISSING);
    story.settle(&story.merge());
    // Who reads Secrets is told before a backup is made.
    story.verify(&TEST).says(1, ("secret", "failed", MISSING));
    assert_eq!(story.own(), [""; 0]);
    let blind = ["--test-backup", "--fetch", "--timeout", "45"];
    story.verify(&blind).says(1, ("backup", "waiting", "CreateContainerConfigError"));
    assert_eq!(story.own(), [backup(1)]);
    // The operator's own deadline, on a backup that a person made.
    let late = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {"name": "late", "namespace": story.bench.namespace},
        "spec": {"pxcCluster": "db", "storageName": "minio-b", "runningDeadlineSeconds": 5},
    });
    story.bench.percona.cluster.apply(&late.to_string()).unwrap();
    let passed = ("backup", "failed", "running deadline seconds exceeded");
    story.verify(&["--backup", "late", "--fetch"]).says(1, passed);
}

/// Every try of the Job fails, and says why in its log: told after the first one; a rerun makes another backup.
fn failing(bed: &Bed, minio: &Minio) {
    let story = Story::begin(bed, minio, By::Flux, KEYS);
    story.settle(&story.merge());
    let causes = [
        ("AccessKeyUnknown", include_str!("../../fixtures/logs/seen/AccessKeyUnknown/aws-1.17.txt")),
        ("BucketMissing", include_str!("../../fixtures/logs/seen/BucketMissing/aws.txt")),
    ];
    for (number, (cause, log)) in (1..).zip(causes) {
        let run = story.start(&TEST);
        let first = story.running(number);
        story.bench.percona.logged(&first, log).unwrap();
        story.bench.percona.end(&first, End::Failed).unwrap();
        run.end().says(1, ("backup", "failed", cause));
        let last = story.running(number);
        story.bench.percona.logged(&last, log).unwrap();
        story.bench.percona.end(&last, End::Failed).unwrap();
        story.bench.percona.backup(&story.bench.namespace, &backup(number), "Failed").unwrap();
    }
    let run = story.start(&TEST);
    story.succeed(3);
    run.end().holds();
    assert_eq!(story.own(), [1, 2, 3].map(backup));
}

pub(crate) fn verify_outlives_an_api_server_that_starts_again(bed: &Bed) {
    let minio = bed.minio("restarted-minio", Setup::default());
    let mut story = Story::begin(bed, &minio, By::Flux, KEYS);
    story.settle(&story.merge());
    let _alone = story.bench.alone();
    let run = story.start(&TEST);
    story.running(1);
    story.bench.percona.cluster.restart_server().unwrap();
    story.succeed(1);
    run.end().holds();
    assert_eq!(story.own(), [backup(1)]);
}
