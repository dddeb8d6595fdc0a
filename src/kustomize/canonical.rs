//! From a node tree to plain data: what kustomize gets by writing the tree as YAML, reading it back and making JSON of it.
//!
//! The round trip is not neutral: text without a tag is resolved here, and folded blocks change (see `folded`). It writes
//! nothing itself.

use std::sync::Arc;

use super::fault::Fault;
use super::folded;
use super::node::{List, Map, Node, Scalar, Style, Tag};
use super::number;
use super::resolve::{Dialect, Resolved, resolve};
use super::scalar_form::{Form, choose};
use super::value::Value;

/// How a node is written before it is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// Not at all.
    Skipped,
    /// Outside brackets.
    Block,
    /// In brackets, its own or a parent's.
    Flow,
}

impl Writing {
    /// Returns how the children of a collection are written.
    fn inside(self, is_flow: bool) -> Self {
        if is_flow && self == Self::Block { Self::Flow } else { self }
    }
}

/// Returns the plain data of a node.
pub(super) fn value_of(node: &Node) -> Result<Value, Fault> {
    convert(node, Writing::Block)
}

/// Returns the plain data of a node that is decoded as it stands, without being written first.
pub(super) fn decoded(node: &Node) -> Result<Value, Fault> {
    convert(node, Writing::Skipped)
}

/// Converts a node.
fn convert(node: &Node, writing: Writing) -> Result<Value, Fault> {
    match node {
        Node::Scalar(scalar) => scalar_value(scalar, writing),
        Node::List(List { items, is_flow }) => {
            let writing = writing.inside(*is_flow);
            items.iter().map(|item| convert(item, writing)).collect::<Result<_, _>>().map(Value::List)
        }
        Node::Map(Map { entries, is_flow }) => {
            let writing = writing.inside(*is_flow);
            let entry = |(key, value): &(Scalar, Node)| Ok((key_text(key)?, convert(value, writing)?));
            entries.iter().map(entry).collect::<Result<_, _>>().map(Value::Map)
        }
    }
}

/// The text of a key; keys that are not strings have no JSON.
fn key_text(key: &Scalar) -> Result<Arc<str>, Fault> {
    let is_string = match (key.style, key.tag) {
        (Style::Plain, _) if key.value.is_empty() => true,
        (Style::Plain, Tag::None) => resolve(&key.value, Dialect::V3) == Resolved::Str,
        (Style::Plain, tag) => tag == Tag::Str,
        _ => true,
    };
    if !is_string {
        return Err(Fault::invalid(format!("the mapping key `{}` is not a string", key.value)));
    }
    if key.value.contains('\n') {
        return Err(Fault::unsupported("a mapping key of several lines"));
    }
    check_letters(&key.value)?;
    Ok(Arc::clone(&key.value))
}

/// Refuses a scalar that was taken for something and whose text, written over since, says something else.
fn check_tag(scalar: &Scalar) -> Result<(), Fault> {
    let is_right = match scalar.tag {
        Tag::None | Tag::Str | Tag::Merge => true,
        tag => resolve(&scalar.value, Dialect::V3).tag() == tag,
    };
    let is_float_of_int = scalar.tag == Tag::Float && resolve(&scalar.value, Dialect::V3).tag() == Tag::Int;
    match (is_right, is_float_of_int, scalar.style) {
        (true, ..) | (_, true, Style::Plain) => Ok(()),
        (_, true, _) => Err(Fault::unsupported("a whole number in quotes where a float was")),
        _ => Err(Fault::invalid("a field that was a number, a boolean, a time or null holds something else")),
    }
}

/// The value of a scalar.
fn scalar_value(scalar: &Scalar, writing: Writing) -> Result<Value, Fault> {
    check_tag(scalar)?;
    let text = &scalar.value;
    let is_text = match (scalar.style, scalar.tag) {
        (Style::Plain, Tag::Str) => true,
        // Nothing, or a time with its colons, cannot stand plain in brackets: it is written in quotes.
        (Style::Plain, _) if writing == Writing::Flow && (text.is_empty() || text.contains(':')) => true,
        (Style::Plain, Tag::None) => text.contains('\n'),
        (Style::Plain, _) => false,
        _ => true,
    };
    if is_text {
        check_letters(text)?;
        check_block(scalar, writing)?;
        let is_folded = scalar.style == Style::Folded && writing == Writing::Block;
        return Ok(Value::String(if is_folded { folded::round_trip(text) } else { Arc::clone(text) }));
    }
    plain_value(text)
}

/// Refuses a block that begins with a tab: it is written without saying how deep it stands, and is not read back.
fn check_block(scalar: &Scalar, writing: Writing) -> Result<(), Fault> {
    let text = &scalar.value;
    let is_wanted =
        matches!(scalar.style, Style::Literal | Style::Folded) || (scalar.style == Style::Plain && text.contains('\n'));
    // Tabs keep the last writer from using a block, not this one.
    let is_block = || choose(&text.replace('\t', "x"), Form::Literal, false) == Form::Literal;
    if writing == Writing::Block && is_wanted && text.starts_with('\t') && is_block() {
        return Err(Fault::invalid("a text of several lines begins with a tab"));
    }
    Ok(())
}

/// The JSON value of a plain scalar.
fn plain_value(text: &Arc<str>) -> Result<Value, Fault> {
    Ok(match resolve(text, Dialect::V3) {
        Resolved::Null => Value::Null,
        Resolved::Bool(value) => Value::Bool(value),
        Resolved::Int(value) => Value::Number(value.to_string()),
        Resolved::Uint(value) => Value::Number(value.to_string()),
        Resolved::Float(value) if !value.is_finite() => {
            return Err(Fault::invalid(format!("the number `{text}` has no JSON")));
        }
        Resolved::Float(value) => Value::Number(number::json_float(value)),
        Resolved::Time(time) => Value::String(Arc::from(time.as_str())),
        Resolved::Str => {
            check_letters(text)?;
            Value::String(Arc::clone(text))
        }
    })
}

/// Refuses the characters that the last YAML reader of the build rejects or takes for line breaks.
pub(super) fn check_letters(text: &str) -> Result<(), Fault> {
    if text.bytes().all(|byte| byte < 0x7F) {
        return Ok(());
    }
    for letter in text.chars() {
        match letter {
            '\u{85}' | '\u{2028}' | '\u{2029}' => return Err(Fault::unsupported("a Unicode line break in a string")),
            '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                return Err(Fault::invalid("a string holds a control character that YAML cannot carry"));
            }
            _ => {}
        }
    }
    Ok(())
}
