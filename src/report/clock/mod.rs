//! The risk clock for people, pull requests and programs. Stands in the answers of `diagnose` and `status`, and in what
//! `propose` writes from a diagnosis. Has types of its own, since the JSON is read again; comes after
//! [`crate::diagnose::clock`], whose facts it words and never adds to.

mod markdown;
mod read;
mod time;
mod words;

pub use time::{age, lasting};

pub(super) use markdown::rows;
pub(super) use time::minute;
pub(super) use words::{lines, said};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much time there is. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockReport {
    /// The cluster.
    pub cluster: String,
    /// When this was read.
    pub at: String,
    /// What it was read from.
    pub from: ClockFrom,
    /// The newest backup that succeeded; null where there is none, or nobody looked.
    pub newest_backup: Option<BackupLine>,
    /// The oldest of them.
    pub oldest_backup: Option<BackupLine>,
    /// The newest one that lies on no failed storage, where the newest of all lies on one.
    pub newest_elsewhere: Option<BackupLine>,
    /// Point-in-time recovery.
    pub point_in_time: PitrLine,
    /// The newest point that a restore could reach.
    pub restorable: Option<PointLine>,
    /// The newest point that needs no failed storage, where that one needs one; null where there is none.
    pub restorable_without_failed: Option<PointLine>,
    /// What would be lost now, in seconds since the newest point.
    pub at_risk_seconds: Option<i64>,
    /// The schedules.
    pub schedules: Vec<ScheduleLine>,
    /// The names of backups that are being deleted.
    pub being_deleted: Vec<String>,
    /// When age deletes backups.
    pub lifecycle: Option<LifecycleLine>,
    /// When the nodes may purge binlogs; null where none are collected.
    pub binlogs: Option<BinlogLine>,
    /// Until when something has to be done, where that is known.
    pub act_before: Option<ActLine>,
    /// What keeps runs from being made, or the operator from running.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// What is not known.
    pub unknown: Vec<String>,
    /// What is believed.
    pub assumptions: Vec<String>,
}

/// What a clock was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockFrom {
    /// The backup block in Git alone.
    Git,
    /// The cluster and its Backups.
    Cluster,
}

/// A backup that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackupLine {
    /// The Backup.
    pub name: String,
    /// The schedule that made it.
    pub schedule: Option<String>,
    /// Its storage.
    pub storage: String,
    /// When it was complete.
    pub at: String,
}

/// Point-in-time recovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PitrLine {
    /// `off`, `on` (nobody looked), `unknown` (no Backup says how far), `gap`, `until`.
    pub state: String,
    /// How far it reaches.
    pub until: Option<String>,
    /// The Backup behind which binlogs have a gap.
    pub backup: Option<String>,
    /// The failed storage that binlogs are collected to.
    pub failed_storage: Option<String>,
}

/// A point that a restore could reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PointLine {
    /// The point.
    pub at: String,
    /// The Backup that it starts from.
    pub backup: String,
    /// Whether binlogs reach to it; else it is the end of the backup.
    pub by_binlogs: bool,
    /// The failed storage that has to be back for it.
    pub needs: Option<String>,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleLine {
    /// Its name.
    pub name: String,
    /// Its storage.
    pub storage: String,
    /// Its cron.
    pub cron: String,
    /// When it is due again; null where it never is, its cron cannot be read, the cluster is paused, or another stands for it.
    pub next: Option<String>,
    /// When its newest good backup was complete.
    pub last_good: Option<String>,
    /// What it missed since; null where nobody can tell.
    pub missed: Option<MissedLine>,
    /// How many good backups its retention keeps; null: all.
    pub keeps: Option<u64>,
    /// Whether retention deletes the data with the Backup.
    pub deletes_data: bool,
    /// The backup that goes after its next good run.
    pub evicts: Option<String>,
}

/// What a schedule missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissedLine {
    /// From when runs are counted.
    pub since: String,
    /// Runs that were due and made no Backup object.
    pub without_backup: u32,
    /// The minute of the first of them.
    pub first_without: Option<String>,
    /// The minute of the last of them.
    pub last_without: Option<String>,
    /// Runs whose Backup failed.
    pub failed: u32,
    /// When the first of them was made.
    pub first_failed: Option<String>,
    /// When the last of them was made.
    pub last_failed: Option<String>,
    /// Runs whose Backup has not come to an end.
    pub unfinished: u32,
}

/// What a lifecycle rule deletes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleLine {
    /// The days of the rule.
    pub days: u32,
    /// The oldest good backup, not before.
    pub oldest: Option<String>,
    /// The newest good backup, not before.
    pub newest: Option<String>,
}

/// Binlogs on the nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BinlogLine {
    /// After how many seconds one may be purged; null: never by age.
    pub seconds: Option<u64>,
    /// Where that is known from: `told`, `configuration`, `default8`, `default57`.
    pub from: String,
    /// The earliest moment at which one goes that is needed behind the newest restorable point.
    pub safe_until: Option<String>,
}

/// Until when something has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActLine {
    /// The moment.
    pub at: String,
    /// `binlogs-purged` or `newest-expires`.
    pub reason: String,
    /// Whether it is over.
    pub is_past: bool,
}

#[cfg(test)]
mod tests;
