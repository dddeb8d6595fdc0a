//! One push of one commit to one branch: with a lease on the value that was read, forward only, and never taken for done
//! unless the remote said so or is seen to have it. Must never write over a commit: git takes a lease that holds as leave
//! to go any way, so that the way is checked here.

use std::path::{Path, PathBuf};
use std::thread::sleep;

use git2::Oid;

use super::fault::quoted;
use super::pause::pause;
use super::porcelain::{Fate, fate};
use super::refusal::{Bar, is_race};
use super::remote::{Obstacle, Remote, Trouble};
use super::revision::Commit;
use crate::failure::{Failure, outside};
use crate::model::shell;

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// The remote took the commit.
    Pushed,
    /// The remote had it already.
    AlreadyThere,
    /// Somebody else was faster each time; nothing was written over.
    Moved {
        /// Where the branch stood when it was read last; `None` where it was gone or could not be read.
        to: Option<String>,
    },
    /// The remote does not take it.
    Refused {
        /// What stands against it.
        bar: Bar,
        /// What it said, as it may be shown.
        said: Vec<String>,
    },
    /// The remote did not answer; it has not taken the commit.
    Unreachable {
        /// What was said, as it may be shown.
        said: Vec<String>,
    },
    /// The remote does not accept who pushes.
    AuthFailed {
        /// What was said, as it may be shown.
        said: Vec<String>,
    },
    /// The connection ended after the commit was sent, and the remote could not be read again.
    Unclear {
        /// What was said, as it may be shown.
        said: Vec<String>,
    },
}

/// Whether another push may follow one that a race stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Another may.
    More,
    /// It is the last: a race in which nobody else moved the branch is none.
    Last,
}

impl Remote<'_> {
    /// Pushes a commit to a branch that must stand at `expected`, from which the commit descends.
    pub(super) fn push(&self, commit: Oid, branch: &str, expected: Option<Oid>, turn: Turn) -> anyhow::Result<Push> {
        if expected == Some(commit) {
            return Ok(Push::AlreadyThere);
        }
        if let Some(expected) = expected {
            anyhow::ensure!(
                self.repository.contains(commit, expected)?,
                "internal error: the push would write over `{expected}`"
            );
        }
        let name = format!("refs/heads/{branch}");
        let lease = format!("--force-with-lease={name}:{}", expected.map(|id| id.to_string()).unwrap_or_default());
        let spec = format!("{commit}:{name}");
        let ended = self.program.remote(&["push", "--porcelain", "--no-verify", &lease, "--", &self.address, &spec])?;
        Ok(match fate(&ended.output, &name) {
            Fate::Taken => Push::Pushed,
            Fate::Same => Push::AlreadyThere,
            Fate::Rejected(reason) => {
                let mut said = self.masks.lines(&remarks(&ended.errors));
                said.push(self.masks.masked(&reason));
                let is_race = is_race(&reason, &said);
                if is_race && (turn == Turn::More || self.tip(branch)? != Ok(expected)) {
                    return Ok(Push::Moved { to: None });
                }
                Push::Refused { bar: Bar::of(&reason, &said), said }
            }
            Fate::Unknown => self.read_again(commit, branch, expected, self.trouble(&ended))?,
        })
    }

    /// Decides by what the remote has, where what it did is not known.
    fn read_again(&self, commit: Oid, branch: &str, expected: Option<Oid>, trouble: Trouble) -> anyhow::Result<Push> {
        if matches!(trouble.obstacle, Obstacle::Denied | Obstacle::Missing | Obstacle::Down) {
            return Ok(Push::of(trouble));
        }
        sleep(pause(1));
        Ok(match self.tip(branch)? {
            Ok(Some(tip)) if tip == commit => Push::Pushed,
            Ok(tip) if tip == expected => Push::of(trouble),
            Ok(_) => Push::Moved { to: None },
            Err(again) => Push::Unclear { said: [trouble.said, again.said].concat() },
        })
    }
}

impl Push {
    /// Returns what a remote that could not be asked comes to, where nothing was sent.
    pub(super) fn of(trouble: Trouble) -> Self {
        match trouble.obstacle {
            Obstacle::Denied => Self::AuthFailed { said: trouble.said },
            _ => Self::Unreachable { said: trouble.said },
        }
    }

    /// Returns whether the remote has the commit.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Pushed | Self::AlreadyThere)
    }
}

/// What a push was for: its failure says so.
pub(super) struct Errand<'a> {
    /// The remote's name.
    pub(super) remote: &'a str,
    /// The branch.
    pub(super) branch: &'a str,
    /// The commit.
    pub(super) commit: &'a Commit,
    /// The folder of the repository.
    pub(super) folder: &'a Path,
}

impl Errand<'_> {
    /// Returns the failure (exit 4) of a push that did not get there; `None` where it did.
    pub(super) fn failure(&self, push: &Push) -> Option<Failure> {
        let (remote, branch) = (self.remote, self.branch);
        Some(match push {
            Push::Pushed | Push::AlreadyThere => return None,
            Push::Moved { to } => {
                let to = to.as_ref().map_or_else(|| "moved".to_owned(), |to| format!("has a newer commit `{to:.7}`"));
                outside(format!(
                    "branch `{branch}` of `{remote}` {to}, others were faster each time, nothing was written over"
                ))
                .hint("run the command again")
            }
            Push::Refused { bar, said } => {
                let fact = format!("`{remote}` does not take branch `{branch}`: {}", words(said));
                outside(fact).hint(bar.way_out(branch).map_or_else(|| self.by_hand(), str::to_owned))
            }
            Push::Unreachable { said } => {
                outside(format!("`{remote}` cannot be reached, the commit is here only: {}", words(said)))
                    .hint(self.by_hand())
            }
            Push::AuthFailed { said } => {
                outside(format!("`{remote}` does not accept who pushes: {}", words(said))).hint(self.by_hand())
            }
            Push::Unclear { said } => {
                outside(format!("whether `{remote}` took branch `{branch}` is not known: {}", words(said)))
                    .hint(format!("git -C {} ls-remote {remote} refs/heads/{branch}", self.at()))
            }
        })
    }

    /// Returns the folder as a shell takes it, without the slash at its end.
    fn at(&self) -> String {
        quoted(&self.folder.components().collect::<PathBuf>())
    }

    /// Returns the command that pushes later.
    fn by_hand(&self) -> String {
        let spec = shell::quoted(&format!("{}:refs/heads/{}", self.commit.id, self.branch));
        format!("git -C {} push {} {spec}", self.at(), shell::quoted(self.remote))
    }
}

/// Returns the lines of the other side where it said something, else all.
fn remarks(errors: &str) -> String {
    let remarks: Vec<&str> = errors.lines().filter(|line| line.starts_with("remote:")).collect();
    if remarks.is_empty() { errors.to_owned() } else { remarks.join("\n") }
}

/// Returns what was said as one text.
fn words(said: &[String]) -> String {
    if said.is_empty() { "git gave no reason".to_owned() } else { said.join("; ") }
}
