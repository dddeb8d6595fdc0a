//! An object that is not there yet: what the API server makes of it, and what may stop that.
//! Must never call something created whose namespace or kind nobody makes.

use serde_json::Value;

use super::desired::sent;
use super::difference::{bare, differences};
use super::identity::Pair;
use super::object::Context;
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
    let undeclared = if is_made_first(&pair.id, context) {
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

/// Returns whether the root makes the namespace of an object before the object.
fn makes_namespace(id: &ObjectId, context: &Context<'_>) -> bool {
    let namespace = id.namespace.as_deref().unwrap_or_default();
    context.after.iter().any(|other| other.kind == "Namespace" && other.name == namespace)
}

/// Returns whether the root makes the kind of an object, or changes it, before the object.
fn makes_kind(id: &ObjectId, context: &Context<'_>) -> bool {
    let ends = format!(".{}", id.group);
    let is_definition = |other: &&ObjectId| other.kind == "CustomResourceDefinition" && other.name.ends_with(&ends);
    context.after.iter().any(|other| is_definition(&other))
}

/// Returns whether the controller makes an object's namespace because an option asks for it.
fn makes_by_option(context: &Context<'_>) -> bool {
    context.controller.argo.has(&Value::Null, "CreateNamespace=true")
}

/// Returns whether something that an object needs comes with the same root, so that a dry run cannot know it.
pub(super) fn is_made_first(id: &ObjectId, context: &Context<'_>) -> bool {
    makes_namespace(id, context) || makes_kind(id, context) || makes_by_option(context)
}

/// Returns what could still stop the creation.
fn unverified(id: &ObjectId, absence: Absence, context: &Context<'_>) -> Option<Finding> {
    let namespace = id.namespace.as_deref().unwrap_or_default();
    match absence {
        Absence::Object => None,
        Absence::Namespace if makes_namespace(id, context) => {
            Some(Finding::note("made-in-order", format!("namespace `{namespace}` is made first, by the same root")))
        }
        Absence::Namespace if makes_by_option(context) => {
            let fact = format!("namespace `{namespace}` is made first, by `CreateNamespace=true`");
            Some(Finding::note("made-in-order", fact))
        }
        Absence::Namespace => {
            let fact = format!("unverified: namespace `{namespace}` is not there, and this root does not make it");
            let hint = kubectl("create", ("namespace", namespace, None));
            Some(hint.into_iter().fold(Finding::warn("namespace-missing", fact), Finding::hint))
        }
        Absence::Kind if makes_kind(id, context) => {
            Some(Finding::note("made-in-order", format!("kind `{}` is made first, by the same root", id.kind)))
        }
        Absence::Kind => {
            let fact = format!("unverified: kind `{}` of `{}` is not there", id.kind, id.group);
            Some(Finding::warn("kind-missing", fact))
        }
    }
}
