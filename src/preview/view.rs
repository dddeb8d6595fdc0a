//! A schema as the merges read it: a known node, or what every object has (`metadata`), or nothing known.
//! Sits between `schema` and the merges. Must never make a list granular that nobody declared so.

use serde_json::Value;

use super::schema::{ListMerge, MapMerge, Node, Schema};

/// What is known at one place of an object.
#[derive(Debug, Clone, Copy)]
pub(super) enum View<'a> {
    /// The whole object.
    Root(&'a Node),
    /// `metadata`, the same for every kind.
    Metadata,
    /// A field of `metadata`.
    InMetadata,
    /// `metadata.finalizers`.
    Finalizers,
    /// `metadata.ownerReferences`.
    Owners,
    /// A field that the schema describes.
    Known(&'a Node),
    /// A field that nobody describes.
    Unknown,
}

impl<'a> View<'a> {
    /// Returns the view of a whole object.
    pub(super) fn of(schema: &'a Schema) -> Self {
        Self::Root(schema.root())
    }

    /// Returns the view of a field.
    pub(super) fn child(self, name: &str) -> Self {
        match (self, name) {
            (Self::Root(_), "metadata") => Self::Metadata,
            (Self::Metadata, "finalizers") => Self::Finalizers,
            (Self::Metadata, "ownerReferences") => Self::Owners,
            (Self::Metadata, _) => Self::InMetadata,
            (Self::Root(node) | Self::Known(node), _) => node.child(name).map_or(Self::Unknown, Self::Known),
            _ => Self::Unknown,
        }
    }

    /// Returns the view of an item of a list.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Known(node) => node.item().map_or(Self::Unknown, Self::Known),
            _ => Self::Unknown,
        }
    }

    /// Returns how a list merges on the server.
    pub(super) fn list_merge(self) -> ListMerge {
        match self {
            Self::Finalizers => ListMerge::Set,
            Self::Owners => ListMerge::Map(vec!["uid".to_owned()]),
            Self::Known(node) => node.list_merge(),
            _ => ListMerge::Atomic,
        }
    }

    /// Returns how a list of a built-in kind merges on the client.
    pub(super) fn client_merge(self) -> ListMerge {
        match self {
            Self::Finalizers | Self::Owners => self.list_merge(),
            Self::Known(node) => match node.patch_merge_key() {
                Some(key) => ListMerge::Map(vec![key.to_owned()]),
                None if node.patch().merges => ListMerge::Set,
                None => ListMerge::Atomic,
            },
            _ => ListMerge::Atomic,
        }
    }

    /// Returns whether a map merges key by key.
    pub(super) fn is_granular(self) -> bool {
        !matches!(self, Self::Known(node) if node.map_merge() == MapMerge::Atomic)
    }

    /// Returns whether a key is a field with a name of its own, not one of a map whose keys people choose.
    pub(super) fn names(self, name: &str) -> bool {
        match self {
            Self::Metadata => true,
            Self::Root(node) => {
                ["apiVersion", "kind", "metadata"].contains(&name) || node.fields().any(|(field, _)| field == name)
            }
            Self::Known(node) => node.fields().any(|(field, _)| field == name),
            _ => false,
        }
    }

    /// Returns whether two values are equal once written the same way.
    pub(super) fn same(self, one: &Value, other: &Value) -> bool {
        match self {
            Self::Known(node) if one != other => node.same(one, other),
            _ => self.same_text(one, other),
        }
    }

    /// Returns whether two values are written the same way.
    pub(super) fn same_text(self, one: &Value, other: &Value) -> bool {
        let is_empty = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        match self {
            _ if one == other => true,
            // The API server drops empty maps of labels and annotations.
            Self::Metadata | Self::InMetadata => is_empty(one) && is_empty(other),
            _ => false,
        }
    }
}
