//! Guards on the repository: Secrets that are not there under the name written, and controllers that change the build.

use serde_json::Value;

use super::Context;
use crate::model::finding::Finding;
use crate::model::target::Target;
use crate::model::version::Source;
use crate::plan::changes::Change;
use crate::survey::{Owner, Transform, TransformEffect};

/// Returns what is wrong with what surrounds the cluster.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let mut findings = secrets(context);
    findings.extend(transforms(context));
    findings.extend(substitution(context));
    findings.extend(suspended(context));
    findings.extend(versions(context));
    findings
}

/// Says of each Secret that is newly named whether it is produced, renamed or only declared.
fn secrets(context: &Context) -> Vec<Finding> {
    let subject = context.subject;
    let mut names: Vec<String> = context.desired.changes.iter().flat_map(secrets_of).collect();
    if let Some(Target::Listed(_)) = subject.target {
        names.extend(context.new_homes().filter_map(|home| home.credentials_secret().map(str::to_owned)));
    }
    names.sort();
    names.dedup();
    let unproduced = names.into_iter().filter(|name| !subject.secrets.contains(name));
    unproduced.map(|name| secret(context, &name)).collect()
}

/// Says what is known of a Secret that the build does not produce under its name.
fn secret(context: &Context, name: &str) -> Finding {
    if let Some((_, built)) = context.subject.renamed_secrets.iter().find(|(before, _)| before == name) {
        let fact = format!("Secret `{name}` is built as `{built}`, which the cluster would not find");
        return Finding::refuse("secret-renamed", fact).hint(format!("credentialsSecret: {built}"));
    }
    if let Some((_, there)) = context.subject.foreign_secrets.iter().find(|(built, _)| built == name) {
        let fact = format!("Secret `{name}` is built in namespace `{there}`, not in the cluster's");
        return Finding::warn("secret-elsewhere", fact).hint(format!("namespace: {}", namespace(context)));
    }
    if matches!(context.subject.target, Some(Target::Listed(_))) {
        let fact = format!("Secret `{name}` of the listed storage is neither in Git nor declared");
        return Finding::warn("secret-unknown", fact).hint("declare the place as a target in leeward.yaml");
    }
    Finding::note("secret-declared", format!("Secret `{name}` is declared to exist, not checked (no cluster given)"))
}

/// Returns the cluster's namespace for people.
fn namespace<'a>(context: &'a Context) -> &'a str {
    context.subject.bare.id.namespace.as_deref().unwrap_or("NAMESPACE")
}

/// Returns the Secrets that a change names.
fn secrets_of(change: &Change) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match change {
        Change::AddStorage { value, .. } => {
            let named = ["/s3/credentialsSecret", "/s3/caBundle/name", "/azure/credentialsSecret"];
            named.iter().filter_map(|pointer| value.pointer(pointer).and_then(text)).collect()
        }
        Change::SetStorageField { field, now, .. }
            if field.last().is_some_and(|field| field == "credentialsSecret") =>
        {
            text(now).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Returns what the controller does to the build that can undo or break the recovery.
fn transforms(context: &Context) -> Vec<Finding> {
    let owners = &context.subject.owners;
    owners
        .iter()
        .flat_map(|owner| owner.transforms.iter().map(move |transform| of_transform(owner, transform)))
        .collect()
}

/// Returns what one step after the build means.
fn of_transform(owner: &Owner, transform: &Transform) -> Finding {
    let what = format!("`{}` of {} `{}` in `{}`", transform.field, owner.controller, owner.object, owner.file);
    let id = "controller-transform";
    match transform.effect {
        TransformEffect::BackupBlock => Finding::refuse(id, format!("{what} changes the backup block after the build"))
            .hint("move the patch into the repository"),
        TransformEffect::Names => Finding::refuse(id, format!("{what} renames objects after the build"))
            .hint("move the prefix or suffix into the kustomization"),
        TransformEffect::Other => {
            Finding::warn(id, format!("{what} changes the build, what is proven here is the build alone"))
        }
    }
}

/// Says what keeps the controller from applying a merged change.
fn suspended(context: &Context) -> Option<Finding> {
    let (owner, why) = context.subject.owners.iter().find_map(|owner| Some((owner, owner.suspended.as_ref()?)))?;
    let fact = format!("{} `{}` does not apply a merged change by itself: {why}", owner.controller, owner.object);
    Some(Finding::warn("controller-suspended", fact))
}

/// Refuses a `${` where the controller replaces it (conventions.md 2.1).
fn substitution(context: &Context) -> Option<Finding> {
    let owner = context.subject.owners.iter().find(|owner| owner.substitutes.is_some())?;
    let text = context.desired.changes.iter().flat_map(written).find_map(|value| variable(&value))?;
    let fact = format!("a written value has `{text}` in it, which {} `{}` replaces", owner.controller, owner.object);
    Some(Finding::refuse("substitution", fact).hint("kustomize.toolkit.fluxcd.io/substitute: disabled"))
}

/// Returns the values that a change writes; what is only tested is not.
fn written(change: &Change) -> Vec<Value> {
    match change {
        Change::AddStorage { name, value, .. } => vec![Value::from(name.as_str()), value.clone()],
        Change::SetStorageField { now, .. } | Change::SetPitr { now, .. } => vec![now.clone()],
        Change::MoveSchedule { now, .. } => vec![Value::from(now.name.as_str()), Value::from(now.storage.as_str())],
    }
}

/// Returns the first text in a value, keys included, that starts a variable: from `${` to the end of the name.
fn variable(value: &Value) -> Option<String> {
    let text = value.to_string();
    let from = text.find("${")?;
    let end = text[from..].find('}').map_or(text.len(), |end| from + end + 1);
    Some(text[from..end].chars().take(40).collect())
}

/// Says by which versions' rules the plan was made, where that was not given.
fn versions(context: &Context) -> Option<Finding> {
    let rules = context.subject.rules;
    let hint = "--operator-version VERSION";
    if rules.is_newer_than_known() {
        let fact = format!("operator {} is newer than the rules known here, those of 1.20 were used", rules.operator);
        return Some(Finding::warn("version-newer", fact));
    }
    match (rules.operator_from, rules.cr_from) {
        (Source::Assumed, _) => Some(
            Finding::warn(
                "version-assumed",
                format!("neither operator version nor crVersion is known, the rules of {} were used", rules.operator),
            )
            .hint(hint),
        ),
        (Source::OtherAxis, _) => Some(
            Finding::note(
                "version-assumed",
                format!("the operator is taken to be {}, as crVersion says", rules.operator),
            )
            .hint(hint),
        ),
        (_, Source::OtherAxis) => Some(Finding::note(
            "version-assumed",
            format!("crVersion is unset and taken to be {}, the operator's", rules.cr),
        )),
        _ => None,
    }
}
