//! The load restrictor: whether a build may read files outside the folder of the kustomization that names them.

use std::fmt;

/// Which files a kustomization may name (folders may be anywhere).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Restrictor {
    /// Files in its own folder and below, as the program and Argo CD do by default.
    #[default]
    RootOnly,
    /// Files anywhere in the tree, as Flux does.
    None,
}

impl fmt::Display for Restrictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RootOnly => "root-only",
            Self::None => "none",
        })
    }
}
