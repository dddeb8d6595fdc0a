//! Which object is which: Git before, Git after, live and inventories name the same object by group, kind, namespace and
//! name; the version may move. Must never take two objects of different namespaces for one.

use std::collections::HashMap;

use serde_json::Value;

use super::Deployed;
use crate::model::live::{Live, Reading};
use crate::model::object::{Key, Object, ObjectId};

/// The groups of `k8s.io/api` (Kubernetes 1.34): the kinds that a client knows without a definition, so that it patches them
/// strategically. Not told by their form: custom resources may be in `*.k8s.io`, as `gateway.networking.k8s.io` is.
const BUILT_IN: [&str; 21] = [
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
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
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

/// Returns whether two identities name the same object.
pub(super) fn is_same(one: &ObjectId, other: &ObjectId) -> bool {
    one.key() == other.key()
}

/// Returns whether Kubernetes itself serves the kind.
pub(super) fn is_built_in(id: &ObjectId) -> bool {
    BUILT_IN.contains(&id.group.as_str())
}

/// Returns the objects of a root, each once, in the order of the base and then of what the head adds; every one is where
/// the controller puts it already ([`super::placed`]).
pub(super) fn pairs(deployed: &Deployed) -> Vec<Pair> {
    let of = |(id, before, after): (&ObjectId, Option<&Object>, Option<&Object>)| {
        let value = |object: Option<&Object>| object.map(|object| object.value.clone());
        Pair { id: id.clone(), before: value(before), after: value(after) }
    };
    matched(deployed).into_iter().map(of).collect()
}

/// Returns the identities of the objects of a root, in the same order.
pub(super) fn ids(deployed: &Deployed) -> Vec<ObjectId> {
    matched(deployed).into_iter().map(|(id, ..)| id.clone()).collect()
}

/// Returns the objects of a root, before and after, by their identity: the head's where both have one.
fn matched(deployed: &Deployed) -> Vec<(&ObjectId, Option<&Object>, Option<&Object>)> {
    let mut all: Vec<(&ObjectId, Option<&Object>, Option<&Object>)> = Vec::new();
    let mut places: HashMap<Key<&str>, usize> = HashMap::new();
    for object in &deployed.before {
        places.entry(object.id.key()).or_insert(all.len());
        all.push((&object.id, Some(object), None));
    }
    for object in &deployed.after {
        if let Some(place) = places.get(&object.id.key()) {
            (all[*place].0, all[*place].2) = (&object.id, Some(object));
            continue;
        }
        places.insert(object.id.key(), all.len());
        all.push((&object.id, None, Some(object)));
    }
    all
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
