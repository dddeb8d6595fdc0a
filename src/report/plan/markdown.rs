//! The plan for a pull request: what changes, a picture before and after, the same as a table, findings, files.

use super::super::clock;
use super::super::markdown::{cell, fence, inline, put};
use super::{ClusterReport, PlanReport, picture, text};
use crate::model::finding::Finding;

/// How much of a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Detail {
    /// All of it.
    Whole,
    /// No differences of built objects.
    WithoutDiffs,
    /// No pictures either; their tables stay.
    WithoutPictures,
    /// The names of clusters alone.
    Names,
    /// How many clusters.
    Counted,
}

/// How much of a reason is kept where only counts are.
const REASON: usize = 400;

/// Returns the report as Markdown.
pub fn plan(report: &PlanReport) -> String {
    with_origin(report, Detail::Whole)
}

/// Returns the report as Markdown in at most `room` bytes: with as much detail as fits.
pub fn summary(report: &PlanReport, room: usize) -> String {
    let details = [Detail::Whole, Detail::WithoutDiffs, Detail::WithoutPictures, Detail::Names];
    let fitting = details.into_iter().map(|detail| with_origin(report, detail)).find(|text| text.len() <= room);
    fitting.unwrap_or_else(|| with_origin(report, Detail::Counted))
}

/// Returns the report as Markdown in some detail, without what it was made from.
pub(in crate::report) fn plan_in(report: &PlanReport, detail: Detail) -> String {
    let mut out = String::new();
    let action = capital(report.action.word());
    put(
        &mut out,
        &format!(
            "## {action} of `{}`: incident `{}`, stage {}",
            inline(&report.storage),
            report.incident,
            report.stage.word()
        ),
    );
    if !report.reason.is_empty() {
        let kept = if detail == Detail::Counted { REASON } else { usize::MAX };
        put(&mut out, &format!("\nReason: {}", inline(&shortened(&report.reason, kept))));
    }
    for clock in report.clock.iter().filter(|_| detail < Detail::Names) {
        put(&mut out, clock::rows(clock).trim_end());
    }
    if detail == Detail::Counted {
        let refused = report.clusters.iter().filter(|cluster| cluster.is_refused).count();
        put(&mut out, &format!("\n{} clusters, {refused} of them refused.", report.clusters.len()));
    } else {
        report.clusters.iter().for_each(|cluster| part(&mut out, cluster, detail));
        findings(&mut out, "the whole run", &report.findings);
    }
    put(&mut out, &format!("\nProven: {}.", text::proof(report.proof)));
    if !report.files.is_empty() && detail < Detail::Names {
        put(&mut out, "\n| file | change |\n| --- | --- |");
        for file in &report.files {
            put(&mut out, &format!("| `{}` | {} |", cell(&file.path), cell(&file.what)));
        }
    }
    out
}

/// Returns the report with the commit that it was made from.
fn with_origin(report: &PlanReport, detail: Detail) -> String {
    let (commit, base) = (report.base.commit.get(..7).unwrap_or_default(), inline(&report.base.name));
    let mut out = plan_in(report, detail);
    put(&mut out, &format!("\nBase `{base}` {commit}, built by {}.", inline(&report.builder)));
    out
}

/// Writes one cluster.
fn part(out: &mut String, cluster: &ClusterReport, detail: Detail) {
    let (number, of) = cluster.stage_number;
    let refused = if cluster.is_refused { ", **refused**" } else { "" };
    put(out, &format!("\n### `{}` (stage {number} of {of}{refused})", inline(&cluster.cluster)));
    if detail == Detail::Names {
        return;
    }
    if !cluster.is_refused {
        if detail < Detail::WithoutPictures {
            put(out, &format!("\n```mermaid\n{}```", picture::mermaid(&cluster.before, &cluster.after)));
        }
        put(out, "\n| schedule | before | after | place after |\n| --- | --- | --- | --- |");
        for row in picture::rows(&cluster.before, &cluster.after) {
            put(out, &format!("| {} |", row.map(|text| cell(&text)).join(" | ")));
        }
    }
    if let Some(activation) = &cluster.activation {
        put(out, &format!("\nTakes effect by {}.", inline(activation)));
    }
    findings(out, &cluster.cluster, &cluster.findings);
    if !cluster.diff.is_empty() && detail == Detail::Whole {
        let fence = fence(&cluster.diff);
        put(out, "\n<details><summary>Diff of the built object</summary>\n");
        put(out, &format!("{fence}diff\n{}{fence}\n\n</details>", cluster.diff));
    }
}

/// Writes findings as a table.
fn findings(out: &mut String, of: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    put(out, &format!("\n| level | finding in {} | hint |\n| --- | --- | --- |", cell(of)));
    for finding in findings {
        let hint = finding.hint.as_deref().map(|hint| format!("`{}`", cell(hint))).unwrap_or_default();
        put(out, &format!("| {} | **{}** {} | {hint} |", finding.level.word(), finding.id, cell(&finding.fact)));
    }
}

/// Returns the first characters of a text, and a sign where that is not all.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Returns a word with a capital.
fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
