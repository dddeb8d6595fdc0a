//! The operator's own files: sample clusters and CRDs by version. Read where they lie, never copied into this repository.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::skip::skip;
use crate::world::has_program;

/// The versions with a sample cluster, the folder of the sample, and the file with the CRD that goes with it.
pub(crate) const SAMPLES: [(&str, &str); 4] = [
    ("1.17.0", "1.17.0/deploy/crd.yaml"),
    ("1.18.0", "1.18.0/deploy/crd.yaml"),
    ("1.19.0", "1.19.0/deploy/crd.yaml"),
    // The CRD beside this sample lacks fields that 1.20.0 shipped; that of the chart is the released one.
    ("1.20.0-dev", "1.20.0/charts/pxc-operator/crds/crd.yaml"),
];

/// Returns the folder of the operator's files where it and a program that builds are there, for tests that judge builds;
/// says which test does without otherwise.
pub(crate) fn files_and_program(test: &str) -> Option<PathBuf> {
    operator_files(test).filter(|_| has_program(test))
}

/// Returns the folder of the operator's files where it is there; says which test does without otherwise.
pub(crate) fn operator_files(test: &str) -> Option<PathBuf> {
    let folder = root().join("pxc-operator");
    if !folder.is_dir() {
        skip(Some("data"), test, &format!("no `{}` (set LEEWARD_DATA)", folder.display()));
        return None;
    }
    Some(folder)
}

/// Returns where data lies.
#[expect(clippy::disallowed_methods, reason = "tests find their data through the environment")]
fn root() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    std::env::var_os("LEEWARD_DATA").map_or_else(beside, PathBuf::from)
}

/// Returns the sample cluster of a version, as text.
pub(crate) fn sample(files: &Path, version: &str) -> String {
    std::fs::read_to_string(files.join(version).join("deploy/cr.yaml")).unwrap()
}

/// The CRD of `PerconaXtraDBCluster` of one version.
pub(crate) struct Crd(Value);

impl Crd {
    /// Reads the CRD that goes with a sample.
    pub(crate) fn of(files: &Path, version: &str) -> Self {
        let (_, path) = SAMPLES.iter().find(|(known, _)| *known == version).unwrap();
        let text = std::fs::read_to_string(files.join(path)).unwrap();
        let of_clusters = |document: &&str| document.contains("\n    kind: PerconaXtraDBCluster\n");
        Self(serde_yaml::from_str(text.split("\n---\n").find(of_clusters).unwrap()).unwrap())
    }

    /// Returns the schema of a served version.
    pub(crate) fn schema(&self, name: &str) -> &Value {
        let versions = self.0["spec"]["versions"].as_array().unwrap();
        let version = versions.iter().find(|version| version["name"] == name && version["served"] == true);
        version.unwrap().pointer("/schema/openAPIV3Schema").unwrap()
    }
}
