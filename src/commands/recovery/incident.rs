//! Which incident this run belongs to: named by a flag, open in the base or on a branch of leeward's, else new.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::about;
use super::branches::{self, Branches};
use super::diagnosed::{self, Diagnosed};
use super::scene::Scene;
use super::select::Choice;
use crate::cli::{ActionArg, RecoveryArgs, StageArg};
use crate::diagnose::masked_text;
use crate::failure::{Failure, refused, usage};
use crate::model::finding::Finding;
use crate::model::incident::{Action, Cause, Incident, Stage};
use crate::model::name::IncidentId;
use crate::model::shell::quoted;
use crate::model::target_entry::TargetType;
use crate::plan::{endpoint_of, incident_id, open_incident};
use crate::report::{ClockReport, masked};

/// The incident of this run.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its id.
    pub id: IncidentId,
    /// What it does.
    pub action: Action,
    /// The stage of this run.
    pub stage: Stage,
    /// When it was opened.
    pub opened_at: String,
    /// Why.
    pub cause: Cause,
    /// How much time there was when it was diagnosed.
    pub clock: Vec<ClockReport>,
    /// What is said of incidents that were open before this run.
    pub findings: Vec<Finding>,
}

/// Finds or makes the incident.
pub(super) fn find(scene: &Scene, args: &RecoveryArgs, chosen: &[Choice], now: Timestamp) -> anyhow::Result<Found> {
    let branches = branches::read(scene.repository, scene.base, args.incident.incident.as_deref())?;
    let in_base = scene.incidents.iter().map(|found| &found.incident);
    let known: Vec<Incident> = in_base.chain(branches.open.iter().map(|(_, incident)| incident)).cloned().collect();
    let action = action(scene, args, chosen, &known)?;
    let endpoint = place(scene, chosen)?;
    let open = match &args.incident.incident {
        Some(id) => known.iter().find(|incident| incident.id == *id),
        None => open_incident(known.iter().filter(|incident| is_same(incident, chosen)), action, &endpoint),
    };
    let asked = args.incident.incident.as_deref().map(IncidentId::parse).transpose()?;
    let mut taken = branches.taken.clone();
    taken.extend(known.iter().map(|incident| incident.id.clone()));
    let id = match (asked, open) {
        (Some(id), _) => id,
        (None, Some(open)) => IncidentId::parse(&open.id)?,
        (None, None) => incident_id(&chosen[0].storage, now, &taken)?,
    };
    if let Some(open) = open.filter(|open| open.action != action) {
        let fact = format!("incident `{id}` is a {}, not a {}", open.action.word(), action.word());
        return Err(refused(fact).hint("--incident with another id").into());
    }
    let stage = match args.incident.stage {
        StageArg::Protect => Stage::Protect,
        StageArg::Resume => Stage::Resume,
    };
    refuse_partial(scene, &branches, &format!("leeward/{id}/{}", stage.word()), chosen)?;
    let mut findings = findings(&known, open, action, &endpoint);
    findings.extend(branches.findings);
    let opened_at = open.map_or_else(|| now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), |open| open.opened_at.clone());
    let diagnosed = args.incident.diagnosis.as_deref().map(diagnosed::read).transpose()?;
    findings.extend(diagnosed.as_ref().and_then(|diagnosed| diagnosed.finding(action)));
    findings.extend(diagnosed.as_ref().and_then(|diagnosed| about::finding(diagnosed, scene, chosen)));
    let cause = cause(args, open, diagnosed.as_ref());
    let clock = diagnosed.as_ref().map(Diagnosed::clock).unwrap_or_default();
    Ok(Found { id, action, stage, opened_at, cause, clock, findings })
}

/// Returns why: what was diagnosed and what a person gave as a reason in this run, else what the open incident says.
fn cause(args: &RecoveryArgs, open: Option<&Incident>, diagnosed: Option<&Diagnosed>) -> Cause {
    let was = open.map(|open| open.cause.clone()).unwrap_or_default();
    let said = diagnosed.map(|diagnosed| one_line(&diagnosed.sentence()));
    let given = args.incident.reason.as_deref().map(one_line);
    let is_said = given.is_some() || said.is_some();
    let reasons: Vec<String> = given.into_iter().chain(said).filter(|reason| !reason.is_empty()).collect();
    Cause {
        name: diagnosed.map_or(was.name, |diagnosed| diagnosed.cause().to_owned()),
        reason: if is_said { reasons.join("; ") } else { was.reason },
    }
}

/// Returns whether an incident is about what failed here: a rotation about these very keys, anything else about the place.
fn is_same(incident: &Incident, chosen: &[Choice]) -> bool {
    incident.action != Action::Rotate || chosen.iter().any(|choice| incident.from.storages.contains(&choice.storage))
}

