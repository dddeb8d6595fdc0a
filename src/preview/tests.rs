//! The truth table seen live (controllers against hand-made changes), pruning, refusals, masking: through the door.

use serde_json::{Value, json};

use super::*;
use crate::model::live::{Absence, Live, Reading, Reason, Trouble};
use crate::model::object::Object;
use crate::model::path::RepoPath;

/// A cluster of a size with storages.
pub(super) fn cluster(size: u8, storages: &Value) -> Value {
    json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
        "metadata": {"name": "cluster1", "namespace": "pxc"},
        "spec": {"pxc": {"size": size}, "backup": {"storages": storages, "schedule": [{"name": "daily"}]}}})
}

/// A Kustomization that prunes.
pub(super) fn kustomization() -> Value {
    json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": "pxc", "namespace": "flux-system"}, "spec": {"path": "./pxc", "prune": true}})
}

/// An Application that syncs by itself.
pub(super) fn application(options: &[&str]) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "pxc", "namespace": "argocd"},
        "spec": {"source": {"path": "pxc"}, "destination": {"namespace": "pxc"},
            "syncPolicy": {"automated": {"prune": true}, "syncOptions": options}}})
}

/// The owner of a root that is applied in one way.
pub(super) fn owner(method: ApplyMethod) -> Value {
    match method {
        ApplyMethod::Flux => kustomization(),
        ApplyMethod::ArgoCd => application(&[]),
        ApplyMethod::ArgoCdSsa => application(&["ServerSideApply=true"]),
    }
}

/// The paths of a value as `fieldsV1` writes them, `apiVersion`, `kind` and names aside.
pub(super) fn fields(value: &Value) -> Value {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let skip =
                |key: &str| ["apiVersion", "kind", "name", "namespace", "managedFields", "status"].contains(&key);
            let mut all: serde_json::Map<String, Value> = map
                .iter()
                .filter(|(key, _)| !skip(key))
                .map(|(key, value)| (format!("f:{key}"), fields(value)))
                .collect();
            all.insert(".".into(), json!({}));
            Value::Object(all)
        }
        _ => json!({}),
    }
}

