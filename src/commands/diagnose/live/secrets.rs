//! The Secrets of a cluster's storages, each by its name, for the probes from here. Only where a flag allows it.
//! Must never list Secrets, and never hand one to anything but a probe.

use std::collections::{BTreeMap, BTreeSet};

use super::super::probe::Secrets;
use crate::cluster::{Cluster, How, Wanted};
use crate::diagnose::{Observed, Unseen};
use crate::model::backup::Storage;
use crate::model::live::Reading;
use crate::model::object::ObjectId;

/// Reads the Secrets with keys and CAs; returns them with what could not be seen.
pub(super) fn read(cluster: &Cluster, observed: &Observed) -> (Secrets, Vec<Unseen>) {
    let storages = observed.block.iter().flat_map(|block| block.storages.values());
    let names: BTreeSet<&str> = storages.flat_map(named).collect();
    let id = |name: &str| ObjectId {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Secret".to_owned(),
        namespace: Some(observed.namespace.clone()),
        name: name.to_owned(),
    };
    let wanted = names.iter().map(|name| Wanted { id: id(name), default_namespace: None, how: How::Whole });
    let (mut secrets, mut unseen) = (BTreeMap::new(), Vec::new());
    for (id, reading) in cluster.read(&wanted.collect::<Vec<_>>()) {
        match reading {
            Reading::Found(secret) => drop(secrets.insert(id.name, Ok(secret))),
            Reading::Absent(_) => drop(secrets.insert(id.name, Err("not found".to_owned()))),
            Reading::Unread(trouble) => unseen.push(Unseen { what: format!("Secret `{}`", id.name), trouble }),
        }
    }
    (Secrets(secrets), unseen)
}

/// Returns the Secrets that a storage names.
fn named(storage: &Storage) -> impl Iterator<Item = &str> {
    let ca = storage.value["s3"]["caBundle"]["name"].as_str().filter(|name| !name.is_empty());
    storage.credentials_secret().into_iter().chain(ca)
}
