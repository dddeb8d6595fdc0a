//! A root that changes, once for each object of a controller that applies it. Made when both sides are built; what is live is
//! asked for it afterwards. Must never take what two apply for one: they may apply it to two clusters.

use serde_json::Value;

use crate::preview::Deployed;
use crate::survey::{Owner, Root};

/// A root that changes.
pub(super) struct Changed {
    /// The root as the head has it, else as the base had it.
    pub(super) root: Root,
    /// What it builds to, before and after.
    pub(super) deployed: Deployed,
    /// Whether the base deploys it too: its controller's object is no part of the change.
    pub(super) was_deployed: bool,
    /// The controller's object as the base has it.
    pub(super) owner_before: Option<Value>,
    /// Whether the head deploys it.
    pub(super) is_deployed: bool,
}

impl Changed {
    /// Returns a root once for each object of a controller that applies it: two may apply it to two clusters, or in two ways.
    /// `old` is the root of the base; whether the head has it comes beside.
    pub(super) fn each(root: &Root, (old, is_deployed): (Option<&Root>, bool), deployed: &Deployed) -> Vec<Self> {
        let first = old.and_then(|old| old.owner.as_ref());
        let of = |root: Root, was_deployed: bool, before: Option<&Owner>| Self {
            root,
            deployed: deployed.clone(),
            was_deployed,
            is_deployed,
            owner_before: before.map(|owner| owner.manifest.clone()),
        };
        let by = |owner: &Owner| {
            let before = old.and_then(|old| old.owners().find(|other| other.is_same(owner)));
            let root = Root { owner: Some(owner.clone()), other_owners: Vec::new(), ..root.clone() };
            of(root, before.is_some(), before.or(first))
        };
        let changed: Vec<Self> = root.owners().map(by).collect();
        if changed.is_empty() { vec![of(root.clone(), old.is_some(), first)] } else { changed }
    }
}
