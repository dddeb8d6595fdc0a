//! What the cluster showed: objects as they were read, masked, with what could not be seen; and the same as types.
//! Comes before the verdict; commands fill it in, a bundle keeps it. Must never hold a secret, nor take what could not be
//! read for what is not there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clock::{self, ClockFacts, Live, RiskClock};
use super::veil::{masked, masked_text};
use crate::model::backup::{Backup, Storage};
use crate::model::binlog::BinlogExpiry;
use crate::model::live::Trouble;
use crate::model::observed::{BackupObject, ClaimState, ClusterState, EventLine, JobState, LeaseState, PodState};
use crate::model::place::authority_of;

/// What Backups are called where they cannot be seen.
pub const BACKUPS: &str = "Backups";

/// Objects as they were read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// When they were read; nothing later counts as now.
    pub at: Timestamp,
    /// Which API server, for people.
    pub server: String,
    /// The namespace of the cluster.
    pub namespace: String,
    /// The name of the cluster.
    pub name: String,
    /// The `PerconaXtraDBCluster`, where it could be read.
    pub cluster: Option<Value>,
    /// Backups of the namespace.
    pub backups: Vec<Value>,
    /// Jobs of backups.
    pub jobs: Vec<Value>,
    /// Pods of those Jobs.
    pub pods: Vec<Value>,
    /// Pods of the collector of binlogs.
    pub collectors: Vec<Value>,
    /// Pods of the operator.
    pub operators: Vec<Value>,
    /// Warnings of the namespace.
    pub events: Vec<Value>,
    /// Claims of volumes.
    pub claims: Vec<Value>,
    /// The lease that backups hold which must not run side by side.
    pub lease: Option<Value>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
}

/// Runs of a schedule that were due, and of which there is no Backup (operator.md 12.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedRuns {
    /// The schedule.
    pub schedule: String,
    /// The storage that it writes to.
    pub storage: String,
    /// How many.
    pub count: u32,
    /// When the first was due.
    pub first: Timestamp,
    /// When the last was due.
    pub last: Timestamp,
}

/// Something that could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unseen {
    /// What.
    pub what: String,
    /// Why.
    pub trouble: Trouble,
}

/// What the cluster showed, as types.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// When it was read.
    pub at: Timestamp,
    /// The namespace of the cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The cluster, where it could be read.
    pub cluster: Option<ClusterState>,
    /// Its backup block, where it could be read.
    pub block: Option<Backup>,
    /// Its Backups, the oldest first.
    pub backups: Vec<BackupObject>,
    /// Their Jobs.
    pub jobs: Vec<JobState>,
    /// The pods of those, the oldest first.
    pub pods: Vec<PodState>,
    /// The pods of the collector of binlogs.
    pub collectors: Vec<PodState>,
    /// The pods of the operator.
    pub operators: Vec<PodState>,
    /// Warnings, the oldest first.
    pub events: Vec<EventLine>,
    /// Claims of volumes.
    pub claims: Vec<ClaimState>,
    /// The lease of backups that must not run side by side.
    pub lease: Option<LeaseState>,
    /// Runs that were due and made no Backup, by schedule.
    pub missed_runs: Vec<MissedRuns>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
}

impl Snapshot {
    /// Takes out what a diagnosis does not need, and masks the rest.
    pub fn mask(&mut self) {
        self.cluster.iter_mut().chain(&mut self.lease).for_each(masked);
        let lists = [
            &mut self.backups,
            &mut self.jobs,
            &mut self.pods,
            &mut self.collectors,
            &mut self.operators,
            &mut self.events,
            &mut self.claims,
        ];
        lists.into_iter().flatten().for_each(masked);
        for unseen in &mut self.unseen {
            unseen.trouble.fact = masked_text(&unseen.trouble.fact);
        }
    }
}

