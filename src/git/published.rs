//! What is published, as this repository notes it: the references that follow a remote, and leeward's own branch beside
//! them. Commits of leeward that nobody has seen may be left behind for those that were published; anybody else's may not.

use std::collections::BTreeSet;

use anyhow::Context as _;
use git2::{ErrorCode, Oid};

use super::branch::incident_of;
use super::fault::fault;
use super::history::is_ours;
use super::open::Repository;
use super::revision::Commit;

impl Repository {
    /// Returns whether everything that `tip` has and none of `known` has is leeward's own, of this incident.
    pub(super) fn is_only_ours(&self, tip: Oid, known: &[Oid], incident: &str) -> anyhow::Result<bool> {
        let walk = || -> Result<bool, git2::Error> {
            let mut walk = self.raw.revwalk()?;
            walk.push(tip)?;
            known.iter().try_for_each(|id| walk.hide(*id))?;
            for id in walk {
                let commit = self.raw.find_commit(id?)?;
                if !is_ours(&String::from_utf8_lossy(commit.message_bytes()), incident) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        walk().map_err(fault).with_context(|| format!("failed to follow the history of commit `{tip}`"))
    }

    /// Notes where a remote's branch stands; another run that noted something else meanwhile stays right.
    pub(super) fn note_published(&self, name: &str, tip: Oid) -> anyhow::Result<()> {
        let before = self.reference(name)?.and_then(|reference| reference.target()).unwrap_or(Oid::ZERO_SHA1);
        if before == tip {
            return Ok(());
        }
        match self.raw.reference_matching(name, tip, true, before, "leeward: pushed") {
            Ok(_) => Ok(()),
            Err(error) if is_race(&error) => Ok(()),
            Err(error) => Err(fault(error)).with_context(|| format!("failed to note `{name}`")),
        }
    }

    /// Forgets where a remote's branch stood: it is there no more.
    pub(super) fn forget_published(&self, name: &str) -> anyhow::Result<()> {
        let Some(mut reference) = self.reference(name)? else { return Ok(()) };
        match reference.delete() {
            Ok(()) => Ok(()),
            Err(error) if is_race(&error) => Ok(()),
            Err(error) => Err(fault(error)).with_context(|| format!("failed to forget `{name}`")),
        }
    }

    /// Brings the local branch to what is published, where it only lacks that, or has but unpublished commits of leeward.
    pub(super) fn follow_published(&self, branch: &str, published: Oid) -> anyhow::Result<()> {
        let Some(reference) = self.reference(&format!("refs/heads/{branch}"))? else { return Ok(()) };
        let Some(local) = reference.target().filter(|local| *local != published) else { return Ok(()) };
        let is_left = self.contains(published, local)?
            || self.is_only_ours(local, &[published], incident_of(branch))?
            || self.holds_dropped(branch, local, published)?;
        if is_left && self.refuse_checked_out(branch).is_ok() {
            // A note for the next run, which goes on from what is published without it too.
            drop(self.move_branch(branch, Some(local), published, "leeward: as published"));
        }
        Ok(())
    }

    /// Returns whether a branch holds what a remote had once and has no more, and beside it only what leeward made: somebody
    /// took it off by force. Told by git's log of the references that follow remotes, where one is kept.
    pub(super) fn holds_dropped(&self, branch: &str, local: Oid, published: Oid) -> anyhow::Result<bool> {
        for once in self.once_published(branch)? {
            let is_gone = match self.fork(once, local)? {
                Some(shared) => !self.contains(published, shared)?,
                None => false,
            };
            if is_gone && self.is_only_ours(local, &[published, once], incident_of(branch))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns where remotes had a branch, as far as that was logged and is still here.
    fn once_published(&self, branch: &str) -> anyhow::Result<BTreeSet<Oid>> {
        let mut found = BTreeSet::new();
        for remote in self.remotes()? {
            let name = format!("refs/remotes/{remote}/{branch}");
            let context = || format!("failed to read the log of `{name}`");
            // Reading a log that is not there would make one.
            if !self.raw.reference_has_log(&name).map_err(fault).with_context(context)? {
                continue;
            }
            let log = self.raw.reflog(&name).map_err(fault).with_context(context)?;
            found.extend(log.iter().flat_map(|entry| [entry.id_old(), entry.id_new()]));
        }
        found.retain(|id| self.raw.find_commit(*id).is_ok());
        Ok(found)
    }

    /// Returns the ids of files and folders of a commit, by path: two commits with the same ids hold the same there.
    ///
    /// # Errors
    /// Fails when the commit cannot be read.
    pub fn ids(&self, commit: &Commit, paths: &[&str]) -> anyhow::Result<std::collections::BTreeMap<String, String>> {
        let tree = self.commit_of(commit.oid()?)?.tree().map_err(fault)?;
        let id = |path: &str| match tree.get_path(std::path::Path::new(path)) {
            Ok(entry) => Ok(entry.id().to_string()),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(String::new()),
            Err(error) => Err(fault(error)).with_context(|| format!("failed to read `{path}`")),
        };
        paths.iter().map(|path| Ok(((*path).to_owned(), id(path)?))).collect()
    }
}

/// Returns whether another process was at the same reference.
fn is_race(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::Locked | ErrorCode::Modified | ErrorCode::NotFound | ErrorCode::Exists)
}
