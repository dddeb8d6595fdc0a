//! Names → commits: a revision as typed, or the base that nobody typed (the remote's default branch, else the one checked
//! out). What is missing is refused with a hint; what cannot be read is a failure of its own.

use anyhow::Context as _;
use git2::{ErrorClass, ErrorCode, ObjectType, Oid};

use super::fault::fault;
use super::open::Repository;
use crate::failure::{Failure, refused};

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The whole id, 40 hexadecimal digits.
    pub id: String,
    /// The first line of its message.
    pub summary: String,
}

impl Commit {
    /// Returns the id as people read it: its first seven digits.
    pub fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }

    /// Returns what is shown of a commit of git2.
    pub(super) fn of(raw: &git2::Commit<'_>) -> Self {
        let summary = raw.summary_bytes().map(String::from_utf8_lossy).unwrap_or_default();
        Self { id: raw.id().to_string(), summary: summary.into_owned() }
    }

    /// Returns the id as git2 knows it.
    pub(super) fn oid(&self) -> anyhow::Result<Oid> {
        Oid::from_str(&self.id).map_err(fault).with_context(|| format!("failed to read commit id `{}`", self.id))
    }
}

/// The commit a change starts from, and what it was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The commit.
    pub commit: Commit,
    /// `main`, `origin/main`, or the revision as typed.
    pub name: String,
}

impl Repository {
    /// Returns the commit that `rev` names, here or as a branch of the remote that counts, or the default base: the remote's default branch as last fetched, without a
    /// remote the branch that is checked out.
    ///
    /// # Errors
    /// Refuses a revision that is missing, and a default that cannot be told.
    pub fn base(&self, rev: Option<&str>) -> anyhow::Result<Base> {
        match rev {
            Some(rev) => {
                self.named(rev).with_context(|| format!("failed to resolve revision `{}`", rev.escape_debug()))
            }
            None => self.default_base().context("failed to choose the base"),
        }
    }

    /// Returns the commit that `rev` names, or what is checked out.
    ///
    /// # Errors
    /// Refuses a revision that is missing.
    pub fn head(&self, rev: Option<&str>) -> anyhow::Result<Base> {
        let name = rev.unwrap_or("HEAD");
        let head = self.typed(name).map_err(|error| match error.downcast::<Failure>() {
            Ok(failure) => Failure { hint: Some("--head REV".to_owned()), ..failure }.into(),
            Err(error) => error,
        });
        let mut head = head.with_context(|| format!("failed to resolve revision `{}`", name.escape_debug()))?;
        if let (None, Some(branch)) = (rev, self.head_branch()?) {
            head.name = branch;
        }
        Ok(head)
    }

