//! One recovery up to its merge, for the runs of `verify` that follow it: the cluster under the operator, its repository on the
//! forge, a controller between them, and the place that backups move to. What a Job uploads is played, by uploading it.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::argo::{Mode, Sync};
use crate::bed::Bed;
use crate::gitea::{Repository, Tree};
use crate::minio::{Minio, ROOT, ROOT_SECRET};
use crate::operated::bench::{Bench, name};
use crate::operated::planned::{files, leeward, said};
use crate::percona::{CLUSTER, START};
use crate::room::until;

/// The incident of every recovery.
pub(crate) const INCIDENT: &str = "minio-inc";
/// The keys of the new place, as the operator and `verify` find them.
pub(crate) const KEYS: &str = "other-keys";
/// The folder of the repository that Flux applies.
const FOLDER: &str = "pxc";

/// Who applies Git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Flux.
    Flux,
    /// Argo CD, which syncs by itself what it sees when it is asked to look.
    Argo,
}

/// A recovery that is proposed.
pub(crate) struct Story<'a> {
    /// The cluster.
    pub(crate) bench: Bench<'a>,
    /// Its repository.
    pub(crate) repository: Repository<'a>,
    /// The place that backups move to.
    minio: &'a Minio,
    by: By,
    bed: &'a Bed,
}

/// What a run of `verify` said.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The exit code.
    code: Option<i32>,
    /// The signal that ended it.
    signal: Option<i32>,
    /// The answer.
    pub(crate) answer: Value,
    /// What it told meanwhile.
    pub(crate) stderr: String,
}

/// A run of `verify` that goes on.
pub(crate) struct Verifying(Child);

impl<'a> Story<'a> {
    /// Begins with a cluster that a controller applies and the operator has taken; the new place is reached with the keys of a
    /// Secret.
    pub(crate) fn begin(bed: &'a Bed, minio: &'a Minio, by: By, secret: &str) -> Self {
        let one = json!({"size": 1});
        let unsafe_flags = json!({"pxcSize": true, "proxySize": true});
        let bench = Bench::new(bed, &json!({"pxc": one, "haproxy": one, "unsafeFlags": unsafe_flags}));
        let keys = json!({"stringData": {"AWS_ACCESS_KEY_ID": ROOT, "AWS_SECRET_ACCESS_KEY": ROOT_SECRET}}).to_string();
        let cluster = &bench.percona.cluster;
        cluster.kubectl(&["patch", "secret", KEYS, "-n", &bench.namespace, "--type=merge", "-p", &keys]).unwrap();
        minio.bucket(&bench.namespace).unwrap();
        let repository = bed.gitea().repository(&bench.namespace).unwrap();
        let mut tree: Tree = files(&bench.manifest).map(|(path, text)| (path.to_owned(), text)).into();
        let place = json!({
            "type": "s3", "endpoint": minio.endpoint(), "bucket": bench.namespace, "region": "us-east-1",
            "credentialsSecret": secret,
        });
        tree.insert("leeward.yaml".to_owned(), json!({"version": 1, "targets": {"minio-b": place}}).to_string());
        let first = repository.push(&tree, "first").unwrap();
        let story = Self { bench, repository, minio, by, bed };
        let folders = [FOLDER];
        match by {
            By::Flux => bed.operated_flux().follow(&story.repository, &folders, &json!({})),
            By::Argo => {
                let automated = (Mode::ClientSide, Sync::Automated);
                bed.operated_argo().follow(&story.repository, &folders, automated, &json!({}))
            }
        }
        .unwrap();
        story.settle(&first);
        story.bench.taken();
        story
    }

    /// Proposes the recovery and merges it; the controller is not told.
    pub(crate) fn merge(&self) -> String {
        self.propose("protect", &["--storage", "minio", "--to", "minio-b"])
    }

    /// Proposes that point-in-time recovery goes on, after a backup that succeeded, and merges that; the controller is not told.
    pub(crate) fn resume(&self, confirmed: &str) -> String {
        self.propose("resume", &["--stage", "resume", "--confirmed-backup", confirmed])
    }

    /// Proposes a stage, merges it, and returns the new tip of `main`.
    fn propose(&self, stage: &str, more: &[&str]) -> String {
        self.repository.git(&["fetch", "-q", "origin"]).unwrap();
        let propose = ["propose", "--cluster", CLUSTER, "--incident", INCIDENT, "--no-sign", "--push"];
        said(leeward(self.bed, self.repository.folder()).args(propose).args(more));
        self.repository.merge(&format!("leeward/{INCIDENT}/{stage}"), stage).unwrap();
        self.tip()
    }

    /// Returns the tip of `main` on the forge, in the work tree too.
    pub(crate) fn tip(&self) -> String {
        self.repository.git(&["fetch", "-q", "origin"]).unwrap();
        self.repository.git(&["reset", "-q", "--hard", "origin/main"]).unwrap();
        self.repository.git(&["rev-parse", "HEAD"]).unwrap()
    }

