//! Changed files → blobs → a tree. Writes unreachable objects only; an executable file stays one, a new file is plain.
//! Must never write through a symbolic link, into a submodule, or over a folder.

use std::collections::BTreeMap;

use anyhow::Context as _;
use git2::Oid;

use super::delta::Path;
use super::fault::fault;
use super::open::Repository;
use super::tree::{FILE, FOLDER, LINK, Leaf, SUBMODULE, Tree};
use crate::failure::refused;
use crate::model::path::RepoPath;

/// Changes to a tree: what a path is to hold, `None` for nothing.
pub(super) type Changes = BTreeMap<Path, Option<Leaf>>;

impl Repository {
    /// Writes the blobs of changed files and returns what each path of `tree` is to hold.
    pub(super) fn blobs(
        &self,
        tree: &Tree<'_>,
        files: &BTreeMap<RepoPath, Option<Vec<u8>>>,
    ) -> anyhow::Result<Changes> {
        let mut changes = Changes::new();
        for (path, bytes) in files {
            let mode = writable(tree, path.as_str())?;
            let leaf = match bytes {
                Some(bytes) => Some(Leaf { id: self.blob(path.as_str(), bytes)?, mode: mode.unwrap_or(FILE) }),
                None => None,
            };
            changes.insert(path.as_str().as_bytes().to_vec(), leaf);
        }
        Ok(changes)
    }

    /// Writes one blob.
    pub(super) fn blob(&self, path: &str, bytes: &[u8]) -> anyhow::Result<Oid> {
        self.raw.blob(bytes).map_err(fault).with_context(|| format!("failed to write the object of `{path}`"))
    }

    /// Writes the tree that `top` becomes with the changes, and returns its id.
    pub(super) fn updated(&self, top: Oid, changes: &Changes) -> anyhow::Result<Oid> {
        let borrowed = changes.iter().map(|(path, leaf)| (path.as_slice(), *leaf)).collect();
        match rewritten(&self.raw, Some(top), &borrowed).map_err(fault).context("failed to write the tree objects")? {
            Some(id) => Ok(id),
            None => self.raw.treebuilder(None).and_then(|empty| empty.write()).map_err(fault).context("empty tree"),
        }
    }
}

/// Returns the mode of the file at `path`, `None` where nothing is.
///
/// # Errors
/// Refuses a path that is no file, or leads through something that is no folder.
pub(super) fn writable(tree: &Tree<'_>, path: &str) -> anyhow::Result<Option<i32>> {
    for (end, _) in path.match_indices('/') {
        match tree.leaf(&path[..end])? {
            None => return Ok(None),
            Some(leaf) if leaf.is_folder() => {}
            Some(leaf) => {
                let fact = format!("`{path}` would be written through the {} `{}`", word(leaf), &path[..end]);
                return Err(refused(fact).into());
            }
        }
    }
    match tree.leaf(path)? {
        Some(leaf) if leaf.is_folder() || matches!(leaf.mode & 0o170_000, LINK | SUBMODULE) => {
            Err(refused(format!("`{path}` is a {}, leeward writes plain files only", word(leaf))).into())
        }
        leaf => Ok(leaf.map(|leaf| leaf.mode)),
    }
}

/// Returns whether a file can be put at `path` without taking the place of a folder or of something above it.
pub(super) fn is_free(tree: &Tree<'_>, path: &str) -> anyhow::Result<bool> {
    for (end, _) in path.match_indices('/') {
        if tree.leaf(&path[..end])?.is_some_and(|leaf| !leaf.is_folder()) {
            return Ok(false);
        }
    }
    Ok(tree.leaf(path)?.is_none_or(|leaf| !leaf.is_folder()))
}

/// Returns what a leaf is called.
fn word(leaf: Leaf) -> &'static str {
    match leaf.mode & 0o170_000 {
        FOLDER => "folder",
        LINK => "symbolic link",
        SUBMODULE => "submodule",
        _ => "file",
    }
}

/// Writes the folder that `folder` becomes; `None` when nothing is left in it.
fn rewritten(
    raw: &git2::Repository,
    folder: Option<Oid>,
    changes: &BTreeMap<&[u8], Option<Leaf>>,
) -> Result<Option<Oid>, git2::Error> {
    let tree = folder.map(|id| raw.find_tree(id)).transpose()?;
    let mut builder = raw.treebuilder(tree.as_ref())?;
    let mut below: BTreeMap<&[u8], BTreeMap<&[u8], Option<Leaf>>> = BTreeMap::new();
    for (path, leaf) in changes {
        match path.iter().position(|byte| *byte == b'/') {
            Some(end) => {
                below.entry(&path[..end]).or_default().insert(&path[end + 1..], *leaf);
            }
            None => place(&mut builder, path, *leaf)?,
        }
    }
    for (name, inner) in below {
        let old = builder.get(name)?.map(|entry| Leaf::of(&entry)).filter(|leaf| leaf.is_folder());
        let new = rewritten(raw, old.map(|leaf| leaf.id), &inner)?;
        if new.is_some() || old.is_some() {
            place(&mut builder, name, new.map(|id| Leaf { id, mode: FOLDER }))?;
        }
    }
    if builder.is_empty() { Ok(None) } else { builder.write().map(Some) }
}

/// Makes a name of a folder hold a leaf, or nothing.
fn place(builder: &mut git2::TreeBuilder<'_>, name: &[u8], leaf: Option<Leaf>) -> Result<(), git2::Error> {
    match leaf {
        Some(leaf) => builder.insert(name, leaf.id, leaf.mode).map(drop),
        None if builder.get(name)?.is_some() => builder.remove(name),
        None => Ok(()),
    }
}
