//! Guards on an incident that stands in the base: what people changed since stage `protect`.

use super::super::incident::again;
use super::Context;
use crate::model::backup::Storage;
use crate::model::finding::Finding;
use crate::model::incident::{Incident, Stage};
use crate::model::shell::quoted;

/// Returns what is no longer as the incident found or left it.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let Some(opened) = &context.subject.incident_in_base else { return Vec::new() };
    let mut findings = failed_places(context, opened);
    if context.request.stage == Stage::Resume {
        findings.extend(schedules(context, opened));
    }
    findings
}

/// Warns where a storage that failed is gone or lies elsewhere: the old backups are still where it was.
fn failed_places(context: &Context, opened: &Incident) -> Vec<Finding> {
    let storages = &context.subject.bare.backup.storages;
    let fact = |name: &String| match storages.get(name).map(Storage::endpoint) {
        None => Some(format!("storage `{name}`, which failed, is gone from the base, while Backups may still name it")),
        Some(now) if now != opened.from.endpoint => Some(format!(
            "storage `{name}`, which failed on `{}`, is on `{now}` since: its backups lie on the old place",
            opened.from.endpoint
        )),
        Some(_) => None,
    };
    let facts = opened.from.storages.iter().filter_map(fact);
    facts
        .map(|fact| {
            Finding::warn("storage-changed", fact)
                .hint(format!("git log -- {}", quoted(&context.subject.bare.id.root.to_string())))
        })
        .collect()
}

/// Refuses to resume where a schedule left the place that a backup proved.
fn schedules(context: &Context, opened: &Incident) -> Vec<Finding> {
    let current = &context.subject.current.backup;
    let strays = opened.schedules.iter().filter(|moved| {
        let storage = current.schedule(&moved.now).map(|schedule| &schedule.storage);
        storage.is_none_or(|storage| !opened.to.storages.contains(storage))
    });
    let finding = |name: &str| {
        let fact = format!("schedule `{name}` of stage protect is gone or writes elsewhere in the base");
        Finding::refuse("schedule-changed", fact).hint(again(opened))
    };
    strays.map(|moved| finding(&moved.now)).collect()
}
