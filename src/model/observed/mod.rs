//! What the API server showed of a cluster and of all that its backups need, as types: read once from the values of
//! `model::live`, so that diagnosis, risk clock and verdict speak of the same facts. Must never fill in what was not
//! there: what is absent or of another shape is `None` or empty.

mod backup;
mod claim;
mod cluster;
mod workload;

pub use backup::{BackupObject, BackupState, CHANGE_LABEL, INCIDENT_LABEL, MadeFor, Origin};
pub use claim::ClaimState;
pub use cluster::ClusterState;
pub use workload::{ContainerState, EventLine, JobState, LeaseState, PodState};

use jiff::Timestamp;
use serde_json::Value;

/// What every object says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// `metadata.namespace`, empty where it has none.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.uid`.
    pub uid: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Since when it is being deleted.
    pub deleted: Option<Timestamp>,
    /// What has to be done before it goes.
    pub finalizers: Vec<String>,
    /// `metadata.generation`; 0 where it has none.
    pub generation: i64,
}

impl Meta {
    /// Reads the metadata of an object.
    pub fn read(object: &Value) -> Self {
        let meta = &object["metadata"];
        Self {
            namespace: text(&meta["namespace"]),
            name: text(&meta["name"]),
            uid: text(&meta["uid"]),
            created: time(&meta["creationTimestamp"]),
            deleted: time(&meta["deletionTimestamp"]),
            finalizers: texts(&meta["finalizers"]),
            generation: meta["generation"].as_i64().unwrap_or_default(),
        }
    }
}

/// Returns a text; empty where there is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Returns a list of texts.
fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns a time as Kubernetes writes it (RFC 3339).
fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// Returns a count; 0 where there is none.
fn count(value: &Value) -> u32 {
    value.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
}
