//! Whose commits a branch holds: leeward's carry its trailer, all others are people's. Tells what each of them touched,
//! where a clean merge touches nothing, so that taking the base into the branch is no edit of our files.

use std::collections::BTreeSet;

use anyhow::Context as _;
use git2::{ErrorCode, Oid, Sort};
use jiff::Timestamp;

use super::delta::{Path, Sides, differing, shown};
use super::fault::fault;
use super::open::Repository;
use super::revision::Commit;
use super::three_way::Merged;
use super::tree::Tree;

/// The trailer that marks a commit as leeward's; its value is the incident.
pub(super) const TRAILER: &str = "Leeward-Incident";

/// The trailer that names the commit of the base which a commit of leeward was planned on.
const BASE: &str = "Leeward-Base";

/// The commits that a branch has and its base has not, newest first.
pub(super) struct History {
    /// Those of leeward.
    pub(super) ours: Vec<Oid>,
    /// Those of people, with the paths that each touched.
    pub(super) people: Vec<(Commit, BTreeSet<Path>)>,
    /// The paths that leeward touched.
    pub(super) our_paths: BTreeSet<Path>,
    /// Whether one of them has no parent: a first commit, or the boundary of a shallow clone.
    pub(super) is_cut: bool,
}

impl History {
    /// Returns the paths that people touched, each with the commit.
    pub(super) fn edits(&self) -> impl Iterator<Item = (&Commit, &Path)> {
        self.people.iter().flat_map(|(commit, paths)| paths.iter().map(move |path| (commit, path)))
    }
}

/// Returns whether a message marks a commit of leeward for an incident.
pub(super) fn is_ours(message: &str, incident: &str) -> bool {
    let trailers = git2::message_trailers_strs(message);
    trailers.is_ok_and(|trailers| trailers.iter().any(|(key, value)| key == TRAILER && value.trim() == incident))
}

impl Repository {
    /// Returns whether `ancestor` is `commit` or one that it descends from.
    ///
    /// # Errors
    /// Fails when a commit cannot be read.
    pub fn is_ancestor(&self, ancestor: &Commit, commit: &Commit) -> anyhow::Result<bool> {
        self.contains(commit.oid()?, ancestor.oid()?)
    }

    /// Returns whether the commit of an id, as somebody else wrote it, is `commit` or one that it descends from; what is not
    /// here is not below it.
    ///
    /// # Errors
    /// Fails when a commit cannot be read.
    pub fn has_below(&self, commit: &Commit, id: &str) -> anyhow::Result<bool> {
        match Oid::from_str(id).map(|id| (id, self.raw.find_commit(id).is_ok())) {
            Ok((id, true)) => self.contains(commit.oid()?, id),
            _ => Ok(false),
        }
    }

    /// Returns when a commit was made, as its committer says.
    ///
    /// # Errors
    /// Fails when the commit cannot be read.
    pub fn made_at(&self, commit: &Commit) -> anyhow::Result<Timestamp> {
        let seconds = self.commit_of(commit.oid()?)?.time().seconds();
        Timestamp::from_second(seconds).with_context(|| format!("failed to read the time of commit `{}`", commit.id))
    }

