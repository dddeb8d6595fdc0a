//! Whether what an incident records is what the base builds to. Something else in the base may override an overlay, or
//! nothing may include it any more: its file is there all the same.

use crate::model::backup::Backup;
use crate::model::incident::{Action, Incident, Stage};
use crate::report::Standing;

use super::build::Sites;
use super::has_resume;
use super::rows::Row;

/// Marks incidents whose cluster is gone, and those that have no effect.
pub(super) fn judge(rows: &mut [Row], sites: &Sites) {
    for row in rows.iter_mut().filter(|row| row.is_in_base()) {
        let Some(incident) = &row.incident else { continue };
        if sites.is_gone(incident) {
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
}
