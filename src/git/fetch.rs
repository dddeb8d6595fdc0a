//! What the remote has now, brought here: our branch and the base, into the references that follow them, and nothing else.
//! Reads first and fetches only what differs. Must never take "not fetched" for "not there".

use std::thread::sleep;

use git2::Oid;

use super::pause::pause;
use super::process::End;
use super::remote::{Answer, Listed, Obstacle, Remote, Trouble};
use super::revision::Commit;

/// How often a fetch that another process was in the way of is tried.
const TRIES: u32 = 5;

/// What the remote has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Where the branch stands; its history is here.
    pub(super) tip: Option<Oid>,
    /// Whether the remote has no branch at all.
    pub(super) is_empty: bool,
}

impl Remote<'_> {
    /// Brings the base (`None`: the remote's default branch) and all of leeward's branches up to date, as far as the remote
    /// answers: which incidents are open is told by them. Whether it answers is said when something is pushed. Returns the
    /// branch that the base is, `None` where neither a note nor the remote tells its default.
    ///
    /// # Errors
    /// Fails when git cannot be run.
    pub(super) fn freshen(&self, base: Option<&str>) -> anyhow::Result<Option<String>> {
        let base = base.map(str::to_owned).or(self.default_branch()?);
        let Ok(Listed { head, .. }) = self.brought(&self.name, &[base.as_deref()])? else { return Ok(base) };
        let spec = format!("+refs/heads/leeward/*:{}", self.followed(&self.address, "leeward/*"));
        let mut args = vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--prune", "--"];
        args.extend([self.address.as_str(), spec.as_str()]);
        // Another process may be in the way; what is missing then is fetched by name before the push.
        drop(self.program.remote(&args)?);
        Ok(base.or(head))
    }

    /// Returns whether a branch that is fetched still stands at a commit there; not where the remote does not answer.
    ///
    /// # Errors
    /// Fails when git cannot be run.
    pub fn is_at(&self, branch: &str, commit: &Commit) -> anyhow::Result<bool> {
        let (name, id) = (format!("refs/heads/{branch}"), commit.oid()?);
        let listed = self.list(&self.name, std::slice::from_ref(&name))?;
        Ok(listed.is_ok_and(|listed| listed.found.contains(&(name, id))))
    }

    /// Brings a branch and the base (`None`: the remote's default branch) up to date.
    pub(super) fn refresh(&self, branch: &str, base: Option<&str>) -> anyhow::Result<Answer<Seen>> {
        let mut answer = self.refreshed(branch, base)?;
        for attempt in 1..TRIES {
            // Another process locked or moved the references here, or the branch went between reading and fetching.
            let Err(Trouble { obstacle: Obstacle::Broken, .. }) = answer else { break };
            sleep(pause(attempt) / 4);
            answer = self.refreshed(branch, base)?;
        }
        Ok(answer)
    }

    /// Brings them up to date, once: the branch from where it is pushed to, the base from where it is fetched from.
    fn refreshed(&self, branch: &str, base: Option<&str>) -> anyhow::Result<Answer<Seen>> {
        let base = base.map(str::to_owned).or(self.default_branch()?);
        let is_one = self.address == self.name;
        if !is_one && let Err(trouble) = self.brought(&self.name, &[base.as_deref()])? {
            return Ok(Err(trouble));
        }
        let asked = [Some(branch), base.as_deref()];
        let found = match self.brought(&self.address, if is_one { &asked } else { &asked[..1] })? {
            Ok(listed) => listed.found,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let is_there = found.iter().any(|(name, _)| *name == format!("refs/heads/{branch}"));
        if !is_there {
            self.repository.forget_published(&self.followed(&self.address, branch))?;
        }
        // What was fetched may be newer than what was listed.
        let tip = if is_there { self.noted(&self.followed(&self.address, branch))? } else { None };
        if tip.is_some() || !found.is_empty() {
            return Ok(Ok(Seen { tip, is_empty: false }));
        }
        Ok(self.has_none()?.map(|is_empty| Seen { tip, is_empty }))
    }

    /// Fetches those of some branches (`None`: the one that the head names) that stand elsewhere than noted; returns what is
    /// at the address.
    fn brought(&self, address: &str, branches: &[Option<&str>]) -> anyhow::Result<Answer<Listed>> {
        let names: Vec<String> = branches.iter().flatten().map(|branch| format!("refs/heads/{branch}")).collect();
        let Listed { found, head } = match self.list(address, &names)? {
            Ok(listed) => listed,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut specs = Vec::new();
        for branch in branches.iter().filter_map(|branch| branch.or(head.as_deref())) {
            let is_it = |name: &str| {
                name == format!("refs/heads/{branch}") || (name == "HEAD" && head.as_deref() == Some(branch))
            };
            let Some((_, tip)) = found.iter().find(|(name, _)| is_it(name)) else { continue };
            let followed = self.followed(address, branch);
            if self.noted(&followed)? != Some(*tip) {
                specs.push(format!("+refs/heads/{branch}:{followed}"));
            }
        }
        Ok(self.fetch(address, specs)?.map(|()| Listed { found, head }))
    }

    /// Fetches by refspecs alone.
    fn fetch(&self, address: &str, mut specs: Vec<String>) -> anyhow::Result<Answer<()>> {
        specs.sort();
        specs.dedup();
        if specs.is_empty() {
            return Ok(Ok(()));
        }
        // An empty `--refmap` keeps the remote's own settings from moving more than these.
        let mut args = vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--", address];
        args.extend(specs.iter().map(String::as_str));
        let ended = self.program.remote(&args)?;
        Ok(if ended.end == End::Success { Ok(()) } else { Err(self.trouble(&ended)) })
    }

    /// Returns where a branch of the remote was last seen, by the reference that follows it.
    fn noted(&self, followed: &str) -> anyhow::Result<Option<Oid>> {
        Ok(self.repository.reference(followed)?.and_then(|reference| reference.target()))
    }

    /// Returns the default branch of the remote as noted when it was cloned.
    fn default_branch(&self) -> anyhow::Result<Option<String>> {
        let Some(head) = self.repository.reference(&self.followed(&self.name, "HEAD"))? else { return Ok(None) };
        let target = head.symbolic_target_bytes().map(String::from_utf8_lossy);
        Ok(target.and_then(|target| target.strip_prefix(&self.followed(&self.name, "")).map(str::to_owned)))
    }

    /// Returns whether the remote has no branch.
    fn has_none(&self) -> anyhow::Result<Answer<bool>> {
        let ended = self.program.remote(&["ls-remote", "--heads", "--", &self.address])?;
        Ok(if ended.end == End::Success { Ok(ended.output.trim().is_empty()) } else { Err(self.trouble(&ended)) })
    }
}
