//! What merging into a base moves: its branch, whether that is the remote's default, and where this repository is at home.
//! Must never show an address with its user.

use anyhow::Context as _;

use super::open::Repository;
use super::revision::Base;
use super::said::without_user;

/// What merging into a base moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trunk {
    /// The branch, without its remote; `None` where the base is no branch.
    pub branch: Option<String>,
    /// Whether it is the remote's default; `None` where nothing tells.
    pub is_default: Option<bool>,
    /// The addresses of the remotes.
    pub addresses: Vec<String>,
}

impl Repository {
    /// Returns what merging into a base moves.
    ///
    /// # Errors
    /// Fails when references or settings cannot be read.
    pub fn trunk(&self, base: &Base) -> anyhow::Result<Trunk> {
        let remotes = self.remotes()?;
        let branch = self.branch_of(&base.name, &remotes).context("failed to read the branch of the base")?;
        let settings = self.settings()?;
        let mut addresses = Vec::new();
        for remote in &remotes {
            addresses.extend(settings.text(&format!("remote.{remote}.url"))?.map(|url| without_user(&url)));
        }
        let default = self.default_branch(&remotes)?;
        let is_default = branch.as_ref().zip(default).map(|(branch, default)| *branch == default);
        Ok(Trunk { branch, is_default, addresses })
    }

    /// Returns the branch that a name means, without its remote.
    fn branch_of(&self, name: &str, remotes: &[String]) -> anyhow::Result<Option<String>> {
        let short = name.strip_prefix("refs/heads/").unwrap_or(name);
        if self.reference(&format!("refs/heads/{short}")).is_ok_and(|found| found.is_some()) {
            return Ok(Some(short.to_owned()));
        }
        let short = name.strip_prefix("refs/remotes/").unwrap_or(name);
        for remote in remotes {
            let Some(branch) = short.strip_prefix(&format!("{remote}/")) else { continue };
            if branch != "HEAD" && self.reference(&format!("refs/remotes/{short}")).is_ok_and(|found| found.is_some()) {
                return Ok(Some(branch.to_owned()));
            }
            if branch == "HEAD" {
                return self.default_branch(std::slice::from_ref(remote));
            }
        }
        Ok(None)
    }

    /// Returns the default branch of the remote that counts, as last fetched.
    fn default_branch(&self, remotes: &[String]) -> anyhow::Result<Option<String>> {
        let [remote] = remotes else {
            return match remotes.iter().find(|name| *name == "origin") {
                Some(origin) => self.default_branch(std::slice::from_ref(origin)),
                None => Ok(None),
            };
        };
        let prefix = format!("refs/remotes/{remote}/");
        let head = self.reference(&format!("{prefix}HEAD"))?;
        let target = head.as_ref().and_then(git2::Reference::symbolic_target_bytes).map(String::from_utf8_lossy);
        Ok(target.and_then(|target| target.strip_prefix(&prefix).map(str::to_owned)))
    }
}
