//! The base without the overlays of one incident: what every stage of it is rendered on, so that a stage never builds on
//! what an earlier stage of itself wrote.

use anyhow::Context as _;

use super::changes::{Changes, patched};
use super::scene::{Scene, clusters};
use crate::build::{Builder, Extent};
use crate::failure::{Kind, kind_of, refused};
use crate::kustomize::files::Entry;
use crate::model::cluster::{Cluster, ClusterId};
use crate::model::incident::FoundIncident;
use crate::model::name::IncidentId;
use crate::model::path::RepoPath;
use crate::render::edit;
use crate::render::overlay::FILES;
use crate::survey::Root;

/// The base without the overlays that one incident has for the chosen clusters.
pub(super) struct Bare {
    /// Its clusters.
    pub clusters: Vec<Cluster>,
}

impl Scene<'_> {
    /// Returns the base without the overlays that an incident has for the chosen clusters, built where it had any.
    pub(super) fn without(&self, id: &IncidentId, chosen: &[ClusterId], builder: &Builder) -> anyhow::Result<Bare> {
        let mut changes = self.created.clone();
        for standing in chosen.iter().filter_map(|cluster| self.standing(id, cluster)) {
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
        Ok(Bare { clusters: bare })
    }

    /// Returns the overlay that an incident has for a cluster in the base.
    pub(super) fn standing(&self, id: &IncidentId, cluster: &ClusterId) -> Option<&FoundIncident> {
        let is_it =
            |standing: &&FoundIncident| standing.incident.id == id.as_str() && standing.incident.cluster.names(cluster);
        self.incidents.iter().find(is_it)
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
    pub(super) fn take_back(&self, standing: &FoundIncident, changes: &mut Changes) -> anyhow::Result<()> {
        let root = RepoPath::parse(&standing.incident.cluster.root)?;
        let kustomization = self.kustomization(&root)?;
        let mut bytes = self.read(&kustomization, changes)?;
        for item in standing.items() {
            let taken = edit::take_back(&bytes, &item)
                .with_context(|| format!("failed to take `{item}` out of `{kustomization}`"))?;
            bytes = taken.unwrap_or(bytes);
        }
        changes.insert(kustomization, Some(bytes));
        for name in FILES {
            let path = standing.folder.join(name)?;
            if let Some(Entry::File { .. }) = self.files.entry(path.as_str())? {
                changes.insert(path, None);
            }
        }
        Ok(())
    }
}
