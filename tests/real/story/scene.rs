//! The scene: two storages, a cluster that backs up to the first, its repository on the forge, Flux, and `leeward` as a person
//! with all of that types it.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::gitea::{Repository, Tree};
use crate::minio::{Minio, Setup};
use crate::operated::Bench;
use crate::percona::CLUSTER;
use crate::room::until;

/// The bucket of each storage.
pub(super) const BUCKET: &str = "pxc";
/// The key of each storage: it may do everything.
const KEY: [&str; 2] = ["backups", "sesame-only-on-loopback"];

/// What the story plays in.
pub(super) struct Scene<'a> {
    pub(super) bed: &'a Bed,
    /// The storage that dies.
    pub(super) a: Minio,
    /// The other one.
    pub(super) b: Minio,
    /// The cluster.
    pub(super) bench: Bench<'a>,
    /// Where its manifests are.
    pub(super) repository: Repository<'a>,
}

impl<'a> Scene<'a> {
    /// Starts the storages, and a cluster that Flux brought to the operator and that is ready.
    pub(super) fn set(bed: &'a Bed) -> Self {
        let [a, b] = ["story-a", "story-b"].map(|name| storage(bed, name));
        let one = json!({"size": 1});
        let at = |prefix: &str| s3(&a, prefix);
        let block = json!({"storages": {"minio": null, "minio-a": at(""), "minio-a-binlogs": at("/binlogs")},
            "schedule": [{"name": "daily", "schedule": "0 3 * * *", "storageName": "minio-a",
                "retention": {"type": "count", "count": 2, "deleteFromStorage": true}}],
            "pitr": {"enabled": true, "storageName": "minio-a-binlogs", "timeBetweenUploads": 60, "timeoutSeconds": 3600}});
        let flags = json!({"pxcSize": true, "proxySize": true});
        let mut bench = Bench::new(bed, &json!({"pxc": one, "haproxy": one, "unsafeFlags": flags}));
        bench.manifest["spec"]["backup"]["storages"] = json!({});
        crate::fidelity::merge(&mut bench.manifest["spec"]["backup"], &block);
        bench.manifest["spec"]["backup"]["storages"].as_object_mut().unwrap().remove("minio");
        for name in ["minio-a-keys", "minio-b-keys"] {
            let [key, secret] = [("AWS_ACCESS_KEY_ID", KEY[0]), ("AWS_SECRET_ACCESS_KEY", KEY[1])]
                .map(|(name, value)| format!("--from-literal={name}={value}"));
            let create = ["create", "secret", "generic", name, "-n", &bench.namespace, &key, &secret];
            bench.percona.cluster.kubectl(&create).unwrap();
        }
        let repository = bed.gitea().repository(&format!("story-{}", bench.namespace)).unwrap();
        let files: Tree = [
            ("leeward.yaml".to_owned(), targets(&b)),
            ("pxc/kustomization.yaml".to_owned(), "resources: [cluster.yaml]\n".to_owned()),
            ("pxc/cluster.yaml".to_owned(), bench.manifest.to_string()),
        ]
        .into();
        let first = repository.push(&files, "first").unwrap();
        let scene = Self { bed, a, b, bench, repository };
        bed.operated_flux().follow(&scene.repository, &["pxc"], &json!({})).unwrap();
        scene.settled(&first);
        scene.bench.taken();
        scene.fetched();
        scene
    }

    /// Returns what `leeward` calls the cluster.
    pub(super) fn cluster(&self) -> String {
        format!("{}/{CLUSTER}", self.bench.namespace)
    }

