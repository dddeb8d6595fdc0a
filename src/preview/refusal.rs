//! An apply that the API server refuses: nothing of the object changes, unless the controller deletes it and makes it
//! anew. Comes between the prediction and what is said of it. Must never show changes of an apply that is refused.

use serde_json::Value;

use super::case::{Case, Predicted};
use super::flux;
use super::undeclared::{self, quoted};
use super::{Action, ApplyMethod, Basis, ObjectPreview, builtin, immutable, nulls};
use crate::model::finding::Finding;

/// The finding of an apply whose dry run the API server refuses.
const DRY_RUN: &str = "dry-run-refused";

/// The findings of an apply that is refused.
const IDS: [&str; 4] = [immutable::ID, nulls::ID, undeclared::ID, DRY_RUN];

/// What an apply is refused for, beside the nulls of the prediction.
pub(super) struct Refused<'a> {
    /// Fields that cannot be changed.
    pub(super) immutable: &'a [String],
    /// Fields that the schema does not declare.
    pub(super) undeclared: Vec<String>,
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
        _ if !refused.undeclared.is_empty() => (undeclared::ID, undeclared_in(&refused.undeclared)),
        ([], [], None) => return (predicted.value, predicted.left),
        ([], [], Some(why)) => (DRY_RUN, why.clone()),
        ([], nulls, _) => (nulls::ID, format!("{} becomes null, which the API server refuses", quoted(nulls))),
        (fields, _, _) => (immutable::ID, format!("{} cannot be changed", quoted(fields))),
    };
    // A controller makes anew what is invalid, not what a webhook or a rule of admission refuses.
    let is_invalid =
        ![DRY_RUN, undeclared::ID].contains(&id) || why.contains("immutable") || why.contains("is invalid");
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

/// Says that an object is not made, where the API server refuses it.
pub(super) fn unmade(refused: &Refused<'_>, preview: &mut ObjectPreview) {
    let (id, why) = match (refused.undeclared.as_slice(), &refused.dry_run) {
        ([], None) => return,
        ([], Some(why)) => (DRY_RUN, why.clone()),
        (fields, _) => (undeclared::ID, undeclared_in(fields)),
    };
    let fact = format!("{why}: the controller's apply is refused, the object is not made");
    preview.findings.push(Finding::warn(id, fact));
    preview.effective.clear();
    preview.action = Action::Unchanged;
    if id == DRY_RUN {
        preview.basis = Basis::ServerVerified;
    }
}

/// Returns why an apply with undeclared fields is refused.
fn undeclared_in(fields: &[String]) -> String {
    format!("{} is not declared in the schema of its kind", quoted(fields))
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
    match case.controller.method {
        ApplyMethod::Flux => {
            let by_mark = flux::says(case.sent, "force", "enabled") || flux::says(case.live, "force", "enabled");
            case.controller.flux.force || by_mark
        }
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => case.controller.argo.has(case.sent, "Force=true"),
    }
}
