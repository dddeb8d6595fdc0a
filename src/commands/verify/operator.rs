//! What the operator says, and what it needs: its state, restores, Secrets, backups. Each is read on its
//! own: a right that is missing for one hides none of the others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::live::{Reader, of_kind};
use super::scene::{Look, Memory, Scene};
use crate::cli::SecretUse;
use crate::cluster::{How, Listing};
use crate::model::incident::Stage;
use crate::model::live::{Reading, Trouble};
use crate::model::object::PXC_GROUP;
use crate::model::observed::{BackupObject, ClusterState};
use crate::verify::{self, KEYS, Operated, SecretSeen, SecretState};

/// How long an error is taken for that of a collector that starts, after the change was applied.
const GRACE: SignedDuration = SignedDuration::from_mins(5);
/// What a kind of the operator is listed by.
const BACKUPS: &str = "PerconaXtraDBClusterBackup";

impl Scene<'_> {
    /// Adds what the operator says of the cluster, and then of the backup.
    pub(super) fn operated(
        &self,
        reader: &mut Reader<'_>,
        (state, applied_at): (&ClusterState, Option<Timestamp>),
        memory: &mut Memory,
        look: &mut Look,
    ) {
        // A controller says when it came by last: the first it said to this run counts, else the grace would start anew.
        let applied_at = *memory.applied_at.get_or_insert(applied_at.unwrap_or(memory.started));
        let grace = self.grace(applied_at);
        let restores = self.listed("PerconaXtraDBClusterRestore", look).map(|all| self.restores(&all));
        let restores = restores.as_ref().map(Vec::as_slice);
        let seen = Operated { cluster: state, restores, since: self.proposal.bounds.since, grace, now: self.now };
        look.verdict.add(verify::observed(&seen));
        // The lock comes first: who takes it between two reads is among the backups then.
        let lease = self.lock(reader, state);
        let backups = self.listed(BACKUPS, look);
        let read = backups.as_ref().map(|all| all.iter().map(BackupObject::read).collect::<Vec<_>>());
        let secrets = self.secrets(reader);
        let proof = self.proof();
        let proven =
            read.iter().flatten().find(|backup| proof.is_given_by(backup)).map(|backup| backup.meta.name.as_str());
        if let Some(check) = verify::secret(&secrets, proven) {
            look.verdict.add(check);
        }
        let own = backups.as_ref().ok().and_then(|all| self.known(all, memory));
        self.unlocked(&lease, read.as_ref().map(Vec::as_slice).map_err(|trouble| *trouble), own.as_deref(), look);
        memory.collector_since = self.collector(reader, grace, memory, look);
        memory.backups = read.ok().or(memory.backups.take());
        self.backup(&backups, state, memory, look);
    }

    /// Returns until when an error is that of a collector that starts: only after a change that turned it on.
    fn grace(&self, from: Timestamp) -> Option<Timestamp> {
        let is_on = self.site.cluster.backup.pitr_on().is_some();
        (self.proposal.stage == Stage::Resume && is_on).then(|| from.saturating_add(GRACE).unwrap_or(from))
    }

    /// Lists the objects of a kind of the operator.
    fn listed(&self, kind: &str, look: &mut Look) -> Result<Vec<Value>, Trouble> {
        let listing = Listing {
            group: PXC_GROUP.to_owned(),
            version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some(self.site.namespace.clone()),
            selector: None,
            fields: None,
        };
        self.cluster.list(&listing).inspect_err(|trouble| look.broke(trouble))
    }

    /// Returns the restores of the cluster that are not over.
    fn restores(&self, all: &[Value]) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of = |object: &Value| (text(&object["metadata"]["name"]), text(&object["status"]["state"]));
        let is_own = |object: &&Value| object["spec"]["pxcCluster"] == self.site.cluster.id.name.as_str();
        let is_over = |state: &str| matches!(state, "Succeeded" | "Failed");
        all.iter().filter(is_own).map(of).filter(|(_, state)| !is_over(state)).collect()
    }

    /// Returns the Secrets that the new storages name, as far as they may be read.
    fn secrets(&self, reader: &mut Reader<'_>) -> Vec<SecretSeen> {
        let how = match self.args.live.secrets {
            SecretUse::None => None,
            SecretUse::Metadata => Some(How::MetadataOnly),
            SecretUse::Values => Some(How::Whole),
        };
        let seen = |(name, keys): (String, BTreeSet<String>)| {
            let id = of_kind(("", "v1", "Secret"), &self.site.namespace, &name);
            let state = match how {
                None => SecretState::NotAsked,
                Some(how) => {
                    reader.read([id.clone()], how);
                    secret_state(&reader.live.objects[&id], how, &keys)
                }
            };
            SecretSeen { name: format!("{}/{name}", self.site.namespace), state }
        };
        self.secrets_wanted().into_iter().map(seen).collect()
    }

    /// Returns the Secrets that the new storages name, with the keys that pods read.
    fn secrets_wanted(&self) -> BTreeMap<String, BTreeSet<String>> {
        let to = &self.proposal.standing.incident.to;
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in to.storages.iter().chain(Some(&to.binlogs).filter(|name| !name.is_empty())) {
            let Some(storage) = self.site.cluster.backup.storages.get(name) else { continue };
            if let Some(secret) = storage.credentials_secret().filter(|_| storage.kind() == "s3") {
                wanted.entry(secret.to_owned()).or_default().extend(KEYS.map(str::to_owned));
            }
            let bundle = &storage.value["s3"]["caBundle"];
            if let Some(secret) = bundle["name"].as_str().filter(|name| !name.is_empty()) {
                wanted.entry(secret.to_owned()).or_default().extend(bundle["key"].as_str().map(str::to_owned));
            }
        }
        wanted
    }
}

/// Returns what a reading of a Secret says of it.
fn secret_state(reading: &Reading, how: How, keys: &BTreeSet<String>) -> SecretState {
    match reading {
        Reading::Absent(_) => SecretState::Absent,
        Reading::Unread(trouble) => SecretState::Unread(trouble.clone()),
        Reading::Found(_) if how == How::MetadataOnly => SecretState::There,
        Reading::Found(found) => {
            let has = |key: &&String| found["data"][key.as_str()].as_str().is_some_and(|value| !value.is_empty());
            SecretState::Lacks(keys.iter().filter(|key| !has(key)).cloned().collect())
        }
    }
}
