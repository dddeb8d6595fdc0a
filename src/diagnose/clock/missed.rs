//! Runs that were due and gave no backup. The operator makes a Backup within the minute that is due, and none at all while
//! the cluster is not ready (operator.md 12.14): such a run leaves nothing but its absence.

use jiff::{SignedDuration, Timestamp};

use super::facts::{ClockFacts, Live};
use crate::model::backup::Schedule;
use crate::model::cron::Cron;
use crate::model::observed::{BackupObject, BackupState};

/// How long after its minute began a run is given to make its Backup.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// The most runs that are counted.
const MOST: usize = 100_000;

/// What a schedule missed since its newest good backup, or since its first one where none succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedRuns {
    /// From when runs are counted.
    pub since: Timestamp,
    /// Runs that made no Backup object.
    pub without_backup: RunSpan,
    /// Runs whose Backup failed.
    pub failed: RunSpan,
    /// Runs whose Backup has not come to an end.
    pub unfinished: u32,
}

/// Some runs of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunSpan {
    /// How many.
    pub count: u32,
    /// The minute of the first.
    pub first: Option<Timestamp>,
    /// The minute of the last.
    pub last: Option<Timestamp>,
}

impl MissedRuns {
    /// Returns whether any run gave no backup.
    pub fn is_any(&self) -> bool {
        self.count() > 0
    }

    /// Returns how many runs gave no backup.
    pub fn count(&self) -> u32 {
        self.without_backup.count + self.failed.count
    }

    /// Returns the minute of the first run that gave no backup.
    pub fn first(&self) -> Option<Timestamp> {
        [self.without_backup.first, self.failed.first].into_iter().flatten().min()
    }
}

impl RunSpan {
    /// Takes in a run that is later than those before.
    fn push(&mut self, run: Timestamp) {
        self.count += 1;
        self.first = self.first.or(Some(run));
        self.last = Some(run);
    }
}

/// Returns what a schedule missed by runs that were due until a moment; `None` where nobody looked, or where it is not known since when it runs.
pub(super) fn missed(facts: &ClockFacts<'_>, schedule: &Schedule, cron: &Cron, until: Timestamp) -> Option<MissedRuns> {
    let live = facts.live.as_ref()?;
    let mut own: Vec<(Timestamp, &BackupObject)> = facts
        .backups()?
        .filter(|backup| backup.schedule() == Some(schedule.name.as_str()))
        .filter_map(|backup| Some((backup.meta.created?, backup)))
        .collect();
    own.sort_by(|a, b| (a.0, &a.1.meta.name).cmp(&(b.0, &b.1.meta.name)));
    let since = since(live, schedule, &own)?;
    let mut missed =
        MissedRuns { since, without_backup: RunSpan::default(), failed: RunSpan::default(), unfinished: 0 };
    let settled = facts.now.checked_sub(GRACE).ok()?.min(until);
    let mut runs = cron.runs_after(since).peekable();
    let mut later = own.iter().skip_while(|(created, _)| *created <= since).peekable();
    for _ in 0..MOST {
        let Some(run) = runs.next().filter(|run| *run <= settled && !live.is_paused) else { break };
        let end = run.saturating_add(GRACE).unwrap_or(Timestamp::MAX);
        let end = runs.peek().map_or(end, |next| end.min(*next));
        while later.next_if(|(created, _)| *created < run).is_some() {}
        if later.next_if(|(created, _)| *created < end).is_none() {
            missed.without_backup.push(run);
        }
    }
    for (created, backup) in own.iter().filter(|(created, _)| *created > since) {
        match backup.state {
            BackupState::Failed => missed.failed.push(*created),
            BackupState::Succeeded => {}
            _ => missed.unfinished += 1,
        }
    }
    Some(missed)
}

/// Returns from when runs are counted: since the newest good backup began, else just before the first Backup, and never
/// before the schedule was there.
fn since(live: &Live<'_>, schedule: &Schedule, own: &[(Timestamp, &BackupObject)]) -> Option<Timestamp> {
    let good = own.iter().rev().find(|(_, backup)| backup.state == BackupState::Succeeded).map(|(created, _)| *created);
    let first = || own.first().and_then(|(created, _)| created.checked_sub(GRACE).ok());
    let begun = live.begun.get(&schedule.name).copied();
    good.or_else(first).max(begun)
}
