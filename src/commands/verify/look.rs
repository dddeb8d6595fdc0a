//! One look: what Git, the controller, the operator and the storage say now → the verdict so far. Asks nothing of a part
//! that rests on one that failed or waits.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::live::{self, Reader, cluster_id};
use super::proposal::Proposal;
use super::site::Site;
use crate::cluster::Cluster;
use crate::git::Repository;
use crate::model::live::{Reading, Trouble};
use crate::model::observed::ClusterState;
use crate::report::BackupLine;
use crate::verify::{self, Applier, Carries, Operated, Verdict};

/// What everything that is looked at has in common.
pub(super) struct Scene<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The API server.
    pub(super) cluster: &'a Cluster,
    /// The proposal.
    pub(super) proposal: &'a Proposal,
    /// The cluster as Git means it to be.
    pub(super) site: &'a Site,
    /// Now.
    pub(super) now: Timestamp,
}

/// What one look saw.
#[derive(Default)]
pub(super) struct Look {
    /// The checks so far.
    pub(super) verdict: Verdict,
    /// The backup that was followed.
    pub(super) backup: Option<BackupLine>,
    /// What failed for want of an answer.
    pub(super) broken: Option<Trouble>,
}

impl Scene<'_> {
    /// Looks at everything once.
    ///
    /// # Errors
    /// Fails where git cannot be read.
    pub(super) fn look(&self) -> anyhow::Result<Look> {
        let mut look = Look::default();
        if !look.verdict.add(verify::merged(&self.proposal.merged)) {
            return Ok(look);
        }
        let mut reader = Reader::new(self.cluster);
        let id = cluster_id(&self.site.namespace, &self.site.cluster.id.name);
        reader.controllers(&self.site.root, &self.site.deployed, &id);
        if self.applied(&reader, &mut look)? && look.verdict.goes_on() {
            self.operated(&mut reader, &mut look);
        }
        look.broken = reader.broken().cloned();
        Ok(look)
    }

    /// Adds what the controller says.
    fn applied(&self, reader: &Reader<'_>, look: &mut Look) -> anyhow::Result<bool> {
        let mut named = String::new();
        let applier = live::applier(&reader.live, &self.site.root, &self.site.cluster.id.name, &mut named);
        let carries = self.carries(&applier)?;
        Ok(look.verdict.add(verify::applied(&applier, &carries)))
    }

    /// Returns what Git says of the commits that a controller names.
    fn carries(&self, applier: &Applier<'_>) -> anyhow::Result<BTreeMap<String, Carries>> {
        let of = |id: String| Ok((id.clone(), self.proposal.carried(self.repository, &id)?));
        applier.commits().into_iter().map(of).collect()
    }

    /// Adds what the operator says.
    fn operated(&self, reader: &mut Reader<'_>, look: &mut Look) {
        let id = cluster_id(&self.site.namespace, &self.site.cluster.id.name);
        let Reading::Found(found) = reader.one(&id) else { return };
        let cluster = ClusterState::read(found);
        let restores: Vec<(String, String)> = Vec::new();
        let seen =
            Operated { cluster: &cluster, restores: Ok(&restores), applied_at: None, grace: None, now: self.now };
        look.verdict.add(verify::observed(&seen));
    }
}