impl Observed {
    /// Reads a snapshot; Backups of other clusters are left out.
    pub fn read(snapshot: &Snapshot) -> Self {
        let mut backups: Vec<BackupObject> = snapshot.backups.iter().map(BackupObject::read).collect();
        backups.retain(|backup| backup.cluster == snapshot.name);
        backups.sort_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name)));
        let cluster = snapshot.cluster.as_ref().map(ClusterState::read);
        let mut events: Vec<EventLine> = snapshot.events.iter().map(EventLine::read).collect();
        events.sort_by(|a, b| (a.last, &a.kind, &a.name, &a.message).cmp(&(b.last, &b.kind, &b.name, &b.message)));
        let mut observed = Self {
            at: snapshot.at,
            namespace: snapshot.namespace.clone(),
            name: snapshot.name.clone(),
            block: cluster.as_ref().and_then(|cluster| cluster.backup().ok()),
            cluster,
            backups,
            jobs: snapshot.jobs.iter().map(JobState::read).collect(),
            pods: pods(&snapshot.pods),
            collectors: pods(&snapshot.collectors),
            operators: pods(&snapshot.operators),
            events,
            claims: snapshot.claims.iter().map(ClaimState::read).collect(),
            lease: snapshot.lease.as_ref().map(LeaseState::read),
            missed_runs: Vec::new(),
            unseen: snapshot.unseen.clone(),
        };
        observed.missed_runs = observed.missed();
        observed
    }

    /// Reads the risk clock; `None` where the cluster could not be read. The storages are those that failed.
    pub fn clock(&self, failed: &[String]) -> Option<RiskClock> {
        let (cluster, backup) = (self.cluster.as_ref()?, self.block.as_ref()?);
        let is_blind = self.cannot_see(BACKUPS);
        let live =
            Live { cluster: &self.name, backups: &self.backups, begun: BTreeMap::new(), is_paused: cluster.is_paused };
        let binlogs = BinlogExpiry::read(&cluster.value);
        let facts = ClockFacts { is_paused: cluster.is_paused, ..ClockFacts::of_git(self.at, backup, binlogs) };
        Some(clock::read(&ClockFacts { failed, live: (!is_blind).then_some(live), is_unread: is_blind, ..facts }))
    }

    /// Returns the runs that made no Backup.
    fn missed(&self) -> Vec<MissedRuns> {
        let Some(clock) = self.clock(&[]) else { return Vec::new() };
        let missed = clock.missed_runs().filter_map(|(schedule, missed)| {
            let span = missed.without_backup;
            let (schedule, storage) = (schedule.name.clone(), schedule.storage.clone());
            Some(MissedRuns { schedule, storage, count: span.count, first: span.first?, last: span.last? })
        });
        missed.collect()
    }

    /// Returns a Backup by its name.
    pub fn backup(&self, name: &str) -> Option<&BackupObject> {
        self.backups.iter().find(|backup| backup.meta.name == name)
    }

    /// Returns a storage of the cluster.
    pub fn storage(&self, name: &str) -> Option<&Storage> {
        self.block.as_ref()?.storages.get(name)
    }

    /// Returns the endpoint behind a storage, which several storages can share: as the cluster has it, else as the newest
    /// Backup on it wrote it down; the storage itself where neither tells.
    pub fn place(&self, storage: &str) -> String {
        let written = || {
            let url = |backup: &BackupObject| {
                backup.s3["endpointUrl"].as_str().filter(|url| !url.is_empty()).map(authority_of)
            };
            self.backups.iter().rev().filter(|backup| backup.storage == storage).find_map(url)
        };
        let known = self.storage(storage).map(Storage::endpoint);
        known.or_else(written).unwrap_or_else(|| format!("storage {storage}"))
    }

    /// Returns the pods of a Backup, the oldest first.
    pub fn pods_of<'a>(&'a self, backup: &'a str) -> impl Iterator<Item = &'a PodState> {
        self.pods.iter().filter(move |pod| pod.backup == backup)
    }

    /// Returns whether something could not be read.
    pub fn cannot_see(&self, what: &str) -> bool {
        self.unseen.iter().any(|unseen| unseen.what == what)
    }

    /// Returns the cluster as reports name it.
    pub fn short(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// Reads pods, the oldest first.
fn pods(objects: &[Value]) -> Vec<PodState> {
    let mut pods: Vec<PodState> = objects.iter().map(PodState::read).collect();
    pods.sort_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name)));
    pods
}
