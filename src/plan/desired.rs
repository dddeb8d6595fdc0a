//! The state a stage wants: the backup block after it, what `incident.yaml` says of it, and the changes between. Made by
//! `protect` or `resume`; every guard reads it.

use serde_json::Value;

use super::affected::Affected;
use super::changes::Change;
use crate::model::backup::Backup;
use crate::model::finding::Finding;
use crate::model::incident::Incident;

/// What a stage wants of one cluster.
#[derive(Debug, Clone)]
pub(super) struct Desired {
    /// What the failure covers.
    pub affected: Affected,
    /// The block after the stage.
    pub backup: Backup,
    /// What `incident.yaml` says.
    pub incident: Incident,
    /// The changes against the cluster without the overlay.
    pub changes: Vec<Change>,
    /// Whether this action turns point-in-time recovery off in `protect`.
    pub switches_pitr: bool,
}

/// Reads a block that was made here.
pub(super) fn read(block: &Value) -> Result<Backup, Finding> {
    Backup::read(block).map_err(|failure| Finding::refuse("backup-block", failure.fact))
}
