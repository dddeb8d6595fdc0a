//! That the facts our overlays rest on are the operator's own: it takes what `propose` commits, turns a Backup into a Job
//! on the new place, and breaks on what the guards refuse in the way that they say.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::percona::{CLUSTER, End, Percona, START, cluster};
use crate::room::until;

const TARGETS: &str = r"version: 1
targets:
  minio-b:
    type: s3
    endpoint: http://127.0.0.1:2
    bucket: elsewhere
    region: us-east-1
    credentialsSecret: other-keys
";

pub(crate) fn the_operator_takes_what_propose_commits_and_backs_up_to_the_new_place(bed: &Bed) {
    let percona = bed.percona();
    let namespace = ready(percona);
    let folder = repository(bed, &namespace);
    leeward(bed, &folder, &["propose", "--cluster", CLUSTER, "--storage", "minio", "--to", "minio-b", "--no-sign"]);
    git(
        bed,
        &folder,
        &["switch", "-q", &git(bed, &folder, &["branch", "--list", "leeward/*", "--format=%(refname:short)"])],
    );
    let after = leeward(bed, &folder, &["build", "pxc"]);
    percona.cluster.feed(&["apply", "--server-side", "--force-conflicts", "-f", "-"], &after).unwrap();
    let live = taken(percona, &namespace);
    let backup = &live["spec"]["backup"];
    assert_eq!(
        (&backup["pitr"]["enabled"], &backup["pitr"]["storageName"]),
        (&json!(false), &json!("minio-b-binlogs"))
    );
    until(START, || gone(percona, &namespace, &format!("{CLUSTER}-pitr"))).unwrap();
    let storage = backup["schedule"][0]["storageName"].as_str().unwrap();
    percona.back_up(&namespace, "one", storage).unwrap();
    let pod = percona.pod_of(&namespace, "one").unwrap();
    let variables = pod["spec"]["containers"][0]["env"].as_array().unwrap();
    let of = |name: &str| variables.iter().find(|variable| variable["name"] == name).cloned().unwrap_or_default();
    assert_eq!(of("ENDPOINT")["value"], "http://127.0.0.1:2");
    assert_eq!(of("ACCESS_KEY_ID")["valueFrom"]["secretKeyRef"]["name"], "other-keys");
    percona.end(&pod, End::Succeeded).unwrap();
    let succeeded = percona.backup(&namespace, "one", "Succeeded").unwrap();
    let destination = succeeded["status"]["destination"].as_str().unwrap();
    assert!(destination.starts_with(&format!("s3://elsewhere/pxc/{CLUSTER}/")), "{destination}");
}

