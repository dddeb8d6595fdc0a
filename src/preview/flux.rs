//! Flux: a forced server-side apply as `kustomize-controller`, after kubectl's managers were renamed to it.
//! One of the controllers that `predict` knows. Must know what Flux skips: excluded objects, and those it finds unchanged.

use serde_json::Value;

use super::ApplyMethod;
use super::apply::Ownership;
use super::case::{Case, Predicted, server_side, unexplained};
use super::difference::stored;
use super::field::within;
use super::managers::{FieldSet, Manager, managers};
use super::selector::Match;
use super::settings_flux::GROUP;
use super::strip::{LAST_APPLIED, annotation, comparable, label};
use crate::model::finding::Finding;

/// The field manager.
const MANAGER: &str = ApplyMethod::Flux.field_manager();
/// Annotations that the controller takes off a live object.
const CLEANED: [&str; 3] = [LAST_APPLIED, "kustomize.toolkit.fluxcd.io/checksum", "fluxcd.io/sync-checksum"];

/// Returns whether a label or an annotation of the controller has a value, whatever its case.
pub(super) fn says(value: &Value, name: &str, wanted: &str) -> bool {
    let key = format!("{GROUP}/{name}");
    let is = |text: Option<&str>| text.is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    is(label(value, &key)) || is(annotation(value, &key))
}

/// Returns what the API server holds after the apply.
pub(super) fn predict(case: &Case<'_>) -> Predicted {
    if let Some(why) = excluded(case) {
        return Predicted::left(case.live, why);
    }
    let (sent, left, findings) = without_ignored(case);
    let is_merge = says(case.sent, "ssa", "Merge") || says(case.live, "ssa", "Merge");
    let mut live = case.live.clone();
    let is_cleaned = !is_merge && clean(&mut live);
    let case = &Case { live: &live, ..*case };
    let Some(managers) = managers(case.live) else { return without_managers(case, &sent) };
    let bare = Ownership::of(&managers, |one| one.applied && one.name == MANAGER);
    let own = |one: &Manager| (one.applied && one.name == MANAGER) || (!is_merge && is_taken_over(one));
    let taken = managers.iter().any(|one| !is_merge && is_taken_over(one));
    let (value, dry_run) = server_side(case, &sent, &Ownership::of(&managers, own), &bare);
    let mut predicted = Predicted::of(case, value, dry_run);
    (predicted.left, predicted.findings) = (left, findings);
    if !is_cleaned && !taken && !is_seen(case, &predicted.value) {
        let why = "Flux compares labels, annotations and what is outside `metadata` only, and finds nothing to apply";
        predicted.value = case.live.clone();
        predicted.left = Some(why.to_owned());
    }
    predicted
}

/// Returns whether an object says of itself that the controller does not apply it.
pub(super) fn is_excluded(value: &Value) -> bool {
    says(value, "reconcile", "disabled") || says(value, "ssa", "Ignore")
}

/// Returns why the controller does not apply an object at all.
fn excluded(case: &Case<'_>) -> Option<String> {
    for (name, wanted) in [("reconcile", "disabled"), ("ssa", "Ignore")] {
        for (value, side) in [(case.sent, "in Git"), (case.live, "on the live object")] {
            if says(value, name, wanted) {
                return Some(format!("`{GROUP}/{name}: {wanted}` {side}: Flux does not apply it"));
            }
        }
    }
    let is_once = says(case.sent, "ssa", "IfNotPresent");
    is_once.then(|| format!("`{GROUP}/ssa: IfNotPresent`: Flux does not apply it again once it is there"))
}

/// Returns whether the controller renames a manager to itself.
fn is_taken_over(one: &Manager) -> bool {
    let is_updater = !one.applied && (one.name.starts_with("before-first-apply") || one.name.starts_with(MANAGER));
    one.subresource.is_empty() && (one.name.starts_with("kubectl") || is_updater)
}

/// Takes off what the controller takes off before it applies; returns whether there was any.
fn clean(live: &mut Value) -> bool {
    let Some(annotations) = live.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) else {
        return false;
    };
    let before = annotations.len();
    annotations.retain(|key, _| !CLEANED.contains(&key.as_str()));
    annotations.len() != before
}

/// Returns whether the controller sees that something would change.
fn is_seen(case: &Case<'_>, predicted: &Value) -> bool {
    let counts = |pointer: &str| {
        let is_marks = within(pointer, "/metadata/labels") || within(pointer, "/metadata/annotations");
        is_marks || !within(pointer, "/metadata")
    };
    let found = stored(case.id, &comparable(case.live), &comparable(predicted), case.view());
    found.iter().any(|change| counts(&change.pointer))
}

/// Returns what is sent without the fields that `spec.ignore` leaves alone, and what to say of it.
fn without_ignored(case: &Case<'_>) -> (Value, Option<String>, Vec<Finding>) {
    let mut sent = case.sent.clone();
    let (mut left, mut findings) = (None, Vec::new());
    for ignored in &case.controller.flux.ignored {
        let is_about = ignored.target.matches(case.id);
        if is_about == Match::No {
            continue;
        }
        for path in &ignored.paths {
            match path.get(case.live) {
                Some(value) => path.set(&mut sent, value.clone()),
                None => path.remove(&mut sent),
            }
            left = Some(format!("`{}` leaves `{}` alone", ignored.field, path.shown()));
        }
        if is_about == Match::Unsure {
            let fact = format!("whether `{}` is about this object cannot be told: taken as if", ignored.field);
            findings.push(Finding::warn("not-modelled", fact));
        }
    }
    (sent, left, findings)
}

/// Returns what can be said where the reading names no managers: what the base sent is the controller's own.
fn without_managers(case: &Case<'_>, sent: &Value) -> Predicted {
    let own = case.before.map(|before| FieldSet::of(before, case.view())).unwrap_or_default();
    let ownership = Ownership { own, others: FieldSet::default() };
    let (value, dry_run) = server_side(case, sent, &ownership, &ownership);
    let mut predicted = Predicted::of(case, value, dry_run);
    predicted.unsure = unexplained(case, "the reading has no `metadata.managedFields`: who owns this is not known");
    predicted
}
