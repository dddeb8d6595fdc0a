//! The tree of files a build reads: a git tree, a folder, memory, or one of them with some files changed.
//! Every other part of the program that reads a repository reads it through this interface.
//! Must never follow links (the loader does, inside the tree) and never take a failed read for an absent file.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What a path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A regular file; `id` is its git blob id where there is one, the key of the shared parse cache.
    File {
        /// The blob id.
        id: Option<[u8; 20]>,
    },
    /// A folder.
    Folder,
    /// A symbolic link, not followed.
    Link {
        /// The link's text.
        target: String,
    },
    /// A submodule: its files are not in this tree.
    Submodule,
}

/// A read that failed; never to be taken for an absent file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to read `{path}`: {reason}")]
pub struct ReadError {
    /// The path inside the tree.
    pub path: String,
    /// The fact.
    pub reason: String,
}

/// A read-only tree of files. Paths are relative, `/`-separated and normalised; `""` is the top.
pub trait Files {
    /// Returns what `path` holds, `None` when there is nothing.
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError>;
    /// Returns the bytes of a regular file.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError>;
    /// Returns the names in a folder with what they hold, sorted by name.
    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError>;
}

/// A tree held in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        if self.0.contains_key(path) {
            return Ok(Some(Entry::File { id: None }));
        }
        let folder = path.is_empty() || self.0.keys().any(|key| is_below(key, path));
        Ok(folder.then_some(Entry::Folder))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.0.get(path).map(|bytes| Arc::from(bytes.as_slice())).ok_or_else(|| no_such_file(path))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut names = BTreeMap::new();
        for key in self.0.keys() {
            if let Some((name, entry)) = child(key, path) {
                names.insert(name, entry);
            }
        }
        Ok(names.into_iter().collect())
    }
}

/// `base` with some files replaced or added (`Some`) or removed (`None`).
pub struct Patched<'a> {
    /// The tree below.
    pub base: &'a dyn Files,
    /// The changed files by path.
    pub changes: BTreeMap<String, Option<Vec<u8>>>,
}

impl Files for Patched<'_> {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        match self.changes.get(path) {
            Some(Some(_)) => Ok(Some(Entry::File { id: None })),
            Some(None) => Ok(None),
            None if self.changes.iter().any(|(key, bytes)| bytes.is_some() && is_below(key, path)) => {
                Ok(Some(Entry::Folder))
            }
            None => self.base.entry(path),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        match self.changes.get(path) {
            Some(Some(bytes)) => Ok(Arc::from(bytes.as_slice())),
            Some(None) => Err(no_such_file(path)),
            None => self.base.read(path),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut names: BTreeMap<String, Entry> = match self.base.entry(path)? {
            Some(Entry::Folder) => self.base.list(path)?.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        for (key, bytes) in &self.changes {
            match (child(key, path), bytes) {
                (Some((name, entry)), Some(_)) => {
                    names.insert(name, entry);
                }
                (Some((name, Entry::File { .. })), None) => {
                    names.remove(&name);
                }
                _ => {}
            }
        }
        Ok(names.into_iter().collect())
    }
}

/// Returns whether `key` lies below the folder `path`.
fn is_below(key: &str, path: &str) -> bool {
    path.is_empty() || key.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns the entry of the folder `path` under which `key` lies.
fn child(key: &str, path: &str) -> Option<(String, Entry)> {
    let rest = if path.is_empty() { key } else { key.strip_prefix(path)?.strip_prefix('/')? };
    match rest.split_once('/') {
        Some((name, _)) => Some((name.to_owned(), Entry::Folder)),
        None => Some((rest.to_owned(), Entry::File { id: None })),
    }
}

/// The error of reading a file that is not there.
fn no_such_file(path: &str) -> ReadError {
    ReadError { path: path.to_owned(), reason: "no such file".to_owned() }
}
