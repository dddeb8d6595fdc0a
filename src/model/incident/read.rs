//! Bytes of Git → an incident. Anybody may push a branch: what is read here is shown, typed and written again, so a file that
//! leeward would not have written must never pass for one of its own.

use jiff::Timestamp;
use serde::Deserialize;

use super::Incident;
use crate::failure::{Failure, refused};
use crate::model::name::{IncidentId, object_name};
use crate::model::path::RepoPath;
use crate::model::yaml;

/// What tells the format of a file.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Header {
    /// The format.
    api_version: String,
    /// What it describes.
    kind: String,
}

impl Incident {
    /// Parses the file.
    ///
    /// # Errors
    /// Refuses other formats, unknown fields, ids that are none, and fields that leeward would not have written.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        // Before its fields: those of another format are others.
        let header: Header = yaml::parse(text)?;
        if header.api_version != "leeward/v1" || header.kind != "Incident" {
            let found = format!("`{}` `{}`", header.api_version.escape_debug(), header.kind.escape_debug());
            return Err(refused(format!("{found} is not `leeward/v1` `Incident`: written by a newer leeward?")));
        }
        let incident: Self = yaml::parse(text)?;
        IncidentId::parse(&incident.id)?;
        incident.check()?;
        Ok(incident)
    }

    /// Returns what bytes of a tree say; `None` where they are no incident of leeward's.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?).ok()
    }

    /// Refuses fields that no leeward wrote: what is read here is shown, typed and written again.
    fn check(&self) -> Result<(), Failure> {
        if self.opened_at.parse::<Timestamp>().is_err() {
            let text = self.opened_at.escape_debug();
            return Err(refused(format!("`opened_at` `{text}` of the incident is not an RFC 3339 time")));
        }
        if let Some((field, text)) = self.texts().into_iter().find(|(_, text)| text.chars().any(char::is_control)) {
            let text = text.escape_debug();
            return Err(refused(format!("`{field}` `{text}` of the incident has a control character")));
        }
        if RepoPath::parse(&self.cluster.root).is_err() {
            let fact =
                format!("`cluster/root` `{}` of the incident is not a path inside the repository", self.cluster.root);
            return Err(refused(fact));
        }
        self.confirmed_backup.as_deref().map_or(Ok(()), |name| object_name("`confirmed_backup`", name).map(drop))
    }

    /// Returns every text of the file beside formats and ids, each with its field.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        let Self { cause, cluster, from, to, schedules, pitr, .. } = self;
        let mut texts = vec![
            ("cause/name", cause.name.as_str()),
            ("cause/reason", &cause.reason),
            ("cluster/root", &cluster.root),
            ("cluster/namespace", &cluster.namespace),
            ("cluster/name", &cluster.name),
            ("cluster/crVersion", &cluster.cr_version),
            ("from/endpoint", &from.endpoint),
            ("to/target", &to.target),
            ("to/binlogs", &to.binlogs),
            ("pitr/storage_was", &pitr.storage_was),
        ];
        texts.extend(from.storages.iter().map(|name| ("from/storages", name.as_str())));
        texts.extend(to.storages.iter().map(|name| ("to/storages", name.as_str())));
        for moved in schedules {
            texts.push(("schedules/was", &moved.was));
            texts.push(("schedules/now", &moved.now));
            texts.push(("schedules/storage_was", &moved.storage_was));
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as leeward writes it.
    const FILE: &str = r#"
apiVersion: leeward/v1
kind: Incident
id: "minio-a-1122"
stage: "resume"
action: "failover"
cause: {name: "", reason: "disks gone"}
opened_at: "2026-11-22T10:00:00Z"
cluster: {root: "clusters/prod", namespace: "pxc", name: "cluster1", crVersion: "1.19.0"}
from: {storages: ["minio-a"], endpoint: "minio.a.example:9000"}
to: {target: "minio-b", storages: ["minio-b"], binlogs: "minio-b-binlogs"}
schedules: [{was: "daily", now: "daily-minio-a-1122", storage_was: "minio-a", retention_was: null}]
pitr: {was_enabled: true, storage_was: "minio-a"}
confirmed_backup: "manual-1"
"#;

    #[test]
    fn refuses_fields_that_no_leeward_wrote() {
        Incident::parse(FILE).unwrap();
        Incident::parse(&FILE.replace("clusters/prod", "")).unwrap();
        let refusals = [
            ("2026-11-22T10:00:00Z", "yesterday", "`opened_at` `yesterday` of the incident is not an RFC 3339 time"),
            ("disks gone", r"a\nb", r"`cause/reason` `a\nb` of the incident has a control character"),
            (r#""minio-b"]"#, r#""b\e"]"#, r"`to/storages` `b\u{1b}` of the incident has a control character"),
            ("daily-minio", r"\tdaily", r"`schedules/now` `\tdaily-a-1122` of the incident has a control character"),
            ("clusters/prod", "../up", "`cluster/root` `../up` of the incident is not a path inside the repository"),
            ("manual-1", "Manual 1", "`confirmed_backup` `Manual 1` is not a name Kubernetes accepts"),
        ];
        for (was, now, fact) in refusals {
            assert_eq!(Incident::parse(&FILE.replace(was, now)).unwrap_err().fact, fact);
        }
    }
}
