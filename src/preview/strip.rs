//! What the API server and the controllers add to an object and nobody writes: taken away before two are compared.
//! Used on both sides of every comparison. Must never take away what Git can say.

use serde_json::Value;

use crate::model::secret::is_secret;

/// The annotation in which a client-side apply keeps what it sent.
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Fields of `metadata` that the API server makes.
const SERVER_MADE: [&str; 8] = [
    "managedFields",
    "resourceVersion",
    "generation",
    "uid",
    "creationTimestamp",
    "selfLink",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
];
/// Annotations that a controller of Kubernetes or an apply writes.
const ANNOTATIONS: [&str; 7] = [
    LAST_APPLIED,
    "deployment.kubernetes.io/revision",
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
];

/// Returns an object without what the server makes; `stringData` of a Secret folded into `data`.
pub(super) fn comparable(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        for name in SERVER_MADE {
            metadata.remove(name);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            for name in ANNOTATIONS {
                annotations.remove(name);
            }
        }
    }
    fold_string_data(&mut value);
    value
}

/// Folds `stringData` of a Secret into `data`, as the API server does.
pub(super) fn fold_string_data(value: &mut Value) {
    if !is_secret(value) {
        return;
    }
    let Some(fields) = value.as_object_mut() else { return };
    let Some(Value::Object(texts)) = fields.remove("stringData") else { return };
    let data = fields.entry("data").or_insert_with(|| Value::Object(serde_json::Map::new()));
    let Some(data) = data.as_object_mut() else { return };
    for (key, text) in texts {
        let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        data.insert(key, Value::from(encoded(text.as_bytes())));
    }
}

/// Returns bytes as base64.
pub(super) fn encoded(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Returns the bytes of a base64 text.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()
}

/// Returns what a client-side apply sent last.
pub(super) fn last_applied(live: &Value) -> Option<Value> {
    let text = live.get("metadata")?.get("annotations")?.get(LAST_APPLIED)?.as_str()?;
    serde_json::from_str::<Value>(text).ok().filter(Value::is_object)
}

/// Returns a label.
pub(super) fn label<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get("metadata")?.get("labels")?.get(name)?.as_str()
}

/// Returns an annotation.
pub(super) fn annotation<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get("metadata")?.get("annotations")?.get(name)?.as_str()
}
