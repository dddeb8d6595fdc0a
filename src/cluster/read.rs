//! Reads of objects: those that one list gives, then each other object by itself, then the namespaces of those not there.
//! Must never let one object's trouble hide another, and never call an object absent that an API server did not.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join;
use futures_util::{StreamExt as _, stream};
use kube::core::response::StatusDetails;
use serde_json::Value;

use super::answer::{self, Said};
use super::asked::Asked;
use super::discovery::{Source, Version, version_of};
use super::locate::{self, Located};
use super::mask::Masks;
use super::turns::Turns;
use super::wire::{Call, Wire};
use super::{Cluster, How, IN_FLIGHT, Wanted, claims, lists};
use crate::model::live::{Absence, Reading, Reason, Trouble};
use crate::model::object::ObjectId;
use crate::model::percent::segment;

/// What asks for metadata alone.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// One object that was read.
struct Seen<'a> {
    /// Which.
    wanted: &'a Wanted,
    /// Where it was looked for.
    located: Option<Located>,
    /// What is said of it.
    reading: Reading,
    /// Whether that can mean that its kind does not live where it was looked for.
    is_doubtful: bool,
}

/// Reads every object.
pub(super) async fn all(cluster: &Cluster, wanted: &[Wanted]) -> BTreeMap<ObjectId, Reading> {
    cluster.discovery.learn(&cluster.wire, wanted.iter().map(|wanted| &wanted.id)).await;
    let (doubtful, mut seen): (Vec<Seen>, Vec<Seen>) =
        round(cluster, wanted).await.into_iter().partition(|seen| seen.is_doubtful);
    seen.extend(again(cluster, doubtful).await);
    let gone = missing_namespaces(cluster, &seen).await;
    let in_gone = |seen: &Seen<'_>| seen.namespace().is_some_and(|name| gone.contains(name));
    let settle = |seen: Seen<'_>| match &seen.reading {
        Reading::Absent(Absence::Object) if in_gone(&seen) => {
            (seen.wanted.id.clone(), Reading::Absent(Absence::Namespace))
        }
        _ => (seen.wanted.id.clone(), seen.reading),
    };
    seen.into_iter().map(settle).collect()
}

/// Reads every object once: many of a kind together, what that does not find by name.
async fn round<'a>(cluster: &Cluster, wanted: &'a [Wanted]) -> Vec<Seen<'a>> {
    let (mut seen, mut placed) = (Vec::new(), Vec::new());
    for wanted in wanted {
        match locate::object(cluster, &wanted.id, wanted.default_namespace.as_deref()) {
            Ok(Some(located)) => placed.push((wanted, located)),
            Ok(None) => seen.push(Seen::unlocated(wanted, Reading::Absent(Absence::Kind))),
            Err(trouble) => seen.push(Seen::unlocated(wanted, Reading::Unread(trouble))),
        }
    }
    let lists = lists::of(placed.iter().map(|(wanted, located)| (*wanted, located)));
    let (listed, single): (Vec<_>, Vec<_>) =
        placed.iter().cloned().partition(|(wanted, located)| lists.iter().any(|list| list.holds(wanted, located)));
    let (mut found, named) = join(lists::all(&cluster.wire, &lists), by_name(cluster, single)).await;
    seen.extend(named);
    let mut left = Vec::new();
    for (wanted, located) in listed {
        match found.remove(&wanted.id) {
            Some(object) => seen.push(Seen::found(wanted, located, object)),
            None => left.push((wanted, located)),
        }
    }
    seen.extend(by_name(cluster, left).await);
    seen
}

/// Reads objects one by one.
async fn by_name<'a>(cluster: &Cluster, placed: Vec<(&'a Wanted, Located)>) -> Vec<Seen<'a>> {
    let turns = Turns::of(placed.len());
    let reads = placed.into_iter().map(|(wanted, located)| turns.take(get(&cluster.wire, wanted, located)));
    stream::iter(reads).buffer_unordered(IN_FLIGHT).collect().await
}

