//! Fields that the API server refuses to change once an object is there, by kind. Asked after the prediction: an apply
//! that is refused changes nothing. Must only list what Kubernetes itself refuses for every cluster.

use serde_json::Value;

use super::Change;
use super::difference::differences;
use super::field::within;
use super::schema::Schema;
use super::strip::comparable;
use super::view::View;
use crate::model::object::ObjectId;

/// The finding of an apply that is refused.
pub(super) const ID: &str = "immutable-field";
/// Fields of a stateful set that may change.
const STATEFUL_SET: [&str; 7] = [
    "/spec/replicas",
    "/spec/ordinals",
    "/spec/template",
    "/spec/updateStrategy",
    "/spec/revisionHistoryLimit",
    "/spec/persistentVolumeClaimRetentionPolicy",
    "/spec/minReadySeconds",
];

/// Returns the paths of the changes that the API server refuses.
pub(super) fn refused(id: &ObjectId, live: &Value, predicted: &Value, schema: &Schema) -> Vec<String> {
    let changes = differences(&comparable(live), &comparable(predicted), View::of(schema));
    let is_refused = |change: &&Change| is_refused(id, live, change);
    changes.iter().filter(is_refused).map(|change| change.path.clone()).collect()
}

/// Returns whether one change is refused.
fn is_refused(id: &ObjectId, live: &Value, change: &Change) -> bool {
    let at = |outer: &str| within(&change.pointer, outer);
    let any = |outer: &[&str]| outer.iter().any(|outer| at(outer));
    match (id.group.as_str(), id.kind.as_str()) {
        ("", "PersistentVolumeClaim") => claim(live, change),
        ("apps", "StatefulSet") => at("/spec") && !any(&STATEFUL_SET),
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet") => at("/spec/selector"),
        ("batch", "Job") => any(&["/spec/template", "/spec/selector", "/spec/completions", "/spec/completionMode"]),
        ("", "Secret") => at("/type") || (is_frozen(live) && any(&["/data", "/immutable"])),
        ("", "ConfigMap") => is_frozen(live) && any(&["/data", "/binaryData", "/immutable"]),
        ("", "Service") => any(&["/spec/clusterIP", "/spec/clusterIPs"]) && change.before.is_some(),
        ("storage.k8s.io", "StorageClass") => {
            any(&["/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"])
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => at("/roleRef"),
        _ => false,
    }
}

/// Returns whether an object says of itself that it does not change.
fn is_frozen(live: &Value) -> bool {
    live.get("immutable") == Some(&Value::Bool(true))
}

/// Returns whether a change of a claim is refused: a bound one may grow and change its attributes class, and one without a
/// class may get one.
fn claim(live: &Value, change: &Change) -> bool {
    let is_bound = live.pointer("/status/phase").and_then(Value::as_str) == Some("Bound");
    let is_size = within(&change.pointer, "/spec/resources/requests");
    let annotation = "/metadata/annotations/volume.beta.kubernetes.io~1storage-class";
    let takes_class = change.pointer == "/spec/storageClassName"
        && change.before.is_none()
        && live.pointer(annotation).is_none_or(|class| Some(class) == change.after.as_ref());
    if takes_class {
        return false;
    }
    let may_change = is_size || within(&change.pointer, "/spec/volumeAttributesClassName");
    within(&change.pointer, "/spec") && (!may_change || !is_bound || (is_size && shrinks(change)))
}

/// Returns whether a size gets smaller.
fn shrinks(change: &Change) -> bool {
    let bytes = |value: &Option<Value>| {
        let text = value.as_ref()?.as_str()?;
        crate::model::quantity::Quantity::parse(text).ok().map(|quantity| quantity.bytes())
    };
    matches!((bytes(&change.before), bytes(&change.after)), (Some(before), Some(after)) if after < before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::Object;
    use serde_json::json;

    /// A claim of a size and a class.
    fn claim_of(size: &str, class: &str, phase: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "b"}, "status": {"phase": phase},
            "spec": {"storageClassName": class, "resources": {"requests": {"storage": size}}}})
    }

    #[test]
    fn a_bound_claim_may_grow_and_nothing_else() {
        let live = claim_of("1Gi", "fast", "Bound");
        let id = Object::new(live.clone()).id;
        let of = |live: &Value, new: &Value| refused(&id, live, new, &Schema::unknown());
        assert_eq!(of(&live, &claim_of("2Gi", "fast", "Bound")), [""; 0]);
        assert_eq!(of(&live, &claim_of("500Mi", "fast", "Bound")), ["spec.resources.requests.storage"]);
        assert_eq!(of(&live, &claim_of("1Gi", "slow", "Bound")), ["spec.storageClassName"]);
        let mut bare = live.clone();
        bare["spec"].as_object_mut().unwrap().remove("storageClassName");
        assert_eq!(of(&bare, &live), [""; 0]);
        let pending = claim_of("1Gi", "fast", "Pending");
        assert_eq!(of(&pending, &claim_of("2Gi", "fast", "Pending")), ["spec.resources.requests.storage"]);
    }
}
