//! Dates and times as go-yaml recognises them, turned into RFC 3339 text as Go's JSON writes them.
//!
//! An unquoted date in a resource becomes such a string. Pure; it knows the four layouts go-yaml tries and nothing else.

/// The fields of a time.
struct Clock {
    /// Hour, minute and second.
    hms: [u32; 3],
    /// Nanoseconds.
    nanos: u32,
    /// Offset from UTC in minutes with its sign, when the layout has a zone.
    offset: i32,
}

/// Returns the RFC 3339 form of `text` when go-yaml takes it for a time.
pub(super) fn parse(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_year = bytes.len() > 4 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-';
    if !is_year {
        return None;
    }
    let year: u32 = text[..4].parse().ok()?;
    let (month, rest) = one_or_two(&text[5..])?;
    let (day, rest) = one_or_two(rest.strip_prefix('-')?)?;
    let is_day = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
    let clock = match rest.chars().next() {
        None => Clock { hms: [0; 3], nanos: 0, offset: 0 },
        Some('T' | 't') => zoned(&rest[1..])?,
        Some(' ') => match time_of_day(rest[1..].trim_start_matches(' '))? {
            (clock, "") => clock,
            _ => return None,
        },
        Some(_) => return None,
    };
    is_day.then(|| format(&[year, month, day], &clock))
}

/// Reads a time of day with its zone.
fn zoned(text: &str) -> Option<Clock> {
    let (mut clock, zone) = time_of_day(text)?;
    if zone == "Z" {
        return Some(clock);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let bytes = zone.as_bytes();
    let is_zone = bytes.len() == 6 && bytes[3] == b':' && [1, 2, 4, 5].iter().all(|&at| bytes[at].is_ascii_digit());
    if !is_zone {
        return None;
    }
    let (hours, minutes): (i32, i32) = (zone[1..3].parse().ok()?, zone[4..6].parse().ok()?);
    if hours > 24 || minutes >= 60 {
        return None;
    }
    clock.offset = sign * (hours * 60 + minutes);
    Some(clock)
}

/// Reads hour, minute, second and fraction; returns what follows.
fn time_of_day(text: &str) -> Option<(Clock, &str)> {
    let (hour, rest) = one_or_two(text)?;
    let (minute, rest) = one_or_two(rest.strip_prefix(':')?)?;
    let (second, mut rest) = one_or_two(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ','])
        && fraction.starts_with(|letter: char| letter.is_ascii_digit())
    {
        let end = fraction.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(fraction.len());
        let digits = format!("{:0<9}", &fraction[..end.min(9)]);
        nanos = digits.parse().ok()?;
        rest = &fraction[end..];
    }
    Some((Clock { hms: [hour, minute, second], nanos, offset: 0 }, rest))
}

/// Reads a number of one or two digits.
fn one_or_two(text: &str) -> Option<(u32, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text.get(..count)?.parse().ok()?, &text[count..]))
}

/// The days of a month.
fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Writes RFC 3339 with the fraction's trailing zeros cut.
fn format(date: &[u32; 3], clock: &Clock) -> String {
    let [hour, minute, second] = clock.hms;
    let mut out = format!("{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}", date[0], date[1], date[2]);
    if clock.nanos > 0 {
        out.push('.');
        out.push_str(format!("{:09}", clock.nanos).trim_end_matches('0'));
    }
    if clock.offset == 0 {
        out.push('Z');
    } else {
        let size = clock.offset.unsigned_abs();
        let sign = if clock.offset < 0 { "-" } else { "+" };
        for part in [sign.to_owned(), format!("{:02}:{:02}", size / 60, size % 60)] {
            out.push_str(&part);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn takes_what_go_takes() {
        for (text, want) in [
            ("2001-01-01", Some("2001-01-01T00:00:00Z")),
            ("2001-1-1", Some("2001-01-01T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2024-01-01 00:00:00", Some("2024-01-01T00:00:00Z")),
            ("2001-02-29", None),
            ("2001-12-14 21:59:43.10 -5", None),
            ("2001-12", None),
            ("2001-", None),
        ] {
            assert_eq!(parse(text).as_deref(), want, "{text}");
        }
    }
}
