//! Plans a recovery: clusters, a target and what is known → what has to change in each cluster, and every guard.
//! Plans are for a set of clusters: one incident, one commit. Must never read files or look at a build's text: a plan is
//! about what the cluster is to become, not about which line says it.

mod affected;
mod binlogs;
mod changes;
mod desired;
mod draft;
mod failover;
mod guard;
mod incident;
mod name_shared;
mod place_shared;
mod quota;
mod resume;
mod retention;
mod rotate;
mod schedule;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

pub use affected::{clusters_on, endpoint_of};
pub use changes::{Change, StorageRole};
pub use incident::{incident_id, open_incident};
pub use resume::again;

use crate::model::backup::Backup;
use crate::model::cluster::Cluster;
use crate::model::finding::{Finding, Level};
use crate::model::incident::{Action, Cause, Incident, Stage};
use crate::model::name::IncidentId;
use crate::model::target::Target;
use crate::model::version::Rules;
use crate::survey::Owner;

/// What is asked for, for every cluster of the set.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Which stage of it.
    pub stage: Stage,
    /// The incident.
    pub incident: IncidentId,
    /// When the incident was opened, RFC 3339.
    pub opened_at: String,
    /// Why.
    pub cause: Cause,
    /// How far the failure reaches.
    pub scope: Scope,
    /// How many backups each moved schedule keeps; as before unless set.
    pub retention: Option<u32>,
    /// The Backup object that succeeded on the target.
    pub confirmed_backup: Option<String>,
    /// The Secret that replaces the one of the place, for a rotation to a new name.
    pub new_secret: Option<String>,
}

/// How far a failure reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every storage on the same endpoint.
    Endpoint,
    /// The named storage alone.
    OnlyStorage,
}

/// One cluster of the set with what is known of it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The cluster without this incident's overlay.
    pub bare: Cluster,
    /// The cluster as the base has it, with this incident's overlay where there is one.
    pub current: Cluster,
    /// The storage that failed.
    pub storage: String,
    /// Where its backups go; `None` for a rotation.
    pub target: Option<Target>,
    /// The versions' rules.
    pub rules: Rules,
    /// The objects that deploy the root.
    pub owners: Vec<Owner>,
    /// The names of the Secrets that the root's build produces in the cluster's namespace.
    pub secrets: BTreeSet<String>,
    /// The names of Secrets that the build produces only under a changed name, as (before, built).
    pub renamed_secrets: Vec<(String, String)>,
    /// The Secrets that the build produces in another namespace, as (name, namespace).
    pub foreign_secrets: Vec<(String, String)>,
    /// Whether another namespace of the root has a cluster of this name.
    pub name: NameInRoot,
    /// Whether the place for binlogs was declared empty.
    pub binlogs: BinlogPlace,
    /// This incident as the base has it.
    pub incident_in_base: Option<Incident>,
    /// Other incidents of this cluster in the base.
    pub history: Vec<Incident>,
    /// What is known of a backup at the new place, for stage `resume`.
    pub proof: Proof,
}

/// What is known of a backup at the new place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// What a person says, if anybody does.
    Word,
    /// A saved verdict says that one succeeded.
    Verdict {
        /// The Backup.
        backup: String,
        /// When that was seen, RFC 3339.
        at: String,
    },
    /// The cluster showed one that succeeded.
    Seen {
        /// The Backup.
        backup: String,
    },
    /// Somebody looked, and nothing proves the place.
    Refuted {
        /// Why.
        fact: String,
    },
}

impl Proof {
    /// Returns the Backup that proves the place.
    pub fn backup(&self) -> Option<&str> {
        match self {
            Self::Verdict { backup, .. } | Self::Seen { backup } => Some(backup),
            Self::Word | Self::Refuted { .. } => None,
        }
    }
}

/// Whether a cluster's name is one of its root, across namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameInRoot {
    /// No other cluster of the root has it.
    Alone,
    /// Another namespace has it too: a place below root and name alone would be shared.
    Shared,
}

/// What is known of the place for binlogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinlogPlace {
    /// `binlogsEmpty: true`.
    DeclaredEmpty,
    /// Nothing.
    Unknown,
}

/// The plan for one cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClusterPlan {
    /// The cluster without this incident's overlay.
    pub cluster: Cluster,
    /// The rules it was planned by.
    pub rules: Rules,
    /// What `incident.yaml` will say; `None` where the plan is refused.
    pub incident: Option<Incident>,
    /// How many stages this action has for this cluster.
    pub stages: u8,
    /// What the overlay changes, in the order it is written.
    pub changes: Vec<Change>,
    /// What merging this changes against the base, which may have an earlier stage already.
    pub effect: Vec<Change>,
    /// The backup block after the change.
    pub desired: Backup,
    /// What the guards saw.
    pub findings: Vec<Finding>,
}

/// The plan for a set of clusters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// What is done.
    pub action: Action,
    /// The stage.
    pub stage: Stage,
    /// The incident.
    pub incident: IncidentId,
    /// One plan a cluster, in the order of the set.
    pub clusters: Vec<ClusterPlan>,
}

impl ClusterPlan {
    /// Returns whether a guard refused.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Refuse)
    }
}

impl Plan {
    /// Returns whether any cluster was refused.
    pub fn is_refused(&self) -> bool {
        self.clusters.iter().any(ClusterPlan::is_refused)
    }
}

/// Plans a recovery for every cluster of the set; `others` are the clusters of the repository outside it.
pub fn plan(request: &Request, subjects: &[Subject], others: &[Cluster]) -> Plan {
    let mut clusters: Vec<ClusterPlan> = subjects.iter().map(|subject| plan_cluster(request, subject)).collect();
    for (index, finding) in place_shared::across(&clusters, others) {
        clusters[index].findings.push(finding);
    }
    for (index, finding) in name_shared::across(&clusters, others) {
        clusters[index].findings.push(finding);
    }
    for (index, finding) in quota::across(&clusters, subjects) {
        clusters[index].findings.push(finding);
    }
    for cluster in &mut clusters {
        cluster.findings.sort_by_key(|finding| finding.level);
    }
    Plan { action: request.action, stage: request.stage, incident: request.incident.clone(), clusters }
}

/// Plans a recovery for one cluster; a refusal becomes a finding, so that the others are still shown.
fn plan_cluster(request: &Request, subject: &Subject) -> ClusterPlan {
    match desired::desired(request, subject) {
        Ok(desired) => {
            let findings = guard::check(&guard::Context { request, subject, desired: &desired });
            let stages = if desired.incident.pitr.was_enabled && desired.switches_pitr { 2 } else { 1 };
            let cluster = subject.bare.clone();
            let incident = Some(desired.incident);
            let current = &subject.current.backup;
            let effect =
                incident.as_ref().and_then(|incident| changes::changes(current, &desired.backup, incident).ok());
            let changes = desired.changes;
            let effect = effect.unwrap_or_else(|| changes.clone());
            ClusterPlan {
                cluster,
                rules: subject.rules,
                incident,
                stages,
                changes,
                effect,
                desired: desired.backup,
                findings,
            }
        }
        Err(finding) => ClusterPlan {
            cluster: subject.bare.clone(),
            rules: subject.rules,
            incident: None,
            stages: 1,
            changes: Vec::new(),
            effect: Vec::new(),
            desired: subject.bare.backup.clone(),
            findings: vec![finding],
        },
    }
}
