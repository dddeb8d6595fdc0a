//! The status for a person at a terminal: a table of all, then of each what has to be known and what to type next.

use super::super::clock::{self, lasting};
use super::super::text::{Rows, WIDTH, put, wrapped};
use super::{IncidentLine, LiveLine, StatusReport};

/// The columns before the text of a row.
const INDENT: usize = 12;
/// The heads of the table.
const HEADS: [&str; 6] = ["INCIDENT", "CLUSTER", "FROM → TO", "STAGE", "AGE", "PULL REQUEST"];

/// Returns the report as text.
pub fn status(report: &StatusReport) -> String {
    let mut text = String::new();
    if report.incidents.is_empty() {
        put(&mut text, &report.nothing(&report.base));
    } else {
        table(&mut text, &report.incidents);
    }
    report.incidents.iter().for_each(|line| block(&mut text, line));
    if !report.findings.is_empty() {
        text.push('\n');
    }
    for finding in &report.findings {
        for (number, line) in wrapped(&format!("{}: {}", finding.id, finding.fact), WIDTH - 8).into_iter().enumerate() {
            put(&mut text, &format!("{:<6}  {line}", if number == 0 { finding.level.as_str() } else { "" }));
        }
        if let Some(hint) = &finding.hint {
            put(&mut text, &format!("        hint: {hint}"));
        }
    }
    text
}

/// Returns the cells of an incident.
pub(super) fn cells(line: &IncidentLine) -> [String; 6] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let pull = line.pull().map(|pull| format!("#{} {}", pull.number, pull.state));
    [
        line.incident.clone(),
        or_dash(line.cluster.clone()),
        line.way(),
        line.stage_words(),
        or_dash(line.age_seconds.map(|seconds| if seconds < 60 { "0 min".to_owned() } else { lasting(seconds) })),
        or_dash(pull),
    ]
}

/// Writes the table.
fn table(text: &mut String, lines: &[IncidentLine]) {
    let rows: Vec<[String; 6]> = std::iter::once(HEADS.map(str::to_owned)).chain(lines.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        put(text, cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// Writes what has to be known of one incident.
fn block(text: &mut String, line: &IncidentLine) {
    let of = line.cluster.as_ref().map(|cluster| format!(" of {cluster}")).unwrap_or_default();
    text.push('\n');
    put(text, &format!("{}{of}", line.incident));
    let mut rows = Rows { text, last: "" };
    rows.row("state", wrapped(&line.fact, WIDTH - INDENT));
    rows.row(
        "cause",
        Some(&line.cause)
            .filter(|cause| !cause.is_empty())
            .into_iter()
            .flat_map(|cause| wrapped(cause, WIDTH - INDENT)),
    );
    rows.row("page", page(line));
    rows.row("live", line.live.iter().flat_map(live));
    rows.row("clock", line.clock.iter().flat_map(clock::lines).flat_map(|line| hung(&line)));
    if let Some(next) = &line.next {
        put(rows.text, &format!("  next      {next}"));
    }
}

/// Returns the page of the pull request, or the one that opens it.
fn page(line: &IncidentLine) -> Option<String> {
    let compare = line.proposed.as_ref().and_then(|proposed| proposed.compare_url.clone());
    line.pull().map(|pull| pull.url.clone()).or(compare)
}

/// Returns what a cluster shows.
pub(super) fn live(live: &LiveLine) -> Vec<String> {
    let observed = if live.is_observed { "" } else { ", not observed as it is" };
    let state = live.state.as_ref().map(|state| format!("cluster {state}{observed}"));
    let backup = |backup: &super::LiveBackup| {
        let created = backup.created.as_deref().map(clock::minute).unwrap_or_default();
        format!("Backup {} on `{}`: {} {created}", backup.name, backup.storage, backup.state).trim_end().to_owned()
    };
    let trouble = live.trouble.iter().map(|trouble| format!("not read: {trouble}"));
    let lines = state.into_iter().chain(live.backups.iter().map(backup)).chain(trouble);
    lines.flat_map(|line| hung(&line)).collect()
}

/// Returns a text in lines, those after the first indented.
fn hung(text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - INDENT - 2).into_iter().enumerate();
    lines.map(|(number, line)| if number == 0 { line } else { format!("  {line}") }).collect()
}
