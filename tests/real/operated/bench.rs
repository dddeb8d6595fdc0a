//! One test's own cluster under the operator: what Git holds of it, what `leeward` says of that, what is played of its
//! backups, and what becomes of them.

use std::sync::RwLockWriteGuard;
use std::time::Duration;

use leeward::model::yaml;
use serde_json::{Value, json};

use super::planned::said;
use crate::bed::Bed;
use crate::fidelity::merge;
use crate::percona::{CLUSTER, End, Percona, START, Turn, cluster};
use crate::process::search_path;
use crate::program;
use crate::room::until;

/// How long a schedule of every minute may take to run.
pub(crate) const RUN: Duration = Duration::from_mins(3);

/// A cluster in a namespace of its own.
pub(crate) struct Bench<'a> {
    /// What runs.
    pub(crate) bed: &'a Bed,
    /// What it runs on.
    pub(crate) percona: &'a Percona,
    /// Where it is.
    pub(crate) namespace: String,
    /// Its manifest.
    pub(crate) manifest: Value,
    turn: Option<Turn<'a>>,
}

impl<'a> Bench<'a> {
    /// Returns a bench with the keys of both places and the manifest of a cluster with this laid over its `spec`.
    pub(crate) fn new(bed: &'a Bed, over: &Value) -> Self {
        let percona = bed.percona();
        let (turn, namespace) = percona.namespace().unwrap();
        for name in ["keys", "other-keys"] {
            let secret = ["create", "secret", "generic", name, "-n", &namespace];
            let keys = ["--from-literal=AWS_ACCESS_KEY_ID=a", "--from-literal=AWS_SECRET_ACCESS_KEY=b"];
            percona.cluster.kubectl(&[&secret[..], &keys].concat()).unwrap();
        }
        let mut manifest = yaml::documents(&cluster(&namespace)).unwrap().remove(0);
        merge(&mut manifest["spec"], over);
        Self { bed, percona, namespace, manifest, turn: Some(turn) }
    }

    /// Returns a bench whose cluster, of one node, is ready; this is laid over its backup block.
    pub(crate) fn ready(bed: &'a Bed, block: &Value) -> Self {
        let one = json!({"size": 1});
        let bench = Self::new(
            bed,
            &json!({"pxc": one, "haproxy": one, "unsafeFlags": {"pxcSize": true, "proxySize": true}, "backup": block}),
        );
        bench.percona.cluster.apply(&bench.manifest.to_string()).unwrap();
        bench.percona.wait(&bench.namespace, "ready").unwrap();
        bench
    }