    /// Returns the newest commit that two commits share, `None` where they share none.
    ///
    /// # Errors
    /// Fails when a commit cannot be read.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> anyhow::Result<Option<Commit>> {
        let fork = self.fork(one.oid()?, other.oid()?)?;
        fork.map(|id| Ok(Commit::of(&self.commit_of(id)?))).transpose()
    }

    /// Returns whether the history of `tip` contains `id`.
    pub(super) fn contains(&self, tip: Oid, id: Oid) -> anyhow::Result<bool> {
        let found =
            tip == id || self.raw.graph_descendant_of(tip, id).map_err(fault).with_context(|| following(tip))?;
        Ok(found)
    }

    /// Returns the merge base of two commits.
    pub(super) fn fork(&self, one: Oid, other: Oid) -> anyhow::Result<Option<Oid>> {
        match self.raw.merge_base(one, other) {
            Ok(id) => Ok(Some(id)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(fault(error)).with_context(|| following(one)),
        }
    }

    /// Returns the commits of `tip` that `base` has not.
    pub(super) fn history(&self, base: Oid, tip: Oid, incident: &str) -> anyhow::Result<History> {
        let mut history = History { ours: Vec::new(), people: Vec::new(), our_paths: BTreeSet::new(), is_cut: false };
        for id in self.between(base, tip).map_err(fault).with_context(|| following(tip))? {
            let commit = self.commit_of(id)?;
            history.is_cut |= commit.parent_count() == 0;
            if is_ours(&String::from_utf8_lossy(commit.message_bytes()), incident) {
                history.ours.push(id);
                history.our_paths.extend(self.touched(&commit)?);
            } else {
                history.people.push((Commit::of(&commit), self.touched(&commit)?));
            }
        }
        Ok(history)
    }

    /// Returns whether the newest commit of leeward was planned on a commit that a base has; what is not here tells nothing.
    pub(super) fn goes_to(&self, base: Oid, history: &History) -> anyhow::Result<bool> {
        let Some(newest) = history.ours.first() else { return Ok(true) };
        let message = String::from_utf8_lossy(self.commit_of(*newest)?.message_bytes()).into_owned();
        let trailers = git2::message_trailers_strs(&message).map_err(fault)?;
        let planned = trailers.iter().find(|(key, _)| *key == BASE).map(|(_, value)| Oid::from_str(value.trim()));
        match planned {
            Some(Ok(planned)) if self.raw.find_commit(planned).is_ok() => self.contains(base, planned),
            _ => Ok(true),
        }
    }

    /// Returns the ids of the commits in `base..tip`, newest first.
    fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, git2::Error> {
        let mut walk = self.raw.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(tip)?;
        walk.hide(base)?;
        walk.collect()
    }

    /// Returns the paths that a commit itself changed; of a merge, those that merging its parents does not explain.
    fn touched(&self, commit: &git2::Commit<'_>) -> anyhow::Result<BTreeSet<Path>> {
        let mut parents = Vec::new();
        for id in commit.parent_ids() {
            parents.push(self.commit_of(id)?);
        }
        let first = parents.first().map(git2::Commit::tree_id);
        let mut delta = differing(&self.raw, first, Some(commit.tree_id()))?;
        for parent in parents.iter().skip(1) {
            let other = differing(&self.raw, Some(parent.tree_id()), Some(commit.tree_id()))?;
            delta.retain(|path, _| other.contains_key(path));
        }
        if let [one, other] = parents.as_slice()
            && let Some(fork) = self.fork(one.id(), other.id())?
        {
            let fork = self.commit_of(fork)?.tree_id();
            let mut touched = BTreeSet::new();
            for (path, sides) in delta {
                if !self.is_merged((fork, other.tree_id()), &path, sides)? {
                    touched.insert(path);
                }
            }
            return Ok(touched);
        }
        Ok(delta.into_keys().collect())
    }

    /// Returns whether what a merge holds at a path is what merging gives by itself; `trees` are those of the fork and of
    /// the other parent, `sides` the first parent's and the merge's.
    fn is_merged(&self, trees: (Oid, Oid), path: &[u8], sides: Sides) -> anyhow::Result<bool> {
        let path = shown(path);
        let fork = Tree::new(&self.raw, trees.0).leaf(&path)?;
        let other = Tree::new(&self.raw, trees.1).leaf(&path)?;
        Ok(self.merged(&path, (fork, sides.before, other))? == Merged::Clean(sides.after))
    }
}

/// The context of a history that cannot be followed.
fn following(tip: Oid) -> String {
    format!("failed to follow the history of commit `{tip}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_commits_by_the_trailer() {
        let message = "recovery: move the backups\n\nWhy.\n\nLeeward-Incident: minio-a\nLeeward-Stage: protect\n";
        assert!(is_ours(message, "minio-a") && !is_ours(message, "minio-b"));
        assert!(!is_ours("Revert \"recovery\"\n\nThis was Leeward-Incident: minio-a of yesterday\n", "minio-a"));
    }
}
