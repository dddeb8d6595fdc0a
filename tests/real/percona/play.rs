//! What a test plays of a backup: what its Job's pod logged, and how it ended. The operator and the Job's controller do
//! the rest.

use std::fmt::Write as _;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::{CLUSTER, Percona, START};
use crate::room::until;

/// How a pod ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its container ends with 0.
    Succeeded,
    /// Its container ends with 1.
    Failed,
}

impl Percona {
    /// Asks for a backup on demand.
    pub(crate) fn back_up(&self, namespace: &str, name: &str, storage: &str) -> Result<(), String> {
        let backup = json!({
            "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"pxcCluster": CLUSTER, "storageName": storage},
        });
        self.cluster.apply(&backup.to_string()).map(drop)
    }

    /// Returns a Backup once the operator has given it this state.
    pub(crate) fn backup(&self, namespace: &str, name: &str, state: &str) -> Result<Value, String> {
        let path = format!("/apis/pxc.percona.com/v1/namespaces/{namespace}/perconaxtradbclusterbackups/{name}");
        until(START, || {
            let backup = self.cluster.read(&path)?;
            if backup["status"]["state"] == state { Ok(backup) } else { Err(backup["status"].to_string()) }
        })
    }

    /// Returns the running pod of a Backup's Job, that of the last try.
    pub(crate) fn pod_of(&self, namespace: &str, backup: &str) -> Result<Value, String> {
        let path = format!("/api/v1/namespaces/{namespace}/pods?labelSelector=percona.com%2Fbackup-name%3D{backup}");
        until(START, || {
            let pods = self.cluster.read(&path)?;
            let mut all = pods["items"].as_array().into_iter().flatten();
            all.find(|pod| pod["status"]["phase"] == "Running").cloned().ok_or(format!("pods of {backup}: {pods}"))
        })
    }

    /// Lets a pod have logged these lines.
    pub(crate) fn logged(&self, pod: &Value, lines: &str) -> Result<(), String> {
        let (namespace, name) = named(pod);
        let file = self.folder("logs").join(format!("{namespace}-{name}.log"));
        // As container runtimes write it: a time, the stream, whole or part, the line.
        let mut text = String::new();
        for line in lines.lines() {
            writeln!(text, "2026-11-22T00:00:00.000000000Z stdout F {line}").expect("a string takes text");
        }
        std::fs::write(&file, text).map_err(|error| error.to_string())?;
        let logs = json!({
            "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"logs": [{"logsFile": file, "follow": false}]},
        });
        self.cluster.apply(&logs.to_string()).map(drop)
    }

    /// Lets the collector of binlogs end and be started again and again: its container waits, and takes no commands.
    pub(crate) fn crash(&self, pod: &Value) -> Result<(), String> {
        let (namespace, name) = named(pod);
        let exec = json!({
            "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Exec", "metadata": {"name": name, "namespace": namespace},
            "spec": {"execs": [{"containers": ["pitr"]}]},
        });
        self.cluster.apply(&exec.to_string())?;
        let container = json!({
            "name": "pitr", "image": pod["spec"]["containers"][0]["image"], "imageID": "", "ready": false, "restartCount": 5,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=pitr"}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
        });
        let patch = json!({"status": {"containerStatuses": [container]}}).to_string();
        let args = ["patch", "pod", &name, "-n", &namespace, "--subresource=status", "--type=merge", "-p", &patch];
        self.cluster.kubectl(&args).map(drop)
    }

    /// Lets the collector of binlogs have seen that some are missing.
    pub(crate) fn gap(&self, pod: &Value) -> Result<(), String> {
        let (namespace, name) = named(pod);
        let programs = self.folder(&format!("gap-{namespace}"));
        let program = programs.join("cat");
        let text = "#!/bin/sh\ncase $1 in *gap*) echo 00000000-0000-0000-0000-000000000000:1-9 ;; *) exit 1 ;; esac\n";
        std::fs::write(&program, text).map_err(|error| error.to_string())?;
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
        let local = json!({"envs": [{"name": "PATH", "value": programs}]});
        let exec = json!({
            "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Exec", "metadata": {"name": name, "namespace": namespace},
            "spec": {"execs": [{"containers": ["pitr"], "local": local}]},
        });
        self.cluster.apply(&exec.to_string()).map(drop)
    }

    /// Lets a pod end.
    pub(crate) fn end(&self, pod: &Value, end: End) -> Result<(), String> {
        let (namespace, name) = named(pod);
        let (phase, code, reason) = match end {
            End::Succeeded => ("Succeeded", 0, "Completed"),
            End::Failed => ("Failed", 1, "Error"),
        };
        let ended = |container: &Value| {
            json!({
                "name": container["name"], "image": container["image"], "imageID": "", "ready": false, "restartCount": 0,
                "state": {"terminated": {"exitCode": code, "reason": reason}},
            })
        };
        let containers: Vec<Value> = pod["spec"]["containers"].as_array().into_iter().flatten().map(ended).collect();
        let patch = json!({"status": {"phase": phase, "containerStatuses": containers}}).to_string();
        let args = ["patch", "pod", &name, "-n", &namespace, "--subresource=status", "--type=merge", "-p", &patch];
        self.cluster.kubectl(&args).map(drop)
    }
}

/// Returns where an object lives and what it is called.
fn named(object: &Value) -> (String, String) {
    let of = |field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
    (of("namespace"), of("name"))
}
