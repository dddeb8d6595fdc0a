//! Reads of objects: which kinds are served, then each object by itself, then the namespaces of those not there.
//! Must never let one object's trouble hide another, and never call an object absent that an API server did not.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use kube::core::response::StatusDetails;

use super::answer::{self, Asked, Said, Words};
use super::locate::{self, Located};
use super::mask::Masks;
use super::wire::{Call, Wire};
use super::{Cluster, How, IN_FLIGHT, Wanted, claims};
use crate::model::live::{Absence, Reading, Reason, Trouble};
use crate::model::object::ObjectId;

/// What asks for metadata alone.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// Reads every object.
pub(super) async fn all(cluster: &Cluster, wanted: &[Wanted]) -> BTreeMap<ObjectId, Reading> {
    let versions = wanted.iter().map(|wanted| (wanted.id.group.clone(), wanted.id.version.clone())).collect();
    cluster.discovery.learn(&cluster.wire, versions).await;
    let reads = wanted.iter().map(|wanted| one(cluster, wanted));
    let read: Vec<_> = stream::iter(reads).buffer_unordered(IN_FLIGHT).collect().await;
    let gone = missing_namespaces(cluster, &read).await;
    let in_gone = |place: &Option<String>| place.as_ref().is_some_and(|name| gone.contains(name));
    let settle = |(id, place, reading)| match reading {
        Reading::Absent(Absence::Object) if in_gone(&place) => (id, Reading::Absent(Absence::Namespace)),
        reading => (id, reading),
    };
    read.into_iter().map(settle).collect()
}

/// Reads one object; returns the namespace in which it was looked for, too.
async fn one(cluster: &Cluster, wanted: &Wanted) -> (ObjectId, Option<String>, Reading) {
    let id = wanted.id.clone();
    match locate::object(cluster, &id, wanted.default_namespace.as_deref()) {
        Ok(None) => (id, None, Reading::Absent(Absence::Kind)),
        Err(trouble) => (id, None, Reading::Unread(trouble)),
        Ok(Some(located)) => {
            let reading = get(&cluster.wire, wanted, &located).await.unwrap_or_else(Reading::Unread);
            (id, located.namespace, reading)
        }
    }
}

/// Asks for one object.
async fn get(wire: &Wire, wanted: &Wanted, located: &Located) -> Result<Reading, Trouble> {
    let accept = if wanted.how == How::MetadataOnly { METADATA } else { "application/json" };
    let answer = wire.send(&Call { accept, ..Call::get(located.path.as_str()) }).await?;
    match answer::read(&answer, &asked("get", &wanted.id, located, Masks::default())) {
        Said::Value(value) => claims::object(value, &wanted.id, located, wanted.how).map(Reading::Found),
        Said::Missing(details) => absent(&details, &wanted.id, located).map(Reading::Absent),
        Said::NotServed => Err(Trouble::new(Reason::CannotTell, "what answers 404 is no API server")
            .hint("`server` and `proxy-url` of the cluster in the kubeconfig")),
        Said::Trouble(trouble) => Err(trouble),
    }
}

/// Returns what was asked, for messages.
pub(super) fn asked(verb: &'static str, id: &ObjectId, located: &Located, masks: Masks) -> Asked {
    let words = if id.group.is_empty() && id.kind == "Secret" { Words::Withheld } else { Words::Quoted };
    Asked { verb, resource: located.resource.clone(), namespace: located.namespace.clone(), words, masks }
}

/// Returns what is not there, by the details of a 404.
pub(super) fn absent(details: &StatusDetails, id: &ObjectId, located: &Located) -> Result<Absence, Trouble> {
    let plural = located.resource.split('.').next().unwrap_or_default();
    if details.kind == plural && details.name == id.name && details.group == id.group {
        return Ok(Absence::Object);
    }
    if details.kind == "namespaces" && details.group.is_empty() && Some(&details.name) == located.namespace.as_ref() {
        return Ok(Absence::Namespace);
    }
    Err(Trouble::new(Reason::CannotTell, "the API server misses something else than the object"))
}

/// Returns the namespaces that are not there, of those in which an object was not.
async fn missing_namespaces(cluster: &Cluster, read: &[(ObjectId, Option<String>, Reading)]) -> BTreeSet<String> {
    let of_absent = |(_, place, reading): &(ObjectId, Option<String>, Reading)| {
        place.clone().filter(|_| matches!(reading, Reading::Absent(Absence::Object)))
    };
    let places: BTreeSet<String> = read.iter().filter_map(of_absent).collect();
    let asks = places.into_iter().map(|name| async move {
        let gone = is_gone(&cluster.wire, &name).await;
        (name, gone)
    });
    let answers: Vec<_> = stream::iter(asks).buffer_unordered(IN_FLIGHT).collect().await;
    answers.into_iter().filter(|(_, gone)| *gone).map(|(name, _)| name).collect()
}

/// Returns whether the API server says that a namespace is not there; who may not ask does not learn it.
async fn is_gone(wire: &Wire, name: &str) -> bool {
    let path = format!("/api/v1/namespaces/{}", locate::segment(name));
    let Ok(answer) = wire.send(&Call::get(path.as_str())).await else { return false };
    match answer::read(&answer, &Asked::path(&path)) {
        Said::Missing(details) => details.kind == "namespaces" && details.name == name,
        _ => false,
    }
}
