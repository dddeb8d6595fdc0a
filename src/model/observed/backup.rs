//! A `PerconaXtraDBClusterBackup` as the API server has it (operator.md 1 and 2).

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use super::{Meta, text, time};

/// The label that names the schedule, behind five letters of a checksum and a dash (operator.md 2; crVersion 1.16 and newer).
const ANCESTOR: &str = "percona.com/backup-ancestor";
/// The same label of older clusters.
const ANCESTOR_OLD: &str = "ancestor";
/// The label that tells scheduled ones.
const TYPE: &str = "percona.com/backup-type";
/// How long the checksum and its dash are.
const CHECKSUM: usize = 6;
/// The label of a test backup of leeward's with its incident.
pub const INCIDENT_LABEL: &str = "leeward/incident";
/// The label of a test backup of leeward's with the digest of the change that it was made to prove.
pub const CHANGE_LABEL: &str = "leeward/change";

/// A Backup.
#[derive(Debug, Clone, PartialEq)]
pub struct BackupObject {
    /// Its metadata.
    pub meta: Meta,
    /// `spec.pxcCluster`.
    pub cluster: String,
    /// `spec.storageName`.
    pub storage: String,
    /// Who asked for it.
    pub origin: Origin,
    /// What it was made to prove, where leeward made it and says so.
    pub made_for: Option<MadeFor>,
    /// How far it is.
    pub state: BackupState,
    /// `status.error`, empty where there is none: the operator leaves it empty when a Job fails (operator.md 2).
    pub error: String,
    /// `status.completed`.
    pub completed: Option<Timestamp>,
    /// `status.destination`: `s3://bucket/prefix/name`, `pvc/name`, `azure://…`; empty until it is known.
    pub destination: String,
    /// `status.latestRestorableTime`.
    pub restorable: Option<Timestamp>,
    /// Whether binlogs follow it without a gap, where the operator says so (condition `PITRReady`).
    pub pitr_ready: Option<bool>,
    /// `status.s3`, as it is; null where it has none. The endpoint that restores and deletions use.
    pub s3: Value,
}

/// What a test backup of leeward's was made to prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFor {
    /// The incident.
    pub incident: String,
    /// The digest of the change as the base had it then.
    pub change: String,
}

/// Who asked for a Backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The schedule of this name.
    Schedule(String),
    /// A person or a program.
    Demand,
}

/// `status.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackupState {
    /// The operator has not taken it up.
    New,
    /// It waits for the cluster.
    Suspended,
    /// Its Job is made.
    Starting,
    /// Its Job runs.
    Running,
    /// It failed, for good.
    Failed,
    /// It succeeded.
    Succeeded,
    /// A state that is not known here.
    Other,
}

impl BackupState {
    /// Returns whether it changes no more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Failed | Self::Succeeded)
    }

    /// Returns the word of the operator.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Suspended => "Suspended",
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
            Self::Other => "unknown",
        }
    }
}

impl fmt::Display for BackupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl BackupObject {
    /// Reads a Backup.
    pub fn read(object: &Value) -> Self {
        let (spec, status) = (&object["spec"], &object["status"]);
        Self {
            meta: Meta::read(object),
            cluster: text(&spec["pxcCluster"]),
            storage: text(&spec["storageName"]),
            origin: origin(&object["metadata"]["labels"]),
            made_for: made_for(&object["metadata"]["labels"]),
            state: state(status["state"].as_str().unwrap_or_default()),
            error: text(&status["error"]),
            completed: time(&status["completed"]),
            destination: text(&status["destination"]),
            restorable: time(&status["latestRestorableTime"]),
            pitr_ready: pitr_ready(status),
            s3: status["s3"].clone(),
        }
    }

    /// Returns the name of its Job, which may be at most 63 characters long.
    pub fn job(&self) -> String {
        format!("xb-{}", self.meta.name).chars().take(63).collect()
    }

    /// Returns the schedule that made it, where one did.
    pub fn schedule(&self) -> Option<&str> {
        match &self.origin {
            Origin::Schedule(name) => Some(name),
            Origin::Demand => None,
        }
    }
}

/// Returns who asked for a Backup.
fn origin(labels: &Value) -> Origin {
    let ancestor = [ANCESTOR, ANCESTOR_OLD].iter().find_map(|label| labels[*label].as_str());
    let name = ancestor.and_then(|ancestor| ancestor.get(CHECKSUM..)).filter(|name| !name.is_empty());
    match name {
        Some(name) => Origin::Schedule(name.to_owned()),
        None if labels[TYPE] == "cron" || labels["type"] == "cron" => Origin::Schedule(String::new()),
        None => Origin::Demand,
    }
}

/// Returns what a Backup of leeward's was made to prove.
fn made_for(labels: &Value) -> Option<MadeFor> {
    let label = |name: &str| labels[name].as_str().map(str::to_owned);
    Some(MadeFor { incident: label(INCIDENT_LABEL)?, change: label(CHANGE_LABEL)? })
}

/// Returns the state of a word.
fn state(word: &str) -> BackupState {
    match word {
        "" => BackupState::New,
        "Suspended" => BackupState::Suspended,
        "Starting" => BackupState::Starting,
        "Running" => BackupState::Running,
        "Failed" => BackupState::Failed,
        "Succeeded" => BackupState::Succeeded,
        _ => BackupState::Other,
    }
}

/// Returns what the condition `PITRReady` says.
fn pitr_ready(status: &Value) -> Option<bool> {
    let conditions = status["conditions"].as_array()?;
    let condition = conditions.iter().find(|condition| condition["type"] == "PITRReady")?;
    match condition["status"].as_str()? {
        "True" => Some(true),
        "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_scheduled_backup_names_its_schedule_and_what_it_wrote() {
        let backup = BackupObject::read(&json!({
            "metadata": {"namespace": "pxc", "name": "cron-x", "uid": "u", "creationTimestamp": "2026-11-22T03:00:00Z",
                "labels": {"percona.com/backup-ancestor": "1a2b3-daily", "percona.com/backup-type": "cron"},
                "finalizers": ["percona.com/delete-backup"]},
            "spec": {"pxcCluster": "cluster1", "storageName": "minio-a"},
            "status": {"state": "Succeeded", "completed": "2026-11-22T03:07:00Z", "destination": "s3://a/b",
                "s3": {"bucket": "a"}, "conditions": [{"type": "PITRReady", "status": "False"}]}
        }));
        assert_eq!(
            (backup.schedule(), backup.state, backup.pitr_ready),
            (Some("daily"), BackupState::Succeeded, Some(false))
        );
        assert_eq!(backup.completed, "2026-11-22T03:07:00Z".parse().ok());
        assert_eq!((backup.destination.as_str(), &backup.s3["bucket"]), ("s3://a/b", &json!("a")));
        assert_eq!(backup.meta.finalizers, ["percona.com/delete-backup"]);
    }

    #[test]
    fn what_is_absent_is_not_filled_in() {
        let backup = BackupObject::read(&json!({"metadata": {"name": "mine"}, "spec": {}, "status": {"state": "Odd"}}));
        assert_eq!((backup.origin, backup.state, backup.pitr_ready), (Origin::Demand, BackupState::Other, None));
        assert_eq!((backup.completed, backup.s3, backup.error), (None, Value::Null, String::new()));
        assert_eq!(BackupObject::read(&json!({})).state, BackupState::New);
    }
}
