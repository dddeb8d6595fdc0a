//! Right after `--stage resume`: an error of the cluster is that of the collector which starts, for a while and no longer.

use serde_json::{Value, json};

use crate::scene::{CLUSTER, Scene};

/// Where Git says that the collector uploads.
const BUCKET: &str = "pxc-dr/clusters/prod-a/pxc/cluster1/binlogs";
/// What its log has of a key that nobody knows.
const LOG: &str = "ERROR: new binlog collector: get last uploaded binlog name: The Access Key Id you provided does not exist \
                   in our records.\n";

/// Returns the scene with stage resume merged and applied at 10:14:07, ten minutes after the run's own clock or before it.
fn resumed() -> Scene {
    let scene = Scene::applied();
    let flags =
        ["propose", "--incident", "minio-a-1122", "--stage", "resume", "--confirmed-backup", "leeward-minio-a-1122-1"];
    let proposed = scene.world.leeward(&flags);
    assert_eq!(proposed.code, 0, "{}", proposed.stderr);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "resume", "leeward/minio-a-1122/resume"]);
    let merge = scene.world.git(&["rev-parse", "main"]);
    scene.apply(&merge);
    scene
}

/// Returns outcome and fact of a check.
fn check(scene: &Scene, name: &str) -> (String, String) {
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert_eq!(answer["stage"], "resume");
    let found = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned();
    let found = found.unwrap_or_else(|| panic!("no check `{name}`: {answer:#}"));
    (found["outcome"].as_str().unwrap().to_owned(), found["fact"].as_str().unwrap().to_owned())
}

/// Returns the collector's Deployment with a Secret and how many pods are ready.
fn deployment(secret: &str, ready: u32) -> Value {
    let env = json!([{"name": "ACCESS_KEY_ID", "valueFrom": {"secretKeyRef": {"name": secret}}},
        {"name": "ENDPOINT", "value": "https://minio.b.example:9000"}, {"name": "S3_BUCKET_URL", "value": BUCKET}]);
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "cluster1-pitr", "namespace": "pxc-a", "generation": 1, "resourceVersion": "3"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app.kubernetes.io/component": "pitr"}},
            "template": {"spec": {"containers": [{"name": "pitr", "env": env}]}}},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": ready}})
}

/// Returns a pod of the collector whose container was started again and is in a state.
fn pod(name: &str, restarts: u32, state: &Value) -> Value {
    let ended = if restarts > 0 { json!({"terminated": {"exitCode": 1, "reason": "Error"}}) } else { json!({}) };
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "pxc-a",
            "creationTimestamp": "2026-11-22T08:50:00Z", "labels": {"app.kubernetes.io/component": "pitr"}},
        "status": {"phase": "Running",
            "containerStatuses": [{"name": "pitr", "restartCount": restarts, "state": state, "lastState": ended}]}})
}

/// Returns the state of a container that runs since some time.
fn running(since: &str) -> Value {
    json!({"running": {"startedAt": since}})
}

#[test]
fn an_error_while_the_collector_starts_is_waited_for_and_then_counts() {
    let scene = resumed();
    let status = json!({"state": "error", "observedGeneration": 1, "message": ["Error: exec binlog collector pod"]});
    scene.api.change(CLUSTER, |object| object["status"] = status);
    let fact = "the cluster is in error while the collector starts, which is waited for until 10:19:07, \
                observedGeneration 1, generation 2: Error: exec binlog collector pod";
    assert_eq!(check(&scene, "observed"), ("waiting".to_owned(), fact.to_owned()));
    let path = crate::scene::KUSTOMIZATION;
    scene.api.change(path, |object| {
        object["status"]["conditions"][0]["lastTransitionTime"] = "2026-11-22T09:50:00Z".into();
    });
    let fact = "the cluster is in error, observedGeneration 1, generation 2: Error: exec binlog collector pod";
    assert_eq!(check(&scene, "observed"), ("failed".to_owned(), fact.to_owned()));
}

