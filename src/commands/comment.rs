//! An answer as comments on its pull request, one a part. What was written by people there is left alone.

use std::time::Duration;

use anyhow::Context as _;

use super::reach::{bare, connect, project};
use crate::cli::CommentArgs;
use crate::failure::outside;
use crate::forge::{Environment, Forge, Marker};
use crate::git::Repository;

/// The number of a pull request, and what was done to its comments.
pub(super) type Kept = (u64, &'static str);

/// What is kept, and where.
pub(super) struct Comments<'a> {
    /// The flags.
    pub(super) asked: &'a CommentArgs,
    /// How long one answer of the forge may take, in seconds.
    pub(super) timeout: u64,
    /// The kind of the comments, which their marks say.
    pub(super) kind: &'static str,
    /// The branch of the pull request.
    pub(super) branch: &'a str,
    /// What marks a pull request that may be over; `None` where it has to be open.
    pub(super) past: Option<(&'a str, Marker)>,
}

impl Comments<'_> {
    /// Keeps the comments, made for the room of the forge; returns the number of the pull request and what was done.
    ///
    /// # Errors
    /// Fails where the forge cannot be reached, and where no pull request is found.
    pub(super) fn keep(
        &self,
        repository: &Repository,
        parts: impl FnOnce(usize) -> Vec<String>,
    ) -> anyhow::Result<Kept> {
        self.kept(repository, parts).context("failed to comment on the pull request")
    }

    /// Keeps them.
    fn kept(&self, repository: &Repository, parts: impl FnOnce(usize) -> Vec<String>) -> anyhow::Result<Kept> {
        let remote = repository.remote_for(self.asked.remote.as_deref(), Duration::from_secs(self.timeout))?;
        let forge = connect(project(&remote, self.asked.forge)?, self.timeout)?;
        let named = self.asked.pull_request.or_else(|| Environment::read().pull_request(forge.project()));
        let number = match named {
            Some(number) => number,
            None => self.of_branch(&forge, bare(&remote, self.branch), &|name| bare(&remote, name).to_owned())?,
        };
        let parts = parts(forge.project().kind.limit());
        Ok((number, forge.comment(number, self.kind, &parts)?.word()))
    }

    /// Returns the pull request of a branch: the open one, or the one that is over.
    fn of_branch(&self, forge: &Forge, branch: &str, plain: &dyn Fn(&str) -> String) -> anyhow::Result<u64> {
        if let Some(open) = forge.open_pull(branch)? {
            return Ok(open.number);
        }
        let merged = match &self.past {
            Some((base, marker)) => forge.find(branch, &plain(base), marker)?,
            None => None,
        };
        let state = if self.past.is_some() { "known" } else { "open" };
        let absent = || outside(format!("no pull request of `{branch}` is {state}")).hint("--pull-request NUMBER");
        Ok(merged.ok_or_else(absent)?.number)
    }
}
