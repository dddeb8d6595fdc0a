//! What `leeward plan` and `leeward propose` say: for each cluster what changes and what the guards saw, the files, the proof,
//! and what became of the proposal. Comes after [`crate::plan`]. Must never show a plan that a guard refused as one that holds.

mod diff;
mod markdown;
mod picture;
mod text;

pub use diff::{changed_lines, unified};
pub(super) use markdown::{Detail, plan_in};
pub use markdown::{plan as plan_markdown, summary as plan_summary};
pub use text::plan as plan_text;

use serde::Serialize;

use super::clock::ClockReport;
use super::json;
use super::revision::BaseLine;
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

/// Returns the report as JSON.
pub fn plan_json(report: &PlanReport) -> String {
    json::answer("Plan", report)
}
