//! Which backup proves the target: one that is named, one that an earlier run made, one of a schedule, or a new one. A rerun
//! finds its own by label, so that none is made twice; a new one is made where the last of this stage failed.
//! Must never choose a backup on another storage than the new ones.

use serde_json::{Value, json};

use crate::model::incident::Stage;
use crate::model::object::{ObjectId, PXC_GROUP};
use crate::model::observed::{BackupObject, BackupState, Proof};
use crate::model::version::Rules;

/// The kind of a backup.
const KIND: &str = "PerconaXtraDBClusterBackup";
/// The label with the incident.
const INCIDENT: &str = "leeward/incident";
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
    /// The incident.
    pub incident: &'a str,
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
        let mut last = own.iter().rev().filter(|(_, object)| self.is_own(object)).map(|(_, object)| *object);
        // One of before the change, or on another storage, proves nothing: a new one may be made beside it.
        let last = last.find_map(|object| Some(BackupObject::read(object)).filter(|read| self.proof.covers(read)));
        match (last, making) {
            (Some(last), Making::Asked) if last.state == BackupState::Failed || last.meta.deleted.is_some() => {
                Choice::Make(self.name(next))
            }
            (Some(last), _) => Choice::Follow(last.meta.name),
            (None, Making::Asked) => Choice::Make(self.name(next)),
            (None, Making::NotAsked) => self.of_schedules(backups).map_or(Choice::None, Choice::Follow),
        }
    }

    /// Returns the number of a backup that has the name of a test backup of this incident, whoever made it and for which
    /// cluster: a name is taken once in a namespace.
    fn number(&self, object: &Value) -> Option<u32> {
        let name = object["metadata"]["name"].as_str()?;
        name.strip_prefix(&format!("leeward-{}-", self.incident))?.parse().ok()
    }

    /// Returns whether it was made for this incident and stage.
    fn is_own(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        labels[INCIDENT] == self.incident && labels[STAGE] == self.stage.word()
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
        format!("leeward-{}-{number}", self.incident)
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
                "labels": {INCIDENT: self.incident, STAGE: self.stage.word()},
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::version::Version;

    /// Returns a Backup with a number, a stage and a state.
    fn own(number: u32, of_stage: &str, state: &str) -> Value {
        json!({
            "metadata": {"name": format!("leeward-a-1122-{number}"), "creationTimestamp": "2026-11-22T10:30:00Z",
                "labels": {INCIDENT: "a-1122", STAGE: of_stage}},
            "spec": {"pxcCluster": "c1", "storageName": "b"}, "status": {"state": state},
        })
    }

    /// Returns a scheduled Backup on a storage.
    fn scheduled(name: &str, storage: &str, created: &str, state: &str) -> Value {
        json!({
            "metadata": {"name": name, "creationTimestamp": created},
            "spec": {"pxcCluster": "c1", "storageName": storage}, "status": {"state": state},
        })
    }

    /// What is chosen of some backups.
    fn chosen(backups: &[Value], making: Making) -> Choice {
        let storages = ["b".to_owned()];
        let attempt = Attempt {
            incident: "a-1122",
            stage: Stage::Protect,
            namespace: "pxc",
            proof: Proof { cluster: "c1", storages: &storages, since: "2026-11-22T10:00:00Z".parse().ok() },
            storage: "b",
        };
        attempt.choose(backups, making)
    }

    #[test]
    fn a_rerun_finds_its_own_and_makes_another_one_only_after_a_failure() {
        let follow = |name: &str| Choice::Follow(name.to_owned());
        let make = |text: &str| Choice::Make(text.to_owned());
        assert_eq!(chosen(&[], Making::Asked), make("leeward-a-1122-1"));
        for state in ["", "Starting", "Running", "Succeeded"] {
            assert_eq!(chosen(&[own(1, "protect", state)], Making::Asked), follow("leeward-a-1122-1"), "{state}");
        }
        let failed = [own(1, "protect", "Failed"), own(10, "protect", "Failed"), own(9, "protect", "Succeeded")];
        assert_eq!(chosen(&failed, Making::Asked), make("leeward-a-1122-11"));
        assert_eq!(chosen(&failed, Making::NotAsked), follow("leeward-a-1122-10"));
        let other_stage = [own(3, "resume", "Succeeded")];
        assert_eq!(chosen(&other_stage, Making::Asked), make("leeward-a-1122-4"));
        let mut other_cluster = own(1, "protect", "Succeeded");
        other_cluster["spec"]["pxcCluster"] = "c2".into();
        assert_eq!(chosen(&[other_cluster], Making::Asked), make("leeward-a-1122-2"), "that name is taken");
        for (pointer, value) in [("/metadata/creationTimestamp", "2026-11-22T09:59:59Z"), ("/spec/storageName", "a")] {
            let mut stale = own(1, "protect", "Succeeded");
            *stale.pointer_mut(pointer).unwrap() = value.into();
            assert_eq!(chosen(&[stale.clone()], Making::Asked), make("leeward-a-1122-2"), "{pointer}");
            assert_eq!(chosen(&[stale], Making::NotAsked), Choice::None, "{pointer}");
        }
        let mut going = own(1, "protect", "Running");
        going["metadata"]["deletionTimestamp"] = "2026-11-22T10:00:00Z".into();
        assert_eq!(chosen(&[going], Making::Asked), make("leeward-a-1122-2"));
    }

    #[test]
    fn a_scheduled_one_counts_where_it_lies_on_the_new_storage_and_is_not_older() {
        let all = [
            scheduled("before", "b", "2026-11-22T09:00:00Z", "Succeeded"),
            scheduled("elsewhere", "a", "2026-11-22T12:00:00Z", "Succeeded"),
            scheduled("done", "b", "2026-11-22T11:00:00Z", "Succeeded"),
            scheduled("runs", "b", "2026-11-22T12:00:00Z", "Running"),
        ];
        assert_eq!(chosen(&all, Making::NotAsked), Choice::Follow("done".to_owned()));
        assert_eq!(chosen(&all[3..], Making::NotAsked), Choice::Follow("runs".to_owned()));
        assert_eq!(chosen(&all[..2], Making::NotAsked), Choice::None);
        assert_eq!(chosen(&all, Making::Asked), Choice::Make("leeward-a-1122-1".to_owned()));
    }

    #[test]
    fn deadlines_follow_the_operator_and_no_finalizer_deletes_the_data() {
        let storages = ["b".to_owned()];
        let attempt = Attempt {
            incident: "a-1122",
            stage: Stage::Protect,
            namespace: "pxc",
            proof: Proof { cluster: "c1", storages: &storages, since: None },
            storage: "b",
        };
        let of = |version: &str| {
            let rules = Rules::new(Version::parse(version).ok(), None).unwrap();
            attempt.object("leeward-a-1122-1", &rules)
        };
        let (id, new) = of("1.19.0");
        assert_eq!(id.to_string(), "PerconaXtraDBClusterBackup pxc/leeward-a-1122-1");
        let want = json!({
            "pxcCluster": "c1", "storageName": "b", "startingDeadlineSeconds": 300, "suspendedDeadlineSeconds": 1200,
            "runningDeadlineSeconds": 600, "activeDeadlineSeconds": 14400,
        });
        assert_eq!(new["spec"], want);
        assert_eq!(new["metadata"].get("finalizers"), None);
        let (_, old) = of("1.18.0");
        assert_eq!(old["spec"].get("runningDeadlineSeconds"), None);
    }
}
