//! `ConfigMap` and `Secret` generators: their settings, the objects they make, and what happens to an object that is there.
//!
//! Called by `accumulate` between resources and components. Values may be secret: no message here holds one.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;

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

/// What happens where an object of the name is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behavior {
    /// It is an error.
    Create,
    /// It is replaced, its metadata stays.
    Replace,
    /// The data is merged into it.
    Merge,
}

impl Behavior {
    /// Returns the word of a kustomization for it.
    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
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
            .and_then(|object| self.absorb((collection, names), object, budget));
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

    /// Takes the object into the collection, as its behaviour says.
    fn absorb(
        &self,
        (collection, names): (&mut Collection, &mut Names),
        mut object: Object,
        budget: &Budget<'_>,
    ) -> Result<(), Fault> {
        let id = object.id();
        let found = collection.with_any_id(&id, names)?;
        match (found.as_slice(), self.behavior) {
            ([], Behavior::Create) => collection.append(vec![object], budget.limits.objects, names),
            ([], _) => Err(Fault::invalid(format!("`{id}` is not there, so nothing can be merged or replaced"))),
            ([_], Behavior::Create) => {
                Err(Fault::invalid(format!("`{id}` is there: `behavior` must be merge or replace")))
            }
            ([at], behavior) => {
                let old = &mut collection.objects[*at];
                take_metadata(&mut object, old)?;
                if behavior == Behavior::Merge {
                    merge_data(&mut object, old, "data");
                    merge_data(&mut object, old, "binaryData");
                }
                if !object.id().equals(&old.id()) {
                    return Err(Fault::invalid(format!("`{id}` has become another kind")));
                }
                object.variables = std::mem::take(&mut old.variables);
                *old = object;
                Ok(())
            }
            _ => Err(Fault::invalid(format!("several objects may be meant by `{id}`"))),
        }
    }
}

/// Gives an object the metadata of the one it takes the place of; its own labels and annotations win, the notes do not.
fn take_metadata(object: &mut Object, old: &Object) -> Result<(), Fault> {
    let mut labels = old.metadata_map("labels");
    labels.extend(object.metadata_map("labels"));
    object.set_metadata_map("labels", &labels)?;
    let (theirs, own) = (old.metadata_map("annotations"), object.metadata_map("annotations"));
    let mut merged = theirs.clone();
    merged.extend(own.clone());
    merged.retain(|key, value| {
        if !Object::is_build_note(key) {
            return true;
        }
        if let Some(note) = theirs.get(key) {
            value.clone_from(note);
        }
        theirs.contains_key(key) && (&**key != NEEDS_HASH || own.contains_key(key))
    });
    object.set_annotations(&merged)?;
    let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
    object.set_name(&name)?;
    object.set_namespace(&namespace)
}

/// Merges a map of texts of the old object under that of the new one.
fn merge_data(object: &mut Object, old: &Object, field: &str) {
    let texts = |object: &Object| -> BTreeMap<Arc<str>, Arc<str>> {
        let map = object.node.get(field).and_then(Node::as_map);
        let entry = |(key, value): &(Scalar, Node)| {
            (Arc::clone(&key.value), Arc::from(if value.is_null() { "" } else { value.text() }))
        };
        map.map(|map| map.entries.iter().map(entry).collect()).unwrap_or_default()
    };
    let mut merged = texts(old);
    merged.extend(texts(object));
    let Some(map) = object.node.as_map_mut() else { return };
    map.remove(field);
    if !merged.is_empty() {
        let entries = merged.iter().map(|(key, value)| (Scalar::bare(key), text_node(value))).collect();
        map.push(field, Node::Map(Map { entries, is_flow: false }));
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
