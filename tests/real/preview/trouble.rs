//! Every trouble that a real API server makes: each object says its own, the rest is shown, and nothing is called the same.

use std::path::Path;

use serde_json::{Value, json};

use super::change::{Change, root};
use super::stage::{Said, Stage, becomes};
use crate::bed::Bed;
use crate::room::free_port;

/// Where most of it happens.
const PLACE: &str = "trouble";

/// Returns a map in a namespace.
fn map(namespace: &str, name: &str, word: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": {"word": word},
    })
}

/// Returns what makes Flux apply them.
fn owner() -> Value {
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": "trouble", "namespace": "flux-system"},
        "spec": {"path": "./trouble", "prune": true, "interval": "1h", "sourceRef": {"kind": "GitRepository", "name": "y"}},
    })
}

/// Returns what Flux makes them from.
fn source() -> Value {
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
        "metadata": {"name": "y", "namespace": "flux-system"},
        "spec": {"url": "https://git.example/y.git", "interval": "1h", "ref": {"branch": "main"}},
    })
}

/// Returns a change of objects, which hold the word `old` or `new`.
fn change(stage: &Stage, name: &str, objects: impl Fn(&str) -> Vec<Value>) -> Change {
    let tree = |word: &str| {
        let mut tree = root(PLACE, &objects(word));
        tree.insert("owners/flux.json".to_owned(), owner().to_string());
        tree
    };
    Change::new(stage.folder(name), &tree("old"), &tree("new"))
}

/// Previews as Flux applies.
fn preview(stage: &Stage, kubeconfig: Option<&Path>, change: &Change, args: &[&str]) -> Said {
    let kubeconfig = kubeconfig.unwrap_or_else(|| stage.cluster.kubeconfig());
    stage.preview_as(kubeconfig, change, &[&["--controller", "flux"], args].concat())
}

pub(crate) fn a_server_that_cannot_be_asked_is_named_for_each_object(bed: &Bed) {
    let stage = bed.stage();
    let change = change(stage, "unasked", |word| vec![map(PLACE, "a", word), map(PLACE, "b", word)]);
    let port = free_port();
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let authority = stage.folder("unasked-pki").join("other.crt");
    std::fs::write(&authority, other.cert.pem()).unwrap();
    let cases = [
        ("garbage_token", "/users/0/user", json!({"token": "garbage"})),
        ("nobody_listens", "/clusters/0/cluster/server", json!(format!("https://127.0.0.1:{port}"))),
        ("unknown_name", "/clusters/0/cluster/server", json!("https://api.invalid:6443")),
        ("wrong_authority", "/clusters/0/cluster/certificate-authority", json!(authority)),
    ];
    for (name, pointer, value) in cases {
        let kubeconfig = stage.kubeconfig(name, &[(pointer, value)]);
        let said = preview(stage, Some(&kubeconfig), &change, &[]);
        insta::assert_snapshot!(name, said.whole().replace(&format!(":{port}"), ":PORT"));
        assert_eq!(said.code, 4);
    }
}

pub(crate) fn each_object_says_its_own_trouble_and_the_rest_is_shown(bed: &Bed) {
    let stage = bed.stage();
    for name in [PLACE, "ending", "flux-system"] {
        stage.cluster.namespace(name).unwrap();
    }
    stage.deploy(&[owner(), source()]);
    stage.deploy(&[map(PLACE, "fine", "old"), map(PLACE, "refused", "old"), held("old")]);
    stage.cluster.apply(REFUSAL).unwrap();
    stage.cluster.kubectl(&["delete", "namespace", "ending", "--wait=false"]).unwrap();
    let unserved = |word: &str| {
        let metadata = json!({"name": "unserved", "namespace": PLACE});
        json!({"apiVersion": "nobody.example/v1", "kind": "Widget", "metadata": metadata, "spec": {"word": word}})
    };
    let change = change(stage, "each-its-own", |word| {
        let here = |name: &str| map(PLACE, name, word);
        let all = vec![here("fine"), here("refused"), map("nowhere", "lost", word), map("ending", "late", word)];
        [all, vec![unserved(word), held(word)]].concat()
    });
    let ready =
        || preview(stage, None, &change, &["--dry-run", "server", "--format", "json"]).answer.contains("not this one");
    becomes(&true, ready);
    insta::assert_snapshot!("each_its_own", preview(stage, None, &change, &[]).whole());
    let said = preview(stage, None, &change, &["--dry-run", "server"]);
    insta::assert_snapshot!("each_its_own_dry_run", said.whole());
    assert_eq!(said.code, 4);
}

/// Returns an object that keeps its namespace from going.
fn held(word: &str) -> Value {
    let mut held = map("ending", "held", word);
    held["metadata"]["finalizers"] = json!(["testbed.example/held"]);
    held
}

/// A policy that refuses one object, and a webhook that is down for another.
const REFUSAL: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: refuses-one}
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: trouble}}
    resourceRules:
      - {apiGroups: [""], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [configmaps], resourceNames: [refused]}
  validations:
    - {expression: "false", message: not this one}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: refuses-one}
spec: {policyName: refuses-one, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: down.trouble.example}
webhooks:
  - name: down.trouble.example
    clientConfig: {url: "https://127.0.0.1:1/"}
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    timeoutSeconds: 2
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ending}}
    rules:
      - {apiGroups: [""], apiVersions: ["*"], operations: [UPDATE], resources: [configmaps]}
"#;