/// Reads objects of which an answer leaves open whether their kind is served, and where: now the server is asked that.
async fn again<'a>(cluster: &Cluster, doubtful: Vec<Seen<'a>>) -> Vec<Seen<'a>> {
    let versions: BTreeSet<Version> = doubtful.iter().map(|seen| version_of(&seen.wanted.id)).collect();
    cluster.discovery.ask(&cluster.wire, versions).await;
    let (mut seen, mut moved) = (Vec::new(), Vec::new());
    for before in doubtful {
        let wanted = before.wanted;
        match locate::object(cluster, &wanted.id, wanted.default_namespace.as_deref()) {
            Ok(None) => seen.push(Seen::unlocated(wanted, Reading::Absent(Absence::Kind))),
            Ok(Some(located)) if before.located.as_ref().is_some_and(|known| known.path != located.path) => {
                moved.push((wanted, located));
            }
            Ok(Some(_)) | Err(_) => seen.push(before),
        }
    }
    seen.extend(by_name(cluster, moved).await);
    seen
}

/// Asks for one object.
async fn get<'a>(wire: &Wire, wanted: &'a Wanted, located: Located) -> Seen<'a> {
    let accept = if wanted.how == How::MetadataOnly { METADATA } else { "application/json" };
    let call = Call { accept, ..Call::get(located.path.as_str()) };
    let is_guess = located.source == Source::Heart;
    let (reading, is_doubtful) = match wire.send(&call).await {
        Err(trouble) => (Reading::Unread(trouble), false),
        Ok(answer) => {
            said(answer::read(&answer, &located.asked("get", &wanted.id, Masks::default())), wanted, &located)
        }
    };
    Seen { wanted, located: Some(located), reading, is_doubtful: is_doubtful && is_guess }
}

/// Returns what an answer says of an object, and whether it can mean that its kind is not served, or elsewhere.
fn said(said: Said, wanted: &Wanted, located: &Located) -> (Reading, bool) {
    let or_unread = |reading: Result<Reading, Trouble>| reading.unwrap_or_else(Reading::Unread);
    match said {
        Said::Value(value) => {
            (or_unread(claims::object(value, &wanted.id, located, wanted.how).map(Reading::Found)), false)
        }
        Said::Missing(details) => match absent(&details, &wanted.id, located) {
            Ok(absence) => (Reading::Absent(absence), false),
            Err(trouble) => (Reading::Unread(trouble), true),
        },
        Said::NotServed => {
            let trouble = Trouble::new(Reason::CannotTell, "what answers 404 is no API server")
                .hint("`server` and `proxy-url` of the cluster in the kubeconfig");
            (Reading::Unread(trouble), true)
        }
        // Who may do nothing with a kind is told so before anybody looks whether it is served.
        Said::Trouble(trouble) => {
            let is_forbidden = trouble.reason == Reason::Forbidden;
            (Reading::Unread(trouble), is_forbidden)
        }
    }
}

impl<'a> Seen<'a> {
    /// Returns an object that has no place.
    fn unlocated(wanted: &'a Wanted, reading: Reading) -> Self {
        Self { wanted, located: None, reading, is_doubtful: false }
    }

    /// Returns an object that a list held.
    fn found(wanted: &'a Wanted, located: Located, object: Value) -> Self {
        Self { wanted, located: Some(located), reading: Reading::Found(object), is_doubtful: false }
    }

    /// Returns the namespace in which it was looked for.
    fn namespace(&self) -> Option<&String> {
        self.located.as_ref()?.namespace.as_ref()
    }
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
async fn missing_namespaces(cluster: &Cluster, seen: &[Seen<'_>]) -> BTreeSet<String> {
    let of_absent = |seen: &Seen<'_>| {
        seen.namespace().filter(|_| matches!(seen.reading, Reading::Absent(Absence::Object))).cloned()
    };
    let places: BTreeSet<String> = seen.iter().filter_map(of_absent).collect();
    let asks = places.into_iter().map(|name| async move {
        let gone = is_gone(&cluster.wire, &name).await;
        (name, gone)
    });
    let answers: Vec<_> = stream::iter(asks).buffer_unordered(IN_FLIGHT).collect().await;
    answers.into_iter().filter(|(_, gone)| *gone).map(|(name, _)| name).collect()
}

/// Returns whether the API server says that a namespace is not there; who may not ask does not learn it.
async fn is_gone(wire: &Wire, name: &str) -> bool {
    let path = format!("/api/v1/namespaces/{}", segment(name));
    let Ok(answer) = wire.send(&Call::get(path.as_str())).await else { return false };
    match answer::read(&answer, &Asked::path(&path)) {
        Said::Missing(details) => details.kind == "namespaces" && details.name == name,
        _ => false,
    }
}
