//! The diagnosis for a pull request or a chat: the same words, the cited lines as a table.

use std::fmt::Write as _;

use super::super::clock;
use super::super::escape::escaped_lines;
use super::super::markdown::{cell, inline};
use super::{DiagnosisReport, SuspectLine, around, text};

/// Returns the report as Markdown.
pub fn diagnosis(report: &DiagnosisReport) -> String {
    let mut out = String::new();
    rescue(&mut out, report);
    put(&mut out, &format!("## {}", inline(&text::headline(&report.leading))));
    put(&mut out, &format!("\nCalls for {}.", inline(&text::calls_for(report))));
    for since in report.site.iter().map(|site| around::since(site).join(" ")).filter(|since| !since.is_empty()) {
        put(&mut out, &format!("\nSince {}", inline(&since)));
    }
    match (around::place(report).join(" "), &report.site) {
        (place, _) if place.is_empty() => {}
        (place, Some(_)) => put(&mut out, &format!("\nPlace: {}", inline(&place))),
        (place, None) => put(&mut out, &format!("\nPlace: {}", code(&place))),
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
    for line in &report.elsewhere {
        let names = format!("\nElsewhere: storage {}: ", around::names(&line.storages));
        put(&mut out, &(inline(&names) + &inline(&text::headline(&line.suspect))));
        cited(&mut out, &line.suspect);
    }
    surroundings(&mut out, report);
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

/// Writes what is about to be lost, before anything else.
fn rescue(out: &mut String, report: &DiagnosisReport) {
    for site in report.site.iter().filter(|site| !site.being_deleted.is_empty()) {
        put(out, &format!("**{}**\n", inline(&around::going(site))));
        site.keep_commands.iter().for_each(|command| put(out, &format!("- {}", code(command))));
        for going in &site.being_deleted {
            put(out, &format!("- {}: {}", code(&going.name), code(&going.destination)));
        }
        out.push('\n');
    }
}

/// Writes what is not at fault, what else is in the way, and what could not be seen.
fn surroundings(out: &mut String, report: &DiagnosisReport) {
    let hinted = |hint: &Option<String>| hint.as_ref().map(|hint| format!("; {}", code(hint))).unwrap_or_default();
    let Some(site) = &report.site else { return };
    for cleared in &site.not {
        put(out, &format!("\nNot {}", inline(cleared)));
    }
    for finding in &site.findings {
        let text = format!("{} {}: {}", finding.level, finding.id, finding.fact);
        put(out, &format!("\n> {}{}", inline(&text), hinted(&finding.hint)));
    }
    for (what, line) in around::together(&site.unseen) {
        put(out, &format!("\n> not seen: {}{}", inline(&format!("{what}: {}", line.fact)), hinted(&line.hint)));
    }
}

/// Writes the cited lines of a suspect.
fn cited(out: &mut String, suspect: &SuspectLine) {
    if suspect.evidence.is_empty() {
        return;
    }
    put(out, "\n| where | line |\n| --- | --- |");
    for cite in &suspect.evidence {
        put(out, &format!("| {} | {} |", cell(&cite.at()), code(&cite.words()).replace('|', "\\|")));
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
