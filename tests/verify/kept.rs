//! What is written on request, and only then: the request to reconcile, the verdict, restores.

use serde_json::{Value, json};

use crate::scene::{BACKUP, KUSTOMIZATION, SOURCE, Scene, kustomization};

#[test]
fn the_controller_is_asked_once_and_its_source_first() {
    let scene = Scene::applied();
    let old = scene.world.git(&["rev-parse", "main~1"]);
    scene.api.put(kustomization(&old));
    let run = scene.verify(&["--timeout", "3", "--reconcile"]);
    assert_eq!(scene.api.writes(), [format!("PATCH {SOURCE}"), format!("PATCH {KUSTOMIZATION}")]);
    let asked = "note: `GitRepository flux-system/gitops` was asked to look now\n\
                 note: `Kustomization flux-system/pxc-a` was asked to look now\n";
    assert!(run.stderr.ends_with(asked), "{}", run.stderr);
    let annotation = "reconcile.fluxcd.io/requestedAt";
    let objects = scene.api.all("kustomizations");
    let value = objects[0]["metadata"]["annotations"][annotation].as_str().unwrap();
    assert!(value.starts_with("2026-11-22T10:00:0"), "{value}");
}

#[test]
fn who_may_not_annotate_is_told_and_the_answer_stands() {
    let scene = Scene::applied();
    scene.api.deny("patch", "kustomizations");
    scene.api.put(kustomization(&scene.world.git(&["rev-parse", "main~1"])));
    let run = scene.verify(&["--timeout", "0", "--reconcile"]);
    let said = "note: `Kustomization flux-system/pxc-a` could not be asked to look now: user `ci` may not `patch` \
                `kustomizations.kustomize.toolkit.fluxcd.io` in namespace `flux-system` (grant verb `patch` on \
                `kustomizations.kustomize.toolkit.fluxcd.io` in namespace `flux-system`)\n";
    assert_eq!((run.code, run.stderr.ends_with(said)), (1, true), "{}", run.stderr);
}

#[test]
fn the_verdict_goes_to_a_file_that_the_next_stage_reads() {
    let scene = Scene::applied();
    let run = scene.verify(&["--timeout", "0", "--verdict-out", "../verdict.json", "--format", "json"]);
    let file = std::fs::read_to_string(scene.world.top().join("verdict.json")).unwrap();
    assert_eq!(file.replace(&format!("127.0.0.1:{}", scene.api.port), "SERVER"), run.stdout);
    let saved: Value = serde_json::from_str(&file).unwrap();
    let want = json!({"root": "clusters/prod-a/pxc", "namespace": "pxc-a", "name": "cluster1"});
    assert_eq!(
        (&saved["version"], &saved["kind"], &saved["verdict"]),
        (&json!(1), &json!("Verdict"), &json!("cannot-tell"))
    );
    assert_eq!(
        (&saved["incident"], &saved["stage"], &saved["cluster"]),
        (&json!("minio-a-1122"), &json!("protect"), &want)
    );
}

#[test]
fn files_that_cannot_be_written_are_refused_before_anything_is_asked() {
    let scene = Scene::applied();
    let top = scene.world.top();
    let refused = |flag: &str, file: &str, why: &str| {
        let what = if flag == "--verdict-out" { "verdict" } else { "restores" };
        let run = scene.verify(&["--test-backup", flag, file]);
        let want = format!("error: failed to write {what} `{file}`\ncaused by: {why}\nhint: {flag} FILE\n");
        assert_eq!((run.code, run.stderr), (3, want));
    };
    std::fs::write(top.join("keep.yaml"), "mine: true\n").unwrap();
    std::fs::write(top.join("other.json"), "{\"kind\": \"Plan\"}").unwrap();
    std::os::unix::fs::symlink("keep.yaml", top.join("link.yaml")).unwrap();
    for flag in ["--verdict-out", "--restore-manifest"] {
        refused(flag, "../no/such/file", "no such folder");
        refused(flag, "../keep.yaml", "it is there already, and no earlier run wrote it");
        refused(flag, "../other.json", "it is there already, and no earlier run wrote it");
        refused(flag, "../link.yaml", "it is a link");
        refused(flag, "..", "it is a folder");
    }
    let both = scene.verify(&["--verdict-out", "../one", "--restore-manifest", "../one"]);
    let want = "error: failed to write restores `../one`\ncaused by: the verdict goes there too\nhint: --restore-manifest FILE\n";
    assert_eq!((both.code, both.stderr.as_str()), (3, want));
    assert!(!scene.api.was_asked("GET"));
    assert_eq!(std::fs::read_to_string(top.join("keep.yaml")).unwrap(), "mine: true\n");
    assert!(!top.join("one").exists());
    let left = std::fs::read_dir(top).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with(".leeward-")));
}