/// Refuses to leave out clusters that the branch recovers already: their overlays would go from it.
fn refuse_partial(scene: &Scene, branches: &Branches, branch: &str, chosen: &[Choice]) -> Result<(), Failure> {
    let of_branch = branches.open.iter().filter(|(name, _)| name == branch).map(|(_, incident)| incident);
    let is_chosen = |incident: &&Incident| chosen.iter().any(|choice| incident.cluster.names(&choice.cluster));
    // A cluster that is gone from a base that was read whole has nothing left to recover.
    let is_there = |incident: &&Incident| {
        !scene.is_whole || scene.clusters.iter().any(|cluster| incident.cluster.names(&cluster.id))
    };
    let left: Vec<String> = of_branch
        .filter(|incident| !is_chosen(incident))
        .filter(is_there)
        .map(|incident| incident.cluster.shown())
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    let all = chosen.iter().map(|choice| choice.cluster.to_string()).chain(left.iter().cloned());
    let flags: Vec<String> = all.map(|cluster| format!("--cluster {}", quoted(&cluster))).collect();
    let fact = format!("branch `{branch}` recovers `{}` too, which this run would take out of it", left.join("`, `"));
    Err(refused(fact).hint(flags.join(" ")))
}

/// Returns a text on one line and without what could be a secret: what has no shape of its own, or hides another,
/// becomes a space.
pub(super) fn one_line(text: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    masked(&masked_text(text).replace(hides, " ").split_whitespace().collect::<Vec<_>>().join(" "), &[])
}

/// Says which incident is continued, and which others of the place are open.
fn findings(known: &[Incident], open: Option<&Incident>, action: Action, endpoint: &str) -> Vec<Finding> {
    let continued = open.map(|open| {
        Finding::note("incident-continued", format!("incident `{}`, opened {}, is continued", open.id, open.opened_at))
    });
    let is_other =
        |incident: &&Incident| incident.from.endpoint == endpoint && open.is_none_or(|open| open.id != incident.id);
    let mut ids: Vec<(&str, Action)> =
        known.iter().filter(is_other).map(|incident| (incident.id.as_str(), incident.action)).collect();
    ids.sort_by_key(|(id, _)| *id);
    ids.dedup_by_key(|(id, _)| *id);
    let other = |(id, other): (&str, Action)| {
        let fact =
            format!("incident `{id}`, a {} of the same place, is open beside this {}", other.word(), action.word());
        Finding::warn("incident-open", fact).hint(format!("--incident {id}"))
    };
    continued.into_iter().chain(ids.into_iter().map(other)).collect()
}

/// Returns what to do: as the flag says, else as the open incident or the target's type says.
fn action(scene: &Scene, args: &RecoveryArgs, chosen: &[Choice], known: &[Incident]) -> anyhow::Result<Action> {
    let asked = args.incident.action.map(|action| match action {
        ActionArg::Failover => Action::Failover,
        ActionArg::Buffer => Action::Buffer,
        ActionArg::Rotate => Action::Rotate,
    });
    let of_incident = || {
        let by_id = |incident: &&Incident| args.incident.incident.as_ref() == Some(&incident.id);
        let by_cluster = |incident: &&Incident| {
            args.incident.stage == StageArg::Resume && incident.cluster.names(&chosen[0].cluster)
        };
        known.iter().find(by_id).or_else(|| known.iter().find(by_cluster)).map(|incident| incident.action)
    };
    let of_target = || target_action(scene, args, chosen);
    asked.or_else(of_incident).or_else(of_target).ok_or_else(|| usage("no target is named").hint("--to TARGET").into())
}

/// Returns the action that the target's type calls for.
fn target_action(scene: &Scene, args: &RecoveryArgs, chosen: &[Choice]) -> Option<Action> {
    if args.target.endpoint.is_some() {
        return Some(Action::Failover);
    }
    if args.target.size.is_some() {
        return Some(Action::Buffer);
    }
    let name = args.target.to.as_ref()?;
    let entries: BTreeMap<_, _> = scene
        .config
        .targets
        .iter()
        .chain(scene.config.clusters.values().flat_map(|cluster| &cluster.targets))
        .collect();
    if let Some(entry) = entries.get(name) {
        return Some(if entry.r#type == TargetType::S3 { Action::Failover } else { Action::Buffer });
    }
    let cluster = scene.clusters.iter().find(|cluster| cluster.id == chosen[0].cluster)?;
    let is_volume = cluster.backup.storages.get(name).is_some_and(|storage| storage.kind() == "filesystem");
    Some(if is_volume { Action::Buffer } else { Action::Failover })
}

/// Returns the one place that failed; clusters without the storage are refused later, by name.
fn place(scene: &Scene, chosen: &[Choice]) -> anyhow::Result<String> {
    let of_choice = |choice: &Choice| {
        let cluster = scene.clusters.iter().find(|cluster| cluster.id == choice.cluster)?;
        endpoint_of(cluster, &choice.storage)
    };
    let mut endpoints: Vec<String> = chosen.iter().filter_map(of_choice).collect();
    endpoints.sort();
    endpoints.dedup();
    match endpoints.as_slice() {
        [] => Ok(String::new()),
        [endpoint] => Ok(endpoint.clone()),
        several => Err(refused(format!("the clusters' storages are several places: `{}`", several.join("`, `")))
            .hint("one run for each place")
            .into()),
    }
}
