//! The simple transformers: namespace, prefix and suffix, labels, annotations, replicas.
//!
//! Called by `accumulate` in kustomize's fixed order. Each takes the collection and plain settings; none reads files.

use std::cell::Cell;
use std::collections::HashMap;

use super::collection::Collection;
use super::fault::Fault;
use super::field_spec::{Create, FieldSpec, defaults, merge_one};
use super::field_write::{Touched, quote_if_odd, set_scalar, wrong_kind};
use super::id::Gvk;
use super::kustomization::Label;
use super::node::{Node, Scalar, Tag};
use super::object::{Object, PREFIXES, SUFFIXES};

/// Gives out the numbers of shared scalars.
#[derive(Debug, Default)]
pub(super) struct Shares(Cell<u32>);

impl Shares {
    /// Returns a new number.
    fn next(&self) -> u32 {
        // Numbers wrap after four thousand million writes, which no build within the limits makes.
        self.0.set(self.0.get().wrapping_add(1).max(1));
        self.0.get()
    }
}

/// Sets the namespace.
pub(super) fn set_namespace(collection: &mut Collection, namespace: &str) -> Result<(), Fault> {
    if namespace.is_empty() {
        return Ok(());
    }
    let specs = defaults("namespace");
    let mut holders: HashMap<_, usize> = HashMap::new();
    for object in &collection.objects {
        *holders.entry(object.id().key()).or_default() += 1;
    }
    for object in collection.objects.iter_mut().filter(|object| !object.node.is_empty()) {
        let before = object.id().key();
        object.store_previous_id()?;
        namespace_of(object, namespace, &specs)?;
        let after = object.id().key();
        if before != after {
            holders.entry(before).and_modify(|count| *count -= 1);
            *holders.entry(after.clone()).or_default() += 1;
        }
        if holders.get(&after) != Some(&1) {
            return Err(Fault::invalid(format!("the namespace gives two objects the id `{}`", object.id())));
        }
    }
    Ok(())
}

/// Sets the namespace of one object.
fn namespace_of(object: &mut Object, namespace: &str, specs: &[FieldSpec]) -> Result<(), Fault> {
    let gvk = object.gvk();
    let mut set = |node: &mut Node| set_scalar(node, namespace, Tag::Str);
    if !gvk.is_cluster_scoped() {
        let path = ["metadata".to_owned(), "namespace".to_owned()];
        super::field_spec::descend(&mut object.node, &path, Create::Scalar(Tag::None), &mut set)?;
    }
    if matches!(&*gvk.kind, "RoleBinding" | "ClusterRoleBinding") {
        default_subjects(&mut object.node, namespace)?;
    }
    let is_core = object.api_version() == "v1";
    for spec in specs.iter().filter(|spec| is_core || *spec.path != ["metadata", "name"]) {
        spec.apply(&gvk, &mut object.node, Create::Scalar(Tag::Str), &mut set)?;
    }
    Ok(())
}

/// Sets the namespace of the subjects named `default`.
fn default_subjects(node: &mut Node, namespace: &str) -> Result<(), Fault> {
    let Some(subjects) = node.as_map_mut().and_then(|map| map.get_mut("subjects")) else { return Ok(()) };
    if subjects.is_null() {
        return Ok(());
    }
    let Node::List(list) = subjects else { return Err(wrong_kind("a sequence", subjects)) };
    for subject in list.items.iter_mut().filter(|subject| !subject.is_null()) {
        let Node::Map(map) = subject else { return Err(wrong_kind("a mapping", subject)) };
        match map.get("name") {
            None => continue,
            Some(Node::Scalar(name)) if &*name.value != "default" || name.tag == Tag::Null => continue,
            Some(Node::Scalar(_)) => {}
            Some(other) => return Err(wrong_kind("a scalar", other)),
        }
        if map.get("namespace").is_none() {
            map.push("namespace", Node::Scalar(Scalar::bare("")));
        }
        let field = map.get_mut("namespace").ok_or_else(|| Fault::invalid("no field `namespace`"))?;
        set_scalar(field, namespace, Tag::Str)?;
    }
    Ok(())
}

/// Which end of a name an affix goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affix {
    /// In front.
    Prefix,
    /// Behind.
    Suffix,
}

