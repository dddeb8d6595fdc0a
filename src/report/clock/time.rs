//! Times and durations for people: to the minute, in UTC, and never finer than the facts behind them.

use jiff::Timestamp;

/// Returns a time of the report to the minute: `2026-11-22 03:01 UTC`; what is no time stays as it is.
pub(in crate::report) fn minute(time: &str) -> String {
    let shown = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    time.parse().map_or_else(|_| time.to_owned(), shown)
}

/// Returns a duration in its two largest units: `3 d 7 h`, `7 h 12 min`, `41 min`.
pub fn lasting(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts = match (days, hours, minutes) {
        (0, 0, 0) => return "less than a minute".to_owned(),
        (0, 0, minutes) => [(minutes, "min"), (0, "")],
        (0, hours, minutes) => [(hours, "h"), (minutes, "min")],
        (days, hours, _) => [(days, "d"), (hours, "h")],
    };
    let shown = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}"));
    shown.collect::<Vec<_>>().join(" ")
}

/// Returns how long ago something was.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    lasting(now.duration_since(then).as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        let shown = [-5, 59, 60, 2_460, 3_600, 25_920, 86_400, 285_120, 31_536_000].map(lasting);
        let words = [
            "less than a minute",
            "less than a minute",
            "1 min",
            "41 min",
            "1 h",
            "7 h 12 min",
            "1 d",
            "3 d 7 h",
            "365 d",
        ];
        assert_eq!(shown, words);
        assert_eq!(minute("2026-11-22T03:01:59Z"), "2026-11-22 03:01 UTC");
        assert_eq!(minute("soon"), "soon");
    }
}
