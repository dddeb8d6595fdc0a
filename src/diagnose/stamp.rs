//! When a line was written, as the programs of a backup write it: RFC 3339, Go's log, xbcloud's short form, zap in JSON.
//! Comes when lines are read. Must never take a time in the middle of a message for the line's own.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use super::origin::without_origin;

/// How far two times may lie apart by their zones alone.
const ZONES: SignedDuration = SignedDuration::from_hours(14);

/// The start of a line with a time: seconds since 1970; or day, time of day, zone.
static START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^(?:\{.{0,200}?"(?:ts|time|timestamp)":\s*)?(?:time=)?"?"#,
        r"(?:(?P<epoch>1\d{9})(?:\.\d+)?[,}]",
        r"|(?P<year>20\d\d)[-/](?P<month>\d\d)[-/](?P<day>\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,]\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?",
        r"|(?P<yy>\d\d)(?P<mm>\d\d)(?P<dd>\d\d) +(?P<hms>\d{1,2}:\d\d:\d\d))",
    ))
    .expect("the pattern is a constant that the tests compile")
});

/// When a line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The time; in UTC where the line names no zone, as containers write.
    pub(super) at: Timestamp,
    /// Whether the line names its zone.
    pub(super) is_zoned: bool,
}

impl Stamp {
    /// Returns when a line was written, where it says so.
    pub(super) fn of(line: &str) -> Option<Self> {
        let message = without_origin(line);
        let found = START.captures(message.trim_start())?;
        let part = |name: &str| found.name(name).map(|part| part.as_str());
        if let Some(epoch) = part("epoch") {
            return Some(Self { at: Timestamp::from_second(epoch.parse().ok()?).ok()?, is_zoned: true });
        }
        if let Some(hms) = part("hms") {
            let (year, month, day) = (part("yy")?, part("mm")?, part("dd")?);
            return Some(Self { at: utc(&format!("20{year}-{month}-{day}T{hms:0>8}"))?, is_zoned: false });
        }
        let local = format!("{}-{}-{}T{}", part("year")?, part("month")?, part("day")?, part("time")?);
        match part("zone") {
            Some(zone) => Some(Self { at: format!("{local}{zone}").parse().ok()?, is_zoned: true }),
            None => Some(Self { at: utc(&local)?, is_zoned: false }),
        }
    }

    /// Returns whether this is later than another time by more than a span, whatever zone a line means that names none.
    pub(super) fn is_after(self, other: Self, span: SignedDuration) -> bool {
        let doubt = if self.is_zoned == other.is_zoned { SignedDuration::ZERO } else { ZONES };
        self.at.duration_since(other.at) > span + doubt
    }
}

/// Returns a time of day in UTC.
fn utc(text: &str) -> Option<Timestamp> {
    let local: DateTime = text.parse().ok()?;
    local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_times_that_programs_write() {
        let at = |line: &str| Stamp::of(line).map(|stamp| (stamp.at.to_string(), stamp.is_zoned));
        let day = |is_zoned| Some(("2026-11-22T03:00:30Z".to_owned(), is_zoned));
        for (line, is_zoned) in [
            ("2026-11-22T03:00:30Z Could not connect", true),
            ("2026-11-22T04:00:30.123456+01:00 stderr F x", true),
            ("2026-11-22 03:00:30 [INFO] Backup finished", false),
            ("2026/11/22 03:00:30 ERROR: new collector", false),
            ("261122 03:00:30 xbcloud: x", false),
            ("261122  3:00:30 xbcloud: x", false),
            ("[pod/xb-1/xtrabackup] 2026-11-22T03:00:30.1Z 261122 02:00:00 x", true),
            (r#"{"level":"error","ts":"2026-11-22T03:00:30.000Z","msg":"x"}"#, true),
            (r#"{"level":"error","ts":1795316430.25,"msg":"x"}"#, true),
            (r#"time="2026-11-22T03:00:30.123+00:00" level=error"#, true),
        ] {
            assert_eq!(at(line), day(is_zoned), "{line}");
        }
        for line in ["x509: current time 2026-11-22T03:00:00Z is after", "Total Objects: 0", "991399 99:99:99 x", ""] {
            assert_eq!(at(line), None, "{line}");
        }
    }

    #[test]
    fn a_time_without_zone_is_later_only_where_no_zone_could_undo_it() {
        let of = |line: &str| Stamp::of(line).unwrap();
        let (zoned, bare) = (of("2026-11-22T03:00:00Z x"), of("2026-11-22 13:00:00 x"));
        assert!(!bare.is_after(zoned, SignedDuration::ZERO) && !zoned.is_after(bare, SignedDuration::ZERO));
        assert!(of("2026-11-22T13:00:00Z x").is_after(zoned, SignedDuration::from_hours(9)));
        assert!(of("2026-11-23 13:00:00 x").is_after(zoned, SignedDuration::from_hours(1)));
    }
}
