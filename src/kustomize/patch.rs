//! Patches: where they come from, which kind they are, and what they do to the collection.
//!
//! Three fields with three sets of side effects (`patches`, `patchesStrategicMerge`, `patchesJson6902`); all of kustomize's
//! are kept. Files are read here through the loader, before any transformer runs.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use super::budget::Budget;
use super::canonical;
use super::collection::Collection;
use super::fault::{BuildError, Fault};
use super::field_write::set_text;
use super::from_value::from_patched;
use super::json_patch::JsonPatch;
use super::load::Loader;
use super::object::Object;
use super::patch_entry::Patch;
use super::read::{Trees, trees_of_text};
use super::selector::{Target, select};
use super::strategic_merge;

/// A patch, read and understood.
pub(super) struct Loaded {
    /// Where it came from, for messages.
    pub(super) source: String,
    /// What it does.
    action: Action,
    /// What it applies to.
    target: Option<Target>,
    /// Whether names and kinds may change.
    allow: (bool, bool),
}

/// The kinds of patch.
enum Action {
    /// Strategic merges from `patches`.
    Merges(Vec<Object>),
    /// Strategic merges from `patchesStrategicMerge`.
    OldMerges(Vec<Object>),
    /// A JSON patch from `patches`.
    Json(JsonPatch),
    /// A JSON patch from `patchesJson6902`.
    OldJson(JsonPatch),
}

/// The folder a patch is read for, and what it needs to be read.
pub(super) struct Source<'a> {
    /// The loader.
    pub(super) loader: &'a Loader<'a>,
    /// The kustomization's folder.
    pub(super) root: &'a str,
    /// The kustomization file.
    pub(super) file: &'a str,
    /// The bounds, and what the build has used of them.
    pub(super) budget: &'a Budget<'a>,
}

impl Source<'_> {
    /// The text of a file and its path.
    fn file_text(&self, path: &str) -> Result<(String, String), BuildError> {
        let loaded = self.loader.load(self.root, path)?;
        let text =
            String::from_utf8(loaded.bytes.to_vec()).map_err(|_| Fault::invalid("not UTF-8 text").at(&loaded.path))?;
        Ok((text, loaded.path))
    }

    /// Reads an entry of `patches`.
    pub(super) fn patch(&self, patch: &Patch) -> Result<Loaded, BuildError> {
        let inline = patch.text.trim();
        let (text, source) = match (inline.is_empty(), patch.path.is_empty()) {
            (true, true) => return Err(Fault::invalid("a patch needs one of `patch` and `path`").at(self.file)),
            (false, false) => return Err(Fault::invalid("a patch has both `patch` and `path`").at(self.file)),
            (false, true) => (inline.to_owned(), self.file.to_owned()),
            (true, false) => self.file_text(&patch.path)?,
        };
        let action = either_kind(&text, self.budget, &source).map_err(|fault| fault.at(&source))?;
        let allow = (patch.allow_name_change, patch.allow_kind_change);
        Ok(Loaded { source, action, target: patch.target.clone(), allow })
    }

    /// Reads an entry of `patchesJson6902`.
    pub(super) fn json(&self, patch: &Patch) -> Result<Loaded, BuildError> {
        let Some(target) = patch.target.clone().filter(|target| !target.patterns[3].is_empty()) else {
            return Err(Fault::invalid("an entry of `patchesJson6902` needs the name of its target").at(self.file));
        };
        let (text, source) = match (patch.text.is_empty(), patch.path.is_empty()) {
            (true, true) => return Err(Fault::invalid("an entry of `patchesJson6902` is empty").at(self.file)),
            (false, false) => return Err(Fault::invalid("a patch has both `patch` and `path`").at(self.file)),
            (false, true) => (patch.text.clone(), self.file.to_owned()),
            (true, false) => self.file_text(&patch.path)?,
        };
        let json = JsonPatch::read(&text, self.budget).map_err(|fault| fault.at(&source))?;
        if json.is_empty() {
            return Err(Fault::invalid("the patch is empty").at(&source));
        }
        Ok(Loaded { source, action: Action::OldJson(json), target: Some(target), allow: (false, false) })
    }

    /// Reads `patchesStrategicMerge`; each entry is a patch itself or the path of one.
    pub(super) fn merges(&self, entries: &[String]) -> Result<Option<Loaded>, BuildError> {
        if entries.is_empty() {
            return Ok(None);
        }
        let mut patches = Vec::new();
        for entry in entries {
            match trees_of_text(entry, self.budget) {
                Ok(trees) => patches.extend(objects(trees, self.file)),
                Err(fault @ Fault::Limit(_)) => return Err(fault.at(self.file)),
                Err(fault) if entry.contains('\n') => return Err(fault.at(self.file)),
                Err(_) => {
                    let (text, path) = self.file_text(entry)?;
                    let text = super::documents::text_of(text.as_bytes()).map_err(|fault| fault.at(&path))?;
                    patches.extend(objects(trees_of_text(&text, self.budget).map_err(|fault| fault.at(&path))?, &path));
                }
            }
        }
        if patches.is_empty() {
            return Err(Fault::invalid("`patchesStrategicMerge` appears to be empty").at(self.file));
        }
        let source = self.file.to_owned();
        Ok(Some(Loaded { source, action: Action::OldMerges(patches), target: None, allow: (false, false) }))
    }
}

