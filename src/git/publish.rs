//! The way of a proposal to its remote: read what is there, make the commit for it, push, and begin again where somebody
//! was faster. Each round makes the commit anew from what the remote has then; nothing is rebased as text.
//! Must never go on when what the commit was made from changed: a person asked for another one.

use std::collections::BTreeMap;
use std::thread::sleep;

use super::branch::is_contended;
use super::pause::pause;
use super::push::{Errand, Push, Turn};
use super::remote::Remote;
use super::revision::Commit;
use crate::failure::{Failure, refused};

/// How often a push is tried that others are faster than.
pub const TRIES: u32 = 5;

/// Where a proposal goes.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// The branch of the remote: leeward's own, or the one that takes changes without a pull request.
    pub branch: &'a str,
    /// The branch of the remote that the proposal starts from; `None` for the remote's default.
    pub base: Option<&'a str>,
    /// How often it is tried, [`TRIES`] where nobody says otherwise.
    pub tries: u32,
}

/// A commit to publish, as made in one round.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The commit.
    pub commit: Commit,
    /// What it was made from, by name: it must be the same in every round.
    pub inputs: BTreeMap<String, String>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The commit, which is in this repository in any case.
    pub commit: Commit,
    /// What became of its push.
    pub push: Push,
    /// In which round.
    pub rounds: u32,
    /// The failure to end with; `None` where the remote has the commit.
    pub failure: Option<Failure>,
}

impl Remote<'_> {
    /// Publishes what `offer` makes, in as many rounds as it takes; `None` where it makes nothing. `offer` is called after
    /// the branch and the base were brought up to date, with the number of the round from 0; it makes the commit for what
    /// the remote has now. Where the remote cannot be read, it is called once all the same: the commit stays here.
    ///
    /// # Errors
    /// Fails as `offer` does; refuses inputs that changed between rounds, a commit that does not go on from the branch, and
    /// a first branch of an empty remote, which forges take for the default.
    pub fn publish(
        &self,
        to: &Destination<'_>,
        mut offer: impl FnMut(u32) -> anyhow::Result<Option<Offer>>,
    ) -> anyhow::Result<Option<Publication>> {
        for branch in [Some(to.branch), to.base].into_iter().flatten() {
            refuse_no_branch(branch)?;
        }
        let mut first: Option<BTreeMap<String, String>> = None;
        let mut last = None;
        let tries = to.tries.max(1);
        for round in 0..tries {
            sleep(pause(round));
            let seen = self.refresh(to.branch, to.base)?;
            let made = match offer(round) {
                // Another run in this repository was at the same branch.
                Err(error) if is_contended(&error) && round + 1 < tries => continue,
                made => made?,
            };
            let Some(made) = made else { return Ok(None) };
            if let Some(name) = first.as_ref().and_then(|first| changed(first, &made.inputs)) {
                let fact = format!("`{name}` changed at `{}` while leeward worked, nothing was pushed", self.name);
                return Err(refused(fact).hint("run the command again").into());
            }
            first = first.or(Some(made.inputs));
            let push = match seen {
                Err(trouble) => Push::of(trouble),
                Ok(seen) if seen.is_empty && to.branch.starts_with("leeward/") => return Err(self.empty().into()),
                Ok(seen) => self.forward(&made.commit, to.branch, seen.tip, (round, tries))?,
            };
            let is_race = matches!(push, Push::Moved { .. });
            last = Some((made.commit, push, round + 1));
            if !is_race {
                break;
            }
        }
        last.map(|last| self.ended(to.branch, last)).transpose()
    }

    /// Pushes where the commit goes on from the branch; `rounds` are this one and how many there may be.
    fn forward(
        &self,
        commit: &Commit,
        branch: &str,
        tip: Option<git2::Oid>,
        (round, rounds): (u32, u32),
    ) -> anyhow::Result<Push> {
        let id = commit.oid()?;
        let turn = if round + 1 < rounds { Turn::More } else { Turn::Last };
        match tip {
            Some(tip) if !self.repository.contains(id, tip)? => {
                if round == 0 {
                    // The branch may have moved between reading it and making the commit.
                    return Ok(Push::Moved { to: None });
                }
                let fact =
                    format!("branch `{branch}` of `{}` holds commits that the proposal does not start from", self.name);
                Err(refused(fact).hint(format!("--base {}/{branch}", self.name)).into())
            }
            tip => self.push(id, branch, tip, turn),
        }
    }

    /// Notes what is published and says how it ended.
    fn ended(&self, branch: &str, last: (Commit, Push, u32)) -> anyhow::Result<Publication> {
        let (commit, mut push, rounds) = last;
        if push.is_there() {
            self.repository.note_published(&self.followed(&self.address, branch), commit.oid()?)?;
            if branch.starts_with("leeward/") {
                self.repository.follow_published(branch, commit.oid()?)?;
            }
        }
        if let Push::Moved { to } = &mut push {
            *to = self.tip(branch)?.ok().flatten().map(|id| id.to_string());
        }
        let errand = Errand { remote: &self.name, branch, commit: &commit, folder: self.repository.folder() };
        let failure = errand.failure(&push);
        Ok(Publication { commit, push, rounds, failure })
    }

    /// The refusal of a remote that has no branch yet.
    fn empty(&self) -> Failure {
        let fact = format!("remote `{}` is empty, it would take the first branch for its default", self.name);
        refused(fact).hint(format!("git push {} HEAD", self.name))
    }
}

/// Refuses a text that is no name of a branch: among the arguments of git it could mean more.
fn refuse_no_branch(text: &str) -> Result<(), Failure> {
    if git2::Reference::is_valid_name(&format!("refs/heads/{text}")) && !text.starts_with(['-', '+']) {
        return Ok(());
    }
    Err(refused(format!("`{}` is not the name of a branch", text.escape_debug())).hint("--push-to BRANCH"))
}

/// Returns the name of an input that is not what it was.
fn changed<'a>(before: &'a BTreeMap<String, String>, now: &'a BTreeMap<String, String>) -> Option<&'a String> {
    let gone = before.iter().filter(|(name, value)| now.get(*name) != Some(value)).map(|(name, _)| name);
    gone.chain(now.keys().filter(|name| !before.contains_key(*name))).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_input_that_changed() {
        let inputs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect()
        };
        let before = inputs(&[("a", "1"), ("b", "2")]);
        assert_eq!(changed(&before, &inputs(&[("a", "1"), ("b", "2")])), None);
        assert_eq!(changed(&before, &inputs(&[("a", "1"), ("b", "3")])).unwrap(), "b");
        assert_eq!(changed(&before, &inputs(&[("a", "1")])).unwrap(), "b");
        assert_eq!(changed(&before, &inputs(&[("a", "1"), ("b", "2"), ("c", "3")])).unwrap(), "c");
    }
}
