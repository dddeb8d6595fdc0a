//! What surrounds the cause, as types of the answer: where and since when, what is about to be lost, what could not be seen.
//! Comes after [`crate::diagnose`], whose facts it writes out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SuspectLine;
use super::rescue;
use crate::diagnose::{Elsewhere, Going, Good, Observed, Since, Site, Unseen};
use crate::model::finding::Finding;

/// What surrounds the cause. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SiteReport {
    /// The cluster: `namespace/name`.
    pub cluster: String,
    /// When its objects were read.
    pub at: String,
    /// What was read of them: `3 Backups, 2 Jobs`.
    pub objects: String,
    /// The storages of the place, the one that fails first.
    pub storages: Vec<String>,
    /// The endpoint that they share, where it is known: host and port.
    pub endpoint: Option<String>,
    /// Since when backups fail there.
    pub since: Option<SinceLine>,
    /// The last good backup there.
    pub last_good: Option<GoodLine>,
    /// The Backups there that are being deleted with their data.
    pub being_deleted: Vec<GoingLine>,
    /// The commands that keep that data.
    pub keep_commands: Vec<String>,
    /// What else keeps backups from succeeding, and what has to be known when reading this.
    pub findings: Vec<FindingLine>,
    /// What is not at fault, as far as the objects tell.
    pub not: Vec<String>,
    /// What could not be seen.
    pub unseen: Vec<UnseenLine>,
}

/// Since when backups fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SinceLine {
    /// The first failure after the last success.
    pub at: String,
    /// How many Backups failed.
    pub failed: usize,
    /// How many do not get on.
    pub unfinished: usize,
    /// How many runs were due and made no Backup.
    pub missed: u32,
}

/// A good backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoodLine {
    /// The Backup.
    pub name: String,
    /// When it was whole.
    pub at: String,
    /// The schedule that made it; null where a person did.
    pub schedule: Option<String>,
}

/// A Backup that is being deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoingLine {
    /// The Backup.
    pub name: String,
    /// Its storage.
    pub storage: String,
    /// Where its data lies.
    pub destination: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingLine {
    /// `warn` or `note`.
    pub level: String,
    /// Its stable name.
    pub id: String,
    /// The fact.
    pub fact: String,
    /// A command or a field that mends it.
    pub hint: Option<String>,
}

/// Something that could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnseenLine {
    /// What.
    pub what: String,
    /// `forbidden`, `unauthorized`, `absent`, `unreachable`, `timed-out`, `cannot-tell` and others.
    pub reason: String,
    /// Why.
    pub fact: String,
    /// What mends it.
    pub hint: Option<String>,
}

/// What fails at another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ElsewhereLine {
    /// The storages there.
    pub storages: Vec<String>,
    /// The cause that leads there.
    pub suspect: SuspectLine,
}

impl SiteReport {
    /// Returns the report of what surrounds a cause.
    pub(super) fn of(site: &Site, observed: &Observed) -> Self {
        Self {
            cluster: site.cluster.clone(),
            at: observed.at.to_string(),
            objects: objects(observed),
            storages: site.storages.clone(),
            endpoint: site.endpoint.clone(),
            since: site.since.as_ref().map(since),
            last_good: site.last_good.as_ref().map(good),
            being_deleted: site.going.iter().map(going).collect(),
            keep_commands: rescue::commands(&site.namespace, &site.going),
            findings: site.findings.iter().map(finding).collect(),
            not: site.cleared.clone(),
            unseen: site.unseen.iter().map(unseen).collect(),
        }
    }
}

impl ElsewhereLine {
    /// Returns the report of what fails elsewhere.
    pub(super) fn of(elsewhere: &Elsewhere) -> Self {
        Self { storages: elsewhere.storages.clone(), suspect: SuspectLine::of(&elsewhere.suspect, None) }
    }
}

/// Returns what was read of a cluster.
fn objects(observed: &Observed) -> String {
    let pods = observed.pods.len() + observed.collectors.len() + observed.operators.len();
    let counts = [
        (observed.backups.len(), "Backup"),
        (observed.jobs.len(), "Job"),
        (pods, "pod"),
        (observed.events.len(), "warning"),
    ];
    let shown = counts.map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
    shown.join(", ")
}

/// Returns since when backups fail.
fn since(since: &Since) -> SinceLine {
    let Since { at, failed, unfinished, missed } = since;
    SinceLine { at: at.to_string(), failed: *failed, unfinished: *unfinished, missed: *missed }
}

/// Returns a good backup.
fn good(good: &Good) -> GoodLine {
    GoodLine { name: good.name.clone(), at: good.at.to_string(), schedule: good.schedule.clone() }
}

/// Returns a Backup that is being deleted.
fn going(going: &Going) -> GoingLine {
    let Going { name, storage, destination, .. } = going.clone();
    GoingLine { name, storage, destination }
}

/// Returns a finding.
fn finding(finding: &Finding) -> FindingLine {
    FindingLine {
        level: finding.level.word().to_owned(),
        id: finding.id.to_owned(),
        fact: finding.fact.clone(),
        hint: finding.hint.clone(),
    }
}

/// Returns what could not be seen.
fn unseen(unseen: &Unseen) -> UnseenLine {
    let reason = serde_json::to_value(unseen.trouble.reason).ok();
    UnseenLine {
        what: unseen.what.clone(),
        reason: reason.as_ref().and_then(|reason| reason.as_str()).unwrap_or_default().to_owned(),
        fact: unseen.trouble.fact.clone(),
        hint: unseen.trouble.hint.clone(),
    }
}
