//! Guards on filesystem storages: one volume a backup, made by the operator from a claim (operator.md 3, 12.15-17).

use serde_json::Value;

use super::super::request::Subject;
use super::Context;
use crate::model::backup::{Backup, Schedule, Storage};
use crate::model::finding::{Finding, Level};
use crate::model::quantity::Quantity;
use crate::model::target::Target;

/// Returns what is wrong with volumes.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let filesystems = context.desired.backup.storages.values().filter(|storage| storage.kind() == "filesystem");
    let mut findings: Vec<Finding> = filesystems.filter_map(|storage| unusable(context, storage)).collect();
    findings.extend(capacity(context));
    findings
}

/// Returns why the operator cannot make volumes for a storage: anything but a full claim is a nil panic or an error.
fn unusable(context: &Context, storage: &Storage) -> Option<Finding> {
    let claim = storage.value.pointer("/volume/persistentVolumeClaim");
    let fact = match claim {
        None => "has no `volume.persistentVolumeClaim`: the operator panics on anything else",
        Some(claim) if claim.pointer("/resources/requests/storage").is_none() => {
            "has a claim without `resources.requests.storage`"
        }
        Some(claim) if has_no_modes(claim) && context.desired.backup.schedules_on(&storage.name).next().is_none() => {
            "has a claim without `accessModes`, which the operator sets for scheduled storages alone"
        }
        Some(_) => return None,
    };
    let level = if context.new_homes().any(|home| home.name == storage.name) { Level::Refuse } else { Level::Warn };
    let hint = Some(format!("storages.{}.volume.persistentVolumeClaim", storage.name));
    Some(Finding { id: "volume-unusable", level, fact: format!("storage `{}` {fact}", storage.name), hint })
}

/// Returns whether a claim leaves its access modes to the operator.
fn has_no_modes(claim: &Value) -> bool {
    claim.get("accessModes").and_then(Value::as_array).is_none_or(Vec::is_empty)
}

/// Says how much room the buffer takes, and refuses where a quota is smaller.
fn capacity(context: &Context) -> Option<Finding> {
    let storage = context.new_homes().find(|storage| storage.kind() == "filesystem")?;
    let size = size(storage)?;
    let Some(volumes) = volumes(&context.desired.backup, storage) else {
        let fact = format!("a schedule on `{}` keeps every backup: each is a volume of {size}", storage.name);
        return Some(Finding::warn("buffer-unbounded", fact).hint("--retention 2"));
    };
    let total = size.times_in_gib(volumes);
    let fact = format!(
        "`{}` takes up to {volumes} volumes of {size}, {total} GiB, and one more for each failed run",
        storage.name
    );
    match quota(context.subject) {
        Some(quota) if size.bytes().saturating_mul(volumes) > quota.bytes() => Some(
            Finding::refuse("buffer-capacity", format!("{fact}: more than the quota of {quota}")).hint("--retention 1"),
        ),
        Some(_) => None,
        None => Some(Finding::note("buffer-capacity", fact)),
    }
}

/// Returns what all volumes of a subject's target together may take.
pub(in crate::plan) fn quota(subject: &Subject) -> Option<&Quantity> {
    match &subject.target {
        Some(Target::Filesystem(target)) => target.quota.as_ref(),
        _ => None,
    }
}

/// Returns the size of one volume of a storage.
pub(in crate::plan) fn size(storage: &Storage) -> Option<Quantity> {
    let size = storage.value.pointer("/volume/persistentVolumeClaim/resources/requests/storage")?.as_str()?;
    Quantity::parse(size).ok()
}

/// Returns the most volumes of a storage at one time; `None` where a schedule keeps every backup.
pub(in crate::plan) fn volumes(backup: &Backup, storage: &Storage) -> Option<u128> {
    backup.schedules_on(&storage.name).map(volumes_of).sum()
}

/// Returns the most volumes of a schedule at one time: what it keeps and the one being written.
fn volumes_of(schedule: &Schedule) -> Option<u128> {
    let count = schedule.value.pointer("/retention/count").or_else(|| schedule.value.get("keep"));
    count.and_then(Value::as_u64).filter(|count| *count > 0).map(|count| u128::from(count) + 1)
}
