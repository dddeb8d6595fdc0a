//! Failures: their kinds, the hint that mends them, the exit codes that scripts depend on.
//! Any room may make one; only `main` and `report` print one.

use std::fmt;

/// Who has to act, and so the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line cannot be used as typed: exit 2.
    Usage,
    /// The input is refused (config, repository, unsafe plan): exit 3.
    Refused,
    /// An outside system failed or could not be read (git, a program, a forge): exit 4.
    Outside,
}

impl Kind {
    /// Returns the exit code of design.md "Failures".
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Outside => 4,
        }
    }

    /// Returns the word of the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Outside => "outside",
        }
    }
}

/// A failure that a person can mend: the fact, and at most one hint that can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// The fact: lower case, the thing in backticks, no final stop.
    pub fact: String,
    /// A command or a field that mends it.
    pub hint: Option<String>,
}

impl Failure {
    /// Returns the failure with its hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact)
    }
}

impl std::error::Error for Failure {}

/// Returns a refusal of the input (exit 3).
pub fn refused(fact: impl Into<String>) -> Failure {
    Failure { kind: Kind::Refused, fact: fact.into(), hint: None }
}

/// Returns a failure of something outside (exit 4).
pub fn outside(fact: impl Into<String>) -> Failure {
    Failure { kind: Kind::Outside, fact: fact.into(), hint: None }
}

/// Returns a refusal of the command line (exit 2).
pub fn usage(fact: impl Into<String>) -> Failure {
    Failure { kind: Kind::Usage, fact: fact.into(), hint: None }
}

/// Returns the kind of an error: that of the outermost failure in its chain, else that something outside failed.
pub fn kind_of(error: &anyhow::Error) -> Kind {
    first(error).map_or(Kind::Outside, |failure| failure.kind)
}

/// Returns the hint of the outermost failure in the chain that has one.
pub fn hint_of(error: &anyhow::Error) -> Option<&str> {
    error.chain().filter_map(|cause| cause.downcast_ref::<Failure>()).find_map(|failure| failure.hint.as_deref())
}

/// Returns the outermost failure of a chain.
fn first(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref::<Failure>())
}
