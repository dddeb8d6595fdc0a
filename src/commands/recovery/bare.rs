//! The base without the overlays of one incident: what every stage of it is rendered on, so that a stage never builds on
//! what an earlier stage of itself wrote.

use anyhow::Context as _;

use super::scene::{Scene, clusters};
use super::{Changes, patched};
use crate::build::{Builder, Extent};
use crate::kustomize::files::{Entry, Files as _};
use crate::model::cluster::Cluster;
use crate::model::incident::FoundIncident;
use crate::model::name::IncidentId;
use crate::model::path::RepoPath;
use crate::render::edit;

/// The base without the overlays of one incident.
pub(super) struct Bare {
    /// What that changes in the base.
    pub changes: Changes,
    /// Its clusters.
    pub clusters: Vec<Cluster>,
}

impl Scene<'_> {
    /// Returns the base without the overlays of an incident, built where it had any.
    pub(super) fn without(&self, id: &IncidentId, builder: &Builder) -> anyhow::Result<Bare> {
        let mut changes = self.created.clone();
        for standing in self.incidents.iter().filter(|standing| standing.incident.id == id.as_str()) {
            self.take_back(standing, &mut changes)?;
        }
        let files = patched(self.files, &changes);
        let mut bare = Vec::new();
        for (root, built) in &self.roots {
            let is_touched = changes.keys().any(|path| path.is_in(&root.path) && !self.created.contains_key(path));
            if is_touched {
                bare.extend(clusters(root, &builder.build(&files, &root.path, root.restrictor, Extent::Whole)?)?);
            } else {
                bare.extend(clusters(root, built)?);
            }
        }
        Ok(Bare { changes, clusters: bare })
    }

    /// Takes one overlay out: its files, and what activates it.
    fn take_back(&self, standing: &FoundIncident, changes: &mut Changes) -> anyhow::Result<()> {
        let root = RepoPath::parse(&standing.incident.cluster.root)?;
        let kustomization = self.kustomization(&root)?;
        let mut bytes = self.read(&kustomization, changes)?;
        let relative = standing.folder.below(&root).unwrap_or_default().to_owned();
        for item in [relative.clone(), format!("{relative}/backup-patch.yaml")] {
            let taken = edit::take_back(&bytes, &item)
                .with_context(|| format!("failed to take `{item}` out of `{kustomization}`"))?;
            bytes = taken.unwrap_or(bytes);
        }
        changes.insert(kustomization, Some(bytes));
        for (name, entry) in self.files.list(standing.folder.as_str())? {
            if matches!(entry, Entry::File { .. }) {
                changes.insert(standing.folder.join(&name)?, None);
            }
        }
        Ok(())
    }
}