    /// Waits until no other bench is left, and holds new ones up.
    pub(crate) fn alone(&mut self) -> RwLockWriteGuard<'a, ()> {
        self.turn = None;
        self.percona.alone()
    }

    /// Lays this over the live cluster's backup block.
    pub(crate) fn patch(&self, block: &Value) {
        let patch = json!({"spec": {"backup": block}}).to_string();
        let args = ["patch", "pxc", CLUSTER, "-n", &self.namespace, "--type=merge", "-p", &patch];
        self.percona.cluster.kubectl(&args).unwrap();
    }

    /// Returns the cluster once the operator has given it a state; with what the operator says of it where it has not.
    pub(crate) fn state(&self, state: &str) -> Value {
        self.percona.wait(&self.namespace, state).unwrap()
    }

    /// Returns the cluster once the operator has taken its newest form, and is well.
    pub(crate) fn taken(&self) -> Value {
        let taken = until(START, || {
            let live = self.percona.wait(&self.namespace, "ready")?;
            let is_seen = live["status"]["observedGeneration"] == live["metadata"]["generation"];
            if is_seen { Ok(live) } else { Err(live["status"].to_string()) }
        });
        taken.unwrap()
    }

    /// Waits until a Deployment is no more.
    pub(crate) fn gone(&self, name: &str) {
        let gone = until(START, || {
            let all = self.read("/apis/apps/v1", "deployments")?;
            if all.iter().any(|one| one["metadata"]["name"] == name) {
                Err(format!("`{name}` is there"))
            } else {
                Ok(())
            }
        });
        gone.unwrap();
    }

    /// Returns the objects of a kind in the namespace.
    pub(crate) fn read(&self, group: &str, plural: &str) -> Result<Vec<Value>, String> {
        let list = self.percona.cluster.read(&format!("{group}/namespaces/{}/{plural}", self.namespace))?;
        list["items"].as_array().cloned().ok_or(format!("no list: {list}"))
    }

    /// Returns the Backups.
    pub(crate) fn backups(&self) -> Vec<Value> {
        self.read("/apis/pxc.percona.com/v1", "perconaxtradbclusterbackups").unwrap()
    }

    /// Returns a Backup once this finds it in all of them.
    pub(crate) fn some_backup<T>(&self, within: Duration, find: impl Fn(&[Value]) -> Option<T>) -> T {
        let found = until(within, || {
            let all = self.backups();
            find(&all).ok_or_else(|| format!("Backups: {}", json!(all)))
        });
        found.map_err(|why| format!("{why}\n--- the operator's log ---\n{}", self.percona.log())).unwrap()
    }

    /// Returns a scheduled Backup on a storage, by the name of its schedule, once there is one.
    pub(crate) fn scheduled(&self, schedule: &str, storage: &str) -> Value {
        self.some_backup(RUN, |all| {
            let is_wanted = |one: &&Value| is_of(one, schedule) && one["spec"]["storageName"] == storage;
            all.iter().find(is_wanted).cloned()
        })
    }

    /// Plays that a Backup's Job succeeds, and returns the Backup as the operator leaves it. Nothing is uploaded.
    pub(crate) fn succeed(&self, name: &str) -> Value {
        let pod = self.percona.pod_of(&self.namespace, name).unwrap();
        self.percona.end(&pod, End::Succeeded).unwrap();
        self.percona.backup(&self.namespace, name, "Succeeded").unwrap()
    }

    /// Asks for a backup on demand.
    pub(crate) fn back_up(&self, name: &str, storage: &str) {
        self.percona.back_up(&self.namespace, name, storage).unwrap();
    }

    /// Deletes a Backup, and does not wait until it is gone.
    pub(crate) fn delete(&self, backup: &str) {
        let args = ["delete", "pxc-backup", backup, "-n", &self.namespace, "--wait=false"];
        self.percona.cluster.kubectl(&args).unwrap();
    }

    /// Returns how the operator's log names the namespace.
    pub(crate) fn here(&self) -> String {
        format!("\"namespace\":\"{}\"", self.namespace)
    }

    /// Runs a command as a person with the cluster's `kubectl` would type it.
    pub(crate) fn shell(&self, command: &str) {
        let kubectl = program::path("kubectl").unwrap();
        let path = format!("{}:{}", kubectl.parent().unwrap().display(), search_path());
        let mut shell = self.bed.tool("sh");
        shell.args(["-c", command]).env("PATH", path).env("KUBECONFIG", self.percona.cluster.kubeconfig());
        said(&mut shell);
    }

    /// Waits until the operator has logged a line with all of these.
    pub(crate) fn logs(&self, parts: &[&str]) {
        let mut place = 0;
        let logged = until(RUN, || {
            let lines = self.percona.lines_from(&mut place)?;
            let is_there = lines.lines().any(|line| parts.iter().all(|part| line.contains(part)));
            if is_there { Ok(()) } else { Err(format!("{parts:?} is not in\n{}", self.percona.log())) }
        });
        logged.unwrap();
    }
}

impl Drop for Bench<'_> {
    fn drop(&mut self) {
        // The operator looks after one cluster at a time: those that are left wait for those that are done with.
        let _gone = self.percona.cluster.kubectl(&["delete", "pxc", CLUSTER, "-n", &self.namespace, "--wait=false"]);
    }
}

/// Says whether a Backup was made by a schedule of this name: after the hash of its cluster, its label names it.
pub(crate) fn is_of(backup: &Value, schedule: &str) -> bool {
    let ancestor = backup["metadata"]["labels"]["percona.com/backup-ancestor"].as_str();
    ancestor.and_then(|ancestor| ancestor.get(6..)) == Some(schedule)
}

/// Returns an object's name.
pub(crate) fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}
