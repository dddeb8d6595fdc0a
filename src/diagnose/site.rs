//! What the cluster's objects say around the cause: where it fails and since when, what is about to be lost, what keeps
//! backups waiting beside the storage, and what is not at fault. Must never state what could not be seen.

use jiff::{SignedDuration, Timestamp};

use super::cause::{Cause, Side};
use super::history::{History, has_collector_trouble, places};
use super::observed::{Observed, Unseen};
use super::obstacle::obstacles;
use super::suspect::Suspect;
use crate::model::finding::Finding;
use crate::model::observed::{BackupObject, BackupState};

/// The finalizers by which a Backup's data goes with it.
const DELETES: [&str; 2] = ["percona.com/delete-backup", "delete-s3-backup"];
/// How long a Backup whose storage is well may take to go.
const GOING: SignedDuration = SignedDuration::from_mins(2);

/// What surrounds the cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// The cluster: `namespace/name`.
    pub cluster: String,
    /// Its namespace.
    pub namespace: String,
    /// The storages of the place, the one that fails first.
    pub storages: Vec<String>,
    /// The endpoint that they share, where it is known.
    pub endpoint: Option<String>,
    /// Since when backups fail there.
    pub since: Option<Since>,
    /// The last good backup there.
    pub last_good: Option<Good>,
    /// The Backups there that are being deleted, with their data.
    pub going: Vec<Going>,
    /// What else keeps backups from succeeding, and what has to be known when reading this.
    pub findings: Vec<Finding>,
    /// What is not at fault, as far as the objects tell.
    pub cleared: Vec<String>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
}

/// Since when backups fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The first failure after the last success.
    pub at: Timestamp,
    /// How many Backups failed.
    pub failed: usize,
    /// How many do not get on.
    pub unfinished: usize,
    /// How many runs were due and made no Backup.
    pub missed: u32,
}

/// A good backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// The Backup.
    pub name: String,
    /// When it was whole.
    pub at: Timestamp,
    /// The schedule that made it; a person did, where it is `None`.
    pub schedule: Option<String>,
}

/// A Backup that is being deleted (operator.md 12.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Going {
    /// The Backup.
    pub name: String,
    /// Its storage.
    pub storage: String,
    /// Where its data lies.
    pub destination: String,
    /// The finalizer that deletes the data.
    pub finalizer: String,
    /// Which of its finalizers that is, from 0.
    pub index: usize,
}

impl Site {
    /// Returns what surrounds a cause at a place.
    pub(super) fn of(observed: &Observed, place: &str, storages: Vec<String>, leading: &Suspect) -> Self {
        let history = History::of(observed, place);
        // A volume has none, and of a storage that nobody describes none is known.
        let has_endpoint = history.place.contains(':')
            && !["storage ", "filesystem:"].iter().any(|word| history.place.starts_with(word));
        let since = since(observed, &history);
        let is_healthy = leading.cause == Cause::Healthy;
        Self {
            cluster: observed.short(),
            namespace: observed.namespace.clone(),
            endpoint: has_endpoint.then(|| history.place.clone()),
            last_good: last_good(observed, place),
            going: going(observed, place, since.is_some() && !is_healthy),
            findings: obstacles(observed, &history, leading),
            cleared: cleared(observed, place, (leading, since.as_ref())),
            unseen: observed.unseen.clone(),
            since,
            storages,
        }
    }
}

/// Returns since when backups fail.
fn since(observed: &Observed, history: &History<'_>) -> Option<Since> {
    let missed: Vec<_> =
        observed.missed_runs.iter().filter(|run| observed.place(&run.storage) == history.place).collect();
    let began = history.failing.iter().filter_map(|backup| backup.meta.created);
    let failed = history.failing.iter().filter(|backup| backup.state == BackupState::Failed).count();
    Some(Since {
        at: began.chain(missed.iter().map(|run| run.first)).min()?,
        failed,
        unfinished: history.failing.len() - failed,
        missed: missed.iter().map(|run| run.count).sum(),
    })
}

/// Returns the last good backup of a place that is not being deleted.
fn last_good(observed: &Observed, place: &str) -> Option<Good> {
    let there = observed.backups.iter().filter(|backup| observed.place(&backup.storage) == place);
    let good = there.filter(|backup| backup.state == BackupState::Succeeded && backup.meta.deleted.is_none());
    let good = good.max_by_key(|backup| backup.completed.or(backup.meta.created))?;
    let schedule = good.schedule().map(str::to_owned);
    Some(Good { name: good.meta.name.clone(), at: good.completed.or(good.meta.created)?, schedule })
}

/// Returns the Backups of a place whose data goes when the storage answers again.
fn going(observed: &Observed, place: &str, is_failing: bool) -> Vec<Going> {
    let lasts = |backup: &&BackupObject| {
        backup.meta.deleted.is_some_and(|deleted| is_failing || observed.at.duration_since(deleted) > GOING)
    };
    let there = observed.backups.iter().filter(|backup| observed.place(&backup.storage) == place).filter(lasts);
    let going = |backup: &BackupObject| {
        let index = backup.meta.finalizers.iter().position(|finalizer| DELETES.contains(&finalizer.as_str()))?;
        Some(Going {
            name: backup.meta.name.clone(),
            storage: backup.storage.clone(),
            destination: backup.destination.clone(),
            finalizer: backup.meta.finalizers[index].clone(),
            index,
        })
    };
    there.filter(|backup| !backup.destination.is_empty()).filter_map(going).collect()
}

/// Returns what is not at fault.
fn cleared(observed: &Observed, place: &str, (leading, since): (&Suspect, Option<&Since>)) -> Vec<String> {
    if !matches!(leading.cause.side(), Side::Storage | Side::Cluster) {
        return Vec::new();
    }
    let is_ready = observed.cluster.as_ref().is_some_and(crate::model::observed::ClusterState::is_ready);
    let database = is_ready.then(|| "the database: the operator calls the cluster ready".to_owned());
    let other = |other: &String| {
        let good = last_good(observed, other)?;
        let since = since?.at;
        let storage = observed.backup(&good.name)?.storage.clone();
        (good.at > since).then(|| format!("storage `{storage}`: it took a backup at {}", good.at))
    };
    let others = places(observed).into_iter().filter(|other| other != place);
    let collector = (!observed.collectors.is_empty() && !has_collector_trouble(observed))
        .then(|| "the collector of binlogs: it runs".to_owned());
    database.into_iter().chain(others.filter_map(|place| other(&place))).chain(collector).collect()
}
