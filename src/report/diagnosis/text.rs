//! The diagnosis for a person at a terminal: the cause, the lines it rests on, what it calls for, the next command.

use super::super::clock::{self, ClockReport};
use super::super::text::{Rows, WIDTH, put, wrapped};
use super::{DiagnosisReport, ElsewhereLine, SuspectLine, around};
use crate::diagnose::Cause;

/// The columns before the text of a row.
const INDENT: usize = 12;
/// How many logs are named that were looked at.
const LOOKED_AT: usize = 8;

/// Returns the report as text.
pub fn diagnosis(report: &DiagnosisReport) -> String {
    let mut text = String::new();
    let leading = &report.leading;
    // What is about to be lost comes before anything else.
    report.site.iter().flat_map(around::rescue).for_each(|line| put(&mut text, &line));
    for (number, line) in wrapped(&headline(leading), WIDTH - 2).into_iter().enumerate() {
        put(&mut text, &format!("{}{line}", if number == 0 { "" } else { "  " }));
    }
    let mut rows = Rows { text: &mut text, last: "" };
    rows.row("since", report.site.iter().flat_map(around::since));
    rows.row("place", around::place(report));
    rows.row("evidence", evidence(leading));
    let but = report.contradiction.iter().flat_map(|found| wrapped(&found.says, WIDTH - INDENT));
    rows.row("but", but);
    rows.row("from here", report.places.iter().flat_map(|place| hanging(&place.words())));
    rows.row("also", report.others.iter().flat_map(beside));
    rows.row("elsewhere", report.elsewhere.iter().flat_map(elsewhere));
    rows.row("over", report.over.iter().flat_map(beside));
    rows.row("not", report.site.iter().flat_map(|site| &site.not).flat_map(|text| wrapped(text, WIDTH - INDENT)));
    let of_level = |level: &'static str| report.site.iter().flat_map(move |site| around::findings(site, level));
    rows.row("warning", of_level("warn"));
    rows.row("note", report.notes.iter().flat_map(|note| wrapped(note, WIDTH - INDENT)).chain(of_level("note")));
    for clock in &report.clock {
        rows.row("clock", clock_lines(report, clock));
    }
    rows.row("not seen", report.site.iter().flat_map(around::unseen));
    rows.row("calls for", wrapped(&calls_for(report), WIDTH - INDENT));
    rows.row("looked at", looked_at(report));
    if let Some(next) = &report.next {
        put(&mut text, &format!("next  {next}"));
    }
    text
}

/// Returns a text whose lines after the first stand further in.
fn hanging(text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - INDENT - 2).into_iter().enumerate();
    lines.map(|(number, line)| if number == 0 { line } else { format!("  {line}") }).collect()
}

/// Returns the answer in one sentence.
pub(super) fn headline(suspect: &SuspectLine) -> String {
    let sure = suspect.confidence.word();
    let name = suspect.cause.name();
    // That nobody can tell has no degrees.
    if suspect.cause == Cause::CannotTell {
        format!("{name}: {}", suspect.claim)
    } else {
        format!("{name}: {} ({sure})", suspect.claim)
    }
}

/// Returns what the cause calls for.
pub(super) fn calls_for(report: &DiagnosisReport) -> String {
    format!("{}: {}", report.calls_for.word(), report.advice)
}

/// Returns the cited lines, each below where it stands.
fn evidence(suspect: &SuspectLine) -> Vec<String> {
    let cited = suspect.evidence.iter().flat_map(|cite| {
        let text = wrapped(&cite.words(), WIDTH - INDENT - 2).into_iter().map(|line| format!("  {line}"));
        std::iter::once(cite.at()).chain(text)
    });
    cited.chain(suspect.unshown()).collect()
}

/// Returns a cause beside the one that leads, with its first line.
fn beside(suspect: &SuspectLine) -> Vec<String> {
    let head = wrapped(&headline(suspect), WIDTH - INDENT);
    let first = SuspectLine { evidence: suspect.evidence.iter().take(1).cloned().collect(), ..suspect.clone() };
    head.into_iter().chain(evidence(&first).into_iter().map(|line| format!("  {line}"))).collect()
}

/// Returns what fails at another place, with its first line.
fn elsewhere(line: &ElsewhereLine) -> Vec<String> {
    let names = format!("storage {}: ", around::names(&line.storages));
    let mut lines = beside(&line.suspect);
    let first = if lines.is_empty() { String::new() } else { lines.remove(0) };
    wrapped(&(names + &first), WIDTH - INDENT).into_iter().chain(lines).collect()
}

/// Returns a clock, under the name of its cluster where there are several.
fn clock_lines(report: &DiagnosisReport, clock: &ClockReport) -> Vec<String> {
    let name = (report.clock.len() > 1).then(|| format!("{}:", clock.cluster));
    name.into_iter().chain(clock::lines(clock).iter().flat_map(|line| hung(line))).collect()
}

/// Returns a text in lines, those after the first indented.
fn hung(text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - INDENT - 2).into_iter().enumerate();
    lines.map(|(number, line)| if number == 0 { line } else { format!("  {line}") }).collect()
}

/// Returns what was looked at; of many logs the first ones.
fn looked_at(report: &DiagnosisReport) -> Vec<String> {
    let line = |source: &super::SourceLine| {
        let lines = if source.lines == 1 { "1 line".to_owned() } else { format!("{} lines", source.lines) };
        format!("{}, {lines}", source.name)
    };
    let objects = report.site.iter().map(|site| format!("objects of {}: {}", site.cluster, site.objects));
    let more = report.looked_at.len().saturating_sub(LOOKED_AT);
    let logs = report.looked_at.iter().take(if more == 1 { LOOKED_AT + 1 } else { LOOKED_AT }).map(line);
    let more = (more > 1).then(|| format!("and {more} logs more"));
    objects.chain(logs).flat_map(|text| wrapped(&text, WIDTH - INDENT)).chain(more).collect()
}
