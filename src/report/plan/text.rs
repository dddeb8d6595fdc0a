//! The plan for a person at a terminal: the answer first, then the reason, the risk, the next command.

use super::super::text::{Rows, WIDTH, put, wrapped};
use super::{ClusterReport, PlanReport, Proof, ProposalLine, picture};
use crate::model::finding::Finding;
use crate::model::incident::Action;

/// Returns the report as text.
pub fn plan(report: &PlanReport) -> String {
    let mut text = String::new();
    for cluster in &report.clusters {
        headline(&mut text, report, cluster);
        let mut rows = Rows { text: &mut text, last: "" };
        let changes = cluster.changes.iter().flat_map(picture::change);
        let unchanged = cluster.unchanged_schedules.iter().map(|name| format!("schedule  {name} unchanged"));
        rows.row("changes", changes.chain(unchanged).collect::<Vec<_>>());
        rows.row("active by", cluster.activation.as_slice());
        rows.row("findings", findings(&cluster.findings));
        rows.row("diff", cluster.diff.lines().map(str::to_owned).collect::<Vec<_>>());
        text.push('\n');
    }
    footer(&mut text, report);
    text
}

/// Writes what is done for one cluster.
fn headline(text: &mut String, report: &PlanReport, cluster: &ClusterReport) {
    let (number, of) = cluster.stage_number;
    let target = if report.target.is_empty() { String::new() } else { format!(" to `{}`", report.target) };
    let from = if cluster.from.is_empty() { report.storage.clone() } else { cluster.from.join("`, `") };
    let what = match report.action {
        Action::Rotate => format!("rotate of {}: keys of `{from}`{target}", cluster.cluster),
        action => format!("{} of {} from `{from}`{target}", action.word(), cluster.cluster),
    };
    let refused = if cluster.is_refused { ": refused" } else { "" };
    put(text, &format!("{what}, stage {} ({number} of {of}){refused}", report.stage.word()));
}

/// Returns findings, wrapped, each followed by what mends it; a hint is typed, so it is not wrapped.
fn findings(findings: &[Finding]) -> Vec<String> {
    let lines = |finding: &Finding| {
        let text = wrapped(&format!("{}: {}", finding.id, finding.fact), WIDTH - 19);
        let fact = text.into_iter().enumerate().map(|(number, line)| {
            let level = if number == 0 { finding.level.word() } else { "" };
            format!("{level:<6} {line}")
        });
        let hint = finding.hint.as_ref().map(|hint| format!("       hint: {hint}"));
        fact.chain(hint).collect::<Vec<_>>()
    };
    findings.iter().flat_map(lines).collect()
}

/// Writes what holds for the whole plan.
fn footer(text: &mut String, report: &PlanReport) {
    let mut rows = Rows { text: &mut *text, last: "" };
    let base = short(&report.base.commit);
    rows.row(
        "incident",
        [format!("{}, base {} {base}, built by {}", report.incident, report.base.name, report.builder)],
    );
    rows.row("reason", Some(&report.reason).filter(|reason| !reason.is_empty()));
    rows.row("findings", findings(&report.findings));
    rows.row("proven", [proof(report.proof)]);
    let width = report.files.iter().map(|file| file.path.chars().count()).max().unwrap_or_default();
    rows.row("files", report.files.iter().map(|file| format!("{:<width$}  {}", file.path, file.what)));
    if let Some(proposal) = &report.proposal {
        put(text, &format!("{} {} on {}", proposal.outcome, short(&proposal.commit), proposal.branch));
        published(text, proposal);
    }
    if let Some(next) = &report.next {
        put(text, &format!("next  {next}"));
    }
}

/// Writes what became of a proposal beyond this repository.
fn published(text: &mut String, proposal: &ProposalLine) {
    if let (Some(true), Some(remote)) = (proposal.pushed, &proposal.remote) {
        put(text, &format!("pushed    {remote} {}", proposal.branch));
    }
    if let Some(pull) = &proposal.pull_request {
        let word = match (pull.operation.as_str(), pull.state.as_str()) {
            ("created", _) => "opened",
            ("none", "open" | "draft") => "unchanged",
            ("none", state) => state,
            (operation, _) => operation,
        };
        let at = pull.merged_as.as_deref().map(|commit| format!(" as {}", short(commit))).unwrap_or_default();
        put(text, &format!("{word:<9} {}{at}", pull.url));
    }
    if let Some(url) = &proposal.compare_url {
        put(text, &format!("compare   {url}"));
    }
}

/// Returns a commit id for people.
fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// Returns how far the proof got.
pub(super) fn proof(proof: Proof) -> String {
    match proof {
        Proof::Holds { conditions } => {
            format!(
                "built again from the new tree: {conditions} of {conditions} post-conditions hold, no other object changes"
            )
        }
        Proof::NotTried => "nothing: a guard refused, so nothing was rendered".to_owned(),
    }
}
