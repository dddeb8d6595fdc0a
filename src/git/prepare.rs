//! What the new commit would be: its tree, its parents, and how the branch gets there. A published branch only goes forward,
//! and what people committed on it is kept. Writes unreachable objects only.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::branch::Tips;
use super::delta::{Path, shown};
use super::history::History;
use super::merge::Trees;
use super::open::Repository;
use super::revision::Commit;
use super::tree::Tree;
use super::write::Changes;
use crate::failure::{Failure, refused};
use crate::kustomize::files::Files;
use crate::model::path::RepoPath;

/// What is to be committed.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The commit that the changes were made for.
    pub base: &'a Commit,
    /// The branch, `leeward/<incident>/<stage>`.
    pub branch: &'a str,
    /// The changed files: new bytes, or `None` for a file that goes.
    pub changes: &'a BTreeMap<RepoPath, Option<Vec<u8>>>,
    /// The incident, the value of the trailer `Leeward-Incident`.
    pub incident: &'a str,
}

/// What committing would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: this commit (the branch's, or the base itself) has these files already.
    AlreadyProposed(Commit),
    /// One commit on the base.
    New,
    /// One commit on the branch, which contains the base.
    FastForward {
        /// The branch as it is.
        tip: Commit,
    },
    /// A merge of the branch and the base.
    Merge {
        /// The branch as it is.
        tip: Commit,
        /// The new base.
        base: Commit,
    },
}

/// A commit that is decided but not made.
pub struct Prepared<'repo> {
    /// The files of the commit.
    pub(super) tree: Tree<'repo>,
    /// What committing would do.
    pub(super) outcome: Outcome,
    /// The parents.
    pub(super) parents: Vec<Oid>,
    /// The branch that moves.
    pub(super) branch: String,
    /// The incident of the trailer.
    pub(super) incident: String,
    /// What the local branch must still be.
    pub(super) expected: Option<Oid>,
    /// The files of the base.
    pub(super) base_tree: Oid,
    /// The paths that may differ from the base: ours, and those that people changed on the branch.
    pub(super) allowed: BTreeSet<Path>,
}

impl Prepared<'_> {
    /// Returns the files that the commit would have.
    pub fn files(&self) -> &dyn Files {
        &self.tree
    }

    /// Returns what committing would do.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

/// A way for the branch: what it does, the parents, the tree, and what people changed.
pub(super) struct Way {
    /// What it does.
    outcome: Outcome,
    /// The parents.
    parents: Vec<Oid>,
    /// The tree.
    tree: Oid,
    /// What people changed.
    carried: Changes,
}

impl Repository {
    /// Decides what the commit of a draft would be.
    ///
    /// # Errors
    /// Refuses a branch that is not leeward's, is checked out or went two ways, files that people changed on it, and paths
    /// that lead through links or submodules.
    pub fn prepare(&self, draft: &Draft<'_>) -> anyhow::Result<Prepared<'_>> {
        self.refuse_unusable(draft.branch)?;
        let base = self.commit_of(draft.base.oid()?)?;
        let changes = self.blobs(&Tree::new(&self.raw, base.tree_id()), draft.changes)?;
        let Tips { local, open } = self.tips(draft.branch, base.id())?;
        let way = match open {
            None => self.anew(&base, &changes)?,
            Some(tip) => self.onward(draft, (&base, &self.commit_of(tip)?), &changes)?,
        };
        self.decided(draft, way, (local, base.tree_id()), changes)
    }

    /// Returns the decision; `ends` are what the local branch must still be, and the files of the base.
    pub(super) fn decided(
        &self,
        draft: &Draft<'_>,
        way: Way,
        ends: (Option<Oid>, Oid),
        changes: Changes,
    ) -> anyhow::Result<Prepared<'_>> {
        if !matches!(way.outcome, Outcome::AlreadyProposed(_)) {
            self.refuse_checked_out(draft.branch)?;
        }
        Ok(Prepared {
            tree: Tree::new(&self.raw, way.tree),
            outcome: way.outcome,
            parents: way.parents,
            branch: draft.branch.to_owned(),
            incident: draft.incident.to_owned(),
            expected: ends.0,
            base_tree: ends.1,
            allowed: changes.into_keys().chain(way.carried.into_keys()).collect(),
        })
    }

    /// Starts from the base.
    pub(super) fn anew(&self, base: &git2::Commit<'_>, changes: &Changes) -> anyhow::Result<Way> {
        let tree = self.updated(base.tree_id(), changes)?;
        if tree == base.tree_id() {
            return Ok(already(base));
        }
        Ok(Way { outcome: Outcome::New, parents: vec![base.id()], tree, carried: Changes::new() })
    }

