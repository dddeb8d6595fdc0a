//! The files that a recovery changes, and the base with them. Collected from root to root; nothing is written.

use std::collections::BTreeMap;

use crate::kustomize::files::{Files, Patched};
use crate::model::path::RepoPath;

/// Changed files: new bytes, or `None` for a file that goes.
pub(in crate::commands) type Changes = BTreeMap<RepoPath, Option<Vec<u8>>>;

/// Returns the base with changes.
pub(super) fn patched<'a>(base: &'a dyn Files, changes: &Changes) -> Patched<'a> {
    let changes = changes.iter().map(|(path, bytes)| (path.as_str().to_owned(), bytes.clone())).collect();
    Patched { base, changes }
}
