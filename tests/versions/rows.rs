//! One check for each row of operator.md section 0: what the runbook would do must not be in what was proposed, and what is
//! to be rendered instead must be. Reads builds and files alone; must never ask the planner.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::built::{Built, destination, text};
use crate::estate::{FAILED, Pitr, ROOT};
use crate::live;
use crate::story::{Move, Stage};

/// The schedules on the storage that fails.
pub(crate) const MOVED: [&str; 2] = ["daily", "weekly"];
/// The storages on the endpoint that fails.
pub(crate) const DEAD: [&str; 2] = ["minio-a", "minio-a-binlogs"];

/// A proposal that was merged and built.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What was done.
    pub(crate) r#move: Move,
    /// The stage.
    pub(crate) stage: Stage,
    /// Whether binlogs were collected before the incident.
    pub(crate) pitr: Pitr,
    /// The build before the incident.
    pub(crate) origin: Built,
    /// The build of what was merged.
    pub(crate) after: Built,
    /// The files that the proposal changes, before and after.
    pub(crate) files: BTreeMap<String, (String, String)>,
    /// What `propose` said, as JSON.
    pub(crate) report: String,
}

/// A check: nothing, or what is wrong.
pub(crate) type Check = fn(&Case) -> Result<(), String>;

/// Every row of the section's table, in its order, then what was seen live, then what every result has to hold.
pub(crate) const ROWS: [(&str, Check); 16] = [
    ("PVC temp-backup-storage and a CR that writes to it", no_stand_alone_volume),
    ("merge-patch of endpointUrl of the existing storage", old_entries_stay),
    ("fallback: add minio-secondary", new_entries_are_used),
    ("kubectl rollout restart of a backup Deployment", nothing_else_changes),
    ("mc ls in a MinIO pod", can_be_probed),
    ("kubectl patch or edit at all", is_a_commit_of_an_overlay),
    ("data loss only if the outage spans the retention window", risks_are_said),
    ("not in the runbook: binlogs are switched off first", binlogs_off_first),
    ("seen live: retention trap", live::no_schedule_keeps_its_name),
    ("seen live: pitr.storageName on a filesystem", live::binlogs_go_to_s3),
    ("seen live: one volume per backup, of the storage's size", live::volumes_are_as_declared),
    ("seen live: two Backups with the same destination", live::meeting_crons_are_apart),
    ("seen live: old Backups untouched, their storages and Secrets stay", live::old_backups_stay_readable),
    ("12.5, 12.31: names of Backups are unique and fit", live::names_fit),
    ("schedules that do not move are as they were, moved ones run and keep as before", live::schedules_are_as_before),
    ("12.10: binlogs lie where a backup proved the place", live::binlogs_are_like_backups),
];

/// Fails with a fact where a claim does not hold.
pub(crate) fn ensure(holds: bool, fact: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fact.into()) }
}

impl Case {
    /// Returns the storages that the incident added.
    pub(crate) fn new_storages(&self) -> BTreeMap<&str, &Value> {
        let before = self.origin.storages();
        self.after.storages().into_iter().filter(|(name, _)| !before.contains_key(name)).collect()
    }

    /// Returns the schedules that were on the storage that failed, before and after, by their place in the list.
    pub(crate) fn moved(&self) -> impl Iterator<Item = (&Value, &Value)> {
        let pairs = self.origin.schedules().iter().zip(self.after.schedules());
        pairs.filter(|(was, _)| MOVED.contains(&text(&was["name"])))
    }
}

/// An existing PVC cannot be referenced: volumes come from a claim inside the storage, and nothing else mounts one.
fn no_stand_alone_volume(case: &Case) -> Result<(), String> {
    for object in &case.after.0 {
        ensure(object["kind"] != "PersistentVolumeClaim", format!("stand-alone {}", object["metadata"]["name"]))?;
    }
    for (name, storage) in case.after.storages().iter().filter(|(_, storage)| storage["type"] == "filesystem") {
        let claim = &storage["volume"]["persistentVolumeClaim"];
        let fields: BTreeSet<&str> = claim.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let known = BTreeSet::from(["accessModes", "resources", "storageClassName"]);
        ensure(!fields.is_empty() && fields.is_subset(&known), format!("claim of {name} is {claim}"))?;
        ensure(storage["volume"].as_object().unwrap().len() == 1, format!("volume of {name} has more than a claim"))?;
    }
    let uses_volumes = |schedule: &Value| case.after.storages()[text(&schedule["storageName"])]["type"] == "filesystem";
    let on_volumes = case.moved().filter(|(_, now)| uses_volumes(now)).count();
    ensure(on_volumes == if case.r#move == Move::Buffer { MOVED.len() } else { 0 }, format!("{on_volumes} on volumes"))
}

/// The old entries keep their endpoint and everything else; a rotation sets what it is about.
fn old_entries_stay(case: &Case) -> Result<(), String> {
    let after = case.after.storages();
    for (name, was) in case.origin.storages() {
        let mut now = (*after.get(name).ok_or(format!("{name} is gone"))?).clone();
        let is_dead = DEAD.contains(&name);
        match case.r#move {
            Move::NewSecret if is_dead => {
                ensure(now["s3"]["credentialsSecret"] == "minio-a-r2", format!("{name} has its old Secret"))?;
                now["s3"]["credentialsSecret"] = was["s3"]["credentialsSecret"].clone();
            }
            Move::SameSecret if case.origin.binlogs() == Some(name) => {
                let annotations = now["annotations"].as_object_mut().ok_or(format!("{name} is not annotated"))?;
                let before = annotations.len();
                annotations.retain(|key, _| !key.starts_with("leeward/"));
                ensure(annotations.len() + 1 == before, format!("{name}: the collector is not rolled"))?;
                let is_empty = annotations.is_empty();
                if is_empty && was.get("annotations").is_none() {
                    now.as_object_mut().unwrap().remove("annotations");
                }
            }
            _ => {}
        }
        ensure(now == *was, format!("{name} was {was} and is {now}"))?;
    }
    Ok(())
}

