//! What changes, for people: a line a change, and schedules → storages → places as a Mermaid picture and as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::model::backup::{Backup, Storage};
use crate::model::place::shown_url;
use crate::plan::Change;

/// Returns the lines of one change.
pub(super) fn change(change: &Change) -> Vec<String> {
    match change {
        Change::AddStorage { name, value, .. } => {
            vec![format!("storage   + {name}"), format!("          {}", place_of(value))]
        }
        Change::SetStorageField { storage, field, was, now } => {
            let field = field.join(".");
            vec![format!("storage   {storage}: {field} {} → {}", shown(was.as_ref()), shown(Some(now)))]
        }
        Change::MoveSchedule { was, now } => {
            let moved = format!("schedule  {}: {} → {}, renamed {}", was.name, was.storage, now.storage, now.name);
            let (before, after) = (retention(&was.value), retention(&now.value));
            let kept = (before != after).then(|| format!("          retention {before} → {after}"));
            std::iter::once(moved).chain(kept).collect()
        }
        Change::SetPitr { field, was, now } => {
            vec![format!("pitr      {field} {} → {}", shown(was.as_ref()), shown(Some(now)))]
        }
    }
}

/// Returns where the bytes of a new storage go.
fn place_of(value: &Value) -> String {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or("default");
    if value.get("type").and_then(Value::as_str) == Some("filesystem") {
        let claim = "/volume/persistentVolumeClaim";
        let (size, class) = (format!("{claim}/resources/requests/storage"), format!("{claim}/storageClassName"));
        return format!("a volume of {} for each backup, StorageClass {}", text(&size), text(&class));
    }
    format!("s3 {}, bucket {}", shown_url(text("/s3/endpointUrl")), text("/s3/bucket"))
}

/// Returns a value for people.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "unset".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// Returns the retention of a schedule for people.
fn retention(schedule: &Value) -> String {
    match (schedule.get("retention"), schedule.get("keep")) {
        (Some(retention), _) => {
            let deletes = retention.get("deleteFromStorage").and_then(Value::as_bool) != Some(false);
            let count = shown(retention.get("count"));
            if deletes { count } else { format!("{count} (data kept)") }
        }
        (None, Some(keep)) => keep.to_string(),
        (None, None) => "unlimited".to_owned(),
    }
}

/// Something that writes: a schedule, or point-in-time recovery.
type Writer<'a> = (String, Option<&'a Storage>);

/// Returns the picture.
pub(super) fn mermaid(before: &Backup, after: &Backup) -> String {
    let mut out = String::from("flowchart LR\n");
    for (title, side, backup) in [("before", "b", before), ("after", "a", after)] {
        put(&mut out, &format!("  subgraph {title}"));
        Side { out: &mut out, start: side, nodes: BTreeMap::new() }.draw(backup);
        put(&mut out, "  end");
    }
    out
}

/// One side of the picture.
struct Side<'a> {
    /// Where to.
    out: &'a mut String,
    /// The start of its node ids.
    start: &'a str,
    /// Node ids by text.
    nodes: BTreeMap<String, String>,
}

impl Side<'_> {
    /// Draws everything that writes.
    fn draw(&mut self, backup: &Backup) {
        for (name, storage) in writers(backup) {
            let from = self.node(&name);
            if let Some(storage) = storage {
                let (middle, to) = (self.node(&format!("storage {}", storage.name)), self.node(&place(storage)));
                put(self.out, &format!("    {from} --> {middle} --> {to}"));
            }
        }
    }

    /// Returns the id of a node, drawn once.
    fn node(&mut self, text: &str) -> String {
        if let Some(id) = self.nodes.get(text) {
            return id.clone();
        }
        let id = format!("{}{}", self.start, self.nodes.len());
        let label = text.replace(['"', '[', ']', '<', '>', '\n', '\r'], " ");
        put(self.out, &format!("    {id}[\"{label}\"]"));
        self.nodes.insert(text.to_owned(), id.clone());
        id
    }
}

/// Returns the rows of the table: who, the storage before, the storage after, the place after.
pub(super) fn rows(before: &Backup, after: &Backup) -> Vec<[String; 4]> {
    let name = |storage: Option<&Storage>| storage.map_or_else(|| "off".to_owned(), |storage| storage.name.clone());
    let row = |((was, from), (now, to)): (Writer, Writer)| {
        let who = if was == now { was } else { format!("{was} → {now}") };
        [who, name(from), name(to), to.map_or_else(|| "-".to_owned(), place)]
    };
    writers(before).into_iter().zip(writers(after)).map(row).collect()
}

/// Returns everything that writes, with its storage; PITR that is off has none.
fn writers(backup: &Backup) -> Vec<Writer<'_>> {
    let of = |name: &str| backup.storages.get(name);
    let schedules = backup.schedules.iter().map(|schedule| (schedule.name.clone(), of(&schedule.storage)));
    schedules.chain([("point-in-time recovery".to_owned(), backup.pitr_on().and_then(of))]).collect()
}

/// Returns the place of a storage for people.
fn place(storage: &Storage) -> String {
    storage.place().unwrap_or_else(|| "volumes".to_owned())
}

/// Writes a line.
fn put(out: &mut String, line: &str) {
    writeln!(out, "{line}").expect("a String takes any text");
}
