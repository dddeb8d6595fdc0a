//! The proven result as a commit of leeward's: which branch it is on, whether it is there already, and what its message says.
//! Must never commit a tree that was not proved, one with the commits of others included.

use anyhow::Context as _;
use jiff::Timestamp;

use crate::cli::ProposeArgs;
use crate::commands::reach::{bare, connect, project};
use crate::commands::recovery::{Recovery, prove_again};
use crate::failure::{Failure, refused};
use crate::git::{Commit, Draft, Outcome, Remote, Repository, Signing};
use crate::report::ProposalLine;

/// How a proposal reaches its base.
#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    /// By a branch that stays here for now.
    Here,
    /// By a branch of a remote that people merge.
    Branch(&'a Remote<'a>),
    /// As a commit on the base's own branch.
    Straight,
}

/// Returns the branch of a recovery.
pub(super) fn branch_of(recovery: &Recovery) -> String {
    format!("leeward/{}/{}", recovery.plan.incident.as_str(), recovery.plan.stage.word())
}

/// Commits the proven result; the commit is `None` where the base has it already.
///
/// # Errors
/// Refuses a branch that another proposal goes on from, and a tree that does not hold what the plan wants; fails where git does.
pub(super) fn propose(
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
                refuse_elsewhere(remote, args, &branch, &recovery.base.name)?;
            }
            if *outcome != Outcome::New {
                prove_again(prepared.files(), recovery)?;
            }
            let commit = repository.commit(prepared, &message(recovery), now, signing(args))?;
            Ok((line("committed", &commit, &branch), Some(commit)))
        }
    }
}

/// Refuses to merge a base into a branch whose open pull request goes to another one: all of it would go along. A forge that
/// does not answer is told of when the pull request is kept.
fn refuse_elsewhere(remote: &Remote<'_>, args: &ProposeArgs, branch: &str, base: &str) -> Result<(), Failure> {
    let (base, timeout) = (bare(remote, base), args.recovery.repository.builder.timeout);
    let forge = project(remote, args.pull.forge).and_then(|project| connect(project, timeout));
    let open = forge.ok().and_then(|forge| forge.open_pull(branch).ok().flatten());
    let Some(pull) = open.filter(|pull| pull.base != base) else { return Ok(()) };
    let fact =
        format!("pull request {} of `{branch}` is open and goes to `{}`, not to `{base}`", pull.number, pull.base);
    Err(refused(fact).hint("--incident ID"))
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
