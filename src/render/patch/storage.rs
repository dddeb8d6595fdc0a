//! A storage entry in the form that the template writes: known fields by name, the copied rest as a list.
//! Must refuse a field that the template would leave out.

use serde_json::{Map, Value, json};

use super::Op;
use crate::failure::{Failure, refused};

/// The fields of `s3` that the template writes in fixed text.
const S3_FIELDS: [&str; 5] = ["bucket", "region", "endpointUrl", "credentialsSecret", "caBundle"];

/// Returns the operation that adds an entry.
pub(super) fn add(path: &str, value: &Value) -> Result<Op, Failure> {
    let path = path.to_owned();
    match value.get("type").and_then(Value::as_str) {
        Some("s3") => Ok(Op { kind: "add-s3", path, value: s3(value) }),
        Some("filesystem") => volume(value).map(|value| Op { kind: "add-volume", path, value }),
        other => Err(refused(format!("storage of type `{}` is not one leeward adds", other.unwrap_or_default()))),
    }
}

/// Returns an S3 entry for the template.
fn s3(value: &Value) -> Value {
    let s3 = &value["s3"];
    json!({
        "verify_tls": value.get("verifyTLS"),
        "bucket": s3.get("bucket"),
        "region": s3.get("region"),
        "endpoint": s3.get("endpointUrl"),
        "secret": s3.get("credentialsSecret"),
        "ca": s3.get("caBundle"),
        "s3_rest": rest(s3.as_object(), &S3_FIELDS),
        "rest": rest(value.as_object(), &["type", "verifyTLS", "s3"]),
    })
}

/// Returns a filesystem entry for the template.
fn volume(value: &Value) -> Result<Value, Failure> {
    let claim = value.pointer("/volume/persistentVolumeClaim").unwrap_or(&Value::Null);
    let superfluous = rest(claim.as_object(), &["storageClassName", "accessModes", "resources"]);
    if let Some(field) = superfluous.first() {
        return Err(refused(format!("field {} of a claim is not one leeward writes", field["name"])));
    }
    Ok(json!({
        "storage_class": claim.get("storageClassName"),
        "access_modes": claim.get("accessModes"),
        "size": claim.pointer("/resources/requests/storage"),
        "rest": rest(value.as_object(), &["type", "volume"]),
    }))
}

/// Returns the fields that are not written in fixed text.
fn rest(value: Option<&Map<String, Value>>, fixed: &[&str]) -> Vec<Value> {
    let fields = value.into_iter().flatten().filter(|(name, _)| !fixed.contains(&name.as_str()));
    fields.map(|(name, value)| json!({"name": name, "value": value})).collect()
}
