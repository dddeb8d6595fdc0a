//! The incidents that stand in a tree: `<root>/recovery/<incident>/[<cluster>/]incident.yaml`.
//! Finds them by name and marker alone; what they say is parsed elsewhere.

use std::sync::Arc;

use anyhow::Context as _;
use memchr::memmem;

use crate::kustomize::files::{Entry, Files};
use crate::model::path::RepoPath;

/// The file that leeward writes and reads.
const NAME: &str = "incident.yaml";
/// The folder of all overlays of a root.
const FOLDER: &str = "recovery";
/// What tells ours from any other file of that name.
const MARKER: &[u8] = b"leeward/v1";

/// An incident file, unparsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentFile {
    /// Where it stands.
    pub path: RepoPath,
    /// The folder of the root it belongs to.
    pub root: RepoPath,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// Returns the incidents of a tree, in the order of `paths`; reads only files of that name.
///
/// # Errors
/// Fails when such a file cannot be read.
pub fn incidents(files: &dyn Files, paths: &[(String, Entry)]) -> Result<Vec<IncidentFile>, anyhow::Error> {
    let mut found = Vec::new();
    for (text, entry) in paths {
        let Some(root) = root_of(text).filter(|_| matches!(entry, Entry::File { .. })) else { continue };
        let (Ok(path), Ok(root)) = (RepoPath::parse(text), RepoPath::parse(root)) else { continue };
        let bytes = files.read(text).context("failed to read an incident")?;
        if memmem::find(&bytes, MARKER).is_some() {
            found.push(IncidentFile { path, root, bytes });
        }
    }
    Ok(found)
}

/// Returns the folder of the root that an incident file's path belongs to.
fn root_of(path: &str) -> Option<&str> {
    let folder = path.strip_suffix(NAME)?.strip_suffix('/')?;
    let (above, _) = folder.rsplit_once('/')?;
    [Some(above), above.rsplit_once('/').map(|(above, _)| above)].into_iter().flatten().find_map(|folder| {
        let root = folder.strip_suffix(FOLDER)?;
        if root.is_empty() { Some(root) } else { root.strip_suffix('/') }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_what_holds_the_recovery_folder() {
        assert_eq!(root_of("a/b/recovery/minio-a-1122/incident.yaml"), Some("a/b"));
        assert_eq!(root_of("a/recovery/minio-a-1122/pxc/incident.yaml"), Some("a"));
        assert_eq!(root_of("recovery/minio-a-1122/incident.yaml"), Some(""));
        assert_eq!(root_of("docs/incident.yaml"), None);
        assert_eq!(root_of("a/norecovery/x/incident.yaml"), None);
    }
}
