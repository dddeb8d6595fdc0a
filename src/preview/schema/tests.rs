//! Every rule of the schema on its own, with the smallest schema that shows it.

use serde_json::{Value, json};

use super::{ListMerge, MapMerge, Node, Schema};
use crate::model::object::ObjectId;

/// Returns the schema of a definition whose `spec` is this.
pub(super) fn with_spec(spec: &Value) -> Schema {
    let schema = json!({"type": "object", "properties": {"spec": spec}});
    Schema::of_crd(&definition(&schema), "v1").unwrap()
}

/// Returns a definition with one version.
fn definition(schema: &Value) -> Value {
    let version = json!({"name": "v1", "schema": {"openAPIV3Schema": schema}});
    json!({"metadata": {"name": "things.g"}, "spec": {"versions": [version]}})
}

/// Returns an identity of a kind.
fn id(group: &str, version: &str, kind: &str) -> ObjectId {
    let [group, version, kind] = [group, version, kind].map(str::to_owned);
    ObjectId { group, version, kind, namespace: None, name: "any".to_owned() }
}

/// Returns what the API server makes of a `spec`.
fn defaulted(schema: &Value, spec: &Value) -> Value {
    let mut value = json!({ "spec": spec });
    with_spec(schema).defaulted(&mut value);
    value["spec"].take()
}

/// Returns what pruning leaves of a `spec`.
fn pruned(schema: &Value, spec: &Value) -> Value {
    let mut value = json!({ "spec": spec });
    with_spec(schema).pruned(&mut value);
    value["spec"].take()
}

/// Returns the place of a `spec`.
fn spec(schema: &Value) -> Node {
    with_spec(schema).root().child("spec").unwrap().clone()
}

#[test]
fn a_default_goes_into_an_object_that_is_there_and_makes_none() {
    let schema = json!({"type": "object", "properties": {
        "there": {"type": "object", "properties": {"deadline": {"type": "integer", "default": 1200}}},
        "made": {"type": "object", "default": {}, "properties": {"size": {"type": "integer", "default": 3}}},
    }});
    assert_eq!(defaulted(&schema, &json!({})), json!({"made": {"size": 3}}));
    let there = json!({"there": {"deadline": 1200}, "made": {"size": 3}});
    assert_eq!(defaulted(&schema, &json!({"there": {}})), there);
    let set = json!({"there": {"deadline": 1}, "made": {"size": 0}});
    assert_eq!(defaulted(&schema, &set), set);
}

#[test]
fn defaults_reach_into_lists_and_maps() {
    let one = json!({"type": "object", "properties": {"keep": {"type": "boolean", "default": true}}});
    let schema = json!({"type": "object", "properties": {
        "list": {"type": "array", "items": one}, "map": {"type": "object", "additionalProperties": one},
    }});
    let given = json!({"list": [{}, {"keep": false}], "map": {"a": {}}});
    let taken = json!({"list": [{"keep": true}, {"keep": false}], "map": {"a": {"keep": true}}});
    assert_eq!(defaulted(&schema, &given), taken);
}

