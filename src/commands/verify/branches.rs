//! The incidents that Git knows, of which one proposal is followed: those of the base, and those of leeward's branches. Comes
//! before the choice. Must never take an incident file that somebody else wrote elsewhere for one of leeward's.

use std::collections::BTreeSet;

use anyhow::Context as _;

use crate::commands::recovery::placed;
use crate::failure::{Failure, refused};
use crate::git::{Base, Commit, Repository, Tree};
use crate::model::incident::{FoundIncident, Stage};
use crate::model::name::IncidentId;
use crate::model::shell::quoted;
use crate::survey::{self, IncidentFile};

/// The incidents of one revision.
pub(super) type Incidents = Vec<FoundIncident>;

/// A branch of leeward's that adds to the base.
pub(super) struct Branch {
    /// The incident of its name.
    pub(super) id: String,
    /// The stage of its name.
    pub(super) stage: Stage,
    /// Its newest commit.
    pub(super) tip: Commit,
    /// The incidents that it holds.
    pub(super) incidents: Incidents,
}

/// Reads the branches that are not in the base, those of one incident where it is named.
pub(super) fn branches(repository: &Repository, base: &Base, asked: Option<&str>) -> anyhow::Result<Vec<Branch>> {
    let mut found = Vec::new();
    for (name, tip) in repository.leeward_branches()? {
        let parts: Vec<&str> = name.split('/').collect();
        let [_, id, stage] = parts.as_slice() else { continue };
        let stage = match *stage {
            "protect" => Stage::Protect,
            "resume" => Stage::Resume,
            _ => continue,
        };
        // Anybody may push a branch: what its name says is repeated in commands that people paste.
        let is_asked = IncidentId::parse(id).is_ok() && asked.is_none_or(|asked| asked == *id);
        // One that was merged must never bring an incident back that was taken out since, unless it is asked for.
        if !is_asked || asked.is_none() && repository.is_ancestor(&tip, &base.commit)? {
            continue;
        }
        let incidents = incidents(&repository.tree(&tip)?);
        let incidents = incidents.with_context(|| format!("failed to read branch `{name}`"));
        match incidents {
            Ok(incidents) if !incidents.iter().any(|one| one.incident.id == *id) => {}
            Ok(incidents) => found.push(Branch { id: (*id).to_owned(), stage, tip, incidents }),
            Err(error) if asked.is_some() => return Err(error),
            // Anybody may push a branch: one that cannot be read has no part in the others.
            Err(_) => {}
        }
    }
    Ok(found)
}

/// Returns whether an incident is in the base or on a branch.
pub(super) fn is_known(id: &str, in_base: &Incidents, branches: &[Branch]) -> bool {
    in_base.iter().any(|one| one.incident.id == id) || branches.iter().any(|branch| branch.id == id)
}

/// Returns what the branch of an incident was that the base had once, by the commit of leeward in its history.
pub(super) fn once_merged(repository: &Repository, base: &Base, id: &str) -> anyhow::Result<Option<Branch>> {
    let Some(tip) = repository.newest_ours(&base.commit, id)? else { return Ok(None) };
    let mut incidents = incidents(&repository.tree(&tip)?)?;
    incidents.retain(|one| one.incident.id == id);
    let stage = incidents.iter().map(|one| one.incident.stage).max();
    Ok(stage.map(|stage| Branch { id: id.to_owned(), stage, tip, incidents }))
}

/// Returns the incidents that stand where leeward puts them.
pub(super) fn incidents(tree: &Tree<'_>) -> anyhow::Result<Incidents> {
    let mut found = Vec::new();
    for file in survey::incidents(tree, &tree.walk()?)? {
        let (Ok(incident), folder) = (file.read(), file.path.parent()) else { continue };
        if placed(&folder, &incident) {
            found.push(FoundIncident { folder, incident });
        }
    }
    Ok(found)
}

/// Returns the refusal of the first incident file that cannot be read, of those of one incident where it is named.
pub(super) fn unread(tree: &Tree<'_>, id: Option<&str>) -> anyhow::Result<Option<Failure>> {
    let files = survey::incidents(tree, &tree.walk()?)?;
    let is_of = |file: &&IncidentFile| id.is_none_or(|id| file.path.as_str().contains(&format!("recovery/{id}/")));
    let refusal = |file: &IncidentFile| {
        let why = file.read().err()?;
        let hint = format!("git log -p -- {}", quoted(file.path.as_str()));
        Some(refused(format!("`{}` cannot be read: {}", file.path, why.fact)).hint(hint))
    };
    Ok(files.iter().filter(is_of).find_map(refusal))
}

/// Returns the incidents whose branches the base has: with none of them standing, what was taken out.
pub(super) fn merged(repository: &Repository, base: &Base) -> anyhow::Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for (name, tip) in repository.leeward_branches()? {
        let id = name.split('/').nth(1).filter(|id| IncidentId::parse(id).is_ok());
        if let Some(id) = id.filter(|id| !ids.contains(*id))
            && repository.is_ancestor(&tip, &base.commit)?
        {
            ids.insert(id.to_owned());
        }
    }
    Ok(ids)
}
