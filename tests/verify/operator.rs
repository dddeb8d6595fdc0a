//! What the operator and its surroundings say: state, restores, Secrets, the collector.

use serde_json::{Value, json};

use crate::scene::{CLUSTER, Scene};

/// Returns outcome, fact and hint of a check, and the exit code.
pub(crate) fn check(scene: &Scene, name: &str, more: &[&str]) -> (i32, String, String) {
    let run = scene.verify(&[&["--timeout", "0", "--format", "json"], more].concat());
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let found = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned();
    let found = found.unwrap_or_else(|| panic!("no check `{name}`: {answer:#}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (run.code, format!("{}: {}", text(&found["outcome"]), text(&found["fact"])), text(&found["hint"]))
}

#[test]
fn a_loop_that_fails_is_not_observed_whatever_its_state_was() {
    let scene = Scene::applied();
    for (status, want) in [
        (
            json!({"state": "ready", "observedGeneration": 1}),
            "waiting: the cluster is ready, observedGeneration 1, generation 2",
        ),
        (
            json!({"state": "initializing", "observedGeneration": 2}),
            "waiting: the cluster is initializing, observedGeneration 2 = generation",
        ),
        (json!({}), "waiting: the cluster is without a state, observedGeneration 0, generation 2"),
        (
            json!({"state": "error", "observedGeneration": 1, "message": ["Error: validate cr: storage x doesn't exist"]}),
            "waiting: the cluster is in error, observedGeneration 1, generation 2: Error: validate cr: storage x doesn't exist",
        ),
        (
            json!({"state": "error", "observedGeneration": 1, "message": ["Error: validate cr: x"],
                "conditions": [{"type": "error", "status": "True", "lastTransitionTime": "2026-11-22T10:14:09Z"}]}),
            "failed: the cluster is in error, observedGeneration 1, generation 2: Error: validate cr: x",
        ),
        (
            json!({"state": "error", "observedGeneration": 1, "message": ["Error: validate cr: x"],
                "conditions": [{"type": "error", "status": "True", "lastTransitionTime": "2026-11-21T10:00:00Z"}]}),
            "waiting: the cluster is in error, observedGeneration 1, generation 2: Error: validate cr: x",
        ),
    ] {
        scene.api.change(CLUSTER, |object| object["status"] = status);
        assert_eq!(
            check(&scene, "observed", &[]),
            (
                1,
                want.to_owned(),
                if want.starts_with("failed") {
                    "kubectl describe pxc cluster1 -n pxc-a".to_owned()
                } else {
                    String::new()
                }
            )
        );
    }
}

#[test]
fn a_pause_and_a_restore_keep_backups_away() {
    let scene = Scene::applied();
    let restore = json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterRestore",
        "metadata": {"name": "r1", "namespace": "pxc-a"}, "spec": {"pxcCluster": "cluster1"}, "status": {"state": "Restoring"}});
    scene.api.put(restore.clone());
    assert_eq!(check(&scene, "observed", &[]).1, "waiting: restore `r1` of the cluster is Restoring");
    let over = json!({"state": "Succeeded"});
    scene.api.put(Value::Object(
        restore.as_object().unwrap().clone().into_iter().chain([("status".to_owned(), over)]).collect(),
    ));
    assert!(check(&scene, "observed", &[]).1.starts_with("passed: "));
    scene.api.change(CLUSTER, |object| object["spec"]["pause"] = true.into());
    let want = "failed: the cluster is paused (`spec.pause`), so it makes no backup";
    assert_eq!(check(&scene, "observed", &[]), (1, want.to_owned(), "`spec.pause` in Git".to_owned()));
    let denied = Scene::applied();
    denied.api.deny("list", "perconaxtradbclusterrestores");
    let want = "cannot-tell: whether a restore runs was not read: user `ci` may not `list` \
                `perconaxtradbclusterrestores.pxc.percona.com` in namespace `pxc-a`";
    assert_eq!(check(&denied, "observed", &[]).1, want);
}

#[test]
fn secrets_are_looked_at_as_far_as_asked_and_never_shown() {
    let scene = Scene::applied();
    assert!(!scene.api.was_asked("/secrets/"));
    let absent = "failed: Secret `pxc-a/minio-b-credentials` is not there, and a pod that reads it does not start";
    assert_eq!(check(&scene, "secret", &["--secrets", "metadata"]).1, absent);
    let mut secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "minio-b-credentials", "namespace": "pxc-a"},
        "data": {"AWS_ACCESS_KEY_ID": "c2VzYW1l"}});
    scene.api.put(secret.clone());
    assert_eq!(check(&scene, "secret", &["--secrets", "metadata"]).1, "passed: `pxc-a/minio-b-credentials` is there");
    let lacks = "failed: Secret `pxc-a/minio-b-credentials` lacks `AWS_SECRET_ACCESS_KEY`";
    let (code, said, hint) = check(&scene, "secret", &["--secrets", "values"]);
    let origin = "kubectl get externalsecret,sealedsecret,secret minio-b-credentials -n pxc-a";
    assert_eq!((code, said.as_str(), hint.as_str()), (1, lacks, origin));
    secret["data"]["AWS_SECRET_ACCESS_KEY"] = "c2VzYW1lLXR3bw==".into();
    scene.api.put(secret);
    let run = scene.verify(&["--timeout", "0", "--secrets", "values"]);
    assert!(run.stdout.contains("`pxc-a/minio-b-credentials` is there with every key"), "{}", run.stdout);
    assert!(!format!("{run:?}").contains("sesame") && !format!("{run:?}").contains("c2Vz"), "{run:?}");
    scene.api.deny("get", "secrets");
    let (code, said, hint) = check(&scene, "secret", &["--secrets", "metadata"]);
    assert_eq!((code, hint.as_str()), (4, "grant verb `get` on `secrets` in namespace `pxc-a`"));
    assert_eq!(
        said,
        "cannot-tell: Secret `pxc-a/minio-b-credentials` was not read: user `ci` may not `get` `secrets` in namespace `pxc-a`"
    );
}

#[test]
fn the_collector_has_to_go_with_the_change() {
    let scene = Scene::applied();
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cluster1-pitr", "namespace": "pxc-a"}});
    scene.api.put(deployment);
    let want = "waiting: `cluster1-pitr` still runs, although Git turns it off";
    assert_eq!(check(&scene, "collector", &[]), (1, want.to_owned(), String::new()));
}
