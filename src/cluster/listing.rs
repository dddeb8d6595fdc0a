//! Objects of a kind that nobody knows by name: all that a namespace, or the cluster, holds of them, page by page.
//! Must never list Secrets, never hand on half a list as a whole one, and never take a kind that may not be read for one
//! that is not served.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::answer::{self, Said};
use super::asked::{Asked, Words};
use super::discovery::{Source, version_of};
use super::locate;
use super::mask::Masks;
use super::turns::Turns;
use super::wire::{Call, Wire};
use super::{Cluster, IN_FLIGHT};
use crate::model::live::{Reason, Scope, Trouble};
use crate::model::object::{ObjectId, api_version};
use crate::model::percent::segment;

/// How many objects one answer holds.
const PAGE: usize = 500;
/// How often a list is begun again whose rest the server no longer knows.
const BEGINNINGS: usize = 3;

/// Which objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Listing {
    /// API group, empty for core kinds.
    pub group: String,
    /// API version without the group.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// The namespace that holds them; all where it is `None`.
    pub namespace: Option<String>,
    /// What their labels say, as `kubectl --selector` takes it.
    pub selector: Option<String>,
    /// What their fields say, as `kubectl --field-selector` takes it.
    pub fields: Option<String>,
}

/// The objects of a list, or why they are not known.
pub type Listed = Result<Vec<Value>, Trouble>;

/// One answer.
struct Page {
    /// The objects in it.
    items: Vec<Value>,
    /// What asks for the next answer; empty after the last.
    next: String,
}

/// What one list gave.
struct Given<'a> {
    /// What was asked for.
    listing: &'a Listing,
    /// The objects.
    objects: Listed,
    /// Whether that can mean that the kind is not served.
    is_doubtful: bool,
}

impl Listing {
    /// Returns the identity that its objects share, without a name.
    fn id(&self) -> ObjectId {
        let Self { group, version, kind, namespace, .. } = self.clone();
        ObjectId { group, version, kind, namespace, name: String::new() }
    }
}

/// Reads every list, each with its own result.
pub(super) async fn all(cluster: &Cluster, listings: &[Listing]) -> Vec<Listed> {
    let ids: Vec<ObjectId> = listings.iter().map(Listing::id).collect();
    cluster.discovery.learn(&cluster.wire, ids.iter()).await;
    let turns = Turns::of(listings.len());
    let reads = listings.iter().map(|listing| turns.take(one(cluster, listing)));
    let given: Vec<Given<'_>> = stream::iter(reads).buffered(IN_FLIGHT).collect().await;
    let doubtful = given.iter().filter(|given| given.is_doubtful).map(|given| version_of(&given.listing.id()));
    let doubtful: BTreeSet<_> = doubtful.collect();
    cluster.discovery.ask(&cluster.wire, doubtful).await;
    let settle = |given: Given<'_>| match (cluster.discovery.resource(&given.listing.id()), given.objects) {
        (Ok(None), _) if given.is_doubtful => Err(not_served(given.listing)),
        // A 404 that the list of kinds does not bear out is nobody's word.
        (_, Err(trouble)) if given.is_doubtful && trouble.reason == Reason::Absent => {
            Err(Trouble { reason: Reason::CannotTell, ..trouble })
        }
        (_, objects) => objects,
    };
    given.into_iter().map(settle).collect()
}

/// Reads one list.
async fn one<'a>(cluster: &Cluster, listing: &'a Listing) -> Given<'a> {
    let sure = |objects| Given { listing, objects, is_doubtful: false };
    let id = listing.id();
    if id.is_secret() {
        let fact = "Secrets are never listed: each is asked for by its name";
        return sure(Err(Trouble::new(Reason::NotAsked, fact)));
    }
    let (resource, source) = match cluster.discovery.resource(&id) {
        Ok(Some(found)) => found,
        Ok(None) => return sure(Err(not_served(listing))),
        Err(trouble) => return sure(Err(trouble)),
    };
    let namespace = listing.namespace.clone().filter(|_| resource.scope == Scope::Namespaced);
    let path = locate::place(&id, &resource.plural, namespace.as_deref());
    let resource = locate::resource(&id, &resource.plural);
    let asked = Asked { verb: "list", resource, namespace, words: Words::Quoted, masks: Masks::default() };
    match whole(&cluster.wire, listing, &path, &asked).await {
        Ok(objects) => sure(Ok(objects)),
        Err(trouble) => {
            let is_doubtful =
                trouble.reason == Reason::Absent || source == Source::Heart && trouble.reason == Reason::Forbidden;
            Given { listing, objects: Err(trouble), is_doubtful }
        }
    }
}

