//! `ConfigMap` and `Secret` generators: their settings and the objects they make.
//!
//! Called by `accumulate` between resources and components. Values may be secret: no message here holds one.

use std::collections::BTreeMap;

use base64::Engine as _;

use super::absorb::{Behavior, absorb};
use super::budget::{Budget, weight};
use super::collection::{Collection, Names};
use super::decode::Record;
use super::fault::{BuildError, Fault};
use super::field_write::{lookup_or_create_map, set_annotation, text_node};
use super::key_value::{self, Sources};
use super::load::Loader;
use super::node::{Map, Node, Scalar, Style, Tag};
use super::object::{BEHAVIOR, ENABLED, NEEDS_HASH, Object};
use super::value::Value;

/// Letters of base64 in one line.
const LINE: usize = 70;

/// What a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A `ConfigMap`.
    ConfigMap,
    /// A `Secret`.
    Secret,
}

/// Options of generators.
#[derive(Debug, Clone, Default)]
pub(super) struct GeneratorOptions {
    /// Labels.
    labels: BTreeMap<String, String>,
    /// Annotations.
    annotations: BTreeMap<String, String>,
    /// Whether names go without hash suffix.
    disable_hash: bool,
    /// Whether objects are immutable.
    immutable: bool,
}

/// One generator.
#[derive(Debug, Clone)]
pub(super) struct Generator {
    /// What it makes.
    kind: Kind,
    /// The name.
    name: String,
    /// The namespace, "" for none.
    namespace: String,
    /// The type of a Secret.
    secret_type: String,
    /// What happens to an object that is there.
    behavior: Behavior,
    /// The data.
    sources: Sources,
    /// The options, those of the kustomization included.
    options: GeneratorOptions,
}

impl GeneratorOptions {
    /// Reads options.
    pub(super) fn read(value: &Value, place: &str) -> Result<Self, Fault> {
        let record = Record::new(value, place, &["labels", "annotations", "disableNameSuffixHash", "immutable"])?;
        Ok(Self {
            labels: record.text_map("labels")?.into_iter().collect(),
            annotations: record.text_map("annotations")?.into_iter().collect(),
            disable_hash: record.flag("disableNameSuffixHash")?,
            immutable: record.flag("immutable")?,
        })
    }

