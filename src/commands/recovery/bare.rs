//! The base without the overlays of one incident: what every stage of it is rendered on, so that a stage never builds on
//! what an earlier stage of itself wrote.

use anyhow::Context as _;

use super::scene::{Scene, clusters};
use super::{Changes, patched};
use crate::build::{Builder, Extent};
use crate::failure::{Kind, kind_of, refused};
use crate::kustomize::files::Entry;
use crate::model::cluster::Cluster;
use crate::model::incident::FoundIncident;
use crate::model::name::IncidentId;
use crate::model::path::RepoPath;
use crate::render::edit;
use crate::survey::Root;

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
                let built = builder.build(&files, &root.path, root.restrictor, Extent::Whole);
                bare.extend(clusters(root, &built.map_err(|error| self.stacked(id, root, error))?)?);
            } else {
                bare.extend(clusters(root, built)?);
            }
        }
        Ok(Bare { changes, clusters: bare })
    }

    /// Returns why a root does not build without an incident: a later one rests on it, else as the builder says.
    fn stacked(&self, id: &IncidentId, root: &Root, error: anyhow::Error) -> anyhow::Error {
        let others = self.incidents.iter().map(|standing| &standing.incident);
        let others = others.filter(|other| other.id != id.as_str() && other.cluster.root == root.path.as_str());
        let later = others.max_by(|a, b| a.opened_at.cmp(&b.opened_at));
        let Some(later) = later.filter(|_| kind_of(&error) == Kind::Refused) else { return error };
        let fact = format!("incident `{}` rests on incident `{id}`, which cannot change under it", later.id);
        refused(fact).hint(format!("--incident {}", later.id)).into()
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
