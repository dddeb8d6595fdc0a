//! When runs are due: the instants at which the clock of an expression shows one of its minutes. An hour that the clock
//! leaves out has no runs, an hour that it shows twice has them twice, as the operator's library has it.

use std::collections::VecDeque;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use super::Cron;

/// The days without a run after which the library gives up: five years.
const PATIENCE: u32 = 5 * 366;

/// The minutes at which runs are due, the first first. The second within the minute is the one at which the operator
/// took the schedule up, which nobody else knows.
#[derive(Debug)]
pub struct Runs<'a> {
    /// The expression.
    cron: &'a Cron,
    /// Runs up to this instant are left out.
    after: Timestamp,
    /// The next day of UTC to look at.
    day: Option<Date>,
    /// What was found on the days before it.
    found: VecDeque<Timestamp>,
    /// Days without a run.
    empty: u32,
}

impl Cron {
    /// Returns the runs that are due later than an instant.
    pub fn runs_after(&self, after: Timestamp) -> Runs<'_> {
        let day = after.to_zoned(TimeZone::UTC).date();
        Runs { cron: self, after, day: Some(day), found: VecDeque::new(), empty: 0 }
    }

    /// Returns the runs on one day of UTC, in order.
    fn on(&self, day: Date) -> Vec<Timestamp> {
        let near = [day.yesterday(), Ok(day), day.tomorrow()];
        let dates = near.into_iter().flatten().filter(|date| self.is_on(*date));
        let mut runs: Vec<Timestamp> = dates.flat_map(|date| self.at(date)).filter(|run| is_of(*run, day)).collect();
        runs.sort_unstable();
        runs
    }

    /// Returns the instants at which the clock shows one of the minutes on a date.
    fn at(&self, date: Date) -> impl Iterator<Item = Timestamp> {
        let times = self.hour.numbers().flat_map(|hour| self.minute.numbers().map(move |minute| (hour, minute)));
        times.flat_map(move |(hour, minute)| instants(&self.clock, date.at(hour, minute, 0, 0)))
    }
}

impl Iterator for Runs<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        loop {
            if let Some(run) = self.found.pop_front() {
                if run > self.after {
                    self.empty = 0;
                    return Some(run);
                }
                continue;
            }
            let day = self.day.filter(|_| self.empty < PATIENCE)?;
            self.empty += 1;
            self.found.extend(self.cron.on(day));
            self.day = day.checked_add(1.day()).ok();
        }
    }
}

/// Returns whether an instant is of a day of UTC.
fn is_of(instant: Timestamp, day: Date) -> bool {
    instant.to_zoned(TimeZone::UTC).date() == day
}

/// Returns the instants at which a clock shows a time: one, none, or two.
fn instants(clock: &TimeZone, at: DateTime) -> impl Iterator<Item = Timestamp> + use<> {
    let offsets = match clock.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
        AmbiguousOffset::Gap { .. } => [None, None],
        AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
    };
    offsets.into_iter().flatten().filter_map(move |offset| offset.to_timestamp(at).ok())
}
