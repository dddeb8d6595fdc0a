//! Which object is which: Git before, Git after, live and inventories name the same object by group, kind, namespace and
//! name; the version may move. Must never take two objects of different namespaces for one.

use serde_json::Value;

use super::Deployed;
use crate::model::live::{Live, Reading};
use crate::model::object::{Object, ObjectId};

/// Kinds without a namespace that stand beside a cluster.
const CLUSTER_SCOPED: [&str; 16] = [
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "CSIDriver",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
];
/// Groups that Kubernetes itself serves; others than those without a dot and `*.k8s.io` are custom resources.
const BUILT_IN: [&str; 14] = [
    "",
    "admissionregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
];

/// One object of a root: before, after, or both.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    /// Its identity, the namespace filled in.
    pub(super) id: ObjectId,
    /// As the base builds it.
    pub(super) before: Option<Value>,
    /// As the head builds it.
    pub(super) after: Option<Value>,
}

/// How the owner fills namespaces in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Namespacing {
    /// Flux: overrides every namespace.
    pub(super) target: Option<String>,
    /// Argo CD: fills missing ones.
    pub(super) fallback: Option<String>,
}

impl Namespacing {
    /// Returns the namespace an object ends up in.
    pub(super) fn of(&self, id: &ObjectId) -> Option<String> {
        if is_cluster_scoped(id) {
            return None;
        }
        self.target.clone().or_else(|| id.namespace.clone()).or_else(|| self.fallback.clone())
    }
}

/// Returns whether two identities name the same object.
pub(super) fn is_same(one: &ObjectId, other: &ObjectId) -> bool {
    (&one.group, &one.kind, &one.namespace, &one.name) == (&other.group, &other.kind, &other.namespace, &other.name)
}

/// Returns whether objects of this kind have no namespace, as far as is known.
pub(super) fn is_cluster_scoped(id: &ObjectId) -> bool {
    CLUSTER_SCOPED.contains(&id.kind.as_str())
}

/// Returns whether Kubernetes itself serves the kind.
pub(super) fn is_built_in(id: &ObjectId) -> bool {
    BUILT_IN.contains(&id.group.as_str())
}

/// Returns whether an object is a Secret of Kubernetes.
pub(super) fn is_secret(id: &ObjectId) -> bool {
    id.group.is_empty() && id.kind == "Secret"
}

/// Returns the objects of a root, each once, in the order of the base and then of what the head adds.
pub(super) fn pairs(deployed: &Deployed, namespacing: &Namespacing) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let placed = |object: &Object| ObjectId { namespace: namespacing.of(&object.id), ..object.id.clone() };
    for object in &deployed.before {
        pairs.push(Pair { id: placed(object), before: Some(in_place(object, namespacing)), after: None });
    }
    for object in &deployed.after {
        let (id, value) = (placed(object), in_place(object, namespacing));
        match pairs.iter_mut().find(|pair| is_same(&pair.id, &id)) {
            Some(pair) => (pair.id, pair.after) = (id, Some(value)),
            None => pairs.push(Pair { id, before: None, after: Some(value) }),
        }
    }
    pairs
}

/// Returns an object's value with the namespace it ends up in.
fn in_place(object: &Object, namespacing: &Namespacing) -> Value {
    let mut value = object.value.clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        match namespacing.of(&object.id) {
            Some(namespace) => drop(metadata.insert("namespace".to_owned(), namespace.into())),
            None => drop(metadata.remove("namespace")),
        }
    }
    value
}

/// Returns what was read of an object: by its whole identity, else by all but the version.
pub(super) fn reading<'a>(live: &'a Live, id: &ObjectId) -> Option<&'a Reading> {
    let by_key = || live.objects.iter().find(|(other, _)| is_same(other, id)).map(|(_, reading)| reading);
    // Git may leave the namespace to the controller, and readers may have kept that.
    let unplaced = ObjectId { namespace: None, ..id.clone() };
    let without_namespace = || live.objects.iter().find(|(other, _)| is_same(other, &unplaced)).map(|(_, found)| found);
    live.objects.get(id).or_else(by_key).or_else(|| without_namespace().filter(|found| is_in(found, id)))
}

/// Returns whether a reading kept without a namespace is about an object of this one.
fn is_in(reading: &Reading, id: &ObjectId) -> bool {
    match reading {
        Reading::Found(value) => {
            let namespace = value.pointer("/metadata/namespace").and_then(Value::as_str);
            namespace.is_none() || namespace == id.namespace.as_deref()
        }
        Reading::Absent(_) | Reading::Unread(_) => true,
    }
}
