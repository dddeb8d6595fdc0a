//! The second check: whose revision the controller applied. Argo CD's cases of conventions.md 1.6 and 3.4a are played here;
//! those that can be produced for real are in `tests/real` too.

use serde_json::{Value, json};

use crate::api::path_of;
use crate::scene::{KUSTOMIZATION, SOURCE, Scene, kustomization, live, source};

/// Returns the line of a check with its hint, where the answer has one; commits by their names.
fn check(scene: &Scene, name: &str) -> (String, String) {
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let found = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned();
    let found = found.unwrap_or_else(|| panic!("no check `{name}`: {answer:#}"));
    let text = |value: &Value| scene.named(value.as_str().unwrap_or_default());
    (format!("{}: {}", found["outcome"].as_str().unwrap(), text(&found["fact"])), text(&found["hint"]))
}

/// Returns the base before the merge.
fn before(scene: &Scene) -> String {
    scene.world.git(&["rev-parse", "main~1"])
}

#[test]
fn an_older_revision_is_not_ours_however_ready_it_is() {
    let scene = Scene::applied();
    let old = before(&scene);
    scene.api.put(kustomization(&old));
    let name = "Flux `Kustomization flux-system/pxc-a`";
    let want = format!("waiting: {name}: applied is main@sha1:BASE, which lacks it");
    assert_eq!(check(&scene, "applied"), (want, "--reconcile".to_owned()));
    scene.api.change(SOURCE, |source| source["status"]["artifact"]["revision"] = format!("main@sha1:{old}").into());
    let want = format!(
        "{name}: applied is main@sha1:BASE, which lacks it; its source `GitRepository flux-system/gitops` has main@sha1:BASE"
    );
    assert_eq!(check(&scene, "applied").0, format!("waiting: {want}"));
}

#[test]
fn what_is_suspended_waits_for_a_person_and_says_for_what() {
    let scene = Scene::applied();
    let old = before(&scene);
    let mut object = kustomization(&old);
    object["spec"]["suspend"] = true.into();
    scene.api.put(object);
    let want = "failed: Flux `Kustomization flux-system/pxc-a` is suspended; applied is main@sha1:BASE, which lacks it";
    let hint = "flux resume kustomization pxc-a --namespace flux-system";
    assert_eq!(check(&scene, "applied"), (want.to_owned(), hint.to_owned()));
    let mut object = kustomization(&scene.world.git(&["rev-parse", "main"]));
    object["spec"]["suspend"] = true.into();
    scene.api.put(object);
    assert!(check(&scene, "applied").0.starts_with("passed: "), "what was applied before the suspension counts");
}

#[test]
fn a_build_or_an_apply_that_fails_is_said_at_once_in_the_controller_s_words() {
    let scene = Scene::applied();
    let (old, new) = (before(&scene), scene.world.git(&["rev-parse", "main"]));
    for (reason, message, outcome, says) in [
        (
            "BuildFailed",
            "kustomize build failed:\n  no such file",
            "failed",
            "does not apply main@sha1:MERGE: BuildFailed: kustomize build failed: no such file",
        ),
        (
            "ReconciliationFailed",
            "PerconaXtraDBCluster/pxc-a/cluster1 dry-run failed: admission webhook denied the request",
            "failed",
            "does not apply main@sha1:MERGE: ReconciliationFailed: PerconaXtraDBCluster/pxc-a/cluster1 dry-run failed: admission webhook denied the request",
        ),
        (
            "ReconciliationFailed",
            "Secret/pxc-a/keys dry-run failed: sesame",
            "failed",
            "does not apply main@sha1:MERGE: ReconciliationFailed: its words are about a Secret and are not repeated",
        ),
        (
            "ReconciliationFailed",
            "dry-run failed: failed calling webhook \"check.example\": connect: connection refused",
            "waiting",
            "applied is main@sha1:BASE, which lacks it; ReconciliationFailed: dry-run failed: failed calling webhook \"check.example\": connect: connection refused",
        ),
        (
            "HealthCheckFailed",
            "timeout waiting",
            "passed",
            "applied main@sha1:MERGE, then HealthCheckFailed: timeout waiting",
        ),
        (
            "DependencyNotReady",
            "dependency 'a' is not ready",
            "waiting",
            "applied is main@sha1:BASE, which lacks it; DependencyNotReady: dependency 'a' is not ready",
        ),
    ] {
        let mut object = kustomization(&old);
        object["status"]["lastAttemptedRevision"] = format!("main@sha1:{new}").into();
        object["status"]["conditions"] =
            json!([{"type": "Ready", "status": "False", "reason": reason, "message": message}]);
        scene.api.put(object);
        let (said, _) = check(&scene, "applied");
        let name = "Flux `Kustomization flux-system/pxc-a`";
        let colon = if outcome == "waiting" { ":" } else { "" };
        assert_eq!(said, format!("{outcome}: {name}{colon} {says}"));
    }
}

