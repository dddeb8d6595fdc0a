//! Which proposal is followed, as Git has it now: its incident, stage and cluster, and what became of it in the base.
//! Reads Git alone. Must never say of a proposal that it is in effect where nothing includes it.

use super::branches::{Branch, Incidents, branches, incidents, is_known, merged, once_merged, unread};
use super::choose::{chosen, none, one_cluster, stage, unknown, unproposed};
use super::typed;
use crate::cli::ProposalArgs;
use crate::commands::recovery::{Bounds, bounds};
use crate::git::{Base, Commit, Landing, Repository, Tree};
use crate::kustomize::files::{Entry, Files as _};
use crate::model::incident::{FoundIncident, Incident, Stage};
use crate::model::name::IncidentId;
use crate::model::path::RepoPath;
use crate::survey::{self, kustomization};
use crate::verify::{Carries, Merged, MergedState};

/// A proposal and where it stands.
pub(super) struct Proposal {
    /// The base.
    pub(super) base: Base,
    /// Its incident, as the base has it where it does.
    pub(super) standing: FoundIncident,
    /// The stage that is verified.
    pub(super) stage: Stage,
    /// What became of it.
    pub(super) merged: Merged,
    /// What tells the backups that prove it as the base has it.
    pub(super) bounds: Bounds,
}

impl Proposal {
    /// Finds the proposal that flags name.
    ///
    /// # Errors
    /// Refuses what no branch and no base knows, and what could be several.
    pub(super) fn find(repository: &Repository, args: &ProposalArgs) -> anyhow::Result<Self> {
        let base = repository.base(args.base.as_deref())?;
        if let Some(id) = &args.incident {
            IncidentId::parse(id)?;
        }
        let tree = repository.tree(&base.commit)?;
        let in_base = incidents(&tree)?;
        let mut branches = branches(repository, &base, args.incident.as_deref())?;
        if let Some(id) = args.incident.as_deref().filter(|id| !is_known(id, &in_base, &branches)) {
            branches.extend(once_merged(repository, &base, id)?);
        }
        if in_base.is_empty() && branches.is_empty() || args.incident.is_some() {
            unread(&tree, args.incident.as_deref())?.map_or(Ok(()), Err)?;
        }
        let Some(id) = chosen(args, &in_base, &branches)? else {
            return Err(none(&merged(repository, &base)?).into());
        };
        unread(&tree, Some(&id))?.map_or(Ok(()), Err)?;
        let of_id =
            |all: &Incidents| -> Incidents { all.iter().filter(|one| one.incident.id == id).cloned().collect() };
        let (standing, proposed) = (of_id(&in_base), branches.into_iter().filter(|branch| branch.id == id));
        let proposed: Vec<Branch> = proposed.collect();
        let all: Incidents =
            standing.iter().cloned().chain(proposed.iter().flat_map(|branch| of_id(&branch.incidents))).collect();
        let cluster = one_cluster(&all, args)?;
        let of_cluster = |all: &Incidents| all.iter().find(|one| one.incident.cluster.shown() == cluster).cloned();
        let standing = of_cluster(&standing);
        let stage = stage(args, standing.as_ref(), &proposed);
        let branch = format!("leeward/{id}/{}", stage.word());
        let tip = proposed.iter().find(|branch| branch.stage == stage);
        let known = standing.clone().filter(|standing| standing.incident.stage >= stage);
        let Some(file) = known.or_else(|| of_cluster(&tip?.incidents)).or(standing) else {
            return Err(unknown(&id, stage).into());
        };
        let became = became(repository, &base, (&file, stage), tip.map(|tip| &tip.tip), args)?;
        let became = became.ok_or_else(|| unproposed(&file.incident, stage))?;
        let merged = Merged { base: base.name.clone(), branch, state: became };
        let bounds = bounds(repository, &base.commit, (&file.folder, &file.incident))?;
        Ok(Self { base, standing: file, stage, merged, bounds })
    }

    /// Returns what a commit, as a controller names it, has of the proposal.
    pub(super) fn carried(&self, repository: &Repository, id: &str) -> anyhow::Result<Carries> {
        let Some(commit) = repository.commit_by_id(id) else { return Ok(Carries::Unknown) };
        let tree = repository.tree(&commit)?;
        let holds = has_stage(&tree, &self.standing, self.stage)? && included(&tree, &self.standing)?.is_none();
        Ok(if holds { Carries::Yes } else { Carries::No })
    }
}

/// Returns what became of a proposal; `None` where it was never made.
fn became(
    repository: &Repository,
    base: &Base,
    (file, stage): (&FoundIncident, Stage),
    tip: Option<&Commit>,
    args: &ProposalArgs,
) -> anyhow::Result<Option<MergedState>> {
    let holds = |bytes: &[u8]| Incident::of_bytes(bytes).is_some_and(|incident| incident.stage >= stage);
    let path = file.folder.join("incident.yaml")?;
    let short = |commit: &Commit| commit.short().to_owned();
    Ok(Some(match repository.landing(&base.commit, path.as_str(), &file.incident.id, &holds)? {
        Landing::Stands { commit, merge } => match included(&repository.tree(&base.commit)?, file)? {
            Some(kustomization) => {
                MergedState::Inactive { kustomization, again: typed::rendered(&file.incident, args) }
            }
            None => MergedState::Stands { commit: commit.as_ref().map(short), merge: merge.as_ref().map(short) },
        },
        Landing::TakenOut(by) => match tip {
            // Proposed anew since.
            Some(tip) if !repository.is_ancestor(tip, &base.commit)? => MergedState::Open { tip: short(tip) },
            _ => MergedState::TakenOut { by: short(&by), summary: by.summary },
        },
        Landing::Never => match tip {
            Some(tip) => MergedState::Open { tip: short(tip) },
            None if repository.is_shallow() => MergedState::CutOff,
            None => return Ok(None),
        },
    }))
}

/// Returns whether a tree has the files of an incident at a stage or a later one.
fn has_stage(tree: &Tree<'_>, file: &FoundIncident, stage: Stage) -> anyhow::Result<bool> {
    let path = file.folder.join("incident.yaml")?;
    let Some(Entry::File { .. }) = tree.entry(path.as_str())? else { return Ok(false) };
    let bytes = tree.read(path.as_str())?;
    Ok(Incident::of_bytes(&bytes).is_some_and(|incident| incident.stage >= stage))
}

/// Returns the kustomization of the root where it does not include the overlay; `None` where it does.
fn included(tree: &Tree<'_>, file: &FoundIncident) -> anyhow::Result<Option<String>> {
    let root = RepoPath::parse(&file.incident.cluster.root)?;
    let Some(path) = kustomization::in_folder(tree, &root)? else { return Ok(Some(root.to_string())) };
    let Some(survey::Resolved { real, .. }) = survey::resolve(tree, &path)? else { return Ok(Some(path.to_string())) };
    let read = kustomization::Kustomization::parse(&path, &tree.read(real.as_str())?)?;
    let items = file.items();
    let is_item = |text: &str| items.iter().any(|item| text.trim_start_matches("./").trim_end_matches('/') == item);
    let patches = read.field("patches").and_then(|patches| patches.as_array()).into_iter().flatten();
    let mut patches = patches.filter_map(|patch| patch["path"].as_str());
    let is_included = read.includes().any(is_item) || patches.any(is_item);
    Ok((!is_included).then(|| path.to_string()))
}
