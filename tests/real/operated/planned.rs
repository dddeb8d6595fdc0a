//! What `leeward` says of a recovery of a bench's cluster, asked in a repository that holds it: no cluster is given.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::bench::Bench;
use crate::bed::Bed;
use crate::fidelity::merge;
use crate::percona::CLUSTER;

/// The places that a recovery can go to.
const TARGETS: &str = r"version: 1
targets:
  minio-b:
    type: s3
    endpoint: http://127.0.0.1:2
    bucket: elsewhere
    region: us-east-1
    credentialsSecret: other-keys
  volumes:
    type: filesystem
    storageClass: kwok-volume
    size: 1Gi
    accessModes: [ReadWriteOnce]
";
/// What a run of `leeward plan` says.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// The answer.
    pub(crate) answer: Value,
}

impl Bench<'_> {
    /// Shows that `leeward plan` refuses a recovery where the manifest has this over its backup block.
    pub(crate) fn refuses(&self, block: &Value, args: &[&str], finding: &str) {
        let plan = self.plan(block, args);
        assert_eq!((plan.code, plan.level(finding)), (Some(3), Some("refuse")), "{finding}: {}", plan.answer);
    }

    /// Shows that `leeward plan` warns, and returns what it plans.
    pub(crate) fn warns(&self, block: &Value, args: &[&str], finding: &str) -> Plan {
        let plan = self.plan(block, args);
        assert_eq!((plan.code, plan.level(finding)), (Some(0), Some("warn")), "{finding}: {}", plan.answer);
        plan
    }

    /// Returns what `leeward plan` says of a repository that holds the manifest with this laid over its backup block.
    fn plan(&self, block: &Value, args: &[&str]) -> Plan {
        let mut manifest = self.manifest.clone();
        merge(&mut manifest["spec"]["backup"], block);
        let folder = self.bed.folder(&format!("planned-{}-{}", self.namespace, crate::room::fresh()));
        for (path, text) in files(&manifest) {
            std::fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            std::fs::write(folder.join(path), text).unwrap();
        }
        let git = |args: &[&str]| {
            let name = ["-c", "user.name=t", "-c", "user.email=t@example.test"];
            said(self.bed.tool("git").current_dir(&folder).args(name).args(args));
        };
        git(&["init", "-q", "-b", "main"]);
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", "first"]);
        let args = [&["plan", "--cluster", CLUSTER, "--format", "json"], args].concat();
        let output = leeward(self.bed, &folder).args(args).output().unwrap();
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Plan { code: output.status.code(), answer }
    }
}

impl Plan {
    /// Returns the level of a finding about the cluster.
    pub(crate) fn level(&self, id: &str) -> Option<&str> {
        self.finding(id)?["level"].as_str()
    }

    /// Returns the hint of a finding about the cluster.
    pub(crate) fn hint(&self, id: &str) -> Option<&str> {
        self.finding(id)?["hint"].as_str()
    }

    /// Returns a finding about the cluster.
    fn finding(&self, id: &str) -> Option<&Value> {
        self.answer["clusters"][0]["findings"].as_array()?.iter().find(|finding| finding["id"] == id)
    }
}

/// Returns the files of a repository that holds a cluster in the folder `pxc`.
pub(crate) fn files(manifest: &Value) -> [(&'static str, String); 3] {
    [
        ("leeward.yaml", TARGETS.to_owned()),
        ("pxc/kustomization.yaml", "resources: [cluster.yaml]\n".to_owned()),
        ("pxc/cluster.yaml", manifest.to_string()),
    ]
}

/// Returns the built program in a folder, as a person without a cluster runs it.
pub(crate) fn leeward(bed: &Bed, folder: &Path) -> Command {
    let mut command = bed.tool(env!("CARGO_BIN_EXE_leeward"));
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "t").env(format!("GIT_{role}_EMAIL"), "t@example.test");
    }
    command.current_dir(folder);
    command
}

/// Returns what a command answers that goes well.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