#[test]
fn no_word_of_a_controller_shows_a_password() {
    let scene = Scene::applied();
    let old = before(&scene);
    scene.api.put(kustomization(&old));
    scene.api.change(SOURCE, |source| {
        source["status"] = json!({"artifact": {"revision": format!("main@sha1:{old}")}, "conditions": [{"type": "Ready",
            "status": "False", "reason": "GitOperationFailed",
            "message": "failed to checkout: https://bot:sesame@git.example/gitops: 401"}]});
    });
    let run = scene.verify(&["--timeout", "3"]);
    assert!(run.stdout.contains("GitOperationFailed: failed to checkout:"), "{}", run.stdout);
    assert!(run.stdout.contains("https://***@git.example/gitops"), "{}", run.stdout);
    assert!(!format!("{run:?}").contains("sesame"), "{run:?}");
}

#[test]
fn a_revision_that_is_not_here_is_fetched_before_anybody_judges() {
    let scene = Scene::applied();
    scene.api.put(kustomization(&"f".repeat(40)));
    let want =
        "cannot-tell: Flux `Kustomization flux-system/pxc-a` applied main@sha1:fffffff, which is not in this clone";
    assert_eq!(check(&scene, "applied"), (want.to_owned(), "git fetch".to_owned()));
}

#[test]
fn a_right_that_is_missing_is_named_and_the_cluster_itself_still_tells() {
    let scene = Scene::applied();
    scene.api.deny("get", "kustomizations");
    let (said, hint) = check(&scene, "applied");
    let want = "cannot-tell: `Kustomization flux-system/pxc-a` was not read: user `ci` may not `get` \
                `kustomizations.kustomize.toolkit.fluxcd.io` in namespace `flux-system`";
    assert_eq!(said, want);
    let grant = "grant verb `get` on `kustomizations.kustomize.toolkit.fluxcd.io` in namespace `flux-system`";
    assert_eq!(hint, grant);
    assert!(check(&scene, "intended").0.starts_with("passed: "));
}

#[test]
fn a_controller_of_another_cluster_is_none_of_this_one() {
    let scene = Scene::applied();
    scene.api.play(|_, objects| drop(objects.remove(KUSTOMIZATION)));
    let want = "failed: `Kustomization flux-system/pxc-a`, which applies the root by Git, is not on this cluster";
    assert_eq!(check(&scene, "applied"), (want.to_owned(), "--context NAME".to_owned()));
}

#[test]
fn a_controller_that_applies_another_folder_is_there_and_not_the_one_of_git() {
    let scene = Scene::applied();
    scene.api.change(KUSTOMIZATION, |object| object["spec"]["path"] = "./clusters/prod-b/pxc".into());
    let want = "failed: `Kustomization flux-system/pxc-a` is on this cluster, and applies another folder there, or to another \
                cluster, than Git says";
    let hint = "kubectl describe kustomization pxc-a -n flux-system";
    assert_eq!(check(&scene, "applied"), (want.to_owned(), hint.to_owned()));
}

#[test]
fn a_field_taken_back_by_hand_fails_although_the_revision_is_ours() {
    let scene = Scene::applied();
    let mut object = live(&scene.world, "main");
    object["spec"]["backup"]["pitr"]["enabled"] = true.into();
    object["spec"]["backup"]["storages"].as_object_mut().unwrap().remove("minio-b-weekly");
    scene.api.put(object);
    let (said, hint) = check(&scene, "intended");
    let want = "failed: live is not as Git says: `spec.backup.pitr.enabled`, `spec.backup.storages.minio-b-weekly`";
    assert_eq!((said.as_str(), hint.as_str()), (want, "--reconcile"));
}

