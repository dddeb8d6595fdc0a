//! The room of reports: what a person, a pull request or a program reads. Plain data in, text out.
//! Must know no terminal, and must mask what could be a secret before it becomes text.

mod clock;
mod diagnosis;
mod escape;
mod json;
mod markdown;
mod mask;
mod plan;
mod preview;
mod pull;
mod revision;
mod status;
mod text;
mod verdict;

pub use clock::{ClockFrom, ClockReport, age, lasting};
pub use diagnosis::{DiagnosisReport, diagnosis_json, diagnosis_markdown, diagnosis_text};
pub use escape::escaped;
pub use json::failure;
pub use mask::{masked, masked_yaml};
pub use plan::{
    ClusterReport, FileLine, PlanReport, Proof, ProposalLine, PullLine, RefusalLine, changed_lines, plan_json,
    plan_markdown, plan_summary, plan_text, unified,
};
pub use preview::{PreviewReport, SIGN_COLUMN, Summary, preview_json, preview_markdown, preview_text};
pub use pull::{Ways, pull_body, pull_title};
pub use revision::BaseLine;
pub use status::{
    FindingLine, IncidentLine, LiveBackup, LiveLine, ProposedLine, PullRequestLine, Standing, StatusReport,
    status_json, status_markdown, status_text,
};
pub use verdict::{
    BackupLine, CheckLine, ClusterLine, VerdictReport, verdict_comment, verdict_json, verdict_markdown, verdict_read,
    verdict_text,
};
