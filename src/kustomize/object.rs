//! One object of a build: its tree, where it came from, and the notes kustomize keeps in its annotations.
//!
//! The notes (earlier ids, prefixes, suffixes) live in the tree as real annotations while the build runs, because patches
//! see and destroy them there; `strip_notes` takes them out. It never touches anything below `metadata` but `kind`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::canonical;
use super::fault::Fault;
use super::field_write::{self, lookup_or_create_map, set_text, text_node};
use super::id::{Gvk, Id};
use super::node::{Map, Node, Scalar};
use super::value::Value;

/// The domain of the notes.
const DOMAIN: &str = "internal.config.kubernetes.io/";
/// Names before each change.
const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
/// Namespaces before each change.
const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
/// Kinds before each change.
const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
/// Prefixes, innermost first.
pub(super) const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
/// Suffixes, innermost first.
pub(super) const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
/// How a generator treats an object that is there.
pub(super) const BEHAVIOR: &str = "internal.config.kubernetes.io/generatorBehavior";
/// Whether the name gets a hash suffix.
pub(super) const NEEDS_HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
/// What a note that switches something on says.
pub(super) const ENABLED: &str = "enabled";
/// What kustomize removes before it prints: the notes of a build, then what `buildMetadata` asks for.
const NOTES: [&str; 20] = [
    PREVIOUS_NAMES,
    PREVIOUS_NAMESPACES,
    PREVIOUS_KINDS,
    PREFIXES,
    SUFFIXES,
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    BEHAVIOR,
    NEEDS_HASH,
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "config.kubernetes.io/origin",
    "alpha.config.kubernetes.io/transformations",
];

/// An object of a build.
#[derive(Debug, Clone)]
pub struct Object {
    /// The tree.
    pub node: Node,
    /// The path of the file the object came from.
    pub origin: String,
    /// Whether its text has a comment that may be a schema hint for merges.
    pub(super) has_hint: bool,
    /// The variables that refer to it.
    pub(super) variables: Vec<String>,
}

impl Object {
    /// Returns an object without comments or variables.
    pub(super) fn new(node: Node, origin: String) -> Self {
        Self { node, origin, has_hint: false, variables: Vec::new() }
    }

    /// Whether an annotation is one of the notes of a build.
    pub(super) fn is_build_note(key: &str) -> bool {
        NOTES[..NOTES.len() - 2].contains(&key)
    }

    /// Sets the name.
    pub(super) fn set_name(&mut self, name: &str) -> Result<(), Fault> {
        set_text(lookup_or_create_map(&mut self.node, "metadata")?, "name", name);
        Ok(())
    }

    /// Sets the namespace, or removes it.
    pub(super) fn set_namespace(&mut self, namespace: &str) -> Result<(), Fault> {
        if !namespace.is_empty() {
            set_text(lookup_or_create_map(&mut self.node, "metadata")?, "namespace", namespace);
        } else if let Some(Node::Map(metadata)) = self.node.as_map_mut().and_then(|map| map.get_mut("metadata")) {
            metadata.remove("namespace");
        }
        Ok(())
    }

    /// Returns the object as JSON, for readers outside the builder.
    pub fn to_json(&self) -> serde_json::Value {
        canonical::value_of(&self.node).map_or(serde_json::Value::Null, |value| json_of(&value))
    }

    /// Returns the kind.
    pub fn kind(&self) -> &str {
        self.node.get("kind").map_or("", Node::text)
    }

