//! Changes → the steps of a JSON 6902 patch, each with the reason a reviewer needs. Indices and `test` values come from
//! the cluster as the patch will see it (a probe build), never from the final build (design.md "The overlay").

mod storage;

use serde::Serialize;
use serde_json::{Value, json};

use super::template;
use crate::failure::refused;
use crate::model::backup::Schedule;
use crate::model::cluster::Cluster;
use crate::model::incident::{Action, Incident};
use crate::plan::{Change, StorageRole};

/// A group of operations with one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Step {
    /// Why, for the reviewer.
    comment: String,
    /// The operations.
    ops: Vec<Op>,
}

/// One operation; `kind` says which part of the template writes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Op {
    /// `test`, `replace`, `add`, `remove`, `add-s3`, `add-volume`, `add-retention`, `replace-retention`.
    kind: &'static str,
    /// JSON pointer.
    path: String,
    /// The value, in the form the template's part expects.
    value: Value,
}

/// Returns `backup-patch.yaml` for a cluster as the patch will see it.
///
/// # Errors
/// Refuses a change whose subject the patch will not see.
pub(super) fn patch(incident: &Incident, changes: &[Change], seen: &Cluster, shown: &str) -> anyhow::Result<Vec<u8>> {
    let mut pen = Pen { seen, block: &seen.carrier.block, made: Vec::new() };
    let steps: Vec<Step> = changes.iter().map(|change| pen.step(incident, change)).collect::<anyhow::Result<_>>()?;
    let context = json!({
        "id": incident.id,
        "stage": incident.stage,
        "summary": summary(incident, shown),
        "steps": joined(steps),
    });
    template::render("backup-patch.yaml.j2", &context)
}

/// Returns one line that says what the file does.
fn summary(incident: &Incident, shown: &str) -> String {
    let from = failed(incident);
    match incident.action {
        Action::Failover => format!("backups of {shown} go to {} while {from} is down", incident.to.target),
        Action::Buffer => format!("backups of {shown} go to volumes of {} while {from} is down", incident.to.target),
        Action::Rotate if incident.to.target.is_empty() => format!("{shown} takes up new keys for {from}"),
        Action::Rotate => format!("{shown} takes its keys for {from} from Secret {}", incident.to.target),
    }
}

/// Returns what failed, for people: the endpoint, or the storage where it has none.
fn failed(incident: &Incident) -> String {
    if incident.from.endpoint.contains('.') {
        incident.from.endpoint.clone()
    } else {
        incident.from.storages.join(" and ")
    }
}

/// Joins neighbours that have one reason.
fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut joined: Vec<Step> = Vec::new();
    for step in steps {
        match joined.last_mut().filter(|last| last.comment == step.comment) {
            Some(last) => last.ops.extend(step.ops),
            None => joined.push(step),
        }
    }
    joined
}

/// Writes operations against a cluster as it is seen.
struct Pen<'a> {
    /// The cluster as the patch will see it.
    seen: &'a Cluster,
    /// JSON pointer of the backup block.
    block: &'a str,
    /// Parents that an earlier operation made.
    made: Vec<String>,
}

