//! Paths inside a repository: relative, normalised, without `..`; parsed once.
//! Must never name anything outside the tree.

use std::fmt;

use serde::Serialize;

use crate::failure::{Failure, refused};

/// A path inside the tree, `/`-separated; the empty path is the top and is shown as `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
pub struct RepoPath(String);

impl RepoPath {
    /// Parses a relative path; `./` and doubled slashes are dropped, `..` is resolved inside the tree.
    ///
    /// # Errors
    /// Refuses absolute paths, control characters, backslashes and paths that leave the tree.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::default().join(text)
    }

    /// Returns `text` seen from this folder.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn join(&self, text: &str) -> Result<Self, Failure> {
        if text.starts_with('/') || text.contains('\\') || text.chars().any(char::is_control) {
            return Err(refused(format!("path `{}` is not a path inside the repository", text.escape_debug())));
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(|| refused(format!("path `{text}` leaves the repository")))?;
                }
                name => parts.push(name),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// Returns the path as text; the top is the empty text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folder this path lies in; the top's is the top.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or_else(String::new, |(parent, _)| parent.to_owned()))
    }

    /// Returns the last part; the top's is empty.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Returns whether this path is `folder` or lies below it.
    pub fn is_in(&self, folder: &Self) -> bool {
        folder.0.is_empty() || self.0 == folder.0 || self.below(folder).is_some()
    }

    /// Returns what follows `folder/` in this path.
    pub fn below(&self, folder: &Self) -> Option<&str> {
        if folder.0.is_empty() { Some(&self.0) } else { self.0.strip_prefix(&folder.0)?.strip_prefix('/') }
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_inside_the_tree_and_refuses_to_leave_it() {
        let folder = RepoPath::parse("clusters//prod/./a").unwrap();
        assert_eq!(folder.as_str(), "clusters/prod/a");
        assert_eq!(folder.join("../../base").unwrap().as_str(), "clusters/base");
        assert_eq!(folder.join("../../..").unwrap().to_string(), ".");
        for bad in ["../../../..", "/etc", "a\\b", "a\nb"] {
            assert!(folder.join(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn tells_what_lies_below_a_folder() {
        let top = RepoPath::default();
        let folder = RepoPath::parse("a/b").unwrap();
        assert_eq!(RepoPath::parse("a/b/c").unwrap().below(&folder), Some("c"));
        assert_eq!(RepoPath::parse("a/bc").unwrap().below(&folder), None);
        assert!(folder.is_in(&top) && folder.is_in(&folder));
        assert_eq!(RepoPath::parse("c").unwrap().below(&top), Some("c"));
    }
}
