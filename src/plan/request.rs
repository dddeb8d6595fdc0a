//! What a plan starts from: what is asked for, for every cluster of the set, and each cluster with all that is known of it.
//! Filled in by commands from flags, Git and, where it was asked, the cluster. Must never hold what a plan decides.

use std::collections::BTreeSet;

use crate::model::cluster::Cluster;
use crate::model::incident::{Action, Cause, Incident, Stage};
use crate::model::name::IncidentId;
use crate::model::target::Target;
use crate::model::version::Rules;
use crate::survey::Owner;

/// What is asked for, for every cluster of the set.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Which stage of it.
    pub stage: Stage,
    /// The incident.
    pub incident: IncidentId,
    /// When the incident was opened, RFC 3339.
    pub opened_at: String,
    /// Why.
    pub cause: Cause,
    /// How far the failure reaches.
    pub scope: Scope,
    /// How many backups each moved schedule keeps; as before unless set.
    pub retention: Option<u32>,
    /// The Backup object that succeeded on the target.
    pub confirmed_backup: Option<String>,
    /// The Secret that replaces the one of the place, for a rotation to a new name.
    pub new_secret: Option<String>,
}

/// How far a failure reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every storage on the same endpoint.
    Endpoint,
    /// The named storage alone.
    OnlyStorage,
}

/// One cluster of the set with what is known of it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The cluster without this incident's overlay.
    pub bare: Cluster,
    /// The cluster as the base has it, with this incident's overlay where there is one.
    pub current: Cluster,
    /// The storage that failed.
    pub storage: String,
    /// Where its backups go; `None` for a rotation.
    pub target: Option<Target>,
    /// The versions' rules.
    pub rules: Rules,
    /// The objects that deploy the root.
    pub owners: Vec<Owner>,
    /// The names of the Secrets that the root's build produces in the cluster's namespace.
    pub secrets: BTreeSet<String>,
    /// The names of Secrets that the build produces only under a changed name, as (before, built).
    pub renamed_secrets: Vec<(String, String)>,
    /// The Secrets that the build produces in another namespace, as (name, namespace).
    pub foreign_secrets: Vec<(String, String)>,
    /// Whether another namespace of the root has a cluster of this name.
    pub name: NameInRoot,
    /// Whether the place for binlogs was declared empty.
    pub binlogs: BinlogPlace,
    /// This incident as the base has it.
    pub incident_in_base: Option<Incident>,
    /// Other incidents of this cluster in the base.
    pub history: Vec<Incident>,
    /// What is known of a backup at the new place, for stage `resume`.
    pub proof: Proof,
}

/// What is known of a backup at the new place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// What a person says, if anybody does.
    Word,
    /// A saved verdict says that one succeeded.
    Verdict {
        /// The Backup.
        backup: String,
        /// The storage that it is on.
        storage: String,
        /// When that was seen, RFC 3339.
        at: String,
    },
    /// The cluster showed one that succeeded.
    Seen {
        /// The Backup.
        backup: String,
        /// The storage that it is on.
        storage: String,
    },
    /// Somebody looked, and nothing proves the place.
    Refuted {
        /// Why.
        fact: String,
    },
}

impl Proof {
    /// Returns the Backup that proves the place.
    pub fn backup(&self) -> Option<&str> {
        match self {
            Self::Verdict { backup, .. } | Self::Seen { backup, .. } => Some(backup),
            Self::Word | Self::Refuted { .. } => None,
        }
    }
}

/// Whether a cluster's name is one of its root, across namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameInRoot {
    /// No other cluster of the root has it.
    Alone,
    /// Another namespace has it too: a place below root and name alone would be shared.
    Shared,
}

/// What is known of the place for binlogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinlogPlace {
    /// `binlogsEmpty: true`.
    DeclaredEmpty,
    /// Nothing.
    Unknown,
}
