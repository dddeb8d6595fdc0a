//! Replica counts by name.
//!
//! Called by `accumulate`; a name that nothing has is an error.

use super::collection::Collection;
use super::decode::Record;
use super::fault::Fault;
use super::field_spec::{Create, FieldSpec};
use super::field_write::set_scalar;
use super::node::{Node, Tag};
use super::value::Value;

/// Sets a replica count.
pub(super) fn set_replicas(
    collection: &mut Collection,
    name: &str,
    count: i64,
    specs: &[FieldSpec],
) -> Result<(), Fault> {
    let mut is_found = false;
    let count = count.to_string();
    for spec in specs {
        for at in collection.matching_any_id(|id| &*id.name == name && id.gvk.is_selected(&spec.gvk))? {
            is_found = true;
            let object = &mut collection.objects[at];
            let gvk = object.gvk();
            let mut set = |node: &mut Node| set_scalar(node, &count, Tag::Int);
            spec.apply(&gvk, &mut object.node, Create::Scalar(Tag::Int), &mut set)?;
        }
    }
    if is_found { Ok(()) } else { Err(Fault::invalid(format!("no object named `{name}` has replicas"))) }
}

/// Reads an entry of `replicas`.
pub(super) fn read(value: &Value) -> Result<(String, i64), Fault> {
    let record = Record::new(value, "replicas", &["name", "count"])?;
    Ok((record.text("name")?, record.integer("count")?))
}
