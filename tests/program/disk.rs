//! A folder on disk as a tree of files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leeward::kustomize::files::{Entry, Files, ReadError};

/// A folder on disk.
pub(crate) struct Disk(pub(crate) PathBuf);

impl Disk {
    /// Returns what a path on disk holds.
    fn at(path: &Path) -> Option<Entry> {
        let metadata = path.symlink_metadata().ok()?;
        Some(if metadata.is_symlink() {
            Entry::Link { target: fs::read_link(path).ok()?.to_string_lossy().into_owned() }
        } else if metadata.is_dir() {
            Entry::Folder
        } else {
            Entry::File { id: None }
        })
    }
}

impl Files for Disk {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        Ok(Self::at(&self.0.join(path)))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let failed = |error: std::io::Error| ReadError { path: path.to_owned(), reason: error.to_string() };
        fs::read(self.0.join(path)).map(Arc::from).map_err(failed)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let failed = |error: std::io::Error| ReadError { path: path.to_owned(), reason: error.to_string() };
        let mut names = Vec::new();
        for entry in fs::read_dir(self.0.join(path)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            names
                .extend(Self::at(&entry.path()).map(|found| (entry.file_name().to_string_lossy().into_owned(), found)));
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }
}
