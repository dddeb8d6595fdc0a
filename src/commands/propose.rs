//! `propose`: the plan as a commit on a branch of its own, here or at its remote, with a pull request where one is asked for.
//! Moves that branch alone, and only after the proof.

mod publish;
mod pull;

use anyhow::Context as _;
use jiff::Timestamp;

use super::Answer;
use super::next::{previewed, publish as by_hand};
use super::outputs::{self, Told};
use super::plan::{after, answer, report};
use super::recovery::{Recovery, prove_again, recover};
use crate::cli::{Format, ProposeArgs};
use crate::git::{Commit, Draft, Outcome, Remote, Repository, Signing};
use crate::model::shell::quoted;
use crate::report::{PlanReport, ProposalLine, plan_summary};
use pull::{Asked, Request};

/// What the next steps of a pipeline are told, beside what the exit code means.
const OUTPUTS: [&str; 5] = ["branch", "commit", "pull-request-url", "pull-request-number", "operation"];
/// How many bytes the summary of a step may have; GitHub takes 1 MiB.
const SUMMARY: usize = 1_000_000;

/// How a proposal reaches its base.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// By a branch that stays here for now.
    Here,
    /// By a branch of a remote that people merge.
    Branch(&'a Remote<'a>),
    /// As a commit on the base's own branch.
    Straight,
}

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

/// Returns the branch of a recovery.
fn branch_of(recovery: &Recovery) -> String {
    format!("leeward/{}/{}", recovery.plan.incident.as_str(), recovery.plan.stage.word())
}

/// Commits the proven result; the commit is `None` where the base has it already.
fn propose(
    repository: &Repository,
    recovery: &Recovery,
    (now, args): (Timestamp, &ProposeArgs),
    way: Way<'_>,
) -> anyhow::Result<(ProposalLine, Option<Commit>)> {
    let proven = recovery.proven.as_ref().context("nothing is proven")?;
    let branch = branch_of(recovery);
    if proven.changes.is_empty() {
        return Ok((line("in the base already:", &recovery.base.commit, &recovery.base.name), None));
    }
    let incident = recovery.plan.incident.as_str();
    let draft = Draft { base: &recovery.base.commit, branch: &branch, changes: &proven.changes, incident };
    let prepared = match way {
        Way::Here | Way::Branch(_) => repository.prepare(&draft),
        Way::Straight => repository.prepare_anew(&draft),
    };
    let prepared = prepared.with_context(|| format!("failed to prepare `{branch}`"))?;
    match prepared.outcome() {
        Outcome::AlreadyProposed(commit) => {
            let line = line("already proposed:", commit, &repository.name_with(&branch, commit)?);
            Ok((line, Some(commit.clone())))
        }
        outcome => {
            if let (Way::Branch(remote), Outcome::Merge { .. }, true) = (way, outcome, args.pull.pr) {
                pull::refuse_elsewhere(remote, args, &branch, &recovery.base.name)?;
            }
            if *outcome != Outcome::New {
                prove_again(prepared.files(), recovery)?;
            }
            let commit = repository.commit(prepared, &message(recovery), now, signing(args))?;
            Ok((line("committed", &commit, &branch), Some(commit)))
        }
    }
}

/// Returns whether the commit is signed.
fn signing(args: &ProposeArgs) -> Signing {
    match (args.sign, args.no_sign) {
        (true, _) => Signing::Always,
        (_, true) => Signing::Never,
        _ => Signing::AsConfigured,
    }
}

/// Returns how a proposal is reported.
fn line(outcome: &str, commit: &Commit, branch: &str) -> ProposalLine {
    ProposalLine {
        outcome: outcome.to_owned(),
        commit: commit.id.clone(),
        branch: branch.to_owned(),
        pushed: None,
        remote: None,
        pull_request: None,
        compare_url: None,
    }
}

/// Returns the commit message: summary, why, trailers.
fn message(recovery: &Recovery) -> String {
    let plan = &recovery.plan;
    let names = recovery.shown.join(", ");
    let subject = match recovery.shown.as_slice() {
        [one] => one.clone(),
        several => format!("{} clusters", several.len()),
    };
    let to = if recovery.target.is_empty() { String::new() } else { format!(" to {}", recovery.target) };
    let incident = plan.clusters.iter().find_map(|cluster| cluster.incident.as_ref());
    let reason = incident.map(|incident| incident.cause.reason.clone()).filter(|reason| !reason.is_empty());
    let endpoint = incident.map(|incident| incident.from.endpoint.clone()).unwrap_or_default();
    let reason = reason.unwrap_or_else(|| format!("The backup place {endpoint} failed."));
    let long: Vec<String> = plan.clusters.iter().map(|cluster| cluster.cluster.id.to_string()).collect();
    format!(
        "backup: {} of {subject} from {}{to}, stage {}\n\n{}\n\nClusters: {names}.\nBuilt again from the new tree: every post-condition holds.\n\n\
         Leeward-Incident: {}\nLeeward-Stage: {}\nLeeward-Clusters: {}\nLeeward-Base: {}\nLeeward-Version: {}\n",
        plan.action.word(),
        recovery.storage,
        plan.stage.word(),
        reason.replace(char::is_control, " "),
        plan.incident,
        plan.stage.word(),
        long.join(" "),
        recovery.base.commit.id,
        env!("CARGO_PKG_VERSION"),
    )
}