/// Reads all pages of a list.
async fn whole(wire: &Wire, listing: &Listing, path: &str, asked: &Asked) -> Listed {
    let (mut objects, mut next, mut beginnings) = (Vec::new(), String::new(), 1);
    loop {
        let selector = listing.selector.iter().map(|text| format!("&labelSelector={}", segment(text)));
        let fields = listing.fields.iter().map(|text| format!("&fieldSelector={}", segment(text)));
        let more = Some(&next).filter(|next| !next.is_empty()).map(|next| format!("&continue={}", segment(next)));
        let query: String = selector.chain(fields).chain(more).collect();
        let answer = wire.send(&Call::get(format!("{path}?limit={PAGE}{query}"))).await?;
        // The server forgets the rest of a list after some minutes.
        if answer.code == 410 && !next.is_empty() && beginnings < BEGINNINGS {
            (objects, next, beginnings) = (Vec::new(), String::new(), beginnings + 1);
            continue;
        }
        let page = page(answer::read(&answer, asked), listing)?;
        objects.extend(page.items);
        if page.next.is_empty() {
            return Ok(objects);
        }
        next = page.next;
    }
}

/// Returns an answer as a page of the list, where it is one.
fn page(said: Said, listing: &Listing) -> Result<Page, Trouble> {
    let mut value = match said {
        Said::Missing(_) | Said::NotServed => {
            let trouble = Trouble::new(Reason::Absent, "what answers 404 is no API server");
            return Err(trouble.hint("`server` and `proxy-url` of the cluster in the kubeconfig"));
        }
        Said::Trouble(trouble) => return Err(trouble),
        Said::Value(value) => value,
    };
    let version = api_version(&listing.group, &listing.version);
    let is_list = value["kind"] == format!("{}List", listing.kind).as_str() && value["apiVersion"] == version.as_str();
    // An answer that is a text or a list has no fields to be taken. No objects may be written as null.
    let items = value.get_mut("items").map(Value::take).unwrap_or_default();
    let items = if items.is_null() { Some(Vec::new()) } else { items.as_array().cloned() };
    let no_list = || Trouble::new(Reason::CannotTell, format!("the answer is no list of `{}`", listing.kind));
    let items = items.filter(|_| is_list).ok_or_else(no_list)?;
    let items = items.into_iter().map(|item| known(item, listing, &version).ok_or_else(no_list));
    let next = value["metadata"]["continue"].as_str().unwrap_or_default().to_owned();
    Ok(Page { items: items.collect::<Result<_, _>>()?, next })
}

/// Returns an item with the kind that Kubernetes says once for all; `None` where it is no object of the list.
fn known(mut item: Value, listing: &Listing, version: &str) -> Option<Value> {
    let namespace = item["metadata"]["namespace"].as_str();
    let is_there = listing.namespace.as_deref().is_none_or(|wanted| namespace.is_none_or(|found| found == wanted));
    let fields = item.as_object_mut().filter(|_| is_there)?;
    let mut is = |field: &str, text: &str| *fields.entry(field).or_insert_with(|| text.into()) == text;
    (is("apiVersion", version) && is("kind", &listing.kind)).then_some(item)
}

/// Returns that a kind is not served.
fn not_served(listing: &Listing) -> Trouble {
    let Listing { group, version, kind, .. } = listing;
    let fact = format!("the API server serves no `{kind}` of `{}`", api_version(group, version));
    Trouble::new(Reason::Absent, fact)
}
