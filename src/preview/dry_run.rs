//! The API server's own answer, where it was asked: held against the prediction, and preferred where they differ.
//! A bare dry run does not know what a controller takes over first, so it is compared with a prediction that does not
//! either. Must never hide a difference between the two.

use super::difference::differences;
use super::field::FieldPath;
use super::identity::is_same;
use super::predict::{Case, Predicted};
use super::strip::comparable;
use super::{Basis, ObjectPreview};
use crate::model::finding::Finding;
use crate::model::live::Live;

/// The most paths that a finding names.
const NAMED: usize = 5;

/// Holds the prediction against the answer of a dry run, and takes the answer over where they differ.
pub(super) fn hold_against(case: &Case<'_>, live: &Live, predicted: &mut Predicted, preview: &mut ObjectPreview) {
    let by_key = || live.dry_runs.iter().find(|(id, _)| is_same(id, case.id)).map(|(_, answer)| answer);
    let answer = match live.dry_runs.get(case.id).or_else(by_key) {
        None => return,
        Some(Err(trouble)) => {
            preview.trouble = Some(trouble.clone());
            return;
        }
        Some(Ok(answer)) => answer,
    };
    // Nothing was sent, or not all of it: the answer is about something else.
    if predicted.left.is_some() {
        return;
    }
    let differing = differences(&comparable(&predicted.dry_run), &comparable(answer), case.view());
    preview.basis = Basis::ServerVerified;
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
            Some(value) => path.set(&mut predicted.value, value),
            None => path.remove(&mut predicted.value),
        }
    }
}
