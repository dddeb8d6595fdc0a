//! Whether what an incident records is what the base builds to: a hand may have changed the one and kept the other. Serves
//! every verb that speaks of an incident. Must never look at the live cluster: only Git against Git.

use crate::model::backup::Backup;
use crate::model::incident::{Action, Incident, REVISION_ANNOTATION, Stage};

/// Says what an incident records and a backup block has not.
pub fn missing(incident: &Incident, backup: &Backup) -> Option<String> {
    let found = schedule(incident, backup).or_else(|| pitr(incident, backup));
    found.or_else(|| storage(incident, backup)).or_else(|| revision(incident, backup))
}

/// Says which schedule is not where it was moved to.
fn schedule(incident: &Incident, backup: &Backup) -> Option<String> {
    let mut schedules = incident.schedules.iter().filter(|_| incident.action != Action::Rotate);
    schedules.find_map(|moved| {
        let Some(schedule) = backup.schedule(&moved.now) else {
            return Some(format!("no schedule `{}` is built, to which `{}` was moved", moved.now, moved.was));
        };
        let is_there = incident.to.storages.contains(&schedule.storage);
        (!is_there).then(|| {
            let wanted = incident.to.storages.join("`, `");
            format!("schedule `{}` is built with storage `{}`, not with `{wanted}`", moved.now, schedule.storage)
        })
    })
}

/// Says how point-in-time recovery is not as the stage has it.
fn pitr(incident: &Incident, backup: &Backup) -> Option<String> {
    let was_on = incident.pitr.was_enabled && incident.action != Action::Rotate;
    let (is_on, storage) = (backup.pitr.enabled, backup.pitr.storage.as_deref().unwrap_or_default());
    match incident.stage {
        Stage::Protect if was_on && is_on => Some("point-in-time recovery is built as on".to_owned()),
        Stage::Resume if incident.has_resume() && !is_on => Some("point-in-time recovery is built as off".to_owned()),
        Stage::Resume if incident.has_resume() && storage != incident.to.binlogs => Some(format!(
            "point-in-time recovery is built with storage `{storage}`, not with `{}`",
            incident.to.binlogs
        )),
        Stage::Protect | Stage::Resume => None,
    }
}

/// Says which storage is not there, or has not the keys that a rotation gave it.
fn storage(incident: &Incident, backup: &Backup) -> Option<String> {
    let to = &incident.to;
    let backups = to.storages.iter().map(|name| (name, "backups"));
    let binlogs = Some((&to.binlogs, "binlogs")).filter(|(name, _)| !name.is_empty());
    if let Some((name, what)) = backups.chain(binlogs).find(|(name, _)| !backup.storages.contains_key(*name)) {
        return Some(format!("no storage `{name}` is built, to which {what} were moved"));
    }
    let is_renamed = incident.action == Action::Rotate && !to.target.is_empty();
    let mut rotated = to.storages.iter().filter(|_| is_renamed).filter_map(|name| backup.storages.get(name));
    let old = rotated.find(|storage| storage.credentials_secret() != Some(to.target.as_str()))?;
    let secret = old.credentials_secret().unwrap_or_default();
    Some(format!("storage `{}` is built with Secret `{secret}`, not with `{}`", old.name, to.target))
}

