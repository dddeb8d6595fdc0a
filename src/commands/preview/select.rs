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

/// Keeps the roots of the clusters that flags name, and says which others change.
///
/// # Errors
/// Refuses a name that fits no cluster of a changed root.
pub(super) fn named(changed: &mut Vec<Changed>, names: &[String]) -> Result<Option<Finding>, Failure> {
    if names.is_empty() {
        return Ok(None);
    }
    let clusters: Vec<ClusterId> = changed.iter().flat_map(clusters).collect();
    for name in names {
        if !clusters.iter().any(|cluster| cluster.is_named(name)) {
            return Err(unknown(name, &clusters));
        }
    }
    let is_kept = |one: &Changed| clusters_of(one, names);
    let left: Vec<String> =
        changed.iter().filter(|one| !is_kept(one)).map(|one| format!("`{}`", one.deployed.path)).collect();
    changed.retain(is_kept);
    let fact = format!("roots that change too and are not previewed: {}", left.join(", "));
    Ok((!left.is_empty()).then(|| Finding::note("roots-not-chosen", fact)))
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
                "`{}` is not previewed: `{owner}`, which applies it, is not on this cluster",
                one.deployed.path
            );
            Finding::note("root-elsewhere", fact).hint("--context NAME")
        }));
        elsewhere.is_none()
    });
    if before > 0 && changed.is_empty() {
        let fact = format!("nothing on {asked} applies a root that changes: {}", findings[0].fact);
        return Err(outside(fact).hint("--context NAME"));
    }
    Ok(findings)
}

/// Returns the object of Flux that applies a root where the API server said that it is not there.
fn elsewhere(changed: &Changed, live: &Live) -> Option<String> {
    let owner = changed.root.owner.as_ref().filter(|_| changed.was_deployed)?;
    // Argo CD, and Flux told so, apply to other clusters than the one that holds their objects.
    let is_local = owner.manifest.pointer("/spec/kubeConfig").is_none_or(Value::is_null);
    let id = Object::new(owner.manifest.clone()).id;
    let is_flux = owner.controller == crate::survey::Controller::Flux;
    let is_absent = matches!(live.objects.get(&id), Some(Reading::Absent(_)));
    (is_local && is_flux && is_absent).then(|| owner.object.clone())
}
