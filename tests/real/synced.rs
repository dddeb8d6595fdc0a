//! A whole recovery with Argo CD in place of Flux: proposed, merged, synced, taken by the operator, verified with a backup, point-in-time
//! recovery on again, verified again.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use serde_json::json;

use crate::bed::Bed;
use crate::faults::story::{By, INCIDENT, KEYS, Story, backup};
use crate::minio::Setup;

/// A run that makes a test backup, sees what lies there, and asks the controller to look.
const TEST: [&str; 5] = ["--test-backup", "--secrets", "values", "--fetch", "--reconcile"];

pub(crate) fn argo_cd_brings_a_recovery_to_its_end_as_flux_does(bed: &Bed) {
    let minio = bed.minio("synced-minio", Setup::default());
    let story = Story::begin(bed, &minio, By::Argo, KEYS);
    story.merge();
    // Nothing has told Argo CD to look, and what it shows is Synced, of the commit before.
    let looked = story.verify(&["--timeout", "0"]);
    looked.says(1, ("applied", "waiting", "which lacks it"));
    let run = story.start(&TEST);
    story.succeed(1);
    let verdict = run.end();
    verdict.holds();
    assert!(verdict.check("applied").1.starts_with("Argo CD `Application argocd/"), "{verdict:?}");
    assert_eq!(story.own(), [backup(1)]);
    story.resume(&backup(1));
    let run = story.start(&[&TEST[..], &["--stage", "resume"]].concat());
    story.succeed(2);
    let verdict = run.end();
    verdict.holds();
    assert_eq!(verdict.check("collector").0, "passed", "{verdict:?}");
    let live = story.bench.taken();
    let pitr = &live["spec"]["backup"]["pitr"];
    assert_eq!((&pitr["enabled"], &pitr["storageName"]), (&json!(true), &json!("minio-b-binlogs")), "{INCIDENT}");
}
