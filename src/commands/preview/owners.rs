//! What a change does to the objects of the controllers themselves: one that leaves Git takes along what it applied, one
//! whose settings change applies otherwise than it does today. Neither shows in the objects of a root; both are said.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::finding::Finding;
use crate::model::path::RepoPath;
use crate::survey::{Controller, Owner, Root};

/// The roots of a revision.
type Roots = BTreeMap<RepoPath, Root>;

/// Returns what the approver has to know of who applies a root, before and after, of all roots of the base and the head.
pub(super) fn findings(path: &RepoPath, (old, new): (&Roots, &Roots)) -> Vec<Finding> {
    let (before, after, roots) = (old.get(path), new.get(path), new);
    // One that applied another root all along is another cluster's object of the same name.
    let is_taken = |root: &Root, owner: &Owner| {
        applies(root, owner) && !old.get(&root.path).is_some_and(|root| applies(root, owner))
    };
    let owners = |root: Option<&Root>| -> Vec<Owner> { root.into_iter().flat_map(Root::owners).cloned().collect() };
    let (old, new) = (owners(before), owners(after));
    let mut findings = Vec::new();
    for owner in &old {
        match new.iter().find(|other| other.is_same(owner)) {
            None => findings.push(match roots.values().find(|root| is_taken(root, owner)) {
                Some(root) => goes_on(path, owner, &root.path),
                None => leaves(path, owner),
            }),
            Some(other) => findings.extend(changes(path, owner, other)),
        }
    }
    if new.len() > 1 {
        let names: Vec<String> = new.iter().map(|owner| format!("`{}`", owner.object)).collect();
        let fact = format!("`{path}` is applied by several objects and previewed for each: {}", names.join(", "));
        findings.push(Finding::note("root-shared", fact));
    }
    findings
}

/// Returns whether a controller's object applies a root.
fn applies(root: &Root, owner: &Owner) -> bool {
    root.owners().any(|other| other.is_same(owner))
}

/// Says that a controller's object applies another root now.
fn goes_on(path: &RepoPath, owner: &Owner, other: &RepoPath) -> Finding {
    let fact = format!(
        "`{}` no longer applies `{path}` and applies `{other}`: what only `{path}` had leaves Git for it",
        owner.object
    );
    Finding::warn("owner-moves", fact)
}

/// Says what goes with a controller's object that no longer names a root.
fn leaves(path: &RepoPath, owner: &Owner) -> Finding {
    let spec = |pointer: &str| owner.manifest.pointer(pointer);
    let finalizers = spec("/metadata/finalizers").and_then(Value::as_array);
    let cascades =
        finalizers.into_iter().flatten().filter_map(Value::as_str).any(|one| one.contains("resources-finalizer"));
    let fate = match owner.controller {
        Controller::Flux if spec("/spec/prune") == Some(&Value::Bool(true)) => {
            "once it is deleted, Flux deletes everything that it applied (`spec.prune: true`)"
        }
        Controller::ArgoCd if cascades => {
            "once it is deleted, Argo CD deletes everything that it applied (its finalizer)"
        }
        _ => "what it applied stays without an owner once it is deleted",
    };
    let fact = format!("`{}` no longer applies `{path}`: {fate}; that is not in the objects shown", owner.object);
    Finding::warn("owner-leaves", fact)
}

/// Says that a change edits the settings by which a root is applied.
fn changes(path: &RepoPath, before: &Owner, after: &Owner) -> Option<Finding> {
    let fields = |owner: &Owner| owner.manifest.get("spec").and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new) = (fields(before), fields(after));
    let names: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`spec.{name}`")).collect();
    let fact = format!(
        "the change edits {} of `{}`, which applies `{path}`: what is shown is with the settings of today",
        names.join(", "),
        after.object
    );
    (!names.is_empty()).then(|| Finding::warn("owner-changes", fact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::restrict::Restrictor;
    use serde_json::json;
    use std::slice::from_ref;

    /// Returns a root with owners of these names and manifests.
    fn root(owners: &[(&str, Value)]) -> Root {
        let path = RepoPath::parse("a").unwrap();
        let owner = |(name, manifest): &(&str, Value)| Owner {
            controller: Controller::Flux,
            object: (*name).to_owned(),
            file: path.clone(),
            manifest: manifest.clone(),
            namespace: None,
            substitutes: None,
            transforms: Vec::new(),
            suspended: None,
        };
        let mut owners = owners.iter().map(owner);
        Root {
            path: path.clone(),
            kustomization: None,
            owner: owners.next(),
            other_owners: owners.collect(),
            restrictor: Restrictor::None,
            manifests: Vec::new(),
            manifests_unsure: None,
        }
    }

    #[test]
    fn says_which_controllers_leave_change_and_share() {
        let path = RepoPath::parse("a").unwrap();
        let ids = |before: &Root, after: &Root| -> Vec<(&str, String)> {
            let roots = |root: &Root| BTreeMap::from([(root.path.clone(), root.clone())]);
            findings(&path, (&roots(before), &roots(after))).into_iter().map(|one| (one.id, one.fact)).collect()
        };
        let pruning = ("K ns/a", json!({"spec": {"prune": true}}));
        let moved = ("K ns/a", json!({"spec": {"prune": true, "targetNamespace": "other"}}));
        assert_eq!(ids(&root(from_ref(&pruning)), &root(from_ref(&pruning))), []);
        let gone = "`K ns/a` no longer applies `a`: once it is deleted, Flux deletes everything that it applied (`spec.prune: true`); that is not in the objects shown";
        assert_eq!(ids(&root(from_ref(&pruning)), &root(&[])), [("owner-leaves", gone.to_owned())]);
        let mut other = root(from_ref(&pruning));
        other.path = RepoPath::parse("b").unwrap();
        let goes_on = "`K ns/a` no longer applies `a` and applies `b`: what only `a` had leaves Git for it";
        assert_eq!(ids(&root(from_ref(&pruning)), &other), [("owner-moves", goes_on.to_owned())]);
        let edits = "the change edits `spec.targetNamespace` of `K ns/a`, which applies `a`: what is shown is with the settings of today";
        assert_eq!(ids(&root(from_ref(&pruning)), &root(&[moved])), [("owner-changes", edits.to_owned())]);
        let shared = "`a` is applied by several objects and previewed for each: `K ns/a`, `K ns/b`";
        let both = root(&[pruning.clone(), ("K ns/b", json!({}))]);
        assert_eq!(ids(&root(&[pruning]), &both), [("root-shared", shared.to_owned())]);
    }
    #[test]
    fn an_owner_of_the_same_name_on_another_cluster_takes_nothing_over() {
        let path = RepoPath::parse("a").unwrap();
        let apps = ("K ns/apps", json!({"spec": {"prune": true}}));
        let (first, mut second) = (root(from_ref(&apps)), root(from_ref(&apps)));
        second.path = RepoPath::parse("b").unwrap();
        let roots = |roots: &[&Root]| roots.iter().map(|root| (root.path.clone(), (*root).clone())).collect::<Roots>();
        let ids = |old: &[&Root], new: &[&Root]| -> Vec<&str> {
            findings(&path, (&roots(old), &roots(new))).iter().map(|one| one.id).collect()
        };
        assert_eq!(ids(&[&first, &second], &[&second]), ["owner-leaves"]);
        assert_eq!(ids(&[&first], &[&second]), ["owner-moves"]);
    }
}