impl Pen<'_> {
    /// Returns the step of one change.
    fn step(&mut self, incident: &Incident, change: &Change) -> anyhow::Result<Step> {
        match change {
            Change::AddStorage { name, value, role } => self.add_storage(name, value, *role),
            Change::SetStorageField { storage, field, now, .. } => {
                Ok(self.set_storage_field(incident, storage, field, now))
            }
            Change::MoveSchedule { was, now } => self.move_schedule(was, &now.value),
            Change::SetPitr { field, now, .. } => Ok(self.set_pitr(incident, field, now)),
        }
    }

    /// Adds an entry of `storages`.
    fn add_storage(&mut self, name: &str, value: &Value, role: StorageRole) -> anyhow::Result<Step> {
        if self.seen.backup.storages.contains_key(name) {
            return Err(refused(format!("storage `{name}` is there before the overlay and gone after it")).into());
        }
        let comment = match role {
            StorageRole::Backups => {
                "The secondary, beside the old storage: old backups keep pointing at where they are.".to_owned()
            }
            StorageRole::Binlogs => {
                "Binlogs get a place of their own: point-in-time recovery reads one place only.".to_owned()
            }
            StorageRole::Buffer => {
                "A buffer: the operator makes one volume per backup, so nothing else has to be mounted.".to_owned()
            }
        };
        let mut ops = self.parents(&["storages"]);
        ops.push(storage::add(&format!("{}/storages/{}", self.block, escaped(name)), value)?);
        Ok(Step { comment, ops })
    }

    /// Sets a field of an existing entry.
    fn set_storage_field(&mut self, incident: &Incident, storage: &str, field: &[String], now: &Value) -> Step {
        let is_secret = field.last().is_some_and(|field| field == "credentialsSecret");
        let comment = if is_secret {
            "The new keys come under a new Secret name; the old Secret stays while backups name it."
        } else {
            "Rolls the binlog collector, which alone would keep the old keys; backup jobs read the Secret when they start."
        };
        let mut path = vec!["storages", storage];
        path.extend(field.iter().map(String::as_str));
        let mut ops = self.parents(&path[..path.len() - 1]);
        ops.extend(self.set(&path, now).unwrap_or_default());
        Step { comment: format!("{comment} ({})", incident.from.storages.join(", ")), ops }
    }

    /// Renames and repoints a schedule, and spells out its retention.
    fn move_schedule(&mut self, was: &Schedule, now: &Value) -> anyhow::Result<Step> {
        let name = &was.name;
        let index = self.seen.backup.schedules.iter().position(|schedule| schedule.name == *name);
        let absent = || refused(format!("schedule `{name}` is not in the cluster as the patch sees it"));
        let index = index.ok_or_else(absent)?.to_string();
        let mut ops = Vec::new();
        for field in ["name", "storageName"] {
            ops.extend(self.set(&["schedule", &index, field], &now[field]).unwrap_or_default());
        }
        ops.extend(self.retention(&index, now));
        let comment = format!(
            "{} moves, under a new name: retention counts by schedule name and would delete the good backups on {}.",
            was.name, was.storage
        );
        Ok(Step { comment, ops })
    }

    /// Sets `retention` and removes the deprecated `keep` where `retention` replaces it.
    fn retention(&self, index: &str, now: &Value) -> Vec<Op> {
        let mut ops = Vec::new();
        for field in ["retention", "keep"] {
            let path = ["schedule", index, field];
            match (self.at(&path), now.get(field)) {
                (Some(_), None) => ops.extend(self.remove(&path)),
                (_, Some(value)) => ops.extend(self.set(&path, value).unwrap_or_default()),
                (None, None) => {}
            }
        }
        for op in &mut ops {
            op.kind = match (op.kind, op.value.is_object()) {
                ("add", true) => "add-retention",
                ("replace", true) => "replace-retention",
                (kind, _) => kind,
            };
        }
        ops
    }

    /// Sets a field of `pitr`.
    fn set_pitr(&mut self, incident: &Incident, field: &str, now: &Value) -> Step {
        let comment = match (field, incident.action) {
            ("enabled", Action::Buffer) => "Volumes cannot hold binlogs: point-in-time recovery stays off until backups are on S3 again.".to_owned(),
            ("enabled", Action::Rotate) => "Point-in-time recovery waits for a backup with the new keys (stage resume): its collector is only replaced while the cluster is ready.".to_owned(),
            ("enabled", Action::Failover) => {
                format!("Point-in-time recovery waits for a full backup on {} (stage resume): on a dead bucket it stops every backup.", incident.to.target)
            }
            _ => "Binlogs go to the new place, beside the full backups that they follow.".to_owned(),
        };
        let mut ops = self.parents(&["pitr"]);
        ops.extend(self.set(&["pitr", field], now).unwrap_or_default());
        Step { comment, ops }
    }

    /// Returns the value the patch will see at a path inside the block.
    fn at(&self, path: &[&str]) -> Option<&Value> {
        self.seen.backup.value.pointer(&pointer(path))
    }

    /// Returns the operations that make a field say `now`, guarded by a test of what is there; none where it does.
    fn set(&self, path: &[&str], now: &Value) -> Option<Vec<Op>> {
        let path_text = format!("{}{}", self.block, pointer(path));
        let op = |kind, value: &Value| Op { kind, path: path_text.clone(), value: value.clone() };
        match self.at(path) {
            Some(was) if was == now => None,
            Some(was) => Some(vec![op("test", was), op("replace", now)]),
            None => Some(vec![op("add", now)]),
        }
    }

    /// Returns the operations that remove a field, guarded by a test of what is there.
    fn remove(&self, path: &[&str]) -> Vec<Op> {
        let path_text = format!("{}{}", self.block, pointer(path));
        let was = self.at(path).cloned().unwrap_or(Value::Null);
        vec![
            Op { kind: "test", path: path_text.clone(), value: was },
            Op { kind: "remove", path: path_text, value: Value::Null },
        ]
    }

    /// Returns the operations that make the parents that `add` needs.
    fn parents(&mut self, path: &[&str]) -> Vec<Op> {
        let mut ops = Vec::new();
        for length in 0..=path.len() {
            let at = pointer(&path[..length]);
            let is_there = self.seen.backup.value.pointer(&at).is_some_and(|value| !value.is_null());
            if !is_there && !self.made.contains(&at) {
                ops.push(Op { kind: "add", path: format!("{}{at}", self.block), value: json!({}) });
                self.made.push(at);
            }
        }
        ops
    }
}

/// Returns the JSON pointer of a path.
fn pointer(path: &[&str]) -> String {
    path.iter().flat_map(|part| ["/".to_owned(), escaped(part)]).collect()
}

/// Returns one part of a JSON pointer (RFC 6901).
fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}
