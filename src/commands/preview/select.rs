//! Which of the changed roots are previewed: those of the clusters that flags name, and of these the ones that the API
//! server at hand knows. A repository holds roots of many clusters; what another cluster runs is not absent here (law 6).

use std::collections::BTreeSet;

use serde_json::Value;

use super::sides::Changed;
use crate::failure::{Failure, outside, refused};
use crate::model::cluster::ClusterId;
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading};
use crate::model::object::Object;
use crate::survey::Controller;

/// Keeps the roots of the clusters that flags name and those that they exchange objects with, which tell what becomes of
/// them, and says which others change.
///
/// # Errors
/// Refuses a name that fits no cluster of a changed root.
pub(super) fn named(changed: &mut Vec<Changed>, names: &[String]) -> Result<Vec<Finding>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let clusters: Vec<ClusterId> = changed.iter().flat_map(clusters).collect();
    for name in names {
        if !clusters.iter().any(|cluster| cluster.is_named(name)) {
            return Err(unknown(name, &clusters));
        }
    }
    let is_chosen: Vec<bool> = changed.iter().map(|one| clusters_of(one, names)).collect();
    let is_kept = with_exchanging(changed, is_chosen.clone());
    let paths = |is_meant: &dyn Fn(usize) -> bool| -> Vec<String> {
        let meant = changed.iter().enumerate().filter(|(index, _)| is_meant(*index));
        meant.map(|(_, one)| format!("`{}`", one.deployed.path)).collect()
    };
    let (beside, left) = (paths(&|index| is_kept[index] && !is_chosen[index]), paths(&|index| !is_kept[index]));
    let mut kept = is_kept.into_iter();
    changed.retain(|_| kept.next().expect("one answer a root"));
    let beside_fact = || format!("roots that objects move from or to, previewed too: {}", beside.join(", "));
    let left_fact = || format!("roots that change too and are not previewed: {}", left.join(", "));
    let beside = (!beside.is_empty()).then(|| Finding::note("roots-beside", beside_fact()));
    let left = (!left.is_empty()).then(|| Finding::note("roots-not-chosen", left_fact()));
    Ok(beside.into_iter().chain(left).collect())
}

/// Adds the roots that an object leaves or comes to in exchange with one that is kept already: on its own, each side shows
/// a plain deletion, or a change that hides one.
fn with_exchanging(changed: &[Changed], mut is_kept: Vec<bool>) -> Vec<bool> {
    let exchanges: Vec<[BTreeSet<Key<'_>>; 2]> = changed.iter().map(exchanged).collect();
    let exchange = |[left, came]: &[BTreeSet<Key<'_>>; 2], [gone, new]: &[BTreeSet<Key<'_>>; 2]| {
        !left.is_disjoint(new) || !came.is_disjoint(gone)
    };
    let mut fresh: Vec<usize> = (0..changed.len()).filter(|index| is_kept[*index]).collect();
    while let Some(one) = fresh.pop() {
        for other in 0..changed.len() {
            if !is_kept[other] && exchange(&exchanges[one], &exchanges[other]) {
                is_kept[other] = true;
                fresh.push(other);
            }
        }
    }
    is_kept
}

/// Group, kind and name of an object: in which namespace its controller puts it is not known yet.
type Key<'a> = (&'a str, &'a str, &'a str);

/// Returns what leaves a root, and what comes to it.
fn exchanged(changed: &Changed) -> [BTreeSet<Key<'_>>; 2] {
    let (before, after) = (keys(&changed.deployed.before), keys(&changed.deployed.after));
    [before.difference(&after).copied().collect(), after.difference(&before).copied().collect()]
}

/// Returns what tells objects apart.
fn keys(objects: &[Object]) -> BTreeSet<Key<'_>> {
    objects.iter().map(|object| &object.id).map(|id| (&*id.group, &*id.kind, &*id.name)).collect()
}

/// Refuses a name that fits no cluster.
fn unknown(name: &str, clusters: &[ClusterId]) -> Failure {
    let shown: BTreeSet<String> = clusters.iter().map(|cluster| format!("`{}`", cluster.short())).collect();
    let shown = shown.into_iter().collect::<Vec<_>>().join(", ");
    let fact = if shown.is_empty() {
        "no root with a cluster changes".to_owned()
    } else {
        format!("no cluster `{}` in a root that changes, only {shown}", name.escape_debug())
    };
    refused(fact).hint("--cluster [ROOT:][NAMESPACE/]NAME")
}

/// Returns whether a root has a cluster of one of some names.
fn clusters_of(changed: &Changed, names: &[String]) -> bool {
    clusters(changed).any(|cluster| names.iter().any(|name| cluster.is_named(name)))
}

/// Returns the clusters of a root, before and after.
fn clusters(changed: &Changed) -> impl Iterator<Item = ClusterId> {
    let objects = changed.deployed.before.iter().chain(&changed.deployed.after);
    objects.filter(|object| object.is_cluster()).map(|object| ClusterId {
        root: changed.deployed.path.clone(),
        namespace: object.id.namespace.clone(),
        name: object.id.name.clone(),
    })
}

