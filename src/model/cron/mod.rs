//! Cron expressions as the operator reads them (robfig/cron v3, `ParseStandard`): when a run is due, can two of them meet,
//! and which of them kill the operator. Plan and risk clock both ask here. Must read what the operator reads and refuse
//! what it refuses; where two expressions cannot be compared they meet, since a shared second destroys a backup
//! (operator.md 12.2).

mod due;
mod field;
mod zone;

pub use due::Runs;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use field::{Field, field};

/// Names for whole expressions (robfig/cron v3, "Predefined schedules").
const NAMED: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
/// The days searched for a common one: weekdays and leap days repeat after 28 years.
const DAYS: usize = 28 * 366;

/// What of an expression the operator does not survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hazard {
    /// `@every` panics the reconcile (operator.md 12.32).
    Every,
    /// The checksum is too short for the slice that names backups (operator.md 12.32).
    ShortChecksum,
    /// Not an expression the operator parses.
    Unreadable,
}

/// An expression that the operator parses.
#[derive(Debug, Clone, PartialEq)]
pub struct Cron {
    /// Minutes of an hour.
    minute: Field,
    /// Hours of a day.
    hour: Field,
    /// Days of a month.
    day: Field,
    /// Months of a year.
    month: Field,
    /// Days of a week, from Sunday.
    weekday: Field,
    /// The zone that the expression itself names.
    zone: Option<String>,
    /// The zone that its fields are read in.
    clock: TimeZone,
}

impl Cron {
    /// Parses an expression; one without a zone of its own is read in UTC, the clock of the operator's container.
    /// `None` where the operator would not parse it, or where no such zone is known.
    pub fn parse(expression: &str) -> Option<Self> {
        let (zone, fields) = cut(expression)?;
        let clock = zone.map_or(Some(TimeZone::UTC), zone::named)?;
        let fields = if fields.starts_with('@') {
            NAMED.iter().find(|(name, _)| *name == fields).map(|(_, expression)| *expression)?
        } else {
            fields
        };
        let [minute, hour, day, month, weekday] = fields.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        Some(Self {
            minute: field(minute, &field::MINUTE)?,
            hour: field(hour, &field::HOUR)?,
            day: field(day, &field::DAY)?,
            month: field(month, &field::MONTH)?,
            weekday: field(weekday, &field::WEEKDAY)?,
            zone: zone.map(str::to_owned),
            clock,
        })
    }

    /// Returns the zone that the expression names, where it names one.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// Returns whether runs are due on a date of its clock: both days have to fit where one of them is `*`, else one.
    fn is_on(&self, date: Date) -> bool {
        let day = self.day.has(date.day());
        let weekday = self.weekday.has(date.weekday().to_sunday_zero_offset());
        let is_either = self.day.is_any || self.weekday.is_any;
        self.month.has(date.month()) && if is_either { day && weekday } else { day || weekday }
    }
}

/// Returns whether two expressions have a minute in common; what cannot be read can meet anything.
pub fn can_meet(a: &str, b: &str) -> bool {
    match (Cron::parse(a), Cron::parse(b)) {
        (Some(a), Some(b)) if a.zone == b.zone => {
            a.minute.meets(&b.minute) && a.hour.meets(&b.hour) && is_one_day(&a, &b)
        }
        _ => true,
    }
}

/// Returns what the operator does not survive in an expression.
pub fn hazard(expression: &str) -> Option<Hazard> {
    if expression.contains("@every") {
        return Some(Hazard::Every);
    }
    if Cron::parse(expression).is_none() {
        return Some(Hazard::Unreadable);
    }
    // naming/backup.go:81 takes the first five characters of the checksum in base 32.
    (crc32fast::hash(expression.as_bytes()) < 1 << 20).then_some(Hazard::ShortChecksum)
}

/// Returns the zone that an expression starts with, and the rest; `None` where the operator trips over the start.
fn cut(expression: &str) -> Option<(Option<&str>, &str)> {
    let zoned = expression.strip_prefix("CRON_TZ=").or_else(|| expression.strip_prefix("TZ="));
    match zoned {
        Some(rest) => rest.split_once(' ').map(|(zone, fields)| (Some(zone), fields.trim())),
        None => Some((None, expression)),
    }
}

/// Returns whether two expressions share a day.
fn is_one_day(a: &Cron, b: &Cron) -> bool {
    let mut days = date(2000, 1, 1).series(1.day()).take(DAYS);
    days.any(|day| a.is_on(day) && b.is_on(day))
}

#[cfg(test)]
mod tests;
