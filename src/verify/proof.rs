//! Which backup proves a change: the one rule of status, verdict and stage resume. A test backup of leeward's says itself
//! which change it was made for; of any other only its time tells, and that by two clocks: the API server's dated the
//! backup, those who committed dated the change. Must never take one of before the change for its proof: a rotation keeps
//! the storage, and every backup on it.

use jiff::Timestamp;

use super::place::elsewhere;
use crate::model::backup::{Backup, Storage};
use crate::model::observed::{BackupObject, BackupState};

/// What a backup has to be to prove a change.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The incident.
    pub incident: &'a str,
    /// The cluster.
    pub cluster: &'a str,
    /// The storages of the target.
    pub storages: &'a [String],
    /// Since when the target is as it is.
    pub since: Option<Timestamp>,
    /// The digest of the change.
    pub change: &'a str,
    /// The backup block as Git has it.
    pub home: &'a Backup,
}

impl Proof<'_> {
    /// Returns whether a backup is of the cluster and goes, or went, to the target.
    pub fn is_there(&self, backup: &BackupObject) -> bool {
        backup.cluster == self.cluster && self.storages.contains(&backup.storage)
    }

    /// Returns whether a backup goes, or went, to the target since the change.
    pub fn covers(&self, backup: &BackupObject) -> bool {
        self.is_there(backup) && self.early(backup).is_none()
    }

    /// Returns whether a backup proves the target: it lies whole in its bucket, and stays there.
    pub fn is_given_by(&self, backup: &BackupObject) -> bool {
        self.fault(backup).is_none()
    }

    /// Says why a backup does not prove the target, behind its name.
    pub fn fault(&self, backup: &BackupObject) -> Option<String> {
        if let Some(why) = self.stray(backup) {
            return Some(why);
        }
        if backup.state != BackupState::Succeeded {
            return Some(format!("is {}", backup.state));
        }
        if let Some(since) = backup.meta.deleted {
            return Some(format!("is being deleted since {since}"));
        }
        let Some(storage) = self.home.storages.get(&backup.storage) else {
            return Some(format!("went to `{}`, which Git no longer lists", backup.storage));
        };
        if storage.kind() != "s3" || !backup.destination.starts_with("s3://") {
            return Some(format!("lies at `{}`: only a backup on S3 proves a place of binlogs", backup.destination));
        }
        misplaced(backup, storage)
    }

    /// Returns whether a backup that succeeded lies elsewhere than Git says.
    pub fn is_misplaced(&self, backup: &BackupObject) -> bool {
        let storage = self.home.storages.get(&backup.storage).filter(|storage| storage.kind() == "s3");
        backup.state == BackupState::Succeeded && storage.is_some_and(|storage| misplaced(backup, storage).is_some())
    }

    /// Says why a backup says nothing of this change, however it ends; behind its name.
    pub fn stray(&self, backup: &BackupObject) -> Option<String> {
        if backup.cluster != self.cluster {
            return Some(format!("is of cluster `{}`", backup.cluster));
        }
        if !self.storages.contains(&backup.storage) {
            return Some(format!("went to `{}`, and not to `{}`", backup.storage, self.storages.join("`, `")));
        }
        self.early(backup)
    }

    /// Says why a backup is not one of this change: it was made for another, before it, or with other keys.
    fn early(&self, backup: &BackupObject) -> Option<String> {
        let secret = |secret: Option<&str>| secret.filter(|name| !name.is_empty()).map(str::to_owned);
        let wanted = self.home.storages.get(&backup.storage).and_then(|storage| secret(storage.credentials_secret()));
        let used = secret(backup.s3["credentialsSecret"].as_str());
        if let (Some(used), Some(wanted)) = (used, wanted)
            && used != wanted
        {
            return Some(format!("was made with Secret `{used}`, and not with `{wanted}`"));
        }
        if let Some(own) = backup.made_for.as_ref().filter(|own| own.incident == self.incident) {
            let other = "was made for another state of the change than Git has now, and proves nothing of this one";
            return (own.change != self.change).then(|| other.to_owned());
        }
        let since = self.since.filter(|since| backup.meta.created.is_none_or(|created| created < *since))?;
        let created = backup.meta.created.map_or_else(|| "no known time".to_owned(), |created| created.to_string());
        Some(format!(
            "was made at {created} by the API server's clock, before the change came at {since} by the clock of its commit"
        ))
    }
}

