//! The embedded schemas on the operator's own files: its samples hold no field that is unknown, and the defaults are those
//! that its definitions write down, no more.

use std::collections::BTreeMap;
use std::path::Path;

use leeward::model::object::Object;
use leeward::preview::schema::{Node, Schema};
use serde_json::{Value, json};

use crate::data::{SAMPLES, operator_files};
use crate::tables::definitions;

/// Returns the operator's objects in the files of a folder, and in those of its `backup` folder.
fn objects(folder: &Path) -> Vec<Object> {
    let files = [folder.to_owned(), folder.join("backup")].map(|folder| std::fs::read_dir(folder).unwrap());
    let paths = files.into_iter().flatten().map(|entry| entry.unwrap().path());
    let texts = paths.filter(|path| path.is_file() && !path.ends_with("crd.yaml"));
    let texts: Vec<String> = texts.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let documents = texts.iter().flat_map(|text| text.split("\n---"));
    let values = documents.map(|document| serde_yaml::from_str::<Value>(document).unwrap());
    values.map(Object::new).filter(|object| object.id.group == "pxc.percona.com").collect()
}

/// Returns the paths of what one value has and another has not.
fn added(path: &str, before: &Value, after: &Value) -> Vec<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let of_field = |(name, value): (&String, &Value)| match before.get(name) {
                Some(before) => added(&format!("{path}.{name}"), before, value),
                None => vec![format!("{path}.{name} = {value}")],
            };
            after.iter().flat_map(of_field).collect()
        }
        (Value::Array(before), Value::Array(after)) => {
            let items = before.iter().zip(after).enumerate();
            items.flat_map(|(at, (before, after))| added(&format!("{path}[{at}]"), before, after)).collect()
        }
        _ if before == after => Vec::new(),
        _ => vec![format!("{path}: {before} -> {after}")],
    }
}

/// Returns every default that a schema of a definition writes down, by path.
fn written(path: &str, schema: &Value, found: &mut BTreeMap<String, Value>) {
    if let Some(default) = schema.get("default") {
        found.insert(path.to_owned(), default.clone());
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        written(&format!("{path}.{name}"), field, found);
    }
    for (word, sign) in [("items", "[]"), ("additionalProperties", "{}")] {
        written_inside(&format!("{path}{sign}"), &schema[word], found);
    }
}

/// Does the same for what may not be there.
fn written_inside(path: &str, schema: &Value, found: &mut BTreeMap<String, Value>) {
    if schema.is_object() {
        written(path, schema, found);
    }
}

/// Returns every default below a place, by path.
fn known(path: &str, node: &Node, found: &mut BTreeMap<String, Value>) {
    if let Some(default) = node.default() {
        found.insert(path.to_owned(), default.clone());
    }
    for (name, field) in node.fields().filter(|(name, _)| !(path.is_empty() && *name == "metadata")) {
        known(&format!("{path}.{name}"), field, found);
    }
    for (sign, inner) in [("[]", node.item()), ("{}", node.values())] {
        if let Some(inner) = inner {
            known(&format!("{path}{sign}"), inner, found);
        }
    }
}

#[test]
fn no_sample_of_the_operator_holds_a_field_that_its_table_does_not_know() {
    let Some(files) = operator_files("no_sample_of_the_operator_holds_a_field_that_its_table_does_not_know") else {
        return;
    };
    for (version, _) in SAMPLES {
        let objects = objects(&files.join(version).join("deploy"));
        for Object { id, value } in &objects {
            let schema = Schema::embedded(id, Some(version)).unwrap_or_else(|| panic!("no {id} of {version}"));
            let mut pruned = value.clone();
            schema.pruned(&mut pruned);
            assert_eq!(added("", &pruned, value), [""; 0], "{version} {id} by {}", schema.source());
            let mut defaulted = value.clone();
            schema.defaulted(&mut defaulted);
            assert!(schema.root().same(value, value) && added("", &defaulted, value) == [""; 0], "{version} {id}");
        }
        eprintln!("{version}: {} objects, no field unknown", objects.len());
    }
}

#[test]
fn the_defaults_are_those_that_the_definitions_write_down() {
    let Some(files) = operator_files("the_defaults_are_those_that_the_definitions_write_down") else { return };
    for (version, file) in SAMPLES {
        for crd in definitions(&files.join(file)) {
            let schema = Schema::of_crd(&crd, "v1").unwrap();
            let versions = crd["spec"]["versions"].as_array().unwrap();
            let v1 = versions.iter().find(|one| one["name"] == "v1").unwrap();
            let [mut of_crd, mut of_schema] = [BTreeMap::new(), BTreeMap::new()];
            written("", v1.pointer("/schema/openAPIV3Schema").unwrap(), &mut of_crd);
            known("", schema.root(), &mut of_schema);
            assert_eq!(of_crd, of_schema);
            eprintln!("{version} {}: {} defaults", crd["spec"]["names"]["kind"], of_crd.len());
        }
    }
}

/// What an API server 1.34.4 with the definitions of 1.20.0 answered to a dry run, in the parts that it changed: unknown
/// fields gone, nulls gone or replaced, defaults in the objects that are there.
#[test]
fn a_cluster_of_1_20_becomes_what_an_api_server_made_of_it() {
    let given = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster", "metadata": {"name": "db"},
        "spec": {
            "extra": null, "passwordGenerationOptions": {}, "logcollector": null,
            "backup": {
                "runningDeadlineSeconds": null, "unknown": {"x": 1},
                "schedule": [{"name": "n", "retention": {"type": "count", "count": 3}}, {"name": "m", "keep": 3}],
                "storages": {
                    "new": {"type": "s3", "s3": {"bucket": "b", "zz": 1, "prefix": null, "caBundle": {"key": "k"}}},
                    "volume": {"volume": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "1024Mi"}}, "foo": null}}},
                },
            },
            "pxc": {
                "nodeSelector": null, "resources": {"requests": {"cpu": 1}},
                "sidecars": [{"name": "a", "ports": [{"containerPort": 80}], "envFrom": [{"secretRef": {}}]}],
            },
        },
        "unknown": {"a": null, "b": [1]},
    });
    let made = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster", "metadata": {"name": "db"},
        "spec": {
            "passwordGenerationOptions": {"maxLength": 20, "minLength": 16, "symbols": "!#$%&()*+,-.<=>?@[]^_{}~"},
            "backup": {
                "runningDeadlineSeconds": 1200,
                "schedule": [
                    {"name": "n", "retention": {"type": "count", "count": 3, "deleteFromStorage": true}},
                    {"name": "m", "keep": 3},
                ],
                "storages": {
                    "new": {"type": "s3", "s3": {"bucket": "b", "caBundle": {"key": "k", "name": ""}}},
                    "volume": {"volume": {"persistentVolumeClaim": {"resources": {"requests": {"storage": "1024Mi"}}}}},
                },
            },
            "pxc": {
                "resources": {"requests": {"cpu": 1}},
                "sidecars": [{
                    "name": "a", "ports": [{"containerPort": 80, "protocol": "TCP"}], "envFrom": [{"secretRef": {"name": ""}}],
                }],
            },
        },
        "unknown": {"a": null, "b": [1]},
    });
    let object = Object::new(given);
    let schema = Schema::embedded(&object.id, Some("1.20.0")).unwrap();
    let mut value = object.value;
    schema.defaulted(&mut value);
    schema.pruned(&mut value);
    assert_eq!(value, made);
}
