//! The built-in Kustomize builder: `kustomize build` (v5.5 to v5.6) for a declared subset, byte for byte, in memory.
//!
//! `build` reads a tree of files and returns objects and text. It prints nothing, writes nothing and knows nothing of the
//! rest of the program. What is outside the subset is `BuildError::Unsupported`, naming file and field; a result that
//! differs from kustomize's without saying so is a defect.
//!
//! Flow: `files` → `load` → `read` (`documents`, `parse`) → `accumulate` (`generator`, `patch`, `namespace`, `label`, `image`, …)
//! → `hash` → `name_reference` → `variable` → `order` → `canonical` → `emit`.

mod absorb;
mod accumulate;
mod affix;
mod budget;
mod cache;
mod canonical;
mod collection;
mod configuration;
mod decode;
mod documents;
mod emit;
mod emitter;
mod fault;
mod field_match;
mod field_path;
mod field_spec;
mod field_write;
pub mod files;
mod folded;
mod from_value;
mod generator;
mod go_json;
mod hash;
mod id;
mod image;
mod json;
mod json_patch;
mod key_order;
mod key_value;
mod kustomization;
mod label;
mod label_selector;
mod limits;
mod load;
mod merge_directive;
mod merge_element;
mod merge_key;
mod merge_list;
mod name_reference;
mod namespace;
mod node;
mod number;
mod object;
mod options;
mod order;
mod parse;
mod patch;
mod patch_entry;
mod pattern;
mod plain_data;
mod plugin;
mod read;
mod reference;
mod remote;
mod replacement;
mod replacement_entry;
mod replica;
mod resolve;
pub mod restrict;
mod scalar_form;
mod scalar_text;
mod schema;
mod selector;
mod strategic_merge;
mod timestamp;
mod transform;
mod value;
mod variable;

use std::collections::BTreeSet;

pub use cache::Cache;
pub use fault::BuildError;
pub use files::{Entry, Files, Memory, Patched, ReadError};
pub use id::{Gvk, Id};
pub use limits::{FILE_BYTES, Limits};
pub use node::{List, Map, Node, Scalar, Style, Tag};
pub use object::Object;
pub use options::{Extent, Options};
pub use remote::is_remote;
pub use restrict::Restrictor;

use accumulate::{Accumulated, Accumulator};
use collection::Collection;
use fault::Fault;
use load::Loader;

/// What a build gives.
#[derive(Debug, Clone)]
pub struct Built {
    /// The objects, in output order.
    pub objects: Vec<Object>,
    /// The text `kustomize build` prints.
    pub text: String,
    /// Every path that was read: files, and links passed on the way.
    pub files_read: BTreeSet<String>,
}

/// Builds the kustomization in folder `root`.
///
/// # Errors
///
/// Fails where kustomize fails, where the input leaves the subset, where a read fails and where a limit is passed.
pub fn build(files: &dyn Files, root: &str, options: &Options, cache: &Cache) -> Result<Built, BuildError> {
    let loader = Loader::new(files, options);
    let (objects, text) = build_with(&loader, root, options, cache)?;
    Ok(Built { objects, text, files_read: loader.into_read() })
}

/// Builds with a loader that keeps the list of what was read.
fn build_with(
    loader: &Loader<'_>,
    root: &str,
    options: &Options,
    cache: &Cache,
) -> Result<(Vec<Object>, String), BuildError> {
    let place = loader.find("", root)?.filter(|place| place.entry == Entry::Folder);
    let root = place.ok_or_else(|| Fault::invalid("there is no such folder").at(root))?.path;
    let accumulator = Accumulator {
        loader,
        options,
        cache,
        budget: budget::Budget::new(&options.limits),
        shares: label::Shares::default(),
        folders: std::cell::Cell::new(0),
    };
    let target = accumulator.target(&root)?;
    let mut so_far = Accumulated::default();
    accumulator.run(&target, &mut so_far, &[&root], options.extent)?;
    if options.extent == Extent::Whole {
        finish(&mut so_far, &target.kustomization, &accumulator.budget).map_err(|fault| fault.at(&target.file))?;
    }
    let mut collection = so_far.collection;
    let text = write(&mut collection, options.limits.total_bytes)?;
    Ok((collection.objects, text))
}

/// What happens once, at the root: hashes, references, variables, local objects, order.
fn finish(
    so_far: &mut Accumulated,
    kustomization: &kustomization::Kustomization,
    budget: &budget::Budget<'_>,
) -> Result<(), Fault> {
    let configuration = so_far.configuration();
    let collection = &mut so_far.collection;
    hash::add_suffixes(collection)?;
    name_reference::fix(collection, &configuration.references)?;
    variable::resolve(collection, &so_far.variables, configuration.specs("varReference"), budget)?;
    collection.objects.iter().try_for_each(|object| read::check_metadata(&object.node))?;
    collection
        .objects
        .retain(|object| object.annotation("config.kubernetes.io/local-config").is_none_or(|value| value == "false"));
    collection.check_unique()?;
    order::sort(collection, kustomization.sort_options.as_ref());
    Ok(())
}

/// Writes all objects, in `limit` bytes at most.
fn write(collection: &mut Collection, limit: usize) -> Result<String, BuildError> {
    let mut text = String::new();
    for object in &mut collection.objects {
        let stripped = object.strip_notes().and_then(|()| canonical::value_of(&object.node));
        let value = stripped.map_err(|fault| fault.at(&object.origin))?;
        if !text.is_empty() {
            text.push_str("---\n");
        }
        text.push_str(&emit::document(&value));
        if text.len() > limit {
            return Err(Fault::Limit(format!("{limit} bytes of output")).at(&object.origin));
        }
    }
    Ok(text)
}
