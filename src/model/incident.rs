//! Incidents as `incident.yaml` keeps them: what, why, when, from where to where, and the names that were.
//! Read from Git by leeward alone (`read`); written by a template, never by a serialiser.

mod read;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cluster::ClusterId;
use super::path::RepoPath;

/// The annotation whose change rolls the binlog collector (operator.md 12.18); its value is the id of the incident.
pub const REVISION_ANNOTATION: &str = "leeward/credentials-revision";

/// What a plan does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Backups move to another S3 place.
    Failover,
    /// Backups move to volumes.
    Buffer,
    /// Keys change, the place stays.
    Rotate,
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Backups flow again.
    Protect,
    /// Point-in-time recovery is on again.
    Resume,
}

impl Action {
    /// Returns the word of flags and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failover => "failover",
            Self::Buffer => "buffer",
            Self::Rotate => "rotate",
        }
    }
}

impl Stage {
    /// Returns the word of flags, branches and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Protect => "protect",
            Self::Resume => "resume",
        }
    }
}

/// The file `incident.yaml` of one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// `leeward/v1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// `Incident`.
    pub kind: String,
    /// The id that names folder, branches, pull requests.
    pub id: String,
    /// The stage these files are at.
    pub stage: Stage,
    /// What is done.
    pub action: Action,
    /// Why.
    pub cause: Cause,
    /// When it was opened, RFC 3339, UTC.
    pub opened_at: String,
    /// For which cluster.
    pub cluster: ClusterName,
    /// What failed.
    pub from: From,
    /// Where backups go.
    pub to: To,
    /// The schedules that moved.
    pub schedules: Vec<MovedSchedule>,
    /// Point-in-time recovery as it was.
    pub pitr: PitrBefore,
    /// The Backup object that proved the target, from stage resume on.
    pub confirmed_backup: Option<String>,
}

/// Why an incident was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The cause as diagnosed; empty where nobody diagnosed.
    pub name: String,
    /// The reason a person gave.
    pub reason: String,
}

/// The cluster of an incident, as it was when opened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterName {
    /// The root.
    pub root: String,
    /// The namespace, empty where unknown.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// Its `crVersion`, empty where unset.
    #[serde(rename = "crVersion")]
    pub cr_version: String,
}

impl ClusterName {
    /// Returns the long name, as `--cluster` takes it.
    pub fn shown(&self) -> String {
        let part = |text: &str, empty: &str| if text.is_empty() { empty.to_owned() } else { text.to_owned() };
        format!("{}:{}/{}", part(&self.root, "."), part(&self.namespace, "-"), self.name)
    }

    /// Returns whether this names a cluster.
    pub fn names(&self, id: &ClusterId) -> bool {
        self.root == id.root.as_str()
            && self.name == id.name
            && self.namespace == id.namespace.as_deref().unwrap_or_default()
    }
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    /// The storages the failure covers.
    pub storages: Vec<String>,
    /// Their endpoint, `host:port`.
    pub endpoint: String,
}

/// Where backups go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct To {
    /// The target's name; the new Secret for a rotation.
    pub target: String,
    /// The storages that schedules write to.
    pub storages: Vec<String>,
    /// The storage of binlogs, empty where point-in-time recovery stays as it is.
    pub binlogs: String,
}

/// A schedule that moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedSchedule {
    /// The name before any incident.
    pub was: String,
    /// The name now.
    pub now: String,
    /// The storage before.
    pub storage_was: String,
    /// `retention` before; null where there was none.
    pub retention_was: Value,
}

/// Point-in-time recovery before the incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PitrBefore {
    /// Whether it was on.
    pub was_enabled: bool,
    /// Its storage; empty where none was named.
    pub storage_was: String,
}

/// An incident file as found in a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundIncident {
    /// The folder of the overlay.
    pub folder: RepoPath,
    /// What the file says.
    pub incident: Incident,
}

impl FoundIncident {
    /// Returns what a kustomization of the root may list to activate the overlay: the folder, or the patch alone.
    pub fn items(&self) -> [String; 2] {
        let root = self.incident.cluster.root.as_str();
        let below = self.folder.as_str().strip_prefix(root).unwrap_or_default().trim_start_matches('/').to_owned();
        let patch = format!("{below}/backup-patch.yaml");
        [below, patch]
    }
}

impl Incident {
    /// Returns whether it was opened since another of its cluster, because the place failed that that one went to.
    pub fn moved_on_from(&self, earlier: &Self) -> bool {
        self.cluster == earlier.cluster
            && self.id != earlier.id
            && self.opened_at > earlier.opened_at
            && self.from.storages.iter().any(|storage| earlier.to.storages.contains(storage))
    }

    /// Returns whether it turns point-in-time recovery on again at its new place.
    pub fn has_resume(&self) -> bool {
        self.pitr.was_enabled && !self.to.binlogs.is_empty()
    }
}
