//! Name prefixes and suffixes.
//!
//! Called by `accumulate`; what was added is noted in the object, since name references compare it.

use super::collection::Collection;
use super::fault::Fault;
use super::field_spec::{Create, FieldSpec};
use super::field_write::set_scalar;
use super::node::Tag;
use super::object::{PREFIXES, SUFFIXES};

/// Which end of a name an affix goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affix {
    /// In front.
    Prefix,
    /// Behind.
    Suffix,
}

/// Adds a name prefix or suffix.
pub(super) fn add_affix(
    collection: &mut Collection,
    affix: Affix,
    text: &str,
    specs: &[FieldSpec],
) -> Result<(), Fault> {
    let note = match affix {
        Affix::Prefix => PREFIXES,
        Affix::Suffix => SUFFIXES,
    };
    for object in &mut collection.objects {
        let original = object.original_id()?.gvk;
        let is_service = &*original.group == "apiregistration.k8s.io" && &*original.kind == "APIService";
        if is_service || matches!(&*original.kind, "CustomResourceDefinition" | "Namespace") {
            continue;
        }
        for spec in specs.iter().filter(|spec| original.is_selected(&spec.gvk)) {
            if *spec.path == ["metadata", "name"] {
                object.append_note(note, text)?;
                if !text.is_empty() {
                    object.store_previous_id()?;
                }
            }
            let gvk = object.gvk();
            spec.apply(&gvk, &mut object.node, Create::Scalar(Tag::Str), &mut |node| {
                let name = match affix {
                    Affix::Prefix => format!("{text}{}", node.text()),
                    Affix::Suffix => format!("{}{text}", node.text()),
                };
                set_scalar(node, &name, Tag::None)
            })?;
        }
    }
    Ok(())
}