/// Says that a rotation under the old name does not roll the collector, which alone keeps old keys.
fn revision(incident: &Incident, backup: &Backup) -> Option<String> {
    let (id, binlogs) = (&incident.id, &incident.pitr.storage_was);
    let is_same_name = incident.action == Action::Rotate && incident.to.target.is_empty();
    let rolls = is_same_name && incident.pitr.was_enabled && incident.from.storages.contains(binlogs);
    let storage = backup.storages.get(binlogs).filter(|_| rolls)?;
    let is_rolled = storage.value["annotations"][REVISION_ANNOTATION] == id.as_str();
    (!is_rolled).then(|| {
        format!("storage `{binlogs}` is built without `{REVISION_ANNOTATION}: {id}`, which rolls its collector")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An incident that moved `daily`.
    const FILE: &str = r#"
apiVersion: leeward/v1
kind: Incident
id: "minio-a-1122"
stage: "protect"
action: "failover"
cause: {name: "", reason: ""}
opened_at: "2026-11-22T10:00:00Z"
cluster: {root: "a", namespace: "pxc", name: "cluster1", crVersion: ""}
from: {storages: ["minio-a"], endpoint: "minio.a.example:9000"}
to: {target: "minio-b", storages: ["minio-b"], binlogs: "minio-b-binlogs"}
schedules: [{was: "daily", now: "daily-x", storage_was: "minio-a", retention_was: null}]
pitr: {was_enabled: true, storage_was: "minio-a"}
confirmed_backup: null
"#;

    #[test]
    fn what_is_recorded_has_to_be_built() {
        let of = |stage: &str, schedule: &str, storage: &str, (pitr, binlogs): (bool, &str)| {
            let incident = Incident::parse(&FILE.replace("\"protect\"", &format!("\"{stage}\""))).unwrap();
            let schedule = json!({"name": schedule, "schedule": "0 0 * * *", "storageName": storage});
            let pitr = json!({"enabled": pitr, "storageName": binlogs});
            let storages =
                json!({"minio-a": {"type": "s3"}, "minio-b": {"type": "s3"}, "minio-b-binlogs": {"type": "s3"}});
            let block = json!({"schedule": [schedule], "pitr": pitr, "storages": storages});
            missing(&incident, &Backup::read(&block).unwrap())
        };
        let binlogs = "minio-b-binlogs";
        assert_eq!(of("protect", "daily-x", "minio-b", (false, binlogs)), None);
        assert_eq!(of("resume", "daily-x", "minio-b", (true, binlogs)), None);
        let said = |found: Option<String>| found.unwrap();
        let (renamed, back) = (
            of("protect", "daily", "minio-b", (false, binlogs)),
            of("protect", "daily-x", "minio-a", (false, binlogs)),
        );
        assert_eq!(said(renamed), "no schedule `daily-x` is built, to which `daily` was moved");
        assert_eq!(said(back), "schedule `daily-x` is built with storage `minio-a`, not with `minio-b`");
        assert_eq!(said(of("protect", "daily-x", "minio-b", (true, binlogs))), "point-in-time recovery is built as on");
        assert_eq!(
            said(of("resume", "daily-x", "minio-b", (false, binlogs))),
            "point-in-time recovery is built as off"
        );
        let elsewhere = "point-in-time recovery is built with storage `minio-a`, not with `minio-b-binlogs`";
        assert_eq!(said(of("resume", "daily-x", "minio-b", (true, "minio-a"))), elsewhere);
    }

    #[test]
    fn storages_have_to_be_built_with_the_keys_that_they_were_given() {
        let of = |action: &str, target: &str, storages: serde_json::Value| {
            let file = FILE
                .replace("\"failover\"", &format!("\"{action}\""))
                .replace("\"minio-b\", storages", &format!("\"{target}\", storages"));
            let schedule = json!({"name": "daily-x", "schedule": "0 0 * * *", "storageName": "minio-b"});
            let block = json!({"schedule": [schedule], "storages": storages});
            missing(&Incident::parse(&file).unwrap(), &Backup::read(&block).unwrap())
        };
        let with = |secret: &str| {
            let storage = json!({"type": "s3", "s3": {"credentialsSecret": secret}});
            json!({"minio-b": storage, "minio-b-binlogs": storage})
        };
        assert_eq!(of("failover", "minio-b", with("keys")), None);
        let gone = "no storage `minio-b-binlogs` is built, to which binlogs were moved".to_owned();
        assert_eq!(of("failover", "minio-b", json!({"minio-b": {"type": "s3"}})), Some(gone));
        let gone = "no storage `minio-b` is built, to which backups were moved".to_owned();
        assert_eq!(of("failover", "minio-b", json!({})), Some(gone));
        assert_eq!(of("rotate", "keys-2", with("keys-2")), None);
        assert_eq!(of("rotate", "", with("keys")), None);
        let mut rolled = with("keys");
        rolled["minio-a"] = json!({"type": "s3", "annotations": {"leeward/credentials-revision": "minio-a-1122"}});
        assert_eq!(of("rotate", "", rolled.clone()), None);
        rolled["minio-a"]["annotations"]["leeward/credentials-revision"] = json!("other");
        let unrolled = "storage `minio-a` is built without `leeward/credentials-revision: minio-a-1122`, which rolls its collector";
        assert_eq!(of("rotate", "", rolled).as_deref(), Some(unrolled));
        let old = "storage `minio-b` is built with Secret `keys`, not with `keys-2`".to_owned();
        assert_eq!(of("rotate", "keys-2", with("keys")), Some(old));
    }
}
