//! A folder of the machine as a tree of files, for `leeward build DIR`. The top is that of the file system, so that a
//! kustomization may name folders beside it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::kustomize::files::{Entry, Files, ReadError};

/// The files of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Folder;

/// Returns the error of a path.
fn fault(path: &str, error: &std::io::Error) -> ReadError {
    ReadError { path: format!("/{path}"), reason: error.kind().to_string() }
}

/// Returns the path on the machine.
fn absolute(path: &str) -> PathBuf {
    Path::new("/").join(path)
}

/// Returns what lies at a path.
fn entry(path: &Path) -> std::io::Result<Entry> {
    let kind = fs::symlink_metadata(path)?.file_type();
    if kind.is_symlink() {
        let target = fs::read_link(path)?;
        return Ok(Entry::Link { target: relative(path, &target) });
    }
    Ok(if kind.is_dir() { Entry::Folder } else { Entry::File { id: None } })
}

/// Returns a link's text seen from its folder; an absolute one is led over the top.
fn relative(path: &Path, target: &Path) -> String {
    let text = target.to_string_lossy();
    match text.strip_prefix('/') {
        Some(rest) => "../".repeat(path.components().count().saturating_sub(2)) + rest,
        None => text.into_owned(),
    }
}

impl Files for Folder {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        match entry(&absolute(path)) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(fault(path, &error)),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        fs::read(absolute(path)).map(Arc::from).map_err(|error| fault(path, &error))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut names = Vec::new();
        for found in fs::read_dir(absolute(path)).map_err(|error| fault(path, &error))? {
            let found = found.map_err(|error| fault(path, &error))?;
            let entry = entry(&found.path()).map_err(|error| fault(path, &error))?;
            names.push((found.file_name().to_string_lossy().into_owned(), entry));
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(names)
    }
}
