//! Checks and what they add up to. Every check says one of four things; only one of them is good.
//! Must never take what nobody knows for a failure, nor what has not come yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::live::Trouble;

/// The checks, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// The change is in the base.
    Merged,
    /// The controller applied a revision that has it.
    Applied,
    /// The live cluster holds every field that Git says.
    Intended,
    /// The operator took it.
    Observed,
    /// The Secrets that the storages name are there.
    Secret,
    /// No other backup holds the lock that a new one needs.
    Lock,
    /// Point-in-time recovery runs, or is gone, as planned.
    Collector,
    /// A backup succeeded on the new target.
    Backup,
    /// It says that it lies where Git says.
    Place,
    /// Its bytes are there.
    Objects,
}

impl CheckName {
    /// Returns the word of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Applied => "applied",
            Self::Intended => "intended",
            Self::Observed => "observed",
            Self::Secret => "secret",
            Self::Lock => "lock",
            Self::Collector => "collector",
            Self::Backup => "backup",
            Self::Place => "place",
            Self::Objects => "objects",
        }
    }
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// Nobody can tell; the fact says which right or which API is missing.
    CannotTell,
    /// It has not come about yet, and still may.
    Waiting,
    /// It does not hold, and will not without somebody's doing.
    Failed,
}

impl Outcome {
    /// Returns the words of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::CannotTell => "cannot tell",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }

    /// Returns the exit code of design.md "Failures": what was waited for in vain counts like a failure.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed | Self::Waiting => 1,
            Self::CannotTell => 4,
        }
    }
}

/// One check and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// What it says.
    pub outcome: Outcome,
    /// The fact it rests on: lower case, the thing in backticks.
    pub fact: String,
    /// A command or a field that mends it, or that lets it be told.
    pub hint: Option<String>,
}

impl Check {
    /// Returns a check that holds.
    pub fn passed(name: CheckName, fact: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Passed, fact: fact.into(), hint: None }
    }

    /// Returns a check that does not hold.
    pub fn failed(name: CheckName, fact: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Failed, fact: fact.into(), hint: None }
    }

    /// Returns a check that still may come to hold.
    pub fn waiting(name: CheckName, fact: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Waiting, fact: fact.into(), hint: None }
    }

    /// Returns a check of which nobody knows.
    pub fn cannot_tell(name: CheckName, fact: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::CannotTell, fact: fact.into(), hint: None }
    }

    /// Returns a check that rests on a read which failed.
    pub fn unread(name: CheckName, what: &str, trouble: &Trouble) -> Self {
        Self { hint: trouble.hint.clone(), ..Self::cannot_tell(name, format!("{what} was not read: {}", trouble.fact)) }
    }

    /// Returns the check with what mends it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What all checks come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The checks, in their order; those that rest on one that failed or waits are left out.
    pub checks: Vec<Check>,
}

impl Verdict {
    /// Adds a check; returns whether those that rest on it can say anything.
    pub fn add(&mut self, check: Check) -> bool {
        let goes_on = matches!(check.outcome, Outcome::Passed | Outcome::CannotTell);
        self.checks.push(check);
        goes_on
    }

    /// Returns whether every check so far lets the next ones speak.
    pub fn goes_on(&self) -> bool {
        self.outcome() <= Outcome::CannotTell
    }

    /// Returns what the checks come to: the worst of them; none at all is nothing known.
    pub fn outcome(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::CannotTell)
    }

    /// Returns a check by its name.
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{CannotTell, Failed, Passed, Waiting};
    use super::*;

    #[test]
    fn the_worst_check_is_the_verdict_and_the_exit_code() {
        let of = |outcomes: &[Outcome]| {
            let check = |outcome: &Outcome| Check { outcome: *outcome, ..Check::passed(CheckName::Merged, "x") };
            let outcome = Verdict { checks: outcomes.iter().map(check).collect() }.outcome();
            (outcome, outcome.exit_code())
        };
        assert_eq!(of(&[Passed, Passed]), (Passed, 0));
        assert_eq!(of(&[Passed, CannotTell, Passed]), (CannotTell, 4));
        assert_eq!(of(&[CannotTell, Waiting]), (Waiting, 1));
        assert_eq!(of(&[Waiting, Failed, CannotTell]), (Failed, 1));
        assert_eq!(of(&[]), (CannotTell, 4));
    }
}
