//! What Kubernetes' own Go types do to objects of their kinds and no document names: the defaults that the API server
//! fills in, and the empty structs that a Go program always writes. Asked by the prediction, by `drift` and for what Flux
//! sends. Must never touch a custom resource, nor fill in what depends on more than the object itself.

use serde_json::{Map, Value, json};

use super::identity::is_built_in;
use super::schema::Schema;
use crate::model::object::ObjectId;

/// What a kind gets where it has nothing: group, kind, place, field, JSON.
const DEFAULTS: [(&str, &str, &str, &str, &str); 31] = [
    ("apps", "Deployment", "/spec", "replicas", "1"),
    ("apps", "Deployment", "/spec", "strategy", r#"{"type":"RollingUpdate"}"#),
    ("apps", "Deployment", "/spec/strategy", "type", r#""RollingUpdate""#),
    ("apps", "Deployment", "/spec", "revisionHistoryLimit", "10"),
    ("apps", "Deployment", "/spec", "progressDeadlineSeconds", "600"),
    ("apps", "ReplicaSet", "/spec", "replicas", "1"),
    ("apps", "DaemonSet", "/spec", "revisionHistoryLimit", "10"),
    ("apps", "StatefulSet", "/spec", "replicas", "1"),
    ("apps", "StatefulSet", "/spec", "podManagementPolicy", r#""OrderedReady""#),
    ("apps", "StatefulSet", "/spec", "revisionHistoryLimit", "10"),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec", "minReplicas", "1"),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior", "scaleUp", "{}"),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior/scaleUp", "policies", SCALE_UP),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior/scaleUp", "selectPolicy", r#""Max""#),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior/scaleUp", "stabilizationWindowSeconds", "0"),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior", "scaleDown", "{}"),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior/scaleDown", "policies", SCALE_DOWN),
    ("autoscaling", "HorizontalPodAutoscaler", "/spec/behavior/scaleDown", "selectPolicy", r#""Max""#),
    ("batch", "Job", "/spec", "backoffLimit", "6"),
    ("batch", "Job", "/spec", "completionMode", r#""NonIndexed""#),
    ("batch", "Job", "/spec", "suspend", "false"),
    ("batch", "CronJob", "/spec", "concurrencyPolicy", r#""Allow""#),
    ("batch", "CronJob", "/spec", "suspend", "false"),
    ("batch", "CronJob", "/spec", "successfulJobsHistoryLimit", "3"),
    ("batch", "CronJob", "/spec", "failedJobsHistoryLimit", "1"),
    ("", "PersistentVolume", "/spec", "persistentVolumeReclaimPolicy", r#""Retain""#),
    ("", "PersistentVolume", "/spec", "volumeMode", r#""Filesystem""#),
    ("", "PersistentVolumeClaim", "/spec", "volumeMode", r#""Filesystem""#),
    ("", "Secret", "", "type", r#""Opaque""#),
    ("", "Service", "/spec", "sessionAffinity", r#""None""#),
    ("", "Service", "/spec", "type", r#""ClusterIP""#),
];
/// How an autoscaler adds pods where it is not told.
const SCALE_UP: &str =
    r#"[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]"#;
/// How it takes pods away.
const SCALE_DOWN: &str = r#"[{"type":"Percent","value":100,"periodSeconds":15}]"#;
/// Where pods stand in a kind.
const TEMPLATES: [(&str, &str, &str); 7] = [
    ("apps", "Deployment", "/spec/template"),
    ("apps", "StatefulSet", "/spec/template"),
    ("apps", "DaemonSet", "/spec/template"),
    ("apps", "ReplicaSet", "/spec/template"),
    ("batch", "Job", "/spec/template"),
    ("batch", "CronJob", "/spec/jobTemplate/spec/template"),
    ("", "Pod", ""),
];
/// What a pod gets where it has nothing.
const OF_POD: [(&str, &str); 5] = [
    ("dnsPolicy", r#""ClusterFirst""#),
    ("restartPolicy", r#""Always""#),
    ("schedulerName", r#""default-scheduler""#),
    ("securityContext", "{}"),
    ("terminationGracePeriodSeconds", "30"),
];
/// What a container gets where it has nothing.
const OF_CONTAINER: [(&str, &str); 3] = [
    ("resources", "{}"),
    ("terminationMessagePath", r#""/dev/termination-log""#),
    ("terminationMessagePolicy", r#""File""#),
];
/// Empty structs that a Go program always writes: group, kind, place, field.
const WRITTEN: [(&str, &str, &str, &str); 7] = [
    ("apps", "Deployment", "/spec", "strategy"),
    ("apps", "StatefulSet", "/spec", "updateStrategy"),
    ("apps", "DaemonSet", "/spec", "updateStrategy"),
    ("batch", "CronJob", "/spec/jobTemplate", "metadata"),
    ("networking.k8s.io", "NetworkPolicy", "/spec", "podSelector"),
    ("", "PersistentVolumeClaim", "/spec", "resources"),
    ("", "Service", "", "spec"),
];

/// Fills in what the API server fills in: what the schema says, and what it keeps to itself.
pub(super) fn defaulted(id: &ObjectId, schema: &Schema, value: &mut Value) {
    schema.defaulted(value);
    if !is_built_in(id) {
        return;
    }
    let is_of = |group: &str, kind: &str| id.group == group && id.kind == kind;
    for (group, kind, place, field, json) in DEFAULTS {
        if is_of(group, kind) {
            fill(value.pointer_mut(place), field, json);
        }
    }
    if is_of("apps", "Deployment") && is_rolling(value) {
        fill(value.pointer_mut("/spec/strategy"), "rollingUpdate", "{}");
        for field in ["maxSurge", "maxUnavailable"] {
            fill(value.pointer_mut("/spec/strategy/rollingUpdate"), field, r#""25%""#);
        }
    }
    if is_of("", "Service") {
        service(value);
    }
    // How images are pulled depends on admission too: left open.
    if let Some(pod) = template(id).and_then(|at| value.pointer_mut(&format!("{at}/spec"))) {
        for (field, json) in OF_POD {
            fill(Some(pod), field, json);
        }
        each_container(pod, |container| {
            for (field, json) in OF_CONTAINER {
                fill(Some(container), field, json);
            }
        });
    }
}

/// Writes the empty structs that a Go program writes when it reads an object and writes it back.
pub(super) fn written(id: &ObjectId, value: &mut Value) {
    for (group, kind, place, field) in WRITTEN {
        if id.group == group && id.kind == kind {
            fill(value.pointer_mut(place), field, "{}");
        }
    }
    let Some(at) = template(id) else { return };
    fill(value.pointer_mut(at), "metadata", "{}");
    if let Some(pod) = value.pointer_mut(&format!("{at}/spec")) {
        each_container(pod, |container| fill(Some(container), "resources", "{}"));
    }
}

/// Returns where the pods of a kind stand.
fn template(id: &ObjectId) -> Option<&'static str> {
    TEMPLATES.iter().find(|(group, kind, _)| id.group == *group && id.kind == *kind).map(|(_, _, at)| *at)
}

/// Does something to each container of a pod.
fn each_container(pod: &mut Value, mut act: impl FnMut(&mut Value)) {
    for list in ["containers", "initContainers"] {
        pod.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(&mut act);
    }
}

/// Writes a field where it is missing from a map that is there.
fn fill(place: Option<&mut Value>, field: &str, json: &str) {
    let Some(fields) = place.and_then(Value::as_object_mut) else { return };
    if fields.get(field).is_none_or(Value::is_null) {
        let default = serde_json::from_str(json).unwrap_or_else(|_| Value::Object(Map::new()));
        fields.insert(field.to_owned(), default);
    }
}

/// Returns whether a deployment replaces its pods step by step.
fn is_rolling(value: &Value) -> bool {
    value.pointer("/spec/strategy/type").is_some_and(|kind| *kind == json!("RollingUpdate"))
}

/// Fills in what depends on other fields of a service.
fn service(value: &mut Value) {
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else { return };
    if spec.get("sessionAffinity") == Some(&json!("None")) {
        spec.remove("sessionAffinityConfig");
    }
    let is_inside = ["ClusterIP", "NodePort", "LoadBalancer"].iter().any(|kind| spec.get("type") == Some(&json!(kind)));
    if is_inside && spec.get("internalTrafficPolicy").is_none_or(Value::is_null) {
        spec.insert("internalTrafficPolicy".to_owned(), json!("Cluster"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::Object;

    /// Returns an object with the defaults that the API server keeps to itself.
    fn filled(mut value: Value) -> Value {
        defaulted(&Object::new(value.clone()).id, &Schema::unknown(), &mut value);
        value
    }

    #[test]
    fn a_deployment_gets_what_the_api_server_fills_in() {
        let object = |spec: Value| json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": spec});
        let limits = json!({"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600});
        let mut rolling = limits.clone();
        rolling["strategy"] =
            json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}});
        assert_eq!(filled(object(json!({}))), object(rolling));
        let mut anew = limits;
        anew["strategy"] = json!({"type": "Recreate"});
        assert_eq!(filled(object(json!({"strategy": {"type": "Recreate"}}))), object(anew));
    }

    #[test]
    fn an_autoscaler_that_behaves_in_one_way_is_told_the_other() {
        let object = |behavior: Value| {
            json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "x"},
                "spec": {"minReplicas": 1, "behavior": behavior}})
        };
        let pods = json!({"type": "Pods", "value": 4, "periodSeconds": 15});
        let all = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
        let up = json!({"policies": [pods, all], "selectPolicy": "Max", "stabilizationWindowSeconds": 0});
        let down = json!({"policies": [all], "selectPolicy": "Max", "stabilizationWindowSeconds": 60});
        let given = object(json!({"scaleDown": {"stabilizationWindowSeconds": 60}}));
        assert_eq!(filled(given), object(json!({"scaleDown": down, "scaleUp": up})));
        assert_eq!(filled(object(Value::Null)), object(Value::Null));
    }

    #[test]
    fn a_custom_resource_of_the_same_name_gets_nothing() {
        let object =
            json!({"apiVersion": "example.test/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {}});
        assert_eq!(filled(object.clone()), object);
    }

    #[test]
    fn a_go_program_writes_empty_structs() {
        let mut job = json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"},
            "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}}});
        written(&Object::new(job.clone()).id, &mut job);
        let template = json!({"metadata": {}, "spec": {"containers": [{"name": "a", "resources": {}}]}});
        assert_eq!(job["spec"]["jobTemplate"], json!({"metadata": {}, "spec": {"template": template}}));
    }
}
