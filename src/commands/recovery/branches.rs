//! The incidents on leeward's branches: which are open there, and which ids are spent.
//! Anybody may push a branch: one that cannot be read must never stop a recovery it has no part in, and one that was merged
//! must never bring an incident back that was taken out of the base since.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::scene::placed;
use crate::git::{Base, Commit, Repository};
use crate::kustomize::files::{Entry, Files as _};
use crate::model::finding::Finding;
use crate::model::incident::Incident;
use crate::model::path::RepoPath;

/// What leeward's branches hold.
#[derive(Debug, Default)]
pub(in crate::commands) struct Branches {
    /// The open incidents, each with its branch.
    pub open: Vec<(String, Incident)>,
    /// The newest commit of each branch that is not in the base.
    pub tips: BTreeMap<String, Commit>,
    /// The branches that the base has, with their newest commits.
    pub merged: BTreeMap<String, Commit>,
    /// The ids that name a branch, merged or not: a new incident must not take them again, since their schedule names
    /// are those of backups that exist (operator.md 5).
    pub taken: BTreeSet<String>,
    /// What could not be read.
    pub findings: Vec<Finding>,
}

/// Reads the branches; one that cannot be read is a finding, unless it is that of the incident asked for.
pub(in crate::commands) fn read(repository: &Repository, base: &Base, asked: Option<&str>) -> anyhow::Result<Branches> {
    let mut branches = Branches::default();
    for (name, tip) in repository.leeward_branches()? {
        let Some(id) = name.split('/').nth(1) else { continue };
        branches.taken.insert(id.to_owned());
        match opened(repository, base, id, &tip) {
            Ok(None) => drop(branches.merged.insert(name, tip)),
            Ok(Some(incidents)) => {
                branches.open.extend(incidents.into_iter().map(|incident| (name.clone(), incident)));
                branches.tips.insert(name, tip);
            }
            Err(error) if asked == Some(id) => return Err(error.context(format!("failed to read branch `{name}`"))),
            Err(error) => {
                let fact = format!("branch `{name}` cannot be read and is left out: {}", error.root_cause());
                branches.findings.push(Finding::warn("branch-unreadable", fact));
            }
        }
    }
    Ok(branches)
}

/// Returns the incidents that a branch adds to the base; `None` where the base contains the branch.
fn opened(repository: &Repository, base: &Base, id: &str, tip: &Commit) -> anyhow::Result<Option<Vec<Incident>>> {
    if repository.is_ancestor(tip, &base.commit)? {
        return Ok(None);
    }
    let tree = repository.tree(tip)?;
    let mut open = Vec::new();
    for path in repository.changed_paths(&base.commit, tip)? {
        let is_ours = format!("/{path}").contains(&format!("/recovery/{id}/")) && path.ends_with("/incident.yaml");
        if !is_ours || !matches!(tree.entry(&path)?, Some(Entry::File { .. })) {
            continue;
        }
        let bytes = tree.read(&path)?;
        let text = std::str::from_utf8(&bytes).with_context(|| format!("failed to read `{path}`"))?;
        let incident = Incident::parse(text).with_context(|| format!("failed to read `{path}`"))?;
        open.extend(placed(&RepoPath::parse(&path)?.parent(), &incident).then_some(incident));
    }
    Ok(Some(open))
}