/// What a way of applying makes of a manifest on an empty cluster.
pub(super) fn applied(manifest: &Value, method: ApplyMethod) -> Value {
    let mut live = manifest.clone();
    let id = Object::new(manifest.clone()).id;
    let metadata = live["metadata"].as_object_mut().unwrap();
    if method == ApplyMethod::Flux {
        let marks =
            json!({"kustomize.toolkit.fluxcd.io/name": "pxc", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"});
        metadata.insert("labels".into(), marks);
    } else {
        let text = format!("pxc:{}/{}:pxc/{}", id.group, id.kind, id.name);
        metadata.insert("annotations".into(), json!({"argocd.argoproj.io/tracking-id": text}));
    }
    let sent = live.clone();
    let (manager, operation) = match method {
        ApplyMethod::Flux => ("kustomize-controller", "Apply"),
        ApplyMethod::ArgoCd => ("argocd-controller", "Update"),
        ApplyMethod::ArgoCdSsa => ("argocd-controller", "Apply"),
    };
    if method == ApplyMethod::ArgoCd {
        let key = "kubectl.kubernetes.io/last-applied-configuration";
        live["metadata"]["annotations"][key] = sent.to_string().into();
    }
    live["metadata"]["uid"] = "1".into();
    live["metadata"]["managedFields"] = json!([
        {"manager": manager, "operation": operation, "time": "2026-11-01T00:00:00Z", "fieldsV1": fields(&live)}]);
    live
}

/// Adds a manager's write to a live object.
fn written(mut live: Value, manager: &str, operation: &str, (pointer, value): (&str, Value)) -> Value {
    let path = field::FieldPath::parse(pointer);
    path.set(&mut live, value.clone());
    let mut set = fields(&value);
    for step in path.steps().iter().rev() {
        set = json!({format!("f:{step}"): set});
    }
    let entry = json!({"manager": manager, "operation": operation, "time": "2026-11-20T08:00:00Z", "fieldsV1": set});
    live["metadata"]["managedFields"].as_array_mut().unwrap().push(entry);
    live
}

/// What is asked for by default.
pub(super) fn options() -> Options {
    Options { secrets: SecretReading::NotRead, operator: None, merged: Merged::default() }
}

/// A root.
pub(super) fn root(before: &[&Value], after: &[&Value]) -> Deployed {
    let objects = |values: &[&Value]| values.iter().map(|value| Object::new((*value).clone())).collect();
    Deployed {
        path: RepoPath::parse("pxc").unwrap(),
        before: objects(before),
        after: objects(after),
        in_base: true,
        in_head: true,
    }
}

/// What was read: objects and the controller's own.
pub(super) fn live(objects: &[Value], owner: Value) -> Live {
    let mut live = Live::default();
    for value in objects.iter().cloned().chain([owner]) {
        live.objects.insert(Object::new(value.clone()).id, Reading::Found(value));
    }
    live
}

/// Previews a root that is applied in one way.
pub(super) fn previewed(deployed: &Deployed, live: &Live, method: ApplyMethod, options: &Options) -> RootPreview {
    let controller = controller(&[owner(method)], live, deployed, None);
    assert_eq!(controller.method, method);
    preview(deployed, &controller, live, options)
}

/// The effective changes as text.
fn effective(object: &ObjectPreview) -> Vec<String> {
    let text = |value: &Option<Value>| crosscheck::shown(value.as_ref());
    object.effective.iter().map(|one| format!("{} {} → {}", one.path, text(&one.before), text(&one.after))).collect()
}

/// The three ways of applying.
pub(super) const METHODS: [ApplyMethod; 3] = [ApplyMethod::Flux, ApplyMethod::ArgoCd, ApplyMethod::ArgoCdSsa];

/// What the next apply of the same manifest does to a live object that somebody changed.
fn reset(method: ApplyMethod, change: impl Fn(Value) -> Value) -> Vec<String> {
    let manifest = cluster(3, &json!({"a": {"type": "s3"}}));
    let object = change(applied(&manifest, method));
    let deployed = root(&[&manifest], &[&manifest]);
    let preview = previewed(&deployed, &live(&[object], owner(method)), method, &options());
    assert_eq!(preview.objects[0].trouble, None);
    effective(&preview.objects[0])
}

#[test]
fn nothing_happens_where_live_is_what_the_controller_applied() {
    for method in METHODS {
        assert_eq!(reset(method, |live| live), [""; 0], "{method:?}");
    }
}

#[test]
fn a_storage_that_kubectl_added_goes_with_flux_alone() {
    let add = |live| written(live, "kubectl-patch", "Update", ("/spec/backup/storages/b", json!({"type": "s3"})));
    assert_eq!(reset(ApplyMethod::Flux, add), ["spec.backup.storages.b {\"type\":\"s3\"} → none"]);
    assert_eq!(reset(ApplyMethod::ArgoCd, add), [""; 0]);
    assert_eq!(reset(ApplyMethod::ArgoCdSsa, add), [""; 0]);
}

#[test]
fn a_storage_that_another_manager_added_stays() {
    for (manager, operation) in [("my-operator", "Update"), ("ops", "Apply")] {
        let add = |live| written(live, manager, operation, ("/spec/backup/storages/b", json!({"type": "s3"})));
        for method in METHODS {
            assert_eq!(reset(method, add), [""; 0], "{method:?}");
        }
    }
}

#[test]
fn a_value_of_git_is_reset_whoever_changed_it() {
    for manager in ["kubectl-edit", "my-operator", "ops"] {
        let change = |live| written(live, manager, "Update", ("/spec/pxc/size", json!(5)));
        for method in METHODS {
            assert_eq!(reset(method, change), ["spec.pxc.size 5 → 3"], "{method:?}");
        }
    }
}

#[test]
fn a_list_is_reset_and_a_removed_key_comes_back() {
    let append = |live| {
        let list = json!([{"name": "daily"}, {"name": "mine"}]);
        written(live, "kubectl-edit", "Update", ("/spec/backup/schedule", list))
    };
    let remove = |mut live: Value| {
        live["spec"]["pxc"].as_object_mut().unwrap().remove("size");
        live
    };
    for method in METHODS {
        assert_eq!(reset(method, append).len(), 1, "{method:?}");
        assert_eq!(reset(method, remove), ["spec.pxc.size none → 3"], "{method:?}");
    }
}

#[test]
fn an_annotation_added_by_hand_goes_with_flux_alone() {
    let add = |live| written(live, "kubectl-edit", "Update", ("/metadata/annotations/note", json!("x")));
    assert_eq!(reset(ApplyMethod::Flux, add), ["metadata.annotations {\"note\":\"x\"} → none"]);
    assert_eq!(reset(ApplyMethod::ArgoCd, add), [""; 0]);
    assert_eq!(reset(ApplyMethod::ArgoCdSsa, add), [""; 0]);
}

#[test]
fn a_storage_that_leaves_git_leaves_the_cluster() {
    let before = cluster(3, &json!({"a": {"type": "s3"}, "b": {"type": "s3"}}));
    let after = cluster(3, &json!({"a": {"type": "s3"}}));
    for method in METHODS {
        let live = live(&[applied(&before, method)], owner(method));
        let preview = previewed(&root(&[&before], &[&after]), &live, method, &options());
        let object = &preview.objects[0];
        assert_eq!(effective(object), ["spec.backup.storages.b {\"type\":\"s3\"} → none"], "{method:?}");
        assert_eq!((object.action, object.intended.len(), object.findings.len()), (Action::Change, 1, 0));
    }
}

#[test]
fn a_manual_change_is_kept_apart_and_its_loss_is_said() {
    let (before, after) = (cluster(3, &json!({})), cluster(3, &json!({"b": {"type": "s3"}})));
    for method in METHODS {
        let object = written(applied(&before, method), "kubectl-edit", "Update", ("/spec/pxc/size", json!(5)));
        let live = live(&[object], owner(method));
        let preview = previewed(&root(&[&before], &[&after]), &live, method, &options());
        let object = &preview.objects[0];
        let drift: Vec<_> = object.drift.iter().map(|one| (one.path.as_str(), one.by.as_deref())).collect();
        assert_eq!(drift, [("spec.pxc.size", Some("kubectl-edit, 2026-11-20"))]);
        assert_eq!(object.intended.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.backup.storages.b"]);
        let facts: Vec<_> = object.findings.iter().map(|one| (one.id, one.fact.as_str())).collect();
        let fact = "merging this also reverts a manual change: spec.pxc.size 5 → 3 (kubectl-edit, 2026-11-20)";
        assert_eq!(facts, [("effective-beyond-intended", fact)]);
    }
}

#[test]
fn without_last_applied_nothing_is_removed_and_that_is_a_warning() {
    let before = cluster(3, &json!({"b": {"type": "s3"}}));
    let after = cluster(3, &json!({}));
    let mut object = applied(&before, ApplyMethod::ArgoCd);
    object["metadata"]["annotations"].as_object_mut().unwrap().remove(strip::LAST_APPLIED);
    let live = live(&[object], owner(ApplyMethod::ArgoCd));
    let preview = previewed(&root(&[&before], &[&after]), &live, ApplyMethod::ArgoCd, &options());
    let ids: Vec<_> = preview.objects[0].findings.iter().map(|one| one.id).collect();
    assert_eq!((preview.objects[0].action, ids), (Action::Unchanged, vec!["intended-vanishes", "left-alone"]));
}

#[test]
fn every_unread_object_says_so_and_is_never_unchanged() {
    let (before, after) = (cluster(3, &json!({})), cluster(5, &json!({})));
    let id = Object::new(before.clone()).id;
    for reading in [Some(Reading::Unread(Trouble::new(Reason::Forbidden, "no"))), None] {
        let mut live = live(&[], owner(ApplyMethod::Flux));
        live.objects.extend(reading.clone().map(|reading| (id.clone(), reading)));
        let preview = previewed(&root(&[&before], &[&after]), &live, ApplyMethod::Flux, &options());
        let object = &preview.objects[0];
        assert_eq!((object.action, object.basis, object.intended.len()), (Action::CannotTell, Basis::Nothing, 1));
        assert_eq!(preview.has_failure(), reading.is_some());
    }
}

#[test]
fn an_object_that_leaves_git_is_deleted_only_where_its_controller_prunes_it() {
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "buffer", "namespace": "pxc"}, "spec": {"storageClassName": "fast"}});
    for method in METHODS {
        let of = |change: &dyn Fn(&mut Value)| {
            let mut object = applied(&claim, method);
            change(&mut object);
            let live = live(&[object], owner(method));
            let preview = previewed(&root(&[&claim], &[]), &live, method, &options());
            let ids: Vec<&str> = preview.objects[0].findings.iter().map(|one| one.id).collect();
            (preview.objects[0].action, ids)
        };
        assert_eq!(of(&|_| {}), (Action::Delete, vec!["deletes-data"]));
        let keep = |object: &mut Value| {
            object["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] = "disabled".into();
            object["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] = "Prune=false".into();
        };
        assert_eq!(of(&keep), (Action::Unchanged, vec!["not-pruned"]));
        let unmark =
            |object: &mut Value| drop((object["metadata"]["labels"].take(), object["metadata"]["annotations"].take()));
        assert_eq!(of(&unmark), (Action::Unchanged, vec!["not-pruned"]));
    }
}

#[test]
fn a_refused_change_stops_the_stage_in_flux() {
    let claim = |class: &str| {
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "buffer", "namespace": "pxc"},
            "spec": {"storageClassName": class}})
    };
    let (before, after) = (cluster(3, &json!({})), cluster(5, &json!({})));
    for (method, expected) in METHODS.into_iter().zip([Action::Unchanged, Action::Change, Action::Change]) {
        let objects = [applied(&before, method), applied(&claim("fast"), method)];
        let deployed = root(&[&before, &claim("fast")], &[&after, &claim("slow")]);
        let preview = previewed(&deployed, &live(&objects, owner(method)), method, &options());
        let actions: Vec<Action> = preview.objects.iter().map(|object| object.action).collect();
        assert_eq!(actions, [expected, Action::Unchanged], "{method:?}");
        assert!(preview.objects[1].findings.iter().any(|finding| finding.id == "immutable-field"));
        assert!(preview.findings.iter().any(|finding| finding.id == "apply-refused"));
    }
}

