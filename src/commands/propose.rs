//! `propose`: the plan as a commit on a branch of its own. Moves that branch alone, and only after the proof.

use anyhow::Context as _;
use jiff::Timestamp;

use super::Answer;
use super::next::publish;
use super::plan::{after, answer, report};
use super::recovery::{Recovery, prove_again, recover};
use crate::cli::{Format, ProposeArgs};
use crate::git::{Draft, Outcome, Repository, Signing};
use crate::report::ProposalLine;

/// Runs the verb.
pub(super) fn run(args: &ProposeArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let repository = Repository::open(&args.recovery.repository.repo)?;
    let recovery = recover(&repository, &args.recovery, now)?;
    let signing = match (args.sign, args.no_sign) {
        (true, _) => Signing::Always,
        (_, true) => Signing::Never,
        _ => Signing::AsConfigured,
    };
    let is_proven = recovery.proven.is_some();
    let proposal = is_proven.then(|| propose(&repository, &recovery, now, signing)).transpose()?;
    // After the proposal, which may have built too: the report says who built everything.
    let mut report = report(&recovery, &args.recovery);
    let remotes = repository.remotes()?;
    let repo = &args.recovery.repository.repo;
    report.next = proposal.as_ref().and_then(|proposal| match proposal.branch.as_str() {
        branch if branch.starts_with("leeward/") => Some(publish(repo, &remotes, &recovery.base.name, branch)),
        branch if branch == recovery.base.name => after(&recovery, &args.recovery),
        // Published already: a review comes next, which is nothing to type.
        _ => None,
    });
    report.proposal = proposal;
    Ok(answer(&recovery, &args.recovery, &report, format))
}

/// Commits the proven result.
fn propose(
    repository: &Repository,
    recovery: &Recovery,
    now: Timestamp,
    signing: Signing,
) -> anyhow::Result<ProposalLine> {
    let proven = recovery.proven.as_ref().context("nothing is proven")?;
    let (incident, stage) = (recovery.plan.incident.as_str(), recovery.plan.stage.word());
    let branch = format!("leeward/{incident}/{stage}");
    let line = |outcome: &str, commit: &crate::git::Commit, branch: &str| ProposalLine {
        outcome: outcome.to_owned(),
        commit: commit.id.clone(),
        branch: branch.to_owned(),
    };
    if proven.changes.is_empty() {
        return Ok(line("in the base already:", &recovery.base.commit, &recovery.base.name));
    }
    let draft = Draft { base: &recovery.base.commit, branch: &branch, changes: &proven.changes, incident };
    let prepared = repository.prepare(&draft).with_context(|| format!("failed to prepare `{branch}`"))?;
    match prepared.outcome() {
        Outcome::AlreadyProposed(commit) => {
            Ok(line("already proposed:", commit, &repository.name_with(&branch, commit)?))
        }
        outcome => {
            if *outcome != Outcome::New {
                prove_again(prepared.files(), recovery)?;
            }
            let commit = repository.commit(prepared, &message(recovery), now, signing)?;
            Ok(line("committed", &commit, &branch))
        }
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
