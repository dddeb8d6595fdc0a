//! Opening a repository: found from a folder upward; bare ones, linked worktrees, detached heads and shallow clones are
//! fine. What libgit2 cannot read whole (partial clones, reftable, SHA-256) is refused here, with the command that mends it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use git2::{Config, ErrorCode, RepositoryOpenFlags};

use super::blobs::Blobs;
use super::fault::{fault, quoted};
use crate::failure::{Failure, refused};

/// A repository, read and written through its object database alone.
pub struct Repository {
    /// The repository that holds the objects and the branches.
    pub(super) raw: git2::Repository,
    /// Blobs that were read.
    pub(super) blobs: Blobs,
    /// The linked worktree it was opened from, where it was: it has a head of its own.
    linked: Option<git2::Repository>,
}

impl Repository {
    /// Opens the repository that `dir` lies in.
    ///
    /// # Errors
    /// Refuses a folder outside any repository, one that belongs to somebody else, and formats that cannot be read whole.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        Self::opened(dir).with_context(|| format!("failed to open repository `{}`", dir.display()))
    }

    /// Opens without naming what is opened.
    fn opened(dir: &Path) -> anyhow::Result<Self> {
        let found = git2::Repository::discover_path(dir, [""; 0]).map_err(|error| missing(dir, error))?;
        let common = common_folder(&found)?;
        refuse_unsupported(&common.join("config"))?;
        let here = open_at(&found)?;
        if !here.is_worktree() {
            return Ok(Self { raw: here, blobs: Blobs::default(), linked: None });
        }
        // libgit2 looks for the shallow boundary beside the worktree's own head, where git does not keep it.
        Ok(Self { raw: open_at(&common)?, blobs: Blobs::default(), linked: Some(here) })
    }

    /// Returns the same repository for another thread, which shares what was read: for its trees alone.
    ///
    /// # Errors
    /// Fails when it cannot be opened any more.
    pub fn twin(&self) -> anyhow::Result<Self> {
        Ok(Self { raw: open_at(self.raw.path())?, blobs: self.blobs.clone(), linked: None })
    }

    /// Returns the repository as seen from where it was opened: its head, its settings.
    pub(super) fn here(&self) -> &git2::Repository {
        self.linked.as_ref().unwrap_or(&self.raw)
    }

    /// Returns whether history is cut off somewhere.
    pub fn is_shallow(&self) -> bool {
        self.raw.is_shallow()
    }

    /// Returns the folder of the work tree; `None` for a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.here().workdir()
    }

    /// Returns the folder in which programs run, as git runs them: the top of the work tree, else the git folder.
    pub(super) fn folder(&self) -> &Path {
        self.here().workdir().unwrap_or_else(|| self.raw.path())
    }
}

/// Opens the git folder `dir`, reading git's own settings where git's environment says they are.
fn open_at(dir: &Path) -> Result<git2::Repository, Failure> {
    let flags = RepositoryOpenFlags::FROM_ENV | RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::CROSS_FS;
    git2::Repository::open_ext(dir, flags, [""; 0]).map_err(|error| match error.code() {
        ErrorCode::Owner => refused("repository belongs to another user, git would not read it either")
            .hint(format!("git config --global --add safe.directory {}", quoted(work_folder(dir)))),
        // Extensions and versions of the format that libgit2 does not know.
        _ if error.message().starts_with("unsupported") => refused(fault(error).fact),
        _ => fault(error),
    })
}

/// Returns the folder that git's `safe.directory` names for a git folder.
fn work_folder(git_folder: &Path) -> &Path {
    let is_inner = git_folder.file_name().is_some_and(|name| name == ".git");
    git_folder.parent().filter(|_| is_inner).unwrap_or(git_folder)
}

/// The failure of finding no repository.
fn missing(dir: &Path, error: git2::Error) -> Failure {
    match error.code() {
        ErrorCode::NotFound if !dir.exists() => refused("no such folder").hint("--repo DIR"),
        ErrorCode::NotFound => refused("not inside a git repository").hint("--repo DIR"),
        _ => fault(error),
    }
}

/// Returns the folder that a linked worktree shares with its repository; any other git folder itself.
fn common_folder(git_folder: &Path) -> anyhow::Result<PathBuf> {
    let link = git_folder.join("commondir");
    match std::fs::read_to_string(&link) {
        Ok(text) => Ok(git_folder.join(text.trim_end_matches(['\n', '\r']))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(git_folder.to_owned()),
        Err(error) => Err(error).with_context(|| format!("failed to read `{}`", link.display())),
    }
}

/// Refuses the formats that libgit2 cannot read, or cannot read whole.
fn refuse_unsupported(path: &Path) -> anyhow::Result<()> {
    let config = Config::open(path).map_err(fault).with_context(|| format!("failed to read `{}`", path.display()))?;
    let says = |key: &str, value: &str| config.get_string(key).is_ok_and(|text| text.eq_ignore_ascii_case(value));
    if says("extensions.objectformat", "sha256") {
        let hint = "git init --object-format=sha1 -b \"$(git branch --show-current)\" ../sha1 && git fast-export --all | git -C ../sha1 fast-import";
        return Err(refused("repository stores SHA-256 objects, leeward reads SHA-1 ones").hint(hint).into());
    }
    if says("extensions.refstorage", "reftable") {
        let fact = "repository stores its branches as a reftable, leeward reads files";
        return Err(refused(fact).hint("git refs migrate --ref-format=files").into());
    }
    match promisor(&config).map_err(fault)? {
        Some(remote) => Err(partial(&config, &remote).into()),
        None => Ok(()),
    }
}

/// Returns the remote that a partial clone fetches its missing objects from.
fn promisor(config: &Config) -> Result<Option<String>, git2::Error> {
    let mut entries = config.entries(Some(r"^remote\..*\.promisor$"))?;
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.name()?;
        let name = name.strip_prefix("remote.").and_then(|name| name.strip_suffix(".promisor")).unwrap_or(name);
        if entry.value().is_ok_and(|value| Config::parse_bool(value).unwrap_or(true)) {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(config.get_string("extensions.partialclone").ok())
}

/// The refusal of a partial clone, with the commands that make it whole.
fn partial(config: &Config, remote: &str) -> Failure {
    let keys = [
        format!("remote.{remote}.promisor"),
        format!("remote.{remote}.partialclonefilter"),
        "extensions.partialclone".to_owned(),
    ];
    let unset = keys.iter().filter(|key| config.get_string(key).is_ok()).map(|key| format!("git config --unset {key}"));
    let hint: Vec<String> = std::iter::once(format!("git fetch --refetch --no-filter {remote}")).chain(unset).collect();
    refused(format!("repository is a partial clone, objects are still at `{remote}`")).hint(hint.join(" && "))
}
