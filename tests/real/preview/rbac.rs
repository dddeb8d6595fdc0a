//! The rights that `overlays/rbac` grants: with exactly them it works, with one less it says which.

use std::path::Path;
use std::time::Duration;

use leeward::model::yaml;
use serde_json::{Value, json};

use super::change::{Change, root};
use super::stage::{Said, Stage, becomes};
use crate::bed::Bed;
use crate::operator;
use crate::room::until;

/// The rights to read.
const READ: &str = include_str!("../../../overlays/rbac/read-only.yaml");
/// The rights to ask for dry runs.
const DRY_RUN: &str = include_str!("../../../overlays/rbac/dry-run.yaml");

/// Who may do what the files say.
const ACCOUNT: &str = "system:serviceaccount:ci:leeward-preview";
/// The kinds of the change, in the order of the answer, and their resources.
const KINDS: [(&str, &str); 5] = [
    ("SealedSecret", "sealedsecrets.bitnami.com"),
    ("ExternalSecret", "externalsecrets.external-secrets.io"),
    ("PersistentVolumeClaim", "persistentvolumeclaims"),
    ("PerconaXtraDBCluster", "perconaxtradbclusters.pxc.percona.com"),
    ("PerconaXtraDBClusterBackup", "perconaxtradbclusterbackups.pxc.percona.com"),
];
/// The resources of controllers, and their objects.
const OWNERS: [(&str, &str); 2] = [
    ("kustomizations.kustomize.toolkit.fluxcd.io", "Kustomization flux-system/flux"),
    ("applications.argoproj.io", "Application argocd/argo"),
];

/// Where an object is.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    /// In Git.
    Git,
    /// On the cluster, as the controller marks it.
    Live,
}

/// Returns the objects that a change changes from one word to another: four that Flux applies, two that Argo CD does.
fn objects(word: &str, side: Side) -> Vec<Value> {
    let mut cluster = operator::sample("pxc");
    cluster["spec"]["backup"]["storages"]["minio"] = operator::storage(&format!("http://minio-{word}"));
    let object = |(version, kind, name): (&str, &str, &str), (field, value): (&str, Value)| {
        let metadata = json!({"name": name, "namespace": "pxc", "annotations": {"note": word}});
        json!({"apiVersion": version, "kind": kind, "metadata": metadata, field: value})
    };
    let backup = json!({"pxcCluster": "db", "storageName": word});
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let mut all = vec![
        cluster,
        object(("pxc.percona.com/v1", "PerconaXtraDBClusterBackup", "now"), ("spec", backup)),
        object(("v1", "PersistentVolumeClaim", "buffer"), ("spec", claim)),
        object(("v1", "Secret", "minio"), ("stringData", json!({"AWS_ACCESS_KEY_ID": "canary"}))),
        object(("external-secrets.io/v1", "ExternalSecret", "keys"), ("spec", json!({"refreshInterval": word}))),
        object(("bitnami.com/v1alpha1", "SealedSecret", "sealed"), ("spec", json!({"template": {"type": word}}))),
    ];
    for (at, object) in all.iter_mut().enumerate().filter(|_| side == Side::Live) {
        if at < 4 {
            object["metadata"]["labels"] = json!({"kustomize.toolkit.fluxcd.io/name": "flux", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"});
        } else {
            let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
            let group = object["apiVersion"].as_str().unwrap().split('/').next().unwrap();
            object["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] =
                format!("argo:{group}/{kind}:pxc/{name}").into();
        }
    }
    all
}

/// Returns the objects of the controllers, what Flux makes its root from, and the project of the Application.
fn owners() -> [Value; 4] {
    [
        json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": "flux", "namespace": "flux-system"},
            "spec": {"path": "./flux", "prune": true, "interval": "1h", "sourceRef": {"kind": "GitRepository", "name": "x"}},
        }),
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": "argo", "namespace": "argocd"},
            "spec": {
                "project": "default", "destination": {"namespace": "pxc", "server": "https://kubernetes.default.svc"},
                "source": {"repoURL": "https://git.example/x.git", "path": "argo", "targetRevision": "main"},
                "syncPolicy": {"automated": {"prune": true}, "syncOptions": ["ServerSideApply=true"]},
            },
        }),
        json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
            "metadata": {"name": "x", "namespace": "flux-system"},
            "spec": {"url": "https://git.example/x.git", "interval": "1h", "ref": {"branch": "main"}},
        }),
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
            "metadata": {"name": "default", "namespace": "argocd"},
            "spec": {"syncWindows": [{"kind": "deny", "schedule": "0 8 * * 1-5", "duration": "10h", "namespaces": ["pxc"]}]},
        }),
    ]
}

