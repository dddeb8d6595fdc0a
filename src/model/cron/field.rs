//! One field of a cron expression: lists of numbers, names, ranges and steps → a set of numbers (robfig/cron v3,
//! `getField` and `getRange`). Must take the same texts as that parser, its oddities included.

/// The numbers that a field may hold, and their names.
pub(super) struct Bounds {
    /// The least.
    least: u32,
    /// The most.
    most: u32,
    /// Names, the first for the least.
    names: &'static [&'static str],
}

/// Minutes of an hour.
pub(super) const MINUTE: Bounds = Bounds { least: 0, most: 59, names: &[] };
/// Hours of a day.
pub(super) const HOUR: Bounds = Bounds { least: 0, most: 23, names: &[] };
/// Days of a month.
pub(super) const DAY: Bounds = Bounds { least: 1, most: 31, names: &[] };
/// Months of a year.
pub(super) const MONTH: Bounds = Bounds {
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
/// Days of a week; 7 is no Sunday here.
pub(super) const WEEKDAY: Bounds =
    Bounds { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// A set of numbers below 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    /// One bit a number.
    bits: u64,
    /// Whether a `*` or `?` without a step stands in it, which decides how the two fields of days go together.
    pub(super) is_any: bool,
}

impl Field {
    /// Returns whether a number is in it.
    pub(super) fn has(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| self.bits & (1 << number) != 0)
    }

    /// Returns whether two fields have a number in common.
    pub(super) fn meets(self, other: &Self) -> bool {
        self.bits & other.bits != 0
    }

    /// Returns its numbers, the least first.
    pub(super) fn numbers(self) -> impl Iterator<Item = i8> {
        (0..60).filter(move |number| self.has(*number))
    }
}

/// Parses a field; empty parts of a list are left out, as the operator's parser does.
pub(super) fn field(text: &str, bounds: &Bounds) -> Option<Field> {
    let mut field = Field { bits: 0, is_any: false };
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let part = range(part, bounds)?;
        field = Field { bits: field.bits | part.bits, is_any: field.is_any || part.is_any };
    }
    Some(field)
}

/// Parses `*`, `N`, `N-M`, each with a `/STEP` behind it or without.
fn range(text: &str, bounds: &Bounds) -> Option<Field> {
    let (ends, step) = match text.split('/').collect::<Vec<_>>().as_slice() {
        [ends] => (*ends, None),
        [ends, step] => (*ends, Some(number(step)?)),
        _ => return None,
    };
    let (first, rest) = ends.split_once('-').map_or((ends, None), |(first, rest)| (first, Some(rest)));
    let is_star = matches!(first, "*" | "?");
    let (least, most) = match rest {
        // The parser looks at nothing behind a star, and reads `N/STEP` as a range to the end.
        _ if is_star => (bounds.least, bounds.most),
        Some(rest) => (named(first, bounds)?, named(rest, bounds)?),
        None if step.is_some() => (named(first, bounds)?, bounds.most),
        None => (named(first, bounds)?, named(first, bounds)?),
    };
    let is_outside = least < bounds.least || most > bounds.most || least > most || step == Some(0);
    if is_outside {
        return None;
    }
    let every = step.unwrap_or(1);
    let bits = (least..=most).filter(|number| (number - least) % every == 0).fold(0, |bits, number| bits | 1 << number);
    Some(Field { bits, is_any: is_star && every == 1 })
}

/// Parses a number or a name.
fn named(text: &str, bounds: &Bounds) -> Option<u32> {
    let at = bounds.names.iter().position(|name| text.eq_ignore_ascii_case(name));
    match at.and_then(|at| u32::try_from(at).ok()) {
        Some(at) => Some(bounds.least + at),
        None => number(text),
    }
}

/// Parses a number of decimal digits; a plus before it is taken.
fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}
