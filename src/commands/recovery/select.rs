//! Which clusters: by name, or all that use the failed place.

use super::scene::Scene;
use crate::cli::{RecoveryArgs, StageArg};
use crate::failure::{Failure, refused, usage};
use crate::model::cluster::{Cluster, ClusterId};
use crate::model::incident::{FoundIncident, Incident};
use crate::plan::{clusters_on, endpoint_of};

/// A chosen cluster and its storage that failed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    /// The cluster.
    pub cluster: ClusterId,
    /// The storage that failed.
    pub storage: String,
}

/// Returns the chosen clusters, in the order of the repository; at least one.
pub(super) fn select(scene: &Scene, args: &RecoveryArgs) -> anyhow::Result<Vec<Choice>> {
    if scene.clusters.is_empty() {
        let fact = format!("no `PerconaXtraDBCluster` in any root of the base{}", unseen(scene));
        return Err(refused(fact).hint("--base REV").into());
    }
    let mut chosen = if args.selection.all { all(scene, args)? } else { named(scene, args)? };
    for text in &args.selection.exclude {
        let excluded = one(scene, text)?.id.clone();
        chosen.retain(|choice| choice.cluster != excluded);
    }
    if chosen.is_empty() {
        Err(refused("no cluster is left").hint("--cluster [ROOT:][NAMESPACE/]NAME").into())
    } else {
        Ok(chosen)
    }
}

/// Returns the clusters that flags name; where none is named the only one of the repository, or those of the incident.
fn named(scene: &Scene, args: &RecoveryArgs) -> Result<Vec<Choice>, Failure> {
    let mut chosen: Vec<&Cluster> = Vec::new();
    for text in &args.selection.cluster {
        let cluster = one(scene, text)?;
        if !chosen.iter().any(|known| known.id == cluster.id) {
            chosen.push(cluster);
        }
    }
    if args.selection.cluster.is_empty() {
        match (scene.clusters.as_slice(), of_incident(scene, args)) {
            ([only], _) => chosen.push(only),
            (_, named) if !named.is_empty() => chosen = named,
            (several, _) => return Err(ambiguous("which cluster is not said", several.iter())),
        }
    }
    chosen
        .into_iter()
        .map(|cluster| Ok(Choice { cluster: cluster.id.clone(), storage: storage(scene, cluster, args)? }))
        .collect()
}

/// Returns the clusters that the incident of a flag has in the base: naming it names them.
fn of_incident<'a>(scene: &'a Scene, args: &RecoveryArgs) -> Vec<&'a Cluster> {
    let Some(id) = &args.incident.incident else { return Vec::new() };
    let is_of = |cluster: &&Cluster| {
        scene.incidents.iter().any(|found| found.incident.id == *id && found.incident.cluster.names(&cluster.id))
    };
    scene.clusters.iter().filter(is_of).collect()
}

/// Returns the storage that failed in a cluster: as named, else as its open incident says.
fn storage(scene: &Scene, cluster: &Cluster, args: &RecoveryArgs) -> Result<String, Failure> {
    if let Some(storage) = &args.selection.storage {
        return Ok(storage.clone());
    }
    let asked = args.incident.incident.as_deref();
    let of_cluster = scene.incidents.iter().filter(|found| found.incident.cluster.names(&cluster.id));
    let mut storages = of_cluster
        .filter(|found| asked.is_none_or(|id| found.incident.id == id))
        .filter_map(|found| found.incident.from.storages.first());
    match (storages.next(), storages.next(), args.incident.stage) {
        (Some(storage), None, _) => Ok(storage.clone()),
        (Some(_), Some(_), StageArg::Resume) => Err(usage("several incidents are open").hint("--incident ID")),
        _ => {
            let known: Vec<&str> = cluster.backup.storages.keys().map(String::as_str).collect();
            Err(usage(format!(
                "which storage failed is not said, `{}` lists `{}`",
                cluster.id.short(),
                known.join("`, `")
            ))
            .hint("--storage NAME"))
        }
    }
}

