//! Who includes whom: from a manifest upward through `resources`, `components` and `bases`.
//! A kustomization that cannot be read only matters when it seems to include something on the way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::Context as _;

use super::kustomization::{Kustomization, ambiguous};
use super::scan::{Blob, Scan};
use crate::failure::Failure;
use crate::model::path::RepoPath;

/// The kustomization of a folder.
#[derive(Default)]
pub(super) struct Node {
    /// Its files; more than one is an error once it matters.
    files: Vec<RepoPath>,
    /// Whether it is a component.
    pub(super) is_component: bool,
    /// Why it could not be read.
    pub(super) broken: Option<(RepoPath, Failure)>,
}

impl Node {
    /// Returns the kustomization file.
    pub(super) fn file(&self) -> Option<&RepoPath> {
        self.files.first()
    }
}

/// The kustomizations of a tree, seen from below.
pub(super) struct Graph {
    /// By folder.
    nodes: BTreeMap<RepoPath, Node>,
    /// The folders whose kustomizations include a file or folder.
    parents: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
}

impl Graph {
    /// Reads the kustomizations of a scan.
    pub(super) fn of(scan: &Scan<'_>) -> Result<Self, anyhow::Error> {
        let mut graph = Self { nodes: BTreeMap::new(), parents: BTreeMap::new() };
        for blob in &scan.kustomizations {
            graph.add(scan, blob)?;
        }
        for (path, failure) in &scan.lost_links {
            let node = graph.nodes.entry(path.parent()).or_default();
            node.files.push(path.clone());
            node.broken = Some((path.clone(), failure.clone()));
        }
        Ok(graph)
    }

    /// Returns every folder that has a kustomization.
    pub(super) fn folders(&self) -> BTreeSet<RepoPath> {
        self.nodes.keys().cloned().collect()
    }

    /// Adds a kustomization file.
    fn add(&mut self, scan: &Scan<'_>, blob: &Blob) -> Result<(), anyhow::Error> {
        let folder = blob.path.parent();
        let node = self.nodes.entry(folder.clone()).or_default();
        node.files.push(blob.path.clone());
        let text = String::from_utf8_lossy(&blob.bytes);
        let entries: Vec<String> = match Kustomization::parse(&blob.path, &blob.bytes) {
            Ok(kustomization) => {
                node.is_component = kustomization.is_component();
                kustomization.includes().map(str::to_owned).collect()
            }
            Err(error) => {
                node.broken = error.downcast().ok().map(|failure| (blob.path.clone(), failure));
                words(&text).map(str::to_owned).collect()
            }
        };
        for entry in entries {
            let Ok(target) = folder.join(&entry) else { continue };
            self.parents.entry(scan.real(target)?).or_default().insert(folder.clone());
        }
        Ok(())
    }

    /// Returns the kustomization of a folder.
    pub(super) fn node(&self, folder: &RepoPath) -> Option<&Node> {
        self.nodes.get(folder)
    }

    /// Returns whether another kustomization includes this folder's.
    pub(super) fn is_included(&self, folder: &RepoPath) -> bool {
        self.parents.get(folder).is_some_and(|parents| parents.iter().any(|parent| parent != folder))
    }

    /// Returns the folders whose kustomizations include `file`, directly or through others.
    ///
    /// # Errors
    /// Refuses broken and ambiguous kustomizations among them.
    pub(super) fn above(&self, file: &RepoPath) -> Result<BTreeSet<RepoPath>, anyhow::Error> {
        let (mut above, mut todo) = (BTreeSet::new(), VecDeque::from([file]));
        while let Some(included) = todo.pop_front() {
            for parent in self.parents.get(included).into_iter().flatten() {
                if above.insert(parent.clone()) {
                    self.check(parent)?;
                    todo.push_back(parent);
                }
            }
        }
        Ok(above)
    }

    /// Refuses a kustomization that cannot be built.
    fn check(&self, folder: &RepoPath) -> Result<(), anyhow::Error> {
        let Some(node) = self.nodes.get(folder) else { return Ok(()) };
        if let Some((file, failure)) = &node.broken {
            return Err(failure.clone()).with_context(|| format!("failed to read kustomization `{file}`"));
        }
        if node.files.len() > 1 {
            return Err(ambiguous(folder, &node.files).into());
        }
        Ok(())
    }
}

/// Returns what could be paths in a file that is no YAML.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "\"'[]{},".contains(c)).filter(|word| !word.is_empty() && *word != "-")
}
