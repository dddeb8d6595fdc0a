//! The two revisions that a preview holds against each other: Git before and Git after. Chosen first, from flags. Must never
//! hold a branch against itself.

use crate::cli::ChangeArgs;
use crate::failure::{Failure, refused};
use crate::git::{Base, Repository};

/// The two revisions.
pub(super) struct Revisions {
    /// Git before.
    pub(super) base: Base,
    /// Git after.
    pub(super) head: Base,
    /// Where the base branch stands now, when it is further than Git before.
    pub(super) moved: Option<Base>,
}

/// Returns the revisions that flags name.
///
/// # Errors
/// Refuses revisions that are missing, and two that are the same.
pub(super) fn revisions(repository: &Repository, args: &ChangeArgs) -> anyhow::Result<Revisions> {
    let head = repository.head(args.head.as_deref())?;
    let tip = repository.base(args.base.as_deref())?;
    let fork = repository.merge_base(&tip.commit, &head.commit)?;
    if args.base.is_some() && fork.as_ref().is_none_or(|fork| *fork == head.commit) {
        // Somebody who names both and has nothing to merge wants them held against each other.
        return Ok(Revisions { base: tip, head, moved: None });
    }
    let fork = fork.ok_or_else(|| {
        let fact = format!("`{}` and `{}` have no commit in common", tip.name, head.name);
        if repository.is_shallow() {
            return refused(format!("{fact} in this shallow clone")).hint("git fetch --unshallow");
        }
        refused(fact).hint("--base REV")
    })?;
    if fork == head.commit && tip.name == head.name && repository.remotes()?.is_empty() {
        return Err(itself(repository, &head.name).into());
    }
    if fork == head.commit {
        let fact = format!("`{}` has nothing that `{}` has not", head.name, tip.name);
        return Err(refused(fact).hint("--head BRANCH").into());
    }
    let moved = (tip.commit != fork).then(|| tip.clone());
    Ok(Revisions { base: Base { commit: fork, name: tip.name }, head, moved })
}

/// Refuses to hold a branch against itself: without a remote, the branch that is checked out is the base too.
fn itself(repository: &Repository, branch: &str) -> Failure {
    let fact =
        format!("`{branch}` is the base and the head: without a remote, the base is the branch that is checked out");
    let is_there = |name: &&str| *name != branch && repository.base(Some(name)).is_ok();
    let usual = ["main", "master"].into_iter().find(is_there);
    refused(fact).hint(usual.map_or_else(|| "--head BRANCH".to_owned(), |name| format!("--base {name}")))
}