    /// Returns how many Backups there are, and how many objects on each storage; a storage that is down counts as none.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        let on = |minio: &Minio| minio.objects(BUCKET, "").map_or(0, |objects| objects.len());
        (self.bench.backups().len(), on(&self.a), on(&self.b))
    }

    /// Returns the program in the repository's work tree, by a person who may reach forge and cluster.
    pub(super) fn leeward(&self, words: &[&str]) -> Command {
        let mut command = self.bed.tool(env!("CARGO_BIN_EXE_leeward"));
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "bot").env(format!("GIT_{role}_EMAIL"), "bot@example.test");
        }
        command.env("GITEA_TOKEN", self.bed.gitea().token()).env("KUBECONFIG", self.bench.percona.cluster.kubeconfig());
        command.current_dir(self.repository.folder()).args(words);
        command
    }

    /// Runs it to an exit code, and returns its JSON.
    pub(super) fn json(&self, words: &[&str], code: i32) -> Value {
        let output = self.leeward(&[words, &["--format", "json"]].concat()).output().unwrap();
        let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "leeward {words:?}: {said}");
        assert!(!said.contains("sesame"), "leeward {words:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Proposes by a pull request, and returns its number.
    pub(super) fn proposed(&self, words: &[&str]) -> u64 {
        let diagnosis = self.file("diagnosis.json").display().to_string();
        let flags = ["--no-sign", "--forge=gitea", "--pr", "--diagnosis", &diagnosis];
        let flags = if words.contains(&"--stage") { &flags[..3] } else { &flags[..] };
        let said = self.json(&[&["propose"], words, flags].concat(), 0);
        let pull = &said["proposal"]["pull_request"];
        assert_eq!(pull["operation"], json!("created"), "{said:#}");
        pull["number"].as_u64().unwrap()
    }

    /// Shows that the preview of a stage's branch sees the change before anybody merges it.
    pub(super) fn previewed(&self, stage: &str) -> Value {
        let branch = format!("{}/{stage}", self.branches());
        let said = self.json(&["preview", "--head", &branch], 1);
        assert_eq!((&said["summary"]["change"], &said["summary"]["delete"]), (&json!(1), &json!(0)), "{said:#}");
        said
    }

    /// Merges a pull request on the forge, and waits until Flux has applied it.
    pub(super) fn merged(&self, number: u64) {
        let path = format!("{}/pulls/{number}/merge", self.repository.api_path());
        let merge = || self.bed.gitea().api("POST", &path, Some(&json!({"Do": "merge"})));
        until(Duration::from_secs(30), merge).unwrap();
        self.fetched();
        self.settled(&self.repository.git(&["rev-parse", "origin/main"]).unwrap());
    }

    /// Returns the stage in which the one incident stands, by Git alone.
    pub(super) fn stage(&self) -> Value {
        let said = self.json(&["status"], 0);
        assert_eq!(said["incidents"].as_array().map(Vec::len), Some(1), "{said:#}");
        said["incidents"][0]["stage"].clone()
    }

    /// Returns where a file of the story lies, outside of the repository.
    pub(super) fn file(&self, name: &str) -> std::path::PathBuf {
        self.bed.folder(&format!("story-files-{}", self.bench.namespace)).join(name)
    }

    /// Returns what the incident's branches start with.
    fn branches(&self) -> String {
        let list = self.repository.git(&["branch", "--list", "leeward/*", "--format=%(refname:short)"]).unwrap();
        list.lines().next().unwrap().rsplit_once('/').unwrap().0.to_owned()
    }

    /// Fetches what others pushed.
    fn fetched(&self) {
        self.repository.git(&["fetch", "-q", "origin"]).unwrap();
    }

    /// Waits until Flux has applied a revision.
    fn settled(&self, revision: &str) {
        assert_eq!(self.bed.operated_flux().settle(&self.repository, revision).unwrap()["pxc"], Ok(()));
    }
}

/// Starts a storage with its bucket and key.
fn storage(bed: &Bed, name: &'static str) -> Minio {
    let minio = bed.minio(name, Setup::default());
    minio.bucket(BUCKET).unwrap();
    minio.user(KEY[0], KEY[1], "readwrite").unwrap();
    minio
}

/// Returns a storage of the cluster on A.
fn s3(minio: &Minio, prefix: &str) -> Value {
    let s3 = json!({
        "bucket": format!("{BUCKET}{prefix}"), "endpointUrl": minio.endpoint(), "credentialsSecret": "minio-a-keys",
        "region": "us-east-1",
    });
    json!({"type": "s3", "s3": s3})
}

/// Returns `leeward.yaml`: B is where backups can go.
fn targets(minio: &Minio) -> String {
    let target = json!({
        "type": "s3", "endpoint": minio.endpoint(), "bucket": BUCKET, "prefix": "dr", "region": "us-east-1",
        "credentialsSecret": "minio-b-keys",
    });
    json!({"version": 1, "targets": {"minio-b": target}}).to_string()
}
