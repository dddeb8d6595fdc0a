//! One pass over the blobs of a tree: which name the kind of a cluster, which are kustomizations, which could make a
//! controller deploy something. Only byte searches: nothing unrelated is parsed, so nothing unrelated can disturb.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;

use super::documents;
use super::kustomization::NAMES;
use super::resolve::{Kind, resolve};
use crate::failure::Failure;
use crate::kustomize::files::{Entry, Files};
use crate::model::object::{Object, PXC_KIND};
use crate::model::path::RepoPath;

/// What files that hold objects of a controller name.
const OWNER_MARKS: [&[u8]; 2] = [b"kustomize.toolkit.fluxcd.io/", b"argoproj.io/"];

/// A file worth a closer look.
pub(super) struct Blob {
    /// Where it is.
    pub(super) path: RepoPath,
    /// What it holds.
    pub(super) bytes: Arc<[u8]>,
}

/// What one pass over a tree found.
pub(super) struct Scan<'a> {
    /// The tree.
    pub(super) files: &'a dyn Files,
    /// What every path of the tree holds.
    pub(super) entries: HashMap<&'a str, &'a Entry>,
    /// Files that name the kind of a cluster.
    pub(super) clusters: Vec<Blob>,
    /// Kustomization files, those that a link leads to under the link's name.
    pub(super) kustomizations: Vec<Blob>,
    /// Links named like kustomizations that lead nowhere usable, and why.
    pub(super) lost_links: Vec<(RepoPath, Failure)>,
    /// Files that could hold a controller's object.
    pub(super) owners: Vec<Blob>,
    /// Whether paths may lead through links.
    has_links: bool,
}

impl<'a> Scan<'a> {
    /// Reads every YAML and JSON blob of the tree.
    pub(super) fn of(files: &'a dyn Files, paths: &'a [(String, Entry)]) -> Result<Self, anyhow::Error> {
        let mut scan = Self {
            files,
            entries: paths.iter().map(|(path, entry)| (path.as_str(), entry)).collect(),
            clusters: Vec::new(),
            kustomizations: Vec::new(),
            lost_links: Vec::new(),
            owners: Vec::new(),
            has_links: paths.iter().any(|(_, entry)| matches!(entry, Entry::Link { .. })),
        };
        let kind = memmem::Finder::new(PXC_KIND);
        each_blob(files, paths, |path, bytes| {
            if NAMES.contains(&path.name()) {
                scan.kustomizations.push(Blob { path: path.clone(), bytes: bytes.clone() });
            } else if names_kind(&kind, &bytes) {
                scan.clusters.push(Blob { path: path.clone(), bytes: bytes.clone() });
            }
            if names_owner(&bytes) {
                scan.owners.push(Blob { path, bytes });
            }
        })?;
        scan.add_links(paths)?;
        Ok(scan)
    }

    /// Adds the kustomizations that links lead to.
    fn add_links(&mut self, paths: &[(String, Entry)]) -> Result<(), anyhow::Error> {
        for (text, _) in paths.iter().filter(|(_, entry)| matches!(entry, Entry::Link { .. })) {
            let Ok(path) = RepoPath::parse(text) else { continue };
            if !NAMES.contains(&path.name()) {
                continue;
            }
            match resolve(self.files, &path) {
                Ok(Some(resolved)) if resolved.kind == Kind::File => {
                    let bytes = self.files.read(resolved.real.as_str())?;
                    self.kustomizations.push(Blob { path, bytes });
                }
                Ok(_) => {}
                Err(error) => self.lost_links.push((path, error.downcast::<Failure>()?)),
            }
        }
        Ok(())
    }

    /// Returns a path without links; what leads nowhere stays as it is.
    pub(super) fn real(&self, path: RepoPath) -> Result<RepoPath, anyhow::Error> {
        if !self.has_links || matches!(self.entries.get(path.as_str()), Some(Entry::File { .. })) {
            return Ok(path);
        }
        match resolve(self.files, &path) {
            Ok(resolved) => Ok(resolved.map_or(path, |resolved| resolved.real)),
            Err(error) if error.is::<Failure>() => Ok(path),
            Err(error) => Err(error),
        }
    }
}

/// Returns the files that could hold a controller's object.
pub(super) fn owner_blobs(files: &dyn Files, paths: &[(String, Entry)]) -> Result<Vec<Blob>, anyhow::Error> {
    let mut blobs = Vec::new();
    each_blob(files, paths, |path, bytes| {
        if names_owner(&bytes) {
            blobs.push(Blob { path, bytes });
        }
    })?;
    Ok(blobs)
}

/// Returns whether a blob really holds a cluster; `None` when that cannot be read, with the reason.
pub(super) fn holds_cluster(bytes: &[u8]) -> Result<bool, Failure> {
    let text = String::from_utf8_lossy(bytes);
    let read = documents::read(&text, |part| part.contains(PXC_KIND));
    if read.values.into_iter().any(|value| Object::new(value).is_cluster()) {
        return Ok(true);
    }
    read.error.map_or(Ok(false), Err)
}

/// Reads every blob that could hold YAML. Names that no kustomization can spell are passed over.
fn each_blob(
    files: &dyn Files,
    paths: &[(String, Entry)],
    mut look: impl FnMut(RepoPath, Arc<[u8]>),
) -> Result<(), anyhow::Error> {
    for (text, entry) in paths {
        if !matches!(entry, Entry::File { .. }) || !is_yaml(text) {
            continue;
        }
        let Ok(path) = RepoPath::parse(text) else { continue };
        look(path, files.read(text)?);
    }
    Ok(())
}

/// Returns whether a file could hold YAML, by its name.
fn is_yaml(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == NAMES[2] || matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml" | "json")))
}

/// Returns whether a blob names the kind itself, not only a longer name.
fn names_kind(kind: &memmem::Finder<'_>, bytes: &[u8]) -> bool {
    kind.find_iter(bytes).any(|at| bytes.get(at + PXC_KIND.len()).is_none_or(|next| !next.is_ascii_alphanumeric()))
}

/// Returns whether a blob could hold a controller's object.
pub(super) fn names_owner(bytes: &[u8]) -> bool {
    OWNER_MARKS.iter().any(|mark| memmem::find(bytes, mark).is_some())
}
