//! The diagnosis for a pull request or a chat: the same words, the cited lines as a table.

use std::fmt::Write as _;

use super::super::clock;
use super::super::escape::escaped_lines;
use super::super::markdown::{cell, inline};
use super::{DiagnosisReport, SuspectLine, text};

/// Returns the report as Markdown.
pub fn diagnosis(report: &DiagnosisReport) -> String {
    let mut out = String::new();
    put(&mut out, &format!("## {}", inline(&text::headline(&report.leading))));
    put(&mut out, &format!("\nCalls for {}.", inline(&text::calls_for(report))));
    if let Some(place) = report.leading.place() {
        put(&mut out, &format!("\nPlace: {}", code(&place)));
    }
    cited(&mut out, &report.leading);
    if let Some(found) = &report.contradiction {
        put(&mut out, &format!("\n**But** {}.", inline(&found.says)));
    }
    if !report.places.is_empty() {
        put(&mut out, "\nSeen from this machine, which is not what the pods see:\n");
        report.places.iter().for_each(|place| put(&mut out, &format!("- {}", inline(&place.words()))));
    }
    for (word, suspects) in [("Also", &report.others), ("Over", &report.over)] {
        for suspect in suspects {
            put(&mut out, &format!("\n{word}: {}", inline(&text::headline(suspect))));
            cited(&mut out, suspect);
        }
    }
    for note in &report.notes {
        put(&mut out, &format!("\n> {}", inline(note)));
    }
    for clock in &report.clock {
        put(&mut out, clock::rows(clock).trim_end());
    }
    if let Some(next) = &report.next {
        put(&mut out, &format!("\nNext: {}", code(next)));
    }
    out
}

/// Writes the cited lines of a suspect.
fn cited(out: &mut String, suspect: &SuspectLine) {
    if suspect.evidence.is_empty() {
        return;
    }
    put(out, "\n| where | line |\n| --- | --- |");
    for cite in &suspect.evidence {
        put(out, &format!("| {} | {} |", cell(&cite.at()), code(&cite.text).replace('|', "\\|")));
    }
    if let Some(more) = suspect.unshown() {
        put(out, &format!("\n{more}"));
    }
}

/// Returns a text as code that it cannot end.
fn code(text: &str) -> String {
    let fence = "`".repeat(text.split(|c| c != '`').map(str::len).max().unwrap_or_default() + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace(['\n', '\r'], " "))
}

/// Writes lines.
fn put(out: &mut String, lines: &str) {
    writeln!(out, "{}", escaped_lines(lines)).expect("a String takes any text");
}
