//! `propose`: the plan as a commit on a branch of its own, here or at its remote, with a pull request where one is asked for.
//! Moves that branch alone, and only after the proof.

mod commit;
mod publish;
mod pull;

use jiff::Timestamp;

use super::Answer;
use super::next::{previewed, publish as by_hand};
use super::outputs::{self, Told};
use super::plan::{after, answer, report};
use super::recovery::{Recovery, recover};
use crate::cli::{Format, ProposeArgs};
use crate::git::Repository;
use crate::model::shell::quoted;
use crate::report::{PlanReport, plan_summary};
use commit::{Way, branch_of, propose};
use pull::{Asked, Request};

/// What the next steps of a pipeline are told, beside what the exit code means.
const OUTPUTS: [&str; 5] = ["branch", "commit", "pull-request-url", "pull-request-number", "operation"];
/// How many bytes the summary of a step may have; GitHub takes 1 MiB.
const SUMMARY: usize = 1_000_000;

/// Runs the verb.
pub(super) fn run(args: &ProposeArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let ended = if args.push.push { published(args, format, now) } else { here(args, format, now) };
    outputs::written(&args.pipeline, &OUTPUTS, ended.map(|(answer, report)| (answer, told(&report))))
}

/// Returns what a pipeline is told.
fn told(report: &PlanReport) -> Told {
    let proposal = report.proposal.as_ref();
    let pull = proposal.and_then(|proposal| proposal.pull_request.as_ref());
    let value = |value: Option<String>| value.unwrap_or_default();
    let url = pull.map(|pull| &pull.url).or(proposal.and_then(|proposal| proposal.compare_url.as_ref()));
    let link = url.map(|url| format!("\n<{url}>\n")).unwrap_or_default();
    let of_clusters = report.clusters.iter().flat_map(|cluster| &cluster.findings);
    Told {
        values: vec![
            ("branch", value(proposal.map(|proposal| proposal.branch.clone()))),
            ("commit", value(proposal.map(|proposal| proposal.commit.clone()))),
            ("pull-request-url", value(pull.map(|pull| pull.url.clone()))),
            ("pull-request-number", value(pull.map(|pull| pull.number.to_string()))),
            ("operation", pull.map_or_else(|| "none".to_owned(), |pull| pull.operation.clone())),
        ],
        summary: Some(format!("{}{link}\n", plan_summary(report, SUMMARY))),
        findings: report.findings.iter().chain(of_clusters).cloned().collect(),
        found: None,
    }
}

/// Commits in this repository alone.
fn here(args: &ProposeArgs, format: Format, now: Timestamp) -> anyhow::Result<(Answer, PlanReport)> {
    let repository = Repository::open(&args.recovery.repository.repo)?;
    let recovery = recover(&repository, &args.recovery, now)?;
    let is_proven = recovery.proven.is_some();
    let made = is_proven.then(|| propose(&repository, &recovery, (now, args), Way::Here)).transpose()?;
    let proposal = made.map(|(proposal, _)| proposal);
    // After the proposal, which may have built too: the report says who built everything.
    let mut report = report(&recovery, &args.recovery);
    let remotes = repository.remotes()?;
    let repo = &args.recovery.repository.repo;
    report.next = proposal.as_ref().and_then(|proposal| match proposal.branch.as_str() {
        branch if branch.starts_with("leeward/") => Some(by_hand(repo, &remotes, &recovery.base.name, branch)),
        branch if branch == recovery.base.name => after(&recovery, &args.recovery),
        // Published already: a review comes next, which is nothing to type.
        _ => None,
    });
    report.proposal = proposal;
    Ok((answer(&recovery, &args.recovery, &report, format), report))
}

/// Commits and pushes, and keeps the pull request.
fn published(args: &ProposeArgs, format: Format, now: Timestamp) -> anyhow::Result<(Answer, PlanReport)> {
    let repository = Repository::open(&args.recovery.repository.repo)?;
    let remote = publish::remote(&repository, args)?;
    let published = publish::publish(&repository, &remote, args, now)?;
    let recovery = &published.recovery;
    let mut report = report(recovery, &args.recovery);
    report.proposal.clone_from(&published.proposal);
    let branch = branch_of(recovery);
    let mut asked = Asked { failure: published.failure.clone(), ..Asked::default() };
    if args.pull.pr && report.proposal.is_some() && asked.failure.is_none() {
        let (args, published, report) = (args, &published, &report);
        asked = Request { repository: &repository, remote: &remote, args, published, report, branch: &branch }.keep();
    }
    let is_open = asked.line.as_ref().is_none_or(|line| ["open", "draft"].contains(&line.state.as_str()));
    report.next = match &report.proposal {
        Some(_) if asked.failure.is_some() => None,
        Some(_) if report.files.is_empty() || args.push.push_to.is_some() => resumed(recovery, args),
        Some(_) if is_open => Some(previewed(args, &branch)),
        _ => None,
    };
    if let Some(proposal) = &mut report.proposal {
        (proposal.pull_request, proposal.compare_url) = (asked.line, asked.compare_url);
    }
    let mut answer = answer(recovery, &args.recovery, &report, format);
    if let Some(failure) = asked.failure {
        answer.code = failure.kind.exit_code();
        answer.failure = Some(failure);
    }
    answer.notes.extend(asked.notes);
    Ok((answer, report))
}

/// Returns the command of the next stage, which goes the same way.
fn resumed(recovery: &Recovery, args: &ProposeArgs) -> Option<String> {
    let way = match (&args.push.push_to, args.pull.pr) {
        (Some(branch), _) => format!("--push-to {}", quoted(branch)),
        (None, true) => "--pr".to_owned(),
        (None, false) => "--push".to_owned(),
    };
    after(recovery, &args.recovery).map(|command| format!("{command} {way}"))
}
