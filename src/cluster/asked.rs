//! What was asked of the API server, in the words that messages about its answer need.
//! Must never let the server be quoted on a Secret.

use super::mask::Masks;

/// Whether the API server's own words may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Cut to a line, what was sent as a credential masked.
    Quoted,
    /// Not at all: they can hold the value of a Secret.
    Withheld,
}

/// What was asked, for messages.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The verb of RBAC.
    pub(super) verb: &'static str,
    /// `perconaxtradbclusters.pxc.percona.com`, or a path.
    pub(super) resource: String,
    /// The namespace, where it has one.
    pub(super) namespace: Option<String>,
    /// Whether the server may be quoted.
    pub(super) words: Words,
    /// What must not be repeated.
    pub(super) masks: Masks,
}

impl Asked {
    /// Returns the read of a path that is no object.
    pub(super) fn path(path: &str) -> Self {
        Self { verb: "get", resource: path.to_owned(), namespace: None, words: Words::Quoted, masks: Masks::default() }
    }
}
