//! An identity as a place on the server: its resource, its namespace, its path.
//! Must never make a path that leads to another object.

use super::Cluster;
use super::asked::{Asked, Words};
use super::discovery::Source;
use super::known::Resource;
use super::mask::Masks;
use crate::model::live::{Reason, Scope, Trouble};
use crate::model::object::ObjectId;
use crate::model::percent::segment;

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    /// `perconaxtradbclusters.pxc.percona.com`.
    pub(super) resource: String,
    /// Its namespace, where it has one.
    pub(super) namespace: Option<String>,
    /// Its path.
    pub(super) path: String,
    /// The path of all objects of its kind.
    pub(super) kind_path: String,
    /// Who says so.
    pub(super) source: Source,
}

impl Located {
    /// Returns the path of the objects of its kind in its namespace.
    pub(super) fn place_path(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(place, _)| place)
    }

    /// Returns what is asked of its object, for messages.
    pub(super) fn asked(&self, verb: &'static str, id: &ObjectId, masks: Masks) -> Asked {
        let words = if id.is_secret() { Words::Withheld } else { Words::Quoted };
        Asked { verb, resource: self.resource.clone(), namespace: self.namespace.clone(), words, masks }
    }
}

/// Returns where an object is; `None` where its kind is not served.
pub(super) fn object(cluster: &Cluster, id: &ObjectId, fallback: Option<&str>) -> Result<Option<Located>, Trouble> {
    if [&id.version, &id.kind, &id.name].into_iter().any(String::is_empty) {
        let fact = "the object has no `apiVersion`, `kind` or `metadata.name`";
        return Err(Trouble::new(Reason::Rejected, fact));
    }
    if [".", ".."].contains(&id.name.as_str()) {
        return Err(Trouble::new(Reason::Rejected, format!("no object can be named `{}`", id.name)));
    }
    let Some((Resource { plural, scope }, source)) = cluster.discovery.resource(id)? else { return Ok(None) };
    let namespace = match scope {
        Scope::Cluster => None,
        Scope::Namespaced => {
            let given = [id.namespace.as_deref(), fallback, cluster.namespace.as_deref()];
            Some(given.into_iter().flatten().find(|name| !name.is_empty()).ok_or_else(nowhere)?.to_owned())
        }
    };
    let path = format!("{}/{}", place(id, &plural, namespace.as_deref()), segment(&id.name));
    let kind_path = place(id, &plural, None);
    Ok(Some(Located { resource: resource(id, &plural), namespace, path, kind_path, source }))
}

/// Returns the path of the objects of a kind, in a namespace or in all.
pub(super) fn place(id: &ObjectId, plural: &str, namespace: Option<&str>) -> String {
    let top = if id.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", segment(&id.group)) };
    let place = namespace.map(|name| format!("/namespaces/{}", segment(name))).unwrap_or_default();
    format!("{top}/{}{place}/{}", segment(&id.version), segment(plural))
}

/// Returns a kind as rules of RBAC name it.
pub(super) fn resource(id: &ObjectId, plural: &str) -> String {
    if id.group.is_empty() { plural.to_owned() } else { format!("{plural}.{}", id.group) }
}

/// Returns that a namespace is needed.
fn nowhere() -> Trouble {
    Trouble::new(Reason::CannotTell, "nothing says in which namespace it is").hint("`metadata.namespace` in Git")
}
