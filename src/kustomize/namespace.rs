//! The namespace transformer: the namespace of every object, and of the fields that name one.
//!
//! Called by `accumulate`; it reads no files.

use std::collections::HashMap;

use super::collection::Collection;
use super::fault::Fault;
use super::field_spec::{Create, FieldSpec, descend};
use super::field_write::{set_scalar, wrong_kind};
use super::node::{Node, Scalar, Tag};
use super::object::Object;

/// Sets the namespace.
pub(super) fn set_namespace(collection: &mut Collection, namespace: &str, specs: &[FieldSpec]) -> Result<(), Fault> {
    if namespace.is_empty() {
        return Ok(());
    }
    let mut holders: HashMap<_, usize> = HashMap::new();
    for object in &collection.objects {
        *holders.entry(object.id().key()).or_default() += 1;
    }
    for object in collection.objects.iter_mut().filter(|object| !object.node.is_empty()) {
        let before = object.id().key();
        object.store_previous_id()?;
        namespace_of(object, namespace, specs)?;
        let after = object.id().key();
        if before != after {
            holders.entry(before).and_modify(|count| *count -= 1);
            *holders.entry(after.clone()).or_default() += 1;
        }
        if holders.get(&after) != Some(&1) {
            return Err(Fault::invalid(format!("the namespace gives two objects the id `{}`", object.id())));
        }
    }
    Ok(())
}

/// Sets the namespace of one object.
fn namespace_of(object: &mut Object, namespace: &str, specs: &[FieldSpec]) -> Result<(), Fault> {
    let gvk = object.gvk();
    let mut set = |node: &mut Node| set_scalar(node, namespace, Tag::Str);
    if !gvk.is_cluster_scoped() {
        let path = ["metadata".to_owned(), "namespace".to_owned()];
        descend(&mut object.node, &path, Create::Scalar(Tag::None), &mut set)?;
    }
    if matches!(&*gvk.kind, "RoleBinding" | "ClusterRoleBinding") {
        default_subjects(&mut object.node, namespace)?;
    }
    let is_core = object.api_version() == "v1";
    for spec in specs.iter().filter(|spec| is_data(spec) && (is_core || *spec.path != ["metadata", "name"])) {
        spec.apply(&gvk, &mut object.node, Create::Scalar(Tag::Str), &mut set)?;
    }
    Ok(())
}

/// Whether a spec is followed as it stands; some fields have rules of their own above.
fn is_data(spec: &FieldSpec) -> bool {
    let is_binding = matches!(&*spec.gvk.kind, "RoleBinding" | "ClusterRoleBinding");
    *spec.path != ["metadata", "namespace"] && !(is_binding && *spec.path == ["subjects", "namespace"])
}

/// Sets the namespace of the subjects named `default`.
fn default_subjects(node: &mut Node, namespace: &str) -> Result<(), Fault> {
    let Some(subjects) = node.as_map_mut().and_then(|map| map.get_mut("subjects")) else { return Ok(()) };
    if subjects.is_null() {
        return Ok(());
    }
    let Node::List(list) = subjects else { return Err(wrong_kind("a sequence", subjects)) };
    for subject in list.items.iter_mut().filter(|subject| !subject.is_null()) {
        let Node::Map(map) = subject else { return Err(wrong_kind("a mapping", subject)) };
        match map.get("name") {
            None => continue,
            Some(Node::Scalar(name)) if &*name.value != "default" || name.tag == Tag::Null => continue,
            Some(Node::Scalar(_)) => {}
            Some(other) => return Err(wrong_kind("a scalar", other)),
        }
        if map.get("namespace").is_none() {
            map.push("namespace", Node::Scalar(Scalar::bare("")));
        }
        let field = map.get_mut("namespace").ok_or_else(|| Fault::invalid("no field `namespace`"))?;
        set_scalar(field, namespace, Tag::Str)?;
    }
    Ok(())
}
