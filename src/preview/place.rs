//! Where the controller puts objects: Flux' `spec.targetNamespace` overrides every namespace, Argo CD's
//! `spec.destination.namespace` fills in missing ones. Comes before anything is read, so that every object has one address.

use serde_json::Value;

use crate::model::live::Scope;
use crate::model::object::{Object, ObjectId};

/// Returns objects with the namespaces in which the controller puts them; `owner` is the controller's object. Where the
/// scope of a kind is not known, a namespace that Git names stays, and none is made up.
pub fn placed(objects: Vec<Object>, owner: Option<&Value>, scope: &dyn Fn(&ObjectId) -> Option<Scope>) -> Vec<Object> {
    let text = |pointer: &str| owner?.pointer(pointer)?.as_str().filter(|text| !text.is_empty());
    let (overrides, fills) = (text("/spec/targetNamespace"), text("/spec/destination/namespace"));
    let place = |object: Object| match scope(&object.id) {
        Some(Scope::Cluster) => moved(object, None),
        Some(Scope::Namespaced) => {
            let namespace = overrides.or(object.id.namespace.as_deref()).or(fills).map(str::to_owned);
            moved(object, namespace)
        }
        None => object,
    };
    objects.into_iter().map(place).collect()
}

/// Returns an object in a namespace, or in none.
fn moved(mut object: Object, namespace: Option<String>) -> Object {
    if object.id.namespace == namespace {
        return object;
    }
    if let Some(metadata) = object.value.get_mut("metadata").and_then(Value::as_object_mut) {
        match &namespace {
            Some(namespace) => drop(metadata.insert("namespace".to_owned(), namespace.as_str().into())),
            None => drop(metadata.remove("namespace")),
        }
    }
    object.id.namespace = namespace;
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Returns the namespaces of an object that names one, one that does not, and one outside of all.
    fn namespaces(owner: &Value) -> Vec<Option<String>> {
        let object = |kind: &str, namespace: Value| {
            Object::new(json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x", "namespace": namespace}}))
        };
        let objects = vec![object("A", json!("own")), object("A", Value::Null), object("B", json!("odd"))];
        let scope = |id: &ObjectId| Some(if id.kind == "A" { Scope::Namespaced } else { Scope::Cluster });
        placed(objects, Some(owner), &scope).into_iter().map(|object| object.id.namespace).collect()
    }

    #[test]
    fn flux_overrides_namespaces_and_argo_cd_fills_them_in() {
        let (own, target) = (Some("own".to_owned()), Some("target".to_owned()));
        let flux = json!({"spec": {"targetNamespace": "target"}});
        assert_eq!(namespaces(&flux), [target.clone(), target.clone(), None]);
        let argo = json!({"spec": {"destination": {"namespace": "target"}}});
        assert_eq!(namespaces(&argo), [own.clone(), target, None]);
        assert_eq!(namespaces(&json!({})), [own, None, None]);
    }
}
