//! One row of the answer: an incident of a cluster, where it stands, and the branch that goes beyond that. What Git says fills
//! it in, then what takes effect and what the forge says change it; what to type next reads it. Must never look anything up.

use jiff::Timestamp;

use crate::git::Commit;
use crate::model::incident::{Incident, Stage};
use crate::model::path::RepoPath;
use crate::report::Standing;

/// What tells one incident of a cluster from another: its id, and the cluster's long name.
pub(super) type Key = (String, String);

/// An incident of a cluster.
pub(super) struct Row {
    /// Its id.
    pub(super) id: String,
    /// What its file says; `None` where it cannot be read.
    pub(super) incident: Option<Incident>,
    /// The folder of its overlay.
    pub(super) folder: RepoPath,
    /// Where it stands.
    pub(super) standing: Standing,
    /// That in a sentence.
    pub(super) fact: String,
    /// What is proposed beyond what stands.
    pub(super) proposed: Option<Proposed>,
    /// The later incident that moved on from where this one went.
    pub(super) superseded_by: Option<String>,
    /// Since when the base has it, where the history says it.
    pub(super) since: Option<Timestamp>,
}

/// A branch that is not in the base.
#[derive(Debug, Clone)]
pub(super) struct Proposed {
    /// The stage.
    pub(super) stage: Stage,
    /// The branch.
    pub(super) branch: String,
    /// Its newest commit.
    pub(super) tip: Commit,
    /// Why it counts as abandoned, where it does.
    pub(super) left: Option<String>,
}

impl Row {
    /// Returns the branch of the stage that stands.
    pub(super) fn branch(&self) -> String {
        let stage = self.incident.as_ref().map_or(Stage::Protect, |incident| incident.stage);
        format!("leeward/{}/{}", self.id, stage.word())
    }

    /// Returns the row of an incident that the base has no more.
    pub(super) fn taken_out(incident: Incident, folder: RepoPath, fact: String) -> Self {
        let (id, standing, proposed) = (incident.id.clone(), Standing::TakenOut, None);
        Self { id, incident: Some(incident), folder, standing, fact, proposed, superseded_by: None, since: None }
    }

    /// Returns the row of a file that cannot be read; its folder names the incident.
    pub(super) fn unreadable(folder: &RepoPath, root: &RepoPath, fact: String) -> Self {
        let below = folder.below(root).unwrap_or_default();
        let id = below.split('/').nth(1).unwrap_or(below).to_owned();
        let (standing, folder) = (Standing::Unreadable, folder.clone());
        Self { id, incident: None, folder, standing, fact, proposed: None, superseded_by: None, since: None }
    }

    /// Returns what tells one incident of a cluster from another.
    pub(super) fn key(&self) -> Option<Key> {
        Some(key(self.incident.as_ref()?))
    }

    /// Returns the root that it belongs to.
    pub(super) fn root(&self) -> &str {
        let above = self.folder.as_str().rsplit_once(&format!("recovery/{}", self.id)).map(|(above, _)| above);
        above.unwrap_or_default().trim_end_matches('/')
    }

    /// Returns whether its files are in the base.
    pub(super) fn is_in_base(&self) -> bool {
        matches!(self.standing, Standing::InBase | Standing::Edited)
    }

    /// Returns whether a folder is that of its overlay, of which it may know the upper one alone.
    pub(super) fn is_of(&self, folder: &RepoPath) -> bool {
        let Some(incident) = &self.incident else { return false };
        let cluster = &incident.cluster;
        let namespace = if cluster.namespace.is_empty() { "-" } else { cluster.namespace.as_str() };
        let is_own = folder.name() == cluster.name || folder.name() == format!("{namespace}.{}", cluster.name);
        *folder == self.folder || (is_own && folder.parent() == self.folder)
    }
}

/// Returns what tells an incident of a cluster from another.
pub(super) fn key(incident: &Incident) -> Key {
    (incident.id.clone(), incident.cluster.shown())
}
