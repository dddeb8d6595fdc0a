//! Which of the changed roots the API server at hand applies. A repository holds roots of many clusters, and the objects
//! that apply them often have one name on all. Must never call absent here what another cluster runs (law 6).

use serde_json::Value;

use super::changed::Changed;
use crate::failure::{Failure, outside};
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading};
use crate::model::object::Object;
use crate::preview::is_elsewhere;
use crate::survey::{Controller, Owner};

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

/// Returns what applies a root, where that is not this cluster: the object here of that name applies something else; Flux'
/// is not here; or Argo CD's is not, or says that it applies elsewhere, and nothing of the root is here either.
fn elsewhere(changed: &Changed, live: &Live) -> Option<String> {
    let owner = changed.root.owner.as_ref().filter(|_| changed.was_deployed)?;
    let before = changed.owner_before.as_ref().unwrap_or(&owner.manifest);
    let is_elsewhere = match live.objects.get(&Object::new(owner.manifest.clone()).id) {
        Some(Reading::Found(found)) => is_elsewhere(before, found) || is_remote(changed, owner, live),
        Some(Reading::Absent(_)) => match owner.controller {
            Controller::Flux => owner.manifest.pointer("/spec/kubeConfig").is_none_or(Value::is_null),
            Controller::ArgoCd => has_nothing_here(changed, owner, live),
        },
        Some(Reading::Unread(_)) | None => is_remote(changed, owner, live),
    };
    is_elsewhere.then(|| owner.object.clone())
}

/// Returns whether Argo CD applies a root to another cluster than its own, and has nothing of it here.
fn is_remote(changed: &Changed, owner: &Owner, live: &Live) -> bool {
    let is_told = |pointer: &str, local: &str| {
        owner.manifest.pointer(pointer).and_then(Value::as_str).is_some_and(|name| name != local)
    };
    let is_told = is_told("/spec/destination/server", "https://kubernetes.default.svc")
        || is_told("/spec/destination/name", "in-cluster");
    owner.controller == Controller::ArgoCd && is_told && has_nothing_here(changed, owner, live)
}

/// Returns whether the API server said of each object of the base that it is not there, or that another Application
/// applies it.
fn has_nothing_here(changed: &Changed, owner: &Owner, live: &Live) -> bool {
    let before = &changed.deployed.before;
    let is_absent = |object: &Object| match live.objects.get(&object.id) {
        Some(Reading::Absent(_)) => true,
        Some(Reading::Found(found)) => is_of_another(found, owner),
        Some(Reading::Unread(_)) | None => false,
    };
    !before.is_empty() && before.iter().all(is_absent)
}

/// Returns whether a live object is marked as one of another Application.
fn is_of_another(found: &Value, owner: &Owner) -> bool {
    let mark = found.pointer("/metadata/annotations/argocd.argoproj.io~1tracking-id").and_then(Value::as_str);
    let name = owner.manifest.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    // Outside of Argo CD's own namespace, the mark is `namespace_name`.
    mark.and_then(|mark| mark.split(':').next())
        .is_some_and(|app| app != name && app.split_once('_').is_none_or(|(_, app)| app != name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::restrict::Restrictor;
    use crate::model::live::{Absence, Reason, Trouble};
    use crate::model::path::RepoPath;
    use crate::preview::Deployed;
    use crate::survey::Root;
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
            is_deployed: true,
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
        assert_eq!(said(argo(remote.clone()), Reading::Found(json!({})), Reading::Found(json!({}))), Ok(vec![]));
        let marked = |app: &str| {
            let mark = format!("{app}:/ConfigMap:n/x");
            Reading::Found(json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": mark}}}))
        };
        assert_eq!(said(argo(remote.clone()), Reading::Found(json!({})), marked("a")), gone);
        assert_eq!(said(argo(remote), Reading::Found(json!({})), marked("argocd_b")), Ok(vec![]));
    }

    #[test]
    fn an_object_of_the_same_name_that_applies_something_else_is_another_clusters() {
        let flux = |path: &str| {
            json!({
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
                "metadata": {"name": "apps", "namespace": "flux-system"}, "spec": {"path": path},
            })
        };
        let there = || Reading::Found(json!({}));
        let seen = |git: &Value, live: &Value, controller| {
            said(changed(controller, git.clone()), Reading::Found(live.clone()), there()).is_err()
        };
        assert!(seen(&flux("./apps/b"), &flux("./apps/a"), Controller::Flux));
        assert!(!seen(&flux("./apps/b"), &flux("/apps/b/"), Controller::Flux));
        // A change that moves the path is held against what the base says.
        let mut moving = changed(Controller::Flux, flux("./apps/b"));
        moving.owner_before = Some(flux("./apps/a"));
        assert_eq!(said(moving, Reading::Found(flux("apps/a")), there()), Ok(vec![]));
        let argo = |path: &str, server: &str| {
            json!({
                "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
                "metadata": {"name": "apps", "namespace": "argocd"},
                "spec": {"source": {"path": path}, "destination": {"server": server}},
            })
        };
        let (a, b) = ("https://a.example", "https://b.example");
        assert!(seen(&argo("apps/b", a), &argo("apps/a", a), Controller::ArgoCd));
        assert!(seen(&argo("apps/a", b), &argo("apps/a", a), Controller::ArgoCd));
        assert!(!seen(&argo("apps/a", a), &argo("./apps/a", a), Controller::ArgoCd));
    }
}
