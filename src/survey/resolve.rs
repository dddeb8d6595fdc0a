//! Paths through symbolic links, inside the tree. Must never leave it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::failure::refused;
use crate::kustomize::FILE_BYTES;
use crate::kustomize::files::{Entry, Files};
use crate::model::path::RepoPath;

/// The most links on one way, as Linux counts them.
const LINKS_MAX: usize = 40;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
}

/// Where a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The path without links.
    pub real: RepoPath,
    /// What is there.
    pub kind: Kind,
    /// The links on the way.
    pub links: Vec<RepoPath>,
}

/// Follows the links of a path; `None` when there is nothing.
///
/// # Errors
/// Refuses links that leave the tree or go round in circles, and submodules; fails when the tree cannot be read.
pub fn resolve(files: &dyn Files, path: &RepoPath) -> Result<Option<Resolved>, anyhow::Error> {
    let kind = match files.entry(path.as_str()) {
        Ok(Some(Entry::File { .. })) => Kind::File,
        Ok(Some(Entry::Folder)) => Kind::Folder,
        Ok(Some(Entry::Submodule)) => return Err(submodule(path).into()),
        // A path through a submodule cannot be read as a whole; part by part says why, or fails again.
        Ok(Some(Entry::Link { .. }) | None) | Err(_) => return walk(files, path),
    };
    Ok(Some(Resolved { real: path.clone(), kind, links: Vec::new() }))
}

/// Follows a path part by part.
fn walk(files: &dyn Files, path: &RepoPath) -> Result<Option<Resolved>, anyhow::Error> {
    let mut todo: VecDeque<String> = path.as_str().split('/').map(str::to_owned).collect();
    let (mut real, mut kind, mut links) = (RepoPath::default(), Kind::Folder, Vec::new());
    while let Some(part) = todo.pop_front() {
        let next = real.join(&part).map_err(|_| leaves(links.last().unwrap_or(path)))?;
        match files.entry(next.as_str())? {
            None => return Ok(None),
            Some(Entry::Submodule) => return Err(submodule(&next).into()),
            Some(Entry::Link { target }) => {
                links.push(next.clone());
                if target.starts_with('/') {
                    return Err(leaves(&next).into());
                }
                if links.len() > LINKS_MAX {
                    return Err(refused(format!("symbolic link `{next}` goes round in circles")).into());
                }
                target.split('/').rev().for_each(|part| todo.push_front(part.to_owned()));
            }
            Some(entry) => {
                kind = if entry == Entry::Folder { Kind::Folder } else { Kind::File };
                real = next;
            }
        }
    }
    Ok(Some(Resolved { real, kind, links }))
}

/// Returns the bytes of a file that a build reads, links resolved.
///
/// # Errors
/// Refuses what is longer than the builder takes, before it is read; fails when the tree cannot be read.
pub fn read(files: &dyn Files, path: &RepoPath) -> Result<Arc<[u8]>, anyhow::Error> {
    let too_long = || refused(format!("`{path}` passes the limit of {FILE_BYTES} bytes in one file"));
    if files.size(path.as_str())?.is_some_and(|size| size > FILE_BYTES as u64) {
        return Err(too_long().into());
    }
    let bytes = files.read(path.as_str())?;
    if bytes.len() > FILE_BYTES { Err(too_long().into()) } else { Ok(bytes) }
}

/// The refusal of a way out of the tree.
fn leaves(link: &RepoPath) -> crate::failure::Failure {
    refused(format!("symbolic link `{link}` leaves the repository"))
}

/// The refusal of a way into another repository.
fn submodule(path: &RepoPath) -> crate::failure::Failure {
    refused(format!("`{path}` is a submodule: its files are not in this repository"))
}
