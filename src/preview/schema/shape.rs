//! One field of a schema: its form, its parts, and how it merges. Built by `read` and `table`, asked by the preview.
//! Must hold only what the preview asks: no descriptions, no validation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Anything at all: no schema says.
    Any,
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// An amount such as `1Gi` or `500m`.
    Quantity,
    /// A whole number or a string, such as a port or a percentage.
    IntOrText,
    /// A map: fields with names of their own, or values under any name.
    Object,
    /// A list.
    List,
}

/// How a server-side apply merges a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ListMerge {
    /// Not at all: the list is one value.
    #[default]
    Atomic,
    /// Element by element, each a scalar that is there once.
    Set,
    /// Element by element, told apart by these fields.
    Map(Vec<String>),
}

/// How a server-side apply merges a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MapMerge {
    /// Field by field.
    #[default]
    Granular,
    /// Not at all: the map is one value.
    Atomic,
}

/// What a strategic merge patch does with a field; kinds of Kubernetes alone have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// Whether the list is merged; its elements are values unless `key` tells them apart.
    pub merges: bool,
    /// The field that tells the elements apart.
    pub key: Option<String>,
    /// Whether keys that the patch does not name go (`retainKeys`).
    pub retains_keys: bool,
}

/// One place of a schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What is shared by every place of the same type.
    pub(super) shape: Arc<Shape>,
    /// What the API server fills in.
    pub(super) default: Option<Value>,
    /// How the list merges.
    pub(super) list: ListMerge,
    /// How a strategic merge patch merges it.
    pub(super) patch: Patch,
    /// Whether the surrounding object must have it.
    pub(super) required: bool,
    /// Whether null is a value of its own.
    pub(super) nullable: bool,
}

/// A type: what many places share.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    /// What values are.
    pub(super) form: Form,
    /// The fields of an object.
    pub(super) fields: BTreeMap<String, Node>,
    /// The elements of a list, or the values of a map under any name.
    pub(super) inner: Option<Node>,
    /// How the map merges.
    pub(super) map: MapMerge,
    /// Whether unknown fields stay.
    pub(super) preserves: bool,
    /// Whether `apiVersion`, `kind` and `metadata` stay whatever the fields say: a whole object stands here.
    pub(super) embeds: bool,
}

impl Shape {
    /// Returns a type without parts.
    pub(super) fn of(form: Form) -> Self {
        Self {
            form,
            fields: BTreeMap::new(),
            inner: None,
            map: MapMerge::Granular,
            preserves: form == Form::Any,
            embeds: false,
        }
    }
}

impl Node {
    /// Returns a place of a type, nothing else said.
    pub(super) fn of(shape: Arc<Shape>) -> Self {
        let (list, patch) = (ListMerge::default(), Patch::default());
        Self { shape, default: None, list, patch, required: false, nullable: false }
    }

    /// Returns a place of which nothing is known.
    pub(super) fn anything() -> Self {
        Self::of(Arc::new(Shape::of(Form::Any)))
    }

    /// Returns the field of a name, be it one of the object's own or a value of a map.
    pub fn child(&self, name: &str) -> Option<&Self> {
        let of_map = self.shape.inner.as_ref().filter(|_| self.shape.form == Form::Object);
        self.shape.fields.get(name).or(of_map)
    }

    /// Returns the field that has this name of its own, not a value of a map whose names people choose.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.shape.fields.get(name)
    }

    /// Returns the elements of a list.
    pub fn item(&self) -> Option<&Self> {
        self.shape.inner.as_ref().filter(|_| self.shape.form == Form::List)
    }

    /// Returns the values of a map under any name.
    pub fn values(&self) -> Option<&Self> {
        self.shape.inner.as_ref().filter(|_| self.shape.form == Form::Object)
    }

    /// Returns the fields of an object that have a name of their own, in the order of their names.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.shape.fields.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// Returns what values are.
    pub fn form(&self) -> Form {
        self.shape.form
    }

    /// Returns how a server-side apply merges the list.
    pub fn list_merge(&self) -> ListMerge {
        self.list.clone()
    }

    /// Returns how a server-side apply merges the map.
    pub fn map_merge(&self) -> MapMerge {
        self.shape.map
    }

    /// Returns what a strategic merge patch does here.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }

    /// Returns the field by which a strategic merge patch tells the elements of the list apart.
    pub fn patch_merge_key(&self) -> Option<&str> {
        self.patch.key.as_deref()
    }

    /// Returns what the API server fills in where the field is missing from an object that is there.
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Returns whether the surrounding object must have the field.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Returns whether null is a value of its own here.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// Returns whether fields that the schema does not know stay.
    pub fn preserves_unknown(&self) -> bool {
        self.shape.preserves
    }

    /// Returns whether a whole object, with `apiVersion`, `kind` and `metadata`, stands here.
    pub fn is_embedded_object(&self) -> bool {
        self.shape.embeds
    }
}
