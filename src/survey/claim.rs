//! What one object of a controller asks for, as it is written. Read from Flux' and Argo CD's objects, before anybody looks
//! whether the folder is in the tree.

use super::Owner;

/// How a controller reads a folder that has no kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plain {
    /// Flux: every manifest below, folders with a kustomization as that.
    Generated,
    /// Argo CD: the manifests in the folder itself.
    Here,
    /// Argo CD: every manifest below.
    Below,
}

/// What an object asks for, its path as written.
pub(super) struct Claim {
    /// `spec.path` or a source's `path`.
    pub(super) path: String,
    /// How the folder is read where it has no kustomization.
    pub(super) plain: Plain,
    /// A field that narrows what is read there.
    pub(super) narrowed_by: Option<String>,
    /// Components added by the controller: the field and the folder as written.
    pub(super) components: Vec<(String, String)>,
    /// Whose claim it is.
    pub(super) owner: Owner,
}
