//! `RespectIgnoreDifferences=true` of Argo CD, where the preview cannot follow it: expressions that are not evaluated
//! here, and syncs that fail for it. Asked before anything else is said of an object. Must err on the side of not knowing.

use serde_json::Value;

use super::ApplyMethod;
use super::controller::RootController;
use super::identity::is_built_in;
use super::schema::Form;
use super::view::View;
use crate::model::object::ObjectId;

/// Returns why nobody can tell what a sync that respects ignored differences does to an object.
pub(super) fn unmodelled(id: &ObjectId, value: &Value, controller: &RootController, view: View<'_>) -> Option<String> {
    let settings = &controller.argo;
    if controller.method == ApplyMethod::Flux || !settings.has(&Value::Null, "RespectIgnoreDifferences=true") {
        return None;
    }
    let mut about = settings.ignored.iter().filter(|ignored| ignored.is_about(id));
    if let Some(ignored) = about.find(|ignored| ignored.has_expressions) {
        let field = &ignored.field;
        return Some(format!(
            "`{field}.jqPathExpressions` may leave fields of this object alone, which is not modelled"
        ));
    }
    // Seen on 3.2.0: it patches custom resources by the API server's schema, which it cannot follow into such a map.
    let is_hit = !is_built_in(id) && holds_map_of_objects(value, view);
    is_hit.then(|| {
        "`RespectIgnoreDifferences=true` and a custom resource with a map of objects: Argo CD may fail the whole sync \
         (`expected kind, but got map`)"
            .to_owned()
    })
}

/// Returns whether a map whose keys people choose holds objects, as `spec.backup.storages` does.
fn holds_map_of_objects(value: &Value, view: View<'_>) -> bool {
    let Value::Object(fields) = value else { return false };
    let is_free = matches!(view, View::Known(node) if node.form() == Form::Object && node.values().is_some());
    fields.iter().any(|(key, below)| {
        (is_free && !view.names(key) && below.is_object()) || holds_map_of_objects(below, view.child(key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::Object;
    use crate::preview::schema::Schema;
    use serde_json::json;

    #[test]
    fn a_cluster_with_storages_holds_a_map_of_objects_and_one_without_does_not() {
        let cluster = |backup: Value| {
            json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
                "metadata": {"name": "db", "labels": {"a": "b"}}, "spec": {"backup": backup, "pxc": {"size": 3}}})
        };
        let id = Object::new(cluster(json!({}))).id;
        let schema = Schema::embedded(&id, Some("1.20.0")).unwrap();
        let holds = |backup: Value| holds_map_of_objects(&cluster(backup), View::of(&schema));
        assert!(holds(json!({"storages": {"a": {"type": "s3"}}})));
        assert!(!holds(json!({"storages": {}, "image": "x"})));
    }
}