    /// Adds the options of the kustomization: its texts give way, its switches win.
    fn with(mut self, shared: &Self) -> Self {
        for (own, all) in [(&mut self.labels, &shared.labels), (&mut self.annotations, &shared.annotations)] {
            for (key, value) in all {
                own.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        self.disable_hash |= shared.disable_hash;
        self.immutable |= shared.immutable;
        self
    }
}

impl Generator {
    /// Reads an entry of `configMapGenerator` or `secretGenerator`.
    pub(super) fn read(kind: Kind, value: &Value, shared: &GeneratorOptions) -> Result<Self, Fault> {
        let place = if kind == Kind::Secret { "secretGenerator" } else { "configMapGenerator" };
        let mut known = vec!["name", "namespace", "behavior", "options"];
        known.extend(key_value::FIELDS);
        known.extend(Some("type").filter(|_| kind == Kind::Secret));
        let record = Record::new(value, place, &known)?;
        let options = record.get("options").map(|value| GeneratorOptions::read(value, "options")).transpose()?;
        Ok(Self {
            kind,
            name: record.text("name")?,
            namespace: record.text("namespace")?,
            secret_type: if kind == Kind::Secret { record.text("type")? } else { String::new() },
            behavior: match record.text("behavior")?.as_str() {
                "replace" => Behavior::Replace,
                "merge" => Behavior::Merge,
                _ => Behavior::Create,
            },
            sources: Sources::read(&record)?,
            options: options.unwrap_or_default().with(shared),
        })
    }

    /// Returns the generator with the name and namespace of the object it was written as, where it has none.
    pub(super) fn or_named(mut self, name: &str, namespace: &str) -> Self {
        for (own, other) in [(&mut self.name, name), (&mut self.namespace, namespace)] {
            if own.is_empty() {
                other.clone_into(own);
            }
        }
        self
    }

    /// Makes the object and takes it into the collection.
    pub(super) fn run(
        &self,
        (collection, names): (&mut Collection, &mut Names),
        loader: &Loader<'_>,
        (root, file): (&str, &str),
        budget: &Budget<'_>,
    ) -> Result<(), BuildError> {
        if self.name.is_empty() {
            return Err(Fault::invalid("a generator has no `name`").at(file));
        }
        let mut pairs = self.sources.pairs(loader, root, file)?;
        pairs.sort();
        let made = budget
            .take(pairs.iter().map(|(key, value)| 2 + weight(key) + value.len() / 64).sum())
            .and_then(|()| self.object(&pairs, file))
            .and_then(|object| absorb(self.behavior, (collection, names), object, budget));
        made.map_err(|fault| fault.at(file))
    }

    /// The object, with the notes that kustomize keeps in its annotations.
    fn object(&self, pairs: &[key_value::Pair], file: &str) -> Result<Object, Fault> {
        let mut map = Map::default();
        for (key, text) in
            [("apiVersion", "v1"), ("kind", if self.kind == Kind::Secret { "Secret" } else { "ConfigMap" })]
        {
            map.push(key, Node::Scalar(Scalar::string(text)));
        }
        let mut node = Node::Map(map);
        let metadata = lookup_or_create_map(&mut node, "metadata")?;
        metadata.push("name", text_node(&self.name));
        if !self.namespace.is_empty() {
            metadata.push("namespace", text_node(&self.namespace));
        }
        self.put_data(&mut node, pairs)?;
        for (key, value) in &self.options.labels {
            let metadata = lookup_or_create_map(&mut node, "metadata")?;
            if metadata.get("labels").is_none() {
                metadata.push("labels", Node::empty_map());
            }
            let labels =
                metadata.get_mut("labels").and_then(Node::as_map_mut).ok_or_else(|| Fault::invalid("no labels"))?;
            labels.push(key, Node::Scalar(Scalar { style: Style::Quoted, ..Scalar::string(value) }));
        }
        for (key, value) in &self.options.annotations {
            set_annotation(&mut node, key, value)?;
        }
        if self.options.immutable
            && let Node::Map(map) = &mut node
        {
            map.push("immutable", Node::Scalar(Scalar { tag: Tag::Bool, ..Scalar::bare("true") }));
        }
        let mut object = Object::new(node, file.to_owned());
        let mut annotations = object.metadata_map("annotations");
        if !self.options.disable_hash {
            annotations.insert(NEEDS_HASH.into(), ENABLED.into());
        }
        annotations.insert(BEHAVIOR.into(), self.behavior.word().into());
        object.set_annotations(&annotations)?;
        Ok(object)
    }

    /// Writes the data of a new object.
    fn put_data(&self, node: &mut Node, pairs: &[key_value::Pair]) -> Result<(), Fault> {
        if self.kind == Kind::Secret {
            let text = if self.secret_type.is_empty() { "Opaque" } else { &self.secret_type };
            if let Node::Map(map) = node {
                map.push("type", text_node(text));
            }
            lookup_or_create_map(node, "data")?;
        }
        for (key, value) in pairs {
            let (field, text) = match std::str::from_utf8(value) {
                Ok(text) if self.kind == Kind::ConfigMap => ("data", text.to_owned()),
                Err(_) if self.kind == Kind::ConfigMap => ("binaryData", base64_lines(value)),
                _ => ("data", base64_lines(value)),
            };
            lookup_or_create_map(node, field)?.push(key, text_node(&text));
        }
        Ok(())
    }
}

/// Base64 in lines, as kustomize breaks it.
fn base64_lines(bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    if text.len() < LINE {
        return text;
    }
    let mut out = String::with_capacity(text.len() + text.len() / LINE + 1);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, left) = rest.split_at(rest.len().min(LINE));
        out.push_str(line);
        out.push('\n');
        rest = left;
    }
    out
}
