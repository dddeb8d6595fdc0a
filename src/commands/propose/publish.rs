//! The way of a proposal to its remote: each round plans, proves and commits anew on the base as the remote has it then.
//! Must never push what was not proved on that base.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::commit::{Way, branch_of, propose};
use crate::cli::{ProposeArgs, RecoveryArgs};
use crate::commands::reach::bare;
use crate::commands::recovery::{Recovery, recover};
use crate::failure::{Failure, refused};
use crate::git::{Destination, Offer, Push, Remote, Repository, TRIES};
use crate::kustomize::files::Files as _;
use crate::report::ProposalLine;

/// What publishing came to.
pub(super) struct Published {
    /// The last round's recovery.
    pub(super) recovery: Recovery,
    /// What was committed; `None` where a guard refused.
    pub(super) proposal: Option<ProposalLine>,
    /// Whether this run moved the branch.
    pub(super) is_moved: bool,
    /// Why the remote does not have the commit.
    pub(super) failure: Option<Failure>,
}

/// Publishes the recovery.
///
/// # Errors
/// Fails as planning and committing do; that the remote did not take the commit is no error here.
pub(super) fn publish(
    repository: &Repository,
    remote: &Remote<'_>,
    args: &ProposeArgs,
    now: Timestamp,
) -> anyhow::Result<Published> {
    let asked = based(remote, args)?;
    let base = asked.repository.base.as_deref().filter(|base| bare(remote, base) != *base);
    let base = base.map(|base| bare(remote, base).to_owned());
    let first = recover(repository, &asked, now)?;
    let own = branch_of(&first);
    if first.proven.is_none() {
        return Ok(Published { recovery: first, proposal: None, is_moved: false, failure: None });
    }
    let branch = args.push.push_to.clone().unwrap_or_else(|| own.clone());
    let way = if args.push.push_to.is_some() { Way::Straight } else { Way::Branch(remote) };
    let mut last = None;
    let to = Destination { branch: &branch, base: base.as_deref(), tries: TRIES };
    let made = remote.publish(&to, |_| {
        let recovery = recover(repository, &asked, now)?;
        if branch_of(&recovery) != own {
            let fact = format!("`{own}` is no longer what this recovery goes by, nothing was pushed");
            return Err(refused(fact).hint("run the command again").into());
        }
        let made = recovery.proven.is_some().then(|| propose(repository, &recovery, (now, args), way)).transpose()?;
        let inputs = inputs(repository, &recovery)?;
        let commit = made.as_ref().and_then(|made| made.1.clone());
        last = Some((recovery, made.map(|made| made.0)));
        Ok(commit.map(|commit| Offer { commit, inputs }))
    })?;
    let (recovery, mut proposal) = last.context("nothing was planned")?;
    let is_moved = made.as_ref().is_some_and(|made| made.push == Push::Pushed);
    if let (Some(proposal), Some(made)) = (&mut proposal, &made) {
        proposal.pushed = Some(made.push.is_there());
        proposal.remote = Some(remote.name().to_owned());
        proposal.branch.clone_from(&branch);
    }
    Ok(Published { recovery, proposal, is_moved, failure: made.and_then(|made| made.failure) })
}

/// Returns the remote that flags name; each call of git may take as long as a run of the program that builds.
pub(super) fn remote<'repo>(repository: &'repo Repository, args: &ProposeArgs) -> anyhow::Result<Remote<'repo>> {
    let time = Duration::from_secs(args.recovery.repository.builder.timeout);
    repository.remote_for(args.push.remote.as_deref(), time)
}

/// Returns the flags of the recovery: it starts from what the remote has, and what goes to a branch from that branch.
fn based(remote: &Remote<'_>, args: &ProposeArgs) -> anyhow::Result<RecoveryArgs> {
    let mut asked = args.recovery.clone();
    let own = args.push.push_to.as_ref().map(|branch| format!("{}/{branch}", remote.name()));
    asked.repository.base = Some(remote.start(asked.repository.base.as_deref().or(own.as_deref()))?);
    Ok(asked)
}

/// Returns what the plan was made from: somebody who changes it meanwhile asks for another plan.
fn inputs(repository: &Repository, recovery: &Recovery) -> anyhow::Result<BTreeMap<String, String>> {
    let tree = repository.tree(&recovery.base.commit)?;
    let config = match tree.entry("leeward.yaml")? {
        Some(_) => String::from_utf8_lossy(&tree.read("leeward.yaml")?).into_owned(),
        None => String::new(),
    };
    Ok([
        ("leeward.yaml".to_owned(), config),
        ("--storage".to_owned(), recovery.storage.clone()),
        ("--to".to_owned(), recovery.target.clone()),
    ]
    .into())
}
