//! Holds intended and effective against each other: what was intended and does not happen, what happens and was not
//! intended. The last step before masking. Must never stay silent on either.

use serde_json::Value;

use super::field::{FieldPath, related, within};
use super::managers::item_step;
use super::masking::Mask;
use super::schema::{ListMerge, Schema};
use super::strip::comparable;
use super::view::View;
use super::{Change, builtin};
use crate::model::finding::Finding;
use crate::model::object::ObjectId;

/// The most characters of a value in a finding.
const SHOWN: usize = 60;

/// What is held against each other.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    /// Git before → Git after.
    pub(super) intended: &'a [Change],
    /// Live → live after.
    pub(super) effective: &'a [Change],
    /// Git before → live.
    pub(super) drift: &'a [Change],
    /// What the controller sends.
    pub(super) sent: &'a Value,
    /// What the API server holds afterwards.
    pub(super) predicted: &'a Value,
    /// What is known of the kind.
    pub(super) schema: &'a Schema,
    /// Why the controller leaves something alone.
    pub(super) left: Option<&'a str>,
    /// What must not be said.
    pub(super) mask: &'a Mask,
    /// Which object.
    pub(super) id: &'a ObjectId,
    /// Pointers of the controller's own marks.
    pub(super) marks: &'a [String],
}

/// Returns what was intended and does not happen.
pub(super) fn vanished(evidence: &Evidence<'_>) -> Vec<Finding> {
    let predicted = comparable(evidence.predicted);
    let is_vanished = |change: &&Change| !happens(change, evidence, &predicted);
    let why = evidence.left.unwrap_or("another field manager holds it");
    let finding = |change: &Change| {
        let fact = format!("intended and does not happen: `{}`: {why}", change.path);
        Finding::warn("intended-vanishes", fact)
    };
    evidence.intended.iter().filter(is_vanished).map(finding).collect()
}

/// Returns whether an intended change holds afterwards.
fn happens(change: &Change, evidence: &Evidence<'_>, predicted: &Value) -> bool {
    let path = FieldPath::parse(&change.pointer);
    let found = path.get(predicted).filter(|value| !value.is_null());
    let mut sent = comparable(evidence.sent);
    builtin::defaulted(evidence.id, evidence.schema, &mut sent);
    let wanted = path.get(&sent).filter(|value| !value.is_null());
    match (wanted, found) {
        (None, None) => true,
        (Some(wanted), Some(found)) => {
            let view = path.steps().iter().fold(View::of(evidence.schema), |view, step| view.child(step));
            let dropped = change.before.as_ref().map(|before| dropped(before, wanted, view)).unwrap_or_default();
            holds(wanted, found, view) && !dropped.iter().any(|item| has(found, item, view))
        }
        (Some(_), None) => false,
        (None, Some(found)) => !change.before.as_ref().is_some_and(|before| remains(before, found)),
    }
}

/// Returns whether a part of what was to go is still there; other keys of the same map belong to others.
fn remains(before: &Value, found: &Value) -> bool {
    match (before, found) {
        (Value::Object(before), Value::Object(found)) => {
            before.iter().any(|(key, value)| found.get(key).is_some_and(|found| remains(value, found)))
        }
        _ => true,
    }
}

/// Returns whether all that is wanted is there; a map and a list that merges may hold more, which belongs to others.
pub(super) fn holds(wanted: &Value, found: &Value, view: View<'_>) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(fields)) => wanted.iter().all(|(key, value)| {
            value.is_null() || fields.get(key).is_some_and(|found| holds(value, found, view.child(key)))
        }),
        (Value::Array(wanted), Value::Array(_)) if view.list_merge() != ListMerge::Atomic => {
            wanted.iter().all(|item| item_in(found, item, view).is_some_and(|found| holds(item, found, view.item())))
        }
        _ => view.same(wanted, found),
    }
}

