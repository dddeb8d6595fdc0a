//! What the Backups of one place came to: the last good one, and what failed since. A place is an endpoint: storages that
//! share one fail together. Must never let an old failure stand against a newer success.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::evidence::{About, Role};
use super::observed::Observed;
use crate::model::observed::{BackupObject, BackupState, ContainerState, PodState};

/// How long a Backup may wait for its operator, or a pod for its node, before that is trouble.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// How long a collector has to run before what ended it last is over: it uploads every minute, and waits five at most.
const STEADY: SignedDuration = SignedDuration::from_mins(10);
/// How many times as long as the longest that succeeded a Backup may run.
const TIMES: i32 = 3;
/// How long a Backup may run at least.
const LEAST: SignedDuration = SignedDuration::from_hours(2);
/// How long a Backup may run where none that succeeded tells how long one takes.
const UNTOLD: SignedDuration = SignedDuration::from_hours(12);
/// Why a container waits while all is well.
const AT_WORK: [&str; 2] = ["ContainerCreating", "PodInitializing"];

/// What the Backups of one place came to.
#[derive(Debug, Clone)]
pub(super) struct History<'a> {
    /// The place.
    pub(super) place: String,
    /// The newest that succeeded.
    pub(super) last_good: Option<&'a BackupObject>,
    /// Those that failed or do not get on since, the oldest first.
    pub(super) failing: Vec<&'a BackupObject>,
}

impl<'a> History<'a> {
    /// Returns what the Backups of a place came to.
    pub(super) fn of(observed: &'a Observed, place: &str) -> Self {
        let there = || observed.backups.iter().filter(|backup| observed.place(&backup.storage) == place);
        let last_good = there().rfind(|backup| backup.state == BackupState::Succeeded);
        let is_newer = |backup: &&BackupObject| last_good.is_none_or(|good| good.meta.created < backup.meta.created);
        let failing = there().filter(is_newer).filter(|backup| is_failing(observed, backup)).collect();
        Self { place: place.to_owned(), last_good, failing }
    }

    /// Returns when the newest failure began.
    pub(super) fn newest_failure(&self) -> Option<Timestamp> {
        self.failing.last().and_then(|backup| backup.meta.created)
    }
}

/// Returns the places of all storages and Backups, those of the present block first.
pub(super) fn places(observed: &Observed) -> Vec<String> {
    let block = observed.block.iter().flat_map(|block| block.storages.keys());
    let used = observed.backups.iter().map(|backup| &backup.storage);
    let mut places: Vec<String> = Vec::new();
    for place in block.chain(used).map(|storage| observed.place(storage)) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// Returns whether a Backup failed, or does not get on, or has run for so long that nobody can say it does.
pub(super) fn is_failing(observed: &Observed, backup: &BackupObject) -> bool {
    is_halted(observed, backup) || overlong(observed, backup).is_some()
}

/// Returns whether a Backup failed, or does not get on.
pub(super) fn is_halted(observed: &Observed, backup: &BackupObject) -> bool {
    let waits_long = || backup.meta.created.is_some_and(|created| observed.at.duration_since(created) > PATIENCE);
    match backup.state {
        BackupState::Failed => true,
        BackupState::Succeeded => false,
        BackupState::New | BackupState::Suspended => waits_long(),
        BackupState::Starting | BackupState::Running | BackupState::Other => {
            let mut pods = observed.pods_of(&backup.meta.name).peekable();
            let is_podless = pods.peek().is_none() && !observed.cannot_see(Role::Backup.pods());
            is_podless && waits_long() || pods.any(|pod| is_stuck(pod, observed.at))
        }
    }
}

/// How long a Backup has run that runs far longer than any before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overlong {
    /// How long.
    pub(super) ran: SignedDuration,
    /// How long the longest took that succeeded; `None` where none did.
    pub(super) longest: Option<SignedDuration>,
}

