//! What the survey hands on: roots, and who deploys them.

use std::collections::BTreeSet;
use std::fmt;

use crate::failure::{Failure, refused};
use crate::kustomize::restrict::Restrictor;
use crate::model::path::RepoPath;

/// What applies Git to the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controller {
    /// Flux' kustomize-controller.
    Flux,
    /// Argo CD.
    ArgoCd,
}

impl Controller {
    /// Returns what it builds with.
    pub(super) fn restrictor(self) -> Restrictor {
        match self {
            Self::Flux => Restrictor::None,
            Self::ArgoCd => Restrictor::RootOnly,
        }
    }
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flux => "Flux",
            Self::ArgoCd => "Argo CD",
        })
    }
}

/// The object that makes a controller deploy a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Whose object.
    pub controller: Controller,
    /// `Kustomization flux-system/pxc`, `Application argocd/pxc`.
    pub object: String,
    /// The file that holds it.
    pub file: RepoPath,
    /// The whole object as Git has it.
    pub manifest: serde_json::Value,
    /// Flux: `spec.targetNamespace`, which overrides every namespace of the build. Argo CD:
    /// `spec.destination.namespace`, which only fills missing ones.
    pub namespace: Option<String>,
    /// What Flux' `spec.postBuild` substitutes, where it is set.
    pub substitutes: Option<Substitutes>,
    /// What the controller does to the objects after the build.
    pub transforms: Vec<Transform>,
    /// What keeps the controller from applying a merged change by itself: `spec.suspend: true`, no automated sync.
    pub suspended: Option<String>,
}

impl Owner {
    /// Returns whether two are the same object of a controller, whatever it says.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.object, self.controller) == (&other.object, other.controller)
    }
}

/// The variables of Flux' `spec.postBuild`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Substitutes {
    /// Names given in place.
    pub names: BTreeSet<String>,
    /// `ConfigMap/name` and `Secret/name` that give more of them.
    pub from: Vec<String>,
}

/// One thing the controller does to the objects after the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// The field of the owner that asks for it: `spec.patches[0]`.
    pub field: String,
    /// What it can undo.
    pub effect: TransformEffect,
}

/// What a transform can do to a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransformEffect {
    /// It can change, drop or keep unapplied the backup block of a cluster.
    BackupBlock,
    /// It can rename clusters or Secrets.
    Names,
    /// Neither.
    Other,
}

/// A kustomization that is deployed by itself, or a folder of plain manifests in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The folder.
    pub path: RepoPath,
    /// Its kustomization file; `None` for a folder of plain manifests.
    pub kustomization: Option<RepoPath>,
    /// Who deploys it, as far as the tree tells.
    pub owner: Option<Owner>,
    /// Further objects that deploy the same folder.
    pub other_owners: Vec<Owner>,
    /// What its build may read.
    pub restrictor: Restrictor,
    /// For plain folders: what the controller applies there today, files and folders with a kustomization of their own.
    pub manifests: Vec<RepoPath>,
    /// Why `manifests` may be more than is applied: `spec.source.directory.exclude`, `.sourceignore`.
    pub manifests_unsure: Option<String>,
}

impl Root {
    /// Returns a root that nobody owns so far.
    pub(super) fn new(path: RepoPath, kustomization: Option<RepoPath>) -> Self {
        Self {
            path,
            kustomization,
            owner: None,
            other_owners: Vec::new(),
            restrictor: Restrictor::RootOnly,
            manifests: Vec::new(),
            manifests_unsure: None,
        }
    }

    /// Adds one who deploys it.
    pub(super) fn adopt(&mut self, owner: Owner) {
        if owner.controller.restrictor() == Restrictor::None {
            self.restrictor = Restrictor::None;
        }
        if self.owner.is_none() {
            self.owner = Some(owner);
        } else if !self.owners().any(|known| *known == owner) {
            self.other_owners.push(owner);
        }
    }

    /// Returns all who deploy it.
    pub fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.owner.iter().chain(&self.other_owners)
    }

    /// Returns why the root cannot be built, and what mends it: it has no kustomization.
    pub fn refusal(&self) -> Option<Failure> {
        if self.kustomization.is_some() {
            return None;
        }
        let fact = match &self.owner {
            Some(owner) => format!(
                "`{}` has no kustomization: {} `{}` applies its manifests as they are",
                self.path, owner.controller, owner.object
            ),
            None => format!("`{}` has no kustomization, and no controller's object in the tree names it", self.path),
        };
        Some(refused(fact).hint("--create-kustomization"))
    }
}
