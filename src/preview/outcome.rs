//! What a preview says: of each object its three differences, what happens to it and what that rests on; of a root how it is
//! applied. Read by reports and by programs: the names of its fields are a contract.

use serde::Serialize;
use serde_json::Value;

use super::asked::ApplyMethod;
use crate::model::finding::Finding;
use crate::model::live::Trouble;
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Create,
    /// It changes.
    Change,
    /// It goes.
    Delete,
    /// It stays as it is.
    Unchanged,
    /// What happens is not known; `trouble` says why.
    CannotTell,
}

/// What an effective difference rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Computed here from what was read.
    Predicted,
    /// The API server's dry run answered: where it differed from what was computed, its answer counts.
    ServerVerified,
    /// Neither.
    Nothing,
}

/// A field that differs. Lists are one field: their parts have no address that stays.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// RFC 6901 pointer to the field.
    pub pointer: String,
    /// The same for people: `spec.backup.storages.minio-b`.
    pub path: String,
    /// The value before; `None` where there was none. Masked where it could be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value after; `None` where there is none. Masked where it could be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// For drift: who wrote the live value and when, from `managedFields`: `kubectl-edit, 2026-11-20`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A part of an object about which the preview does not know what happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsure {
    /// RFC 6901 pointer to the field.
    pub pointer: String,
    /// The same for people.
    pub path: String,
    /// Why.
    pub why: String,
}

/// What happens to one object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectPreview {
    /// Which object, its namespace filled in.
    pub id: ObjectId,
    /// What happens.
    pub action: Action,
    /// Why nothing can be told, or what went wrong beside an answer (a dry run that failed).
    pub trouble: Option<Trouble>,
    /// What `effective` rests on.
    pub basis: Basis,
    /// Git before → Git after.
    pub intended: Vec<Change>,
    /// Git before → live, defaults and what the operator writes aside.
    pub drift: Vec<Change>,
    /// Live → live after the controller applied Git after.
    pub effective: Vec<Change>,
    /// What is not known inside an object of which the rest is.
    pub unsure: Vec<Unsure>,
    /// What the approver has to know.
    pub findings: Vec<Finding>,
}

/// What happens to the objects of one root.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RootPreview {
    /// The root.
    pub path: RepoPath,
    /// How its controller applies it.
    #[serde(rename = "engine")]
    pub method: ApplyMethod,
    /// How that was found.
    pub why: String,
    /// The controller's object: `Kustomization flux-system/pxc`.
    pub owner: Option<String>,
    /// Why what applies it is not known: its live object, whose settings are then those of Git or nobody's, or another that
    /// says what is applied, how and when.
    pub trouble: Option<Trouble>,
    /// What the approver has to know of the whole root: suspended, pruning off, settings that are not modelled.
    pub findings: Vec<Finding>,
    /// One entry an object of Git before or Git after, or of the controller's inventory where it is to be pruned.
    pub objects: Vec<ObjectPreview>,
}

impl RootPreview {
    /// Returns how many objects something happens to.
    pub fn count(&self, action: Action) -> usize {
        self.objects.iter().filter(|object| object.action == action).count()
    }

    /// Returns whether the preview found a difference: an object that changes, comes, goes or drifted.
    pub fn has_differences(&self) -> bool {
        let differs = |object: &ObjectPreview| {
            let acts = matches!(object.action, Action::Create | Action::Change | Action::Delete);
            acts || !object.intended.is_empty() || !object.effective.is_empty() || !object.drift.is_empty()
        };
        self.objects.iter().any(differs)
    }

    /// Returns whether a read that was needed failed.
    pub fn has_failure(&self) -> bool {
        let troubles = self.objects.iter().filter_map(|object| object.trouble.as_ref());
        troubles.chain(&self.trouble).any(|trouble| trouble.reason.is_failure())
    }
}