/// Takes out the roots that something on another cluster applies, and says which.
///
/// # Errors
/// Fails where that leaves none: the wrong cluster was asked.
pub(super) fn here(changed: &mut Vec<Changed>, live: &Live, asked: &str) -> Result<Vec<Finding>, Failure> {
    let before = changed.len();
    let mut findings = Vec::new();
    changed.retain(|one| {
        let elsewhere = elsewhere(one, live);
        findings.extend(elsewhere.as_ref().map(|owner| {
            let fact = format!(
                "`{}` is not previewed: `{owner}`, which applies it, does not do so on this cluster",
                one.deployed.path
            );
            Finding::warn("root-elsewhere", fact).hint("--context NAME")
        }));
        elsewhere.is_none()
    });
    if before > 0 && changed.is_empty() {
        let fact = format!("nothing on {asked} applies a root that changes: {}", findings[0].fact);
        return Err(outside(fact).hint("--context NAME"));
    }
    Ok(findings)
}

/// Returns what applies a root, where that is not this cluster: Flux' object is not here; or Argo CD's is not, or says that
/// it applies elsewhere, and nothing of the root is here either.
fn elsewhere(changed: &Changed, live: &Live) -> Option<String> {
    let owner = changed.root.owner.as_ref().filter(|_| changed.was_deployed)?;
    let reading = live.objects.get(&Object::new(owner.manifest.clone()).id);
    let is_absent = matches!(reading, Some(Reading::Absent(_)));
    let is_remote = |pointer: &str, local: &[&str]| {
        owner.manifest.pointer(pointer).and_then(Value::as_str).is_some_and(|name| !local.contains(&name))
    };
    let is_elsewhere = match owner.controller {
        Controller::Flux => is_absent && owner.manifest.pointer("/spec/kubeConfig").is_none_or(Value::is_null),
        Controller::ArgoCd => {
            let is_told = is_remote("/spec/destination/server", &["https://kubernetes.default.svc"])
                || is_remote("/spec/destination/name", &["in-cluster"]);
            (is_absent || is_told) && has_nothing_here(changed, live)
        }
    };
    is_elsewhere.then(|| owner.object.clone())
}

/// Returns whether the API server said of each object of the base that it is not there.
fn has_nothing_here(changed: &Changed, live: &Live) -> bool {
    let before = &changed.deployed.before;
    let is_absent = |object: &Object| matches!(live.objects.get(&object.id), Some(Reading::Absent(_)));
    !before.is_empty() && before.iter().all(is_absent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::restrict::Restrictor;
    use crate::model::live::{Absence, Reason, Trouble};
    use crate::model::path::RepoPath;
    use crate::preview::Deployed;
    use crate::survey::{Owner, Root};
    use serde_json::json;

    /// Returns a root with one `ConfigMap` that an object of a controller applies.
    fn changed(controller: Controller, manifest: Value) -> Changed {
        let path = RepoPath::parse("clusters/b").unwrap();
        let object =
            Object::new(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "n"}}));
        let owner = Owner {
            controller,
            object: "Owner ns/b".to_owned(),
            file: path.clone(),
            manifest,
            namespace: None,
            substitutes: None,
            transforms: Vec::new(),
            suspended: None,
        };
        let root = Root {
            path: path.clone(),
            kustomization: None,
            owner: Some(owner),
            other_owners: Vec::new(),
            restrictor: Restrictor::None,
            manifests: Vec::new(),
            manifests_unsure: None,
        };
        Changed {
            root,
            deployed: Deployed { path, before: vec![object], after: Vec::new(), in_base: true, in_head: true },
            was_deployed: true,
            owner_before: None,
        }
    }

    /// Returns the ids of what is said when the owner and the object were read as given; `None` where nothing is left.
    fn said(one: Changed, owner: Reading, object: Reading) -> Result<Vec<&'static str>, String> {
        let id = Object::new(one.root.owner.as_ref().unwrap().manifest.clone()).id;
        let live =
            Live { objects: [(id, owner), (one.deployed.before[0].id.clone(), object)].into(), ..Live::default() };
        let findings = here(&mut vec![one], &live, "context a").map_err(|failure| failure.fact)?;
        Ok(findings.iter().map(|finding| finding.id).collect())
    }

    #[test]
    fn what_another_cluster_runs_is_no_creation_here() {
        let absent = || Reading::Absent(Absence::Object);
        let unread = || Reading::Unread(Trouble::new(Reason::Forbidden, "no"));
        let flux = |spec: Value| {
            let manifest = json!({
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
                "metadata": {"name": "b", "namespace": "flux-system"}, "spec": spec,
            });
            changed(Controller::Flux, manifest)
        };
        let argo = |destination: Value| {
            let manifest = json!({
                "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
                "metadata": {"name": "b", "namespace": "argocd"}, "spec": {"destination": destination},
            });
            changed(Controller::ArgoCd, manifest)
        };
        let gone = Err("nothing on context a applies a root that changes: `clusters/b` is not previewed: `Owner ns/b`, which applies it, does not do so on this cluster".to_owned());
        assert_eq!(said(flux(json!({})), absent(), absent()), gone);
        assert_eq!(said(flux(json!({})), unread(), absent()), Ok(vec![]));
        assert_eq!(said(flux(json!({"kubeConfig": {"secretRef": {"name": "b"}}})), absent(), absent()), Ok(vec![]));
        let (local, remote) =
            (json!({"server": "https://kubernetes.default.svc"}), json!({"server": "https://b.example"}));
        assert_eq!(said(argo(local.clone()), absent(), absent()), gone);
        assert_eq!(said(argo(local), Reading::Found(json!({})), absent()), Ok(vec![]));
        assert_eq!(said(argo(remote.clone()), Reading::Found(json!({})), absent()), gone);
        assert_eq!(said(argo(remote), Reading::Found(json!({})), Reading::Found(json!({}))), Ok(vec![]));
    }
}
