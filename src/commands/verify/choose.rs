//! Which of the proposals that Git knows is followed: as flags name it, else the only one. Must never choose between two.

use std::collections::{BTreeMap, BTreeSet};

use super::branches::{Branch, Incidents};
use crate::cli::{ProposalArgs, StageArg};
use crate::failure::{Failure, refused};
use crate::model::cluster::ClusterId;
use crate::model::incident::{FoundIncident, Incident, Stage};
use crate::model::path::RepoPath;

/// Returns the incident that is followed: as named, else the only one that no other moved on from; `None` where there is none.
pub(super) fn chosen(args: &ProposalArgs, in_base: &Incidents, branches: &[Branch]) -> Result<Option<String>, Failure> {
    let later = superseded(in_base);
    let on_branches = branches.iter().map(|branch| branch.id.clone());
    let known: BTreeSet<String> = in_base.iter().map(|one| one.incident.id.clone()).chain(on_branches).collect();
    let open: BTreeSet<&String> = known.iter().filter(|id| !later.contains_key(*id)).collect();
    let names = || open.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let first = || open.first().map_or_else(|| "--incident ID".to_owned(), |id| format!("--incident {id}"));
    match (&args.incident, open.len()) {
        (Some(id), _) if let Some(later) = later.get(id) => {
            let fact = format!("incident `{id}` is superseded: `{later}` moved on from where it went");
            Err(refused(fact).hint(format!("--incident {later}")))
        }
        (Some(id), _) if known.contains(id) => Ok(Some(id.clone())),
        (Some(id), 0) => {
            let fact = format!("no incident `{id}` is in the base or on a branch of leeward");
            Err(refused(fact).hint("git fetch"))
        }
        (Some(id), _) => {
            let fact = format!("no incident `{id}` is in the base or on a branch of leeward, only {}", names());
            Err(refused(fact).hint(first()))
        }
        (None, 0 | 1) => Ok(open.first().map(|id| (*id).clone())),
        (None, _) => Err(refused(format!("several incidents are open: {}", names())).hint(first())),
    }
}

/// The refusal of following anything where nothing is open; those that the base had once are named.
pub(super) fn none(once: &BTreeSet<String>) -> Failure {
    let fact = "no incident is in the base or on a branch of leeward";
    match once.last() {
        None => refused(fact).hint("git fetch"),
        Some(last) => {
            let names = once.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            refused(format!("{fact}; what was merged and taken out: {names}")).hint(format!("--incident {last}"))
        }
    }
}

/// Returns the incidents that a later one moved on from in every cluster of theirs, each with that one.
fn superseded(in_base: &Incidents) -> BTreeMap<String, String> {
    let later = |own: &Incident| in_base.iter().map(|one| &one.incident).find(|later| later.moved_on_from(own));
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for FoundIncident { incident, .. } in in_base {
        let later = later(incident).map(|later| later.id.clone());
        found.entry(incident.id.clone()).and_modify(|known| *known = known.take().and(later.clone())).or_insert(later);
    }
    found.into_iter().filter_map(|(id, later)| Some((id, later?))).collect()
}

/// Returns the one cluster that is followed, by its long name.
pub(super) fn one_cluster(all: &Incidents, args: &ProposalArgs) -> Result<String, Failure> {
    let names: BTreeMap<String, &Incident> =
        all.iter().map(|one| (one.incident.cluster.shown(), &one.incident)).collect();
    let is_meant = |incident: &Incident| args.cluster.as_deref().is_none_or(|text| is_named(incident, text));
    let fitting: Vec<&String> = names.iter().filter(|(_, incident)| is_meant(incident)).map(|(name, _)| name).collect();
    let listed = names.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let hint = || names.keys().next().map_or_else(|| "--cluster NAME".to_owned(), |name| format!("--cluster {name}"));
    match (fitting.as_slice(), &args.cluster) {
        ([only], _) => Ok((*only).clone()),
        ([], Some(text)) => {
            Err(refused(format!("no cluster `{}` in the incident, only {listed}", text.escape_debug())).hint(hint()))
        }
        ([], None) => Err(refused("the incident names no cluster").hint("git log -- '*/recovery/*'")),
        _ => {
            Err(refused(format!("the incident has several clusters, one is followed at a time: {listed}")).hint(hint()))
        }
    }
}

/// Returns whether `[ROOT:][NAMESPACE/]NAME` names the cluster of an incident.
fn is_named(incident: &Incident, text: &str) -> bool {
    let cluster = &incident.cluster;
    let Ok(root) = RepoPath::parse(&cluster.root) else { return false };
    let namespace = Some(cluster.namespace.clone()).filter(|namespace| !namespace.is_empty());
    ClusterId { root, namespace, name: cluster.name.clone() }.is_named(text)
}

/// Returns the stage that is verified: as named, else that of the base, else the newest proposed one.
pub(super) fn stage(args: &ProposalArgs, standing: Option<&FoundIncident>, proposed: &[Branch]) -> Stage {
    match args.stage {
        Some(StageArg::Protect) => Stage::Protect,
        Some(StageArg::Resume) => Stage::Resume,
        None => standing
            .map(|standing| standing.incident.stage)
            .or_else(|| proposed.iter().map(|branch| branch.stage).max())
            .unwrap_or(Stage::Protect),
    }
}

/// The refusal of an incident that has nothing of a cluster.
pub(super) fn unknown(id: &str, stage: Stage) -> Failure {
    refused(format!("incident `{id}` has no stage {} that could be followed", stage.word())).hint("git fetch")
}

/// The refusal of a stage that nobody proposed.
pub(super) fn unproposed(incident: &Incident, stage: Stage) -> Failure {
    let fact = format!(
        "incident `{}` stands at stage {}, nobody proposed {}",
        incident.id,
        incident.stage.word(),
        stage.word()
    );
    let hint = format!("leeward propose --incident {} --stage {}", incident.id, stage.word());
    refused(fact).hint(hint)
}
