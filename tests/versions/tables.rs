//! The tables embedded in the program, held against what they were made from: the operator's custom resource definitions
//! and Kubernetes' own OpenAPI documents. `LEEWARD_UPDATE=1` writes them anew.

mod write;

use std::path::{Path, PathBuf};

use leeward::model::object::ObjectId;
use leeward::preview::schema::Schema;
use serde_json::Value;

use crate::data::operator_files;
use crate::places::differing;
use crate::skip::skip;

/// The operator's versions and the files with their definitions.
const OPERATORS: [(&str, &str); 4] = [
    ("1.17.0", "1.17.0/deploy/crd.yaml"),
    ("1.18.0", "1.18.0/deploy/crd.yaml"),
    ("1.19.0", "1.19.0/deploy/crd.yaml"),
    ("1.20.0", "1.20.0/charts/pxc-operator/crds/crd.yaml"),
];
/// The Go module whose documents describe the kinds of Kubernetes.
const KUBERNETES: &str = "k8s.io/kubernetes@v1.34.4";
/// The documents by group and version, and the kinds taken from each.
const BUILT_IN: [(&str, &str, &[&str]); 7] = [
    ("", "api__v1", &["ConfigMap", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount"]),
    ("apps", "apis__apps__v1", &["DaemonSet", "Deployment", "StatefulSet"]),
    ("batch", "apis__batch__v1", &["CronJob", "Job"]),
    ("networking.k8s.io", "apis__networking.k8s.io__v1", &["Ingress", "NetworkPolicy"]),
    ("policy", "apis__policy__v1", &["PodDisruptionBudget"]),
    (
        "rbac.authorization.k8s.io",
        "apis__rbac.authorization.k8s.io__v1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    ),
    ("storage.k8s.io", "apis__storage.k8s.io__v1", &["StorageClass"]),
];

/// Returns an identity of a kind.
fn id(group: &str, version: &str, kind: &str) -> ObjectId {
    let [group, version, kind] = [group, version, kind].map(str::to_owned);
    ObjectId { group, version, kind, namespace: None, name: "any".to_owned() }
}

/// Returns the custom resource definitions of a file.
pub(crate) fn definitions(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    let documents = text.split("\n---\n").map(|document| serde_yaml::from_str::<Value>(document).unwrap());
    documents.filter(|document| document["kind"] == "CustomResourceDefinition").collect()
}

/// Returns the schemas of every served version in a file.
fn of_operator(file: &Path) -> Vec<(ObjectId, Schema)> {
    let mut schemas = Vec::new();
    for crd in definitions(file) {
        let served = crd["spec"]["versions"].as_array().unwrap().iter().filter(|version| version["served"] == true);
        for version in served.map(|version| version["name"].as_str().unwrap()) {
            let text = |pointer: &str| crd.pointer(pointer).unwrap().as_str().unwrap();
            let id = id(text("/spec/group"), version, text("/spec/names/kind"));
            schemas.push((id, Schema::of_crd(&crd, version).unwrap()));
        }
    }
    schemas
}

/// Returns the folder of Kubernetes' documents where the module is there; says which test does without otherwise.
#[expect(clippy::disallowed_methods, reason = "tests find their data through the environment")]
fn kubernetes_documents(test: &str) -> Option<PathBuf> {
    let under = |name: &str, inner: &str| std::env::var_os(name).map(|folder| PathBuf::from(folder).join(inner));
    let cache = under("GOMODCACHE", "").or_else(|| under("GOPATH", "pkg/mod")).or_else(|| under("HOME", "go/pkg/mod"));
    let folder = cache.unwrap_or_default().join(KUBERNETES).join("api/openapi-spec/v3");
    if !folder.is_dir() {
        skip(None, test, &format!("no `{}` (the Go module is not in the cache)", folder.display()));
        return None;
    }
    Some(folder)
}

/// Returns the schemas of the kinds of Kubernetes.
fn of_kubernetes(folder: &Path) -> Vec<(ObjectId, Schema)> {
    let of_document = |(group, file, kinds): &(&str, &str, &[&str])| {
        let text = std::fs::read(folder.join(format!("{file}_openapi.json"))).unwrap();
        let document: Value = serde_json::from_slice(&text).unwrap();
        let schema = |kind: &&str| {
            let id = id(group, "v1", kind);
            let schema = Schema::of_document(&document, &id).unwrap();
            (id, schema)
        };
        kinds.iter().map(schema).collect::<Vec<_>>()
    };
    BUILT_IN.iter().flat_map(of_document).collect()
}

/// Returns where a table lies.
fn table(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/preview/schema/tables").join(name)
}

/// Returns whether tables are to be written; the program that runs then still has the old ones inside.
#[expect(clippy::disallowed_methods, reason = "a person says by the environment that tables are to be written")]
fn is_update() -> bool {
    std::env::var_os("LEEWARD_UPDATE").is_some()
}

/// Compares a table with what it should be, or writes it where asked to.
fn hold(name: &str, text: &str) {
    if is_update() {
        std::fs::write(table(name), text).unwrap();
    }
    let there = std::fs::read_to_string(table(name)).unwrap();
    assert!(
        there == text,
        "`{name}` is not what its source gives: run with LEEWARD_UPDATE=1 and look at the difference"
    );
}

/// Holds every embedded schema against the one it was made from.
fn hold_places(schemas: &[(ObjectId, Schema)], operator: Option<&str>) {
    for (id, schema) in schemas.iter().filter(|_| !is_update()) {
        let embedded = Schema::embedded(id, operator).unwrap_or_else(|| panic!("no {id:?} of {operator:?}"));
        let mut places = 0;
        assert_eq!(differing(&id.kind, embedded.root(), schema.root(), &mut places), None);
        eprintln!("{} {}: {places} places as in its source", embedded.source(), id.kind);
    }
}

#[test]
fn the_tables_of_the_operator_are_what_its_definitions_say() {
    let Some(files) = operator_files("the_tables_of_the_operator_are_what_its_definitions_say") else { return };
    for (version, file) in OPERATORS {
        let schemas = of_operator(&files.join(file));
        let source = write::Source { of: format!("operator {version}"), files: vec![write::fingerprint(&files, file)] };
        hold(&format!("pxc-{version}.txt"), &write::table(&source, &schemas, write::Metadata::LeftOut));
        hold_places(&schemas, Some(version));
    }
}

#[test]
fn the_table_of_kubernetes_is_what_its_documents_say() {
    let Some(folder) = kubernetes_documents("the_table_of_kubernetes_is_what_its_documents_say") else { return };
    let schemas = of_kubernetes(&folder);
    let file = |(_, file, _): &(&str, &str, &[&str])| write::fingerprint(&folder, &format!("{file}_openapi.json"));
    let source = write::Source { of: "Kubernetes 1.34".to_owned(), files: BUILT_IN.iter().map(file).collect() };
    hold("kubernetes-1.34.txt", &write::table(&source, &schemas, write::Metadata::Written));
    hold_places(&schemas, None);
}
