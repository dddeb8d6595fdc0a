//! A whole recovery with Argo CD in place of Flux: proposed, merged, synced, taken by the operator, verified with a backup, point-in-time
//! recovery on again, verified again.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::faults::story::{By, INCIDENT, KEYS, Story, backup};
use crate::minio::Setup;
use crate::operated::bench::name;
use crate::percona::START;
use crate::room::until;

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
    restored(&story);
    let live = story.bench.percona.cluster.get(&["pxc", "db", "-n", &story.bench.namespace]).unwrap();
    let pitr = &live["spec"]["backup"]["pitr"];
    assert_eq!((&pitr["enabled"], &pitr["storageName"]), (&json!(true), &json!("minio-b-binlogs")), "{INCIDENT}");
}

/// Shows that the operator takes the restore that `verify` writes: it finds the backup's objects on the new place and makes a Job
/// that reads them.
fn restored(story: &Story<'_>) {
    let file = story.repository.folder().join("restores.yaml").display().to_string();
    story.verify(&["--stage", "resume", "--secrets", "values", "--restore-manifest", &file]).holds();
    story.bench.percona.cluster.kubectl(&["apply", "-f", &file]).unwrap();
    let job = until(START, || {
        let restores = story.bench.read("/apis/pxc.percona.com/v1", "perconaxtradbclusterrestores")?;
        assert!(restores.iter().all(|restore| restore["status"]["state"] != "Failed"), "{restores:?}");
        let jobs = story.bench.read("/apis/batch/v1", "jobs")?;
        let is_it = |job: &&Value| name(job).starts_with("restore-job-restore-new-");
        jobs.iter().find(is_it).cloned().ok_or_else(|| format!("{}", json!(restores)))
    });
    let job = job.unwrap();
    let variables = job["spec"]["template"]["spec"]["containers"][0]["env"].as_array().unwrap();
    let value = |name: &str| variables.iter().find(|variable| variable["name"] == name).unwrap()["value"].clone();
    assert!(
        value("S3_BUCKET_URL").as_str().unwrap().starts_with(&format!("{}/pxc/db/", story.bench.namespace)),
        "{job}"
    );
}
