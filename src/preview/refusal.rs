//! An apply that the API server refuses: nothing of the object changes, unless the controller deletes it and makes it
//! anew. Comes between the prediction and what is said of it. Must never show changes of an apply that is refused.

use serde_json::Value;

use super::flux;
use super::predict::{Case, Predicted};
use super::{Engine, ObjectPreview, builtin, immutable, nulls};
use crate::model::finding::Finding;

/// The findings of an apply that is refused.
const IDS: [&str; 2] = [immutable::ID, nulls::ID];

/// The finding of an object that is deleted and made anew.
pub(super) const RECREATES: &str = "recreates-object";

/// Returns whether the apply of an object is refused.
pub(super) fn is_refused(preview: &ObjectPreview) -> bool {
    preview.findings.iter().any(|finding| IDS.contains(&finding.id))
}

/// Returns what is left of a prediction that the API server refuses, and why.
pub(super) fn settle(
    case: &Case<'_>,
    predicted: Predicted,
    immutable: &[String],
    preview: &mut ObjectPreview,
) -> (Value, Option<String>) {
    let (id, paths, why) = match (immutable, predicted.nulls.as_slice()) {
        ([], []) => return (predicted.value, predicted.left),
        ([], nulls) => (nulls::ID, nulls, "becomes null, which the API server refuses"),
        (fields, _) => (immutable::ID, fields, "cannot be changed"),
    };
    let fields = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    if is_forced(case) {
        recreated(case, &format!("{fields} {why}"), preview);
        let mut value = case.sent.clone();
        builtin::defaulted(case.id, case.schema, &mut value);
        return (value, predicted.left);
    }
    let fact = format!("{fields} {why}: the controller's apply is refused, nothing of this object changes");
    let finding = Finding::warn(id, fact);
    let mends = id == nulls::ID && case.sent.pointer("/metadata").is_some();
    preview.findings.push(if mends { finding.hint("leave the empty field out of Git") } else { finding });
    (case.live.clone(), Some(format!("the API server refuses the apply: {fields} {why}")))
}

/// Says that an object is deleted and made anew.
fn recreated(case: &Case<'_>, why: &str, preview: &mut ObjectPreview) {
    let fact = format!("{why}: the object is deleted and made anew (force)");
    preview.findings.push(Finding::warn(RECREATES, fact));
    let lost = match case.id.kind.as_str() {
        "PersistentVolumeClaim" => {
            "the claim is deleted and made anew: its data goes unless the volume's policy keeps it"
        }
        "PerconaXtraDBCluster" => {
            "the cluster is deleted and made anew: its finalizers decide what of its data is left"
        }
        _ => return,
    };
    preview.findings.push(Finding::warn("deletes-data", lost));
}

/// Returns whether the controller deletes and makes anew what the API server refuses.
fn is_forced(case: &Case<'_>) -> bool {
    match case.applier.engine {
        Engine::Flux => {
            let by_mark = flux::says(case.sent, "force", "enabled") || flux::says(case.live, "force", "enabled");
            case.applier.flux.force || by_mark
        }
        Engine::ArgoCd | Engine::ArgoCdSsa => case.applier.argo.has(case.sent, "Force=true"),
    }
}
