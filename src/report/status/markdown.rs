//! The status for a chat or a page: the table of all, then of each the clock and what to type next.

use super::super::clock;
use super::super::markdown::{cell, inline, put};
use super::{StatusReport, text};

/// Returns the report as Markdown.
pub fn status(report: &StatusReport) -> String {
    let mut out = String::new();
    let (base, commit) = (inline(&report.base), report.commit.get(..7).unwrap_or_default());
    if report.incidents.is_empty() {
        let nothing = report.nothing(&format!("`{base}`")).replacen('n', "N", 1);
        put(&mut out, &format!("{nothing}."));
    } else {
        put(&mut out, "| incident | cluster | from → to | stage | age | pull request | next |");
        put(&mut out, "| --- | --- | --- | --- | --- | --- | --- |");
        for line in &report.incidents {
            let mut cells = text::cells(line).map(|text| cell(&text));
            if let Some(pull) = line.pull() {
                cells[5] = format!("[{}]({})", cells[5], cell(&pull.url));
            }
            let next = line.next.as_deref().map(|next| format!("`{}`", cell(next))).unwrap_or_default();
            put(&mut out, &format!("| {} | {next} |", cells.join(" | ")));
        }
    }
    for line in &report.incidents {
        let of = line.cluster.as_ref().map(|cluster| format!(" of `{}`", inline(cluster))).unwrap_or_default();
        put(&mut out, &format!("\n### `{}`{of}\n\n{}.", inline(&line.incident), inline(&line.fact)));
        if !line.cause.is_empty() {
            put(&mut out, &format!("\nCause: {}", inline(&line.cause)));
        }
        let shown: Vec<String> =
            line.live.iter().flat_map(text::live).map(|line| format!("- {}", inline(&line))).collect();
        if !shown.is_empty() {
            put(&mut out, &format!("\n{}", shown.join("\n")));
        }
        if let Some(clock) = &line.clock {
            put(&mut out, clock::rows(clock).trim_end());
        }
    }
    for finding in &report.findings {
        put(&mut out, &format!("\n> {}: **{}** {}", finding.level, inline(&finding.id), inline(&finding.fact)));
    }
    put(&mut out, &format!("\nBase `{base}` {commit}, looked at {}.", report.at));
    out
}
