//! What every object of a root is seen with: the root, who applies it, what was read, and what the head makes beside it. Made
//! once a root, before any of its objects is previewed.

use serde_json::Value;

use super::controller::RootController;
use super::shared::Shared;
use super::{Deployed, Options};
use crate::model::live::Live;
use crate::model::object::ObjectId;

/// What every object of a root is seen with.
pub(super) struct Context<'a> {
    /// The root.
    pub(super) root: &'a Deployed,
    /// Who applies the root.
    pub(super) controller: &'a RootController,
    /// What was read.
    pub(super) live: &'a Live,
    /// What was asked for.
    pub(super) options: &'a Options,
    /// What all roots have in common.
    pub(super) shared: &'a Shared,
    /// What the head makes.
    pub(super) after: &'a [ObjectId],
}

impl Context<'_> {
    /// Returns whether the root makes the namespace of an object before the object.
    pub(super) fn makes_namespace(&self, id: &ObjectId) -> bool {
        let namespace = id.namespace.as_deref().unwrap_or_default();
        self.after.iter().any(|other| other.kind == "Namespace" && other.name == namespace)
    }

    /// Returns whether the root makes the kind of an object, or changes it, before the object.
    pub(super) fn makes_kind(&self, id: &ObjectId) -> bool {
        let ends = format!(".{}", id.group);
        let is_definition = |other: &&ObjectId| other.kind == "CustomResourceDefinition" && other.name.ends_with(&ends);
        self.after.iter().any(|other| is_definition(&other))
    }

    /// Returns whether the controller makes an object's namespace because an option asks for it.
    pub(super) fn makes_by_option(&self) -> bool {
        self.controller.argo.has(&Value::Null, "CreateNamespace=true")
    }

    /// Returns whether something that an object needs comes with the same root, so that a dry run cannot know it.
    pub(super) fn is_made_first(&self, id: &ObjectId) -> bool {
        self.makes_namespace(id) || self.makes_kind(id) || self.makes_by_option()
    }
}
