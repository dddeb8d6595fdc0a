//! The room of reports: what a person, a pull request or a program reads. Plain data in, text out.
//! Must know no terminal, and must mask what could be a secret before it becomes text.

mod clock;
mod diagnosis;
mod escape;
mod json;
mod markdown;
mod mask;
mod picture;
mod preview;
mod pull;
mod status;
mod text;
mod verdict;

pub use clock::{ClockFrom, ClockReport, age, lasting};
pub use diagnosis::{DiagnosisReport, diagnosis_json, diagnosis_markdown, diagnosis_text};
pub use escape::escaped;
pub use json::{failure, plan as plan_json};
pub use markdown::{plan as plan_markdown, summary as plan_summary};
pub use mask::{masked, masked_yaml};
pub use preview::{PreviewReport, SIGN_COLUMN, Summary, preview_json, preview_markdown, preview_text};
pub use pull::{Ways, pull_body, pull_title};
pub use status::{
    FindingLine, IncidentLine, LiveBackup, LiveLine, ProposedLine, PullRequestLine, Standing, StatusReport,
    status_json, status_markdown, status_text,
};
pub use text::plan as plan_text;
pub use verdict::{
    BackupLine, CheckLine, ClusterLine, VerdictReport, verdict_comment, verdict_json, verdict_markdown, verdict_read,
    verdict_text,
};

use serde::Serialize;

use crate::model::backup::Backup;
use crate::model::finding::Finding;
use crate::model::incident::{Action, Stage};
use crate::plan::Change;

/// What `plan` and `propose` say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanReport {
    /// The incident.
    pub incident: String,
    /// What is done.
    pub action: Action,
    /// The stage.
    pub stage: Stage,
    /// The storage that failed.
    pub storage: String,
    /// Where backups go.
    pub target: String,
    /// The reason given.
    pub reason: String,
    /// The base: its name and commit.
    pub base: BaseLine,
    /// Which builder built.
    pub builder: String,
    /// One part a cluster.
    pub clusters: Vec<ClusterReport>,
    /// How much time there was when the incident was diagnosed, a clock for each cluster that was looked at.
    pub clock: Vec<ClockReport>,
    /// What the whole run found.
    pub findings: Vec<Finding>,
    /// The files that change; empty where a guard refused, or where the base has them already.
    pub files: Vec<FileLine>,
    /// How far the proof got.
    pub proof: Proof,
    /// What `propose` committed.
    pub proposal: Option<ProposalLine>,
    /// What to type next.
    pub next: Option<String>,
    /// Why the plan is refused; `None` where it is not.
    pub refusal: Option<RefusalLine>,
}

/// Why a plan is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusalLine {
    /// The fact.
    pub error: String,
    /// What mends it.
    pub hint: Option<String>,
}

/// A revision: the base of a plan, either side of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseLine {
    /// Its name.
    pub name: String,
    /// Its commit.
    pub commit: String,
}

/// What `propose` came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposalLine {
    /// `committed`, `already proposed` or `in the base`.
    pub outcome: String,
    /// The commit.
    pub commit: String,
    /// The branch.
    pub branch: String,
    /// Whether the remote has the commit; `None` where it was not asked to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed: Option<bool>,
    /// The remote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullLine>,
    /// The page that opens a pull request by hand, where leeward could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_url: Option<String>,
}

/// A pull request after a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PullLine {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// What was done: `created`, `updated`, `reopened`, `none`.
    pub operation: String,
    /// Where it stands: `open`, `draft`, `closed`, `merged`.
    pub state: String,
    /// The commit that the merge left on the base, where the forge says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_as: Option<String>,
}

/// How far a proof got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Built again, every post-condition holds.
    Holds {
        /// How many.
        conditions: usize,
    },
    /// A guard refused: nothing was built.
    NotTried,
}

/// What changes for one cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClusterReport {
    /// How it is called.
    pub cluster: String,
    /// Which stage of how many.
    pub stage_number: (u8, u8),
    /// The storages that the failure covers.
    pub from: Vec<String>,
    /// What changes.
    pub changes: Vec<Change>,
    /// Schedules that stay as they are.
    pub unchanged_schedules: Vec<String>,
    /// Whether it was refused.
    pub is_refused: bool,
    /// What the guards saw.
    pub findings: Vec<Finding>,
    /// How the overlay takes effect, and why not lower on the ladder.
    pub activation: Option<String>,
    /// Unified diff of the object, masked.
    pub diff: String,
    /// The block before.
    #[serde(skip)]
    pub before: Backup,
    /// The block after.
    #[serde(skip)]
    pub after: Backup,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileLine {
    /// Its path.
    pub path: String,
    /// `new`, `removed`, `+ 2 lines`.
    pub what: String,
}

/// Returns the unified diff of two texts with three lines of context.
pub fn unified(before: &str, after: &str, name: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("{name} (base)"), &format!("{name} (plan)")).to_string()
}

/// Returns how many lines of a file come and go: `+ 2 lines`, `+ 2 - 1 lines`.
pub fn changed_lines(before: &[u8], after: &[u8]) -> String {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = similar::TextDiff::from_lines(before.as_ref(), after.as_ref());
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let (added, removed) = (count(similar::ChangeTag::Insert), count(similar::ChangeTag::Delete));
    match (added, removed) {
        (1, 0) => "+ 1 line".to_owned(),
        (added, 0) => format!("+ {added} lines"),
        (0, 1) => "- 1 line".to_owned(),
        (0, removed) => format!("- {removed} lines"),
        (added, removed) => format!("+ {added} - {removed} lines"),
    }
}