/// Returns every cluster that uses the failed place, or did before an open incident moved it.
fn all(scene: &Scene, args: &RecoveryArgs) -> Result<Vec<Choice>, Failure> {
    let endpoint = args.selection.storage.as_deref().map(|storage| endpoint(scene, storage)).transpose()?;
    let id = args.incident.incident.as_deref();
    if endpoint.is_none() && id.is_none() {
        return Err(usage("which storage failed is not said").hint("--storage NAME"));
    }
    let on_place = endpoint.as_deref().map(|endpoint| clusters_on(&scene.clusters, endpoint)).unwrap_or_default();
    let by_incident = |cluster: &Cluster| {
        let is_asked = |found: &&FoundIncident| {
            let Incident { id: known, from, cluster: name, .. } = &found.incident;
            name.names(&cluster.id) && (id == Some(known.as_str()) || endpoint.as_ref() == Some(&from.endpoint))
        };
        scene.incidents.iter().find(is_asked).and_then(|found| found.incident.from.storages.first().cloned())
    };
    let choice = |cluster: &Cluster| {
        let placed = on_place.iter().find(|(known, _)| known.id == cluster.id).map(|(_, storage)| storage.clone());
        // The storage as it is named, wherever the cluster lists it: its neighbours on the endpoint may have other keys.
        let named = args
            .selection
            .storage
            .as_ref()
            .filter(|name| endpoint_of(cluster, name).is_some_and(|of_name| endpoint.as_ref() == Some(&of_name)));
        let placed = placed.map(|first| named.cloned().unwrap_or(first));
        placed.or_else(|| by_incident(cluster)).map(|storage| Choice { cluster: cluster.id.clone(), storage })
    };
    Ok(scene.clusters.iter().filter_map(choice).collect())
}

/// Returns the one endpoint that storages of a name lie on.
fn endpoint(scene: &Scene, storage: &str) -> Result<String, Failure> {
    let mut endpoints: Vec<String> =
        scene.clusters.iter().filter_map(|cluster| endpoint_of(cluster, storage)).collect();
    endpoints.sort();
    endpoints.dedup();
    match endpoints.as_slice() {
        [endpoint] => Ok(endpoint.clone()),
        [] => Err(refused(format!("no cluster lists storage `{storage}`")).hint("--storage NAME")),
        several => Err(refused(format!("storage `{storage}` is several places: `{}`", several.join("`, `")))
            .hint("--cluster [ROOT:][NAMESPACE/]NAME")),
    }
}

/// Returns the one cluster that a text names.
fn one<'a>(scene: &'a Scene, text: &str) -> Result<&'a Cluster, Failure> {
    let fitting: Vec<&Cluster> = scene.clusters.iter().filter(|cluster| cluster.id.is_named(text)).collect();
    match fitting.as_slice() {
        [cluster] => Ok(cluster),
        [] => {
            let mut failure = ambiguous(&format!("no cluster `{}`", text.escape_debug()), scene.clusters.iter());
            failure.fact += &unseen(scene);
            Err(failure)
        }
        several => Err(ambiguous(&format!("`{text}` is several clusters"), several.iter().copied())),
    }
}

/// Returns what keeps clusters from being seen, to be added to a fact.
fn unseen(scene: &Scene) -> String {
    let unreadable = scene.findings.iter().filter(|finding| finding.id == "kustomization-unreadable");
    unreadable.flat_map(|finding| ["; ", &finding.fact]).collect()
}

/// The refusal that lists candidates.
fn ambiguous<'a>(fact: &str, candidates: impl Iterator<Item = &'a Cluster>) -> Failure {
    let names: Vec<String> = candidates.map(|cluster| cluster.id.to_string()).collect();
    refused(format!("{fact}: there are `{}`", names.join("`, `")))
        .hint(format!("--cluster {}", names.first().map_or("NAME", String::as_str)))
}
