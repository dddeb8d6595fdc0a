//! The API server's own answer, where it was asked: held against the prediction, and preferred where they differ.
//! A bare dry run does not know what a controller takes over first, so it is compared with a prediction that does not
//! either. Must never hide a difference between the two.

use serde_json::Value;

use super::applier::Applier;
use super::desired::sent;
use super::difference::differences;
use super::field::FieldPath;
use super::identity::{Pair, is_same, pairs, reading};
use super::predict::{Case, Predicted};
use super::strip::comparable;
use super::root::namespacing;
use super::{Basis, Deployed, Engine, ObjectPreview};
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading};
use crate::model::object::ObjectId;

/// The most paths that a finding names.
const NAMED: usize = 5;

/// An object to apply for a dry run: which, what is sent, and as which field manager.
pub type ToApply = (ObjectId, Value, &'static str);

/// Returns what the controller would send for each object of the head, as the API server is asked about it: a server-side
/// apply, also where the controller itself merges on its own side.
pub fn to_apply(deployed: &Deployed, applier: &Applier, live: &Live) -> Vec<ToApply> {
    let manager = if applier.engine == Engine::Flux { "kustomize-controller" } else { "argocd-controller" };
    let send = |pair: Pair| {
        let found = match reading(live, &pair.id) {
            Some(Reading::Found(value)) => Some(value),
            Some(Reading::Absent(_) | Reading::Unread(_)) | None => None,
        };
        let value = sent(&pair.after?, &pair.id, applier, found).value;
        Some((pair.id, value, manager))
    };
    pairs(deployed, &namespacing(applier)).into_iter().filter_map(send).collect()
}

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