    /// Returns the `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.node.get("apiVersion").map_or("", Node::text)
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        self.metadata_text("name")
    }

    /// Returns the namespace, "" for none.
    pub fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    /// The text of a field of `metadata`.
    fn metadata_text(&self, field: &str) -> &str {
        let metadata = self.node.get("metadata").filter(|node| !node.is_empty());
        metadata.and_then(|node| node.get(field)).filter(|node| !node.is_empty()).map_or("", Node::text)
    }

    /// Returns group, version and kind.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// Returns the current identity.
    pub fn id(&self) -> Id {
        let gvk = self.gvk();
        let is_cluster_scoped = gvk.is_cluster_scoped();
        Id { gvk, name: self.name().into(), namespace: self.namespace().into(), is_cluster_scoped }
    }

    /// Returns the raw text of each entry of a map in `metadata`.
    pub(super) fn metadata_map(&self, field: &str) -> BTreeMap<Arc<str>, Arc<str>> {
        let metadata = self.node.get("metadata").filter(|node| !node.is_empty());
        let map = metadata.and_then(|node| node.get(field)).and_then(Node::as_map);
        let entry = |(key, value): &(Scalar, Node)| (Arc::clone(&key.value), Arc::from(value.text()));
        map.map(|map| map.entries.iter().map(entry).collect()).unwrap_or_default()
    }

    /// Returns the raw text of an annotation.
    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        let metadata = self.node.get("metadata").filter(|node| !node.is_empty())?;
        metadata.get("annotations")?.get(key).map(Node::text)
    }

    /// Returns the parts of an annotation that holds a list.
    pub(super) fn annotation_list(&self, key: &str) -> Vec<&str> {
        self.annotation(key).map(|text| text.split(',').collect()).unwrap_or_default()
    }

    /// Returns the identities the object had before, oldest first.
    pub(super) fn previous_ids(&self) -> Result<Vec<Id>, Fault> {
        let names = self.annotation_list(PREVIOUS_NAMES);
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let namespaces = self.annotation_list(PREVIOUS_NAMESPACES);
        let kinds = self.annotation_list(PREVIOUS_KINDS);
        if names.len() != namespaces.len() || names.len() != kinds.len() {
            return Err(Fault::invalid("the notes of earlier names do not agree"));
        }
        let make = |((name, namespace), kind): ((&str, &str), &str)| Id {
            gvk: Gvk::new(self.api_version(), kind),
            name: name.into(),
            namespace: namespace.into(),
            is_cluster_scoped: false,
        };
        Ok(names.into_iter().zip(namespaces).zip(kinds).map(make).collect())
    }

    /// Returns the first identity the object had.
    pub(super) fn original_id(&self) -> Result<Id, Fault> {
        Ok(self.previous_ids()?.into_iter().next().unwrap_or_else(|| self.id()))
    }

    /// Notes the current identity as a previous one.
    pub(super) fn store_previous_id(&mut self) -> Result<(), Fault> {
        let id = self.id();
        self.append_note(PREVIOUS_NAMES, &id.name)?;
        self.append_note(PREVIOUS_NAMESPACES, id.effective_namespace())?;
        self.append_note(PREVIOUS_KINDS, &id.gvk.kind)
    }

    /// Adds a value to an annotation that holds a list.
    pub(super) fn append_note(&mut self, key: &str, value: &str) -> Result<(), Fault> {
        if value.is_empty() {
            return Ok(());
        }
        let text = self.annotation(key).map_or_else(|| value.to_owned(), |old| format!("{old},{value}"));
        field_write::set_annotation(&mut self.node, key, &text)
    }

    /// Returns the notes, to be put back after a patch.
    pub(super) fn notes(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        let mut all = self.metadata_map("annotations");
        let legacy = ["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"];
        all.retain(|key, _| key.starts_with(DOMAIN) || legacy.contains(&&**key));
        all
    }

    /// Replaces all annotations.
    pub(super) fn set_annotations(&mut self, annotations: &BTreeMap<Arc<str>, Arc<str>>) -> Result<(), Fault> {
        self.set_metadata_map("annotations", annotations)
    }

    /// Replaces a map in `metadata`; every value becomes a string, and an empty set removes the field.
    pub(super) fn set_metadata_map(&mut self, field: &str, texts: &BTreeMap<Arc<str>, Arc<str>>) -> Result<(), Fault> {
        let metadata = lookup_or_create_map(&mut self.node, "metadata")?;
        metadata.remove(field);
        if texts.is_empty() {
            return Ok(());
        }
        let entries = texts.iter().map(|(key, value)| (Scalar::bare(key), text_node(value))).collect();
        let map = Map { entries, is_flow: false };
        metadata.push(field, Node::Map(map));
        Ok(())
    }

    /// Removes what the build noted, and gives annotations their final form.
    pub(super) fn strip_notes(&mut self) -> Result<(), Fault> {
        let mut annotations = self.metadata_map("annotations");
        annotations.retain(|key, _| !NOTES.contains(&&**key));
        self.set_annotations(&annotations)
    }
}

/// Plain data as a JSON value.
fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => serde_json::Value::Bool(*value),
        Value::Number(text) => serde_json::from_str(text).unwrap_or(serde_json::Value::Null),
        Value::String(text) => serde_json::Value::String(text.to_string()),
        Value::List(items) => serde_json::Value::Array(items.iter().map(json_of).collect()),
        Value::Map(entries) => {
            serde_json::Value::Object(entries.iter().map(|(key, value)| (key.to_string(), json_of(value))).collect())
        }
    }
}
