//! Server-side apply: live, what is sent, and who owns what → what the API server then holds.
//!
//! The three steps of structured merging: what is sent is laid over the live value; what the controller owned and no
//! longer sends goes; what another manager owns, or nobody ever owned through an apply, stays. Must never take away a
//! field that the controller did not own.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::managers::{FieldSet, Manager, Step, item_step};
use super::schema::ListMerge;
use super::view::View;

/// Who owns what before an apply.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ownership {
    /// What the controller owns, with all it takes over.
    pub(super) own: FieldSet,
    /// What all others own.
    pub(super) others: FieldSet,
}

impl Ownership {
    /// Returns who owns what, by what counts as the controller's.
    pub(super) fn of(managers: &[Manager], is_own: impl Fn(&Manager) -> bool) -> Self {
        let mut ownership = Self::default();
        for one in managers {
            let side = if is_own(one) { &mut ownership.own } else { &mut ownership.others };
            side.add(&one.fields);
        }
        ownership
    }
}

/// Returns what the API server holds after a forced apply.
pub(super) fn apply(live: &Value, sent: &Value, ownership: &Ownership, view: View<'_>) -> Value {
    let merged = overlay(live, sent, view);
    let mut kept = ownership.others.clone();
    kept.add(&FieldSet::of(sent, view));
    prune(&merged, (&ownership.own, &kept), view)
}

/// Lays what is sent over the live value.
fn overlay(live: &Value, sent: &Value, view: View<'_>) -> Value {
    match (live, sent) {
        (Value::Object(one), Value::Object(other)) if view.is_granular() => {
            let mut merged = one.clone();
            for (key, value) in other {
                let below = one.get(key).map_or_else(|| value.clone(), |old| overlay(old, value, view.child(key)));
                merged.insert(key.clone(), below);
            }
            Value::Object(merged)
        }
        (Value::Array(one), Value::Array(other)) => {
            let merge = view.list_merge();
            Value::Array(lists((one, other), &merge, |old, new| overlay(old, new, view.item())))
        }
        _ => sent.clone(),
    }
}

/// Merges two lists: items that only the first has stay where they stand among their neighbours.
pub(super) fn lists(
    (live, sent): (&[Value], &[Value]),
    merge: &ListMerge,
    both: impl Fn(&Value, &Value) -> Value,
) -> Vec<Value> {
    let steps = |items: &[Value]| items.iter().map(|item| item_step(item, merge)).collect::<Option<Vec<Step>>>();
    let (Some(old), Some(new)) = (steps(live), steps(sent)) else { return sent.to_vec() };
    let (in_live, in_sent) = (first_places(&old), first_places(&new));
    let mut merged = Vec::new();
    let mut at = 0;
    for (index, step) in new.iter().enumerate() {
        // Items that are not sent come out as soon as they are met, those sent earlier are passed over.
        while at < old.len() && in_sent.get(&old[at]).is_none_or(|place| *place < index) {
            merged.extend((!in_sent.contains_key(&old[at])).then(|| live[at].clone()));
            at += 1;
        }
        let found = in_live.get(step).copied();
        merged.push(found.map_or_else(|| sent[index].clone(), |found| both(&live[found], &sent[index])));
        at += usize::from(found == Some(at));
    }
    merged
        .extend((at..live.len()).filter(|place| !in_sent.contains_key(&old[*place])).map(|place| live[place].clone()));
    merged
}

/// Returns where each step comes first.
fn first_places(steps: &[Step]) -> BTreeMap<&Step, usize> {
    steps.iter().enumerate().rev().map(|(place, step)| (step, place)).collect()
}

/// Takes away what the controller owned and nobody keeps.
fn prune(value: &Value, (own, kept): (&FieldSet, &FieldSet), view: View<'_>) -> Value {
    match value {
        Value::Object(fields) if view.is_granular() => {
            let mut left = Map::new();
            for (key, below) in fields {
                let step = Step::Field(key.clone());
                if let Some(below) = keep(below, (&step, view.names(key)), (own, kept), view.child(key)) {
                    left.insert(key.clone(), below);
                }
            }
            Value::Object(left)
        }
        Value::Array(items) => {
            let merge = view.list_merge();
            let left = items.iter().filter_map(|item| match item_step(item, &merge) {
                Some(step) => keep(item, (&step, false), (own, kept), view.item()),
                None => Some(item.clone()),
            });
            Value::Array(left.collect())
        }
        _ => value.clone(),
    }
}

/// Returns what is left of one key or item; `None` where nothing is.
fn keep(
    value: &Value,
    (step, is_named): (&Step, bool),
    (own, kept): (&FieldSet, &FieldSet),
    view: View<'_>,
) -> Option<Value> {
    if own.has(step, is_named) && !kept.has(step, is_named) {
        return None;
    }
    let nothing = FieldSet::default();
    let Some(own) = own.below(step).filter(|own| !own.children.is_empty()) else { return Some(value.clone()) };
    let left = prune(value, (own, kept.below(step).unwrap_or(&nothing)), view);
    // A map that loses its last key is null to the API server, and so is a list that loses its last item.
    let is_emptied = |value: &Value| match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    Some(if !is_emptied(value) && is_emptied(&left) { Value::Null } else { left })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Applies with the paths that the controller and the others own.
    fn applied(live: &Value, sent: &Value, own: &Value, others: &Value) -> Value {
        let ownership = Ownership { own: FieldSet::parse(own), others: FieldSet::parse(others) };
        apply(live, sent, &ownership, View::Unknown)
    }

    #[test]
    fn what_was_owned_and_is_no_longer_sent_goes() {
        let live = json!({"a": {"x": {"k": 1}, "y": 2}, "b": 3});
        let own = json!({"f:a": {".": {}, "f:x": {".": {}, "f:k": {}}, "f:y": {}}});
        assert_eq!(applied(&live, &json!({"a": {"y": 5}}), &own, &json!({})), json!({"a": {"y": 5}, "b": 3}));
    }

    #[test]
    fn what_another_owns_stays_unless_it_lies_in_a_key_that_only_the_controller_made() {
        let live = json!({"a": {"x": {"k": 1, "o": 2}, "y": 2}});
        let own = json!({"f:a": {"f:x": {".": {}, "f:k": {}}, "f:y": {}}});
        let kept = applied(&live, &json!({"a": {}}), &own, &json!({"f:a": {"f:x": {".": {}, "f:o": {}}}}));
        assert_eq!(kept, json!({"a": {"x": {"o": 2}}}));
        let gone = applied(&live, &json!({"a": {}}), &own, &json!({"f:a": {"f:x": {"f:o": {}}}}));
        assert_eq!(gone, json!({"a": null}));
    }

    #[test]
    fn merged_lists_keep_the_items_of_others_in_their_place() {
        let (live, sent) = ([json!("a"), json!("x"), json!("b")], [json!("b"), json!("c")]);
        let merged = lists((&live, &sent), &ListMerge::Set, |_, new| new.clone());
        assert_eq!(merged, [json!("a"), json!("x"), json!("b"), json!("c")]);
        assert_eq!(lists((&live, &sent), &ListMerge::Atomic, |_, new| new.clone()), sent);
    }
}
