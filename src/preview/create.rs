//! An object that is not there yet: what the API server makes of it, and what may stop that.
//! Must never call something created whose namespace or kind nobody makes.

use serde_json::Value;

use super::context::Context;
use super::desired::sent;
use super::difference::{bare, differences};
use super::identity::Pair;
use super::refusal::Refused;
use super::schema::Schema;
use super::strip::comparable;
use super::view::View;
use super::{Action, ApplyMethod, Basis, ObjectPreview, dry_run, flux, refusal, undeclared};
use crate::model::finding::Finding;
use crate::model::live::Absence;
use crate::model::object::ObjectId;
use crate::model::shell::kubectl;

/// Previews an object that is not live.
pub(super) fn absent(pair: &Pair, absence: Absence, with: (&Schema, &Context<'_>), preview: &mut ObjectPreview) {
    let (schema, context) = with;
    preview.basis = Basis::Predicted;
    let Some(after) = &pair.after else {
        preview.action = Action::Unchanged;
        return;
    };
    if flux_leaves(after, context) {
        preview.action = Action::Unchanged;
        preview.findings.push(Finding::note("left-alone", "Flux does not apply it: its annotation says so"));
        return;
    }
    let new = sent(after, &pair.id, context.controller, None);
    let mut value = new.value;
    schema.defaulted(&mut value);
    preview.action = Action::Create;
    preview.unsure = new.unsure;
    dry_run::hold_new(&pair.id, &mut value, (schema, context.live), preview);
    preview.effective = differences(&bare(&value), &comparable(&value), View::of(schema));
    if pair.before.is_some() {
        preview
            .findings
            .push(Finding::warn("gone-from-cluster", "Git has it and the cluster has not: it is made again"));
    }
    preview.findings.extend(unverified(&pair.id, absence, context));
    let undeclared = if context.is_made_first(&pair.id) {
        Vec::new()
    } else {
        undeclared::refused(after, None, (schema, context), preview)
    };
    let dry_run = dry_run::refusal(&pair.id, preview, context);
    refusal::unmade(&Refused { immutable: &[], undeclared, dry_run }, preview);
}

/// Returns whether Flux never applies an object.
fn flux_leaves(after: &Value, context: &Context<'_>) -> bool {
    context.controller.method == ApplyMethod::Flux && flux::is_excluded(after)
}

/// Returns what could still stop the creation.
fn unverified(id: &ObjectId, absence: Absence, context: &Context<'_>) -> Option<Finding> {
    let namespace = id.namespace.as_deref().unwrap_or_default();
    match absence {
        Absence::Object => None,
        Absence::Namespace if context.makes_namespace(id) => {
            Some(Finding::note("made-in-order", format!("namespace `{namespace}` is made first, by the same root")))
        }
        Absence::Namespace if context.makes_by_option() => {
            let fact = format!("namespace `{namespace}` is made first, by `CreateNamespace=true`");
            Some(Finding::note("made-in-order", fact))
        }
        Absence::Namespace => {
            let fact = format!("unverified: namespace `{namespace}` is not there, and this root does not make it");
            let hint = kubectl("create", ("namespace", namespace, None));
            Some(hint.into_iter().fold(Finding::warn("namespace-missing", fact), Finding::hint))
        }
        Absence::Kind if context.makes_kind(id) => {
            Some(Finding::note("made-in-order", format!("kind `{}` is made first, by the same root", id.kind)))
        }
        Absence::Kind => {
            let fact = format!("unverified: kind `{}` of `{}` is not there", id.kind, id.group);
            Some(Finding::warn("kind-missing", fact))
        }
    }
}
