//! The risk clock: what is restorable, what would be lost now, which runs were missed, what expires when. Stands beside the
//! cause in a diagnosis and in `status`; `now` comes in. Must never be more precise than its facts: what was not looked at
//! is said to be unknown, what is believed is listed as an assumption.

mod assume;
mod facts;
mod good;
mod missed;
mod retention;
mod until;

pub use assume::{assumptions, unknowns, warnings};
pub use facts::{BucketRules, ClockFacts, Live, Replaced};
pub use good::{Good, Pitr, Restorable, Seen};
pub use missed::{MissedRuns, RunSpan};
pub use retention::Keeps;
pub use until::{ActBefore, BinlogClock, Expiries, Reason};

use jiff::{SignedDuration, Timestamp};

use crate::model::backup::Schedule;
use crate::model::cron::{Cron, Hazard, hazard};

/// How much time there is.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskClock {
    /// When this was read.
    pub now: Timestamp,
    /// The newest backup that succeeded and is not being deleted.
    pub newest: Seen<Good>,
    /// The oldest of them.
    pub oldest: Seen<Good>,
    /// The newest one that lies on no failed storage, where `newest` lies on one.
    pub elsewhere: Option<Good>,
    /// Point-in-time recovery.
    pub pitr: Pitr,
    /// The newest point that a restore could reach.
    pub restorable: Seen<Restorable>,
    /// The newest point without a failed storage, where that one needs one.
    pub without_failed: Option<Restorable>,
    /// The failed storage that binlogs are collected to.
    pub pitr_failed: Option<String>,
    /// How long ago the newest point is: what would be lost now.
    pub at_risk: Option<SignedDuration>,
    /// The schedules, in the order of the backup block; then those that were replaced and missed runs before.
    pub schedules: Vec<ScheduleClock>,
    /// The names of backups that are being deleted.
    pub being_deleted: Vec<String>,
    /// When age deletes backups.
    pub expiries: Option<Expiries>,
    /// When the nodes may purge binlogs; `None` where nothing collects them.
    pub binlogs: Option<BinlogClock>,
    /// Until when something has to be done, where that is known.
    pub act_before: Option<ActBefore>,
    /// What keeps runs from being made, or the operator from running.
    pub warnings: Vec<String>,
    /// What is not known.
    pub unknown: Vec<String>,
    /// What is believed.
    pub assumptions: Vec<String>,
}

/// One schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleClock {
    /// Its name.
    pub name: String,
    /// The storage it writes to.
    pub storage: String,
    /// Its cron.
    pub cron: String,
    /// What the operator does not survive in it.
    pub hazard: Option<Hazard>,
    /// When it is due again; `None` where it never is, cannot be read, or the cluster is paused.
    pub next: Option<Timestamp>,
    /// Its newest backup that succeeded.
    pub last_good: Option<Timestamp>,
    /// The runs that were due since and gave no backup; `None` where nobody can tell.
    pub missed: Option<MissedRuns>,
    /// What its retention keeps.
    pub keeps: Keeps,
    /// The backup that retention deletes after its next good run.
    pub evicts: Option<String>,
}

/// Reads the clock.
pub fn read(facts: &ClockFacts<'_>) -> RiskClock {
    let goods = good::goods(facts);
    let restorable = good::restorable(facts);
    let at_risk = match &restorable {
        Seen::Found(point) => Some(facts.now.duration_since(point.at).max(SignedDuration::ZERO)),
        _ => None,
    };
    let newest = good::end(goods.as_deref(), <[Good]>::last);
    let expiries = until::expiries(facts, goods.as_deref());
    let binlogs = until::binlogs(facts, &restorable);
    RiskClock {
        now: facts.now,
        elsewhere: good::elsewhere(facts, goods.as_deref()),
        oldest: good::end(goods.as_deref(), <[Good]>::first),
        pitr: good::pitr(facts),
        pitr_failed: facts.failed.iter().find(|name| facts.backup.pitr_on() == Some(name.as_str())).cloned(),
        without_failed: good::without_failed(facts, &restorable),
        schedules: facts
            .backup
            .schedules
            .iter()
            .map(|schedule| of_schedule(facts, schedule, goods.as_deref()))
            .chain(facts.replaced.iter().filter_map(|replaced| of_replaced(facts, replaced, goods.as_deref()?)))
            .collect(),
        being_deleted: facts.terminating(),
        act_before: until::act_before(facts.now, expiries, binlogs),
        warnings: warnings(facts),
        unknown: unknowns(facts),
        assumptions: assumptions(facts),
        newest,
        restorable,
        at_risk,
        expiries,
        binlogs,
    }
}

impl RiskClock {
    /// Returns the schedules that missed runs, each with what it missed.
    pub fn missed_runs(&self) -> impl Iterator<Item = (&ScheduleClock, &MissedRuns)> {
        let both = self.schedules.iter().filter_map(|schedule| Some((schedule, schedule.missed.as_ref()?)));
        both.filter(|(_, missed)| missed.is_any())
    }

    /// Returns the first minute at which a run that was due gave no backup: since when something is wrong.
    pub fn wrong_since(&self) -> Option<Timestamp> {
        self.missed_runs().filter_map(|(_, missed)| missed.first()).min()
    }
}

/// Reads the clock of one schedule.
fn of_schedule(facts: &ClockFacts<'_>, schedule: &Schedule, goods: Option<&[Good]>) -> ScheduleClock {
    let cron = Cron::parse(&schedule.cron);
    let own = |good: &&Good| good.schedule.as_deref() == Some(schedule.name.as_str());
    let keeps = Keeps::read(&schedule.value);
    ScheduleClock {
        name: schedule.name.clone(),
        storage: schedule.storage.clone(),
        cron: schedule.cron.clone(),
        hazard: hazard(&schedule.cron),
        next: cron.as_ref().filter(|_| !facts.is_paused()).and_then(|cron| cron.runs_after(facts.now).next()),
        last_good: goods.and_then(|goods| goods.iter().rev().find(own)).map(|good| good.at),
        missed: cron.as_ref().and_then(|cron| missed::missed(facts, schedule, cron, facts.now)),
        evicts: goods.and_then(|goods| keeps.evicted(goods.iter().filter(own))),
        keeps,
    }
}

/// Reads the clock of a schedule that another stands for, as long as that one gave no backup; `None` where it missed nothing.
fn of_replaced(facts: &ClockFacts<'_>, replaced: &Replaced, goods: &[Good]) -> Option<ScheduleClock> {
    let (was, is_of) = (&replaced.was, |good: &Good, name: &str| good.schedule.as_deref() == Some(name));
    let missed = missed::missed(facts, was, &Cron::parse(&was.cron)?, replaced.until).filter(MissedRuns::is_any);
    let is_over = goods.iter().any(|good| is_of(good, &replaced.by));
    let missed = missed.filter(|_| !is_over)?;
    Some(ScheduleClock {
        name: was.name.clone(),
        storage: was.storage.clone(),
        cron: was.cron.clone(),
        hazard: None,
        next: None,
        last_good: goods.iter().rev().find(|good| is_of(good, &was.name)).map(|good| good.at),
        missed: Some(missed),
        keeps: Keeps::All,
        evicts: None,
    })
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
