//! A claim of a volume as the API server has it.

use serde_json::Value;

use super::{Meta, text};

/// A `PersistentVolumeClaim`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimState {
    /// Its metadata.
    pub meta: Meta,
    /// `status.phase`: `Pending`, `Bound`, `Lost`.
    pub phase: String,
    /// `spec.storageClassName`, empty where it is the default one.
    pub storage_class: String,
}

impl ClaimState {
    /// Reads a claim.
    pub fn read(object: &Value) -> Self {
        Self {
            meta: Meta::read(object),
            phase: text(&object["status"]["phase"]),
            storage_class: text(&object["spec"]["storageClassName"]),
        }
    }
}
