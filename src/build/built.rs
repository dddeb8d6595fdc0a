//! What is to be built, and what a build gave, whoever builds.

use super::Extent;
use crate::kustomize::files::Files;
use crate::kustomize::restrict::Restrictor;
use crate::model::object::Object;
use crate::model::path::RepoPath;

/// One build.
pub(super) struct Task<'a> {
    /// The tree.
    pub(super) files: &'a dyn Files,
    /// The root.
    pub(super) root: &'a RepoPath,
    /// What it may read.
    pub(super) restrictor: Restrictor,
    /// How far it goes.
    pub(super) extent: Extent,
}

/// An object of a build with the text it was printed as.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltObject {
    /// The object.
    pub object: Object,
    /// Its YAML document, without the line that separates documents.
    pub text: String,
}

/// What a build gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The objects in the order they were printed.
    pub objects: Vec<BuiltObject>,
    /// Everything that was printed.
    pub text: String,
}
