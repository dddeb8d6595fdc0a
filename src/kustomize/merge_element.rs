//! Elements of merged lists: finding, setting and removing them by their keys.
//!
//! One level below `merge_list`. The odd rules (an empty wanted value matches any, empty elements vanish) are kustomize's.

use super::fault::Fault;
use super::field_write::wrong_kind;
use super::node::Node;

/// Sets the elements that match to `element`, or removes them; adds it when none matches.
pub(super) fn set_element(
    items: &mut Vec<Node>,
    element: Option<&Node>,
    keys: &[&str],
    values: &[String],
) -> Result<(), Fault> {
    let wants_map = keys.first().is_some_and(|key| !key.is_empty()) && values.first().is_some_and(|v| !v.is_empty());
    let mut kept = Vec::with_capacity(items.len() + 1);
    let mut is_found = false;
    for item in items.drain(..) {
        if item.is_null() || item.as_map().is_some_and(|map| map.entries.is_empty()) {
            continue;
        }
        if item.as_map().is_none() && wants_map {
            kept.push(item);
        } else if !matches_keys(&item, keys, values)? {
            if !values.is_empty() {
                kept.push(item);
            }
        } else {
            is_found = true;
            kept.extend(element.cloned());
        }
    }
    *items = kept;
    if let Some(element) = element.filter(|element| !element.is_null() && !is_found) {
        items.push(element.clone());
    }
    Ok(())
}

/// Whether an element has the wanted values; a key without a wanted value takes over the answer for the key before it.
fn matches_keys(item: &Node, keys: &[&str], values: &[String]) -> Result<bool, Fault> {
    let mut is_match = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            is_match = matches_key(item, key, value)?;
        }
        if !is_match {
            return Ok(false);
        }
    }
    Ok(is_match)
}

/// Whether an element has a wanted value.
fn matches_key(item: &Node, key: &str, value: &str) -> Result<bool, Fault> {
    match item {
        Node::Scalar(scalar) if key.is_empty() => Ok(&*scalar.value == value),
        _ if key.is_empty() => Err(wrong_kind("a scalar", item)),
        Node::Map(map) => Ok(map.get(key).is_some_and(|field| value.is_empty() || field.text() == value)),
        other => Err(wrong_kind("a mapping", other)),
    }
}

/// Returns the place of the first element that has all wanted values.
pub(super) fn find_element(items: &[Node], keys: &[&str], values: &[String]) -> Option<usize> {
    if keys.first().is_none_or(|key| key.is_empty()) {
        let wanted = values.first().map_or("", String::as_str);
        return items.iter().position(|item| item.text() == wanted);
    }
    if keys.len() != values.len() {
        return None;
    }
    items.iter().position(|item| {
        let has = |(key, value): (&&str, &String)| item.get(key).is_some_and(|field| field.text() == value);
        item.as_map().is_some() && keys.iter().zip(values).all(has)
    })
}
