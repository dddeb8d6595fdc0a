//! What `leeward preview` says: the three differences of every object, for people, pull requests and programs.
//! Comes after [`crate::preview`], whose types it wraps. Must never mix intended, drift and effective, and must never
//! call what could not be read "no difference".

mod block;
mod detail;
mod field;
#[cfg(test)]
mod laws;
mod line;
mod list;
mod markdown;
mod mask;
mod split;
mod summary;
mod tame;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub use markdown::preview as preview_markdown;
pub use summary::Summary;
pub use text::{SIGN_COLUMN, preview as preview_text};

use serde::Serialize;

use super::json;
use super::revision::BaseLine;
use crate::model::finding::Finding;
use crate::preview::{Action, ObjectPreview, RootPreview};

/// What `preview` says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreviewReport {
    /// Git before.
    pub base: BaseLine,
    /// Git after.
    pub head: BaseLine,
    /// Where the live objects come from: `context prod-a (https://…)`, `files: live.yaml`.
    pub live: String,
    /// How many requests the API server answered; `None` where none was asked.
    pub requests: Option<usize>,
    /// Which builder built.
    pub builder: String,
    /// One entry a root that changed.
    pub roots: Vec<RootPreview>,
    /// What the whole run found.
    pub findings: Vec<Finding>,
    /// What to type next.
    pub next: Option<String>,
    /// Whether a root that changes could not be built, and so is not among the roots.
    #[serde(skip)]
    pub is_partial: bool,
}

/// The preview with its summary, as programs read it.
#[derive(Serialize)]
struct Body<'a> {
    /// Counts and what follows from them.
    summary: Summary,
    /// The rest.
    #[serde(flatten)]
    report: &'a PreviewReport,
}

/// Returns the report as JSON.
pub fn preview_json(report: &PreviewReport) -> String {
    let report = &mask::masked(report);
    json::answer("Preview", &Body { summary: report.summary(), report })
}

impl PreviewReport {
    /// Returns the counts over all objects and what follows from them for the exit code.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::of(&self.roots);
        summary.differs |= summary::has_warning(&self.findings);
        summary.failed |= self.is_partial;
        summary
    }
}

/// Returns whether nothing has to be said of an object beside its name.
fn is_quiet(object: &ObjectPreview) -> bool {
    object.action == Action::Unchanged
        && object.trouble.is_none()
        && [&object.intended, &object.drift, &object.effective].iter().all(|changes| changes.is_empty())
        && object.unsure.is_empty()
        && object.findings.is_empty()
}

/// Returns whether nothing has to be said of a root beside its name.
fn is_quiet_root(root: &RootPreview) -> bool {
    root.trouble.is_none() && root.findings.is_empty() && root.objects.iter().all(is_quiet)
}

/// Returns the objects of which something has to be said, what deserves attention first.
fn loud(root: &RootPreview) -> Vec<&ObjectPreview> {
    let mut objects: Vec<_> = root.objects.iter().filter(|object| !is_quiet(object)).collect();
    objects.sort_by_key(|object| (summary::urgency(object), &object.id));
    objects
}

/// Returns the start of a commit id.
fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}
