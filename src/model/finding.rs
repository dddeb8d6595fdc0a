//! Findings: what a guard saw, how grave it is, and what mends it.

use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is committed.
    Refuse,
    /// The approver has to know.
    Warn,
    /// Said once, nothing to do.
    Note,
}

impl Level {
    /// Returns the word the reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Warn => "warn",
            Self::Note => "note",
        }
    }
}

/// What a guard saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable id of the guard, a DNS label.
    pub id: &'static str,
    /// How grave.
    pub level: Level,
    /// The fact.
    pub fact: String,
    /// A command or a field that mends it.
    pub hint: Option<String>,
}

impl Finding {
    /// Returns a finding that stops the commit.
    pub fn refuse(id: &'static str, fact: impl Into<String>) -> Self {
        Self { id, level: Level::Refuse, fact: fact.into(), hint: None }
    }

    /// Returns a finding that the approver has to know.
    pub fn warn(id: &'static str, fact: impl Into<String>) -> Self {
        Self { id, level: Level::Warn, fact: fact.into(), hint: None }
    }

    /// Returns a remark.
    pub fn note(id: &'static str, fact: impl Into<String>) -> Self {
        Self { id, level: Level::Note, fact: fact.into(), hint: None }
    }

    /// Returns the finding with what mends it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
