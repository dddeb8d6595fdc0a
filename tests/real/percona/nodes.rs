//! The nodes: a scheduler that gives pods to them, and `kwok`, which plays them. Pods become ready, claims are bound, logs
//! are files. No pod of a Job ends by itself.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::{START, beside};
use crate::http::healthy;
use crate::kubernetes::Kubernetes;
use crate::process::{Process, command};
use crate::room::{Room, free_port, until};

/// What `kwok` does with what, from its own folder.
const STAGES: [&str; 5] =
    ["node/fast", "node/heartbeat-with-lease", "pod/fast/pod-ready.yaml", "pod/fast/pod-delete.yaml", "volume/fast"];

/// Where a pod names Secrets for its variables.
const SECRETS: &str = ".spec.containers[].env[]?.valueFrom.secretKeyRef.name";
/// The Secret that no node finds.
pub(crate) const MISSING: &str = "missing-keys";

/// The scheduler and the nodes.
pub(super) struct Nodes {
    kwok: Process,
    scheduler: Process,
}

impl Nodes {
    /// Starts three nodes.
    pub(super) fn start(room: &Arc<Room>, cluster: &Kubernetes) -> Result<Self, String> {
        let own = beside("kwok")?.join("kustomize");
        cluster.define(&[&own.join("crd/bases")])?;
        for stage in STAGES {
            let path = own.join("stage").join(stage);
            let built = if path.is_dir() { built(cluster, &path)? } else { read(&path)? };
            cluster.apply(&if stage.ends_with("pod-ready.yaml") { with_secrets(&built) } else { built })?;
        }
        let default = "storageclass.kubernetes.io/is-default-class=true";
        // The operator reads the database's log before it calls a cluster ready.
        let log = room.path().join("silent.log");
        std::fs::write(&log, "2026-11-22T00:00:00.000000000Z stdout F {}\n").map_err(|error| error.to_string())?;
        cluster.apply(&silent(&log).to_string())?;
        cluster.apply(&without_secret().to_string())?;
        cluster.apply(&collecting(&programs(room)?).to_string())?;
        cluster.kubectl(&["annotate", "storageclass", "kwok-volume", default])?;
        let scheduler = scheduler(room, cluster)?;
        let kwok = kwok(room, cluster)?;
        for number in 0..3 {
            cluster.apply(&node(number).to_string())?;
        }
        until(START, || {
            let nodes = cluster.read("/api/v1/nodes")?;
            let conditions = nodes["items"].as_array().into_iter().flatten().map(|node| &node["status"]["conditions"]);
            let ready = conditions.filter(|all| {
                all.as_array().into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True")
            });
            if ready.count() == 3 { Ok(()) } else { Err(format!("the nodes: {nodes}")) }
        })?;
        Ok(Self { kwok, scheduler })
    }

    /// Returns the memory of each part.
    pub(super) fn memory(&self) -> [(&'static str, u64); 2] {
        [self.kwok.memory(), self.scheduler.memory()]
    }
}

/// Returns what a folder builds to.
fn built(cluster: &Kubernetes, folder: &Path) -> Result<String, String> {
    let folder = folder.display().to_string();
    cluster.kubectl(&["kustomize", "--load-restrictor=LoadRestrictionsNone", &folder])
}

/// Reads a file.
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Returns what gives every pod without a log of its own this one.
fn silent(log: &Path) -> serde_json::Value {
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "ClusterLogs", "metadata": {"name": "all"},
        "spec": {"logs": [{"logsFile": log, "follow": false}]},
    })
}

/// Returns what makes a pod ready, unless it names the Secret that is not there: only a real node would look for it.
fn with_secrets(stage: &str) -> String {
    let lacks = format!("    - key: '{SECRETS}'\n      operator: NotIn\n      values: [{MISSING}]\n");
    stage.replacen("    matchExpressions:\n", &format!("    matchExpressions:\n{lacks}"), 1)
}

