//! Objects as they may be handed on: of each kind only what a diagnosis reads, and every text of it masked (law 4).
//! Errs on the side of secrets: what is not known to be needed is left out.

use serde_json::{Map, Value};

use super::mask::Before;
use crate::model::secret::secrets_in;

/// The metadata that is kept.
const METADATA: &[&str] = &[
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "labels",
    "ownerReferences",
];
/// Where a cluster has the configuration of the database.
const CONFIGURATION: &str = "/spec/pxc/configuration";
/// By kind, the paths that are kept beside the metadata; of a kind that is not listed, nothing is.
const KEPT: &[(&str, &[&str])] = &[
    (
        "PerconaXtraDBCluster",
        &[
            "/spec/crVersion",
            "/spec/pause",
            "/spec/unsafeFlags",
            "/spec/backup",
            "/spec/pxc/size",
            "/spec/pxc/image",
            CONFIGURATION,
            "/status",
        ],
    ),
    ("PerconaXtraDBClusterBackup", &["/spec", "/status"]),
    ("Job", &["/spec/backoffLimit", "/spec/activeDeadlineSeconds", "/spec/suspend", "/status"]),
    ("Pod", &["/spec/nodeName", "/status"]),
    (
        "Event",
        &[
            "/involvedObject",
            "/regarding",
            "/type",
            "/reason",
            "/message",
            "/note",
            "/count",
            "/series",
            "/firstTimestamp",
            "/lastTimestamp",
            "/eventTime",
            "/deprecatedCount",
            "/deprecatedLastTimestamp",
        ],
    ),
    ("PersistentVolumeClaim", &["/spec/storageClassName", "/spec/accessModes", "/spec/resources", "/status"]),
    ("Lease", &["/spec"]),
];

/// Keeps of an object what a diagnosis reads, masked.
pub(super) fn masked(object: &mut Value) {
    let secrets = secrets_in(object);
    let mut kept = Map::new();
    for field in ["apiVersion", "kind"] {
        kept.extend(object.get(field).map(|value| (field.to_owned(), value.clone())));
    }
    let mut kept = Value::Object(kept);
    let paths = KEPT.iter().find(|(kind, _)| object["kind"] == *kind).map_or(&[][..], |(_, paths)| *paths);
    let metadata: Vec<String> = METADATA.iter().map(|field| format!("/metadata/{field}")).collect();
    for path in metadata.iter().map(String::as_str).chain(paths.iter().copied()) {
        if let Some(value) = object.pointer(path) {
            let configuration = value.as_str().filter(|_| path == CONFIGURATION).map(of_binlogs);
            put(&mut kept, path, configuration.map_or_else(|| value.clone(), Value::String));
        }
    }
    veiled(&mut kept, &secrets);
    *object = kept;
}

/// Returns a text masked line by line: what somebody else said is repeated only so.
pub fn masked_text(text: &str) -> String {
    let mut before = Before::default();
    text.split('\n').map(|line| before.line(line)).collect::<Vec<_>>().join("\n")
}

/// Returns the lines of a configuration of the database that say how long binlogs stay; the others may hold anything.
fn of_binlogs(configuration: &str) -> String {
    let is_kept = |line: &&str| {
        let line = line.trim_start().replace('-', "_").to_ascii_lowercase();
        line.starts_with('[') || line.contains("expire_logs")
    };
    configuration.lines().filter(is_kept).collect::<Vec<_>>().join("\n")
}

/// Puts a value at a path, making the objects on the way.
fn put(object: &mut Value, path: &str, value: Value) {
    let mut at = object;
    for part in path.split('/').skip(1) {
        at = &mut at[part];
    }
    *at = value;
}

/// Masks every text of a value; the values of environment variables altogether.
fn veiled(value: &mut Value, secrets: &[String]) {
    match value {
        Value::String(text) => {
            let without = secrets.iter().fold(text.clone(), |text, secret| text.replace(secret.as_str(), "***"));
            *text = masked_text(&without);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| veiled(item, secrets)),
        Value::Object(fields) => {
            fields.remove("annotations");
            for variable in fields.get_mut("env").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(value) = variable.get_mut("value") {
                    *value = "***".into();
                }
            }
            fields.values_mut().for_each(|field| veiled(field, secrets));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_handed_on_without_what_could_be_a_secret() {
        let mut pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "sesame"},
                "managedFields": [{"manager": "sesame"}]},
            "spec": {"nodeName": "n1", "containers": [{"env": [{"name": "X", "value": "sesame"}]}]},
            "status": {"message": "line one\ntoken: sesame-street"},
        });
        masked(&mut pod);
        let expected = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": "n1"},
            "status": {"message": "line one\ntoken: ***"}});
        assert_eq!(pod, expected);
        let env = json!([{"name": "ANY", "value": "sesame"}]);
        let mut cluster = json!({
            "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster", "metadata": {"name": "c"},
            "spec": {"secretsName": "x",
                "pxc": {"configuration": "[mysqld]\nwsrep_sst_auth=x:sesame\nloose-binlog-expire-logs-seconds=5"}, "backup": {"storages": {"a": {
                "annotations": {"x": "sesame"},
                "containerOptions": {"env": env, "args": {"xbcloud": ["--s3-secret-key=sesame12"]}},
                "s3": {"endpointUrl": "https://u:sesame@minio:9000", "credentialsSecret": "keys"}}}}},
        });
        masked(&mut cluster);
        assert!(!cluster.to_string().contains("sesame"), "{cluster}");
        let s3 = &cluster["spec"]["backup"]["storages"]["a"]["s3"];
        assert_eq!(s3, &json!({"endpointUrl": "https://***@minio:9000", "credentialsSecret": "keys"}));
        let mut other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "b"}});
        masked(&mut other);
        assert_eq!(other, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}}));
    }
}