    /// Returns the commit of an id.
    pub(super) fn commit_of(&self, id: Oid) -> anyhow::Result<git2::Commit<'_>> {
        self.raw.find_commit(id).map_err(fault).with_context(|| format!("failed to read commit `{id}`"))
    }

    /// Resolves a revision as typed, or where there is none the branch of that name of the remote that counts.
    fn named(&self, rev: &str) -> anyhow::Result<Base> {
        let typed = self.typed(rev);
        let is_missing = typed.as_ref().is_err_and(anyhow::Error::is::<Failure>);
        let name = format!("refs/heads/{rev}");
        if !is_missing || !git2::Reference::is_valid_name(&name) {
            return typed;
        }
        let Ok(Some(remote)) = self.remote() else { return typed };
        self.base_at(&format!("refs/remotes/{remote}/{rev}"))?.map_or(typed, Ok)
    }

    /// Resolves a revision as typed.
    fn typed(&self, rev: &str) -> anyhow::Result<Base> {
        let is_of_worktree = rev.contains("HEAD") || rev.starts_with('@');
        let place = if is_of_worktree { self.here() } else { &self.raw };
        let object = place.revparse_single(rev).map_err(|error| self.unresolved(error))?;
        let commit = object.peel_to_commit().map_err(|error| match object.kind() {
            Some(ObjectType::Blob | ObjectType::Tree) => refused("it is not a commit").hint("--base REV"),
            _ => fault(error),
        })?;
        Ok(Base { commit: Commit::of(&commit), name: rev.to_owned() })
    }

    /// The failure of a revision: missing is refused, unreadable is not.
    fn unresolved(&self, error: git2::Error) -> Failure {
        let is_absent = matches!(error.class(), ErrorClass::Reference | ErrorClass::Invalid | ErrorClass::Config);
        match error.code() {
            ErrorCode::Ambiguous => refused("several objects start with these digits").hint("--base REV"),
            ErrorCode::InvalidSpec => refused("it is not a revision").hint(self.base_hint()),
            ErrorCode::NotFound if is_absent && self.raw.is_shallow() => {
                refused("no such revision in this shallow clone").hint("git fetch --unshallow")
            }
            ErrorCode::NotFound if is_absent => refused("no such revision").hint(self.base_hint()),
            _ => fault(error),
        }
    }

    /// Returns the flag that names a base which exists.
    fn base_hint(&self) -> String {
        self.default_base().map_or_else(|_| "--base REV".to_owned(), |base| format!("--base {}", base.name))
    }

    /// Returns the base of design.md "Roots and clusters".
    fn default_base(&self) -> anyhow::Result<Base> {
        match self.remote()? {
            Some(remote) => self.remote_base(&remote),
            None => self.checked_out(),
        }
    }

    /// Returns the remote that counts: the checked-out branch's, else `origin`, else the only one. A bare clone that keeps
    /// no remote-tracking branches holds the remote's branches itself, so that none counts.
    pub(super) fn remote(&self) -> anyhow::Result<Option<String>> {
        let names = self.remotes()?;
        let upstream = self.upstream_remote()?.filter(|remote| names.contains(remote));
        let origin = names.iter().find(|name| *name == "origin");
        let chosen = match (upstream, origin, names.as_slice()) {
            (_, _, []) => return Ok(None),
            (Some(upstream), _, _) => upstream,
            (None, Some(origin), _) => origin.clone(),
            (None, None, [only]) => only.clone(),
            (None, None, [first, ..]) => {
                let fact = format!("no remote of `{}` is the default", names.join("`, `"));
                return Err(refused(fact).hint(format!("--base {first}/main")).into());
            }
        };
        let is_mirror = self.raw.is_bare() && self.names_of(&format!("refs/remotes/{chosen}/*"))?.is_empty();
        Ok(Some(chosen).filter(|_| !is_mirror))
    }

    /// Returns the names of the remotes, sorted.
    ///
    /// # Errors
    /// Fails when the settings cannot be read.
    pub fn remotes(&self) -> anyhow::Result<Vec<String>> {
        let names = self.raw.remotes().map_err(fault).context("failed to list remotes")?;
        let mut names: Vec<String> =
            names.iter_bytes().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        names.sort();
        Ok(names)
    }

    /// Returns the full names of the references that match.
    pub(super) fn names_of(&self, glob: &str) -> anyhow::Result<Vec<String>> {
        let mut references = self.raw.references_glob(glob).map_err(fault)?;
        let names = references.names().map(|name| Ok(name.map_err(fault)?.to_owned())).collect::<anyhow::Result<_>>();
        names.with_context(|| format!("failed to list references `{glob}`"))
    }

    /// Returns the remote that the checked-out branch follows.
    fn upstream_remote(&self) -> anyhow::Result<Option<String>> {
        match self.head_branch()? {
            Some(branch) => self.settings()?.text(&format!("branch.{branch}.remote")),
            None => Ok(None),
        }
    }

    /// Returns the branch that the head names, even where it has no commit yet; `None` when it is detached.
    fn head_branch(&self) -> anyhow::Result<Option<String>> {
        let head = self.here().find_reference("HEAD").map_err(fault).context("failed to read `HEAD`")?;
        let target = head.symbolic_target_bytes().map(String::from_utf8_lossy);
        Ok(target.and_then(|target| target.strip_prefix("refs/heads/").map(str::to_owned)))
    }

    /// Returns the default branch of a remote as last fetched: its head, else its only `main` or `master`.
    pub(super) fn remote_base(&self, remote: &str) -> anyhow::Result<Base> {
        let prefix = format!("refs/remotes/{remote}/");
        if let Some(head) = self.reference(&format!("{prefix}HEAD"))? {
            let target = head.symbolic_target_bytes().map(String::from_utf8_lossy);
            let name = target.map_or_else(|| format!("{prefix}HEAD"), std::borrow::Cow::into_owned);
            if let Some(base) = self.base_at(&name)? {
                return Ok(base);
            }
        }
        let usual = ["main", "master"].map(|name| self.base_at(&format!("{prefix}{name}")));
        let [main, master] = usual;
        match (main?, master?) {
            (Some(base), None) | (None, Some(base)) => Ok(base),
            (Some(_), Some(_)) => {
                let fact = format!("remote `{remote}` has both `main` and `master` and names none the default");
                Err(refused(fact).hint(format!("--base {remote}/main")).into())
            }
            (None, None) if self.names_of(&format!("{prefix}*"))?.is_empty() => {
                Err(refused(format!("nothing was fetched from remote `{remote}` yet"))
                    .hint(format!("git fetch {remote}"))
                    .into())
            }
            (None, None) => {
                Err(refused(format!("remote `{remote}` names no default branch")).hint("--base REV").into())
            }
        }
    }

    /// Returns the branch that is checked out.
    fn checked_out(&self) -> anyhow::Result<Base> {
        let Some(branch) = self.head_branch()? else {
            return Err(refused("the head is detached and there is no remote").hint("--base REV").into());
        };
        let base = self.base_at(&format!("refs/heads/{branch}"))?;
        base.ok_or_else(|| refused(format!("branch `{branch}` has no commit yet")).hint("--base REV").into())
    }

    /// Returns the commit of a reference under its short name, `None` where there is no such reference.
    fn base_at(&self, name: &str) -> anyhow::Result<Option<Base>> {
        let Some(reference) = self.reference(name)? else { return Ok(None) };
        let commit = reference.peel_to_commit().map_err(fault).with_context(|| format!("failed to read `{name}`"))?;
        let short = name.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/");
        Ok(Some(Base { commit: Commit::of(&commit), name: short.to_owned() }))
    }

    /// Returns a reference, `None` where there is none.
    pub(super) fn reference(&self, name: &str) -> anyhow::Result<Option<git2::Reference<'_>>> {
        match self.raw.find_reference(name) {
            Ok(reference) => Ok(Some(reference)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(fault(error)).with_context(|| format!("failed to read `{name}`")),
        }
    }
}