pub(crate) fn a_backup_whose_pods_fail_is_tried_again_and_then_failed(bed: &Bed) {
    let percona = bed.percona();
    let namespace = ready(percona);
    percona.back_up(&namespace, "one", "minio").unwrap();
    let first = percona.pod_of(&namespace, "one").unwrap();
    percona.logged(&first, "line one\nline two").unwrap();
    let name = first["metadata"]["name"].as_str().unwrap();
    let logs = until(START, || match percona.cluster.kubectl(&["logs", "-n", &namespace, name]) {
        Ok(logs) if logs == "line one\nline two\n" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    logs.unwrap();
    percona.end(&first, End::Failed).unwrap();
    percona.end(&percona.pod_of(&namespace, "one").unwrap(), End::Failed).unwrap();
    let failed = percona.backup(&namespace, "one", "Failed").unwrap();
    // Why, only the pods' logs say.
    assert_eq!(failed["status"]["error"], Value::Null);
}

/// Each of these is refused by a guard of leeward.
pub(crate) fn what_the_guards_refuse_breaks_the_cluster_as_they_say(bed: &Bed) {
    let percona = bed.percona();
    let namespace = ready(percona);
    let schedule = |storage: &str| json!([{"name": "daily", "schedule": "0 0 * * *", "storageName": storage}]);
    let volume = json!({"persistentVolumeClaim": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1G"}}}});
    let cases = [
        (json!({"schedule": schedule("gone")}), "validate cr: storage gone doesn't exist"),
        (json!({"pitr": {"storageName": "gone"}}), "validate cr: pitr storage gone doesn't exist"),
        (
            json!({"storages": {"nas": {"type": "filesystem", "volume": volume}}, "pitr": {"storageName": "nas"}}),
            "nas storage has unsupported type filesystem",
        ),
    ];
    for (wrong, message) in cases {
        patch(percona, &namespace, &wrong);
        let broken = percona.wait(&namespace, "error").unwrap();
        assert!(broken["status"]["message"].to_string().contains(message), "{message}: {}", broken["status"]);
        patch(percona, &namespace, &json!({"schedule": schedule("minio"), "pitr": {"storageName": "minio-binlogs"}}));
        percona.wait(&namespace, "ready").unwrap();
    }
    percona.back_up(&namespace, "late", "gone").unwrap();
    let late = percona.backup(&namespace, "late", "Failed").unwrap();
    assert!(late["status"]["error"].as_str().unwrap().contains("storage gone doesn't exist"), "{late}");
}

/// Returns a namespace with a ready cluster and both places' keys.
fn ready(percona: &Percona) -> String {
    let namespace = percona.namespace().unwrap();
    for name in ["keys", "other-keys"] {
        let secret = ["create", "secret", "generic", name, "-n", &namespace];
        let keys = ["--from-literal=AWS_ACCESS_KEY_ID=a", "--from-literal=AWS_SECRET_ACCESS_KEY=b"];
        percona.cluster.kubectl(&[&secret[..], &keys].concat()).unwrap();
    }
    percona.cluster.apply(&cluster(&namespace)).unwrap();
    percona.wait(&namespace, "ready").unwrap();
    namespace
}

/// Returns the folder of a repository that keeps the namespace's cluster.
fn repository(bed: &Bed, namespace: &str) -> PathBuf {
    let folder = bed.folder(&format!("operated-{namespace}"));
    std::fs::create_dir_all(folder.join("pxc")).unwrap();
    std::fs::write(folder.join("leeward.yaml"), TARGETS).unwrap();
    std::fs::write(folder.join("pxc/kustomization.yaml"), "resources: [cluster.yaml]\n").unwrap();
    std::fs::write(folder.join("pxc/cluster.yaml"), cluster(namespace)).unwrap();
    git(bed, &folder, &["init", "-q", "-b", "main"]);
    git(bed, &folder, &["add", "-A"]);
    git(bed, &folder, &["-c", "user.name=t", "-c", "user.email=t@example.test", "commit", "-q", "-m", "first"]);
    folder
}

/// Runs `git` and returns its answer's only line.
fn git(bed: &Bed, folder: &Path, args: &[&str]) -> String {
    said(bed.tool("git").current_dir(folder).args(args)).trim().to_owned()
}

/// Runs the program and returns its answer.
fn leeward(bed: &Bed, folder: &Path, args: &[&str]) -> String {
    let mut command = bed.tool(env!("CARGO_BIN_EXE_leeward"));
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "t").env(format!("GIT_{role}_EMAIL"), "t@example.test");
    }
    said(command.current_dir(folder).args(args))
}

/// Returns what a command answers that goes well.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the cluster once the operator has taken its newest form, and is well.
fn taken(percona: &Percona, namespace: &str) -> Value {
    let taken = until(START, || {
        let live = percona.wait(namespace, "ready")?;
        let is_seen = live["status"]["observedGeneration"] == live["metadata"]["generation"];
        if is_seen { Ok(live) } else { Err(live["status"].to_string()) }
    });
    taken.unwrap()
}

/// Says whether a Deployment is no more.
fn gone(percona: &Percona, namespace: &str, name: &str) -> Result<(), String> {
    let all = percona.cluster.read(&format!("/apis/apps/v1/namespaces/{namespace}/deployments"))?;
    let mut names = all["items"].as_array().into_iter().flatten().map(|one| &one["metadata"]["name"]);
    if names.any(|other| other == name) { Err(format!("`{name}` is there")) } else { Ok(()) }
}

/// Lays this over the cluster's backup block.
fn patch(percona: &Percona, namespace: &str, block: &Value) {
    let patch = json!({"spec": {"backup": block}}).to_string();
    percona.cluster.kubectl(&["patch", "pxc", CLUSTER, "-n", namespace, "--type=merge", "-p", &patch]).unwrap();
}
