//! Cron expressions as the operator reads them (robfig/cron v3, five fields): can two of them meet, and which of them
//! kill the operator. Must err towards "they can meet": a shared second destroys a backup (operator.md 12.2).

use std::str::FromStr as _;

use croner::Cron;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _, Zoned};

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
/// The minutes of a day.
const MINUTES: usize = 24 * 60;
/// The days searched for a common one: weekdays and leap days repeat after 28 years.
const DAYS: usize = 28 * 366;

/// What of an expression the operator does not survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hazard {
    /// `@every` panics the reconcile (operator.md 12.32).
    Every,
    /// The checksum is too short for the slice that names backups (operator.md 12.32).
    ShortChecksum,
    /// Not an expression the operator parses.
    Unreadable,
}

/// Returns whether two expressions have a minute in common; what cannot be read can meet anything.
pub(super) fn can_meet(a: &str, b: &str) -> bool {
    let ((zone_a, cron_a), (zone_b, cron_b)) = (parse(a), parse(b));
    match (cron_a, cron_b) {
        (Some(cron_a), Some(cron_b)) if zone_a == zone_b => meet(&cron_a, &cron_b).unwrap_or(true),
        _ => true,
    }
}

/// Returns what the operator does not survive in an expression.
pub(super) fn hazard(expression: &str) -> Option<Hazard> {
    if expression.contains("@every") {
        return Some(Hazard::Every);
    }
    if parse(expression).1.is_none() {
        return Some(Hazard::Unreadable);
    }
    // naming/backup.go:81 takes the first five characters of the checksum in base 32.
    (crc32fast::hash(expression.as_bytes()) < 1 << 20).then_some(Hazard::ShortChecksum)
}

/// An expression, cut where its halves do not depend on each other.
struct Fields {
    /// Minute and hour, on every day.
    time: Cron,
    /// Day of month, month and day of week, at midnight.
    days: Cron,
}

/// Returns the time zone prefix of an expression and its fields.
fn parse(expression: &str) -> (Option<&str>, Option<Fields>) {
    let text = expression.trim();
    let zoned = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ="));
    let (zone, fields) = match zoned.and_then(|rest| rest.split_once(' ')) {
        Some((zone, fields)) => (Some(zone), fields.trim()),
        None => (None, text),
    };
    let fields = NAMED.iter().find(|(name, _)| *name == fields).map_or(fields, |(_, expression)| expression);
    (zone, halves(fields))
}

/// Returns the two halves of five fields.
fn halves(fields: &str) -> Option<Fields> {
    let [minute, hour, day, month, weekday] = fields.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let time = Cron::from_str(&format!("{minute} {hour} * * *")).ok()?;
    let days = Cron::from_str(&format!("0 0 {day} {month} {weekday}")).ok()?;
    Some(Fields { time, days })
}

/// Returns whether two expressions share a minute of the day and a day: the two halves do not depend on each other.
fn meet(a: &Fields, b: &Fields) -> Option<bool> {
    let midnight = date(2000, 1, 1).to_zoned(TimeZone::UTC).ok()?;
    let both = |a: &Cron, b: &Cron, at: &Zoned| Some(a.is_time_matching(at).ok()? && b.is_time_matching(at).ok()?);
    let common = |a: &Cron, b: &Cron, step: Span, most: usize| {
        let mut at = midnight.clone();
        for _ in 0..most {
            if both(a, b, &at)? {
                return Some(true);
            }
            at = at.checked_add(step).ok()?;
        }
        Some(false)
    };
    Some(common(&a.time, &b.time, 1.minute(), MINUTES)? && common(&a.days, &b.days, 1.day(), DAYS)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minute_two_schedules_share() {
        assert!(can_meet("0 0 * * *", "0 0 * * 6"));
        assert!(can_meet("0 3 * * *", "@daily") == can_meet("@daily", "0 3 * * *"));
        assert!(!can_meet("0 3 * * *", "@daily"));
        assert!(can_meet("* * * * *", "*/2 * * * *"));
        assert!(!can_meet("0 * * * *", "30 * * * *"));
        assert!(can_meet("0 0 29 2 *", "0 0 * * 1"));
        assert!(!can_meet("0 0 31 2 *", "* * * * *"));
    }

    #[test]
    fn takes_what_it_cannot_read_or_compare_as_meeting() {
        assert!(can_meet("CRON_TZ=Europe/Berlin 0 3 * * *", "0 5 * * *"));
        assert!(!can_meet("CRON_TZ=Europe/Berlin 0 3 * * *", "CRON_TZ=Europe/Berlin 0 5 * * *"));
        assert!(can_meet("whenever", "0 5 * * *"));
    }

    #[test]
    fn names_what_kills_the_operator() {
        assert_eq!(hazard("@every 1h"), Some(Hazard::Every));
        assert_eq!(hazard("54 9 * * 5"), Some(Hazard::ShortChecksum));
        assert_eq!(hazard("0 0 0 * * *"), Some(Hazard::Unreadable));
        assert_eq!(hazard("0 0 * * 6"), None);
        assert_eq!(hazard("@daily"), None);
    }
}
