//! The verdict for a person at a terminal: one line a check, what they come to, the next command.

use super::super::text::{WIDTH, put, wrapped};
use super::{CheckLine, VerdictReport};
use crate::verify::Outcome;

/// The columns before the fact of a check: the outcome and the name.
const INDENT: usize = 24;

/// Returns the report as text.
pub fn verdict(report: &VerdictReport) -> String {
    let mut text = String::new();
    report.checks.iter().for_each(|check| line(&mut text, check));
    put(&mut text, &sum(report));
    if let Some(next) = &report.next {
        put(&mut text, &format!("next  {next}"));
    }
    text
}

/// Writes one check; a hint is typed, so it is not wrapped.
fn line(text: &mut String, check: &CheckLine) {
    for (number, part) in wrapped(&check.fact, WIDTH - INDENT).into_iter().enumerate() {
        let (outcome, name) = if number == 0 { (check.outcome.word(), check.name.word()) } else { ("", "") };
        put(text, format!("{outcome:<11}  {name:<9}  {part}").trim_end());
    }
    if let Some(hint) = &check.hint {
        put(text, &format!("{:INDENT$}hint: {hint}", ""));
    }
}

/// Returns what the checks come to.
pub(super) fn sum(report: &VerdictReport) -> String {
    let (passed, all) = (report.count(Outcome::Passed), report.checks.len());
    let beside = [Outcome::Failed, Outcome::Waiting, Outcome::CannotTell];
    let beside = beside.into_iter().filter_map(|outcome| match report.count(outcome) {
        0 => None,
        count => Some(format!("{count} {}", outcome.word())),
    });
    let beside: Vec<String> = beside.collect();
    let rest = if beside.is_empty() { String::new() } else { format!(", {}", beside.join(", ")) };
    let checks = if all == 1 { "check" } else { "checks" };
    format!("{passed} of {all} {checks} passed{rest}{}", since(report))
}

/// Returns how long after the incident was opened all was well.
fn since(report: &VerdictReport) -> String {
    let times = (report.opened_at.parse::<jiff::Timestamp>(), report.at.parse::<jiff::Timestamp>());
    let (Ok(opened), Ok(at)) = times else { return String::new() };
    let minutes = at.duration_since(opened).as_mins();
    if report.verdict != Outcome::Passed || minutes < 0 {
        return String::new();
    }
    let span = match minutes {
        0..=119 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    };
    format!("; {span} after the incident was opened")
}
