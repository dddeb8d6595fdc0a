//! The tree a resource is while it is being built: YAML nodes with the tag and style that decide what they become.
//!
//! Fed by `parse`, changed by the transformers, read out by `canonical`. It never resolves a plain scalar by itself.

use std::sync::Arc;

use super::budget::weight;

/// What a scalar was resolved as when it was read or set; `None` means "decide when written".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// No tag: the text decides.
    None,
    /// A string.
    Str,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A boolean.
    Bool,
    /// A null.
    Null,
    /// A date or time.
    Timestamp,
    /// The merge key `<<`.
    Merge,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// A literal block.
    Literal,
    /// A folded block.
    Folded,
}

/// A scalar.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The text.
    pub value: Arc<str>,
    /// What it is.
    pub tag: Tag,
    /// How it was written.
    pub style: Style,
    /// Scalars with the same number other than 0 are one node in kustomize: a write to one is a write to all.
    pub(super) share: u32,
}

impl Scalar {
    /// Returns a plain scalar whose text decides what it is.
    pub(super) fn bare(value: &str) -> Self {
        Self { value: Arc::from(value), tag: Tag::None, style: Style::Plain, share: 0 }
    }

    /// Returns a string.
    pub(super) fn string(value: &str) -> Self {
        Self { value: Arc::from(value), tag: Tag::Str, style: Style::Plain, share: 0 }
    }

    /// Takes over the content of `other` as an in-place write does: the node keeps its identity.
    pub(super) fn write(&mut self, other: &Self, style: Style) {
        self.value = Arc::clone(&other.value);
        self.tag = other.tag;
        self.style = style;
    }
}

/// A mapping, in source order.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// Keys and values.
    pub entries: Vec<(Scalar, Node)>,
    /// Whether it was written as `{…}`.
    pub is_flow: bool,
}

/// A sequence.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// The elements.
    pub items: Vec<Node>,
    /// Whether it was written as `[…]`.
    pub is_flow: bool,
}

/// A YAML node, aliases and merge keys already expanded.
#[derive(Debug, Clone)]
pub enum Node {
    /// A scalar.
    Scalar(Scalar),
    /// A mapping.
    Map(Map),
    /// A sequence.
    List(List),
}

impl Map {
    /// Returns the value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|(name, _)| &*name.value == key).map(|(_, value)| value)
    }

    /// Returns the value of `key` for change.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|(name, _)| &*name.value == key).map(|(_, value)| value)
    }

    /// Removes `key` and returns its value.
    pub(super) fn remove(&mut self, key: &str) -> Option<Node> {
        let index = self.entries.iter().position(|(name, _)| &*name.value == key)?;
        Some(self.entries.remove(index).1)
    }

    /// Adds a key at the end, without looking for it first.
    pub(super) fn push(&mut self, key: &str, value: Node) {
        self.entries.push((Scalar::bare(key), value));
    }
}

impl Node {
    /// Returns an empty mapping.
    pub(super) fn empty_map() -> Self {
        Self::Map(Map::default())
    }

    /// Whether the node is tagged null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar.tag == Tag::Null)
    }

    /// Whether the node is null, `{}` or `[]`.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.tag == Tag::Null,
            Self::Map(map) => map.entries.is_empty(),
            Self::List(list) => list.items.is_empty(),
        }
    }

    /// Returns the mapping.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// Returns the mapping for change.
    pub(super) fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// Returns the sequence.
    pub fn as_list(&self) -> Option<&List> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// Returns the raw text of a scalar, "" for anything else.
    pub fn text(&self) -> &str {
        if let Self::Scalar(scalar) = self { &scalar.value } else { "" }
    }

    /// Returns the value of `key` in a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// Returns the word for the node's kind.
    pub(super) fn kind_word(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "a scalar",
            Self::Map(_) => "a mapping",
            Self::List(_) => "a sequence",
        }
    }

    /// Calls `visit` on every scalar value of the tree, keys left out.
    pub(super) fn each_scalar(&mut self, visit: &mut dyn FnMut(&mut Scalar)) {
        match self {
            Self::Scalar(scalar) => visit(scalar),
            Self::Map(map) => map.entries.iter_mut().for_each(|(_, value)| value.each_scalar(visit)),
            Self::List(list) => list.items.iter_mut().for_each(|item| item.each_scalar(visit)),
        }
    }

    /// Returns the number of nodes in the tree, keys too; a long text counts as several.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Scalar(scalar) => 1 + weight(&scalar.value),
            Self::Map(map) => {
                1 + map.entries.iter().map(|(key, value)| 1 + weight(&key.value) + value.size()).sum::<usize>()
            }
            Self::List(list) => 1 + list.items.iter().map(Self::size).sum::<usize>(),
        }
    }
}