/// Trees as objects.
fn objects(trees: Trees, origin: &str) -> Vec<Object> {
    let has_hint = trees.has_hint;
    trees.nodes.into_iter().map(|node| Object { has_hint, ..Object::new(node, origin.to_owned()) }).collect()
}

/// Finds out whether a text is a strategic merge or a JSON patch; it must be exactly one of them.
fn either_kind(text: &str, budget: &Budget<'_>, source: &str) -> Result<Action, Fault> {
    let merges = super::documents::text_of(text.as_bytes()).and_then(|text| trees_of_text(&text, budget));
    let json = JsonPatch::read(text, budget);
    match (merges, json) {
        (Err(fault @ (Fault::Unsupported(_) | Fault::Limit(_))), _) if !text.starts_with('[') => Err(fault),
        (_, Err(fault @ (Fault::Unsupported(_) | Fault::Limit(_)))) => Err(fault),
        (Ok(_), Ok(_)) => Err(Fault::invalid("it is both a strategic merge patch and a JSON patch")),
        (Err(_), Err(fault)) => {
            Err(Fault::invalid(format!("it is neither a strategic merge patch nor a JSON patch: {}", fault.text())))
        }
        (Ok(trees), Err(_)) if trees.nodes.is_empty() => Err(Fault::unsupported("a patch without content")),
        (Ok(trees), Err(_)) => Ok(Action::Merges(objects(trees, source))),
        (Err(_), Ok(json)) => Ok(Action::Json(json)),
    }
}

impl Loaded {
    /// Applies the patch.
    pub(super) fn apply(&self, collection: &mut Collection, budget: &Budget<'_>) -> Result<(), Fault> {
        match &self.action {
            Action::Json(json) => {
                let target = self.target.as_ref().ok_or_else(|| Fault::invalid("a JSON patch needs a target"))?;
                for at in select(collection, target)? {
                    collection.objects[at].store_previous_id()?;
                    apply_json(&mut collection.objects[at], json, budget)?;
                }
                Ok(())
            }
            Action::OldJson(json) => {
                let target = self.target.as_ref().ok_or_else(|| Fault::invalid("a JSON patch needs a target"))?;
                let selected = select(collection, target)?;
                selected.into_iter().try_for_each(|at| apply_json(&mut collection.objects[at], json, budget))
            }
            Action::OldMerges(patches) => patches.iter().try_for_each(|patch| {
                let at = collection.by_id(&patch.id())?;
                merge_into(collection, &[at], patch, budget)
            }),
            Action::Merges(patches) => self.apply_merges(collection, patches, budget),
        }
    }

    /// Applies the strategic merges of an entry of `patches`.
    fn apply_merges(&self, collection: &mut Collection, patches: &[Object], budget: &Budget<'_>) -> Result<(), Fault> {
        let mut patches: Vec<Object> = patches.to_vec();
        for patch in &mut patches {
            self.note_permissions(patch)?;
        }
        if let Some(target) = &self.target {
            let [patch] = patches.as_slice() else {
                return Err(Fault::invalid("several strategic merge patches cannot share one `target`"));
            };
            let selected = select(collection, target)?;
            return merge_into(collection, &selected, patch, budget);
        }
        for mut patch in patches {
            if collection.objects.iter().any(|object| object.node.is_empty()) {
                // kustomize 5.5 and 5.6 crash here.
                return Err(Fault::invalid(
                    "a patch follows one that deletes an object, in the same entry of `patches`",
                ));
            }
            let at = collection.by_id(&patch.original_id()?)?;
            merge(&mut collection.objects[at], &mut patch, budget)?;
        }
        Ok(())
    }

