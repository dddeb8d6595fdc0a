//! Kubernetes objects as a build gives them: an identity and a value.
//! Must never be written back to a file: leeward edits text and reads values.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The API group of the operator's kinds.
pub const PXC_GROUP: &str = "pxc.percona.com";
/// The kind of a cluster.
pub const PXC_KIND: &str = "PerconaXtraDBCluster";

/// What tells one object of a build from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ObjectId {
    /// API group, empty for core kinds.
    pub group: String,
    /// API version without the group.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// `metadata.namespace`, where set.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

/// What tells objects apart whatever their version, which the API server converts: group, kind, namespace, name.
pub type Key<T> = (T, T, Option<T>, T);

impl ObjectId {
    /// Returns the identity of an object in a namespace, of a group, a version and a kind.
    pub fn within((group, version, kind): (&str, &str, &str), (namespace, name): (&str, &str)) -> Self {
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    /// Returns what it has in common with the identities of the same object in other versions.
    pub fn key(&self) -> Key<&str> {
        (&self.group, &self.kind, self.namespace.as_deref(), &self.name)
    }

    /// Returns the same to be kept.
    pub fn owned_key(&self) -> Key<String> {
        (self.group.clone(), self.kind.clone(), self.namespace.clone(), self.name.clone())
    }

    /// Returns whether this is a Secret of Kubernetes.
    pub fn is_secret(&self) -> bool {
        self.group.is_empty() && self.kind == "Secret"
    }

    /// Returns what stands as `apiVersion`.
    pub fn api_version(&self) -> String {
        api_version(&self.group, &self.version)
    }
}

/// Returns group and version as `apiVersion` writes them.
pub fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// An object of a build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Object {
    /// Its identity.
    pub id: ObjectId,
    /// Its whole value.
    pub value: Value,
}

impl Object {
    /// Returns the object a value describes; missing fields read as empty.
    pub fn new(value: Value) -> Self {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let api_version = text("/apiVersion").unwrap_or_default();
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let id = ObjectId {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: text("/kind").unwrap_or_default().to_owned(),
            namespace: text("/metadata/namespace").filter(|namespace| !namespace.is_empty()).map(str::to_owned),
            name: text("/metadata/name").unwrap_or_default().to_owned(),
        };
        Self { id, value }
    }

    /// Returns whether this is a cluster of the operator.
    pub fn is_cluster(&self) -> bool {
        self.id.group == PXC_GROUP && self.id.kind == PXC_KIND
    }

    /// Returns the text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.value.pointer(pointer).and_then(Value::as_str)
    }
}
