//! What a preview starts from beside what is live: a root before and after, how it is applied, what was asked for, what merging
//! moves. Filled in by commands. Must know nothing of what comes out.

use serde::Serialize;

use crate::model::object::Object;
use crate::model::path::RepoPath;

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

/// What merging moves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// The branch; `None` where the base is no branch.
    pub branch: Option<String>,
    /// Whether it is the remote's default; `None` where nothing tells.
    pub is_default: Option<bool>,
    /// The addresses of this repository, without users.
    pub addresses: Vec<String>,
    /// The sources of Flux that it changes, as they are after it.
    pub sources: Vec<Object>,
}
