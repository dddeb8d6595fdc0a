//! The operator's part of a cluster: its definitions of custom resources, and a small cluster that they accept.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::kubernetes::Kubernetes;
use crate::skip::skip;

/// Defines the operator's custom resources; where the operator's files are not here, names what the test skips.
pub(crate) fn defined(cluster: &Kubernetes, test: &str) -> bool {
    let definitions = files().join("1.20.0/charts/pxc-operator/crds/crd.yaml");
    let is_here = definitions.is_file();
    if is_here {
        cluster.define(&[&definitions]).expect("a cluster takes the operator's definitions");
    } else {
        skip(Some("data"), test, &format!("no `{}` (set LEEWARD_DATA)", definitions.display()));
    }
    is_here
}

/// Returns one of the operator's files: `1.19.0/deploy/cr.yaml`.
pub(crate) fn file(path: &str) -> String {
    std::fs::read_to_string(files().join(path)).expect("who has the definitions has the samples")
}

/// Returns where the operator's files are.
#[expect(clippy::disallowed_methods, reason = "a machine says by the environment where the operator's files lie")]
fn files() -> PathBuf {
    let data = std::env::var_os("LEEWARD_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    data.join("pxc-operator")
}

/// Returns a cluster that backs up to a storage `minio`.
pub(crate) fn sample(namespace: &str) -> Value {
    json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
        "metadata": {"name": "db", "namespace": namespace},
        "spec": {
            "crVersion": "1.20.0", "pxc": {"size": 3, "image": "pxc"},
            "backup": {"image": "backup", "storages": {"minio": storage("http://minio")}},
        },
    })
}

/// Returns a storage behind an address.
pub(crate) fn storage(endpoint: &str) -> Value {
    json!({"type": "s3", "s3": {"bucket": "b", "credentialsSecret": "keys", "endpointUrl": endpoint}})
}
