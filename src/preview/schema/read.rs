//! JSON schemas → places: an OpenAPI v3 document as an API server serves it, or the schema of a custom resource definition.
//! Must resolve what the servers write (`$ref`, and `allOf` round one) and nothing more; what it cannot read is anything.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::object::ObjectId;

use super::shape::{Form, ListMerge, MapMerge, Node, Patch, Shape};

/// Where the definitions of a document stand.
const DEFINITIONS: &str = "#/components/schemas/";
/// The definition of amounts.
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
/// How the pattern of an amount starts in a custom resource definition; generators write the whole of it always alike.
const QUANTITY_PATTERN: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))";

/// Returns the root of an object's kind in a document.
pub(super) fn of_document(document: &Value, id: &ObjectId) -> Option<Node> {
    let definitions = document.pointer("/components/schemas")?.as_object()?;
    let is_kind = |one: &Value| one["kind"] == id.kind && one["group"] == id.group && one["version"] == id.version;
    let is_root = |schema: &&Value| {
        schema["x-kubernetes-group-version-kind"].as_array().is_some_and(|kinds| kinds.iter().any(is_kind))
    };
    let (name, schema) = definitions.iter().find(|(_, schema)| is_root(schema))?;
    let mut reader = Reader { definitions: Some(definitions), known: HashMap::new(), open: Vec::new() };
    let writer = if is_compiled(name) { Writer::Compiled } else { Writer::Custom };
    Some(as_object(reader.place(schema, writer)))
}

/// Returns the root of a custom resource definition's schema, with the metadata that every object has.
pub(super) fn of_crd(schema: &Value, metadata: Node) -> Node {
    let mut reader = Reader { definitions: None, known: HashMap::new(), open: Vec::new() };
    let mut root = reader.place(schema, Writer::Custom);
    let mut shape = (*root.shape).clone();
    for name in ["apiVersion", "kind"] {
        shape.fields.entry(name.to_owned()).or_insert_with(|| Node::of(Arc::new(Shape::of(Form::Text))));
    }
    shape.fields.insert("metadata".to_owned(), metadata);
    root.shape = Arc::new(shape);
    as_object(root)
}

/// Returns the root with what holds for every whole object.
fn as_object(mut root: Node) -> Node {
    let mut shape = (*root.shape).clone();
    shape.embeds = true;
    root.shape = Arc::new(shape);
    root
}

/// Returns whether a definition is one of Go's own types, compiled into the API server.
fn is_compiled(name: &str) -> bool {
    name.starts_with("io.k8s.api.") || (name.starts_with("io.k8s.") && name.contains(".pkg."))
}

/// Who wrote a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// The author of a custom resource definition: every default is filled in.
    Custom,
    /// The generator for Go's types: a default that is the zero value says only that the field is always written.
    Compiled,
}