#[test]
fn a_null_is_replaced_where_there_is_a_default_kept_where_it_may_be_and_dropped_elsewhere() {
    let schema = json!({"type": "object", "properties": {
        "default": {"type": "string", "default": "x"},
        "either": {"type": "string", "default": "x", "nullable": true},
        "nullable": {"type": "string", "nullable": true},
        "plain": {"type": "string"},
        "list": {"type": "array", "items": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    }});
    let given = json!({"default": null, "either": null, "nullable": null, "plain": null, "list": [null],
        "map": {"a": null}, "free": {"a": null}});
    let taken =
        json!({"default": "x", "either": null, "nullable": null, "list": [null], "map": {}, "free": {"a": null}});
    assert_eq!(defaulted(&schema, &given), taken);
}

#[test]
fn pruning_drops_what_the_schema_does_not_know() {
    let inner = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let schema = json!({"type": "object", "properties": {
        "list": {"type": "array", "items": inner}, "map": {"type": "object", "additionalProperties": inner},
        "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"shut": inner}},
        "bare": {"type": "object"}, "text": {"type": "string"},
    }});
    let given = json!({"no": 1, "list": [{"a": "", "b": 1}], "map": {"x": {"a": "", "b": 1}},
        "open": {"b": {"c": 1}, "shut": {"a": "", "b": 1}}, "bare": {"b": 1}, "text": "t"});
    let left = json!({"list": [{"a": ""}], "map": {"x": {"a": ""}}, "open": {"b": {"c": 1}, "shut": {"a": ""}},
        "bare": {}, "text": "t"});
    assert_eq!(pruned(&schema, &given), left);
}

#[test]
fn a_whole_object_keeps_its_kind_and_metadata() {
    let mut value = json!({"apiVersion": "g/v1", "kind": "K", "metadata": {"name": "n", "any": 1}, "other": 1});
    with_spec(&json!({"type": "object"})).pruned(&mut value);
    assert_eq!(value, json!({"apiVersion": "g/v1", "kind": "K", "metadata": {"name": "n", "any": 1}}));
    let embedded = json!({"type": "object", "x-kubernetes-embedded-resource": true, "properties": {}});
    let given = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "n"}, "spec": {}});
    assert_eq!(pruned(&embedded, &given), json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "n"}}));
}

#[test]
fn an_amount_is_one_where_the_schema_says_so() {
    let pattern = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";
    let schema = json!({"type": "object", "properties": {
        "amount": {"anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": pattern, "x-kubernetes-int-or-string": true},
        "port": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true},
        "text": {"type": "string"},
    }});
    let is_same = |name: &str, one: Value, other: Value| spec(&schema).same(&json!({name: one}), &json!({name: other}));
    assert!(is_same("amount", json!("1Gi"), json!("1024Mi")));
    assert!(is_same("amount", json!(0.5), json!("500m")));
    assert!(is_same("amount", json!(2), json!("2")));
    assert!(!is_same("amount", json!("1G"), json!("1Gi")));
    assert!(!is_same("amount", json!("many"), json!("1")));
    assert!(!is_same("port", json!(80), json!("80")));
    assert!(is_same("port", json!(80), json!(80.0)));
    assert!(!is_same("text", json!("1Gi"), json!("1024Mi")));
}

#[test]
fn null_is_missing_unless_the_schema_gives_it_a_meaning() {
    let schema = json!({"type": "object", "properties": {"plain": {"type": "string"}, "null": {"type": "string", "nullable": true}}});
    assert!(spec(&schema).same(&json!({"plain": null}), &json!({})));
    assert!(!spec(&schema).same(&json!({"null": null}), &json!({})));
    assert!(!spec(&schema).same(&json!({"plain": ""}), &json!({})));
    assert!(Schema::unknown().root().same(&json!({"a": {"b": null}}), &json!({"a": {}})));
}

