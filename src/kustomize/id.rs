//! Who an object is: group, version, kind, name and namespace, and whether its kind lives in a namespace.
//!
//! Used by everything that selects objects. Pure; the table of kinds is generated (see `tables/SOURCE.md`).

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

/// The kinds kustomize is certain are cluster-scoped: `apiVersion kind` a line.
static CLUSTER_SCOPED: LazyLock<HashSet<(&str, &str)>> = LazyLock::new(|| {
    include_str!("tables/cluster_scoped.txt").lines().filter_map(|line| line.split_once(' ')).collect()
});

/// What stands for the namespace of a cluster-scoped object.
const NO_NAMESPACE: &str = "_non_namespaceable_";

/// Group, version and kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Gvk {
    /// The API group, "" for the core.
    pub group: Arc<str>,
    /// The version.
    pub version: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
}

impl Gvk {
    /// Returns the parts of an `apiVersion` and a kind.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Whether this kind matches a selector, whose empty parts match anything.
    pub(super) fn is_selected(&self, selector: &Self) -> bool {
        let matches = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        matches(&selector.group, &self.group)
            && matches(&selector.version, &self.version)
            && matches(&selector.kind, &self.kind)
    }

    /// Whether the kind is certainly cluster-scoped.
    pub fn is_cluster_scoped(&self) -> bool {
        let api_version = self.api_version();
        CLUSTER_SCOPED.contains(&(api_version.as_str(), &*self.kind))
    }

    /// Returns the `apiVersion`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// The identity of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id {
    /// Group, version, kind.
    pub gvk: Gvk,
    /// The name.
    pub name: Arc<str>,
    /// The namespace as written, "" for none.
    pub namespace: Arc<str>,
    /// Whether the kind is certainly cluster-scoped; earlier ids of an object count as namespaced, as in kustomize.
    pub(super) is_cluster_scoped: bool,
}

impl Id {
    /// Returns the namespace that counts when ids are compared.
    pub(super) fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// Whether two ids are the same object.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk && self.effective_namespace() == other.effective_namespace()
    }

    /// Returns what `equals` compares, for sets.
    pub(super) fn key(&self) -> (Gvk, Arc<str>, Arc<str>) {
        (self.gvk.clone(), Arc::clone(&self.name), Arc::from(self.effective_namespace()))
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{} {}", self.gvk.api_version(), self.gvk.kind, self.name)?;
        if self.namespace.is_empty() { Ok(()) } else { write!(out, " in {}", self.namespace) }
    }
}
