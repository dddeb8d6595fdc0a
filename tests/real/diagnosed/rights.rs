//! The rights that `overlays/rbac/diagnose.yaml` grants: with exactly them everything is seen, with one less that is named.

use std::time::Duration;

use leeward::model::yaml;
use serde_json::{Value, json};

use super::ward::{Said, Ward, corpus};
use crate::bed::Bed;
use crate::room::until;

/// The rights as they are shipped, for namespace `pxc`.
const SHIPPED: &str = include_str!("../../../overlays/rbac/diagnose.yaml");
/// Who may do what the file says.
const ACCOUNT: &str = "leeward-diagnose";
/// How long the API server may take to know of a change of rights.
const SETTLE: Duration = Duration::from_secs(30);

/// Each right: the verb, the resource as a rule names it, and what cannot be seen without it.
const RIGHTS: [(&str, &str, &str); 8] = [
    ("get", "perconaxtradbclusters.pxc.percona.com", "the cluster itself"),
    ("list", "perconaxtradbclusterbackups.pxc.percona.com", "Backups"),
    ("list", "jobs.batch", "Jobs of backups"),
    ("list", "pods", "pods of backups"),
    ("get", "pods/log", "the log of pod"),
    ("list", "events", "events"),
    ("list", "persistentvolumeclaims", "claims of volumes"),
    ("get", "leases.coordination.k8s.io", "the lock of backups"),
];

pub(crate) fn with_the_shipped_rights_it_sees_everything_and_with_one_less_it_names_it(bed: &Bed) {
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1G"}}});
    let nas = json!({"type": "filesystem", "volume": {"persistentVolumeClaim": claim}});
    let block =
        json!({"backoffLimit": 0, "allowParallel": false, "storages": {"nas": nas}, "pitr": {"enabled": false}});
    let ward = Ward::ready(bed, &block);
    let cluster = &ward.percona.cluster;
    cluster.namespace("ci").unwrap();
    // The operator's own pod carries no labels here: it is a process beside the cluster.
    let labels = ["app.kubernetes.io/component=operator", "app.kubernetes.io/name=percona-xtradb-cluster-operator"];
    let args = ["label", "--overwrite", "pod", "operator", "-n", "pxc-operator"];
    cluster.kubectl(&[&args[..], &labels].concat()).unwrap();
    ward.back_up("one", "minio");
    ward.fail("one", &corpus("AccessKeyUnknown", "aws-1.17"));
    ward.percona.backup(&ward.namespace, "one", "Failed").unwrap();
    let shipped = SHIPPED.replace("namespace: pxc\n", &format!("namespace: {}\n", ward.namespace));
    cluster.apply(&shipped).unwrap();
    let account = ward.account("ci", ACCOUNT);
    let whole = until(SETTLE, || {
        let said = ward.diagnosed_as(&account, &[]);
        let forbidden = of_reason(&said, "forbidden");
        if forbidden.is_empty() { Ok(said) } else { Err(format!("{forbidden:?}")) }
    });
    assert_eq!(whole.unwrap().json("/cause"), "AccessKeyUnknown");
    for (verb, resource, what) in RIGHTS {
        cluster.apply(&without(&shipped, verb, resource)).unwrap();
        if resource == "pods" {
            // Whoever may list all pods of the cluster may list those of the namespace.
            cluster.kubectl(&["delete", "clusterrolebinding", "leeward-diagnose-operator"]).unwrap();
        }
        let hint = format!("grant verb `{verb}` on `{resource}` in namespace `{}`", ward.namespace);
        let named = until(SETTLE, || {
            let said = ward.diagnosed_as(&account, &[]);
            let forbidden = of_reason(&said, "forbidden");
            let is_named = |(unseen, mended): &(String, String)| unseen.starts_with(what) && *mended == hint;
            if forbidden.iter().any(is_named) { Ok(said) } else { Err(format!("{resource}: {said:?}")) }
        });
        let said = named.unwrap();
        // Without the pods or what they log nobody knows the cause, and nobody says one.
        let left = if resource.starts_with("pods") { ("CannotTell", 4) } else { ("AccessKeyUnknown", 0) };
        assert_eq!((said.json("/cause").as_str().unwrap(), said.code), left, "{resource}: {said:?}");
    }
    cluster.apply(&shipped).unwrap();
}

/// Returns what could not be seen for a reason, with what mends it.
fn of_reason(said: &Said, reason: &str) -> Vec<(String, String)> {
    let unseen = said.json("/site/unseen");
    let of_reason = unseen.as_array().into_iter().flatten().filter(|line| line["reason"] == reason);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    of_reason.map(|line| (text(&line["what"]), text(&line["hint"]))).collect()
}

/// Returns the documents with one rule less in the role of the cluster's namespace.
fn without(shipped: &str, verb: &str, resource: &str) -> String {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let mut documents = yaml::documents(shipped).unwrap();
    for document in documents.iter_mut().filter(|document| document["metadata"]["name"] == "leeward-diagnose") {
        let Some(rules) = document.get_mut("rules").and_then(Value::as_array_mut) else { continue };
        let before = rules.len();
        rules.retain(|rule| *rule != json!({"apiGroups": [group], "resources": [plural], "verbs": [verb]}));
        assert_eq!(rules.len(), before - 1, "{verb} {resource}");
    }
    documents.retain(|document| resource != "pods" || document["kind"] != "ClusterRoleBinding");
    documents.iter().fold(String::new(), |all, document| format!("{all}{document}\n---\n"))
}
