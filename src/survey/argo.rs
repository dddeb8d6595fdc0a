//! Argo CD: `Application` of `argoproj.io`, the folders it deploys and what it does after the build.

use serde_json::Value;

use super::claim::{Claim, Plain};
use super::flux::{components, entries, is_given, text};
use super::{Controller, Owner, Transform, TransformEffect, patch};
use crate::model::object::Object;
use crate::model::path::RepoPath;

/// The API group.
const GROUP: &str = "argoproj.io";
/// Fields of `source.kustomize` that change how the build runs, not what it gives.
const SETTINGS: [&str; 7] = [
    "version",
    "kubeVersion",
    "apiVersions",
    "ignoreMissingComponents",
    "forceCommonAnnotations",
    "forceCommonLabels",
    "commonAnnotationsEnvsubst",
];

/// Returns whether an object makes Applications up at run time.
pub(super) fn is_set(value: &Value) -> bool {
    let object = Object::new(value.clone());
    object.id.group == GROUP && object.id.kind == "ApplicationSet"
}

/// Returns what an object asks for when it is an Application: one claim a source with a path.
pub(super) fn claims(value: &Value, file: &RepoPath) -> Vec<Claim> {
    let object = Object::new(value.clone());
    let Some(spec) = value.get("spec").filter(|_| object.id.group == GROUP && object.id.kind == "Application") else {
        return Vec::new();
    };
    let mut sources = entries(spec, "spec", "sources");
    if sources.is_empty() {
        sources.extend(spec.get("source").map(|source| ("spec.source".to_owned(), source)));
    }
    sources.into_iter().filter_map(|(field, source)| claim(&object, spec, file, (&field, source))).collect()
}

/// Returns what one source asks for.
fn claim(object: &Object, spec: &Value, file: &RepoPath, (field, source): (&str, &Value)) -> Option<Claim> {
    let path = text(source, "path")?;
    let owner = Owner {
        controller: Controller::ArgoCd,
        object: object.id.to_string(),
        file: file.clone(),
        manifest: object.value.clone(),
        namespace: spec.get("destination").and_then(|destination| text(destination, "namespace")),
        substitutes: None,
        transforms: transforms(spec, field, source),
        suspended: suspended(object, spec),
    };
    let directory = source.get("directory").unwrap_or(&Value::Null);
    let narrowed_by = ["include", "exclude"].iter().find(|name| directory.get(**name).is_some_and(is_given));
    Some(Claim {
        path,
        plain: if directory.get("recurse") == Some(&Value::Bool(true)) { Plain::Below } else { Plain::Here },
        narrowed_by: narrowed_by.map(|name| format!("{field}.directory.{name}")),
        components: source.get("kustomize").map(|of| components(of, &format!("{field}.kustomize"))).unwrap_or_default(),
        owner,
    })
}

/// Returns what keeps Argo CD from applying a merged change by itself.
fn suspended(object: &Object, spec: &Value) -> Option<String> {
    let skip = "argocd.argoproj.io/skip-reconcile";
    if object.value.pointer("/metadata/annotations").and_then(|all| all.get(skip)) == Some(&Value::from("true")) {
        return Some(format!("metadata.annotations[{skip}]: \"true\""));
    }
    let automated = spec.pointer("/syncPolicy/automated").filter(|automated| !automated.is_null());
    match automated.map(|automated| automated.get("enabled")) {
        None => Some("spec.syncPolicy.automated is not set".to_owned()),
        Some(Some(Value::Bool(false))) => Some("spec.syncPolicy.automated.enabled: false".to_owned()),
        Some(_) => None,
    }
}

/// Returns what Argo CD does after the build, `components` aside.
fn transforms(spec: &Value, field: &str, source: &Value) -> Vec<Transform> {
    let kustomize = source.get("kustomize").unwrap_or(&Value::Null);
    let prefix = format!("{field}.kustomize");
    let mut transforms: Vec<Transform> = entries(kustomize, &prefix, "patches")
        .into_iter()
        .map(|(field, entry)| Transform { field, effect: patch::entry(entry) })
        .collect();
    for (name, value) in kustomize.as_object().into_iter().flatten() {
        let effect = match name.as_str() {
            "namePrefix" | "nameSuffix" => TransformEffect::Names,
            "patches" | "components" => continue,
            name if SETTINGS.contains(&name) => continue,
            _ => TransformEffect::Other,
        };
        if is_given(value) {
            transforms.push(Transform { field: format!("{prefix}.{name}"), effect });
        }
    }
    if source.get("plugin").is_some() {
        transforms.push(Transform { field: format!("{field}.plugin"), effect: TransformEffect::Other });
    }
    for (field, entry) in entries(spec, "spec", "ignoreDifferences") {
        transforms.push(Transform { field, effect: patch::ignored(entry, Some(entry)) });
    }
    transforms
}