#[test]
fn a_rerun_replaces_what_the_run_before_wrote() {
    let scene = Scene::applied();
    scene.verify(&["--test-backup", "--timeout", "0"]);
    scene.api.change(BACKUP, |backup| {
        backup["status"] = json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z",
        "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-x-full"});
    });
    // As `mktemp` leaves it.
    std::fs::write(scene.world.top().join("verdict.json"), "").unwrap();
    let files = ["--verdict-out", "../verdict.json", "--restore-manifest", "../restores.yaml"];
    let read = |name: &str| std::fs::read_to_string(scene.world.top().join(name)).unwrap();
    let mut before = (String::new(), String::new());
    for now in ["2026-11-22T10:10:00Z", "2026-11-22T10:20:00Z"] {
        let run = scene.verify_at(now, &[&["--timeout", "0"], &files[..]].concat());
        assert!(run.code != 3 && run.stderr.ends_with("is in `../restores.yaml`; nothing applied it\n"), "{run:?}");
        let written = (read("verdict.json"), read("restores.yaml"));
        assert!(written.0 != before.0 && written.1.starts_with("# Restores of cluster1"), "{written:?}");
        before = written;
    }
}

#[test]
fn restores_of_both_places_are_written_and_none_is_applied() {
    let scene = Scene::applied();
    let backup = |name: &str, storage: &str, completed: &str, more: Value| {
        let mut status = json!({"state": "Succeeded", "completed": completed, "destination": "s3://x/y"});
        for (field, value) in more.as_object().unwrap() {
            status[field.as_str()] = value.clone();
        }
        json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
            "metadata": {"name": name, "namespace": "pxc-a", "creationTimestamp": completed},
            "spec": {"pxcCluster": "cluster1", "storageName": storage}, "status": status})
    };
    scene.api.put(backup("cron-older", "minio-a", "2026-11-20T00:07:00Z", json!({})));
    scene.api.put(backup(
        "cron-old",
        "minio-a",
        "2026-11-21T00:07:00Z",
        json!({"latestRestorableTime": "2026-11-22T03:00:00Z"}),
    ));
    scene.verify(&["--test-backup", "--timeout", "0"]);
    scene.api.change(BACKUP, |backup| {
        backup["status"] = json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z",
        "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-x-full"});
    });
    let run = scene.verify(&["--timeout", "0", "--restore-manifest", "../restores.yaml"]);
    let note =
        "note: a restore of `leeward-minio-a-1122-1` and of `cron-old` is in `../restores.yaml`; nothing applied it\n";
    assert_eq!(run.stderr, note);
    let file = std::fs::read_to_string(scene.world.top().join("restores.yaml")).unwrap();
    let want = "\
# Restores of cluster1, made by `leeward verify`. Nothing applies this file: read it first.
# One restore at a time: the first is as it would be applied, the other has a mark before each line.
---
# the backup on the new place, minio-b-daily of 2026-11-22T10:04:12Z
# without point-in-time recovery: it is off
apiVersion: pxc.percona.com/v1
kind: PerconaXtraDBClusterRestore
metadata:
  name: \"restore-new-minio-a-11-aca3e\"
  namespace: \"pxc-a\"
spec:
  pxcCluster: \"cluster1\"
  backupName: \"leeward-minio-a-1122-1\"
# ---
# # the newest backup on the failed place, minio-a of 2026-11-21T00:07:00Z
# # without point-in-time recovery: that the binlogs on minio-a-binlogs reach back to this backup is not known; where they do, add `pitr`
# apiVersion: pxc.percona.com/v1
# kind: PerconaXtraDBClusterRestore
# metadata:
#   name: \"restore-old-minio-a-11-c2fd5\"
#   namespace: \"pxc-a\"
# spec:
#   pxcCluster: \"cluster1\"
#   backupName: \"cron-old\"
";
    assert_eq!(file, want);
    assert_eq!(scene.api.all("perconaxtradbclusterrestores"), [Value::Null; 0]);
}