#[test]
fn lists_and_maps_merge_as_the_schema_says() {
    let object = json!({"type": "object"});
    let schema = json!({"type": "object", "properties": {
        "plain": {"type": "array", "items": object},
        "set": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        "map": {"type": "array", "items": object, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a", "b"]},
        "whole": {"type": "object", "x-kubernetes-map-type": "atomic"},
    }});
    let spec = spec(&schema);
    let list = |name: &str| spec.child(name).unwrap().list_merge();
    let keys = ["a", "b"].map(str::to_owned).to_vec();
    assert_eq!([list("plain"), list("set"), list("map")], [ListMerge::Atomic, ListMerge::Set, ListMerge::Map(keys)]);
    assert_eq!(spec.child("whole").unwrap().map_merge(), MapMerge::Atomic);
    assert_eq!(spec.map_merge(), MapMerge::Granular);
}

#[test]
fn a_document_is_read_through_its_references() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let wrapped = |name: &str| json!({"allOf": [reference(name)], "default": {}, "description": "text"});
    let document = json!({"components": {"schemas": {
        "io.k8s.api.g.v1.Thing": {"type": "object", "properties": {
            "limits": {"type": "object", "additionalProperties": reference("io.k8s.apimachinery.pkg.api.resource.Quantity")},
            "list": {"type": "array", "items": wrapped("io.k8s.api.g.v1.Part"), "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"], "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge,retainKeys"},
            "raw": wrapped("io.k8s.apimachinery.pkg.runtime.RawExtension"),
        }, "x-kubernetes-group-version-kind": [{"group": "g", "version": "v0", "kind": "Thing"}, {"group": "g", "version": "v1", "kind": "Thing"}]},
        "io.k8s.api.g.v1.Part": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "default": ""},
            "protocol": {"type": "string", "default": "TCP"}, "part": reference("io.k8s.api.g.v1.Part")}},
        "io.k8s.apimachinery.pkg.api.resource.Quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
        "io.k8s.apimachinery.pkg.runtime.RawExtension": {"type": "object"},
    }}});
    let schema = Schema::of_document(&document, &id("g", "v1", "Thing")).unwrap();
    let list = schema.root().child("list").unwrap();
    assert!(
        list.patch().merges && list.patch().retains_keys && list.item().unwrap().child("name").unwrap().is_required()
    );
    assert_eq!(list.patch_merge_key(), Some("name"));
    let mut value = json!({"list": [{"part": {"any": 1}}], "raw": {"kept": 1}, "status": 1});
    schema.pruned(&mut value);
    schema.defaulted(&mut value);
    assert_eq!(value, json!({"list": [{"protocol": "TCP", "part": {"any": 1}}], "raw": {"kept": 1}}));
    assert!(schema.root().same(&json!({"limits": {"cpu": 1}}), &json!({"limits": {"cpu": "1000m"}})));
    assert_eq!(Schema::of_document(&document, &id("g", "v2", "Thing")), None);
    assert_eq!(schema.source(), "the cluster's OpenAPI");
}

#[test]
fn what_nobody_describes_is_atomic_in_lists_and_has_no_defaults() {
    let schema = Schema::unknown();
    let mut value = json!({"apiVersion": "g/v1", "spec": {"any": [1, null, {"a": null}]}});
    let before = value.clone();
    schema.defaulted(&mut value);
    schema.pruned(&mut value);
    assert_eq!((value, schema.source()), (before, "none"));
    assert_eq!((schema.root().list_merge(), schema.root().map_merge()), (ListMerge::Atomic, MapMerge::Granular));
}

#[test]
fn embedded_tables_are_found_by_kind_and_operator() {
    let source = |group: &str, kind: &str, operator: Option<&str>| {
        Schema::embedded(&id(group, "v1", kind), operator).map(|schema| schema.source().to_owned())
    };
    let cluster = |operator| source("pxc.percona.com", "PerconaXtraDBCluster", operator);
    assert_eq!(cluster(Some("1.20.0")).unwrap(), "operator 1.20.0 (embedded)");
    assert_eq!(cluster(Some("v1.17")).unwrap(), "operator 1.17.0 (embedded)");
    for unknown in [None, Some("1.16.0"), Some("1.2.0"), Some("1"), Some("main")] {
        assert_eq!(cluster(unknown), None, "{unknown:?}");
    }
    assert_eq!(source("", "Secret", None).unwrap(), "Kubernetes 1.34 (embedded)");
    assert_eq!(source("apps", "Deployment", Some("1.20.0")).unwrap(), "Kubernetes 1.34 (embedded)");
    assert_eq!(source("example.com", "Deployment", None), None);
    let operator = Schema::embedded(&id("pxc.percona.com", "v1", "PerconaXtraDBCluster"), Some("1.20.0")).unwrap();
    assert_eq!(operator.root().child("metadata").unwrap().child("finalizers").unwrap().list_merge(), ListMerge::Set);
}
