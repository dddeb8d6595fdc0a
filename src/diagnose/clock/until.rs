//! Until when: the earliest moments at which age can take away what a restore needs. Each is a bound from below, since
//! what deletes by age runs later than it could and, on a storage that is down, not at all.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::facts::ClockFacts;
use super::good::{Good, Restorable, Seen};
use crate::model::binlog::BinlogExpiry;

/// When age deletes backups, by the bucket's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiries {
    /// The days of the rule.
    pub days: u32,
    /// The oldest good backup, not before.
    pub oldest: Option<Timestamp>,
    /// The newest good backup, not before.
    pub newest: Option<Timestamp>,
}

/// When the nodes may purge binlogs that nothing else has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinlogClock {
    /// How long they are kept.
    pub expiry: BinlogExpiry,
    /// The earliest moment at which one goes that is needed behind the newest restorable point.
    pub safe_until: Option<Timestamp>,
}

/// Until when something has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActBefore {
    /// The moment.
    pub at: Timestamp,
    /// Why then.
    pub reason: Reason,
    /// Whether it is over.
    pub is_past: bool,
}

/// What happens first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nodes purge binlogs that were not collected: changes between the newest restorable point and the next full backup.
    BinlogsPurged,
    /// A lifecycle rule deletes the newest good backup.
    NewestExpires,
}

/// Returns when age deletes backups; `None` where no rule is known.
pub(super) fn expiries(facts: &ClockFacts<'_>, goods: Option<&[Good]>) -> Option<Expiries> {
    let days = facts.bucket.lifecycle_days?;
    let expires = |good: Option<&Good>| good.and_then(|good| expires(facts, days, good.began));
    let goods = goods.unwrap_or_default();
    Some(Expiries { days, oldest: expires(goods.first()), newest: expires(goods.last()) })
}

/// Returns when an object of an instant expires at the earliest: rules go by whole days of UTC, the first one left out
/// (conventions.md 6 b), and object lock keeps for longer.
fn expires(facts: &ClockFacts<'_>, days: u32, written: Timestamp) -> Option<Timestamp> {
    let day = written.to_zoned(TimeZone::UTC).date().checked_add((i64::from(days) + 1).days()).ok()?;
    let by_rule = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let locked = facts.bucket.lock_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    let by_lock = locked.and_then(|locked| written.checked_add(locked).ok());
    Some(by_lock.map_or(by_rule, |by_lock| by_lock.max(by_rule)))
}

/// Returns when binlogs may go; `None` where the block says nothing of point-in-time recovery.
pub(super) fn binlogs(facts: &ClockFacts<'_>, restorable: &Seen<Restorable>) -> Option<BinlogClock> {
    facts.backup.pitr.storage.as_ref()?;
    let expiry = facts.binlogs;
    let kept = expiry.seconds.and_then(|seconds| i64::try_from(seconds).ok()).map(SignedDuration::from_secs);
    let safe_until = match (restorable, kept) {
        // A binlog that holds what came after that point was closed later than it.
        (Seen::Found(point), Some(kept)) => point.at.checked_add(kept).ok(),
        _ => None,
    };
    Some(BinlogClock { expiry, safe_until })
}

/// Returns the earliest of what is known.
pub(super) fn act_before(
    now: Timestamp,
    expiries: Option<Expiries>,
    binlogs: Option<BinlogClock>,
) -> Option<ActBefore> {
    let purged = binlogs.and_then(|binlogs| binlogs.safe_until).map(|at| (at, Reason::BinlogsPurged));
    let expired = expiries.and_then(|expiries| expiries.newest).map(|at| (at, Reason::NewestExpires));
    let (at, reason) = [purged, expired].into_iter().flatten().min()?;
    Some(ActBefore { at, reason, is_past: at <= now })
}
