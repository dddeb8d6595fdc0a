//! The one door through which a build reads: a small interface over a git tree, a folder, or memory.
//!
//! First stage of a build. It never follows links, never caches, and never takes a failed read for an absent file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file; `id` is its git blob id where there is one (the key of the shared parse cache).
    File {
        /// The git blob id.
        id: Option<[u8; 20]>,
    },
    /// A folder.
    Folder,
    /// A symbolic link.
    Link {
        /// What the link says, as written.
        target: String,
    },
    /// A git submodule: its content is not in this tree.
    Submodule,
}

/// A read that failed: never the same as "absent".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to read `{path}`: {reason}")]
pub struct ReadError {
    /// The path that was read.
    pub path: String,
    /// Why it failed.
    pub reason: String,
}

/// A read-only tree of files: a git tree, a folder, or memory.
pub trait Files {
    /// Returns what `path` holds; `None` when it is absent. The path is relative, '/'-separated and normalised, "" is
    /// the top. Links are not followed.
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError>;
    /// Returns the bytes of a file.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError>;
    /// Returns the names in a folder, sorted.
    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError>;
    /// Returns the bytes a file has, where that is known without reading it: what is too long is never read.
    fn size(&self, _path: &str) -> Result<Option<u64>, ReadError> {
        Ok(None)
    }
}

/// Files in memory: for tests and overlays.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        Ok(entry_among(
            |key| self.0.contains_key(key),
            self.0.range(prefix_of(path)..).next().map(|(key, _)| key),
            path,
        ))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.0.get(path).map(|bytes| Arc::from(bytes.as_slice())).ok_or_else(|| absent(path))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let prefix = prefix_of(path);
        let mut names = BTreeMap::new();
        for key in self.0.keys().filter_map(|key| key.strip_prefix(&prefix)) {
            let (name, entry) = first_step(key);
            names.insert(name.to_owned(), entry);
        }
        if names.is_empty() && !path.is_empty() {
            return Err(absent(path));
        }
        Ok(names.into_iter().collect())
    }

    fn size(&self, path: &str) -> Result<Option<u64>, ReadError> {
        Ok(self.0.get(path).map(|bytes| bytes.len() as u64))
    }
}

/// `base` with some files replaced or removed.
pub struct Patched<'a> {
    /// The tree below.
    pub base: &'a dyn Files,
    /// New contents by path; `None` removes the file.
    pub changes: BTreeMap<String, Option<Vec<u8>>>,
}

impl Files for Patched<'_> {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        match self.changes.get(path) {
            Some(Some(_)) => return Ok(Some(Entry::File { id: None })),
            Some(None) => return Ok(None),
            None => {}
        }
        let prefix = prefix_of(path);
        let is_new_folder = self.changes.iter().any(|(key, change)| change.is_some() && key.starts_with(&prefix));
        if is_new_folder { Ok(Some(Entry::Folder)) } else { self.base.entry(path) }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        match self.changes.get(path) {
            Some(Some(bytes)) => Ok(Arc::from(bytes.as_slice())),
            Some(None) => Err(absent(path)),
            None => self.base.read(path),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let prefix = prefix_of(path);
        let mut names: BTreeMap<String, Entry> = BTreeMap::new();
        if self.base.entry(path)? == Some(Entry::Folder) {
            names.extend(self.base.list(path)?);
        }
        let mut removed = BTreeSet::new();
        for (key, change) in &self.changes {
            let Some(rest) = key.strip_prefix(&prefix) else { continue };
            let (name, entry) = first_step(rest);
            if change.is_some() {
                names.insert(name.to_owned(), entry);
            } else if entry != Entry::Folder {
                removed.insert(name.to_owned());
            }
        }
        names.retain(|name, _| !removed.contains(name));
        Ok(names.into_iter().collect())
    }

    fn size(&self, path: &str) -> Result<Option<u64>, ReadError> {
        match self.changes.get(path) {
            Some(change) => Ok(change.as_ref().map(|bytes| bytes.len() as u64)),
            None => self.base.size(path),
        }
    }
}

/// The prefix that every path inside `folder` has.
fn prefix_of(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// The first name of a path and what it is.
fn first_step(path: &str) -> (&str, Entry) {
    match path.split_once('/') {
        Some((name, _)) => (name, Entry::Folder),
        None => (path, Entry::File { id: None }),
    }
}

/// What `path` is, given which keys are files and the first key at or after the folder's prefix.
fn entry_among(is_file: impl Fn(&str) -> bool, next: Option<&String>, path: &str) -> Option<Entry> {
    if path.is_empty() {
        return Some(Entry::Folder);
    }
    if is_file(path) {
        return Some(Entry::File { id: None });
    }
    next.filter(|key| key.starts_with(&prefix_of(path))).map(|_| Entry::Folder)
}

/// The error for a read of a file that is not there.
fn absent(path: &str) -> ReadError {
    ReadError { path: path.to_owned(), reason: "no such file".to_owned() }
}
