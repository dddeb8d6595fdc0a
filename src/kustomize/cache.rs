//! Parsed files, shared by the builds of one run: a fleet's common bases are parsed once.
//!
//! Keyed by git blob id, so an entry never grows old. Files without an id are not kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::fault::Fault;
use super::limits::Limits;
use super::load::Loaded;
use super::plain_data;
use super::read::{self, Trees};
use super::value::Value;

/// A table of parsed blobs.
type Table<T> = Mutex<HashMap<[u8; 20], Result<Arc<T>, Fault>>>;

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
    pub(super) fn trees(&self, loaded: &Loaded, limits: &Limits) -> Result<Arc<Trees>, Fault> {
        fetch(&self.trees, loaded, || read::trees(&loaded.bytes, limits))
    }

    /// Returns the data of a kustomization file.
    pub(super) fn data(&self, loaded: &Loaded, limits: &Limits) -> Result<Arc<Value>, Fault> {
        fetch(&self.data, loaded, || plain_data::read_bytes(&loaded.bytes, limits))
    }
}

/// Returns what a table has for a file, parsed first if it is not there.
fn fetch<T>(table: &Table<T>, loaded: &Loaded, parse: impl FnOnce() -> Result<T, Fault>) -> Result<Arc<T>, Fault> {
    let Some(id) = loaded.id else { return parse().map(Arc::new) };
    // A panic elsewhere leaves the table as it was: entries are written whole.
    if let Some(known) = table.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return known.clone();
    }
    let parsed = parse().map(Arc::new);
    table.lock().unwrap_or_else(PoisonError::into_inner).insert(id, parsed.clone());
    parsed
}
