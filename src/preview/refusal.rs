//! An apply that the API server refuses: nothing of the object changes, unless the controller deletes it and makes it
//! anew. Comes between the prediction and what is said of it. Must never show changes of an apply that is refused.

use serde_json::Value;

use super::flux;
use super::predict::{Case, Predicted};
use super::{Basis, Engine, ObjectPreview, builtin, immutable, nulls};
use crate::model::finding::Finding;

/// The finding of an apply whose dry run the API server refuses.
const DRY_RUN: &str = "dry-run-refused";

/// The findings of an apply that is refused.
const IDS: [&str; 3] = [immutable::ID, nulls::ID, DRY_RUN];

/// What an apply is refused for, beside the nulls of the prediction.
pub(super) struct Refused<'a> {
    /// Fields that cannot be changed.
    pub(super) immutable: &'a [String],
    /// What the API server says to a dry run.
    pub(super) dry_run: Option<String>,
}

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
    refused: &Refused<'_>,
    preview: &mut ObjectPreview,
) -> (Value, Option<String>) {
    let (id, why) = match (refused.immutable, predicted.nulls.as_slice(), &refused.dry_run) {
        ([], [], None) => return (predicted.value, predicted.left),
        ([], [], Some(why)) => (DRY_RUN, why.clone()),
        ([], nulls, _) => (nulls::ID, format!("{} becomes null, which the API server refuses", quoted(nulls))),
        (fields, _, _) => (immutable::ID, format!("{} cannot be changed", quoted(fields))),
    };
    // A controller makes anew what is invalid, not what a webhook or a rule of admission refuses.
    let is_invalid = id != DRY_RUN || why.contains("immutable") || why.contains("is invalid");
    if is_forced(case) && is_invalid {
        recreated(case, &why, preview);
        let mut value = case.sent.clone();
        builtin::defaulted(case.id, case.schema, &mut value);
        return (value, predicted.left);
    }
    if id == DRY_RUN {
        preview.basis = Basis::ServerVerified;
    }
    let fact = format!("{why}: the controller's apply is refused, nothing of this object changes");
    let finding = Finding::warn(id, fact);
    let mends = id == nulls::ID && case.sent.pointer("/metadata").is_some();
    preview.findings.push(if mends { finding.hint("leave the empty field out of Git") } else { finding });
    (case.live.clone(), Some(format!("the API server refuses the apply: {why}")))
}

/// Returns the finding of an object that is not made because the API server refuses it.
pub(super) fn unmade(why: &str) -> Finding {
    Finding::warn(DRY_RUN, format!("{why}: the controller's apply is refused, the object is not made"))
}

/// Returns paths in one text.
fn quoted(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
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
