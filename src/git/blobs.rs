//! Small blobs that were read, kept for the run: a survey, a build and a second revision ask for the same ones.
//! Must never grow beyond its bounds, and never hold anything under another id than its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::Oid;

/// The largest blob that is kept.
const LARGEST: usize = 128 * 1024;
/// How many bytes are kept in all.
const TOTAL: usize = 8 * 1024 * 1024;

/// What is kept, shared by all who read the same repository.
#[derive(Debug, Clone, Default)]
pub(super) struct Blobs(Arc<Mutex<Kept>>);

/// Blobs and how many bytes they are.
#[derive(Debug, Default)]
struct Kept {
    /// By id.
    blobs: HashMap<Oid, Arc<[u8]>>,
    /// Their bytes.
    total: usize,
}

impl Blobs {
    /// Returns a blob that is kept.
    pub(super) fn get(&self, id: Oid) -> Option<Arc<[u8]>> {
        self.kept().blobs.get(&id).cloned()
    }

    /// Keeps a blob, where there is room.
    pub(super) fn keep(&self, id: Oid, bytes: &Arc<[u8]>) {
        let mut kept = self.kept();
        if bytes.len() <= LARGEST && kept.total + bytes.len() <= TOTAL {
            let is_new = kept.blobs.insert(id, Arc::clone(bytes)).is_none();
            kept.total += if is_new { bytes.len() } else { 0 };
        }
    }

    /// Returns what is kept; a panic elsewhere leaves it as it was.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
