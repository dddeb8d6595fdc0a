//! The clock's facts as lines of its report.

use jiff::Timestamp;

use super::{
    ActLine, BackupLine, BinlogLine, ClockFrom, ClockReport, LifecycleLine, MissedLine, PitrLine, PointLine,
    ScheduleLine,
};
use crate::diagnose::clock::{
    ActBefore, BinlogClock, Expiries, Good, Keeps, MissedRuns, Pitr, Reason, Restorable, RiskClock, RunSpan,
    ScheduleClock, Seen,
};
use crate::model::binlog::ExpiryFrom;

impl ClockReport {
    /// Returns the report of a clock.
    pub fn of(clock: &RiskClock, cluster: &str) -> Self {
        Self {
            cluster: cluster.to_owned(),
            at: clock.now.to_string(),
            from: if clock.newest == Seen::NotAsked { ClockFrom::Git } else { ClockFrom::Cluster },
            newest_backup: found(&clock.newest).map(backup),
            oldest_backup: found(&clock.oldest).map(backup),
            newest_elsewhere: clock.elsewhere.as_ref().map(backup),
            point_in_time: pitr(&clock.pitr, clock.pitr_failed.as_ref()),
            restorable: found(&clock.restorable).map(point),
            restorable_without_failed: clock.without_failed.as_ref().map(point),
            at_risk_seconds: clock.at_risk.map(|at_risk| at_risk.as_secs()),
            schedules: clock.schedules.iter().map(schedule).collect(),
            being_deleted: clock.being_deleted.clone(),
            lifecycle: clock.expiries.map(lifecycle),
            binlogs: clock.binlogs.map(binlogs),
            act_before: clock.act_before.map(act),
            warnings: clock.warnings.clone(),
            unknown: clock.unknown.clone(),
            assumptions: clock.assumptions.clone(),
        }
    }
}

/// Returns what was found.
fn found<T>(seen: &Seen<T>) -> Option<&T> {
    match seen {
        Seen::Found(found) => Some(found),
        Seen::NotAsked | Seen::Nothing => None,
    }
}

/// Returns a backup.
fn backup(good: &Good) -> BackupLine {
    let Good { at, name, schedule, storage, .. } = good;
    BackupLine { name: name.clone(), schedule: schedule.clone(), storage: storage.clone(), at: at.to_string() }
}

/// Returns point-in-time recovery.
fn pitr(pitr: &Pitr, failed: Option<&String>) -> PitrLine {
    let (state, until, backup) = match pitr {
        Pitr::Off => ("off", None, None),
        Pitr::On => ("on", None, None),
        Pitr::Unknown => ("unknown", None, None),
        Pitr::Gap { backup } => ("gap", None, Some(backup.clone())),
        Pitr::Until(until) => ("until", Some(until.to_string()), None),
    };
    PitrLine { state: state.to_owned(), until, backup, failed_storage: failed.cloned() }
}

/// Returns a point.
fn point(point: &Restorable) -> PointLine {
    PointLine {
        at: point.at.to_string(),
        backup: point.backup.clone(),
        by_binlogs: point.is_pitr,
        needs: point.needs.clone(),
    }
}

/// Returns a schedule.
fn schedule(schedule: &ScheduleClock) -> ScheduleLine {
    let (keeps, deletes_data) = match schedule.keeps {
        Keeps::All => (None, false),
        Keeps::Newest { count, deletes_data } => (Some(count), deletes_data),
    };
    ScheduleLine {
        name: schedule.name.clone(),
        storage: schedule.storage.clone(),
        cron: schedule.cron.clone(),
        next: text(schedule.next),
        last_good: text(schedule.last_good),
        missed: schedule.missed.as_ref().map(missed),
        keeps,
        deletes_data,
        evicts: schedule.evicts.clone(),
    }
}

/// Returns what a schedule missed.
fn missed(missed: &MissedRuns) -> MissedLine {
    let RunSpan { count: without_backup, first: first_without, last: last_without } = missed.without_backup;
    let RunSpan { count: failed, first: first_failed, last: last_failed } = missed.failed;
    MissedLine {
        since: missed.since.to_string(),
        without_backup,
        first_without: text(first_without),
        last_without: text(last_without),
        failed,
        first_failed: text(first_failed),
        last_failed: text(last_failed),
        unfinished: missed.unfinished,
    }
}

/// Returns what a lifecycle rule deletes.
fn lifecycle(expiries: Expiries) -> LifecycleLine {
    LifecycleLine { days: expiries.days, oldest: text(expiries.oldest), newest: text(expiries.newest) }
}

/// Returns binlogs.
fn binlogs(binlogs: BinlogClock) -> BinlogLine {
    let from = match binlogs.expiry.from {
        ExpiryFrom::Told => "told",
        ExpiryFrom::Configuration => "configuration",
        ExpiryFrom::Default8 => "default8",
        ExpiryFrom::Default57 => "default57",
    };
    BinlogLine { seconds: binlogs.expiry.seconds, from: from.to_owned(), safe_until: text(binlogs.safe_until) }
}

/// Returns until when something has to be done.
fn act(act: ActBefore) -> ActLine {
    let reason = match act.reason {
        Reason::BinlogsPurged => "binlogs-purged",
        Reason::NewestExpires => "newest-expires",
    };
    ActLine { at: act.at.to_string(), reason: reason.to_owned(), is_past: act.is_past }
}

/// Returns a time.
fn text(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