/// Adds a name prefix or suffix.
pub(super) fn add_affix(collection: &mut Collection, affix: Affix, text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Ok(());
    }
    let (table, note) = match affix {
        Affix::Prefix => ("namePrefix", PREFIXES),
        Affix::Suffix => ("nameSuffix", SUFFIXES),
    };
    let specs = defaults(table);
    for object in &mut collection.objects {
        let original = object.original_id()?.gvk;
        let is_service = &*original.group == "apiregistration.k8s.io" && &*original.kind == "APIService";
        if is_service || matches!(&*original.kind, "CustomResourceDefinition" | "Namespace") {
            continue;
        }
        for spec in specs.iter().filter(|spec| original.is_selected(&spec.gvk)) {
            object.append_note(note, text)?;
            object.store_previous_id()?;
            let gvk = object.gvk();
            spec.apply(&gvk, &mut object.node, Create::Scalar(Tag::Str), &mut |node| {
                let name = match affix {
                    Affix::Prefix => format!("{text}{}", node.text()),
                    Affix::Suffix => format!("{}{text}", node.text()),
                };
                set_scalar(node, &name, Tag::None)
            })?;
        }
    }
    Ok(())
}

/// Adds an entry of `labels`.
pub(super) fn add_labels(collection: &mut Collection, label: &Label, shares: &Shares) -> Result<(), Fault> {
    let mut specs = label.fields.clone();
    if label.include_selectors {
        for spec in defaults("commonLabels") {
            merge_one(&mut specs, spec)?;
        }
    } else {
        if label.include_templates {
            for spec in defaults("templateLabels") {
                merge_one(&mut specs, spec)?;
            }
        }
        let path = super::field_spec::split_path("metadata/labels");
        merge_one(&mut specs, FieldSpec { gvk: Gvk::default(), path, create: true })?;
    }
    add_entries(collection, &label.pairs, &specs, shares)
}

/// Adds `commonLabels`.
pub(super) fn add_common_labels(
    collection: &mut Collection,
    pairs: &[(String, String)],
    shares: &Shares,
) -> Result<(), Fault> {
    add_entries(collection, pairs, &defaults("commonLabels"), shares)
}

/// Adds `commonAnnotations`.
pub(super) fn add_annotations(
    collection: &mut Collection,
    pairs: &[(String, String)],
    shares: &Shares,
) -> Result<(), Fault> {
    add_entries(collection, pairs, &defaults("commonAnnotations"), shares)
}

/// Adds entries to the maps at the given fields.
fn add_entries(
    collection: &mut Collection,
    pairs: &[(String, String)],
    specs: &[FieldSpec],
    shares: &Shares,
) -> Result<(), Fault> {
    for object in &mut collection.objects {
        for (key, value) in pairs {
            let gvk = object.gvk();
            // One node serves all fields of an object: a later write to one of them is a write to all.
            let entry = Scalar { share: shares.next(), ..Scalar::string(value) };
            let mut touched = Touched::default();
            for spec in specs {
                let mut set = |node: &mut Node| set_entry(node, key, &entry, &mut touched);
                spec.apply(&gvk, &mut object.node, Create::Map, &mut set)?;
            }
            touched.settle(&mut object.node);
        }
    }
    Ok(())
}

/// Sets one entry of a map.
fn set_entry(node: &mut Node, key: &str, entry: &Scalar, touched: &mut Touched) -> Result<(), Fault> {
    if node.is_null() {
        return Ok(());
    }
    let Node::Map(map) = node else { return Err(wrong_kind("a mapping", node)) };
    if let Some(field) = map.get_mut(key) {
        touched.overwrite(field, Node::Scalar(entry.clone()));
    } else {
        let mut node = Node::Scalar(entry.clone());
        quote_if_odd(&mut node);
        map.push(key, node);
    }
    Ok(())
}

/// Sets a replica count.
pub(super) fn set_replicas(collection: &mut Collection, name: &str, count: i64) -> Result<(), Fault> {
    let mut is_found = false;
    let count = count.to_string();
    for spec in defaults("replicas") {
        for at in collection.matching_any_id(|id| &*id.name == name && id.gvk.is_selected(&spec.gvk))? {
            is_found = true;
            let object = &mut collection.objects[at];
            let gvk = object.gvk();
            let mut set = |node: &mut Node| set_scalar(node, &count, Tag::Int);
            spec.apply(&gvk, &mut object.node, Create::Scalar(Tag::Int), &mut set)?;
        }
    }
    if is_found { Ok(()) } else { Err(Fault::invalid(format!("no object named `{name}` has replicas"))) }
}
