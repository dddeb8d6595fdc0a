//! The verdict for a pull request: what the checks come to, and a table of them.

use super::super::markdown::{cell, inline, put};
use super::{VerdictReport, text};

/// What marks leeward's comment.
const MARK: &str = "<!-- leeward:verify part=1 of=1 -->";

/// Returns the report as Markdown.
pub fn verdict(report: &VerdictReport) -> String {
    let mut out = String::new();
    let cluster = format!("{}/{}", report.cluster.namespace, report.cluster.name);
    let (incident, stage) = (inline(&report.incident), report.stage.word());
    put(&mut out, &format!("## {}: incident `{incident}`, stage {stage}", report.verdict.word()));
    put(&mut out, &format!("\n{} on `{}`.", inline(&text::sum(report)), inline(&cluster)));
    put(&mut out, "\n| outcome | check | fact |\n| --- | --- | --- |");
    for check in &report.checks {
        let hint = check.hint.as_deref().map(|hint| format!(" (hint: {})", cell(hint))).unwrap_or_default();
        put(&mut out, &format!("| {} | {} | {}{hint} |", check.outcome.word(), check.name.word(), cell(&check.fact)));
    }
    if let Some(next) = &report.next {
        put(&mut out, &format!("\nNext: `{}`", inline(next)));
    }
    let commit = report.commit.get(..7).unwrap_or_default();
    put(
        &mut out,
        &format!("\nBase `{}` {commit}, seen {} on {}.", inline(&report.base), report.at, inline(&report.live)),
    );
    out
}

/// Returns the report as a comment of a pull request in at most `limit` bytes; what does not fit is left out and said so.
pub fn comment(report: &VerdictReport, limit: usize) -> String {
    let whole = |report: &VerdictReport| format!("{MARK}\n{}", verdict(report));
    let text = whole(report);
    if text.len() <= limit {
        return text;
    }
    let room = limit / (report.checks.len().max(1) * 2);
    let short = |text: &str| text.chars().take(room / 4).chain("…".chars()).collect::<String>();
    let mut cut = report.clone();
    for check in &mut cut.checks {
        check.fact = short(&check.fact);
        check.hint = None;
    }
    whole(&cut)
}
