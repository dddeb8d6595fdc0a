//! Whether an answer is the object that was asked for: kind, version, namespace and name have to be the same.
//! Must never let another object, or half a one, pass for it.

use serde_json::{Map, Value, json};

use super::How;
use super::locate::Located;
use crate::model::live::{Reason, Trouble};
use crate::model::object::ObjectId;

/// The annotation in which `kubectl apply` and Argo CD keep what they last applied.
const LAST_APPLIED: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// Returns an answer as the object that was asked for.
pub(super) fn object(value: Value, id: &ObjectId, located: &Located, how: How) -> Result<Value, Trouble> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let is_kind = text("/apiVersion") == id.api_version() && text("/kind") == id.kind;
    let is_metadata = text("/apiVersion") == "meta.k8s.io/v1" && text("/kind") == "PartialObjectMetadata";
    let namespace = located.namespace.as_deref().unwrap_or_default();
    let same_place = text("/metadata/name") == id.name && text("/metadata/namespace") == namespace;
    if !same_place || !(is_kind || how == How::MetadataOnly && is_metadata) {
        let fact = "the answer is another object than the one that was asked for";
        return Err(Trouble::new(Reason::CannotTell, fact));
    }
    Ok(match how {
        How::Whole => value,
        How::MetadataOnly => metadata(value, id),
    })
}

/// Returns the metadata alone, with the kind of the object; the values of what was last applied are taken out.
fn metadata(mut value: Value, id: &ObjectId) -> Value {
    if let Some(Value::String(applied)) = value.pointer_mut(LAST_APPLIED) {
        *applied = without_values(applied);
    }
    let metadata = value.get_mut("metadata").map(Value::take).unwrap_or_default();
    json!({"apiVersion": id.api_version(), "kind": id.kind, "metadata": metadata})
}

/// Returns an applied object as text, `***` for every value under `data` and `stringData`, and no annotations.
fn without_values(applied: &str) -> String {
    let Ok(Value::Object(mut object)) = serde_json::from_str(applied) else { return String::new() };
    for field in ["data", "stringData"] {
        if let Some(Value::Object(values)) = object.get_mut(field) {
            values.values_mut().for_each(|value| *value = "***".into());
        }
    }
    // An annotation of an annotation could hold the same values once more.
    if let Some(annotations) = object.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations")) {
        *annotations = Value::Object(Map::new());
    }
    Value::Object(object).to_string()
}
