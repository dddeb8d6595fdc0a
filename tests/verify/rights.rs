//! The rights of `overlays/rbac/verify.yaml`: whatever a run asks for is granted there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scene::{BACKUP, Scene, kustomization};

/// The file.
const RIGHTS: &str = include_str!("../../overlays/rbac/verify.yaml");

/// Returns what the file grants: verb and resource with its group.
fn granted() -> BTreeSet<(String, String)> {
    let mut granted = BTreeSet::new();
    for document in RIGHTS.split("\n---\n") {
        let value: Value = serde_yaml::from_str(document).unwrap();
        for rule in value["rules"].as_array().into_iter().flatten() {
            let texts = |name: &str| -> Vec<String> {
                rule[name].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
            };
            for group in texts("apiGroups") {
                for resource in texts("resources") {
                    granted.extend(texts("verbs").into_iter().map(|verb| (verb, format!("{resource}.{group}"))));
                }
            }
        }
    }
    granted
}

/// Returns the right that a request needs; none for what everybody may read.
fn needed(line: &str) -> Option<(String, String)> {
    let (method, path) = line.split_once(' ').unwrap();
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|part| *part == "namespaces").filter(|at| parts.len() > at + 2)?;
    let group = if parts[1] == "apis" { parts[2] } else { "" };
    let rest = &parts[at + 2..];
    let verb = match (method, rest.len()) {
        ("POST", _) => "create",
        ("PATCH", _) => "patch",
        ("WATCH", _) => "watch",
        (_, 1) => "list",
        _ => "get",
    };
    let resource = if rest.len() == 3 { format!("{}/{}", rest[0], rest[2]) } else { rest[0].to_owned() };
    Some((verb.to_owned(), format!("{resource}.{group}")))
}

#[test]
fn the_shipped_rights_are_those_that_runs_need() {
    let scene = Scene::of(|world| {
        world.replace("base/pxc/cluster.yaml", "  backup:\n", "  backup:\n    allowParallel: false\n");
        world.commit("one backup at a time");
    });
    scene.merge_and_apply();
    let merge = scene.world.git(&["rev-parse", "main"]);
    scene.api.put(kustomization(&scene.world.git(&["rev-parse", "main~1"])));
    scene.verify(&["--timeout", "0", "--reconcile"]);
    scene.api.put(kustomization(&merge));
    scene.api.put(
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "minio-b-credentials", "namespace": "pxc-a"},
        "data": {"AWS_ACCESS_KEY_ID": "eA==", "AWS_SECRET_ACCESS_KEY": "eA=="}}),
    );
    scene.api.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "xb-1", "namespace": "pxc-a",
            "labels": {"percona.com/backup-name": "leeward-minio-a-1122-1"}},
        "status": {"phase": "Failed", "containerStatuses": [{"name": "xtrabackup", "restartCount": 0,
            "state": {"terminated": {"exitCode": 1}}}]}}));
    scene.api.log("xb-1", "nothing that is known\n");
    scene.api.put(json!({"apiVersion": "batch/v1", "kind": "Job", "spec": {"backoffLimit": 10},
        "metadata": {"name": "xb-leeward-minio-a-1122-1", "namespace": "pxc-a", "resourceVersion": "3"}}));
    scene.api.put(json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "cluster1-pitr", "namespace": "pxc-a", "resourceVersion": "3"}}));
    // First the collector is still there, then the backup runs and its pod fails, then it failed for good.
    let mut lists = 0;
    scene.api.play(move |line, objects| {
        lists += usize::from(line.starts_with("GET ") && line.ends_with("/perconaxtradbclusterbackups"));
        if lists == 2 {
            objects.remove("/apis/apps/v1/namespaces/pxc-a/deployments/cluster1-pitr");
        }
        if let Some(backup) = objects.get_mut(BACKUP) {
            backup["status"]["state"] = if lists < 5 { "Running" } else { "Failed" }.into();
        }
    });
    let run = scene.verify(&["--test-backup", "--secrets", "values"]);
    assert_eq!(run.code, 1, "{run:?}");
    let asked: BTreeSet<(String, String)> = scene.api.asked().iter().filter_map(|line| needed(line)).collect();
    let mut granted = granted();
    // Argo CD's are those of the same runs where it is the controller; a Backup is read by name where two runs make it at once.
    granted.retain(|(verb, resource)| {
        let is_race = verb == "get" && resource.starts_with("perconaxtradbclusterbackups");
        !resource.ends_with(".argoproj.io") && !is_race
    });
    // The first of several watches that fires ends the wait: which of the others were asked for by then is chance.
    let without_watches = |rights: &BTreeSet<(String, String)>| -> Vec<(String, String)> {
        rights.iter().filter(|(verb, _)| verb != "watch").cloned().collect()
    };
    assert_eq!(without_watches(&asked), without_watches(&granted));
    assert!(asked.is_subset(&granted), "{:?}", asked.difference(&granted));
}
