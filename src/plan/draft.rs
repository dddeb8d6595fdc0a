//! A backup block while an action changes it, with what `incident.yaml` has to remember of the change.

use serde_json::Value;

use crate::model::incident::{MovedSchedule, To};

/// A backup block being changed.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The block.
    pub block: Value,
    /// Where backups go.
    pub to: To,
    /// The schedules that moved.
    pub moved: Vec<MovedSchedule>,
}
