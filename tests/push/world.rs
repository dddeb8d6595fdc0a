//! A remote, the clone that leeward works in, and a clone of somebody else.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use leeward::git::{Commit, Destination, Draft, Offer, Publication, Push, Repository, Signing, TRIES};
use tempfile::TempDir;

use crate::repo::{BRANCH, Changes, INCIDENT, MESSAGE, Repo, files, pinned};
use crate::server::Server;

/// How long a call of git may take, where the test is not about that.
pub(crate) const TIME: Duration = Duration::from_mins(1);

/// A remote and its clones.
pub(crate) struct World {
    /// The remote.
    pub(crate) bare: Repo,
    /// Where leeward works.
    pub(crate) clone: Repo,
    /// Where somebody else works.
    pub(crate) other: Repo,
    /// The remote over HTTP, where it is.
    server: Option<Server>,
    /// Keeps the folders.
    pub(crate) keep: TempDir,
}

impl World {
    /// Returns a remote in a folder.
    pub(crate) fn local() -> Self {
        let keep = TempDir::new().unwrap();
        let top = keep.path().canonicalize().unwrap();
        let seed = Repo::new();
        let url = format!("file://{}", seed.dir.display());
        let at = |name: &str, args: &[&str]| {
            let mut command = Command::new("git");
            let output = pinned(command.current_dir(&top)).args(args).arg(name).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let repo = Repo::at(top.join(name));
            // No credential of the machine is asked for.
            repo.git(&["config", "credential.helper", ""]);
            repo
        };
        let bare = at("bare.git", &["clone", "-q", "--bare", &url]);
        let url = bare.dir.display().to_string();
        let (clone, other) = (at("clone", &["clone", "-q", &url]), at("other", &["clone", "-q", &url]));
        Self { bare, clone, other, server: None, keep }
    }

    /// Returns a remote over HTTP.
    pub(crate) fn http() -> Self {
        let mut world = Self::local();
        let server = Server::start(world.bare.dir.parent().unwrap());
        world.clone.git(&["remote", "set-url", "origin", &server.url("bare.git")]);
        world.server = Some(server);
        world
    }

    /// Returns the server.
    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// Publishes the usual changes with another text in the overlay.
    pub(crate) fn publish(&self, text: &str) -> anyhow::Result<Publication> {
        publish(&self.clone, text)
    }

    /// Returns where the branch of the remote stands.
    pub(crate) fn tip(&self) -> String {
        self.bare.id(BRANCH)
    }

    /// Returns whether the branch is at the remote.
    pub(crate) fn is_published(&self) -> bool {
        self.bare.try_git(&["rev-parse", "--verify", "-q", BRANCH]).status.success()
    }

    /// Commits a file on a branch of the remote, as somebody else, and returns the id.
    pub(crate) fn person(&self, branch: &str, path: &str, text: &str) -> String {
        person(&self.other, branch, path, text)
    }
}

/// Writes a hook of a repository.
pub(crate) fn hook(repo: &Repo, name: &str, lines: &str) {
    let folder = PathBuf::from(repo.git(&["rev-parse", "--absolute-git-dir"])).join("hooks");
    std::fs::create_dir_all(&folder).unwrap();
    program(&folder.join(name), lines);
}

/// Writes a program of the shell.
pub(crate) fn program(path: &Path, lines: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Commits a file on a branch of the remote, in the clone of somebody else, and returns the id.
pub(crate) fn person(other: &Repo, branch: &str, path: &str, text: &str) -> String {
    other.git(&["fetch", "-q", "origin"]);
    other.git(&["checkout", "-q", "--detach", &format!("origin/{branch}")]);
    other.write(path, text);
    let id = other.commit(&format!("edit {path}"));
    other.git(&["push", "-q", "origin", &format!("HEAD:refs/heads/{branch}")]);
    id
}

/// Returns the parents of a revision, a line each.
pub(crate) fn parents(repo: &Repo, revision: &str) -> String {
    repo.git(&["rev-parse", &format!("{revision}^@")])
}

/// Returns the changes of a proposal with a text in the overlay.
pub(crate) fn overlay(text: &str) -> Changes {
    let edited = "resources:\n  - cr.yaml\ncomponents: [recovery/minio-a]\n";
    files(&[(crate::repo::KUSTOMIZATION, Some(edited)), (crate::repo::OVERLAY, Some(text))])
}

/// Commits changes for what the remote has, at a time.
pub(crate) fn commit_at(repo: &Repository, changes: &Changes, now: jiff::Timestamp) -> anyhow::Result<Commit> {
    let base = repo.base(None)?.commit;
    let prepared = repo.prepare(&Draft { base: &base, branch: BRANCH, changes, incident: INCIDENT })?;
    repo.commit(prepared, MESSAGE, now, Signing::Never)
}

/// Returns an offer that was made from nothing in particular.
pub(crate) fn offer(commit: Commit) -> Offer {
    Offer { commit, inputs: BTreeMap::new() }
}

/// Where leeward's branch goes.
pub(crate) fn to_branch() -> Destination<'static> {
    Destination { branch: BRANCH, base: None, tries: TRIES }
}

/// Publishes from a clone.
pub(crate) fn publish(clone: &Repo, text: &str) -> anyhow::Result<Publication> {
    publish_at(&clone.open(), text, crate::repo::now(), TIME)
}

/// Publishes from a repository, at a time.
pub(crate) fn publish_at(
    repo: &Repository,
    text: &str,
    now: jiff::Timestamp,
    time: Duration,
) -> anyhow::Result<Publication> {
    let remote = repo.remote_for(None, time)?;
    let made = remote.publish(&to_branch(), |_| Ok(Some(offer(commit_at(repo, &overlay(text), now)?))))?;
    Ok(made.unwrap())
}

/// Asserts what became of a push, and in which round.
#[track_caller]
pub(crate) fn assert_push(publication: &Publication, push: &Push, rounds: u32) {
    assert_eq!((&publication.push, publication.rounds), (push, rounds), "{:?}", publication.failure);
    assert_eq!(publication.failure.is_none(), push.is_there());
}

/// Returns hint and fact of the failure of a publication.
#[track_caller]
pub(crate) fn failure(publication: &Publication) -> (String, String) {
    let failure = publication.failure.clone().unwrap();
    assert_eq!(failure.kind.exit_code(), 4);
    (failure.hint.unwrap(), failure.fact)
}
