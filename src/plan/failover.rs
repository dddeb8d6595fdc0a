//! Moves schedules and point-in-time recovery to another place: another S3 place, volumes, or a listed storage.
//! Every new entry says in full where its bytes go; only fields about pods are copied from the entry that failed.

mod entry;

use serde_json::{Value, json};

use super::affected::Affected;
use super::binlogs::Binlogs;
use super::draft::Draft;
use super::request::{Request, Subject};
use super::{retention, schedule};
use crate::model::backup::{Schedule, Storage};
use crate::model::cron;
use crate::model::finding::Finding;
use crate::model::incident::{Action, MovedSchedule, To};

/// Returns the draft with every covered schedule, and PITR where it is covered, on the target.
pub(super) fn failover(
    request: &Request,
    subject: &Subject,
    affected: &Affected,
    draft: Draft,
) -> Result<Draft, Finding> {
    let Some(target) = &subject.target else {
        return Err(Finding::refuse("target-missing", "no target is named").hint("--to TARGET"));
    };
    let place = entry::Place::new(subject, target)?;
    refuse_failed_place(affected, target.name(), &place)?;
    let mut draft = Draft { to: To { target: target.name().to_owned(), ..draft.to }, ..draft };
    let backup = &subject.bare.backup;
    let moved: Vec<&Schedule> = backup.schedules.iter().filter(|schedule| affected.covers(&schedule.storage)).collect();
    let split = place.can_split() && crons_meet(&moved, subject, place.listed());
    for schedule in &moved {
        let original = schedule::original(&schedule.name, &subject.history);
        let entry = place.entry(split.then_some(original), &backup.storages[&schedule.storage])?;
        put_storage(&mut draft.block, &entry)?;
        move_schedule(request, subject, schedule, &entry.name, &mut draft)?;
        if !draft.to.storages.contains(&entry.name) {
            draft.to.storages.push(entry.name);
        }
    }
    move_pitr(request, subject, affected, &place, &mut draft)?;
    Ok(draft)
}

/// Refuses a target on the endpoint that failed.
fn refuse_failed_place(affected: &Affected, name: &str, place: &entry::Place) -> Result<(), Finding> {
    if place.endpoint().as_deref() != Some(&affected.endpoint) {
        return Ok(());
    }
    let fact = format!("target `{name}` is on `{}`, the endpoint that failed", affected.endpoint);
    Err(Finding::refuse("target-is-failed-place", fact).hint("--to a target on another endpoint"))
}

/// Returns whether two of the moved schedules, or one of them and one that writes there already, can share a minute.
fn crons_meet(moved: &[&Schedule], subject: &Subject, listed: Option<&str>) -> bool {
    let resident = listed.map(|name| subject.bare.backup.schedules_on(name).collect()).unwrap_or_default();
    let resident: Vec<&Schedule> = resident;
    let meets = |(index, schedule): (usize, &&Schedule)| {
        let others = moved[index + 1..].iter().chain(&resident);
        others.into_iter().any(|other| cron::can_meet(&schedule.cron, &other.cron))
    };
    moved.iter().enumerate().any(meets)
}

/// Adds a storage entry; one that says the same is reused.
fn put_storage(block: &mut Value, entry: &Storage) -> Result<(), Finding> {
    let storages = child(block, "storages");
    match storages.get(&entry.name) {
        None => {
            storages.insert(entry.name.clone(), entry.value.clone());
            Ok(())
        }
        Some(value) if says_the_same(&Storage { name: entry.name.clone(), value: value.clone() }, entry) => Ok(()),
        Some(_) => {
            let fact = format!("storage `{}` is there already and says something else", entry.name);
            Err(Finding::refuse("storage-taken", fact).hint("rename the target in leeward.yaml"))
        }
    }
}

/// Returns whether two entries write to one place with the same keys and the same trust.
fn says_the_same(a: &Storage, b: &Storage) -> bool {
    let ca = |storage: &Storage| storage.value.pointer("/s3/caBundle").cloned();
    a.kind() == b.kind()
        && a.place() == b.place()
        && a.credentials_secret() == b.credentials_secret()
        && a.verifies_tls() == b.verifies_tls()
        && ca(a) == ca(b)
        && (a.kind() != "filesystem" || a.value.get("volume") == b.value.get("volume"))
}

/// Renames a schedule, points it at a storage and spells out its retention.
fn move_schedule(
    request: &Request,
    subject: &Subject,
    was: &Schedule,
    storage: &str,
    draft: &mut Draft,
) -> Result<(), Finding> {
    let original = schedule::original(&was.name, &subject.history);
    let now = schedule::renamed(original, &request.incident);
    schedule::check_name(&now, &schedule::taken(&subject.bare.backup, &subject.history))?;
    let entries = draft.block.get_mut("schedule").and_then(Value::as_array_mut).into_iter().flatten();
    for entry in entries.filter_map(Value::as_object_mut) {
        if entry.get("name").and_then(Value::as_str) == Some(&was.name) {
            entry.insert("name".to_owned(), json!(now));
            entry.insert("storageName".to_owned(), json!(storage));
            retention::keep(entry, request.action, request.retention, subject.rules);
        }
    }
    draft.moved.push(MovedSchedule {
        was: original.to_owned(),
        now,
        storage_was: was.storage.clone(),
        retention_was: was.value.get("retention").cloned().unwrap_or(Value::Null),
    });
    Ok(())
}

/// Turns PITR off and points it at the new place for binlogs, where its storage is covered or a buffer forbids it.
fn move_pitr(
    request: &Request,
    subject: &Subject,
    affected: &Affected,
    place: &entry::Place,
    draft: &mut Draft,
) -> Result<(), Finding> {
    let backup = &subject.bare.backup;
    let Some(binlogs) = Binlogs::of(subject) else { return Ok(()) };
    let moves = binlogs.move_with(affected);
    if binlogs.is_on() && (request.action == Action::Buffer || moves) {
        child(&mut draft.block, "pitr").insert("enabled".to_owned(), Value::Bool(false));
    }
    if request.action == Action::Buffer || !moves {
        return Ok(());
    }
    let failed = backup.storages.get(binlogs.storage).unwrap_or(&backup.storages[&subject.storage]);
    let entry = place.binlogs(failed)?;
    put_storage(&mut draft.block, &entry)?;
    child(&mut draft.block, "pitr").insert("storageName".to_owned(), json!(entry.name));
    draft.to.binlogs = entry.name;
    Ok(())
}

/// Returns a mapping inside the block, made where it is absent.
fn child<'a>(block: &'a mut Value, field: &str) -> &'a mut serde_json::Map<String, Value> {
    if !block.is_object() {
        *block = json!({});
    }
    let value = &mut block[field];
    if !value.is_object() {
        *value = json!({});
    }
    value.as_object_mut().expect("it was made an object above")
}
