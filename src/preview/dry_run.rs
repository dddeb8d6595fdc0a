//! The API server's own answer, where it was asked: held against the prediction, and preferred where they differ.
//! A bare dry run does not know what a controller takes over first, so it is compared with a prediction that does not
//! either. Must never hide a difference between the two.

use serde_json::Value;

use super::difference::differences;
use super::field::FieldPath;
use super::identity::is_same;
use super::predict::{Case, Predicted};
use super::schema::Schema;
use super::strip::comparable;
use super::view::View;
use super::{Basis, Change, ObjectPreview};
use crate::model::finding::Finding;
use crate::model::live::Live;
use crate::model::object::ObjectId;

/// The most paths that a finding names.
const NAMED: usize = 5;

/// Holds the prediction against the answer of a dry run, and takes the answer over where they differ.
pub(super) fn hold_against(case: &Case<'_>, live: &Live, predicted: &mut Predicted, preview: &mut ObjectPreview) {
    let Some(answer) = answer(case.id, live, preview) else { return };
    // Not all of what Git says was sent: the answer is about something else.
    if predicted.left.is_some() {
        return;
    }
    let Some(expected) = &predicted.dry_run else { return };
    preview.basis = Basis::ServerVerified;
    let differing = differences(&comparable(expected), &comparable(answer), case.view());
    take_over(differing, &mut predicted.value, preview);
}

/// Does the same for an object that is not there yet.
pub(super) fn hold_new(
    id: &ObjectId,
    value: &mut Value,
    (schema, live): (&Schema, &Live),
    preview: &mut ObjectPreview,
) {
    let Some(answer) = answer(id, live, preview) else { return };
    preview.basis = Basis::ServerVerified;
    let differing = differences(&comparable(value), &comparable(answer), View::of(schema));
    take_over(differing, value, preview);
}

/// Returns the answer of a dry run; a trouble is noted.
fn answer<'a>(id: &ObjectId, live: &'a Live, preview: &mut ObjectPreview) -> Option<&'a Value> {
    let by_key = || live.dry_runs.iter().find(|(other, _)| is_same(other, id)).map(|(_, answer)| answer);
    match live.dry_runs.get(id).or_else(by_key)? {
        Ok(answer) => Some(answer),
        Err(trouble) => {
            preview.trouble = Some(trouble.clone());
            None
        }
    }
}

/// Takes the answer over where it differs, and says so.
fn take_over(differing: Vec<Change>, value: &mut Value, preview: &mut ObjectPreview) {
    if differing.is_empty() {
        return;
    }
    let mut paths: Vec<String> = differing.iter().take(NAMED).map(|change| format!("`{}`", change.path)).collect();
    if differing.len() > NAMED {
        paths.push(format!("{} more", differing.len() - NAMED));
    }
    let fact =
        format!("the API server's answer differs from the prediction in {}: the answer counts", paths.join(", "));
    preview.findings.push(Finding::warn("prediction-differs", fact));
    for change in differing {
        let path = FieldPath::parse(&change.pointer);
        match change.after {
            Some(new) => path.set(value, new),
            None => path.remove(value),
        }
    }
}
