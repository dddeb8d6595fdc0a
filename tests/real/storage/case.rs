//! One case: a cluster in Git whose storage is as the case has it, the keys in a file, `diagnose`, and what it must say.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::room::fresh;

/// What every storage of a case has, unless the case says otherwise.
pub(crate) const BUCKET: &str = "pxc-a";
/// The key that may do everything in the bucket.
pub(crate) const KEY: [&str; 2] = ["backups", "sesame-only-on-loopback"];
/// How long a run may take beyond its deadline: a machine may be busy.
const SLACK: Duration = Duration::from_secs(8);

/// A case in the making.
pub(crate) struct Case<'a> {
    bed: &'a Bed,
    what: &'a str,
    storage: Value,
    beside: Vec<String>,
    keys: Vec<String>,
    words: Vec<String>,
    variables: Vec<(&'a str, String)>,
    deadline: Duration,
}

/// What `diagnose` said of a case.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its JSON.
    pub(crate) json: Value,
    /// How long it took.
    pub(crate) took: Duration,
    /// What the probe said, line by line.
    pub(crate) log: String,
}

impl<'a> Case<'a> {
    /// Returns a case of a storage at an endpoint, with the good key.
    pub(crate) fn new(bed: &'a Bed, what: &'a str, endpoint: &str) -> Self {
        let s3 = json!({
            "bucket": format!("{BUCKET}/c1"), "endpointUrl": endpoint, "credentialsSecret": "keys", "region": "us-east-1",
        });
        let case = Self {
            bed,
            what,
            storage: json!({"type": "s3", "verifyTLS": true, "s3": s3}),
            beside: Vec::new(),
            keys: Vec::new(),
            words: Vec::new(),
            variables: Vec::new(),
            deadline: Duration::from_secs(10),
        };
        case.keys(&KEY)
    }

    /// Sets a field of the storage's `s3`.
    pub(crate) fn s3(mut self, field: &str, value: &Value) -> Self {
        self.storage["s3"][field] = value.clone();
        self
    }

    /// Has other storages too, at these endpoints.
    pub(crate) fn beside(mut self, endpoints: &[String]) -> Self {
        self.beside = endpoints.to_vec();
        self
    }

    /// Verifies no certificate.
    pub(crate) fn unverified(mut self) -> Self {
        self.storage["verifyTLS"] = json!(false);
        self
    }

    /// Has these keys: access key, secret key, session token.
    pub(crate) fn keys(mut self, keys: &[&str]) -> Self {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        self.keys = names.iter().zip(keys).map(|(name, key)| format!("{name}={key}")).collect();
        self
    }

