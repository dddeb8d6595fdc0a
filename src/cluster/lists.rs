//! Many objects of one kind by one request instead of one each: a `list` finds, and never tells that something is not
//! there. What it does not hold, and everything where it fails or is not granted, is asked for by name in `read`.
//! Must never list Secrets: who asks for one of them by name gets no other.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::answer::{self, Said};
use super::asked::{Asked, Words};
use super::claims;
use super::locate::Located;
use super::mask::Masks;
use super::wire::{Call, Tries, Wire};
use super::{How, IN_FLIGHT, Wanted};
use crate::model::object::ObjectId;
use crate::model::percent::segment;

/// From how many objects of a kind in one namespace on one request asks for all of them.
const MANY: usize = 16;
/// From how many objects of a kind on one request asks for those of all namespaces, where no namespace has many.
const MANY_NAMESPACES: usize = 48;
/// How many objects one answer holds.
const PAGE: usize = 500;
/// How many objects that nobody wants are worth one that is wanted.
const WORTH: usize = 8;

/// An object and where it is.
pub(super) type Placed<'a> = (&'a Wanted, &'a Located);

/// Objects that one request asks for.
pub(super) struct List<'a> {
    /// Where they are.
    path: String,
    /// The objects, by namespace and name.
    wanted: BTreeMap<(&'a str, &'a str), Placed<'a>>,
}

impl List<'_> {
    /// Returns whether it asks for an object.
    pub(super) fn holds(&self, wanted: &Wanted, located: &Located) -> bool {
        let known = located.namespace.as_deref().and_then(|place| self.wanted.get(&(place, wanted.id.name.as_str())));
        known.is_some_and(|(known, at)| known.id == wanted.id && known.how == wanted.how && at.path == located.path)
    }
}

/// One answer.
struct Page {
    /// The objects in it.
    items: Vec<Value>,
    /// What asks for the next answer; empty after the last.
    next: String,
    /// How many objects follow.
    left: usize,
}

/// Returns the requests that are worth it.
pub(super) fn of<'a>(placed: impl Iterator<Item = Placed<'a>>) -> Vec<List<'a>> {
    let mut by_namespace: BTreeMap<(&str, &str), List<'a>> = BTreeMap::new();
    for (wanted, located) in placed.filter(|(wanted, _)| may_be_listed(wanted)) {
        let Some(namespace) = &located.namespace else { continue };
        let known = by_namespace.entry((&located.kind_path, namespace));
        let list = known.or_insert_with(|| List { path: located.place_path().to_owned(), wanted: BTreeMap::new() });
        list.wanted.insert((namespace, &wanted.id.name), (wanted, located));
    }
    let (mut lists, mut wide): (Vec<List<'a>>, BTreeMap<&str, List<'a>>) = (Vec::new(), BTreeMap::new());
    for ((kind, _), list) in by_namespace {
        if list.wanted.len() >= MANY {
            lists.push(list);
        } else {
            let whole = wide.entry(kind).or_insert_with(|| List { path: kind.to_owned(), wanted: BTreeMap::new() });
            whole.wanted.extend(list.wanted);
        }
    }
    lists.extend(wide.into_values().filter(|list| list.wanted.len() >= MANY_NAMESPACES));
    lists
}

/// Returns whether an object may be asked for among others.
fn may_be_listed(wanted: &Wanted) -> bool {
    wanted.how == How::Whole && !wanted.id.is_secret()
}

/// Returns what lists hold of what is wanted.
pub(super) async fn all(wire: &Wire, lists: &[List<'_>]) -> BTreeMap<ObjectId, Value> {
    let reads = lists.iter().map(|list| one(wire, list));
    let found: Vec<Vec<(ObjectId, Value)>> = stream::iter(reads).buffer_unordered(IN_FLIGHT).collect().await;
    found.into_iter().flatten().collect()
}

/// Returns what one list holds, as far as its pages can be read and are worth it.
async fn one(wire: &Wire, list: &List<'_>) -> Vec<(ObjectId, Value)> {
    let mut found = Vec::new();
    let mut next = String::new();
    while let Some(page) = page(wire, list, &next).await {
        found.extend(page.items.into_iter().filter_map(|item| known(item, list)));
        let missing = list.wanted.len().saturating_sub(found.len());
        if page.next.is_empty() || missing == 0 || page.left > PAGE + missing * WORTH {
            break;
        }
        next = page.next;
    }
    found
}

/// Reads one page; `None` where it is none.
async fn page(wire: &Wire, list: &List<'_>, next: &str) -> Option<Page> {
    let (wanted, located) = list.wanted.values().next()?;
    let more = if next.is_empty() { String::new() } else { format!("&continue={}", segment(next)) };
    let call = Call { tries: Tries::One, ..Call::get(format!("{}?limit={PAGE}{more}", list.path)) };
    let asked = Asked { words: Words::Withheld, ..located.asked("list", &wanted.id, Masks::default()) };
    let Said::Value(mut value) = answer::read(&wire.send(&call).await.ok()?, &asked) else { return None };
    let version = wanted.id.api_version();
    let is_list =
        value["kind"] == format!("{}List", wanted.id.kind).as_str() && value["apiVersion"] == version.as_str();
    let Some(Value::Array(items)) = value.get_mut("items").map(Value::take) else { return None };
    let next = value["metadata"]["continue"].as_str().unwrap_or_default().to_owned();
    let left = value["metadata"]["remainingItemCount"].as_u64().and_then(|left| usize::try_from(left).ok());
    is_list.then_some(Page { items, next, left: left.unwrap_or(0) })
}

/// Returns an item of a list, where it is an object that is wanted.
fn known(mut item: Value, list: &List<'_>) -> Option<(ObjectId, Value)> {
    let text = |name: &str| item["metadata"][name].as_str().unwrap_or_default();
    let (wanted, located) = *list.wanted.get(&(text("namespace"), text("name")))?;
    let fields = item.as_object_mut()?;
    // In lists of its own kinds Kubernetes says kind and version once, for all.
    fields.entry("apiVersion").or_insert_with(|| wanted.id.api_version().into());
    fields.entry("kind").or_insert_with(|| wanted.id.kind.as_str().into());
    let object = claims::object(item, &wanted.id, located, How::Whole).ok()?;
    Some((wanted.id.clone(), object))
}
