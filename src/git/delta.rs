//! Two trees → the paths where they differ, with what each holds there. Nothing but ids and modes is compared: no rename is
//! guessed, no attribute and no setting is read. Paths are bytes, as git has them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use git2::Oid;

use super::fault::fault;
use super::open::Repository;
use super::revision::Commit;
use super::tree::Leaf;

/// A path as git has it.
pub(super) type Path = Vec<u8>;

/// What two trees hold at one path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sides {
    /// What the first tree holds.
    pub(super) before: Option<Leaf>,
    /// What the second tree holds.
    pub(super) after: Option<Leaf>,
}

/// The paths where two trees differ; folders appear through the files below them.
pub(super) type Delta = BTreeMap<Path, Sides>;

impl Repository {
    /// Returns the paths that differ between the files of two commits, sorted.
    ///
    /// # Errors
    /// Fails when an object cannot be read.
    pub fn changed_paths(&self, before: &Commit, after: &Commit) -> anyhow::Result<Vec<String>> {
        let before = self.commit_of(before.oid()?)?.tree_id();
        let after = self.commit_of(after.oid()?)?.tree_id();
        let delta = differing(&self.raw, Some(before), Some(after))?;
        Ok(delta.keys().map(|path| shown(path)).collect())
    }
}

/// Returns where two trees differ; `None` is the empty tree.
pub(super) fn differing(raw: &git2::Repository, before: Option<Oid>, after: Option<Oid>) -> anyhow::Result<Delta> {
    let mut delta = Delta::new();
    compare(raw, b"", (before, after), &mut delta)?;
    Ok(delta)
}

/// Returns a path as it is shown.
pub(super) fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// Returns whether one of two paths is the other, or a folder above it.
pub(super) fn overlap(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Adds where two folders differ.
fn compare(
    raw: &git2::Repository,
    prefix: &[u8],
    folders: (Option<Oid>, Option<Oid>),
    delta: &mut Delta,
) -> anyhow::Result<()> {
    for (name, sides) in names(raw, prefix, folders)? {
        if sides.before == sides.after {
            continue;
        }
        let path = [prefix, &name].concat();
        let folder = |leaf: Option<Leaf>| leaf.filter(|leaf| leaf.is_folder()).map(|leaf| leaf.id);
        let file = |leaf: Option<Leaf>| leaf.filter(|leaf| !leaf.is_folder());
        let below = (folder(sides.before), folder(sides.after));
        if below != (None, None) {
            compare(raw, &[&path, b"/".as_slice()].concat(), below, delta)?;
        }
        let sides = Sides { before: file(sides.before), after: file(sides.after) };
        if sides != Sides::default() {
            delta.insert(path, sides);
        }
    }
    Ok(())
}

/// Returns the names of two folders with what each holds under them.
fn names(raw: &git2::Repository, prefix: &[u8], folders: (Option<Oid>, Option<Oid>)) -> anyhow::Result<Delta> {
    let mut names = Delta::new();
    for (name, leaf) in entries(raw, prefix, folders.0)? {
        names.entry(name).or_default().before = Some(leaf);
    }
    for (name, leaf) in entries(raw, prefix, folders.1)? {
        names.entry(name).or_default().after = Some(leaf);
    }
    Ok(names)
}

/// Returns what a folder holds.
fn entries(raw: &git2::Repository, prefix: &[u8], folder: Option<Oid>) -> anyhow::Result<Vec<(Path, Leaf)>> {
    let Some(id) = folder else { return Ok(Vec::new()) };
    let tree = raw.find_tree(id).map_err(fault);
    let tree = tree.with_context(|| format!("failed to read folder `{}` (`{id}`)", shown(prefix)))?;
    Ok(tree.iter().map(|entry| (entry.name_bytes().to_vec(), Leaf::of(&entry))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_overlap_when_one_contains_the_other() {
        assert!(overlap(b"a/b", b"a/b") && overlap(b"a", b"a/b") && overlap(b"a/b/c", b"a/b"));
        assert!(!overlap(b"a/b", b"a/bc") && !overlap(b"a/b", b"a/c"));
    }
}