/// Returns what a node says of a pod that names the Secret that is not there.
fn without_secret() -> serde_json::Value {
    let waiting = format!("waiting: {{reason: CreateContainerConfigError, message: 'secret \"{MISSING}\" not found'}}");
    let container = format!(
        "{{name: {{{{ .name }}}}, image: {{{{ .image }}}}, ready: false, restartCount: 0, state: {{{waiting}}}}}"
    );
    let statuses = format!("{{{{ range .spec.containers }}}}\n- {container}\n{{{{ end }}}}");
    let expressions = json!([
        {"key": SECRETS, "operator": "In", "values": [MISSING]},
        {"key": ".spec.nodeName", "operator": "Exists"},
        {"key": ".status.containerStatuses", "operator": "DoesNotExist"},
    ]);
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": "pod-without-secret"},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"}, "selector": {"matchExpressions": expressions},
            "next": {"statusTemplate": format!("phase: Pending\ncontainerStatuses:\n{statuses}\n")},
        },
    })
}

/// Returns what answers for the collector of binlogs where the operator runs a command in it: the programs of this folder.
fn collecting(programs: &Path) -> serde_json::Value {
    let local = json!({"envs": [{"name": "PATH", "value": programs}]});
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "ClusterExec", "metadata": {"name": "collector"},
        "spec": {"execs": [{"containers": ["pitr"], "local": local}]},
    })
}

/// Writes the programs that the operator runs in the collector: no gap was found, and no timeline is written yet.
fn programs(room: &Room) -> Result<PathBuf, String> {
    let folder = room.folder("collector");
    for program in ["cat", "rm"] {
        let path = folder.join(program);
        std::fs::write(&path, "#!/bin/sh\necho 'No such file or directory' >&2\nexit 1\n")
            .map_err(|why| why.to_string())?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).map_err(|why| why.to_string())?;
    }
    Ok(folder)
}

/// Returns a node.
fn node(number: usize) -> serde_json::Value {
    let capacity = json!({"cpu": "32", "memory": "256Gi", "pods": "110"});
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {
            "name": format!("node-{number}"), "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {"kubernetes.io/hostname": format!("node-{number}"), "kubernetes.io/os": "linux"},
        },
        "status": {"allocatable": capacity, "capacity": capacity},
    })
}

/// Starts what gives pods to nodes.
fn scheduler(room: &Arc<Room>, cluster: &Kubernetes) -> Result<Process, String> {
    let (config, secure) = (cluster.kubeconfig().display().to_string(), free_port());
    let mut scheduler = command(room, "kube-scheduler")?;
    scheduler.args([
        &format!("--kubeconfig={config}"),
        &format!("--authentication-kubeconfig={config}"),
        &format!("--authorization-kubeconfig={config}"),
        "--bind-address=127.0.0.1",
        &format!("--secure-port={secure}"),
        "--leader-elect=false",
        &format!("--cert-dir={}", room.folder("scheduler").display()),
    ]);
    Process::start(room, "kube-scheduler", scheduler)
}

/// Starts what plays the nodes.
fn kwok(room: &Arc<Room>, cluster: &Kubernetes) -> Result<Process, String> {
    let (pki, own) = (room.folder("pki"), free_port());
    let mut kwok = command(room, "kwok")?;
    kwok.args([
        &format!("--kubeconfig={}", cluster.kubeconfig().display()),
        "--manage-all-nodes=true",
        "--enable-crds=Stage,Logs,ClusterLogs,Exec,ClusterExec",
        &format!("--server-address=127.0.0.1:{own}"),
        &format!("--node-port={own}"),
        &format!("--tls-cert-file={}", pki.join("server.crt").display()),
        &format!("--tls-private-key-file={}", pki.join("server.key").display()),
        "--node-lease-duration-seconds=40",
        "--cidr=10.244.0.0/16",
        "--node-ip=127.0.0.1",
    ]);
    let mut kwok = Process::start(room, "kwok", kwok)?;
    kwok.ready(START, || healthy(own, "/healthz"))?;
    Ok(kwok)
}
