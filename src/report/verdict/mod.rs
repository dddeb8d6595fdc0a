//! What `leeward verify` says, for people, pull requests and programs. Comes after [`crate::verify`], whose words it writes
//! out; the JSON has types of its own here, which the next stage and `status` read again (`--verdict FILE`).

mod markdown;
mod text;

pub use markdown::{comment as verdict_comment, verdict as verdict_markdown};
pub use text::verdict as verdict_text;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json;
use super::mask::masked;
use crate::diagnose::masked_text;
use crate::failure::{Failure, refused};
use crate::model::incident::{Action, Stage};
use crate::model::name::object_name;
use crate::verify::{Check, CheckName, Outcome, Verdict};

/// What `verify` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictReport {
    /// The incident.
    pub incident: String,
    /// What it does.
    pub action: Action,
    /// The stage that was verified.
    pub stage: Stage,
    /// The cluster.
    pub cluster: ClusterLine,
    /// What the checks come to: the worst of them.
    pub verdict: Outcome,
    /// The checks in their order; those that rest on one that failed or waits are left out.
    pub checks: Vec<CheckLine>,
    /// The backup that was followed, where one was.
    pub backup: Option<BackupLine>,
    /// The base: its name.
    pub base: String,
    /// The commit of the base that was looked at.
    pub commit: String,
    /// What was asked: the context and the server.
    pub live: String,
    /// The digest of what that base says of where backups go; null from a leeward that did not say.
    #[serde(default)]
    pub change: Option<String>,
    /// When it was looked at, RFC 3339, UTC.
    pub at: String,
    /// When the incident was opened, RFC 3339, UTC.
    pub opened_at: String,
    /// What to type next, where anything has to be done.
    pub next: Option<String>,
}

/// The cluster of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClusterLine {
    /// The root that deploys it.
    pub root: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckLine {
    /// Which.
    pub name: CheckName,
    /// What it says.
    pub outcome: Outcome,
    /// The fact it rests on.
    pub fact: String,
    /// A command or a field that mends it, or that lets it be told.
    pub hint: Option<String>,
}

/// A backup that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackupLine {
    /// The Backup object.
    pub name: String,
    /// The storage that it writes to.
    pub storage: String,
    /// `status.state`: `Succeeded`, `Failed`, `Running`, `Starting`, `Suspended`, `new`.
    pub state: String,
    /// Where it lies: `s3://bucket/prefix/name`; empty until that is known.
    pub destination: String,
    /// When it ended, RFC 3339; null while it did not.
    pub completed: Option<String>,
}

impl CheckLine {
    /// Returns the line of a check without secrets: facts repeat what controllers, the operator and forges say.
    fn of(check: &Check) -> Self {
        let Check { name, outcome, fact, hint } = check.clone();
        Self { name, outcome, fact: masked(&masked_text(&fact), &[]), hint: hint.map(|hint| masked(&hint, &[])) }
    }
}

impl VerdictReport {
    /// Returns the report with what the checks say.
    #[must_use]
    pub fn with(mut self, verdict: &Verdict) -> Self {
        self.verdict = verdict.outcome();
        self.checks = verdict.checks.iter().map(CheckLine::of).collect();
        self
    }

    /// Returns how many checks say something.
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        self.checks.iter().filter(|check| check.outcome == outcome).count()
    }
}

/// A verdict as it is saved.
#[derive(Deserialize)]
struct Saved {
    /// The version of the form.
    version: u32,
    /// `Verdict`.
    kind: String,
    /// The rest.
    #[serde(flatten)]
    report: VerdictReport,
}

/// Returns the report as JSON.
pub fn verdict_json(report: &VerdictReport) -> String {
    json::answer("Verdict", report)
}

/// Reads a report again from its JSON.
///
/// # Errors
/// Refuses what is no verdict, one of another version, and names and times that no leeward wrote: they go into Git.
pub fn verdict_read(text: &str) -> Result<VerdictReport, Failure> {
    let hint = "leeward verify --verdict-out FILE";
    let saved: Saved =
        serde_json::from_str(text).map_err(|error| refused(format!("it is no verdict: {error}")).hint(hint))?;
    if saved.kind != "Verdict" || saved.version != json::VERSION {
        let found = format!("`{}` of version `{}`", saved.kind.escape_debug(), saved.version);
        return Err(refused(format!("it is {found}, not `Verdict` of version `{}`", json::VERSION)).hint(hint));
    }
    let VerdictReport { backup, at, .. } = &saved.report;
    if at.parse::<Timestamp>().is_err() {
        return Err(refused(format!("`at` `{}` is not an RFC 3339 time", at.escape_debug())).hint(hint));
    }
    if let Some(backup) = backup {
        object_name("`backup/name`", &backup.name).map_err(|refusal| refusal.hint(hint))?;
    }
    Ok(saved.report)
}

#[cfg(test)]
mod tests;
