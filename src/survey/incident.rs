//! The incidents that stand in a tree: `<root>/recovery/<incident>/[<cluster>/]incident.yaml`.
//! Finds them by name and marker alone; what they say is parsed by the model. Must never miss one whose overlay stands.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use memchr::memmem;

use crate::failure::{Failure, refused};
use crate::kustomize::files::{Entry, Files};
use crate::model::incident::Incident;
use crate::model::path::RepoPath;

/// The file that leeward writes and reads.
const NAME: &str = "incident.yaml";
/// The folder of all overlays of a root.
const FOLDER: &str = "recovery";
/// What tells ours, of whatever version, from any other file of that name.
const MARKER: &[u8] = b"leeward/v";
/// The file of an overlay by which a root includes it.
const OVERLAY: &str = "kustomization.yaml";
/// What tells ours from any other file of that name.
const RENDERED: &[u8] = b"# Rendered by leeward:";

/// An incident file, unparsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentFile {
    /// Where it stands.
    pub path: RepoPath,
    /// The folder of the root it belongs to.
    pub root: RepoPath,
    /// Its bytes; none where it is missing beside its overlay.
    pub bytes: Arc<[u8]>,
}

impl IncidentFile {
    /// Reads it.
    ///
    /// # Errors
    /// Refuses one that is missing or empty, is no text, or says what no incident says.
    pub fn read(&self) -> Result<Incident, Failure> {
        if self.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(refused("it is missing or empty, and the overlay beside it stands"));
        }
        let text = std::str::from_utf8(&self.bytes).map_err(|_| refused("it is not UTF-8 text"))?;
        Incident::parse(text)
    }
}

/// Returns the incidents of a tree, in the order of `paths`; reads only files of that name, and the overlays that lack one.
///
/// # Errors
/// Fails when such a file cannot be read.
pub fn incidents(files: &dyn Files, paths: &[(String, Entry)]) -> Result<Vec<IncidentFile>, anyhow::Error> {
    let is_file = |(_, entry): &&(String, Entry)| matches!(entry, Entry::File { .. });
    let named = |name: &'static str| {
        paths.iter().filter(is_file).filter_map(move |(text, _)| Some((folder_of(text, name)?, text.as_str())))
    };
    let mut found = Vec::new();
    let mut odd = BTreeSet::new();
    for (folder, text) in named(NAME) {
        let bytes = files.read(text).context("failed to read an incident")?;
        if memmem::find(&bytes, MARKER).is_some() {
            found.extend(incident_file(folder, bytes));
        } else {
            odd.insert(folder);
        }
    }
    let known: BTreeSet<RepoPath> = found.iter().map(|file: &IncidentFile| file.path.parent()).collect();
    for (folder, text) in named(OVERLAY).filter(|(folder, _)| !known.iter().any(|known| known.as_str() == *folder)) {
        let overlay = files.read(text).context("failed to read an overlay")?;
        if memmem::find(&overlay, RENDERED).is_some() {
            let bytes = if odd.contains(folder) { files.read(&format!("{folder}/{NAME}"))? } else { Arc::from([]) };
            found.extend(incident_file(folder, bytes));
        }
    }
    Ok(found)
}

/// Returns the incident file of an overlay's folder.
fn incident_file(folder: &str, bytes: Arc<[u8]>) -> Option<IncidentFile> {
    let path = RepoPath::parse(&format!("{folder}/{NAME}")).ok()?;
    let root = RepoPath::parse(root_of(folder)?).ok()?;
    Some(IncidentFile { path, root, bytes })
}

/// Returns the folder of the overlay that a file of this name belongs to.
fn folder_of<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    path.strip_suffix(name)?.strip_suffix('/').filter(|folder| root_of(folder).is_some())
}

/// Returns the folder of the root that an overlay's folder belongs to.
fn root_of(folder: &str) -> Option<&str> {
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
        assert_eq!(root_of("a/b/recovery/minio-a-1122"), Some("a/b"));
        assert_eq!(root_of("a/recovery/minio-a-1122/pxc"), Some("a"));
        assert_eq!(root_of("recovery/minio-a-1122"), Some(""));
        assert_eq!(root_of("docs"), None);
        assert_eq!(root_of("a/norecovery/x"), None);
        assert_eq!(folder_of("a/recovery/x/incident.yaml", NAME), Some("a/recovery/x"));
        assert_eq!(folder_of("a/recovery/x/no-incident.yaml", NAME), None);
    }
}
