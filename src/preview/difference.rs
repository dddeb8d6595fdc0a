//! Two values → the fields that differ, each at the highest place where they do; a list is one field.
//! Used for all three differences of the preview. Must never report a field that both sides write differently only.

use serde_json::{Map, Value};

use super::Change;
use super::field::FieldPath;
use super::identity::is_built_in;
use super::view::View;
use crate::model::object::ObjectId;

/// When two values count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// When they mean the same.
    Meaning,
    /// When they are written the same way.
    Text,
}

/// Returns the fields that differ in meaning.
pub(super) fn differences(before: &Value, after: &Value, view: View<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    compare((before, after), (view, Measure::Meaning), &FieldPath::default(), &mut found);
    found
}

/// Returns the fields that the API server stores differently: custom resources keep the text of an amount, the kinds of
/// Kubernetes write every amount in one way.
pub(super) fn stored(id: &ObjectId, before: &Value, after: &Value, view: View<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    let measure = if is_built_in(id) { Measure::Meaning } else { Measure::Text };
    compare((before, after), (view, measure), &FieldPath::default(), &mut found);
    found
}

/// Compares two values at one place.
fn compare(
    (before, after): (&Value, &Value),
    (view, measure): (View<'_>, Measure),
    path: &FieldPath,
    found: &mut Vec<Change>,
) {
    let is_same = match measure {
        Measure::Meaning => view.same(before, after),
        Measure::Text => view.same_text(before, after),
    };
    if is_same {
        return;
    }
    match (before, after) {
        (Value::Object(one), Value::Object(other)) if view.is_granular() => {
            let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let sides = (one.get(key).unwrap_or(&Value::Null), other.get(key).unwrap_or(&Value::Null));
                compare(sides, (view.child(key), measure), &path.child(key), found);
            }
        }
        _ => found.push(change(path, present(before), present(after))),
    }
}

/// Returns a value unless it is null, which is as good as absent.
fn present(value: &Value) -> Option<Value> {
    (!value.is_null()).then(|| value.clone())
}

/// Returns one field that differs.
pub(super) fn change(path: &FieldPath, before: Option<Value>, after: Option<Value>) -> Change {
    Change { pointer: path.pointer(), path: path.shown(), before, after, by: None }
}

/// Returns what an object has that is not made yet: its identity alone.
pub(super) fn bare(value: &Value) -> Value {
    let mut metadata = Map::new();
    for name in ["name", "namespace"] {
        if let Some(text) = value.get("metadata").and_then(|metadata| metadata.get(name)) {
            metadata.insert(name.to_owned(), text.clone());
        }
    }
    let mut bare = Map::new();
    for name in ["apiVersion", "kind"] {
        if let Some(text) = value.get(name) {
            bare.insert(name.to_owned(), text.clone());
        }
    }
    bare.insert("metadata".to_owned(), Value::Object(metadata));
    Value::Object(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_added_part_is_one_field_and_a_list_is_one_field() {
        let before = json!({"spec": {"a": 1, "list": [1], "gone": {"x": 1}}});
        let after = json!({"spec": {"a": 1, "list": [1, 2], "new": {"y": {"z": 1}}, "none": null}});
        let found = differences(&before, &after, View::Unknown);
        let shown: Vec<(&str, bool, bool)> =
            found.iter().map(|c| (c.path.as_str(), c.before.is_some(), c.after.is_some())).collect();
        assert_eq!(shown, [("spec.gone", true, false), ("spec.list", true, true), ("spec.new", false, true)]);
    }
}