/// Says why a backup lies elsewhere than on its storage on S3.
fn misplaced(backup: &BackupObject, storage: &Storage) -> Option<String> {
    elsewhere((&backup.destination, backup.s3["endpointUrl"].as_str().unwrap_or_default()), storage)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Returns a backup block with one storage.
    fn home() -> Backup {
        let s3 =
            json!({"bucket": "dr/c1", "endpointUrl": "https://minio.b.example:9000", "credentialsSecret": "b-keys"});
        Backup::read(&json!({"storages": {"b": {"type": "s3", "s3": s3}}})).unwrap()
    }

    /// Returns why a backup, changed at a pointer, does not prove the target.
    fn fault(pointer: &str, value: &Value) -> Option<String> {
        let (storages, home) = (["b".to_owned()], home());
        let since = "2026-11-22T10:00:00Z".parse().ok();
        let proof = Proof { incident: "i", cluster: "c1", storages: &storages, since, change: "0a", home: &home };
        let mut backup = json!({
            "metadata": {"name": "x", "creationTimestamp": "2026-11-22T10:00:00Z", "labels": {}},
            "spec": {"pxcCluster": "c1", "storageName": "b"},
            "status": {"state": "Succeeded", "destination": "s3://dr/c1/x",
                "s3": {"endpointUrl": "https://minio.b.example:9000", "credentialsSecret": "b-keys"}},
        });
        *backup.pointer_mut(pointer).unwrap() = value.clone();
        let backup = BackupObject::read(&backup);
        let why = proof.fault(&backup);
        assert_eq!(proof.is_given_by(&backup), why.is_none());
        why
    }

    #[test]
    fn only_a_whole_one_on_the_target_since_the_change_proves_it() {
        assert_eq!(fault("/spec/pxcCluster", &json!("c1")), None);
        let gone = json!({"creationTimestamp": "2026-11-22T10:00:00Z", "deletionTimestamp": "2026-11-22T11:00:00Z"});
        for (pointer, value, why) in [
            ("/metadata", gone, "is being deleted since 2026-11-22T11:00:00Z"),
            ("/spec/pxcCluster", json!("c2"), "is of cluster `c2`"),
            ("/spec/storageName", json!("a"), "went to `a`, and not to `b`"),
            ("/status/state", json!("Running"), "is Running"),
            ("/status/destination", json!("pvc/x"), "lies at `pvc/x`: only a backup on S3 proves a place of binlogs"),
            (
                "/status/destination",
                json!("s3://a/x"),
                "says that it lies at `s3://a/x`, and not below `s3://dr/c1/` of `b`",
            ),
            (
                "/status/s3/endpointUrl",
                json!("https://minio.a.example:9000"),
                "says that it lies on `minio.a.example:9000`, and not on `minio.b.example:9000`",
            ),
            ("/status/s3/credentialsSecret", json!("a-keys"), "was made with Secret `a-keys`, and not with `b-keys`"),
        ] {
            assert_eq!(fault(pointer, &value).as_deref(), Some(why), "{pointer} {value}");
        }
    }

    #[test]
    fn one_of_leewards_is_told_by_its_label_and_any_other_by_its_time() {
        let made = |created: Value, incident: &str, change: &str| {
            let labels = json!({"leeward/incident": incident, "leeward/change": change});
            fault("/metadata", &json!({"name": "x", "creationTimestamp": created, "labels": labels}))
        };
        let (before, after) = (json!("2026-11-22T09:59:59Z"), json!("2026-11-22T10:00:00Z"));
        let other = "was made for another state of the change than Git has now, and proves nothing of this one";
        for at in [&before, &after, &Value::Null] {
            assert_eq!(made(at.clone(), "i", "0a"), None, "{at}");
            assert_eq!(made(at.clone(), "i", "0b").as_deref(), Some(other), "{at}");
        }
        let late = |at: &str| {
            format!("was made at {at}, before the change came at 2026-11-22T10:00:00Z by the clock of its commit")
        };
        let foreign = made(before, "j", "0a");
        assert_eq!(foreign, Some(late("2026-11-22T09:59:59Z by the API server's clock")));
        assert_eq!(made(after, "j", "0a"), None);
        assert_eq!(made(Value::Null, "j", "0a"), Some(late("no known time by the API server's clock")));
    }
}
