//! Repositories for tests, made by the `git` program with pinned identity, time and settings; and what must hold after any
//! run: `git fsck` is clean, the work tree and the index are byte for byte what they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use leeward::failure::{Kind, hint_of, kind_of};
use leeward::git::{Commit, Draft, Outcome, Repository, Signing};
use leeward::model::path::RepoPath;
use tempfile::TempDir;

/// The branch that the tests propose on.
pub(crate) const BRANCH: &str = "leeward/minio-a/protect";
/// The incident that the tests propose for.
pub(crate) const INCIDENT: &str = "minio-a";
/// The user's file that an activation edits.
pub(crate) const KUSTOMIZATION: &str = "clusters/prod/kustomization.yaml";
/// A file of the overlay.
pub(crate) const OVERLAY: &str = "clusters/prod/recovery/minio-a/incident.yaml";

/// The changed files of a proposal.
pub(crate) type Changes = BTreeMap<RepoPath, Option<Vec<u8>>>;

/// A repository in a temporary folder.
pub(crate) struct Repo {
    /// Keeps the folder while the test runs; `None` for a folder inside another's.
    _keep: Option<TempDir>,
    /// The top of the work tree, or the bare repository.
    pub(crate) dir: PathBuf,
}

impl Repo {
    /// Returns an empty repository whose branch is `main`.
    pub(crate) fn empty() -> Self {
        let keep = TempDir::new().unwrap();
        let dir = keep.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir(&dir).unwrap();
        let repo = Self { _keep: Some(keep), dir };
        repo.git(&["init", "-q", "-b", "main"]);
        repo.settle();
        repo
    }

    /// Returns a repository with one commit: a kustomization, a file beside it, one elsewhere.
    pub(crate) fn new() -> Self {
        let repo = Self::empty();
        repo.write(KUSTOMIZATION, "resources:\n  - cr.yaml\n");
        repo.write("clusters/prod/cr.yaml", "kind: PerconaXtraDBCluster\n");
        repo.write("docs/README.md", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
        repo.commit("first");
        repo
    }

    /// Returns the repository of another folder, with the settings of the tests.
    pub(crate) fn at(dir: PathBuf) -> Self {
        let repo = Self { _keep: None, dir };
        repo.settle();
        repo
    }

    /// Sets identity, and off what a machine's own settings might turn on.
    fn settle(&self) {
        for (key, value) in [("user.name", "Jane Doe"), ("user.email", "jane@example.org"), ("commit.gpgsign", "false")]
        {
            self.git(&["config", key, value]);
        }
    }

    /// Returns a folder beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.dir.parent().unwrap().join(name)
    }

    /// Clones this repository with options, over the file protocol.
    pub(crate) fn clone_with(&self, name: &str, options: &[&str]) -> Self {
        let url = format!("file://{}", self.dir.display());
        let target = self.beside(name);
        let mut args = vec!["clone", "-q"];
        args.extend(options);
        args.extend([url.as_str(), target.to_str().unwrap()]);
        self.git(&args);
        Self::at(target)
    }

    /// Runs git and returns what it printed; it must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs git.
    pub(crate) fn try_git(&self, args: &[&str]) -> Output {
        pinned(Command::new("git").current_dir(&self.dir)).args(args).output().unwrap()
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, bytes: &str) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Commits everything in the work tree and returns the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits one file on a branch that is not checked out afterwards, as a person would, and returns the id.
    pub(crate) fn commit_on(&self, branch: &str, path: &str, bytes: &str) -> String {
        self.git(&["switch", "-q", branch]);
        self.write(path, bytes);
        let id = self.commit(&format!("edit {path}"));
        self.git(&["switch", "-q", "main"]);
        id
    }

    /// Returns what a revision names.
    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", "--verify", revision])
    }

    /// Returns a file of a revision.
    pub(crate) fn show(&self, revision: &str, path: &str) -> String {
        self.git(&["show", &format!("{revision}:{path}")])
    }

    /// Opens the repository.
    pub(crate) fn open(&self) -> Repository {
        Repository::open(&self.dir).unwrap()
    }

    /// Returns every file of the work tree, the index and the head.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.dir, &mut files);
        files.retain(|path, _| {
            let inner = path.strip_prefix(&self.dir).unwrap();
            !inner.starts_with(".git") || inner == Path::new(".git/index") || inner == Path::new(".git/HEAD")
        });
        files
    }

    /// Asserts that git finds nothing wrong.
    pub(crate) fn assert_sound(&self) {
        let output = self.try_git(&["fsck", "--strict", "--no-dangling"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.trim().is_empty(), "{said}");
    }
}

/// Returns a command with the environment of the tests.
pub(crate) fn pinned(command: &mut Command) -> &mut Command {
    for (key, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null"), ("LC_ALL", "C")] {
        command.env(key, value);
    }
    for part in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{part}_NAME"), "Pat").env(format!("GIT_{part}_EMAIL"), "pat@example.org");
        command.env(format!("GIT_{part}_DATE"), "2026-11-22T09:00:00Z");
    }
    command
}

/// Adds every file below a folder.
fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files);
        } else if path.is_file() {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

/// Returns the changes of a usual proposal: the kustomization of `base` with one line more, and an overlay file.
pub(crate) fn changes(kustomization: &str) -> Changes {
    let edited = format!("{kustomization}components: [recovery/minio-a]\n");
    files(&[(KUSTOMIZATION, Some(&edited)), (OVERLAY, Some("kind: Incident\n"))])
}

/// Returns changes written short.
pub(crate) fn files(files: &[(&str, Option<&str>)]) -> Changes {
    let bytes = |text: &str| text.as_bytes().to_vec();
    files.iter().map(|(path, text)| (RepoPath::parse(path).unwrap(), text.map(bytes))).collect()
}

/// The usual kustomization.
pub(crate) fn usual() -> Changes {
    changes("resources:\n  - cr.yaml\n")
}

/// The message of a proposal.
pub(crate) const MESSAGE: &str = "recovery: move the backups\n\nThe place is gone.\n\nLeeward-Incident: minio-a\n";

/// The instant of every proposal.
pub(crate) fn now() -> jiff::Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// Proposes changes from a base, and returns what it came to.
pub(crate) fn propose(repo: &Repository, base: &str, changes: &Changes) -> anyhow::Result<(Outcome, Commit)> {
    let base = repo.base(Some(base))?.commit;
    let prepared = repo.prepare(&Draft { base: &base, branch: BRANCH, changes, incident: INCIDENT })?;
    let outcome = prepared.outcome().clone();
    Ok((outcome, repo.commit(prepared, MESSAGE, now(), Signing::AsConfigured)?))
}

/// Asserts kind, hint and words of an error.
#[track_caller]
pub(crate) fn assert_fails<T>(result: anyhow::Result<T>, kind: Kind, hint: Option<&str>, words: &[&str]) {
    let Err(error) = result else { panic!("it did not fail") };
    let text = format!("{error:#}");
    assert_eq!(kind_of(&error), kind, "{text}");
    assert_eq!(hint_of(&error), hint, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}
