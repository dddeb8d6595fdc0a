//! Where a proposal to a remote starts: from a branch that this remote has, since what lies below it is published with it.
//! Must never take a local branch, or another remote's, for that.

use anyhow::Context as _;
use git2::Reference;

use super::remote::Remote;
use super::revision::Base;
use crate::failure::{Failure, refused};

impl Remote<'_> {
    /// Returns the revision that a proposal to this remote starts from: `REMOTE/BRANCH` of the branch that was typed, or of
    /// the remote's default, as far as it answers as it is now; a commit as typed where the remote has it.
    ///
    /// # Errors
    /// Refuses what the remote does not have, and a default that cannot be told; fails when git cannot be run.
    pub fn start(&self, typed: Option<&str>) -> anyhow::Result<String> {
        let typed = typed.filter(|typed| self.bare(typed) != "HEAD" || *typed == "HEAD");
        let branch = typed.map(|typed| self.bare(typed)).filter(|branch| is_branch(branch));
        let told = self.freshen(branch)?;
        if let Some(known) = branch.or(told.as_deref().filter(|_| typed.is_none()))
            && self.repository.reference(&format!("refs/remotes/{}/{known}", self.name))?.is_some()
        {
            return Ok(format!("{}/{known}", self.name));
        }
        let Some(typed) = typed else {
            let default = self.repository.remote_base(&self.name).context("failed to choose the base")?;
            return Ok(default.name);
        };
        let base = self.repository.base(Some(typed))?;
        if self.has(&base)? { Ok(typed.to_owned()) } else { Err(self.unpublished(typed).into()) }
    }

    /// Returns the name of a branch without that of this remote before it.
    pub fn bare<'a>(&self, name: &'a str) -> &'a str {
        let name = name.strip_prefix("refs/heads/").or(name.strip_prefix("refs/remotes/")).unwrap_or(name);
        name.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name)
    }

    /// Returns whether a branch that the remote was last seen with holds a commit.
    fn has(&self, base: &Base) -> anyhow::Result<bool> {
        for name in self.repository.names_of(&format!("refs/remotes/{}/*", self.name))? {
            let tip = self.repository.reference(&name)?.and_then(|reference| reference.target());
            if let Some(tip) = tip
                && self.repository.contains(tip, base.commit.oid()?)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The refusal of a base that would be published by the way.
    fn unpublished(&self, typed: &str) -> Failure {
        let default = self.repository.remote_base(&self.name);
        let hint = default.map_or_else(|_| format!("git fetch {}", self.name), |base| format!("--base {}", base.name));
        let typed = typed.escape_debug();
        refused(format!("remote `{}` does not have `{typed}`, which a push would publish", self.name)).hint(hint)
    }
}

/// Returns whether a text can be a branch of a remote; its `HEAD` is another's name.
fn is_branch(text: &str) -> bool {
    text != "HEAD" && Reference::is_valid_name(&format!("refs/heads/{text}"))
}
