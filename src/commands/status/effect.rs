//! Whether what an incident records is what the base builds to. Something else in the base may override an overlay, or
//! nothing may include it any more: its file is there all the same.

use crate::model::backup::Backup;
use crate::model::incident::{Action, Incident, Stage};
use crate::plan::REVISION_ANNOTATION;
use crate::report::Standing;

use super::build::Sites;
use super::has_resume;
use super::rows::Row;

/// Marks incidents whose cluster is gone, those that have no effect, and those of which that is not known.
pub(super) fn judge(rows: &mut [Row], sites: &Sites) {
    for row in rows.iter_mut().filter(|row| row.is_in_base()) {
        let Some(incident) = &row.incident else { continue };
        if sites.is_unbuilt(incident) {
            row.standing = Standing::EffectUnknown;
            row.fact = format!(
                "{}; whether it is in effect is not known: `{}` cannot be built",
                row.fact, incident.cluster.root
            );
        } else if sites.is_gone(incident) {
            row.standing = Standing::ClusterGone;
            row.fact = format!("{}; `{}` builds no such cluster any more", row.fact, incident.cluster.root);
        } else if let Some(why) = sites.of(incident).and_then(|site| missing(incident, &site.cluster.backup)) {
            row.standing = Standing::WithoutEffect;
            row.fact = format!("{}; but {why}", row.fact);
        }
    }
}

/// Says what an incident records and a backup block has not.
fn missing(incident: &Incident, backup: &Backup) -> Option<String> {
    if incident.action == Action::Rotate
        && let Some(why) = unrotated(incident, backup)
    {
        return Some(why);
    }
    let schedules = incident.schedules.iter().filter(|_| incident.action != Action::Rotate);
    for moved in schedules {
        let Some(schedule) = backup.schedule(&moved.now) else {
            return Some(format!("no schedule `{}` is built, to which `{}` was moved", moved.now, moved.was));
        };
        if !incident.to.storages.contains(&schedule.storage) {
            return Some(format!(
                "schedule `{}` is built with storage `{}`, not with `{}`",
                moved.now,
                schedule.storage,
                incident.to.storages.join("`, `")
            ));
        }
    }
    let was_on = incident.pitr.was_enabled && incident.action != Action::Rotate;
    let (is_on, storage) = (backup.pitr.enabled, backup.pitr.storage.as_deref().unwrap_or_default());
    match incident.stage {
        Stage::Protect if was_on && is_on => Some("point-in-time recovery is built as on".to_owned()),
        Stage::Resume if has_resume(incident) && !is_on => Some("point-in-time recovery is built as off".to_owned()),
        Stage::Resume if has_resume(incident) && storage != incident.to.binlogs => Some(format!(
            "point-in-time recovery is built with storage `{storage}`, not with `{}`",
            incident.to.binlogs
        )),
        Stage::Protect | Stage::Resume => None,
    }
}

/// Says what a rotation records and a backup block has not: the new Secret, or what rolls the collector.
fn unrotated(incident: &Incident, backup: &Backup) -> Option<String> {
    let (new, binlogs) = (incident.to.target.as_str(), incident.pitr.storage_was.as_str());
    let value = |name: &str, field: &str| {
        let value = backup.storages.get(name)?.value.pointer(field)?.as_str()?;
        Some(value.to_owned())
    };
    if new.is_empty() {
        let is_rolled = incident.pitr.was_enabled && incident.from.storages.iter().any(|name| name == binlogs);
        let revision = value(binlogs, &format!("/annotations/{}", REVISION_ANNOTATION.replace('/', "~1")));
        let is_other = is_rolled && revision.as_ref() != Some(&incident.id);
        return is_other.then(|| {
            format!(
                "storage `{binlogs}` is built without `{REVISION_ANNOTATION}: {}`, which rolls its collector",
                incident.id
            )
        });
    }
    let storages = incident.from.storages.iter();
    let mut built =
        storages.map(|name| (name, backup.storages.get(name).and_then(|storage| storage.credentials_secret())));
    let (name, secret) = built.find(|(_, secret)| *secret != Some(new))?;
    Some(match secret {
        Some(secret) => format!("storage `{name}` is built with Secret `{secret}`, not with `{new}`"),
        None => format!("no storage `{name}` with Secret `{new}` is built"),
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
            let block = json!({"schedule": [schedule], "pitr": {"enabled": pitr, "storageName": binlogs}});
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
    fn a_rotation_has_its_secret_or_what_rolls_the_collector() {
        let of = |target: &str, storage: &serde_json::Value| {
            let file = FILE
                .replace("\"failover\"", "\"rotate\"")
                .replace("target: \"minio-b\"", &format!("target: \"{target}\""));
            let block = json!({"storages": {"minio-a": storage}, "pitr": {"enabled": target.is_empty()}});
            missing(&Incident::parse(&file).unwrap(), &Backup::read(&block).unwrap())
        };
        let keys = |secret: &str| json!({"type": "s3", "s3": {"bucket": "b", "credentialsSecret": secret}});
        let rolled = json!({"type": "s3", "s3": {"bucket": "b"}, "annotations": {"leeward/credentials-revision": "minio-a-1122"}});
        assert_eq!((of("", &rolled), of("keys-2", &keys("keys-2"))), (None, None));
        let unrolled = "storage `minio-a` is built without `leeward/credentials-revision: minio-a-1122`, which rolls its collector";
        assert_eq!(of("", &keys("keys")).as_deref(), Some(unrolled));
        let old = "storage `minio-a` is built with Secret `keys`, not with `keys-2`";
        assert_eq!(of("keys-2", &keys("keys")).as_deref(), Some(old));
        assert_eq!(of("keys-2", &rolled).as_deref(), Some("no storage `minio-a` with Secret `keys-2` is built"));
    }
}
