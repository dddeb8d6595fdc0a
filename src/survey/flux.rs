//! Flux: `Kustomization` of `kustomize.toolkit.fluxcd.io`, the folder it deploys and what it does after the build.

use serde_json::Value;

use super::claim::{Claim, Plain};
use super::{Controller, Owner, Substitutes, Transform, TransformEffect, patch};
use crate::model::object::Object;
use crate::model::path::RepoPath;

/// The API group.
const GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// The fields whose entries patch objects.
const PATCHES: [&str; 3] = ["patches", "patchesJson6902", "patchesStrategicMerge"];

/// Returns what an object asks for when it is a Flux Kustomization; patches of one, without a source, ask for nothing.
pub(super) fn claim(value: &Value, file: &RepoPath) -> Option<Claim> {
    let spec = value.get("spec").filter(|spec| spec.get("sourceRef").is_some())?;
    let object = Object::new(value.clone());
    if object.id.group != GROUP || object.id.kind != "Kustomization" {
        return None;
    }
    let owner = Owner {
        controller: Controller::Flux,
        object: object.id.to_string(),
        file: file.clone(),
        manifest: object.value.clone(),
        namespace: text(spec, "targetNamespace"),
        substitutes: spec.get("postBuild").map(substitutes),
        transforms: transforms(spec),
        suspended: (spec.get("suspend") == Some(&Value::Bool(true))).then(|| "spec.suspend: true".to_owned()),
    };
    Some(Claim {
        path: text(spec, "path").unwrap_or_default(),
        plain: Plain::Generated,
        narrowed_by: None,
        components: components(spec, "spec"),
        owner,
    })
}

/// Returns a text field that is not empty.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns the entries of a list with the field that names them.
pub(super) fn entries<'a>(of: &'a Value, prefix: &str, name: &str) -> Vec<(String, &'a Value)> {
    let list = of.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().enumerate().map(|(index, entry)| (format!("{prefix}.{name}[{index}]"), entry)).collect()
}

/// Returns the components a controller adds.
pub(super) fn components(of: &Value, prefix: &str) -> Vec<(String, String)> {
    let entries = entries(of, prefix, "components").into_iter();
    entries.filter_map(|(field, entry)| Some((field, entry.as_str()?.to_owned()))).collect()
}

/// Returns whether a field is there and not empty.
pub(super) fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Returns what Flux does after the build, `components` aside.
fn transforms(spec: &Value) -> Vec<Transform> {
    let mut transforms = Vec::new();
    for name in PATCHES {
        for (field, entry) in entries(spec, "spec", name) {
            let effect = if name == PATCHES[2] { patch::document(entry, None) } else { patch::entry(entry) };
            transforms.push(Transform { field, effect });
        }
    }
    for (field, entry) in entries(spec, "spec", "ignore") {
        transforms.push(Transform { field, effect: patch::ignored(entry, entry.get("target")) });
    }
    let whole = [
        ("namePrefix", TransformEffect::Names),
        ("nameSuffix", TransformEffect::Names),
        ("targetNamespace", TransformEffect::Other),
        ("commonMetadata", TransformEffect::Other),
        ("images", TransformEffect::Other),
    ];
    for (name, effect) in whole {
        if spec.get(name).is_some_and(is_given) {
            transforms.push(Transform { field: format!("spec.{name}"), effect });
        }
    }
    transforms
}

/// Returns the variables of `postBuild`.
fn substitutes(post_build: &Value) -> Substitutes {
    let names = post_build.get("substitute").and_then(Value::as_object);
    let from = post_build.get("substituteFrom").and_then(Value::as_array).into_iter().flatten();
    Substitutes {
        names: names.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        from: from.filter_map(|entry| Some(format!("{}/{}", text(entry, "kind")?, text(entry, "name")?))).collect(),
    }
}
