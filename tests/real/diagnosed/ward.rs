//! One test's own cluster under the operator, whose backups the test makes fail, and what `leeward` says of it.

use std::path::{Path, PathBuf};

use leeward::model::yaml;
use serde_json::{Value, json};

use crate::bed::Bed;
use crate::fidelity::merge;
use crate::percona::{CLUSTER, End, Percona, START, Turn, cluster};
use crate::room::until;

/// A cluster of one node in a namespace of its own.
pub(super) struct Ward<'a> {
    bed: &'a Bed,
    pub(super) percona: &'a Percona,
    pub(super) namespace: String,
    _turn: Turn<'a>,
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) answer: String,
    pub(super) errors: String,
}

impl Said {
    /// Returns a field of the answer.
    pub(super) fn json(&self, pointer: &str) -> Value {
        let answer: Value =
            serde_json::from_str(&self.answer).unwrap_or_else(|why| panic!("{why}: {} {}", self.answer, self.errors));
        answer.pointer(pointer).cloned().unwrap_or_default()
    }
}

impl<'a> Ward<'a> {
    /// Returns a ward whose cluster is ready; this is laid over its backup block.
    pub(super) fn ready(bed: &'a Bed, block: &Value) -> Self {
        let percona = bed.percona();
        let (turn, namespace) = percona.namespace().unwrap();
        let secret = ["create", "secret", "generic", "keys", "-n", &namespace];
        let keys = ["--from-literal=AWS_ACCESS_KEY_ID=a", "--from-literal=AWS_SECRET_ACCESS_KEY=b"];
        percona.cluster.kubectl(&[&secret[..], &keys].concat()).unwrap();
        let mut manifest = yaml::documents(&cluster(&namespace)).unwrap().remove(0);
        let (one, unsafe_flags) = (json!({"size": 1}), json!({"pxcSize": true, "proxySize": true}));
        let over = json!({"pxc": one, "haproxy": one, "unsafeFlags": unsafe_flags, "backup": block});
        merge(&mut manifest["spec"], &over);
        percona.cluster.apply(&manifest.to_string()).unwrap();
        percona.wait(&namespace, "ready").unwrap();
        Self { bed, percona, namespace, _turn: turn }
    }

    /// Asks for a backup on demand.
    pub(super) fn back_up(&self, name: &str, storage: &str) {
        self.percona.back_up(&self.namespace, name, storage).unwrap();
    }

    /// Returns the running pod of a Backup.
    pub(super) fn pod(&self, backup: &str) -> Value {
        self.percona.pod_of(&self.namespace, backup).unwrap()
    }

    /// Plays that the pod of a Backup logs this and fails.
    pub(super) fn fail(&self, backup: &str, log: &str) {
        let pod = self.pod(backup);
        self.percona.logged(&pod, log).unwrap();
        self.percona.end(&pod, End::Failed).unwrap();
    }

    /// Plays that the container of a pod waits.
    pub(super) fn waits(&self, pod: &Value, reason: &str, message: &str) {
        let name = pod["metadata"]["name"].as_str().unwrap();
        let container = json!({
            "name": "xtrabackup", "image": "x", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": reason, "message": message}},
        });
        let patch = json!({"status": {"phase": "Pending", "containerStatuses": [container]}}).to_string();
        let args = ["patch", "pod", name, "-n", &self.namespace, "--subresource=status", "--type=merge", "-p", &patch];
        self.percona.cluster.kubectl(&args).unwrap();
    }

    /// Returns the running pod of the collector of binlogs.
    pub(super) fn collector(&self) -> Value {
        let path =
            format!("/api/v1/namespaces/{}/pods?labelSelector=app.kubernetes.io%2Fcomponent%3Dpitr", self.namespace);
        let found = until(START, || {
            let pods = self.percona.cluster.read(&path)?;
            let mut all = pods["items"].as_array().into_iter().flatten();
            all.find(|pod| pod["status"]["phase"] == "Running").cloned().ok_or(format!("collectors: {pods}"))
        });
        found.unwrap()
    }

    /// Returns what `diagnose` says of the cluster to its administrator.
    pub(super) fn diagnosed(&self, args: &[&str]) -> Said {
        self.diagnosed_as(self.percona.cluster.kubeconfig(), args)
    }

    /// Returns what `diagnose` says of the cluster to somebody.
    pub(super) fn diagnosed_as(&self, kubeconfig: &Path, args: &[&str]) -> Said {
        let kubeconfig = kubeconfig.display().to_string();
        let cluster = format!("{}/{CLUSTER}", self.namespace);
        let own = ["diagnose", "--no-probe", "--kubeconfig", &kubeconfig, "--cluster", &cluster, "--format", "json"];
        // A busy machine answers late, and that is not what these tests are about.
        self.leeward(&[&own[..], &["--timeout", "60"], args].concat())
    }

    /// Runs the program.
    pub(super) fn leeward(&self, args: &[&str]) -> Said {
        let mut command = self.bed.tool(env!("CARGO_BIN_EXE_leeward"));
        let output = command.current_dir(self.bed.folder("wards")).args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), answer: text(output.stdout), errors: text(output.stderr) }
    }

    /// Returns the kubeconfig of a service account.
    pub(super) fn account(&self, namespace: &str, name: &str) -> PathBuf {
        let token = self.percona.cluster.kubectl(&["create", "token", name, "-n", namespace]).unwrap();
        let text = std::fs::read_to_string(self.percona.cluster.kubeconfig()).unwrap();
        let mut config: Value = serde_json::from_str(&text).unwrap();
        config["users"][0]["user"] = json!({"token": token.trim()});
        let path = self.bed.folder(&format!("account-{}", self.namespace)).join("kubeconfig");
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }
}

impl Drop for Ward<'_> {
    fn drop(&mut self) {
        // The operator looks after one cluster at a time: those that are left wait for those that are done with.
        let _gone = self.percona.cluster.kubectl(&["delete", "pxc", CLUSTER, "-n", &self.namespace, "--wait=false"]);
    }
}

/// Returns a storage behind an address.
pub(super) fn place(address: &str) -> Value {
    let url = format!("http://{address}");
    json!({"type": "s3", "s3": {"bucket": "backups", "region": "us-east-1", "credentialsSecret": "keys", "endpointUrl": url}})
}

/// Returns a log of the corpus as pods write it whose storage is behind an address: a line about another host never leads.
pub(super) fn spoken_of(address: &str, log: &str) -> String {
    log.replace("https://minio.a.example:9000", &format!("http://{address}"))
}

/// Returns an excerpt of the corpus; the first one of the cause where none is named.
pub(super) fn corpus(cause: &str, excerpt: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs/seen").join(cause);
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    let named = |path: &&PathBuf| excerpt.is_empty() || path.file_stem().is_some_and(|stem| stem == excerpt);
    let texts = all.iter().filter(named).filter_map(|path| std::fs::read_to_string(path).ok());
    texts.into_iter().next().unwrap_or_else(|| panic!("no excerpt `{excerpt}` of {cause}"))
}
