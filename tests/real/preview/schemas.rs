//! The tables embedded in the program beside the real API server: what it says of each kind of the operator and of
//! Kubernetes, and what it makes of objects.

use std::time::Duration;

use leeward::model::object::ObjectId;
use leeward::model::yaml;
use leeward::preview::schema::Schema;
use serde_json::{Value, json};

use crate::bed::Bed;
use crate::kubernetes::Kubernetes;
use crate::operator;
use crate::places::differing;
use crate::room::until;

/// How long the API server may take to publish what it serves.
const SETTLE: Duration = Duration::from_mins(1);
/// The group of the operator.
const GROUP: &str = "pxc.percona.com";
/// The version of the operator whose definitions the cluster has.
const OPERATOR: Option<&str> = Some("1.20.0");
/// The minor version of Kubernetes that has a table.
const MINOR: &str = "34";
/// Kinds of Kubernetes that have one.
const BUILT_IN: [(&str, &str); 9] = [
    ("", "ConfigMap"),
    ("", "PersistentVolumeClaim"),
    ("", "Pod"),
    ("", "Secret"),
    ("", "Service"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("policy", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "Role"),
];

/// Returns an identity of a kind.
fn id(group: &str, version: &str, kind: &str) -> ObjectId {
    let [group, version, kind] = [group, version, kind].map(str::to_owned);
    ObjectId { group, version, kind, namespace: None, name: "any".to_owned() }
}

/// Returns the kinds that the operator's definitions serve.
fn kinds(cluster: &Kubernetes) -> Vec<ObjectId> {
    let list = cluster.read("/apis/apiextensions.k8s.io/v1/customresourcedefinitions").unwrap();
    let of_operator = list["items"].as_array().unwrap().iter().filter(|one| one["spec"]["group"] == GROUP);
    let served = |one: &Value| {
        let kind = one["spec"]["names"]["kind"].as_str().unwrap().to_owned();
        let versions = one["spec"]["versions"].as_array().unwrap().clone();
        let names = versions.into_iter().filter(|version| version["served"] == true);
        names.map(|version| id(GROUP, version["name"].as_str().unwrap(), &kind)).collect::<Vec<_>>()
    };
    of_operator.flat_map(served).collect()
}

/// Returns what the API server says of a kind, as soon as it does.
fn said(cluster: &Kubernetes, id: &ObjectId) -> Schema {
    let path =
        if id.group.is_empty() { format!("api/{}", id.version) } else { format!("apis/{}/{}", id.group, id.version) };
    let schema = until(SETTLE, || {
        let document = cluster.read(&format!("/openapi/v3/{path}"))?;
        Schema::of_document(&document, id).ok_or_else(|| format!("no `{}` in `{path}`", id.kind))
    });
    schema.unwrap()
}

pub(crate) fn the_embedded_tables_are_what_the_server_says_of_each_kind(bed: &Bed) {
    let stage = bed.stage();
    let mut kinds_here = Vec::new();
    if operator::defined(&stage.cluster, "the_embedded_tables_are_what_the_server_says_of_each_kind") {
        kinds_here = kinds(&stage.cluster);
        assert_eq!(kinds_here.len(), 5, "{kinds_here:?}");
    }
    // Who brings an API server of their own may bring another version.
    if stage.cluster.read("/version").unwrap()["minor"] == MINOR {
        kinds_here.extend(BUILT_IN.map(|(group, kind)| id(group, "v1", kind)));
    }
    for id in kinds_here {
        let (said, embedded) = (said(&stage.cluster, &id), Schema::embedded(&id, OPERATOR).unwrap());
        let mut places = 0;
        assert_eq!(differing(&id.kind, embedded.root(), said.root(), &mut places), None);
        assert!(places > 5, "{id}: {places} places");
    }
}

pub(crate) fn what_the_server_makes_of_objects_is_what_the_tables_make_of_them(bed: &Bed) {
    let stage = bed.stage();
    if !operator::defined(&stage.cluster, "what_the_server_makes_of_objects_is_what_the_tables_make_of_them") {
        return;
    }
    stage.cluster.namespace("tables").unwrap();
    for sample in samples() {
        let id = id(GROUP, "v1", sample["kind"].as_str().unwrap());
        let schema = Schema::embedded(&id, OPERATOR).unwrap();
        let mut made = sample.clone();
        schema.pruned(&mut made);
        schema.defaulted(&mut made);
        assert_ne!(made, sample, "a sample that shows nothing");
        let args = ["create", "--dry-run=server", "--validate=ignore", "-o", "json", "-f", "-"];
        let answer = until(SETTLE, || stage.cluster.feed(&args, &sample.to_string())).unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        let metadata = answer["metadata"].as_object_mut().unwrap();
        metadata
            .retain(|name, _| ["name", "namespace", "finalizers", "annotations", "labels"].contains(&name.as_str()));
        assert_eq!(answer, made);
    }
}

/// Returns objects for the definitions of 1.20: the whole sample of the version before, with fields that went since; one
/// with nulls and fields that nobody knows; and a restore.
fn samples() -> [Value; 3] {
    let one = |file: &str| {
        let mut value = yaml::documents(&operator::file(file)).unwrap().remove(0);
        value["metadata"]["namespace"] = "tables".into();
        value
    };
    let mut odd = operator::sample("tables");
    odd["spec"]["nobody"] = json!({"knows": [1]});
    odd["spec"]["pxc"]["sidecars"] = Value::Null;
    odd["spec"]["backup"]["pitr"] = json!({"enabled": true, "storageName": "minio", "timeBetweenUploads": null});
    odd["spec"]["backup"]["storages"]["minio"]["s3"]["unknown"] = json!("x");
    odd["spec"]["updateStrategy"] = Value::Null;
    let mut restore = one("1.19.0/deploy/backup/restore.yaml");
    restore["spec"]["pitr"] =
        json!({"type": "latest", "backupSource": {"storageName": "minio", "unknown": 1}, "date": null});
    [one("1.19.0/deploy/cr.yaml"), odd, restore]
}
