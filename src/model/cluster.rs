//! Clusters: one `PerconaXtraDBCluster` in one root, and the carrier that holds its backup block in Git.
//! Must not assume that the carrier is the CR itself: it is an object and a pointer.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::backup::Backup;
use super::name::object_name;
use super::object::{Object, ObjectId};
use super::path::RepoPath;
use crate::failure::Failure;

/// What tells one cluster of the repository from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ClusterId {
    /// The root it is deployed by.
    pub root: RepoPath,
    /// Its namespace: from the build, else from the object that deploys the root.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl ClusterId {
    /// Returns `namespace/name`, the namespace as `-` where it is not known.
    pub fn short(&self) -> String {
        format!("{}/{}", self.namespace.as_deref().unwrap_or("-"), self.name)
    }

    /// Returns whether `[ROOT:][NAMESPACE/]NAME` names it.
    pub fn is_named(&self, text: &str) -> bool {
        let (root, rest) =
            text.split_once(':').map_or((None, text), |(root, rest)| (Some(root.trim_end_matches('/')), rest));
        let (namespace, name) = rest.split_once('/').map_or((None, rest), |(namespace, name)| (Some(namespace), name));
        self.name == name
            && root.is_none_or(|root| self.root.to_string() == root)
            && namespace.is_none_or(|namespace| self.namespace.as_deref().unwrap_or("-") == namespace)
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.root, self.short())
    }
}

/// The object in Git that holds a cluster's backup block, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// The object as built.
    pub object: ObjectId,
    /// JSON pointer of the backup block in it.
    pub block: String,
}

/// A cluster as one build gives it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Its identity.
    pub id: ClusterId,
    /// What holds its backup block.
    pub carrier: Carrier,
    /// `spec.crVersion`.
    pub cr_version: Option<String>,
    /// `spec.pause`.
    pub is_paused: bool,
    /// Its backup block; one that is absent is empty.
    pub backup: Backup,
}

impl Cluster {
    /// Reads a cluster from an object of a build; `namespace` is that of the object that deploys the root.
    /// Returns `None` for any other object.
    ///
    /// # Errors
    /// Refuses names that Kubernetes refuses, and a backup block of another shape than the CRD's.
    pub fn read(root: &RepoPath, object: &Object, namespace: Option<&str>) -> Result<Option<Self>, Failure> {
        if !object.is_cluster() {
            return Ok(None);
        }
        object_name("PerconaXtraDBCluster", &object.id.name)?;
        object.id.namespace.as_deref().map(|text| object_name("namespace", text)).transpose()?;
        let block = "/spec/backup";
        let namespace = object.id.namespace.clone().or_else(|| namespace.map(str::to_owned));
        Ok(Some(Self {
            id: ClusterId { root: root.clone(), namespace, name: object.id.name.clone() },
            carrier: Carrier { object: object.id.clone(), block: block.to_owned() },
            cr_version: object.text("/spec/crVersion").filter(|text| !text.is_empty()).map(str::to_owned),
            is_paused: object.value.pointer("/spec/pause") == Some(&Value::Bool(true)),
            backup: Backup::read(object.value.pointer(block).unwrap_or(&Value::Null))?,
        }))
    }
}
