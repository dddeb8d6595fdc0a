//! Kustomization files and JSON patches in YAML form, read the way kustomize reads them: go-yaml v2, then JSON.
//!
//! Words such as `yes` are booleans here, the last of several equal keys wins, and keys become text.

use std::sync::Arc;

use super::budget::Budget;
use super::canonical::check_letters;
use super::documents;
use super::fault::Fault;
use super::node::{Map, Node, Scalar, Style, Tag};
use super::number;
use super::parse;
use super::resolve::{Dialect, Resolved, resolve};
use super::value::Value;

/// Returns the data of the first document in `text`; null when there is none.
pub(super) fn read(text: &str, budget: &Budget<'_>) -> Result<Value, Fault> {
    match parse::document(text, Dialect::V2, budget)? {
        Some(node) => convert(&node),
        None => Ok(Value::Null),
    }
}

/// Returns the data of a file.
pub(super) fn read_bytes(bytes: &[u8], budget: &Budget<'_>) -> Result<Value, Fault> {
    read(&documents::text_of(bytes)?, budget)
}

/// Returns the data of a file in which no key may be there twice.
pub(super) fn read_strict(bytes: &[u8], budget: &Budget<'_>) -> Result<Value, Fault> {
    let node = parse::document(&documents::text_of(bytes)?, Dialect::V2, budget)?;
    node.as_ref().map_or(Ok(()), check_twice)?;
    node.as_ref().map_or(Ok(Value::Null), convert)
}

/// Refuses keys that are there twice.
fn check_twice(node: &Node) -> Result<(), Fault> {
    match node {
        Node::Scalar(_) => Ok(()),
        Node::List(list) => list.items.iter().try_for_each(check_twice),
        Node::Map(map) => {
            let mut seen = std::collections::HashSet::new();
            for (key, value) in &map.entries {
                if !seen.insert(&key.value) {
                    return Err(Fault::invalid(format!("the key `{}` is there twice", key.value)));
                }
                check_twice(value)?;
            }
            Ok(())
        }
    }
}

/// Converts a node.
fn convert(node: &Node) -> Result<Value, Fault> {
    match node {
        Node::Scalar(scalar) => scalar_value(scalar),
        Node::List(list) => list.items.iter().map(convert).collect::<Result<_, _>>().map(Value::List),
        Node::Map(map) => map_value(map),
    }
}

/// Converts a mapping; of equal keys the last wins.
fn map_value(map: &Map) -> Result<Value, Fault> {
    let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(map.entries.len());
    let mut places = std::collections::HashMap::new();
    for (key, value) in &map.entries {
        let (key, value) = (key_text(key)?, convert(value)?);
        if let Some(&at) = places.get(&key) {
            let entry: &mut (Arc<str>, Value) = &mut entries[at];
            entry.1 = value;
        } else {
            places.insert(Arc::clone(&key), entries.len());
            entries.push((key, value));
        }
    }
    Ok(Value::Map(entries))
}

/// The text of a key.
fn key_text(key: &Scalar) -> Result<Arc<str>, Fault> {
    check_letters(&key.value)?;
    if is_string(key) {
        return Ok(Arc::clone(&key.value));
    }
    match resolve(&key.value, Dialect::V2) {
        Resolved::Bool(value) => Ok(Arc::from(if value { "true" } else { "false" })),
        Resolved::Int(value) => Ok(Arc::from(value.to_string())),
        Resolved::Time(_) => Ok(Arc::clone(&key.value)),
        _ => Err(Fault::unsupported(format!("the mapping key `{}`", key.value))),
    }
}

/// Whether a scalar is a string whatever its text.
fn is_string(scalar: &Scalar) -> bool {
    scalar.style != Style::Plain || scalar.tag == Tag::Str
}

/// Converts a scalar.
fn scalar_value(scalar: &Scalar) -> Result<Value, Fault> {
    if !is_string(scalar) {
        match resolve(&scalar.value, Dialect::V2) {
            Resolved::Null => return Ok(Value::Null),
            Resolved::Bool(value) => return Ok(Value::Bool(value)),
            Resolved::Int(value) => return Ok(Value::Number(value.to_string())),
            Resolved::Uint(value) => return Ok(Value::Number(value.to_string())),
            Resolved::Float(value) if value.is_finite() => return Ok(Value::Number(number::json_float(value))),
            Resolved::Float(_) => return Err(Fault::invalid(format!("the number `{}` has no JSON", scalar.value))),
            Resolved::Time(_) | Resolved::Str => {}
        }
    }
    check_letters(&scalar.value)?;
    Ok(Value::String(Arc::clone(&scalar.value)))
}
