//! What the API server does to an object of a custom resource that it takes: fills in defaults, drops nulls where none may
//! be, drops unknown fields. Must do it in the server's way, also where that looks odd: a default goes into an object that
//! is there and makes none, unless the object itself has a default.

use serde_json::Value;

use super::shape::Node;

/// The fields of a whole object that pruning leaves alone.
const OF_OBJECT: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Fills in the defaults below a place.
pub(super) fn defaulted(value: &mut Value, node: &Node) {
    match value {
        Value::Object(map) => {
            for (name, field) in node.fields() {
                let Some(default) = field.default() else { continue };
                if map.get(name).is_none_or(|value| is_stray_null(value, field)) {
                    map.insert(name.to_owned(), default.clone());
                }
            }
            for (name, value) in map {
                if let Some(field) = node.child(name) {
                    replace_null(value, field);
                    defaulted(value, field);
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                if let Some(item) = node.item() {
                    replace_null(value, item);
                    defaulted(value, item);
                }
            }
        }
        _ => {}
    }
}

/// Replaces a null where none may be by the default of its place.
fn replace_null(value: &mut Value, node: &Node) {
    if let Some(default) = node.default().filter(|_| is_stray_null(value, node)) {
        *value = default.clone();
    }
}

/// Returns whether a value is a null where none may be.
fn is_stray_null(value: &Value, node: &Node) -> bool {
    value.is_null() && !node.is_nullable()
}

/// Drops the nulls of fields that may have none and have no default.
pub(super) fn without_nulls(value: &mut Value, node: &Node) {
    match value {
        Value::Object(map) => {
            let is_dropped = |name: &str, value: &Value| {
                node.child(name).is_some_and(|field| is_stray_null(value, field) && field.default().is_none())
            };
            map.retain(|name, value| !is_dropped(name, value));
            for (name, value) in map {
                if let Some(field) = node.child(name) {
                    without_nulls(value, field);
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                if let Some(item) = node.item() {
                    without_nulls(value, item);
                }
            }
        }
        _ => {}
    }
}

/// Drops the unknown fields below a place.
pub(super) fn pruned(value: &mut Value, node: &Node) {
    match value {
        Value::Object(map) => {
            let is_of_object = |name: &str| node.is_embedded_object() && OF_OBJECT.contains(&name);
            map.retain(|name, _| is_of_object(name) || node.preserves_unknown() || node.child(name).is_some());
            for (name, value) in map {
                if let Some(field) = node.child(name).filter(|_| !is_of_object(name)) {
                    pruned(value, field);
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                if let Some(item) = node.item() {
                    pruned(value, item);
                }
            }
        }
        _ => {}
    }
}

/// Notes the fields below a place that are unknown and that nothing keeps; an item of a list is written `[]`.
pub(super) fn undeclared(value: &Value, node: &Node, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let is_of_object = |name: &str| node.is_embedded_object() && OF_OBJECT.contains(&name);
            for (name, value) in map.iter().filter(|(name, _)| !is_of_object(name)) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match node.child(name) {
                    Some(field) => undeclared(value, field, &path, found),
                    None if node.preserves_unknown() || found.contains(&path) => {}
                    None => found.push(path),
                }
            }
        }
        Value::Array(list) => {
            if let Some(item) = node.item() {
                for value in list {
                    undeclared(value, item, &format!("{path}[]"), found);
                }
            }
        }
        _ => {}
    }
}
