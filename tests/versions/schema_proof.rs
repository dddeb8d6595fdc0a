//! The walk over schemas proves itself: what it has to see it sees, and the samples of the operator pass.

use serde_json::{Value, json};

use crate::data::{Crd, SAMPLES, operator_files, sample};
use crate::schema::faults;

/// Returns a cluster with one S3 storage and one schedule.
fn cluster(s3: &Value, schedule: &Value) -> Value {
    let mut whole = json!({"name": "daily", "schedule": "0 0 * * *", "storageName": "minio-a"});
    for (name, value) in schedule.as_object().unwrap() {
        whole[name] = value.clone();
    }
    json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster", "metadata": {"name": "c", "labels": {"a": "b"}},
        "spec": {"backup": {"image": "i", "storages": {"minio-a": {"type": "s3", "s3": s3}}, "schedule": [whole]}},
    })
}

#[test]
fn sees_what_each_version_drops_in_silence() {
    let Some(files) = operator_files("sees_what_each_version_drops_in_silence") else { return };
    let ca = cluster(&json!({"bucket": "b", "caBundle": {"name": "ca", "key": "ca.crt"}}), &json!({}));
    let retention = cluster(&json!({}), &json!({"retention": {"type": "count", "count": 3}}));
    let prefix = cluster(&json!({"prefix": "p"}), &json!({"keep": 3}));
    let seen = SAMPLES.map(|(version, _)| {
        let crd = Crd::of(&files, version);
        [&ca, &retention, &prefix].map(|object| faults(crd.schema("v1"), object).join(", "))
    });
    let ca = "/spec/backup/storages/minio-a/s3/caBundle: pruned";
    let (retention, prefix) =
        ("/spec/backup/schedule/0/retention: pruned", "/spec/backup/storages/minio-a/s3/prefix: pruned");
    assert_eq!(seen, [[ca, retention, prefix], [ca, "", prefix], ["", "", prefix], ["", "", ""]]);
}

#[test]
fn sees_values_that_the_server_refuses() {
    let Some(files) = operator_files("sees_values_that_the_server_refuses") else { return };
    let crd = Crd::of(&files, "1.20.0-dev");
    let said = |s3: Value, schedule: Value| faults(crd.schema("v1"), &cluster(&s3, &schedule)).join(", ");
    let s3 = "/spec/backup/storages/minio-a/s3";
    assert_eq!(said(json!({"bucket": 7}), json!({})), format!("{s3}/bucket: not of type \"string\""));
    assert_eq!(said(json!({"bucket": null}), json!({})), format!("{s3}/bucket: null"));
    assert_eq!(said(json!({"caBundle": {"name": "ca"}}), json!({})), format!("{s3}/caBundle: `key` is missing"));
    assert_eq!(
        said(json!({"forcePathStyle": "yes"}), json!({})),
        format!("{s3}/forcePathStyle: not of type \"boolean\"")
    );
    let wrong = said(json!({}), json!({"retention": {"type": "days", "count": -1}}));
    let at = "/spec/backup/schedule/0/retention";
    assert_eq!(wrong, format!("{at}/count: -1 against minimum 0, {at}/type: \"days\" against enum [\"count\"]"));
    let mut bare = cluster(&json!({}), &json!({"storageName": "x"}));
    bare["spec"]["backup"]["schedule"][0].as_object_mut().unwrap().remove("storageName");
    bare["spec"]["backup"]["backoffLimit"] = json!(5_000_000_000_u64);
    bare["spec"]["backup"]["pitr"] = json!({"resources": {"limits": {"cpu": true, "memory": "1 GB"}}});
    let said = faults(crd.schema("v1"), &bare);
    let wanted = [
        "/spec/backup/backoffLimit: 5000000000 against format \"int32\"",
        "/spec/backup/pitr/resources/limits/cpu: not of type null",
        "/spec/backup/schedule/0: `storageName` is missing",
    ];
    assert!(wanted.iter().all(|fault| said.contains(&(*fault).to_owned())), "{said:#?}");
    assert_eq!(said.len(), 4, "{said:#?}");
    assert!(said[2].starts_with("/spec/backup/pitr/resources/limits/memory: \"1 GB\" against pattern"), "{said:#?}");
}

#[test]
fn names_a_keyword_it_does_not_know() {
    let schema = json!({"type": "object", "not": {"required": ["a"]}});
    assert_eq!(faults(&schema, &json!({})), [": keyword `not` is not known to this walk"]);
}

#[test]
fn passes_every_sample_of_the_operator() {
    let Some(files) = operator_files("passes_every_sample_of_the_operator") else { return };
    for (version, _) in SAMPLES {
        let object: Value = serde_yaml::from_str(&sample(&files, version)).unwrap();
        assert_eq!(faults(Crd::of(&files, version).schema("v1"), &object), [""; 0], "{version}");
    }
}
