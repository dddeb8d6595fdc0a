//! What the clock is read from. Git gives the backup block, a cluster the Backups, a person what neither says.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::backup::{Backup, Schedule};
use crate::model::binlog::BinlogExpiry;
use crate::model::observed::BackupObject;

/// What the clock is read from.
#[derive(Debug, Clone)]
pub struct ClockFacts<'a> {
    /// The time.
    pub now: Timestamp,
    /// The backup block: of the cluster where it was looked at, else of Git.
    pub backup: &'a Backup,
    /// How long the nodes keep binlogs.
    pub binlogs: BinlogExpiry,
    /// The storages that failed; empty where nobody says.
    pub failed: &'a [String],
    /// What buckets do by age.
    pub bucket: BucketRules,
    /// The schedules that others stand for now.
    pub replaced: Vec<Replaced>,
    /// Whether `spec.pause` stands in Git.
    pub is_paused: bool,
    /// What the cluster shows; `None` where it was not looked at, or could not be read.
    pub live: Option<Live<'a>>,
    /// Whether the cluster was asked and could not be read.
    pub is_unread: bool,
}

/// What buckets do by age, as a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BucketRules {
    /// The days after which a lifecycle rule deletes.
    pub lifecycle_days: Option<u32>,
    /// The days for which object lock keeps.
    pub lock_days: Option<u32>,
}

/// A schedule that another stands for: what it missed until then is missed all the same.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// The schedule as it was.
    pub was: Schedule,
    /// The name of the other.
    pub by: String,
    /// Until when it ran.
    pub until: Timestamp,
}

/// What the cluster shows.
#[derive(Debug, Clone)]
pub struct Live<'a> {
    /// The name of the cluster: Backups of others are left out.
    pub cluster: &'a str,
    /// The Backups of its namespace, in any order.
    pub backups: &'a [BackupObject],
    /// Since when schedules run that no Backup tells it of, by name.
    pub begun: BTreeMap<String, Timestamp>,
    /// Whether the operator makes no backups, as it does while a cluster is paused.
    pub is_paused: bool,
}

impl<'a> ClockFacts<'a> {
    /// Returns the facts that Git alone gives.
    pub fn of_git(now: Timestamp, backup: &'a Backup, binlogs: BinlogExpiry) -> Self {
        Self {
            now,
            backup,
            binlogs,
            failed: &[],
            bucket: BucketRules::default(),
            replaced: Vec::new(),
            is_paused: false,
            live: None,
            is_unread: false,
        }
    }

    /// Returns whether the operator makes no backups: the cluster says so where it was looked at, else Git.
    pub(super) fn is_paused(&self) -> bool {
        self.live.as_ref().map_or(self.is_paused, |live| live.is_paused)
    }

    /// Returns the Backups of the cluster, where it was looked at.
    pub(super) fn backups(&self) -> Option<impl Iterator<Item = &'a BackupObject> + Clone + use<'a>> {
        let live = self.live.as_ref()?;
        let (backups, cluster) = (live.backups, live.cluster);
        Some(backups.iter().filter(move |backup| backup.cluster == cluster))
    }

    /// Returns the names of Backups that are being deleted, in order.
    pub(super) fn terminating(&self) -> Vec<String> {
        let gone = self.backups().into_iter().flatten().filter(|backup| backup.meta.deleted.is_some());
        let mut names: Vec<String> = gone.map(|backup| backup.meta.name.clone()).collect();
        names.sort();
        names
    }
}
