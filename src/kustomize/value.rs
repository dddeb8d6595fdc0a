//! Plain data: what a node means once tags and styles are spent.
//!
//! `canonical` makes it from nodes, `plain_data` from kustomization files, `json` from JSON text; `emit` writes it.

use std::sync::Arc;

use super::budget::weight;

/// A value as JSON knows it; a number keeps the text Go's JSON gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as JSON text.
    Number(String),
    /// A string.
    String(Arc<str>),
    /// A list.
    List(Vec<Self>),
    /// A map, in no particular order, each key once.
    Map(Vec<(Arc<str>, Self)>),
}

impl Value {
    /// Returns the value of `key` in a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| &**name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the word for the value's kind.
    pub(super) fn kind_word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// Returns how many values the tree holds and how deep it is, for the limits.
    pub(super) fn extent(&self) -> (usize, usize) {
        let children: Vec<(usize, usize)> = match self {
            Self::List(items) => items.iter().map(Self::extent).collect(),
            Self::Map(entries) => entries
                .iter()
                .map(|(key, value)| {
                    let (size, depth) = value.extent();
                    (size + 1 + weight(key), depth)
                })
                .collect(),
            Self::String(text) => return (1 + weight(text), 0),
            _ => return (1, 0),
        };
        let size = children.iter().map(|child| child.0).sum::<usize>();
        (1 + size, 1 + children.iter().map(|child| child.1).max().unwrap_or(0))
    }
}
