//! What `leeward status` says: every open incident, where it stands, how much time there is, what to type next. For
//! people, chats and programs; the JSON has types of its own.

mod markdown;
mod text;

pub use markdown::status as status_markdown;
pub use text::status as status_text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::ClockReport;
use super::json;
use crate::model::finding::Finding;
use crate::model::incident::{Action, Stage};

/// What `status` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusReport {
    /// The base: its name.
    pub base: String,
    /// The commit of the base that was looked at.
    pub commit: String,
    /// What was asked beside Git: the context and the server.
    pub live: Option<String>,
    /// When it was looked at, RFC 3339, UTC.
    pub at: String,
    /// The incidents, one entry for each cluster of each, the oldest first.
    pub incidents: Vec<IncidentLine>,
    /// How many further incidents flags left out.
    pub left_out: usize,
    /// What has to be known of how they were found.
    pub findings: Vec<FindingLine>,
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// On a branch of leeward's, and not in the base.
    Proposed,
    /// Proposed, and left alone since.
    Abandoned,
    /// In the base, as leeward wrote it, and in effect.
    InBase,
    /// In the base, with files that somebody changed by hand.
    Edited,
    /// In the base, and something else in the base overrides it.
    WithoutEffect,
    /// In the base, which cannot be built: nobody knows whether it is in effect.
    EffectUnknown,
    /// In the base, and a later incident moved on from where it went.
    Superseded,
    /// It was in the base, and was taken out.
    TakenOut,
    /// In the base, and the cluster is gone from it.
    ClusterGone,
    /// Its file in the base cannot be read.
    Unreadable,
}

/// An incident of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentLine {
    /// The incident.
    pub incident: String,
    /// The cluster: `namespace/name`, with its root before it where that is not unique; null where its file cannot be read.
    pub cluster: Option<String>,
    /// What it does.
    pub action: Option<Action>,
    /// Where it stands.
    pub standing: Standing,
    /// That in a sentence.
    pub fact: String,
    /// The stage that stands, or that is proposed where none does.
    pub stage: Option<Stage>,
    /// How many stages it has.
    pub stages: u8,
    /// Why, as diagnosed or given.
    pub cause: String,
    /// When it was opened, RFC 3339, UTC.
    pub opened_at: Option<String>,
    /// How long ago that was.
    pub age_seconds: Option<i64>,
    /// The storages that failed.
    pub from: Vec<String>,
    /// Their endpoint.
    pub endpoint: String,
    /// Where backups go.
    pub to: String,
    /// What is proposed beyond what stands.
    pub proposed: Option<ProposedLine>,
    /// The pull request of the stage that stands, where the forge was asked and has one.
    pub pull_request: Option<PullRequestLine>,
    /// The later incident that moved on from where this one went.
    pub superseded_by: Option<String>,
    /// What the cluster shows, where it was looked at.
    pub live: Option<LiveLine>,
    /// How much time there is.
    pub clock: Option<ClockReport>,
    /// What to type next.
    pub next: Option<String>,
}

/// A branch that is not in the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedLine {
    /// The stage.
    pub stage: Stage,
    /// The branch.
    pub branch: String,
    /// Whether nobody goes on with it: it was left alone, or its pull request closed.
    pub is_abandoned: bool,
    /// Its newest commit.
    pub commit: String,
    /// When that was made, RFC 3339, UTC.
    pub at: String,
    /// Its pull request, where the forge was asked and has one.
    pub pull_request: Option<PullRequestLine>,
    /// The page that opens one by hand.
    pub compare_url: Option<String>,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullRequestLine {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// `open`, `draft`, `closed`, `merged`.
    pub state: String,
}

/// What a cluster shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveLine {
    /// `status.state`; null where the cluster is not there or could not be read.
    pub state: Option<String>,
    /// Whether the operator went through the object as it is.
    pub is_observed: bool,
    /// Its newest Backups, the newest first.
    pub backups: Vec<LiveBackup>,
    /// The newest Backup that proves the new place: whole, where Git says, and of the change that stands.
    pub confirmed_backup: Option<String>,
    /// What could not be read, and why.
    pub trouble: Vec<String>,
}

/// A Backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveBackup {
    /// Its name.
    pub name: String,
    /// Its storage.
    pub storage: String,
    /// `status.state`.
    pub state: String,
    /// When it was made.
    pub created: Option<String>,
}

/// Something that has to be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingLine {
    /// Stable id.
    pub id: String,
    /// `refuse`, `warn`, `note`.
    pub level: String,
    /// The fact.
    pub fact: String,
    /// A command or a field that mends it.
    pub hint: Option<String>,
}

impl Standing {
    /// Returns what reports add to a stage; empty where it simply stands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Abandoned => "abandoned",
            Self::InBase => "",
            Self::Edited => "edited by hand",
            Self::WithoutEffect => "without effect",
            Self::EffectUnknown => "effect unknown",
            Self::Superseded => "superseded",
            Self::TakenOut => "taken out",
            Self::ClusterGone => "cluster gone",
            Self::Unreadable => "unreadable",
        }
    }
}

impl FindingLine {
    /// Returns the line of a finding.
    pub fn of(finding: &Finding) -> Self {
        let Finding { id, level, fact, hint } = finding.clone();
        Self { id: id.to_owned(), level: level.word().to_owned(), fact, hint }
    }
}

impl StatusReport {
    /// Returns that there is nothing to show, with the base as it is written there.
    pub(super) fn nothing(&self, base: &str) -> String {
        let commit = self.commit.get(..7).unwrap_or(&self.commit);
        match self.left_out {
            0 => format!("no incident is open in {base} {commit} or on a branch of leeward"),
            others => format!(
                "no incident of what was asked for is open in {base} {commit} or on a branch of leeward; others: {others}"
            ),
        }
    }
}

impl IncidentLine {
    /// Returns the stage with what has to be known of it: `protect, edited by hand`.
    pub(super) fn stage_words(&self) -> String {
        let stage = self.stage.map(Stage::word);
        let beyond =
            self.proposed.as_ref().filter(|_| !matches!(self.standing, Standing::Proposed | Standing::Abandoned));
        let beyond = beyond.map(|proposed| {
            format!("{} {}", proposed.stage.word(), if proposed.is_abandoned { "abandoned" } else { "proposed" })
        });
        let own = Some(self.standing.word()).filter(|word| !word.is_empty()).map(str::to_owned);
        stage.map(str::to_owned).into_iter().chain(own).chain(beyond).collect::<Vec<_>>().join(", ")
    }

    /// Returns from where to where: `minio-a → minio-b`, further storages of the place as a number.
    pub(super) fn way(&self) -> String {
        let more = self.from.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" +{more}") };
        let from = format!("{}{more}", self.from.first().map_or("-", String::as_str));
        match (self.action, self.to.as_str()) {
            (None, _) => "-".to_owned(),
            (Some(Action::Rotate), "") => format!("{from}: new keys"),
            (Some(Action::Rotate), to) => format!("{from}: keys of {to}"),
            (_, to) => format!("{from} → {to}"),
        }
    }

    /// Returns the pull request that counts: the open one, else that of what stands.
    pub(super) fn pull(&self) -> Option<&PullRequestLine> {
        let proposed = self.proposed.as_ref().and_then(|proposed| proposed.pull_request.as_ref());
        proposed.or(self.pull_request.as_ref())
    }
}

/// Returns the report as JSON.
pub fn status_json(report: &StatusReport) -> String {
    json::answer("Status", report)
}

#[cfg(test)]
mod tests;
