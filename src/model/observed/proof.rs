//! Which backup proves a target: the one rule of diagnosis, status and verdict. Must never take one that is older than the
//! change for its proof: a rotation keeps the storage, and every backup on it.

use jiff::Timestamp;

use super::{BackupObject, BackupState};

/// What a backup has to be to prove a target.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The cluster.
    pub cluster: &'a str,
    /// The storages of the target.
    pub storages: &'a [String],
    /// Since when the target is as it is.
    pub since: Option<Timestamp>,
}

impl Proof<'_> {
    /// Returns whether a backup is not older than the change.
    pub fn is_recent(&self, backup: &BackupObject) -> bool {
        self.since.is_none_or(|since| backup.meta.created.is_some_and(|created| created >= since))
    }

    /// Returns whether a backup goes, or went, to the target since the change.
    pub fn covers(&self, backup: &BackupObject) -> bool {
        backup.cluster == self.cluster && self.storages.contains(&backup.storage) && self.is_recent(backup)
    }

    /// Returns whether a backup proves the target: it lies whole in its bucket, and stays there.
    pub fn is_given_by(&self, backup: &BackupObject) -> bool {
        backup.state == BackupState::Succeeded
            && backup.meta.deleted.is_none()
            && backup.destination.starts_with("s3://")
            && self.covers(backup)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_a_whole_one_on_the_target_since_the_change_proves_it() {
        let storages = ["b".to_owned()];
        let proof = Proof { cluster: "c1", storages: &storages, since: "2026-11-22T10:00:00Z".parse().ok() };
        let good = json!({
            "metadata": {"name": "x", "creationTimestamp": "2026-11-22T10:00:00Z"},
            "spec": {"pxcCluster": "c1", "storageName": "b"},
            "status": {"state": "Succeeded", "destination": "s3://dr/x"},
        });
        let with = |pointer: &str, value: Value| {
            let mut backup = good.clone();
            *backup.pointer_mut(pointer).unwrap() = value;
            proof.is_given_by(&BackupObject::read(&backup))
        };
        assert!(proof.is_given_by(&BackupObject::read(&good)));
        for (pointer, value) in [
            ("/metadata/creationTimestamp", json!("2026-11-22T09:59:59Z")),
            ("/metadata/creationTimestamp", Value::Null),
            (
                "/metadata",
                json!({"creationTimestamp": "2026-11-22T10:00:00Z", "deletionTimestamp": "2026-11-22T11:00:00Z"}),
            ),
            ("/spec/pxcCluster", json!("c2")),
            ("/spec/storageName", json!("a")),
            ("/status/state", json!("Running")),
            ("/status/destination", json!("pvc/x")),
        ] {
            assert!(!with(pointer, value.clone()), "{pointer} {value}");
        }
    }
}
