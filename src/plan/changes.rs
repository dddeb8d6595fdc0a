//! What changes between two states of a backup block, in the order it is written and with the part each change plays.
//! Must refuse a difference that no action of leeward makes: it would be somebody else's.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::incident::again;
use crate::model::backup::{Backup, Schedule};
use crate::model::finding::Finding;
use crate::model::incident::Incident;

/// One change of a backup block.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// A new entry of `storages`.
    AddStorage {
        /// Its name.
        name: String,
        /// Its value.
        value: Value,
        /// What it is for.
        role: StorageRole,
    },
    /// A field of an existing entry of `storages`.
    SetStorageField {
        /// The entry.
        storage: String,
        /// The path inside it.
        field: Vec<String>,
        /// The value before.
        was: Option<Value>,
        /// The value after.
        now: Value,
    },
    /// A schedule that moves, under a new name.
    MoveSchedule {
        /// Before.
        was: Schedule,
        /// After.
        now: Schedule,
    },
    /// A field of `pitr`.
    SetPitr {
        /// The field.
        field: String,
        /// The value before.
        was: Option<Value>,
        /// The value after.
        now: Value,
    },
}

/// What a new storage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StorageRole {
    /// Full backups on S3.
    Backups,
    /// Binlogs.
    Binlogs,
    /// Full backups on volumes.
    Buffer,
}

impl Change {
    /// Returns the change with every text in its values passed through `change`, for masking.
    #[must_use]
    pub fn with_texts(&self, change: &dyn Fn(&str) -> String) -> Self {
        let mut changed = self.clone();
        match &mut changed {
            Self::AddStorage { value, .. } => *value = with_texts(value, change),
            Self::SetStorageField { was, now, .. } | Self::SetPitr { was, now, .. } => {
                *was = was.as_ref().map(|was| with_texts(was, change));
                *now = with_texts(now, change);
            }
            Self::MoveSchedule { .. } => {}
        }
        changed
    }
}

/// Returns a value with every text changed.
fn with_texts(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| with_texts(item, change)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), with_texts(value, change))).collect(),
        other => other.clone(),
    }
}

/// Returns the changes from `was` to `now` that the incident makes.
pub(super) fn changes(was: &Backup, now: &Backup, incident: &Incident) -> Result<Vec<Change>, Finding> {
    let mut changes = added_storages(was, now, incident);
    changes.extend(storage_fields(was, now, incident)?);
    changes.extend(moved_schedules(was, now, incident)?);
    changes.extend(pitr_fields(was, now, incident)?);
    Ok(changes)
}

/// Returns the entries that `now` has and `was` lacks, those of schedules before that of binlogs.
fn added_storages(was: &Backup, now: &Backup, incident: &Incident) -> Vec<Change> {
    let role = |name: &str, kind: &str| match kind {
        "filesystem" => StorageRole::Buffer,
        _ if name == incident.to.binlogs => StorageRole::Binlogs,
        _ => StorageRole::Backups,
    };
    let new = now.storages.values().filter(|storage| !was.storages.contains_key(&storage.name));
    let add = |storage: &crate::model::backup::Storage| Change::AddStorage {
        name: storage.name.clone(),
        value: storage.value.clone(),
        role: role(&storage.name, storage.kind()),
    };
    let (binlogs, backups): (Vec<_>, Vec<_>) = new.partition(|storage| storage.name == incident.to.binlogs);
    backups.into_iter().chain(binlogs).map(add).collect()
}

/// Returns the fields that differ in entries of both.
fn storage_fields(was: &Backup, now: &Backup, incident: &Incident) -> Result<Vec<Change>, Finding> {
    let mut changes = Vec::new();
    for (name, storage) in &was.storages {
        let Some(after) = now.storages.get(name) else {
            return Err(foreign(incident, &format!("storage `{name}` is gone")));
        };
        let mut fields = Vec::new();
        differing(&storage.value, &after.value, &mut Vec::new(), &mut fields);
        for (field, was, now) in fields {
            let now =
                now.ok_or_else(|| foreign(incident, &format!("`{}` of storage `{name}` is gone", field.join("/"))))?;
            changes.push(Change::SetStorageField { storage: name.clone(), field, was, now });
        }
    }
    Ok(changes)
}

/// A field that differs: its path, the value before, the value after.
type Differing = (Vec<String>, Option<Value>, Option<Value>);

/// Collects the fields that differ between two mappings; lists and scalars count as one field.
fn differing(was: &Value, now: &Value, path: &mut Vec<String>, found: &mut Vec<Differing>) {
    match (was.as_object(), now.as_object()) {
        (Some(was), Some(now)) => {
            for key in was.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
                path.push(key.clone());
                match (was.get(key), now.get(key)) {
                    (Some(a), Some(b)) => differing(a, b, path, found),
                    (None, Some(b)) if b.is_object() => {
                        differing(&Value::Object(serde_json::Map::default()), b, path, found);
                    }
                    (a, b) => found.push((path.clone(), a.cloned(), b.cloned())),
                }
                path.pop();
            }
        }
        _ if was != now => found.push((path.clone(), Some(was.clone()), Some(now.clone()))),
        _ => {}
    }
}

/// Returns the schedules that differ; the two lists are of one length and order.
fn moved_schedules(was: &Backup, now: &Backup, incident: &Incident) -> Result<Vec<Change>, Finding> {
    if was.schedules.len() != now.schedules.len() {
        return Err(foreign(incident, "the number of schedules differs"));
    }
    let pairs = was.schedules.iter().zip(&now.schedules).filter(|(was, now)| was != now);
    Ok(pairs.map(|(was, now)| Change::MoveSchedule { was: was.clone(), now: now.clone() }).collect())
}

/// Returns the fields of `pitr` that differ.
fn pitr_fields(was: &Backup, now: &Backup, incident: &Incident) -> Result<Vec<Change>, Finding> {
    let mut fields = Vec::new();
    differing(&was.pitr.value, &now.pitr.value, &mut Vec::new(), &mut fields);
    let change = |(field, was, now): Differing| {
        let field = field.join("/");
        match (field.as_str(), now) {
            ("enabled" | "storageName", Some(now)) => Ok(Change::SetPitr { field, was, now }),
            _ => Err(foreign(incident, &format!("`{field}` of pitr differs"))),
        }
    };
    // Off before elsewhere: a reader sees the switch first, then where it points.
    fields.into_iter().map(change).collect()
}

/// The refusal of a difference that is not leeward's.
fn foreign(incident: &Incident, fact: &str) -> Finding {
    Finding::refuse(
        "overlay-changed",
        format!("{fact} between the cluster with and without the overlay of this incident"),
    )
    .hint(again(incident))
}
