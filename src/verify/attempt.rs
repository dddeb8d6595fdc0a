//! Which backup proves the target: one that is named, one that an earlier run made, one of a schedule, or a new one. A rerun
//! finds its own by label, whatever clocks say, so that none is made twice; a new one is made where the last of this stage
//! failed, and where the last was made for another state of the change: after that one is over, never beside it.
//! Must never choose a backup on another storage than the new ones.

use serde_json::{Value, json};

use super::proof::Proof;
use crate::model::incident::Stage;
use crate::model::object::{ObjectId, PXC_GROUP};
use crate::model::observed::{BackupObject, BackupState, CHANGE_LABEL, INCIDENT_LABEL};
use crate::model::version::Rules;

/// The kind of a backup.
const KIND: &str = "PerconaXtraDBClusterBackup";
/// The label with the stage.
const STAGE: &str = "leeward/stage";
/// How long the operator may take to take it up, in seconds.
const STARTING: u64 = 300;
/// How long its Job may wait for the cluster, in seconds.
const SUSPENDED: u64 = 1200;
/// How long its pod may take to run, in seconds (operator 1.19 and newer).
const RUNNING: u64 = 600;
/// How long its Job may take, in seconds.
const ACTIVE: u64 = 14_400;

/// What a test backup is for.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The stage.
    pub stage: Stage,
    /// The namespace.
    pub namespace: &'a str,
    /// What a backup has to be to prove the target.
    pub proof: Proof<'a>,
    /// The storage that a new backup goes to.
    pub storage: &'a str,
}

/// What is done for a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This one is followed.
    Follow(String),
    /// One that an earlier run made for another state of the change is under way: a new one is made after it.
    Await {
        /// The one that is under way.
        earlier: String,
        /// The name of the new one.
        next: String,
    },
    /// A new one of this name is made.
    Make(String),
    /// There is none, and none is to be made.
    None,
}

/// Whether a backup may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// It was asked for.
    Asked,
    /// It was not.
    NotAsked,
}

impl Attempt<'_> {
    /// Returns what is done, given every Backup of the namespace as it was read.
    pub fn choose(&self, backups: &[Value], making: Making) -> Choice {
        let mut own: Vec<(u32, &Value)> =
            backups.iter().filter_map(|object| Some((self.number(object)?, object))).collect();
        own.sort_by_key(|(number, _)| *number);
        let next = own.last().map_or(1, |(number, _)| number.saturating_add(1));
        let own =
            own.iter().rev().filter(|(_, object)| self.is_own(object)).map(|(_, object)| BackupObject::read(object));
        // One on another storage proves nothing, and stands in nobody's way.
        let own: Vec<BackupObject> = own.filter(|backup| self.proof.is_there(backup)).collect();
        let of_change = || own.iter().filter(|backup| self.proof.covers(backup));
        let last = of_change().next();
        let good = last.filter(|last| self.is_good(last)).or_else(|| of_change().find(|backup| is_under_way(backup)));
        let name = |backup: &BackupObject| backup.meta.name.clone();
        match (good, making) {
            (Some(good), _) => Choice::Follow(name(good)),
            (None, Making::Asked) => match own.iter().find(|backup| is_under_way(backup)) {
                Some(earlier) => Choice::Await { earlier: name(earlier), next: self.name(next) },
                None => Choice::Make(self.name(next)),
            },
            (None, Making::NotAsked) => {
                let other = || self.of_schedules(backups).or(last.map(name));
                let failed = last.filter(|last| last.meta.deleted.is_none()).map(name);
                failed.or_else(other).map_or(Choice::None, Choice::Follow)
            }
        }
    }

    /// Returns whether a backup of this change proves the target, or may come to.
    fn is_good(&self, backup: &BackupObject) -> bool {
        let is_lost = backup.state == BackupState::Failed || backup.meta.deleted.is_some();
        !is_lost && !self.proof.is_misplaced(backup)
    }

    /// Returns the number of a backup that has the name of a test backup of this incident, whoever made it and for which
    /// cluster: a name is taken once in a namespace.
    fn number(&self, object: &Value) -> Option<u32> {
        let name = object["metadata"]["name"].as_str()?;
        name.strip_prefix(&format!("leeward-{}-", self.proof.incident))?.parse().ok()
    }

    /// Returns whether it was made for this incident and stage.
    fn is_own(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        labels[INCIDENT_LABEL] == self.proof.incident && labels[STAGE] == self.stage.word()
    }

    /// Returns the newest other backup on the new storages: one that is over, where there is one.
    fn of_schedules(&self, backups: &[Value]) -> Option<String> {
        let read = backups.iter().map(BackupObject::read);
        let counts = |backup: &BackupObject| backup.meta.deleted.is_none() && self.proof.covers(backup);
        let found = read.filter(counts).max_by_key(|backup| (backup.state.is_over(), backup.meta.created));
        found.map(|backup| backup.meta.name)
    }

    /// Returns the name of a test backup.
    fn name(&self, number: u32) -> String {
        format!("leeward-{}-{number}", self.proof.incident)
    }

    /// Returns a test backup to be made. It has no finalizer that would delete its data with it, and controllers leave it
    /// alone, should Git ever hold one of its name.
    pub fn object(&self, name: &str, rules: &Rules) -> (ObjectId, Value) {
        let mut spec = json!({
            "pxcCluster": self.proof.cluster,
            "storageName": self.storage,
            "startingDeadlineSeconds": STARTING,
            "suspendedDeadlineSeconds": SUSPENDED,
            "activeDeadlineSeconds": ACTIVE,
        });
        if rules.has_running_deadline() {
            spec["runningDeadlineSeconds"] = RUNNING.into();
        }
        let id = ObjectId {
            group: PXC_GROUP.to_owned(),
            version: "v1".to_owned(),
            kind: KIND.to_owned(),
            namespace: Some(self.namespace.to_owned()),
            name: name.to_owned(),
        };
        let object = json!({
            "apiVersion": id.api_version(),
            "kind": KIND,
            "metadata": {
                "name": name,
                "namespace": self.namespace,
                "labels": {
                    INCIDENT_LABEL: self.proof.incident,
                    STAGE: self.stage.word(),
                    CHANGE_LABEL: self.proof.change,
                },
                "annotations": {
                    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
                    "argocd.argoproj.io/sync-options": "Prune=false",
                    "kustomize.toolkit.fluxcd.io/prune": "disabled",
                },
            },
            "spec": spec,
        });
        (id, object)
    }
}

/// Returns whether a backup is not over.
fn is_under_way(backup: &BackupObject) -> bool {
    !backup.state.is_over() && backup.meta.deleted.is_none()
}

#[cfg(test)]
mod tests;