/// Reads schemas.
struct Reader<'a> {
    /// The definitions that a `$ref` names.
    definitions: Option<&'a Map<String, Value>>,
    /// Those already read.
    known: HashMap<&'a str, Node>,
    /// Those being read: a definition inside itself is anything.
    open: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    /// Returns the place that a schema describes.
    fn place(&mut self, schema: &'a Value, writer: Writer) -> Node {
        let mut node = match reference(schema) {
            Some(name) => self.definition(name),
            None => Node::of(Arc::new(self.shape(schema, writer))),
        };
        if schema["x-kubernetes-map-type"] == "atomic" && node.shape.map == MapMerge::Granular {
            let mut shape = (*node.shape).clone();
            shape.map = MapMerge::Atomic;
            node.shape = Arc::new(shape);
        }
        let says_nothing = |value: &&Value| writer == Writer::Compiled && is_zero(value);
        node.default = schema.get("default").filter(|value| !says_nothing(value)).cloned();
        node.nullable |= schema["nullable"] == true;
        if node.shape.form == Form::List {
            node.list = list_merge(schema);
        }
        node.patch = patch(schema);
        node
    }

    /// Returns the place that a definition describes.
    fn definition(&mut self, name: &'a str) -> Node {
        if let Some(node) = self.known.get(name) {
            return node.clone();
        }
        let schema = self.definitions.and_then(|definitions| definitions.get(name));
        let Some(schema) = schema.filter(|_| !self.open.contains(&name)) else { return Node::anything() };
        self.open.push(name);
        let mut node = self.place(schema, Writer::Compiled);
        self.open.pop();
        let is_bare = node.shape.form == Form::Object && node.shape.fields.is_empty() && node.shape.inner.is_none();
        if name == QUANTITY {
            node = Node::of(Arc::new(Shape::of(Form::Quantity)));
        } else if is_bare {
            // `RawExtension`, `FieldsV1`: a Go type without fields writes its own JSON.
            node = Node::anything();
        }
        self.known.insert(name, node.clone());
        node
    }

    /// Returns the type that a schema describes by itself.
    fn shape(&mut self, schema: &'a Value, writer: Writer) -> Shape {
        let mut shape = Shape::of(form(schema));
        shape.preserves |= schema["x-kubernetes-preserve-unknown-fields"] == true;
        shape.embeds = schema["x-kubernetes-embedded-resource"] == true;
        let required =
            |name: &String| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let mut node = self.place(field, writer);
            node.required = required(name);
            shape.fields.insert(name.clone(), node);
        }
        shape.inner = match (&schema["additionalProperties"], schema.get("items")) {
            (values @ Value::Object(_), None) => Some(self.place(values, writer)),
            (Value::Bool(true), None) => Some(Node::anything()),
            (_, items) => items.map(|items| self.place(items, writer)),
        };
        shape
    }
}

/// Returns the definition that a schema names.
fn reference(schema: &Value) -> Option<&str> {
    let wrapped = || schema["allOf"].as_array().filter(|all| all.len() == 1).and_then(|all| all[0].get("$ref"));
    schema.get("$ref").or_else(wrapped)?.as_str()?.strip_prefix(DEFINITIONS)
}

/// Returns what values a schema allows.
fn form(schema: &Value) -> Form {
    let has_parts = |word: &str| schema.get(word).is_some();
    if schema["x-kubernetes-int-or-string"] == true || schema["format"] == "int-or-string" {
        let is_amount = schema["pattern"].as_str().is_some_and(|pattern| pattern.starts_with(QUANTITY_PATTERN));
        return if is_amount { Form::Quantity } else { Form::IntOrText };
    }
    match schema["type"].as_str() {
        Some("string") => Form::Text,
        Some("integer") => Form::Integer,
        Some("number") => Form::Number,
        Some("boolean") => Form::Flag,
        Some("array") => Form::List,
        Some("object") => Form::Object,
        _ if has_parts("properties") || has_parts("additionalProperties") => Form::Object,
        _ if has_parts("items") => Form::List,
        _ => Form::Any,
    }
}

/// Returns how a list merges.
fn list_merge(schema: &Value) -> ListMerge {
    let keys = schema["x-kubernetes-list-map-keys"].as_array();
    let keys = || keys.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    match schema["x-kubernetes-list-type"].as_str() {
        Some("map") => ListMerge::Map(keys()),
        Some("set") => ListMerge::Set,
        _ => ListMerge::Atomic,
    }
}

/// Returns what a strategic merge patch does.
fn patch(schema: &Value) -> Patch {
    let strategies = schema["x-kubernetes-patch-strategy"].as_str().unwrap_or_default();
    let has = |word: &str| strategies.split(',').any(|strategy| strategy == word);
    let key = schema["x-kubernetes-patch-merge-key"].as_str().filter(|_| has("merge")).map(str::to_owned);
    Patch { merges: has("merge"), key, retains_keys: has("retainKeys") }
}

/// Returns whether a value is what Go writes for a field nobody set.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}
