//! What a failure covers: every storage entry on the endpoint that failed, in one cluster or across a repository.

use crate::model::backup::{Backup, Storage};
use crate::model::cluster::Cluster;
use crate::model::finding::Finding;
use crate::model::incident::Action;
use crate::model::shell::quoted;

use super::request::{Request, Scope};

/// What a failure covers in one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Affected {
    /// The storages, sorted; at least one.
    pub storages: Vec<String>,
    /// Their endpoint.
    pub endpoint: String,
}

impl Affected {
    /// Returns whether a storage is among them.
    pub(super) fn covers(&self, storage: &str) -> bool {
        self.storages.iter().any(|name| name == storage)
    }
}

/// Returns the endpoint of a storage of a cluster.
pub fn endpoint_of(cluster: &Cluster, storage: &str) -> Option<String> {
    cluster.backup.storages.get(storage).map(Storage::endpoint)
}

/// Returns the clusters that list a storage on an endpoint, each with the name of the first such storage in use.
pub fn clusters_on<'a>(clusters: &'a [Cluster], endpoint: &str) -> Vec<(&'a Cluster, String)> {
    let first = |cluster: &'a Cluster| {
        let on = |name: &&String| cluster.backup.storages[*name].endpoint() == endpoint && cluster.backup.uses(name);
        cluster.backup.storages.keys().find(on).map(|name| (cluster, name.clone()))
    };
    clusters.iter().filter_map(first).collect()
}

/// Returns what the failure of a storage covers.
pub(super) fn affected(request: &Request, backup: &Backup, storage: &str) -> Result<Affected, Finding> {
    let Some(failed) = backup.storages.get(storage) else {
        let known: Vec<&str> = backup.storages.keys().map(String::as_str).collect();
        let fact = format!("storage `{storage}` is not in the cluster, it lists `{}`", known.join("`, `"));
        return Err(Finding::refuse("storage-missing", fact)
            .hint(format!("--storage {}", quoted(known.first().unwrap_or(&"NAME")))));
    };
    let endpoint = failed.endpoint();
    let same_keys = |name: &str| {
        request.action != Action::Rotate || backup.storages[name].credentials_secret() == failed.credentials_secret()
    };
    let on_endpoint = |name: &&String| backup.storages[*name].endpoint() == endpoint && same_keys(name);
    let storages: Vec<String> = match request.scope {
        Scope::OnlyStorage => vec![storage.to_owned()],
        Scope::Endpoint => backup.storages.keys().filter(on_endpoint).cloned().collect(),
    };
    if !storages.iter().any(|name| backup.uses(name)) {
        let fact = format!("no schedule and no point-in-time recovery writes to `{}`", storages.join("`, `"));
        let used = backup.storages.keys().find(|name| backup.uses(name));
        return Err(Finding::refuse("storage-unused", fact)
            .hint(format!("--storage {}", quoted(used.map_or("NAME", String::as_str)))));
    }
    let pitr_left = backup.pitr_on().filter(|name| !storages.iter().any(|storage| storage == name));
    match pitr_left.filter(|name| backup.storages.get(*name).is_some_and(|pitr| pitr.endpoint() == endpoint)) {
        Some(name) => Err(Finding::refuse(
            "pitr-left-behind",
            format!(
                "point-in-time recovery would stay on `{name}`, on the endpoint that failed: it stops every backup"
            ),
        )
        .hint("leave out --only-storage")),
        None => Ok(Affected { storages, endpoint }),
    }
}
