//! What was read of the live cluster, object by object. The cluster room fills it, or files do; the preview reads it.
//! Must never turn a read that failed into "absent": absence is what an API server said, everything else is trouble (law 6).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::object::ObjectId;

/// What one read gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The object as the API server has it, `metadata.managedFields` included where they were asked for.
    Found(Value),
    /// The API server answered that it is not there.
    Absent(Absence),
    /// Nobody knows.
    Unread(Trouble),
}

/// What is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Absence {
    /// The object alone.
    Object,
    /// Its namespace, and so the object.
    Namespace,
    /// Its kind: no such API, no custom resource definition.
    Kind,
}

/// Where the objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In namespaces.
    Namespaced,
    /// Beside them.
    Cluster,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Which of the results that must not be mixed up.
    pub reason: Reason,
    /// The fact, without secrets: lower case, the thing in backticks.
    pub fact: String,
    /// A command or a field that mends it.
    pub hint: Option<String>,
}

impl Trouble {
    /// Returns a trouble without a hint.
    pub fn new(reason: Reason, fact: impl Into<String>) -> Self {
        Self { reason, fact: fact.into(), hint: None }
    }

    /// Returns the trouble with what mends it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Results of the outside that must not be mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// 403: the role lacks a verb.
    Forbidden,
    /// 401: the token is missing, wrong or expired.
    Unauthorized,
    /// 409: other field managers own what would change.
    Conflict,
    /// 400 or 422: the API server or one of its webhooks refuses the object.
    Rejected,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// An answer that means none of the others: 429 or 5xx after every retry, a body that is no object.
    CannotTell,
    /// Nobody asked: Secrets without `--secrets`, an object that the live files do not hold.
    NotAsked,
    /// What the controller does there is not modelled.
    NotModelled,
    /// It hangs on which of two controllers comes first.
    Undecided,
}

impl Reason {
    /// Returns whether a read that was needed failed, so that the run cannot end well.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::NotAsked | Self::NotModelled | Self::Undecided)
    }
}

/// Everything that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// The objects by the identity that Git gives them.
    pub objects: BTreeMap<ObjectId, Reading>,
    /// What the API server answered to a server-side dry run, where one was asked for.
    pub dry_runs: BTreeMap<ObjectId, Result<Value, Trouble>>,
    /// OpenAPI v3 documents by `group/version` (`v1` for the core group), as `/openapi/v3` serves them.
    pub documents: BTreeMap<String, Value>,
}
