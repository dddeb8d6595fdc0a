//! What happens to a generated object where one of its name is there already, or is not.
//!
//! Called by `generator`. Values may be secret: no message here holds one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::Budget;
use super::collection::{Collection, Names};
use super::fault::Fault;
use super::field_write::text_node;
use super::node::{Map, Node, Scalar};
use super::object::{NEEDS_HASH, Object};

/// What happens where an object of the name is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behavior {
    /// It is an error.
    Create,
    /// It is replaced, its metadata stays.
    Replace,
    /// The data is merged into it.
    Merge,
}

impl Behavior {
    /// Returns the word of a kustomization for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
}

/// Takes the object into the collection, as a behaviour says.
pub(super) fn absorb(
    behavior: Behavior,
    (collection, names): (&mut Collection, &mut Names),
    mut object: Object,
    budget: &Budget<'_>,
) -> Result<(), Fault> {
    let id = object.id();
    let found = collection.with_any_id(&id, names)?;
    match (found.as_slice(), behavior) {
        ([], Behavior::Create) => collection.append(vec![object], budget.limits.objects, names),
        ([], _) => Err(Fault::invalid(format!("`{id}` is not there, so nothing can be merged or replaced"))),
        ([_], Behavior::Create) => Err(Fault::invalid(format!("`{id}` is there: `behavior` must be merge or replace"))),
        ([at], _) => {
            let old = &mut collection.objects[*at];
            take_metadata(&mut object, old)?;
            if behavior == Behavior::Merge {
                merge_data(&mut object, old, "data");
                merge_data(&mut object, old, "binaryData");
            }
            if !object.id().equals(&old.id()) {
                return Err(Fault::invalid(format!("`{id}` has become another kind")));
            }
            object.variables = std::mem::take(&mut old.variables);
            *old = object;
            Ok(())
        }
        _ => Err(Fault::invalid(format!("several objects may be meant by `{id}`"))),
    }
}

/// Gives an object the metadata of the one it takes the place of; its own labels and annotations win, the notes do not.
fn take_metadata(object: &mut Object, old: &Object) -> Result<(), Fault> {
    let mut labels = old.metadata_map("labels");
    labels.extend(object.metadata_map("labels"));
    object.set_metadata_map("labels", &labels)?;
    let (theirs, own) = (old.metadata_map("annotations"), object.metadata_map("annotations"));
    let mut merged = theirs.clone();
    merged.extend(own.clone());
    merged.retain(|key, value| {
        if !Object::is_build_note(key) {
            return true;
        }
        if let Some(note) = theirs.get(key) {
            value.clone_from(note);
        }
        theirs.contains_key(key) && (&**key != NEEDS_HASH || own.contains_key(key))
    });
    object.set_annotations(&merged)?;
    let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
    object.set_name(&name)?;
    object.set_namespace(&namespace)
}

/// Merges a map of texts of the old object under that of the new one.
fn merge_data(object: &mut Object, old: &Object, field: &str) {
    let texts = |object: &Object| -> BTreeMap<Arc<str>, Arc<str>> {
        let map = object.node.get(field).and_then(Node::as_map);
        let entry = |(key, value): &(Scalar, Node)| {
            (Arc::clone(&key.value), Arc::from(if value.is_null() { "" } else { value.text() }))
        };
        map.map(|map| map.entries.iter().map(entry).collect()).unwrap_or_default()
    };
    let mut merged = texts(old);
    merged.extend(texts(object));
    let Some(map) = object.node.as_map_mut() else { return };
    map.remove(field);
    if !merged.is_empty() {
        let entries = merged.iter().map(|(key, value)| (Scalar::bare(key), text_node(value))).collect();
        map.push(field, Node::Map(Map { entries, is_flow: false }));
    }
}
