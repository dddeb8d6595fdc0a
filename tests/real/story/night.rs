//! What the test plays of a backup: the objects that its Job uploads, the lines that its pods log, how they end.

use std::process::Stdio;

use serde_json::{Value, json};

use super::scene::{BUCKET, Scene};
use crate::minio::Minio;
use crate::percona::{CLUSTER, End, START};
use crate::room::until;

/// The objects of a backup beside its data: what they are called after its destination, and how many bytes they have.
const OBJECTS: [(&str, usize); 3] =
    [("/ibdata1.00000000000000000000", 70_000), (".sst_info/sst_info.00000000000000000000", 200), (".md5", 30_000)];

impl Scene<'_> {
    /// Plays a backup on A that succeeds, and returns its name.
    pub(super) fn good_night(&self, name: &str) -> String {
        self.bench.back_up(name, "minio-a");
        self.uploaded(&self.a, name);
        self.bench.succeed(name);
        name.to_owned()
    }

    /// Plays a backup on A that fails, every pod of it, since nobody answers there.
    pub(super) fn bad_night(&self, name: &str) {
        let (percona, namespace) = (self.bench.percona, &self.bench.namespace);
        self.bench.back_up(name, "minio-a");
        let endpoint = self.a.endpoint();
        let lines = format!(
            "+ aws s3 ls s3://{BUCKET}/\nCould not connect to the endpoint URL: \"{endpoint}/{BUCKET}?list-type=2\"\n\
             xbcloud: Probe failed. Please check your credentials and endpoint settings.\n"
        );
        for _ in 0..2 {
            let pod = percona.pod_of(namespace, name).unwrap();
            percona.logged(&pod, &lines).unwrap();
            let said = until(START, || {
                let said =
                    percona.cluster.kubectl(&["logs", "-n", namespace, pod["metadata"]["name"].as_str().unwrap()])?;
                if said.contains("Probe failed") { Ok(()) } else { Err(said) }
            });
            said.unwrap();
            percona.end(&pod, End::Failed).unwrap();
        }
        percona.backup(namespace, name, "Failed").unwrap();
    }

    /// Asks what broke: of the cluster, its logs and its storages. The answer is kept for the proposal.
    pub(super) fn diagnosed(&self) -> Value {
        let said = self.json(&["diagnose", "--cluster", &self.cluster(), "--read-secrets"], 0);
        std::fs::write(self.file("diagnosis.json"), said.to_string()).unwrap();
        said
    }

    /// Verifies with a backup that `leeward` asks for and whose Job the test plays; returns the verdict, which is kept for the
    /// next stage, and the backup's name.
    pub(super) fn verified_by_a_backup(&self) -> (Value, String) {
        let (kept, restores) = (self.verdict(), self.file("restores.yaml").display().to_string());
        let words = ["verify", "--test-backup", "--secrets", "values", "--timeout", "240", "--format", "json"];
        let mut verify =
            self.leeward(&[&words[..], &["--verdict-out", &kept, "--restore-manifest", &restores]].concat());
        let verify = verify.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let name = self.bench.some_backup(START, |all| {
            let mut names = all.iter().filter_map(|one| one["metadata"]["name"].as_str());
            names.find(|name| name.starts_with("leeward-")).map(str::to_owned)
        });
        let destination = self.uploaded(&self.b, &name);
        self.bench.succeed(&name);
        let output = verify.wait_with_output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(!said.contains("sesame"), "{said}");
        assert!(std::fs::read_to_string(restores).unwrap().contains(&name), "a restore of the new backup is at hand");
        assert!(said.contains(&destination), "{said}");
        (serde_json::from_slice(&output.stdout).unwrap(), name)
    }

    /// Returns where the verdict is kept.
    pub(super) fn verdict(&self) -> String {
        self.file("verdict.json").display().to_string()
    }

    /// Plays what a running backup's Job uploads to a storage: where its own variables say.
    pub(super) fn uploaded(&self, minio: &Minio, name: &str) -> String {
        let (percona, namespace) = (self.bench.percona, &self.bench.namespace);
        let pod = percona.pod_of(namespace, name).unwrap();
        let variables = pod["spec"]["containers"][0]["env"].as_array().unwrap();
        let value = |name: &str| {
            let found = variables.iter().find(|variable| variable["name"] == name);
            found.and_then(|variable| variable["value"].as_str()).unwrap_or_default().to_owned()
        };
        assert_eq!(value("ENDPOINT"), minio.endpoint(), "the Job goes where the test uploads");
        let destination = until(START, || {
            let backup =
                percona.backup(namespace, name, "Running").or_else(|_| percona.backup(namespace, name, "Starting"))?;
            backup["status"]["destination"].as_str().map(str::to_owned).ok_or(backup["status"].to_string())
        });
        let destination = destination.unwrap();
        let path = destination.strip_prefix(&format!("s3://{BUCKET}/")).unwrap();
        assert!(path.contains(&format!("{CLUSTER}-")), "{destination}");
        for (end, size) in OBJECTS {
            minio.put(BUCKET, &format!("{path}{end}"), &vec![b'x'; size]).unwrap();
        }
        assert_eq!(json!(minio.objects(BUCKET, path).unwrap().len()), json!(OBJECTS.len()));
        destination
    }
}
