//! From a verdict that was saved to stage resume: what `verify` calls enough, of the change that stands, and nothing else.

use serde_json::{Value, json};

use crate::scene::{BACKUP, Scene};
use crate::world::Run;

/// The branch of the stage.
const RESUME: &str = "leeward/minio-a-1122/resume";

/// Returns the scene with a test backup that succeeded.
fn succeeded() -> Scene {
    let scene = Scene::applied();
    scene.verify(&["--test-backup", "--timeout", "0"]);
    scene.api.change(BACKUP, |backup| {
        backup["status"] = json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z",
            "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full",
            "s3": {"endpointUrl": "https://minio.b.example:9000", "credentialsSecret": "minio-b-credentials"}});
    });
    scene
}

/// Verifies, saves the verdict, and returns the command that it says comes next.
fn save(scene: &Scene, more: &[&str]) -> Option<String> {
    let run =
        scene.verify(&[&["--timeout", "0", "--format", "json", "--verdict-out", "../verdict.json"], more].concat());
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    answer["next"].as_str().map(str::to_owned)
}

/// Proposes the next stage, by the verdict or by what the cluster shows, and takes the branch away again.
fn resume(scene: &Scene, proof: [&str; 2]) -> Run {
    let words = ["propose", "--incident", "minio-a-1122", "--stage", "resume"];
    let run = scene.world.leeward(&[&words[..], &proof].concat());
    if run.code == 0 {
        scene.world.git(&["branch", "-q", "-D", RESUME]);
    }
    run
}

/// A verdict as proof.
const VERDICT: [&str; 2] = ["--verdict", "../verdict.json"];
/// The cluster as proof.
const CLUSTER: [&str; 2] = ["--kubeconfig", "../kubeconfig"];

/// Returns why a proof is refused.
fn refused(run: &Run) -> &str {
    let start = "error: the recovery of `pxc-a/cluster1` is refused: unconfirmed: ";
    let fact = run.stderr.strip_prefix(start).and_then(|rest| rest.split_once('\n'));
    fact.unwrap_or_else(|| panic!("{run:?}")).0
}

#[test]
fn what_verify_calls_enough_is_taken_until_the_change_moves_on() {
    let scene = succeeded();
    let next = "leeward propose --incident minio-a-1122 --stage resume --verdict ../verdict.json --push --pr";
    assert_eq!(save(&scene, &[]).as_deref(), Some(next));
    for proof in [VERDICT, CLUSTER] {
        assert_eq!(resume(&scene, proof).code, 0, "{proof:?}");
    }
    let commit = scene.world.git(&["rev-parse", "--short=7", "main"]);
    scene.with_another_secret();
    let outdated = format!(
        "verdict `../verdict.json` is of commit `{commit}`: what the base says of where backups go, and with which keys, \
         changed since"
    );
    assert_eq!(refused(&resume(&scene, VERDICT)), outdated);
    let none =
        "the cluster shows no Backup that succeeded on `minio-b-daily`, `minio-b-weekly` since the change came at ";
    assert!(refused(&resume(&scene, CLUSTER)).starts_with(none));
    assert_eq!(save(&scene, &[]).as_deref().map(|next| next.ends_with("--test-backup")), Some(true));
}

#[test]
fn a_backup_that_lies_elsewhere_proves_the_place_to_nobody() {
    let scene = succeeded();
    scene.api.change(BACKUP, |backup| backup["status"]["destination"] = "s3://pxc-a/cluster1-x-full".into());
    scene.api.put(json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "cluster1-pitr", "namespace": "pxc-a", "generation": 1, "resourceVersion": "3"},
        "spec": {"replicas": 1}, "status": {"observedGeneration": 1, "availableReplicas": 1}}));
    assert_eq!(save(&scene, &[]), None, "nothing that follows");
    let file = std::fs::read_to_string(scene.world.top().join("verdict.json")).unwrap();
    let verdict: Value = serde_json::from_str(&file).unwrap();
    let checks: Vec<(&str, &str)> = verdict["checks"].as_array().unwrap().iter().map(said).collect();
    assert!(checks.contains(&("secret", "cannot-tell")), "it proves no keys: {checks:?}");
    assert!(checks.contains(&("backup", "passed")) && checks.iter().all(|(name, _)| *name != "place"), "{checks:?}");
    let waits = "verdict `../verdict.json` says that check `collector` was waited for: ";
    assert!(refused(&resume(&scene, VERDICT)).starts_with(waits));
    let none = "the cluster shows no Backup that succeeded on `minio-b-daily`, `minio-b-weekly` since the change came at \
                2026-11-22T10:00:00Z";
    assert_eq!(refused(&resume(&scene, CLUSTER)), none);
    let status = scene.world.leeward(&["status", "--kubeconfig", "../kubeconfig", "--format", "json"]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap_or_else(|error| panic!("{error}: {status:?}"));
    let incident = &status["incidents"][0];
    assert_eq!(incident["live"]["confirmed_backup"], Value::Null, "{incident:#}");
    let next = "leeward verify --incident minio-a-1122 --test-backup --kubeconfig ../kubeconfig";
    assert_eq!(incident["next"], next);
}

/// Returns name and outcome of a check.
fn said(check: &Value) -> (&str, &str) {
    (check["name"].as_str().unwrap(), check["outcome"].as_str().unwrap())
}

#[test]
fn a_backup_that_proved_the_place_proves_it_after_the_next_stage_too() {
    let scene = succeeded();
    let words = ["propose", "--incident", "minio-a-1122", "--stage", "resume", "--kubeconfig", "../kubeconfig"];
    assert_eq!(scene.world.leeward(&words).code, 0);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "resume", RESUME]);
    scene.api.change(BACKUP, |backup| backup["metadata"]["creationTimestamp"] = "2026-11-22T09:00:00Z".into());
    let merge = scene.world.git(&["rev-parse", "main"]);
    scene.apply(&merge);
    save(&scene, &["--backup", "leeward-minio-a-1122-1"]);
    let file = std::fs::read_to_string(scene.world.top().join("verdict.json")).unwrap();
    let verdict: Value = serde_json::from_str(&file).unwrap();
    let checks: Vec<(&str, &str)> = verdict["checks"].as_array().unwrap().iter().map(said).collect();
    assert!(verdict["stage"] == "resume" && checks.contains(&("backup", "passed")), "{verdict:#}");
}
