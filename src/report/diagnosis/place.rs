//! What this machine saw of each place, kept apart from what the pods saw, in the report's own types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnose::{Cause, Confidence, Contradiction, Mismatch, PlaceSeen};

/// What a probe from here found of one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceLine {
    /// The storage, where the probe was of one.
    pub storage: Option<String>,
    /// What its probe alone says.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// Whether an answer was an error, or did not come.
    #[serde(default)]
    pub has_errors: bool,
    /// Whether a server of S3 answers there.
    #[serde(default)]
    pub answers: bool,
    /// Its steps in order.
    pub summary: String,
}

/// That the logs and the probe do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContradictionLine {
    /// How.
    pub kind: ContradictionKind,
    /// What the logs say.
    pub logs: Cause,
    /// What the probe says.
    pub probe: Cause,
    /// What that means, in a sentence.
    pub says: String,
}

/// How logs and probe do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContradictionKind {
    /// The logs blame the storage for what the probe saw working.
    OnlyTheLogs,
    /// The logs blame nothing, the probe does.
    OnlyTheProbe,
    /// Each blames something else.
    Different,
}

impl PlaceLine {
    /// Returns the line of a place.
    pub(super) fn of(seen: &PlaceSeen) -> Self {
        let PlaceSeen { storage, cause, confidence, has_errors, answers, summary } = seen.clone();
        Self { storage, cause, confidence, has_errors, answers, summary }
    }

    /// Returns the place for people: the storage, what is wrong with it, what was seen of it.
    pub(super) fn words(&self) -> String {
        let name = self.storage.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default();
        let verdict = match self.cause {
            Cause::Healthy => "nothing wrong".to_owned(),
            Cause::CannotTell if self.has_errors => "not clear".to_owned(),
            // Of what nobody asked nothing can be said.
            Cause::CannotTell if !self.answers && !self.summary.is_empty() => return format!("{name}{}", self.summary),
            Cause::CannotTell if !self.answers => "not asked".to_owned(),
            Cause::CannotTell => "nothing wrong as far as it was asked".to_owned(),
            cause => cause.name().to_owned(),
        };
        if self.summary.is_empty() { format!("{name}{verdict}") } else { format!("{name}{verdict}: {}", self.summary) }
    }
}

impl ContradictionLine {
    /// Returns the line of a contradiction.
    pub(super) fn of(found: Contradiction) -> Self {
        let kind = match found.kind {
            Mismatch::OnlyTheLogs => ContradictionKind::OnlyTheLogs,
            Mismatch::OnlyTheProbe => ContradictionKind::OnlyTheProbe,
            Mismatch::Different => ContradictionKind::Different,
        };
        Self { kind, logs: found.logs, probe: found.probe, says: found.says() }
    }
}