/// Returns how long a Backup has run, where that is far longer than any before: its pod may run and upload nothing.
pub(super) fn overlong(observed: &Observed, backup: &BackupObject) -> Option<Overlong> {
    let took = |backup: &BackupObject| Some(backup.completed?.duration_since(backup.meta.created?));
    let good = observed.backups.iter().filter(|backup| backup.state == BackupState::Succeeded);
    let longest = good.filter_map(took).max();
    let ran = observed.at.duration_since(backup.meta.created.filter(|_| !backup.state.is_over())?);
    let bound = longest.map_or(UNTOLD, |longest| longest.saturating_mul(TIMES).max(LEAST));
    (ran > bound).then_some(Overlong { ran, longest })
}

/// Returns whether a pod failed, or does not start.
pub(super) fn is_stuck(pod: &PodState, now: Timestamp) -> bool {
    let is_old = pod.meta.created.is_some_and(|created| now.duration_since(created) > PATIENCE);
    let waits = pod.containers.iter().any(|container| waits_in_vain(container, is_old));
    pod.phase == "Failed" || !pod.unscheduled.is_empty() || waits
}

/// Returns whether a container waits for what will not come by itself.
fn waits_in_vain(container: &ContainerState, is_old: bool) -> bool {
    container.waiting.as_ref().is_some_and(|(reason, _)| is_old || !AT_WORK.contains(&reason.as_str()))
}

/// Returns whether the collector of binlogs does not run as it should.
pub(super) fn has_collector_trouble(observed: &Observed) -> bool {
    observed.collectors.iter().any(|pod| is_stuck(pod, observed.at) || !is_steady(pod, observed.at))
}

/// Returns whether the cluster is `error` and its collector, which should run, has no pod: a storage that is dead makes just
/// this state, and the operator makes no new collector while it lasts (operator.md 9).
pub(super) fn lacks_collector(observed: &Observed) -> bool {
    let is_on = observed.block.as_ref().is_some_and(|block| block.pitr_on().is_some());
    let is_error = observed.cluster.as_ref().is_some_and(|cluster| cluster.state == "error");
    is_on && is_error && observed.collectors.is_empty() && !observed.cannot_see(Role::Collector.pods())
}

/// Returns whether the containers of a pod have run since long ago.
fn is_steady(pod: &PodState, now: Timestamp) -> bool {
    let is_steady = |container: &ContainerState| {
        container.restarts == 0
            || container.is_running && container.ended_at.is_some_and(|at| now.duration_since(at) > STEADY)
    };
    pod.containers.iter().all(is_steady)
}

/// What was true once and is no more, storage by storage.
pub(super) struct Past<'a> {
    /// What it is read from.
    observed: &'a Observed,
    /// The newest good Backup at the place of each storage.
    good: BTreeMap<&'a str, &'a BackupObject>,
}

impl<'a> Past<'a> {
    /// Reads when each storage last took a backup.
    pub(super) fn of(observed: &'a Observed) -> Self {
        let used = observed.backups.iter().map(|backup| backup.storage.as_str());
        let listed = observed.block.iter().flat_map(|block| block.storages.keys().map(String::as_str));
        let storages: BTreeSet<&str> = used.chain(listed).collect();
        let places: BTreeMap<&str, String> =
            storages.into_iter().map(|storage| (storage, observed.place(storage))).collect();
        let mut newest: BTreeMap<&str, &BackupObject> = BTreeMap::new();
        for backup in observed.backups.iter().filter(|backup| backup.state == BackupState::Succeeded) {
            newest.insert(&places[backup.storage.as_str()], backup);
        }
        let good = places.iter().filter_map(|(storage, place)| Some((*storage, *newest.get(place.as_str())?)));
        Self { observed, good: good.collect() }
    }

    /// Returns whether what is said of something was true once, and is no more.
    pub(super) fn holds(&self, about: &About) -> bool {
        let backup = about.backup.as_deref().and_then(|name| self.observed.backup(name));
        match (backup, &about.storage, about.at) {
            (Some(backup), ..) => {
                let good = self.good.get(backup.storage.as_str());
                backup.state == BackupState::Succeeded
                    || good.is_some_and(|good| good.meta.created > backup.meta.created)
            }
            (None, Some(storage), Some(at)) => {
                let good = self.good.get(storage.as_str());
                good.is_some_and(|good| good.completed.is_some_and(|done| done > at))
            }
            _ => false,
        }
    }
}