    /// Goes on from the branch as it is; `ends` are the new base and the branch.
    fn onward(
        &self,
        draft: &Draft<'_>,
        ends: (&git2::Commit<'_>, &git2::Commit<'_>),
        changes: &Changes,
    ) -> anyhow::Result<Way> {
        let (base, tip) = ends;
        let history = self.history(base.id(), tip.id(), draft.incident)?;
        if history.ours.is_empty() {
            return Err(foreign(draft).into());
        }
        if !self.goes_to(base.id(), &history)? {
            return Err(elsewhere(draft).into());
        }
        let has_ours = self.holds(tip, changes)?;
        let fork = self.fork(base.id(), tip.id())?.filter(|_| !history.is_cut || !self.raw.is_shallow());
        let Some(fork) = fork else {
            return if has_ours { Ok(already(tip)) } else { Err(self.unrelated(draft)) };
        };
        let trees = Trees { fork: self.commit_of(fork)?.tree_id(), base: base.tree_id(), tip: tip.tree_id() };
        if has_ours && !self.has_stale(trees, &history, changes)? {
            return Ok(already(tip));
        }
        self.refuse_edited(draft.branch, trees, &history, changes)?;
        self.kept(ends, trees, &history, changes)
    }

    /// Goes on with what people changed kept.
    fn kept(
        &self,
        ends: (&git2::Commit<'_>, &git2::Commit<'_>),
        trees: Trees,
        history: &History,
        changes: &Changes,
    ) -> anyhow::Result<Way> {
        let (base, tip) = ends;
        let carried = self.carried(trees, history, changes)?;
        let all = changes.iter().chain(&carried).map(|(path, leaf)| (path.clone(), *leaf)).collect();
        let tree = self.updated(trees.base, &all)?;
        if !self.contains(tip.id(), base.id())? {
            let outcome = Outcome::Merge { tip: Commit::of(tip), base: Commit::of(base) };
            return Ok(Way { outcome, parents: vec![tip.id(), base.id()], tree, carried });
        }
        if tree == tip.tree_id() {
            return Ok(already(tip));
        }
        Ok(Way { outcome: Outcome::FastForward { tip: Commit::of(tip) }, parents: vec![tip.id()], tree, carried })
    }

    /// Returns whether a commit holds our files as they are to be; a mode is the user's affair.
    fn holds(&self, commit: &git2::Commit<'_>, changes: &Changes) -> anyhow::Result<bool> {
        let tree = Tree::new(&self.raw, commit.tree_id());
        for (path, leaf) in changes {
            let found = tree.leaf(&shown(path))?;
            let is_same = match (found, leaf) {
                (None, None) => true,
                (Some(found), Some(leaf)) => found.id == leaf.id && found.mode & 0o170_000 == leaf.mode & 0o170_000,
                _ => false,
            };
            if !is_same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns whether the branch changes a file by an earlier commit of ours that is no file of ours any more.
    fn has_stale(&self, trees: Trees, history: &History, changes: &Changes) -> anyhow::Result<bool> {
        let (fork, tip) = (Tree::new(&self.raw, trees.fork), Tree::new(&self.raw, trees.tip));
        for path in history.our_paths.iter().filter(|path| !changes.contains_key(*path)) {
            let path = shown(path);
            if fork.leaf(&path)? != tip.leaf(&path)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The refusal of a branch whose history does not meet that of the base.
    fn unrelated(&self, draft: &Draft<'_>) -> anyhow::Error {
        if self.raw.is_shallow() {
            let fact = format!("this shallow clone does not reach to where branch `{}` left the base", draft.branch);
            return refused(fact).hint("git fetch --unshallow").into();
        }
        refused(format!("branch `{}` and the base share no commit", draft.branch)).hint("--base REV").into()
    }
}

/// The refusal of a branch of our name that somebody else made.
fn foreign(draft: &Draft<'_>) -> Failure {
    let fact = format!("branch `{}` exists and holds no commit of leeward", draft.branch);
    refused(fact).hint(format!("git branch -m {} kept-{}", draft.branch, draft.branch.replace('/', "-")))
}

/// The refusal of a branch that goes to another base: a merge of this one would take along all that this one has.
fn elsewhere(draft: &Draft<'_>) -> Failure {
    refused(format!("branch `{}` was planned on a commit that the base does not have", draft.branch))
        .hint("--incident ID")
}

/// Returns the way that does nothing.
fn already(commit: &git2::Commit<'_>) -> Way {
    let outcome = Outcome::AlreadyProposed(Commit::of(commit));
    Way { outcome, parents: Vec::new(), tree: commit.tree_id(), carried: Changes::new() }
}