/// Returns a change of all objects.
fn change(stage: &Stage, name: &str) -> Change {
    let [flux, argo, _, _] = owners();
    let tree = |word: &str| {
        let objects = objects(word, Side::Git);
        let mut tree = root("flux", &objects[..4]);
        tree.extend(root("argo", &objects[4..]));
        tree.insert("owners/flux.json".to_owned(), flux.to_string());
        tree.insert("owners/argo.json".to_owned(), argo.to_string());
        tree
    };
    Change::new(stage.folder(name), &tree("old"), &tree("new"))
}

/// Returns what was shown of each object that is in trouble: its kind, the reason, the fact and the hint.
fn troubles(said: &Said) -> Vec<(String, String, String, String)> {
    let answer: Value = serde_json::from_str(&said.answer).expect("the answer is JSON");
    let roots = answer["roots"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    roots
        .flat_map(|root| root["objects"].as_array().into_iter().flatten())
        .filter(|object| object["trouble"].is_object())
        .map(|object| {
            let trouble = &object["trouble"];
            (text(&object["id"]["kind"]), text(&trouble["reason"]), text(&trouble["fact"]), text(&trouble["hint"]))
        })
        .collect()
}

/// Returns documents in which the rules of roles grant one verb on one resource less.
fn without(text: &str, verb: &str, resource: &str) -> String {
    let mut documents = yaml::documents(text).unwrap();
    for rules in documents.iter_mut().filter_map(|document| document.get_mut("rules")?.as_array_mut()) {
        let mut left = Vec::new();
        for mut rule in std::mem::take(rules) {
            let lists = |rule: &Value, list: &str, word: &str| rule[list].as_array().unwrap().contains(&json!(word));
            if lists(&rule, "resources", resource) && lists(&rule, "verbs", verb) {
                let mut less = rule.clone();
                less["resources"] = json!([resource]);
                less["verbs"].as_array_mut().unwrap().retain(|one| one != verb);
                rule["resources"].as_array_mut().unwrap().retain(|one| one != resource);
                left.push(less);
            }
            left.push(rule);
        }
        left.retain(|rule| ["resources", "verbs"].iter().all(|list| !rule[list].as_array().unwrap().is_empty()));
        if left.is_empty() {
            // An apply on the server keeps the rules that were there where none are given.
            left.push(json!({"apiGroups": [""], "resources": ["bindings"], "verbs": ["get"]}));
        }
        *rules = left;
    }
    documents.iter().fold(String::new(), |all, document| format!("{all}{document}\n---\n"))
}

/// Returns the trouble that a lacking right is.
fn lacking(kind: &str, verb: &str, resource: &str, namespace: &str) -> (String, String, String, String) {
    let place = format!("`{verb}` `{resource}` in namespace `{namespace}`");
    let hint = format!("grant verb `{verb}` on `{resource}` in namespace `{namespace}`");
    (kind.to_owned(), "forbidden".to_owned(), format!("service account `{ACCOUNT}` may not {place}"), hint)
}

pub(crate) fn with_the_shipped_rights_it_shows_everything_and_with_one_less_it_names_it(bed: &Bed) {
    let stage = bed.stage();
    if !operator::defined(&stage.cluster, "with_the_shipped_rights_it_shows_everything_and_with_one_less_it_names_it") {
        return;
    }
    for name in ["ci", "pxc", "flux-system", "argocd"] {
        stage.cluster.namespace(name).unwrap();
    }
    stage.cluster.apply(READ).unwrap();
    stage.deploy(&objects("old", Side::Live));
    stage.deploy(&owners());
    let (account, change) = (stage.account("ci", "leeward-preview"), change(stage, "shipped-rights"));
    insta::assert_snapshot!("read_only", stage.preview_as(&account, &change, &[]).whole());
    read_less(stage, &account, &change);
    secrets(stage, &account, &change);
    dry_runs(stage, &account, &change);
}

/// Takes away one right to read at a time.
fn read_less(stage: &Stage, account: &Path, change: &Change) {
    for (kind, resource) in KINDS {
        stage.cluster.apply(&without(READ, "get", resource.split('.').next().unwrap())).unwrap();
        let ask = || {
            let said = stage.preview_as(account, change, &["--format", "json"]);
            assert!(!said.answer.contains("no difference"), "{said:?}");
            let named = troubles(&said).into_iter().filter(|trouble| trouble.0 != "Secret").collect::<Vec<_>>();
            (said.code, named)
        };
        becomes(&(4, vec![lacking(kind, "get", resource, "pxc")]), ask);
    }
    for (resource, owner) in OWNERS {
        stage.cluster.apply(&without(READ, "get", resource.split('.').next().unwrap())).unwrap();
        let wanted = format!("`{owner}` was not read (");
        let named = until(Duration::from_secs(10), || {
            let said = stage.preview_as(account, change, &["--format", "json"]);
            if said.code == 4 && said.answer.contains(&wanted) { Ok(()) } else { Err(said.whole()) }
        });
        assert!(named.is_ok(), "{}", named.unwrap_err());
        let text = stage.preview_as(account, change, &[]);
        insta::assert_snapshot!(format!("without_{resource}"), text.whole());
    }
    // What is applied is shown all the same, and that nobody knows from which branch, or when.
    for (resource, unknown) in [
        ("gitrepositories", "which revision is followed is not known: `GitRepository flux-system/x` was not read ("),
        ("appprojects", "whether sync windows hold is not known: `AppProject argocd/default` was not read ("),
    ] {
        stage.cluster.apply(&without(READ, "get", resource)).unwrap();
        becomes(&(4, true), || {
            let said = stage.preview_as(account, change, &["--format", "json"]);
            (said.code, said.answer.contains(unknown))
        });
    }
    // Who may not ask for namespaces misses nothing here: this namespace is there.
    stage.cluster.apply(&without(READ, "get", "namespaces")).unwrap();
    becomes(&1, || stage.preview_as(account, change, &[]).code);
    stage.cluster.apply(READ).unwrap();
}

/// Asks for Secrets without the right to.
fn secrets(stage: &Stage, account: &Path, change: &Change) {
    for how in ["metadata", "keyed-digest"] {
        let wanted = (4, vec![lacking("Secret", "get", "secrets", "pxc")]);
        becomes(&wanted, || {
            let said = stage.preview_as(account, change, &["--format", "json", "--secrets", how]);
            (said.code, troubles(&said))
        });
    }
}

/// Asks for dry runs, without and with the rights, with one less, and for a write.
fn dry_runs(stage: &Stage, account: &Path, change: &Change) {
    let ask = || {
        let said = stage.preview_as(account, change, &["--format", "json", "--dry-run", "server"]);
        assert!(!said.answer.contains("no difference"), "{said:?}");
        (said.code, troubles(&said).into_iter().filter(|trouble| trouble.0 != "Secret").collect::<Vec<_>>())
    };
    becomes(&(4, KINDS.map(|(kind, resource)| lacking(kind, "patch", resource, "pxc")).to_vec()), ask);
    stage.cluster.apply(DRY_RUN).unwrap();
    becomes(&(1, Vec::new()), ask);
    insta::assert_snapshot!("dry_run", stage.preview_as(account, change, &["--dry-run", "server"]).whole());
    for (kind, resource) in KINDS {
        stage.cluster.apply(&without(DRY_RUN, "patch", resource.split('.').next().unwrap())).unwrap();
        becomes(&(4, vec![lacking(kind, "patch", resource, "pxc")]), ask);
    }
    stage.cluster.apply(DRY_RUN).unwrap();
    becomes(&(1, Vec::new()), ask);
    let account = account.display().to_string();
    let annotate = |value: &str, more: &[&str]| {
        let args = ["annotate", "--overwrite", "pxc", "db", "-n", "pxc", "--kubeconfig", &account];
        stage.cluster.kubectl(&[&args, &[value][..], more].concat())
    };
    let refused = until(Duration::from_secs(30), || match annotate("written=yes", &[]) {
        Err(why) if why.contains("this service account may only send dry runs") => Ok(()),
        other => Err(format!("{other:?}")),
    });
    assert_eq!(refused, Ok(()));
    let dry = annotate("written=dry", &["--dry-run=server"]);
    assert!(dry.is_ok(), "{dry:?}");
}
