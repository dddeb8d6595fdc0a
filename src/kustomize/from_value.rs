//! Plain data back to nodes, in the two ways kustomize does it.
//!
//! After a JSON patch the data is written by go-yaml v3 and read again (`from_patched`); the elements of a list object are
//! written as JSON and read as YAML (`from_json`). Styles differ, and styles decide what later writes become.

use std::sync::Arc;

use super::fault::Fault;
use super::node::{List, Map, Node, Scalar, Style, Tag};
use super::number;
use super::resolve::{Dialect, resolve};
use super::scalar_form::{Form, choose, plain_wish};
use super::value::Value;

/// Returns the node of a JSON text.
pub(super) fn from_json(value: &Value) -> Node {
    let quoted = |text: &Arc<str>| Scalar { value: Arc::clone(text), tag: Tag::Str, style: Style::Quoted, share: 0 };
    match value {
        Value::Null => plain("null"),
        Value::Bool(value) => plain(if *value { "true" } else { "false" }),
        Value::Number(text) => plain(text),
        Value::String(text) => Node::Scalar(quoted(text)),
        Value::List(items) => Node::List(List { items: items.iter().map(from_json).collect(), is_flow: true }),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (quoted(key), from_json(value))).collect();
            Node::Map(Map { entries, is_flow: true })
        }
    }
}

/// Returns the node of data that went through Go's `map[string]interface{}`: every number is a float there.
pub(super) fn from_patched(value: &Value) -> Result<Node, Fault> {
    Ok(match value {
        Value::Null => plain("null"),
        Value::Bool(value) => plain(if *value { "true" } else { "false" }),
        Value::Number(text) => {
            let number = number::parse_float(text).ok_or_else(|| Fault::invalid(format!("the number `{text}`")))?;
            plain(&number::shortest_float(number))
        }
        Value::String(text) => Node::Scalar(written(text)),
        Value::List(items) => {
            let items: Vec<Node> = items.iter().map(from_patched).collect::<Result<_, _>>()?;
            Node::List(List { is_flow: items.is_empty(), items })
        }
        Value::Map(entries) => {
            let entry = |(key, value): &(Arc<str>, Value)| Ok((written(key), from_patched(value)?));
            let entries: Vec<_> = entries.iter().map(entry).collect::<Result<_, Fault>>()?;
            Node::Map(Map { is_flow: entries.is_empty(), entries })
        }
    })
}

/// A plain scalar.
fn plain(text: &str) -> Node {
    let tag = resolve(text, Dialect::V3).tag();
    Node::Scalar(Scalar { value: Arc::from(text), tag, style: Style::Plain, share: 0 })
}

/// A string as go-yaml v3 writes it.
fn written(text: &Arc<str>) -> Scalar {
    let style = if text.contains('\n') {
        Style::Literal
    } else if choose(text, plain_wish(text, Dialect::V3), false) == Form::Plain {
        Style::Plain
    } else {
        Style::Quoted
    };
    Scalar { value: Arc::clone(text), tag: Tag::Str, style, share: 0 }
}
