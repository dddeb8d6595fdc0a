//! What the remote has now, brought here: our branch and the base, into the references that follow them, and nothing else.
//! Reads first and fetches only what differs. Must never take "not fetched" for "not there".

use std::thread::sleep;

use git2::Oid;

use super::process::End;
use super::publish::pause;
use super::remote::{Answer, Obstacle, Remote, Trouble};

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

    /// Brings them up to date, once.
    fn refreshed(&self, branch: &str, base: Option<&str>) -> anyhow::Result<Answer<Seen>> {
        let base = base.map(str::to_owned).or(self.default_branch()?);
        let full = |branch: &str| format!("refs/heads/{branch}");
        let names: Vec<String> = std::iter::once(full(branch)).chain(base.as_deref().map(full)).collect();
        let (found, head) = match self.list(&names)? {
            Ok(listed) => listed,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let tip_of = |branch: &str| {
            let is_it = |name: &str| name == full(branch) || (name == "HEAD" && head.as_deref() == Some(branch));
            found.iter().find(|(name, _)| is_it(name)).map(|(_, id)| *id)
        };
        let tip = tip_of(branch);
        if tip.is_none() {
            self.repository.forget_published(&self.tracking(branch))?;
        }
        let wanted: Vec<(&str, Oid)> = [Some(branch), base.as_deref().or(head.as_deref())]
            .into_iter()
            .flatten()
            .filter_map(|branch| Some((branch, tip_of(branch)?)))
            .collect();
        if let Err(trouble) = self.fetch(&wanted)? {
            return Ok(Err(trouble));
        }
        // What was fetched may be newer than what was listed.
        let tip = if tip.is_some() { self.noted(branch)? } else { None };
        if tip.is_some() || !found.is_empty() {
            return Ok(Ok(Seen { tip, is_empty: false }));
        }
        Ok(self.has_none()?.map(|is_empty| Seen { tip, is_empty }))
    }

    /// Fetches the branches that stand elsewhere than noted.
    fn fetch(&self, wanted: &[(&str, Oid)]) -> anyhow::Result<Answer<()>> {
        let mut specs = Vec::new();
        for (branch, tip) in wanted {
            if self.noted(branch)? != Some(*tip) {
                specs.push(format!("+refs/heads/{branch}:{}", self.tracking(branch)));
            }
        }
        specs.sort();
        specs.dedup();
        if specs.is_empty() {
            return Ok(Ok(()));
        }
        // An empty `--refmap` keeps the remote's own settings from moving more than these.
        let mut args = vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--"];
        args.push(&self.address);
        args.extend(specs.iter().map(String::as_str));
        let ended = self.program.remote(&args)?;
        Ok(if ended.end == End::Success { Ok(()) } else { Err(self.trouble(&ended)) })
    }

    /// Returns where a branch of the remote was last seen.
    fn noted(&self, branch: &str) -> anyhow::Result<Option<Oid>> {
        Ok(self.repository.reference(&self.tracking(branch))?.and_then(|reference| reference.target()))
    }

    /// Returns the default branch of the remote as noted when it was cloned.
    fn default_branch(&self) -> anyhow::Result<Option<String>> {
        let Some(head) = self.repository.reference(&self.tracking("HEAD"))? else { return Ok(None) };
        let target = head.symbolic_target_bytes().map(String::from_utf8_lossy);
        Ok(target.and_then(|target| target.strip_prefix(&self.tracking("")).map(str::to_owned)))
    }

    /// Returns whether the remote has no branch.
    fn has_none(&self) -> anyhow::Result<Answer<bool>> {
        let ended = self.program.remote(&["ls-remote", "--heads", "--", &self.address])?;
        Ok(if ended.end == End::Success { Ok(ended.output.trim().is_empty()) } else { Err(self.trouble(&ended)) })
    }
}
