//! The preview: Git before, Git after and the live objects → what the controller will do to the live cluster.
//!
//! Three differences that are never mixed: *intended* (Git before → Git after), *drift* (Git before → live), *effective*
//! (live → live after the controller applied Git after). Must know no cluster: what was read comes in as
//! [`crate::model::live::Live`]; must never hand on the value of a Secret.

mod applied;
mod apply;
mod argo_map;
mod argocd;
mod beside;
mod builtin;
mod case;
mod context;
mod controller;
mod create;
mod crosscheck;
mod desired;
mod difference;
mod drift;
mod dry_run;
mod field;
mod flux;
mod follow;
mod identity;
mod ignored_differences;
mod immutable;
mod managers;
mod masking;
mod merge;
mod moved;
mod nulls;
mod object;
mod origin;
mod owner;
mod place;
mod predict;
mod prune;
mod reach;
mod refusal;
mod respect;
mod root;
pub mod schema;
mod selector;
mod settings;
mod settings_argo;
mod settings_flux;
mod shared;
mod strip;
mod substitution;
mod tracking;
mod transform;
mod undeclared;
mod view;
mod window;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::Value;

use crate::model::finding::Finding;
use crate::model::live::Trouble;
use crate::model::object::{Object, ObjectId};
use crate::model::path::RepoPath;

pub use beside::beside_wanted;
pub use controller::{RootController, controller, controllers_wanted};
pub use follow::{Merged, sources_changed};
pub use place::placed;
pub use reach::is_elsewhere;
pub use root::{objects_sent, objects_wanted, preview, preview_among};
pub use shared::Shared;

/// How a controller applies Git to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplyMethod {
    /// Argo CD's default: a client-side three-way merge from the last-applied annotation.
    #[serde(rename = "argocd")]
    ArgoCd,
    /// Argo CD with `ServerSideApply=true`.
    #[serde(rename = "argocd-ssa")]
    ArgoCdSsa,
    /// Flux' kustomize-controller: server-side apply that takes over kubectl's managers.
    Flux,
}

impl ApplyMethod {
    /// Returns the field manager it writes as.
    pub const fn field_manager(self) -> &'static str {
        match self {
            Self::Flux => "kustomize-controller",
            Self::ArgoCd | Self::ArgoCdSsa => "argocd-controller",
        }
    }
}

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

/// A root before and after the proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployed {
    /// The root.
    pub path: RepoPath,
    /// What the base builds to; empty where the root is new.
    pub before: Vec<Object>,
    /// What the head builds to; empty where the root is gone.
    pub after: Vec<Object>,
    /// Whether the base has the folder, deployed or not.
    pub in_base: bool,
    /// Whether the head has it.
    pub in_head: bool,
}

/// What of Secrets was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretReading {
    /// Nothing.
    NotRead,
    /// Their metadata.
    Metadata,
    /// Everything; values are told apart by a digest keyed with these bytes, which are made anew for each run.
    KeyedDigest(Vec<u8>),
}

/// What a preview is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// What of Secrets was read.
    pub secrets: SecretReading,
    /// The version of the operator, where the cluster's own schema was not read.
    pub operator: Option<String>,
    /// What merging moves.
    pub merged: Merged,
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
