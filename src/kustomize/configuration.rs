//! Transformer configuration: which fields the transformers write and which fields name other objects.
//!
//! The defaults are data (`tables/`); files named in `configurations` add to them, and what a base adds reaches the
//! kustomizations above it. Merged in kustomize's order, since a spec that comes too late is dropped.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::budget::Budget;
use super::decode::Record;
use super::fault::Fault;
use super::field_spec::{FieldSpec, merge_all, table};
use super::order::default_key;
use super::reference::{self, Reference};
use super::value::Value;

/// The lists of field specs, by the field of the file.
const LISTS: [&str; 10] = [
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "commonAnnotations",
    "varReference",
    "images",
    "replicas",
];

/// Comparisons of two specs that cost what a node costs.
const COMPARISONS: usize = 64;

/// The configuration of one kustomization.
#[derive(Debug, Clone, Default)]
pub(super) struct Configuration {
    /// Field specs by list.
    lists: BTreeMap<&'static str, Vec<FieldSpec>>,
    /// Fields that name other objects.
    pub(super) references: Vec<Reference>,
}

/// The defaults, as every kustomization has them.
static DEFAULTS: LazyLock<Arc<Configuration>> = LazyLock::new(|| {
    let lists = LISTS.iter().map(|name| (*name, table(name))).collect();
    let mut defaults = Configuration { lists, references: reference::table() };
    defaults.sort();
    // Merged into nothing once, as everything is that comes after.
    Arc::new(Configuration::default().merged(&defaults).expect("the tables have no conflicts"))
});

/// Returns the defaults.
pub(super) fn defaults() -> Arc<Configuration> {
    Arc::clone(&DEFAULTS)
}

/// Merges `incoming` into what a kustomization has so far.
pub(super) fn merge(
    known: &mut Option<Arc<Configuration>>,
    incoming: &Arc<Configuration>,
    budget: &Budget<'_>,
) -> Result<(), Fault> {
    match known {
        // The defaults merged into themselves are the defaults.
        Some(known) if Arc::ptr_eq(known, incoming) && Arc::ptr_eq(known, &DEFAULTS) => {}
        None if Arc::ptr_eq(incoming, &DEFAULTS) => *known = Some(Arc::clone(incoming)),
        _ => {
            let merged = known.as_deref().unwrap_or(&Configuration::default()).merged_within(incoming, budget)?;
            *known = Some(Arc::new(merged));
        }
    }
    Ok(())
}

impl Configuration {
    /// Reads a file of `configurations`.
    pub(super) fn read(value: &Value) -> Result<Self, Fault> {
        let mut known = LISTS.to_vec();
        known.push("nameReference");
        let record = Record::new(value, "", &known)?;
        let mut lists = BTreeMap::new();
        for name in LISTS {
            let specs = record.items(name)?.iter().map(|value| FieldSpec::read(value, name));
            lists.insert(name, specs.collect::<Result<Vec<_>, _>>()?);
        }
        let references = record.items("nameReference")?.iter().map(Reference::read).collect::<Result<_, _>>()?;
        let mut read = Self { lists, references };
        read.sort();
        Ok(read)
    }

    /// Returns the field specs of a list.
    pub(super) fn specs(&self, list: &str) -> &[FieldSpec] {
        self.lists.get(list).map_or(&[], Vec::as_slice)
    }

    /// The number of specs.
    fn size(&self) -> usize {
        let references = self.references.iter().map(|reference| reference.referrers.len() + 1);
        self.lists.values().map(Vec::len).chain(references).sum()
    }

    /// Merges as `merged` does, within the bounds of a build: each spec is compared with each.
    pub(super) fn merged_within(&self, incoming: &Self, budget: &Budget<'_>) -> Result<Self, Fault> {
        let specs = self.size().saturating_add(incoming.size());
        budget.take(specs.saturating_mul(specs) / COMPARISONS)?;
        self.merged(incoming)
    }

    /// Returns this configuration with another one merged into it.
    fn merged(&self, incoming: &Self) -> Result<Self, Fault> {
        let mut merged = self.clone();
        for (name, specs) in &incoming.lists {
            merge_all(merged.lists.entry(name).or_default(), specs)?;
        }
        for reference in &incoming.references {
            match merged.references.iter_mut().find(|known| known.target == reference.target) {
                Some(known) => merge_all(&mut known.referrers, &reference.referrers)?,
                None => merged.references.push(reference.clone()),
            }
        }
        merged.sort();
        Ok(merged)
    }

    /// Sorts all lists by kind: the order decides where two kinds share a field.
    fn sort(&mut self) {
        for specs in self.lists.values_mut() {
            specs.sort_by_cached_key(|spec| default_key(&spec.gvk));
        }
        self.references.sort_by_cached_key(|reference| default_key(&reference.target));
    }
}
