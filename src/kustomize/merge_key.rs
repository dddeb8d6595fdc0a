//! The merge key `<<`, as each go-yaml dialect expands it.
//!
//! Called by `parse` when a mapping ends. It never looks further than the mapping and the mappings it merges.

use super::fault::Fault;
use super::node::{Map, Node, Scalar, Tag};
use super::resolve::Dialect;

/// Returns `map` with its merge keys expanded.
pub(super) fn expand(map: Map, dialect: Dialect) -> Result<Map, Fault> {
    if !map.entries.iter().any(|(key, _)| &*key.value == "<<") {
        return Ok(map);
    }
    if map.entries.iter().any(|(key, _)| &*key.value == "<<" && key.tag != Tag::Merge) {
        return Err(Fault::unsupported("a quoted `<<` key"));
    }
    match dialect {
        Dialect::V2 => in_order(map),
        Dialect::V3 => own_keys_win(map),
    }
}

/// Version 3, through kustomize: the mapping's own keys win, and of several merged mappings the first.
fn own_keys_win(map: Map) -> Result<Map, Fault> {
    let mut merged = Map { entries: Vec::new(), is_flow: map.is_flow };
    let mut own = Vec::new();
    let mut sources = None;
    for (key, value) in map.entries {
        if key.tag != Tag::Merge {
            own.push((key, value));
        } else if sources.replace(value).is_some() {
            return Err(Fault::invalid("duplicate merge key"));
        }
    }
    for source in mappings(sources)?.into_iter().rev() {
        source.entries.into_iter().for_each(|entry| put(&mut merged, entry));
    }
    for entry in own {
        put(&mut merged, entry);
    }
    Ok(merged)
}

/// Version 2: keys and merges take effect in the order they stand, the last wins.
fn in_order(map: Map) -> Result<Map, Fault> {
    let mut merged = Map { entries: Vec::new(), is_flow: map.is_flow };
    for (key, value) in map.entries {
        if key.tag != Tag::Merge {
            put(&mut merged, (key, value));
            continue;
        }
        for source in mappings(Some(value))?.into_iter().rev() {
            source.entries.into_iter().for_each(|entry| put(&mut merged, entry));
        }
    }
    Ok(merged)
}

/// The mappings a merge key names, in source order.
fn mappings(value: Option<Node>) -> Result<Vec<Map>, Fault> {
    let one = |node: Node| match node {
        Node::Map(map) => Ok(map),
        _ => Err(Fault::invalid("map merge requires a map or a sequence of maps as the value")),
    };
    match value {
        None => Ok(Vec::new()),
        Some(Node::List(list)) => list.items.into_iter().map(one).collect(),
        Some(node) => one(node).map(|map| vec![map]),
    }
}

/// Sets a key, replacing one of the same text.
fn put(map: &mut Map, (key, value): (Scalar, Node)) {
    match map.entries.iter_mut().find(|(name, _)| name.value == key.value) {
        Some(entry) => *entry = (key, value),
        None => map.entries.push((key, value)),
    }
}
