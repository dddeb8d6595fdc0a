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
mod protect;
mod quota;
mod request;
mod resume;
mod retention;
mod rotate;
mod schedule;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use affected::{clusters_on, endpoint_of};
pub use changes::{Change, StorageRole};
pub use incident::{again, incident_id, open_incident};
pub use request::{BinlogPlace, NameInRoot, Proof, Request, Scope, Subject};

use desired::Desired;
use protect::protect;
use resume::resume;

use crate::model::backup::Backup;
use crate::model::cluster::Cluster;
use crate::model::finding::{Finding, Level};
use crate::model::incident::{Action, Incident, Stage};
use crate::model::name::IncidentId;
use crate::model::version::Rules;

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
    match desired(request, subject) {
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

/// Returns what the asked stage wants.
fn desired(request: &Request, subject: &Subject) -> Result<Desired, Finding> {
    refuse_passed_stage(request, subject)?;
    match request.stage {
        Stage::Protect => protect(request, subject),
        Stage::Resume => resume(request, subject),
    }
}

/// Refuses a stage that the base is past: `protect` after `resume` would turn point-in-time recovery off again.
fn refuse_passed_stage(request: &Request, subject: &Subject) -> Result<(), Finding> {
    let Some(opened) = subject.incident_in_base.as_ref().filter(|opened| opened.stage > request.stage) else {
        return Ok(());
    };
    let (id, stage) = (&opened.id, opened.stage.word());
    Err(Finding::refuse("stage-passed", format!("incident `{id}` is at stage {stage} already"))
        .hint(format!("--stage {stage}")))
}