    /// Adds words to the command line.
    pub(crate) fn words(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    /// Is over after so many seconds.
    pub(crate) fn within(mut self, seconds: u64) -> Self {
        self.deadline = Duration::from_secs(seconds);
        self
    }

    /// Has another clock than the server.
    pub(crate) fn at(mut self, now: &str) -> Self {
        self.variables.push(("LEEWARD_NOW", now.to_owned()));
        self
    }

    /// Runs `diagnose`; it must say this cause and call for this, by the right command, in time, and show no key.
    #[expect(clippy::print_stdout, reason = "the table of what was produced and what was said of it")]
    pub(crate) fn is(self, cause: &str, calls_for: &str) -> Said {
        let said = self.run();
        let of = |field: &str| said.json[field].as_str().unwrap_or("-").to_owned();
        let (took, what) = (said.took.as_millis(), self.what);
        println!("  {what}: {} ({}), {}, in {took} ms", of("cause"), of("confidence"), of("calls_for"));
        assert_eq!((of("cause").as_str(), of("calls_for").as_str()), (cause, calls_for), "{what}: {}", said.log);
        let next = of("next");
        let start = "leeward plan --cluster pxc/db --storage minio-a";
        match calls_for {
            "failover" => assert_eq!(next, format!("{start} --to TARGET"), "{what}"),
            "rotate" => assert_eq!(next, format!("{start} --action rotate"), "{what}"),
            // What nobody wrote to may be full.
            "nothing" if of("confidence") == "possible" => {
                let typed = "leeward diagnose --cluster pxc/db --storage minio-a --credentials keys.env";
                assert!(next.starts_with(typed) && next.ends_with(" --write-probe"), "{what}: {next}");
            }
            "nothing" => assert_eq!(next, "-", "{what}"),
            _ => assert!(
                next != "-" && !next.contains("leeward plan") && !next.contains("leeward propose"),
                "{what}: {next}"
            ),
        }
        assert!(said.took < self.deadline + SLACK, "{what}: {:?}", said.took);
        said
    }

    /// Runs `diagnose`.
    fn run(&self) -> Said {
        let folder = self.prepared();
        let mut command = self.bed.tool(env!("CARGO_BIN_EXE_leeward"));
        command.current_dir(&folder).args([
            "diagnose",
            "--cluster",
            "pxc/db",
            "--storage",
            "minio-a",
            "--format",
            "json",
        ]);
        command
            .args(["--credentials", "keys.env", "--timeout", &self.deadline.as_secs().to_string()])
            .args(&self.words);
        command.args(["--save", "bundle"]).envs(self.variables.iter().map(|(name, value)| (name, value)));
        let begun = Instant::now();
        let output = command.output().unwrap();
        let took = begun.elapsed();
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!format!("{stdout}{stderr}").contains("sesame"), "{}: {stdout}{stderr}", self.what);
        let json = serde_json::from_str(&stdout).unwrap_or_else(|why| panic!("{}: {why}: {stdout}{stderr}", self.what));
        let log = std::fs::read_to_string(folder.join("bundle/logs/01.log")).unwrap_or_default();
        Said { json, took, log }
    }

    /// Returns the folder in which `diagnose` runs: the repository, and the keys in a file.
    pub(crate) fn prepared(&self) -> PathBuf {
        let folder = self.repository();
        std::fs::write(folder.join("keys.env"), self.keys.join("\n")).unwrap();
        folder
    }

    /// Makes the repository.
    fn repository(&self) -> PathBuf {
        let folder = self.bed.folder(&format!("storage-case-{}", fresh()));
        let mut storages = json!({"minio-a": self.storage});
        for (number, endpoint) in self.beside.iter().enumerate() {
            let mut storage = self.storage.clone();
            storage["s3"]["endpointUrl"] = json!(endpoint);
            storages[format!("other-{number}")] = storage;
        }
        let cluster = json!({
            "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
            "metadata": {"name": "db", "namespace": "pxc"},
            "spec": {"crVersion": "1.20.0", "backup": {
                "storages": storages,
                "schedule": [{"name": "daily", "schedule": "0 3 * * *", "storageName": "minio-a"}],
            }},
        });
        std::fs::write(folder.join("cluster.yaml"), cluster.to_string()).unwrap();
        std::fs::write(folder.join("kustomization.yaml"), "resources: [cluster.yaml]\n").unwrap();
        self.git(&folder, &["init", "-q", "-b", "main"]);
        self.git(&folder, &["add", "-A"]);
        self.git(&folder, &["-c", "user.name=bot", "-c", "user.email=bot@example.test", "commit", "-q", "-m", "first"]);
        folder
    }

    /// Runs git in the repository.
    fn git(&self, folder: &Path, words: &[&str]) {
        let status = self.bed.tool("git").current_dir(folder).args(words).status().unwrap();
        assert!(status.success(), "git {words:?}");
    }
}

impl Said {
    /// Returns the operations that the answer names.
    pub(crate) fn operations(&self) -> Vec<&str> {
        self.json["operations"].as_array().unwrap().iter().map(|operation| operation.as_str().unwrap()).collect()
    }

    /// Returns what was seen of the one place.
    pub(crate) fn summary(&self) -> &str {
        self.json["places"][0]["summary"].as_str().unwrap()
    }
}