#[test]
fn the_collector_has_to_run_with_what_git_says() {
    let scene = resumed();
    let unmade = "`cluster1-pitr` is not made yet, which the operator does while the cluster is ready";
    assert_eq!(check(&scene, "collector"), ("waiting".to_owned(), unmade.to_owned()));
    scene.api.put(deployment("minio-a-credentials", 1));
    let old = "`cluster1-pitr` still reads Secret `minio-a-credentials`, not `minio-b-credentials`";
    assert_eq!(check(&scene, "collector"), ("waiting".to_owned(), old.to_owned()));
    let mut other = deployment("minio-b-credentials", 1);
    other["spec"]["template"]["spec"]["containers"][0]["env"][2]["value"] = "pxc-a/other/binlogs".into();
    scene.api.put(other);
    let old = format!("`cluster1-pitr` still uploads to `pxc-a/other/binlogs`, not to `{BUCKET}`");
    assert_eq!(check(&scene, "collector"), ("waiting".to_owned(), old));
    scene.api.put(deployment("minio-b-credentials", 1));
    let unlisted = "`cluster1-pitr` is available, and no pod of it is listed";
    assert_eq!(check(&scene, "collector"), ("waiting".to_owned(), unlisted.to_owned()));
    scene.api.put(pod("cluster1-pitr-x", 0, &running("2026-11-22T09:58:00Z")));
    let runs = "`cluster1-pitr` runs and uploads to `minio-b-binlogs`";
    assert_eq!(check(&scene, "collector"), ("passed".to_owned(), runs.to_owned()));
}

#[test]
fn a_collector_that_crashes_is_diagnosed_and_fails_once_its_start_is_over() {
    let scene = resumed();
    scene.api.put(deployment("minio-b-credentials", 0));
    scene.api.put(pod(
        "cluster1-pitr-x",
        3,
        &json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}),
    ));
    scene.api.log("cluster1-pitr-x", LOG);
    let (outcome, fact) = check(&scene, "collector");
    assert_eq!(outcome, "waiting", "it may still start: {fact}");
    assert!(fact.starts_with("`cluster1-pitr`: pod cluster1-pitr-x: AccessKeyUnknown: "), "{fact}");
    scene.api.change(crate::scene::KUSTOMIZATION, |object| {
        object["status"]["conditions"][0]["lastTransitionTime"] = "2026-11-22T09:50:00Z".into();
    });
    assert_eq!(check(&scene, "collector").0, "failed");
}

#[test]
fn a_collector_is_judged_by_what_runs_now() {
    let scene = resumed();
    scene.api.change(crate::scene::KUSTOMIZATION, |object| {
        object["status"]["conditions"][0]["lastTransitionTime"] = "2026-11-22T09:50:00Z".into();
    });
    scene.api.put(deployment("minio-b-credentials", 1));
    scene.api.log("cluster1-pitr-x", LOG);
    let runs = ("passed".to_owned(), "`cluster1-pitr` runs and uploads to `minio-b-binlogs`".to_owned());
    scene.api.put(pod("cluster1-pitr-x", 4, &running("2026-11-22T08:50:00Z")));
    assert_eq!(check(&scene, "collector"), runs, "what ended it an hour ago is over");
    let mut old = pod("cluster1-pitr-old", 4, &json!({"waiting": {"reason": "CrashLoopBackOff"}}));
    old["metadata"]["creationTimestamp"] = "2026-11-22T08:55:00Z".into();
    old["metadata"]["deletionTimestamp"] = "2026-11-22T09:55:00Z".into();
    scene.api.put(old);
    assert_eq!(check(&scene, "collector"), runs, "a pod that is on its way out is none");
    // The node's clock is ahead, so that only this run can tell how long it runs.
    scene.api.put(pod("cluster1-pitr-x", 5, &running("2026-11-22T11:00:00Z")));
    let (outcome, fact) = check(&scene, "collector");
    assert_eq!(outcome, "waiting");
    let again = "it runs again since 0 s, and what its storage refuses ends it within 10 s";
    assert!(
        fact.starts_with("`cluster1-pitr`: pod cluster1-pitr-x: AccessKeyUnknown: ") && fact.ends_with(again),
        "{fact}"
    );
    let run = scene.verify(&["--format", "json"]);
    assert!(run.stdout.contains(&runs.1), "{run:?}");
}

#[test]
fn pods_that_may_not_be_listed_are_no_collector_that_runs() {
    let scene = resumed();
    scene.api.put(deployment("minio-b-credentials", 1));
    scene.api.deny("list", "pods");
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    assert_eq!(run.code, 4);
    let said = "`cluster1-pitr` is available; whether its pod stays was not read: user `ci` may not `list` `pods` in \
                namespace `pxc-a`";
    assert!(run.stdout.contains(said), "{}", run.stdout);
    assert!(run.stdout.contains("grant verb `list` on `pods` in namespace `pxc-a`"), "{}", run.stdout);
}
