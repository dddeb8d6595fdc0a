//! The story of the README on real components: MinIO A dies, and backups go on to MinIO B by a pull request, without an object
//! or a Backup lost. Objects and Backups are counted at each step.
//!
//! The storages, Kubernetes, the operator, Flux and the forge are real. Played are nodes, pods and the database (`percona`):
//! what a backup's Job uploads, logs and how it ends is done by the test, with a client of its own.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod night;
mod scene;

use serde_json::{Value, json};

use crate::bed::Bed;
use scene::Scene;

pub(crate) fn a_storage_dies_and_backups_go_on_elsewhere_without_losing_one(bed: &Bed) {
    let mut scene = Scene::set(bed);
    let good = scene.good_night("before");
    assert_eq!(scene.counts(), (1, 3, 0), "Backups, objects on A, objects on B");
    scene.a.stop();
    scene.bad_night("during");
    let said = scene.diagnosed();
    assert_eq!((&said["cause"], &said["calls_for"]), (&json!("EndpointUnreachable"), &json!("failover")), "{said:#}");
    let next = format!("leeward plan --cluster {} --storage minio-a --to minio-b", scene.cluster());
    assert_eq!(said["next"], json!(next));
    let pull = scene.proposed(&["--cluster", &scene.cluster(), "--storage", "minio-a", "--to", "minio-b"]);
    assert!(body(bed, &scene, pull).contains("EndpointUnreachable"), "the pull request says why");
    scene.previewed("protect");
    scene.merged(pull);
    let live = scene.bench.taken();
    assert_eq!(live["spec"]["backup"]["pitr"]["enabled"], json!(false));
    assert_eq!(scene.counts(), (2, 0, 0), "A is down, and nothing went to B yet");
    assert_eq!(scene.stage(), json!("protect"), "status, from Git alone");
    let (verdict, tested) = scene.verified_by_a_backup();
    assert_eq!((&verdict["verdict"], &verdict["stage"]), (&json!("passed"), &json!("protect")), "{verdict:#}");
    assert_eq!(scene.counts(), (3, 0, 3), "the test backup is on B");
    let again = scene.json(&["verify", "--test-backup", "--secrets", "values", "--timeout", "60"], 0);
    assert_eq!((&again["verdict"], scene.counts()), (&json!("passed"), (3, 0, 3)), "it is never made twice: {again:#}");
    let pull = scene.proposed(&["--cluster", &scene.cluster(), "--stage", "resume", "--verdict", &scene.verdict()]);
    assert!(body(bed, &scene, pull).contains(&tested), "the pull request names the backup that proves B");
    scene.previewed("resume");
    scene.merged(pull);
    let live = scene.bench.taken();
    let pitr = &live["spec"]["backup"]["pitr"];
    assert_eq!((&pitr["enabled"], &pitr["storageName"]), (&json!(true), &json!("minio-b-binlogs")));
    let verdict = scene.json(&["verify", "--stage", "resume", "--secrets", "values", "--timeout", "120"], 0);
    assert_eq!((&verdict["verdict"], &verdict["stage"]), (&json!("passed"), &json!("resume")), "{verdict:#}");
    assert_eq!(scene.stage(), json!("resume"), "status, from Git alone");
    scene.a.restart().unwrap();
    assert_eq!(scene.counts(), (3, 3, 3), "nothing is lost on the way");
    let healed = scene.json(&["diagnose", "--cluster", &scene.cluster(), "--storage", "minio-a", "--read-secrets"], 0);
    assert_eq!(healed["contradiction"]["kind"], json!("only-the-logs"), "A is back: {healed:#}");
    let old = scene.bench.percona.backup(&scene.bench.namespace, &good, "Succeeded").unwrap();
    assert_eq!(old["metadata"].get("deletionTimestamp"), None);
}

/// Returns the text of a pull request.
fn body(bed: &Bed, scene: &Scene<'_>, number: u64) -> String {
    let path = format!("{}/pulls/{number}", scene.repository.api_path());
    let pull: Value = bed.gitea().api("GET", &path, None).unwrap();
    pull["body"].as_str().unwrap().to_owned()
}
