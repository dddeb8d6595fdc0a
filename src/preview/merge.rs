//! Client-side apply: what was sent last, what is sent now, and live → what the API server then holds.
//!
//! Custom resources merge as RFC 7386 says; built-in kinds merge some lists item by item (strategic merge). Must never
//! remove what the last apply did not send.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::apply::lists;
use super::managers::{Step, item_step};
use super::schema::ListMerge;
use super::view::View;

/// How lists merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// A list is one value.
    Json,
    /// Lists of built-in kinds merge by their keys.
    Strategic,
}

/// The three inputs of a client-side apply.
#[derive(Debug, Clone, Copy)]
pub(super) struct ThreeWay<'a> {
    /// What the last apply sent; null where nobody knows.
    pub(super) last: &'a Value,
    /// What is sent now.
    pub(super) sent: &'a Value,
    /// What the API server holds.
    pub(super) live: &'a Value,
}

/// Returns what the API server holds after the apply.
pub(super) fn three_way(of: ThreeWay<'_>, strategy: Strategy, view: View<'_>) -> Value {
    match (of.sent, of.live) {
        (Value::Object(sent), Value::Object(live)) => Value::Object(maps(of.last, (sent, live), strategy, view)),
        (Value::Array(sent), Value::Array(live)) if strategy == Strategy::Strategic => {
            let merge = view.client_merge();
            if merge == ListMerge::Atomic {
                return of.sent.clone();
            }
            let last = of.last.as_array().map(Vec::as_slice).unwrap_or_default();
            Value::Array(items(last, (sent, live), &merge, view))
        }
        _ => of.sent.clone(),
    }
}

/// Merges maps.
fn maps(
    last: &Value,
    (sent, live): (&Map<String, Value>, &Map<String, Value>),
    strategy: Strategy,
    view: View<'_>,
) -> Map<String, Value> {
    let mut merged = live.clone();
    for key in last.as_object().into_iter().flat_map(Map::keys).filter(|key| !sent.contains_key(*key)) {
        merged.remove(key);
    }
    for (key, value) in sent {
        if value.is_null() {
            merged.remove(key);
            continue;
        }
        let before = last.get(key).unwrap_or(&Value::Null);
        let below = live.get(key).map_or_else(
            || value.clone(),
            |live| three_way(ThreeWay { last: before, sent: value, live }, strategy, view.child(key)),
        );
        merged.insert(key.clone(), below);
    }
    merged
}

/// Merges lists by the keys of their items: what the last apply sent and this one does not goes.
fn items(last: &[Value], (sent, live): (&[Value], &[Value]), merge: &ListMerge, view: View<'_>) -> Vec<Value> {
    let (in_last, in_sent) = (by_step(last, merge), by_step(sent, merge));
    let is_dropped = |item: &Value| {
        let step = item_step(item, merge);
        in_last.contains_key(&step) && !in_sent.contains_key(&step)
    };
    let left: Vec<Value> = live.iter().filter(|item| !is_dropped(item)).cloned().collect();
    lists((&left, sent), merge, |live, sent| {
        let last = in_last.get(&item_step(sent, merge)).copied().unwrap_or(&Value::Null);
        three_way(ThreeWay { last, sent, live }, Strategy::Strategic, view.item())
    })
}

/// Returns the items of a list by what tells them apart, the first of each.
fn by_step<'a>(list: &'a [Value], merge: &ListMerge) -> BTreeMap<Option<Step>, &'a Value> {
    list.iter().rev().map(|item| (item_step(item, merge), item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_last_apply_sent_and_this_one_does_not_goes_and_the_rest_stays() {
        let (last, sent) = (json!({"s": {"a": 1, "b": 2}}), json!({"s": {"b": 3}}));
        let live = json!({"s": {"a": 1, "b": 2, "c": 9}, "t": [1]});
        let of = |last| three_way(ThreeWay { last, sent: &sent, live: &live }, Strategy::Json, View::Unknown);
        assert_eq!(of(&last), json!({"s": {"b": 3, "c": 9}, "t": [1]}));
        assert_eq!(of(&Value::Null), json!({"s": {"a": 1, "b": 3, "c": 9}, "t": [1]}));
    }

    #[test]
    fn a_list_is_replaced_and_a_null_removes() {
        let (sent, live) = (json!({"l": [1], "n": null}), json!({"l": [1, 2], "n": 5}));
        let of = ThreeWay { last: &Value::Null, sent: &sent, live: &live };
        assert_eq!(three_way(of, Strategy::Json, View::Unknown), json!({"l": [1]}));
    }

    #[test]
    fn finalizers_of_built_in_kinds_merge_item_by_item() {
        let last = json!({"metadata": {"finalizers": ["a", "b"]}});
        let sent = json!({"metadata": {"finalizers": ["b"]}});
        let live = json!({"metadata": {"finalizers": ["a", "b", "other"]}});
        let schema = crate::preview::schema::Schema::unknown();
        let of = ThreeWay { last: &last, sent: &sent, live: &live };
        let merged = three_way(of, Strategy::Strategic, View::of(&schema));
        assert_eq!(merged, json!({"metadata": {"finalizers": ["b", "other"]}}));
    }
}
