//! An object that is live and in Git: what the apply makes of it, held against the API server's own answer and against what was
//! intended. Comes where `create` does for an object that is not there. Must never show a change that the apply does not make.

use serde_json::Value;

use super::case::{Case, Predicted};
use super::context::Context;
use super::crosscheck::{Evidence, beyond, unmarked, vanished};
use super::desired::Sent;
use super::difference::stored;
use super::field::{FieldPath, within};
use super::identity::is_built_in;
use super::predict::predict;
use super::refusal::Refused;
use super::schema::Schema;
use super::strip::comparable;
use super::view::View;
use super::{Action, Basis, Change, ObjectPreview, Unsure, dry_run, immutable, refusal, undeclared};
use crate::model::finding::Finding;
use crate::model::live::{Reason, Trouble};
use crate::model::object::ObjectId;

/// Previews an object that the controller applies.
pub(super) fn applied(
    id: &ObjectId,
    live: &Value,
    (before, after): (Option<&Sent>, &Sent),
    (schema, context): (&Schema, &Context<'_>),
    preview: &mut ObjectPreview,
) {
    let case = Case {
        id,
        before: before.map(|sent| &sent.value),
        sent: &after.value,
        live,
        schema,
        controller: context.controller,
    };
    let mut predicted = predict(&case);
    preview.basis = Basis::Predicted;
    dry_run::hold_against(&case, context.live, &mut predicted, preview);
    preview.unsure.extend(after.unsure.iter().cloned());
    preview.unsure.append(&mut predicted.unsure);
    preview.findings.append(&mut predicted.findings);
    if before.is_none() {
        let fact = format!("`{id}` is already there: Git takes it over");
        preview.findings.push(Finding::warn("adopts-object", fact));
    }
    settle(&case, predicted, context, preview);
    preview.unsure.dedup();
}

/// Says what differs afterwards, and holds it against what was intended.
fn settle(case: &Case<'_>, predicted: Predicted, context: &Context<'_>, preview: &mut ObjectPreview) {
    let immutable = immutable::refused(case.id, case.live, &predicted.value, case.schema);
    // Where not all of what Git says is applied, the dry run was about something else.
    let is_whole_answer = predicted.left.is_none() && dry_run::is_about(case, &predicted);
    let asked = is_whole_answer.then(|| dry_run::refusal(case.id, preview, context)).flatten();
    let is_whole = predicted.left.is_none() && !context.is_made_first(case.id);
    let known = (case.schema, context);
    let undeclared = is_whole.then(|| undeclared::refused(case.sent, Some(case.live), known, preview));
    let refused = Refused { immutable: &immutable, undeclared: undeclared.unwrap_or_default(), dry_run: asked };
    let bare = predicted.dry_run.clone();
    let (value, left) = refusal::settle(case, predicted, &refused, preview);
    preview.effective = stored(case.id, &comparable(case.live), &comparable(&value), case.view());
    if is_built_in(case.id) {
        doubt_defaults(case.schema, bare.as_ref(), preview);
    }
    let is_known = |change: &Change| !preview.unsure.iter().any(|unsure| unsure.pointer == change.pointer);
    preview.effective.retain(is_known);
    preview.action = match preview.effective.is_empty() {
        false => Action::Change,
        true if preview.trouble.is_some() && preview.basis == Basis::Nothing => Action::CannotTell,
        true => Action::Unchanged,
    };
    let marks = case.controller.marks();
    let evidence = Evidence {
        marks: &marks,
        intended: &preview.intended,
        effective: &preview.effective,
        drift: &preview.drift,
        sent: case.sent,
        predicted: &value,
        schema: case.schema,
        left: left.as_deref(),
        mask: &context.shared.mask,
        id: case.id,
    };
    let findings: Vec<Finding> =
        vanished(&evidence).into_iter().chain(beyond(&evidence)).chain(unmarked(&evidence)).collect();
    preview.findings.extend(findings);
    let is_silent = preview.effective.is_empty() && !preview.intended.is_empty() && !refusal::is_refused(preview);
    if let (Some(left), true) = (left, is_silent) {
        preview.findings.push(Finding::note("left-alone", left));
    }
}

/// Fields of built-in kinds that go may get a default that no schema of Kubernetes names: nobody can tell, unless the
/// API server's own answer, which `bare` stands for, has them gone too. In an object that is made anew every field
/// that Git leaves open may.
fn doubt_defaults(schema: &Schema, bare: Option<&Value>, preview: &mut ObjectPreview) {
    let is_new = preview.findings.iter().any(|finding| finding.id == refusal::RECREATES);
    let is_answered =
        |path: &FieldPath| preview.basis == Basis::ServerVerified && bare.is_some_and(|bare| path.get(bare).is_none());
    let is_doubtful = |change: &Change| {
        let path = FieldPath::parse(&change.pointer);
        if is_answered(&path) {
            return false;
        }
        let Some((last, way)) = path.steps().split_last() else { return false };
        let parent = way.iter().fold(View::of(schema), |view, step| view.child(step));
        let is_scalar = change.before.as_ref().is_some_and(|value| !value.is_object() && !value.is_array());
        change.after.is_none() && (is_scalar || is_new) && within(&change.pointer, "/spec") && parent.names(last)
    };
    let (doubtful, known): (Vec<Change>, Vec<Change>) = preview.effective.drain(..).partition(is_doubtful);
    preview.effective = known;
    if preview.effective.is_empty() && !doubtful.is_empty() {
        let fact = "a field goes, and the API server may fill in a default that its schema does not name";
        let trouble = Trouble::new(Reason::NotModelled, fact).hint("--dry-run server");
        preview.trouble.get_or_insert(trouble);
        preview.basis = Basis::Nothing;
    }
    let why = "it goes, and the API server may fill in a default that its schema does not name";
    let unsure = |change: Change| Unsure { pointer: change.pointer, path: change.path, why: why.to_owned() };
    preview.unsure.extend(doubtful.into_iter().map(unsure));
}