    /// Notes in the patch what it may change; its annotations become strings on the way.
    fn note_permissions(&self, patch: &mut Object) -> Result<(), Fault> {
        for (is_allowed, note) in [(self.allow.0, "allowNameChange"), (self.allow.1, "allowKindChange")] {
            if is_allowed {
                let mut annotations: BTreeMap<Arc<str>, Arc<str>> = patch.metadata_map("annotations");
                annotations.insert(format!("internal.config.kubernetes.io/{note}").into(), "enabled".into());
                patch.set_annotations(&annotations)?;
            }
        }
        Ok(())
    }
}

/// Merges a copy of the patch into each selected object, then checks that all identities are still different.
fn merge_into(
    collection: &mut Collection,
    selected: &[usize],
    patch: &Object,
    budget: &Budget<'_>,
) -> Result<(), Fault> {
    let selected: HashSet<usize> = selected.iter().copied().collect();
    for (at, object) in collection.objects.iter_mut().enumerate() {
        if selected.contains(&at) {
            let mut copy = patch.clone();
            dress(&mut copy, object)?;
            merge(object, &mut copy, budget)?;
        }
    }
    collection.drop_empty();
    collection.check_unique()
}

/// Merges a patch into an object; name, kind and namespace stay unless they may change.
fn merge(object: &mut Object, patch: &mut Object, budget: &Budget<'_>) -> Result<(), Fault> {
    if object.has_hint || patch.has_hint {
        return Err(Fault::unsupported("a comment that may be a schema hint, in a merge"));
    }
    let (name, namespace, kind) = (object.name().to_owned(), object.namespace().to_owned(), object.kind().to_owned());
    let may = |note: &str| patch.annotation(&format!("internal.config.kubernetes.io/{note}")) == Some("enabled");
    let (may_rename, may_change_kind) = (may("allowNameChange"), may("allowKindChange"));
    if may_rename || may_change_kind {
        object.store_previous_id()?;
    }
    let before = object.node.size();
    if !strategic_merge::apply(&mut object.node, &mut patch.node)? {
        object.node = super::node::Node::empty_map();
    }
    budget.take_growth(before, object.node.size())?;
    if object.node.is_empty() {
        return Ok(());
    }
    if !may_change_kind && let Some(map) = object.node.as_map_mut() {
        set_text(map, "kind", &kind);
    }
    if !may_rename {
        object.set_name(&name)?;
    }
    object.set_namespace(&namespace)
}

/// Gives a patch what kustomize gives the copy it merges: labels and annotations as strings, the target's version.
fn dress(patch: &mut Object, target: &Object) -> Result<(), Fault> {
    let (name, namespace) = (patch.name().to_owned(), patch.namespace().to_owned());
    let labels = patch.metadata_map("labels");
    let annotations = patch.metadata_map("annotations");
    let api_version = target.gvk().api_version();
    let kind = patch.kind().to_owned();
    patch.set_metadata_map("labels", &labels)?;
    patch.set_annotations(&annotations)?;
    patch.set_name(&name)?;
    patch.set_namespace(&namespace)?;
    if let Some(map) = patch.node.as_map_mut() {
        set_text(map, "apiVersion", &api_version);
        set_text(map, "kind", &kind);
    }
    Ok(())
}

/// Applies a JSON patch; the notes survive it, and every annotation becomes a string.
fn apply_json(object: &mut Object, json: &JsonPatch, budget: &Budget<'_>) -> Result<(), Fault> {
    let notes = object.notes();
    let patched = json.apply(canonical::value_of(&object.node)?, budget)?;
    object.node = from_patched(&patched)?;
    let mut annotations = object.metadata_map("annotations");
    annotations.extend(notes);
    object.set_annotations(&annotations)
}
