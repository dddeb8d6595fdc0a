//! The incidents on leeward's branches: which are open there, and which ids are spent.
//! Anybody may push a branch: one that cannot be read must never stop a recovery it has no part in, and one that was merged
//! must never bring an incident back that was taken out of the base since.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::scene::{Scene, placed};
use crate::git::Commit;
use crate::kustomize::files::{Entry, Files as _};
use crate::model::finding::Finding;
use crate::model::incident::Incident;
use crate::model::path::RepoPath;

/// What leeward's branches hold.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// The open incidents, each with its branch.
    pub open: Vec<(String, Incident)>,
    /// The ids that name a branch, merged or not: a new incident must not take them again, since their schedule names
    /// are those of backups that exist (operator.md 5).
    pub taken: BTreeSet<String>,
    /// What could not be read.
    pub findings: Vec<Finding>,
}

/// Reads the branches; one that cannot be read is a finding, unless it is that of the incident asked for.
pub(super) fn read(scene: &Scene, asked: Option<&str>) -> anyhow::Result<Branches> {
    let mut branches = Branches::default();
    for (name, tip) in scene.repository.leeward_branches()? {
        let Some(id) = name.split('/').nth(1) else { continue };
        branches.taken.insert(id.to_owned());
        match open_on(scene, id, &tip) {
            Ok(incidents) => branches.open.extend(incidents.into_iter().map(|incident| (name.clone(), incident))),
            Err(error) if asked == Some(id) => return Err(error.context(format!("failed to read branch `{name}`"))),
            Err(error) => {
                let fact = format!("branch `{name}` cannot be read and is left out: {}", error.root_cause());
                branches.findings.push(Finding::warn("branch-unreadable", fact));
            }
        }
    }
    Ok(branches)
}

/// Returns the incidents that a branch adds to the base; none where the base contains the branch.
fn open_on(scene: &Scene, id: &str, tip: &Commit) -> anyhow::Result<Vec<Incident>> {
    if scene.repository.is_ancestor(tip, &scene.base.commit)? {
        return Ok(Vec::new());
    }
    let tree = scene.repository.tree(tip)?;
    let mut open = Vec::new();
    for path in scene.repository.changed_paths(&scene.base.commit, tip)? {
        let is_ours = format!("/{path}").contains(&format!("/recovery/{id}/")) && path.ends_with("/incident.yaml");
        if !is_ours || !matches!(tree.entry(&path)?, Some(Entry::File { .. })) {
            continue;
        }
        let bytes = tree.read(&path)?;
        let text = std::str::from_utf8(&bytes).with_context(|| format!("failed to read `{path}`"))?;
        let incident = Incident::parse(text).with_context(|| format!("failed to read `{path}`"))?;
        open.extend(placed(&RepoPath::parse(&path)?.parent(), &incident).then_some(incident));
    }
    Ok(open)
}