/// Returns the items of a list that merges which are no longer wanted.
fn dropped(before: &Value, wanted: &Value, view: View<'_>) -> Vec<Value> {
    let items = before.as_array().filter(|_| view.list_merge() != ListMerge::Atomic).into_iter().flatten();
    items.filter(|item| !has(wanted, item, view)).cloned().collect()
}

/// Returns whether a list that merges has an item.
fn has(list: &Value, item: &Value, view: View<'_>) -> bool {
    item_in(list, item, view).is_some()
}

/// Returns the same item in a list that merges.
fn item_in<'a>(list: &'a Value, item: &Value, view: View<'_>) -> Option<&'a Value> {
    let step = item_step(item, &view.list_merge())?;
    list.as_array()?.iter().find(|other| item_step(other, &view.list_merge()).as_ref() == Some(&step))
}

/// Returns whether what somebody did is still there afterwards.
fn survives(drift: &Change, evidence: &Evidence<'_>, predicted: &Value) -> bool {
    let path = FieldPath::parse(&drift.pointer);
    let view = path.steps().iter().fold(View::of(evidence.schema), |view, step| view.child(step));
    match (&drift.after, path.get(predicted)) {
        (Some(made), Some(found)) => holds(made, found, view),
        (made, found) => made.is_none() && found.is_none(),
    }
}

/// Returns what happens and was not intended.
pub(super) fn beyond(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let predicted = comparable(evidence.predicted);
    let lost: Vec<&Change> = evidence.drift.iter().filter(|drift| !survives(drift, evidence, &predicted)).collect();
    for change in evidence.effective.iter().filter(|change| !is_mark(change, evidence.marks)) {
        let drifted = lost.iter().find(|drift| related(&drift.pointer, &change.pointer));
        let is_intended = evidence.intended.iter().any(|intended| related(&intended.pointer, &change.pointer));
        let masked = evidence.mask.shown(evidence.id, change);
        let (before, after) = (shown(masked.before.as_ref()), shown(masked.after.as_ref()));
        let step = format!("{} {before} → {after}", change.path);
        let fact = match drifted {
            Some(Change { by: Some(by), .. }) => format!("merging this also reverts a manual change: {step} ({by})"),
            Some(_) => format!("merging this also reverts a manual change: {step}"),
            None if is_intended => continue,
            None => format!("merging this also changes what is live and not part of it: {step}"),
        };
        findings.push(Finding::warn("effective-beyond-intended", fact));
    }
    findings
}

/// Returns whether a change only says which controller an object belongs to: a mark, or a map of nothing but marks.
fn is_mark(change: &Change, marks: &[String]) -> bool {
    let is_one = |pointer: &str| marks.iter().any(|mark| within(pointer, mark));
    let path = FieldPath::parse(&change.pointer);
    let are_marks = |value: &Option<Value>| match value {
        Some(Value::Object(fields)) => fields.keys().all(|key| is_one(&path.child(key).pointer())),
        Some(_) => false,
        None => true,
    };
    is_one(&change.pointer) || (are_marks(&change.before) && are_marks(&change.after))
}

/// Returns that the live object lost the controller's marks, or never had them.
pub(super) fn unmarked(evidence: &Evidence<'_>) -> Option<Finding> {
    let is_missing = |change: &&Change| is_mark(change, evidence.marks) && change.before.is_none();
    let missing: Vec<String> =
        evidence.effective.iter().filter(is_missing).map(|change| format!("`{}`", change.path)).collect();
    let fact =
        format!("the live object lacks the marks of its controller, which come with the apply: {}", missing.join(", "));
    (!missing.is_empty()).then(|| Finding::note("marks-missing", fact))
}

/// Returns a value in a line of text.
pub(super) fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None => return "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    if text.chars().count() <= SHOWN {
        return text;
    }
    format!("{}…", text.chars().take(SHOWN).collect::<String>())
}

#[cfg(test)]
mod laws;
