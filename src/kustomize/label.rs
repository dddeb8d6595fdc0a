//! Labels and annotations: `labels`, `commonLabels`, `commonAnnotations`.
//!
//! Called by `accumulate`. One node serves all fields of an object that get the same entry, as in kustomize.

use std::cell::Cell;

use super::collection::Collection;
use super::configuration::Configuration;
use super::decode::Record;
use super::fault::Fault;
use super::field_spec::{Create, FieldSpec, merge_all, merge_one, split_path};
use super::field_write::{Touched, quote_if_odd, wrong_kind};
use super::id::Gvk;
use super::node::{Node, Scalar};
use super::value::Value;

/// An entry of `labels`.
#[derive(Debug, Clone)]
pub(super) struct Label {
    /// The labels, sorted.
    pub(super) pairs: Vec<(String, String)>,
    /// Whether selectors get them too.
    pub(super) include_selectors: bool,
    /// Whether pod templates get them too.
    pub(super) include_templates: bool,
    /// Fields of its own.
    pub(super) fields: Vec<FieldSpec>,
}

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

/// Adds an entry of `labels`.
pub(super) fn add_labels(
    collection: &mut Collection,
    label: &Label,
    configuration: &Configuration,
    shares: &Shares,
) -> Result<(), Fault> {
    let mut specs = label.fields.clone();
    merge_all(&mut specs, configuration.specs("labels"))?;
    if label.include_selectors {
        merge_all(&mut specs, configuration.specs("commonLabels"))?;
    } else {
        if label.include_templates {
            merge_all(&mut specs, configuration.specs("templateLabels"))?;
        }
        let path = split_path("metadata/labels");
        merge_one(&mut specs, FieldSpec { gvk: Gvk::default(), path, create: true })?;
    }
    add_entries(collection, &label.pairs, &specs, shares)
}

/// Adds entries to the maps at the given fields.
pub(super) fn add_entries(
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
                let is_metadata = spec.path.first().is_some_and(|part| part == "metadata");
                let mut set = |node: &mut Node| {
                    if node.is_null() && is_metadata {
                        // kustomize hides the entry in the null, where later writes to metadata find it.
                        return Err(Fault::unsupported("an entry added to a field of `metadata` that is null"));
                    }
                    set_entry(node, key, &entry, &mut touched)
                };
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

/// Reads an entry of `labels`.
pub(super) fn read(value: &Value) -> Result<Label, Fault> {
    let record = Record::new(value, "labels", &["pairs", "includeSelectors", "includeTemplates", "fields"])?;
    Ok(Label {
        pairs: record.text_map("pairs")?,
        include_selectors: record.flag("includeSelectors")?,
        include_templates: record.flag("includeTemplates")?,
        fields: record
            .items("fields")?
            .iter()
            .map(|value| FieldSpec::read(value, "labels.fields"))
            .collect::<Result<_, _>>()?,
    })
}
