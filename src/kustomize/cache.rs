//! Parsed files, shared by the builds of one run: a fleet's common bases are parsed once.
//!
//! Keyed by git blob id, so an entry never grows old. Files without an id are not kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::budget::Budget;
use super::fault::Fault;
use super::load::Loaded;
use super::plain_data;
use super::read::{self, Trees};
use super::value::Value;

/// A parsed blob, or why it does not parse, and the nodes it cost.
type Parsed<T> = (Result<Arc<T>, Fault>, usize);
/// A table of parsed blobs.
type Table<T> = Mutex<HashMap<[u8; 20], Parsed<T>>>;

/// The shared cache of parsed blobs.
#[derive(Debug, Default)]
pub struct Cache {
    /// Files read as objects.
    trees: Table<Trees>,
    /// Files read as kustomizations.
    data: Table<Value>,
}

impl Cache {
    /// Returns an empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the objects of a file.
    pub(super) fn trees(&self, loaded: &Loaded, budget: &Budget<'_>) -> Result<Arc<Trees>, Fault> {
        fetch(&self.trees, loaded, budget, read::trees)
    }

    /// Returns the data of a kustomization file.
    pub(super) fn data(&self, loaded: &Loaded, budget: &Budget<'_>) -> Result<Arc<Value>, Fault> {
        fetch(&self.data, loaded, budget, plain_data::read_bytes)
    }
}

/// Returns what a table has for a file, parsed first if it is not there. What is known costs what parsing it cost, so that
/// a build meets its limit at the same place whatever was built before.
fn fetch<T>(
    table: &Table<T>,
    loaded: &Loaded,
    budget: &Budget<'_>,
    parse: fn(&[u8], &Budget<'_>) -> Result<T, Fault>,
) -> Result<Arc<T>, Fault> {
    let Some(id) = loaded.id else { return parse(&loaded.bytes, budget).map(Arc::new) };
    // A panic elsewhere leaves the table as it was: entries are written whole.
    let known = table.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    if let Some((known, cost)) = known {
        budget.take(cost)?;
        return known;
    }
    let before = budget.used();
    let parsed = parse(&loaded.bytes, budget).map(Arc::new);
    // A limit is met by a build, not by a file: another build may have room for it.
    if !matches!(parsed, Err(Fault::Limit(_))) {
        let cost = budget.used() - before;
        table.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (parsed.clone(), cost));
    }
    parsed
}