#[test]
fn what_is_not_there_is_made_and_what_may_stop_that_is_said() {
    let manifest = cluster(3, &json!({}));
    for (absence, ids) in [
        (Absence::Object, vec![]),
        (Absence::Namespace, vec!["namespace-missing"]),
        (Absence::Kind, vec!["kind-missing"]),
    ] {
        let mut live = live(&[], owner(ApplyMethod::Flux));
        live.objects.insert(Object::new(manifest.clone()).id, Reading::Absent(absence));
        let preview = previewed(&root(&[], &[&manifest]), &live, ApplyMethod::Flux, &options());
        let object = &preview.objects[0];
        assert_eq!(object.findings.iter().map(|one| one.id).collect::<Vec<_>>(), ids);
        let paths: Vec<&str> = object.effective.iter().map(|one| one.path.as_str()).collect();
        assert_eq!((object.action, paths), (Action::Create, vec!["metadata.labels", "spec"]));
    }
}

#[test]
fn defaults_in_the_items_of_a_list_are_no_drift() {
    let manifest = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", "namespace": "pxc"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "m", "image": "i:1", "env": [{"name": "A", "value": "1"}]}]}}}});
    for method in METHODS {
        let mut object = applied(&manifest, method);
        object["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = "Always".into();
        let reading = live(&[object], owner(method));
        let preview = previewed(&root(&[&manifest], &[&manifest]), &reading, method, &options());
        assert!(!preview.has_differences(), "{method:?} {:?}", preview.objects[0]);
    }
}

#[test]
fn a_map_that_git_empties_is_refused_on_the_server() {
    let crd = json!({"storages": {"a": {"type": "s3"}}});
    let (before, after) = (cluster(3, &crd["storages"]), cluster(3, &json!({})));
    let asked = Options { secrets: SecretReading::NotRead, operator: Some("1.20.0".into()), merged: Merged::default() };
    for (method, expected) in METHODS.into_iter().zip([Action::Unchanged, Action::Change, Action::Unchanged]) {
        let reading = live(&[applied(&before, method)], owner(method));
        let preview = previewed(&root(&[&before], &[&after]), &reading, method, &asked);
        let object = &preview.objects[0];
        assert_eq!(object.action, expected, "{method:?}");
        let is_refused = object.findings.iter().any(|finding| finding.id == "null-refused");
        assert_eq!(is_refused, expected == Action::Unchanged, "{method:?}");
    }
}

#[test]
fn missing_marks_of_the_controller_are_no_manual_change() {
    let manifest = cluster(3, &json!({}));
    for method in METHODS {
        let mut object = applied(&manifest, method);
        let metadata = object["metadata"].as_object_mut().unwrap();
        for marks in ["labels", "annotations"] {
            let keys = ["kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace"];
            let Some(marks) = metadata.get_mut(marks).and_then(Value::as_object_mut) else { continue };
            marks.retain(|key, _| !keys.contains(&key.as_str()) && key != "argocd.argoproj.io/tracking-id");
        }
        metadata.retain(|_, value| value.as_object().is_none_or(|fields| !fields.is_empty()));
        let preview = previewed(&root(&[&manifest], &[&manifest]), &live(&[object], owner(method)), method, &options());
        let ids: Vec<_> = preview.objects[0].findings.iter().map(|one| one.id).collect();
        assert_eq!(ids, ["marks-missing"], "{method:?}");
    }
}

#[test]
fn an_object_that_is_being_deleted_says_what_it_waits_for() {
    for method in [ApplyMethod::ArgoCd, ApplyMethod::ArgoCdSsa, ApplyMethod::Flux] {
        let manifest = cluster(3, &json!({}));
        let mut going = applied(&manifest, method);
        going["metadata"]["deletionTimestamp"] = json!("2026-11-22T10:00:00Z");
        going["metadata"]["finalizers"] = json!(["percona.com/delete-pvc"]);
        let preview = previewed(&root(&[&manifest], &[&manifest]), &live(&[going], owner(method)), method, &options());
        let said = preview.objects[0].findings.iter().find(|finding| finding.id == "being-deleted").unwrap();
        let fact = "`PerconaXtraDBCluster pxc/cluster1` is being deleted since 2026-11-22T10:00:00Z and waits for \
                    `percona.com/delete-pvc`: what is applied to it goes with it";
        assert_eq!((said.level, said.fact.as_str()), (crate::model::finding::Level::Warn, fact), "{method:?}");
    }
}
