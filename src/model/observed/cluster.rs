//! A `PerconaXtraDBCluster` as the API server has it.

use serde_json::Value;

use super::{Meta, text, texts};
use crate::failure::Failure;
use crate::model::backup::Backup;

/// A cluster, live.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterState {
    /// Its metadata.
    pub meta: Meta,
    /// `status.state`: `ready`, `error`, `initializing`, `paused`, `stopping`; empty until the operator took it up.
    pub state: String,
    /// `status.message`, a list: written when the state enters `error`, so they may be stale (operator.md 12.26).
    pub messages: Vec<String>,
    /// `status.observedGeneration`, which only a clean loop moves; 0: never.
    pub observed_generation: i64,
    /// `spec.pause`.
    pub is_paused: bool,
    /// `spec.crVersion`, empty where unset.
    pub cr_version: String,
    /// `spec.unsafeFlags.backupIfUnhealthy`.
    pub backs_up_unhealthy: bool,
    /// The object as it is.
    pub value: Value,
}

impl ClusterState {
    /// Reads a cluster.
    pub fn read(object: &Value) -> Self {
        let (spec, status) = (&object["spec"], &object["status"]);
        Self {
            meta: Meta::read(object),
            state: text(&status["state"]),
            messages: texts(&status["message"]),
            observed_generation: status["observedGeneration"].as_i64().unwrap_or_default(),
            is_paused: spec["pause"] == true,
            cr_version: text(&spec["crVersion"]),
            backs_up_unhealthy: spec["unsafeFlags"]["backupIfUnhealthy"] == true,
            value: object.clone(),
        }
    }

    /// Reads the backup block.
    ///
    /// # Errors
    /// As [`Backup::read`].
    pub fn backup(&self) -> Result<Backup, Failure> {
        Backup::read(&self.value["spec"]["backup"])
    }

    /// Returns whether the operator went through the object as it is now without an error (operator.md 12.26).
    pub fn is_observed(&self) -> bool {
        self.meta.generation > 0 && self.observed_generation == self.meta.generation
    }

    /// Returns whether the operator calls it ready.
    pub fn is_ready(&self) -> bool {
        self.state == "ready"
    }
}