/// A storage that nothing writes to does not help, one without keys or bucket even harms.
fn new_entries_are_used(case: &Case) -> Result<(), String> {
    let mut used: BTreeSet<&str> =
        case.after.schedules().iter().map(|schedule| text(&schedule["storageName"])).collect();
    used.extend(case.after.backup()["pitr"]["storageName"].as_str());
    for (name, storage) in case.new_storages() {
        ensure(used.contains(name), format!("nothing writes to {name}"))?;
        if storage["type"] == "s3" {
            for field in ["bucket", "credentialsSecret", "endpointUrl"] {
                ensure(!text(&storage["s3"][field]).is_empty(), format!("{name} has no {field}"))?;
            }
        }
    }
    for (_, now) in case.moved() {
        let is_away = !DEAD.contains(&text(&now["storageName"]));
        ensure(is_away == case.r#move.moves_schedules(), format!("{} is on {}", now["name"], now["storageName"]))?;
    }
    let adds = matches!(case.r#move, Move::Failover | Move::Listed | Move::Buffer);
    ensure(adds || case.new_storages().is_empty(), "a rotation added a storage")
}

/// There is no Deployment and no `CronJob` of backups: nothing but the backup block of the cluster changes.
fn nothing_else_changes(case: &Case) -> Result<(), String> {
    let (was, now) = (case.origin.surroundings(), case.after.surroundings());
    let names = |objects: &BTreeMap<String, Value>| objects.keys().cloned().collect::<Vec<_>>().join(", ");
    ensure(names(&was) == names(&now), format!("objects were {} and are {}", names(&was), names(&now)))?;
    ensure(was == now, "an object outside the backup block differs")
}

/// A probe takes endpoint and Secret from the CR: both are there, in a form every client reads alike, and no tool is run.
fn can_be_probed(case: &Case) -> Result<(), String> {
    for (name, storage) in case.new_storages() {
        let endpoint = text(&storage["s3"]["endpointUrl"]);
        let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
        let is_plain = storage["type"] != "s3" || host.is_some_and(|host| !host.is_empty() && !host.contains('/'));
        ensure(is_plain, format!("endpoint of {name} is {endpoint}"))?;
        ensure(endpoint != FAILED, format!("{name} is on the endpoint that failed"))?;
        ensure(storage["s3"].get("prefix").is_none(), format!("{name} has a prefix that PITR ignores"))?;
    }
    let runs = case.files.values().any(|(_, after)| after.contains("mc ls") || after.contains("mc alias"));
    ensure(!runs, "a rendered file runs mc")
}

/// A live edit would be reverted: the change is files of an overlay and lines inserted into the root's kustomization.
fn is_a_commit_of_an_overlay(case: &Case) -> Result<(), String> {
    let kustomization = format!("{ROOT}/kustomization.yaml");
    for (path, (before, after)) in &case.files {
        if *path == kustomization {
            let mut lines = after.lines();
            ensure(before.lines().all(|line| lines.any(|kept| kept == line)), format!("{path} lost a line"))?;
        } else {
            ensure(path.starts_with(&format!("{ROOT}/recovery/")), format!("{path} is no file of leeward's"))?;
        }
    }
    let edits = ["kubectl patch", "kubectl edit", "kubectl apply", "kubectl rollout"]
        .iter()
        .any(|verb| case.report.contains(verb));
    ensure(!case.files.is_empty() && !edits, "there is no commit, or the report tells to edit the cluster")
}

/// Count-based retention ages nothing out; what can be lost otherwise is said.
fn risks_are_said(case: &Case) -> Result<(), String> {
    let says = |id: &str| case.report.contains(&format!("\"id\": \"{id}\""));
    let protects = case.stage == Stage::Protect;
    let moves = protects && case.r#move.moves_schedules();
    let stops = protects && case.pitr == Pitr::On && case.r#move != Move::SameSecret;
    ensure(says("retention-frozen") == moves, "that nothing prunes the old backups")?;
    ensure(says("bucket-lifecycle") == moves, "that rules of the bucket go on deleting")?;
    ensure(says("pitr-gap") == stops, "that there is a gap in binlogs")?;
    let names_purge = case.report.contains("binlog_expire_logs_seconds");
    ensure(names_purge == stops, "that nodes purge binlogs")
}

/// With a dead bucket the collector stops every backup: off in the first stage, on again in the second.
fn binlogs_off_first(case: &Case) -> Result<(), String> {
    let is_on = case.after.binlogs().is_some();
    let stays = case.r#move == Move::SameSecret || case.stage == Stage::Resume;
    ensure(is_on == (stays && case.pitr == Pitr::On), format!("collector is on: {is_on}"))?;
    let storage = text(&case.after.backup()["pitr"]["storageName"]);
    let elsewhere = matches!(case.r#move, Move::Failover | Move::Listed) && case.pitr == Pitr::On;
    ensure(DEAD.contains(&storage) != elsewhere, format!("binlogs point at {storage}"))?;
    let known = case.after.storages();
    let place = known.get(storage).and_then(|storage| destination(storage));
    ensure(!is_on || place.is_some(), format!("binlogs would go to {storage}, which is no place"))
}
