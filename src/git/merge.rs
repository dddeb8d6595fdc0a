//! Changes of people on our branch: never written over, and carried over to a new tree, path by path, in memory. What does not
//! merge by itself is refused, never guessed.

use super::delta::{Path, differing, overlap, shown};
use super::history::History;
use super::open::Repository;
use super::revision::Commit;
use super::three_way::Merged;
use super::tree::Tree;
use super::write::{Changes, is_free};
use crate::failure::{Failure, refused};

/// The trees between which changes are carried over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trees {
    /// Where the branch left the base.
    pub(super) fork: git2::Oid,
    /// The new base.
    pub(super) base: git2::Oid,
    /// The branch as it is.
    pub(super) tip: git2::Oid,
}

impl Repository {
    /// Refuses to write over what people changed: a file of ours since we wrote it last, any other since the base.
    pub(super) fn refuse_edited(
        &self,
        branch: &str,
        trees: Trees,
        history: &History,
        changes: &Changes,
    ) -> anyhow::Result<()> {
        let last = history.ours.first().map(|id| self.commit_of(*id)).transpose()?;
        let last = Tree::new(&self.raw, last.map_or(trees.fork, |commit| commit.tree_id()));
        let (fork, now) = (Tree::new(&self.raw, trees.fork), Tree::new(&self.raw, trees.tip));
        for (commit, path) in history.edits() {
            let before = match (history.our_paths.contains(path), changes.contains_key(path)) {
                (true, _) => &last,
                (false, true) => &fork,
                (false, false) => continue,
            };
            let path = shown(path);
            if before.leaf(&path)? != now.leaf(&path)? {
                return Err(edited(branch, commit, &path).into());
            }
        }
        Ok(())
    }

    /// Returns what people changed on the branch, as changes to the new base. `ours` are the changes that leeward makes.
    ///
    /// # Errors
    /// Refuses what the new base changed in another way, naming the commit.
    pub(super) fn carried(&self, trees: Trees, history: &History, ours: &Changes) -> anyhow::Result<Changes> {
        let base = Tree::new(&self.raw, trees.base);
        let mut carried = Changes::new();
        for (path, sides) in differing(&self.raw, Some(trees.fork), Some(trees.tip))? {
            if ours.contains_key(&path) || history.our_paths.contains(&path) {
                continue;
            }
            let name = shown(&path);
            let now = base.leaf(&name)?;
            if ours.keys().any(|our| overlap(our, &path)) {
                return Err(conflict(history, &path, "leeward writes").into());
            }
            match self.merged(&name, (sides.before, now, sides.after))? {
                Merged::Clean(leaf) if leaf == now => {}
                Merged::Clean(leaf) => {
                    carried.insert(path, leaf);
                }
                Merged::Conflict => return Err(conflict(history, &path, "the base changed").into()),
            }
        }
        self.refuse_blocked(trees, history, &carried)?;
        Ok(carried)
    }

    /// Refuses a file of people that would take the place of a folder of the base, or lie below a file of it.
    fn refuse_blocked(&self, trees: Trees, history: &History, carried: &Changes) -> anyhow::Result<()> {
        let gone = carried.iter().filter(|(_, leaf)| leaf.is_none()).map(|(path, _)| (path.clone(), None)).collect();
        let cleared = Tree::new(&self.raw, self.updated(trees.base, &gone)?);
        for path in carried.iter().filter(|(_, leaf)| leaf.is_some()).map(|(path, _)| path) {
            if !is_free(&cleared, &shown(path))? {
                return Err(conflict(history, path, "the base changed").into());
            }
        }
        Ok(())
    }
}

/// The refusal to write over an edit.
fn edited(branch: &str, commit: &Commit, path: &str) -> Failure {
    let fact = format!("commit `{}` changes `{path}` on the branch, leeward does not write over it", commit.short());
    refused(fact).hint(format!("git switch {branch} && git revert {}", commit.short()))
}

/// The refusal of a change of people that cannot be carried over.
fn conflict(history: &History, path: &Path, other: &str) -> Failure {
    let author = history.people.iter().find(|(_, paths)| paths.contains(path)).map(|(commit, _)| commit);
    let who = author.map_or_else(|| "the branch".to_owned(), |commit| format!("commit `{}`", commit.short()));
    let fact = format!("{who} changes `{}`, which {other} too", shown(path));
    match author {
        Some(commit) => refused(fact).hint(format!("git revert {}", commit.short())),
        None => refused(fact),
    }
}