/// The repository with Argo CD in place of Flux, merged and applied; `status` is that of the Application, in which `OURS`
/// and `BASE` stand for the merge and the commit before.
fn argo(status: &Value, spec: &Value) -> Scene {
    let scene = Scene::of(|world| {
        let spec = json!({"source": {"repoURL": "https://git.example/gitops", "path": "clusters/prod-a/pxc", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "pxc-a"}, "syncPolicy": {"automated": {}}});
        let object = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": "pxc-a", "namespace": "argocd"}, "spec": spec});
        std::fs::remove_file(world.repo().join("flux/pxc-a.yaml")).unwrap();
        world.write("argo/pxc-a.yaml", &object.to_string());
        world.commit("Argo CD");
    });
    let merge = scene.merge();
    scene.api.put(live(&scene.world, "main"));
    let mut object: Value = serde_json::from_str(&scene.world.read("argo/pxc-a.yaml")).unwrap();
    let text = status.to_string().replace("OURS", &merge).replace("BASE", &before(&scene));
    object["status"] = serde_json::from_str(&text).unwrap();
    for (name, value) in spec.as_object().into_iter().flatten() {
        if name == "operation" {
            object["operation"] = value.clone();
        } else {
            object["spec"][name.as_str()] = value.clone();
        }
    }
    let path = path_of(&object);
    assert!(path.ends_with("/applications/pxc-a"));
    scene.api.put(object);
    scene
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn argo_cd_is_believed_for_what_it_synced_and_not_for_what_it_shows() {
    let succeeded = |revision: &str| json!({"phase": "Succeeded", "finishedAt": "2026-11-22T10:14:07Z", "syncResult": {"revision": revision}});
    let selective = json!({"phase": "Succeeded", "operation": {"sync": {"resources": [{"kind": "ConfigMap", "name": "x"}]}},
        "syncResult": {"revision": "OURS", "resources": [{"kind": "ConfigMap", "name": "x", "status": "Synced"}]}});
    let failed = json!({"phase": "Failed", "message": "one or more objects failed", "syncResult": {"revision": "OURS",
        "resources": [{"kind": "PerconaXtraDBCluster", "name": "cluster1", "status": "SyncFailed", "message": "denied"}]}});
    let dry = json!({"phase": "Succeeded", "finishedAt": "2026-11-22T10:14:07Z", "operation": {"sync": {"dryRun": true}},
        "syncResult": {"revision": "OURS"}});
    let name = "Argo CD `Application argocd/pxc-a`";
    for (status, spec, want) in [
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": dry}),
            json!({}),
            format!("waiting: {name} is OutOfSync at MERGE; the last sync was a dry run"),
        ),
        (
            json!({"sync": {"status": "Synced", "revision": "OURS"}, "operationState": succeeded("OURS")}),
            json!({}),
            format!("passed: {name} synced MERGE at 10:14:07"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": succeeded("OURS")}),
            json!({}),
            format!("passed: {name} synced MERGE at 10:14:07, and shows OutOfSync since"),
        ),
        (
            json!({"sync": {"status": "Synced", "revision": "BASE"}, "operationState": succeeded("BASE")}),
            json!({}),
            format!("waiting: {name} is at BASE, which lacks it"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": succeeded("BASE")}),
            json!({}),
            format!("waiting: {name} is OutOfSync at MERGE"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": succeeded("BASE")}),
            json!({"syncPolicy": {}}),
            format!("failed: {name} is OutOfSync at MERGE, and nothing syncs it by itself"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": succeeded("BASE")}),
            json!({"operation": {"sync": {}}}),
            format!("waiting: {name} syncs BASE"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": selective}),
            json!({}),
            format!("waiting: {name} is OutOfSync at MERGE; the last sync was of other objects alone"),
        ),
        (
            json!({"sync": {"status": "Synced", "revision": "OURS"}, "operationState": succeeded("BASE")}),
            json!({}),
            format!("passed: {name} is Synced at MERGE without a sync of it"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": failed}),
            json!({}),
            format!("failed: {name} does not apply MERGE; the last sync Failed: denied"),
        ),
        (
            json!({"sync": {"status": "OutOfSync", "revision": "OURS"}, "operationState": failed,
                "history": [{"id": 0, "revision": "BASE", "deployedAt": "2026-11-22T09:00:00Z"},
                    {"id": 1, "revision": "OURS", "deployedAt": "2026-11-22T10:14:07Z"}]}),
            json!({}),
            format!(
                "passed: {name} deployed MERGE at 10:14:07, and shows OutOfSync since; the last sync Failed: denied"
            ),
        ),
        (
            json!({"sync": {"status": "Unknown"}, "conditions": [{"type": "ComparisonError", "message": "rpc error: build failed"}]}),
            json!({}),
            format!("waiting: {name} was compared with nothing yet; ComparisonError: rpc error: build failed"),
        ),
        (
            json!({"sync": {"status": "Synced", "revisions": ["ffffffffffffffffffffffffffffffffffffffff", "OURS"]},
                "operationState": {"phase": "Succeeded", "syncResult": {"revisions": ["x", "OURS"]}}}),
            json!({"source": null, "sources": [{"repoURL": "https://charts", "chart": "x"}, {"repoURL": "https://git.example/gitops", "path": "clusters/prod-a/pxc"}]}),
            format!("passed: {name} synced MERGE"),
        ),
    ] {
        let scene = argo(&status, &spec);
        assert_eq!(check(&scene, "applied").0, want, "{status}");
    }
}

#[test]
fn what_the_base_has_since_the_applied_commit_may_still_come() {
    let scene = Scene::applied();
    scene.world.replace("base/pxc/cluster.yaml", "timeBetweenUploads: 60", "timeBetweenUploads: 90");
    scene.world.commit("slower uploads");
    let outcome = |scene: &Scene| {
        let run = scene.verify(&["--timeout", "0", "--format", "json"]);
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        let checks = answer["checks"].as_array().unwrap();
        let of = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap()["outcome"].clone();
        (of("applied"), of("intended"))
    };
    assert_eq!(outcome(&scene), ("passed".into(), "waiting".into()));
    // Once it is applied, what is not there was taken back.
    let tip = scene.world.git(&["rev-parse", "main"]);
    scene.api.put(kustomization(&tip));
    scene.api.put(source(&tip));
    assert_eq!(outcome(&scene), ("passed".into(), "failed".into()));
}
