//! The preview as comments on its pull request, one a part. What was written by people there is left alone.

use std::time::Duration;

use anyhow::Context as _;

use crate::cli::PreviewArgs;
use crate::commands::reach::{bare, connect, project};
use crate::failure::outside;
use crate::forge::{Environment, Forge};
use crate::git::Repository;
use crate::report::{PreviewReport, preview_markdown};

/// The number of a pull request, and what was done to its comments.
pub(super) type Kept = (u64, &'static str);

/// Keeps the comments; returns the number of the pull request and what was done.
///
/// # Errors
/// Fails where the forge cannot be reached, and where no pull request is found.
pub(super) fn keep(repository: &Repository, args: &PreviewArgs, report: &PreviewReport) -> anyhow::Result<Kept> {
    commented(repository, args, report).context("failed to comment on the pull request")
}

/// Keeps them.
fn commented(repository: &Repository, args: &PreviewArgs, report: &PreviewReport) -> anyhow::Result<Kept> {
    let asked = &args.comment;
    let remote = repository.remote_for(asked.remote.as_deref(), Duration::from_secs(args.builder.timeout))?;
    let forge = connect(project(&remote, asked.forge)?, args.builder.timeout)?;
    let number = match asked.pull_request.or_else(|| Environment::read().pull_request(forge.project())) {
        Some(number) => number,
        None => of_branch(&forge, bare(&remote, &report.head.name))?,
    };
    let parts = preview_markdown(report, Some(forge.project().kind.limit()));
    Ok((number, forge.comment(number, "preview", &parts)?.word()))
}

/// Returns the open pull request of a branch.
fn of_branch(forge: &Forge, branch: &str) -> anyhow::Result<u64> {
    let found = forge.open_pull(branch)?;
    let none = || outside(format!("no pull request of `{branch}` is open")).hint("--pull-request NUMBER");
    Ok(found.ok_or_else(none)?.number)
}