    /// Has the controller apply a revision.
    pub(crate) fn settle(&self, revision: &str) {
        let applied = match self.by {
            By::Flux => self.bed.operated_flux().settle(&self.repository, revision),
            By::Argo => self.bed.operated_argo().sync(&self.repository, revision),
        };
        assert_eq!(applied.unwrap()[FOLDER], Ok(()));
    }

    /// Lays this over the `spec` of what has Flux apply the folder.
    pub(crate) fn follower(&self, spec: &Value) {
        let (patch, follower) =
            (json!({"spec": spec}).to_string(), crate::flux::follower(&self.repository.name, FOLDER));
        let args = ["patch", "-n", "flux-system", "kustomization", &follower, "--type=merge", "-p", &patch];
        self.bench.percona.cluster.kubectl(&args).unwrap();
    }

    /// Returns `verify` of the recovery.
    fn command(&self, more: &[&str]) -> Command {
        let mut command = leeward(self.bed, self.repository.folder());
        command.args(["verify", "--incident", INCIDENT, "--format", "json"]).args(more);
        command.env("KUBECONFIG", self.bench.percona.cluster.kubeconfig());
        command
    }

    /// Runs `verify` to its end.
    pub(crate) fn verify(&self, more: &[&str]) -> Verdict {
        Verdict::of(&self.command(more).output().unwrap())
    }

    /// Starts `verify`.
    pub(crate) fn start(&self, more: &[&str]) -> Verifying {
        let mut command = self.command(more);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Verifying(command.spawn().unwrap())
    }

    /// Returns the names of the test backups.
    pub(crate) fn own(&self) -> Vec<String> {
        let all = self.bench.backups();
        let own = all.iter().map(|one| name(one).to_owned()).filter(|name| name.starts_with("leeward-"));
        own.collect()
    }

    /// Waits until there is a test backup of this number, and its pod runs; returns the pod.
    pub(crate) fn running(&self, number: u8) -> Value {
        self.bench.percona.pod_of(&self.bench.namespace, &backup(number)).unwrap()
    }

    /// Plays that a test backup's Job uploads what a backup is made of, and ends well.
    pub(crate) fn succeed(&self, number: u8) {
        let path = format!("/apis/pxc.percona.com/v1/namespaces/{}/perconaxtradbclusterbackups", self.bench.namespace);
        let destination = until(START, || {
            let object = self.bench.percona.cluster.read(&format!("{path}/{}", backup(number)))?;
            object["status"]["destination"].as_str().map(str::to_owned).ok_or(object.to_string())
        });
        let destination = destination.unwrap();
        let (bucket, key) = destination.strip_prefix("s3://").unwrap().split_once('/').unwrap();
        for (part, size) in [("/xtrabackup_info.00000000000000000000", 100), (".md5", 30_000)] {
            self.minio.put(bucket, &format!("{key}{part}"), &vec![b'x'; size]).unwrap();
        }
        self.bench.succeed(&backup(number));
    }
}

impl Verifying {
    /// Kills it, as a runner that is taken away does.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        let verdict = Verdict::of(&self.0.wait_with_output().unwrap());
        assert_eq!((verdict.signal, &verdict.answer), (Some(9), &Value::Null), "{verdict:?}");
    }

    /// Waits for its end.
    pub(crate) fn end(self) -> Verdict {
        Verdict::of(&self.0.wait_with_output().unwrap())
    }
}

impl Verdict {
    /// Reads what a run left.
    fn of(output: &Output) -> Self {
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            ![&stderr, &String::from_utf8_lossy(&output.stdout).into_owned()]
                .iter()
                .any(|text| text.contains(ROOT_SECRET))
        );
        Self { code: output.status.code(), signal: output.status.signal(), answer, stderr }
    }

    /// Returns a check: what it says, and the fact.
    pub(crate) fn check(&self, name: &str) -> (&str, &str) {
        let all = self.answer["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let check = all.iter().find(|check| check["name"] == name);
        let of = |field: &str| check.and_then(|check| check[field].as_str()).unwrap_or_default();
        (of("outcome"), of("fact"))
    }

    /// Shows that the run ended with a code, and that a check says so, and why.
    pub(crate) fn says(&self, code: i32, (check, outcome, why): (&str, &str, &str)) {
        let (said, fact) = self.check(check);
        assert!((self.code, said) == (Some(code), outcome) && fact.contains(why), "{check} {outcome} {why}: {self:#?}");
    }

    /// Shows that everything holds.
    pub(crate) fn holds(&self) {
        assert_eq!(
            (self.code, self.answer["verdict"].as_str()),
            (Some(0), Some("passed")),
            "{self:#?}\n{}",
            self.stderr
        );
    }
}

/// Returns the name of a test backup.
pub(crate) fn backup(number: u8) -> String {
    format!("leeward-{INCIDENT}-{number}")
}
