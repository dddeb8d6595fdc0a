//! leeward's own branches: where they stand here and at the remotes, who has them checked out, and the one write that
//! counts, a compare-and-swap. Must never move a branch that moved meanwhile, and never remove a lock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use git2::{ErrorCode, Oid};

use super::fault::{fault, quoted};
use super::open::Repository;
use super::revision::Commit;
use crate::failure::{Failure, outside, refused};

/// What is said of a branch that another run moved.
const MOVED: &str = "somebody moved it meanwhile, nothing was overwritten";
/// What is said of a branch that another run holds.
const LOCKED: &str = " is locked by ";

/// Returns whether another run in the same repository was at the branch.
pub(super) fn is_contended(error: &anyhow::Error) -> bool {
    let failure = error.root_cause().downcast_ref::<Failure>();
    failure.is_some_and(|failure| failure.fact == MOVED || failure.fact.contains(LOCKED))
}

/// Where a branch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tips {
    /// The local branch, which a write expects unchanged.
    pub(super) local: Option<Oid>,
    /// The commit to go on from; `None` where there is none, or where all of it is in the base.
    pub(super) open: Option<Oid>,
}

impl Repository {
    /// Returns the branches `leeward/<incident>/<stage>`, here or last seen at a remote, with their commits, sorted.
    ///
    /// # Errors
    /// Fails when a branch cannot be read.
    pub fn leeward_branches(&self) -> anyhow::Result<Vec<(String, Commit)>> {
        let mut folders = vec!["refs/heads/".to_owned()];
        folders.extend(self.remotes()?.iter().map(|remote| format!("refs/remotes/{remote}/")));
        let mut found: BTreeMap<String, Commit> = BTreeMap::new();
        for folder in folders {
            for name in self.names_of(&format!("{folder}leeward/*"))? {
                let branch = name.trim_start_matches(folder.as_str());
                if branch.split('/').count() != 3 {
                    continue;
                }
                let tip = self.peeled(&name)?;
                // What is published counts for more than what stands here, unless that goes on from it.
                let is_newer = match found.get(branch) {
                    None => true,
                    Some(known) => !self.is_ancestor(&tip, known)?,
                };
                if is_newer {
                    found.insert(branch.to_owned(), tip);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Returns the name of a branch that holds a commit: the branch itself, else where it was last seen at a remote.
    ///
    /// # Errors
    /// Fails when a branch cannot be read.
    pub fn name_with(&self, branch: &str, commit: &Commit) -> anyhow::Result<String> {
        if self.tip(&format!("refs/heads/{branch}"))? != Some(commit.oid()?) {
            for remote in self.remotes()? {
                let name = format!("{remote}/{branch}");
                if self.tip(&format!("refs/remotes/{name}"))? == Some(commit.oid()?) {
                    return Ok(name);
                }
            }
        }
        Ok(branch.to_owned())
    }

    /// Returns where a branch stands.
    ///
    /// # Errors
    /// Refuses a branch that went two ways.
    pub(super) fn tips(&self, branch: &str, base: Oid) -> anyhow::Result<Tips> {
        let local = self.tip(&format!("refs/heads/{branch}"))?;
        let mut published: Option<(String, Oid)> = None;
        for remote in self.remotes()? {
            let name = format!("{remote}/{branch}");
            let Some(tip) = self.open_tip(&format!("refs/remotes/{name}"), base)? else { continue };
            let found = (name, tip);
            published = Some(match published {
                None => found,
                Some(other) => self.newer(&other, &found)?.ok_or_else(|| diverged(branch, &other, &found))?,
            });
        }
        let here = self.open_tip(&format!("refs/heads/{branch}"), base)?.map(|tip| (branch.to_owned(), tip));
        let open = match (here, published) {
            // What a person took off the remote by force does not come back.
            (Some(here), Some(published)) if self.holds_dropped(branch, here.1, published.1)? => Some(published),
            (Some(here), Some(published)) => match self.newer(&here, &published)? {
                Some(newer) => Some(newer),
                // What nobody has seen is made again from what was published.
                None if self.is_only_ours(here.1, &[published.1, base], incident_of(branch))? => Some(published),
                None => return Err(diverged(branch, &here, &published).into()),
            },
            (here, published) => here.or(published),
        };
        Ok(Tips { local, open: open.map(|(_, tip)| tip) })
    }

    /// Returns the commit id of a reference, unless all of it is in the base.
    fn open_tip(&self, name: &str, base: Oid) -> anyhow::Result<Option<Oid>> {
        let Some(tip) = self.tip(name)? else { return Ok(None) };
        Ok(if self.contains(base, tip)? { None } else { Some(tip) })
    }

    /// Returns the one of two that holds the other, the first where they are the same; `None` where they went two ways.
    fn newer(&self, one: &(String, Oid), other: &(String, Oid)) -> anyhow::Result<Option<(String, Oid)>> {
        if self.contains(one.1, other.1)? {
            return Ok(Some(one.clone()));
        }
        Ok(if self.contains(other.1, one.1)? { Some(other.clone()) } else { None })
    }

    /// Refuses a branch name that cannot be one, or that another branch is in the way of.
    pub(super) fn refuse_unusable(&self, branch: &str) -> anyhow::Result<()> {
        if !branch.starts_with("leeward/") || !git2::Reference::is_valid_name(&format!("refs/heads/{branch}")) {
            return Err(refused(format!("`{}` is not a branch of leeward", branch.escape_debug())).into());
        }
        let above = branch.match_indices('/').map(|(end, _)| format!("refs/heads/{}", &branch[..end]));
        let below = self.names_of(&format!("refs/heads/{branch}/*"))?;
        for name in above.chain(below) {
            if self.reference(&name)?.is_some() {
                let other = name.trim_start_matches("refs/heads/");
                let hint = format!("git branch -m {other} kept-{}", other.replace('/', "-"));
                return Err(refused(format!("branch `{other}` is in the way of branch `{branch}`")).hint(hint).into());
            }
        }
        Ok(())
    }

    /// Refuses a branch that some work tree has checked out or is rebasing, which moving it would put out of step.
    pub(super) fn refuse_checked_out(&self, branch: &str) -> anyhow::Result<()> {
        let name = format!("refs/heads/{branch}");
        let says = |path: PathBuf| -> anyhow::Result<bool> {
            Ok(read(&path)?.is_some_and(|text| text.trim_start_matches("ref:").trim() == name))
        };
        for (git_folder, work_tree) in self.work_trees()? {
            let at = quoted(&work_tree);
            let (state, hint) = if says(git_folder.join("HEAD"))? {
                ("checked out", format!("git -C {at} switch --detach"))
            } else if says(git_folder.join("rebase-merge/head-name"))?
                || says(git_folder.join("rebase-apply/head-name"))?
            {
                ("being rebased", format!("git -C {at} rebase --continue"))
            } else {
                continue;
            };
            let hint = if work_tree.exists() { hint } else { "git worktree prune".to_owned() };
            return Err(refused(format!("branch `{branch}` is {state} in `{}`", work_tree.display()))
                .hint(hint)
                .into());
        }
        Ok(())
    }

    /// Fails when the branch is locked, naming the lock.
    pub(super) fn refuse_locked(&self, branch: &str) -> Result<(), Failure> {
        let lock = self.lock(branch);
        if lock.exists() { Err(locked(branch, &lock)) } else { Ok(()) }
    }

    /// Moves the branch from `expected` (`None`: it must not exist) to `commit`, or not at all.
    pub(super) fn move_branch(
        &self,
        branch: &str,
        expected: Option<Oid>,
        commit: Oid,
        note: &str,
    ) -> anyhow::Result<()> {
        let name = format!("refs/heads/{branch}");
        let old = expected.unwrap_or(Oid::ZERO_SHA1);
        let moved = self.raw.reference_matching(&name, commit, true, old, note);
        let failure = match moved {
            Ok(_) => return Ok(()),
            Err(error) => match error.code() {
                ErrorCode::Locked => locked(branch, &self.lock(branch)),
                ErrorCode::Modified | ErrorCode::NotFound | ErrorCode::Exists => {
                    outside(MOVED).hint("run the command again")
                }
                _ => fault(error),
            },
        };
        Err(failure).with_context(|| format!("failed to move branch `{branch}`"))
    }

    /// Returns the lock file of a branch.
    fn lock(&self, branch: &str) -> PathBuf {
        self.raw.commondir().join(format!("refs/heads/{branch}.lock"))
    }

    /// Returns the commit of a reference.
    fn peeled(&self, name: &str) -> anyhow::Result<Commit> {
        let commit = self.raw.find_reference(name).and_then(|reference| reference.peel_to_commit());
        Ok(Commit::of(&commit.map_err(fault).with_context(|| format!("failed to read `{name}`"))?))
    }

    /// Returns the commit id of a reference, `None` where there is none.
    pub(super) fn tip(&self, name: &str) -> anyhow::Result<Option<Oid>> {
        let Some(reference) = self.reference(name)? else { return Ok(None) };
        let commit = reference.peel_to_commit().map_err(fault).with_context(|| format!("failed to read `{name}`"))?;
        Ok(Some(commit.id()))
    }

    /// Returns the git folders that have a work tree, each with the work tree.
    fn work_trees(&self) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
        let common = self.raw.commondir();
        let mut found = Vec::new();
        found.extend(self.raw.workdir().map(|top| (common.to_owned(), top.components().collect())));
        let linked = common.join("worktrees");
        let context = || format!("failed to list `{}`", linked.display());
        let entries = match std::fs::read_dir(&linked) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
            entries => entries.with_context(context)?,
        };
        for entry in entries {
            let git_folder = entry.with_context(context)?.path();
            let link = read(&git_folder.join("gitdir"))?.unwrap_or_default();
            let work_tree = git_folder.join(link.trim_end()).parent().map(Path::to_owned);
            found.push((git_folder, work_tree.unwrap_or_default()));
        }
        Ok(found)
    }
}

/// Returns the incident of a branch `leeward/<incident>/<stage>`.
pub(super) fn incident_of(branch: &str) -> &str {
    branch.split('/').nth(1).unwrap_or_default()
}

/// Returns the text of a file, `None` where there is none.
fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("failed to read `{}`", path.display())),
    }
}

/// The failure of a branch that another process holds, or held when it died.
fn locked(branch: &str, lock: &Path) -> Failure {
    outside(format!("branch `{branch}`{LOCKED}`{}`", lock.display())).hint(format!("rm {}", quoted(lock)))
}

/// The refusal of a branch that went two ways.
fn diverged(branch: &str, one: &(String, Oid), other: &(String, Oid)) -> Failure {
    let fact = format!("`{}` (`{:.7}`) and `{}` (`{:.7}`) went different ways", one.0, one.1, other.0, other.1);
    refused(fact).hint(format!("git branch --force {branch} {}", other.0))
}
