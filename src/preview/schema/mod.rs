//! What the API server knows of one kind's fields: shapes, defaults, how lists and maps merge, which texts are amounts.
//!
//! The preview asks here instead of guessing: from the cluster's own OpenAPI document, from a custom resource definition,
//! or from a table embedded in the program. Must never hold a rule about a field by its name: what is not in the kind's own
//! schema is not known, and then lists are atomic, maps granular, and there are no defaults.

mod fill;
mod read;
mod same;
mod shape;
mod table;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::model::object::ObjectId;

pub use shape::{Form, ListMerge, MapMerge, Node, Patch};

/// What is known of one kind's fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The object as a whole.
    root: Node,
    /// Where this comes from, for people.
    source: String,
}

impl Schema {
    /// Returns the schema of a kind that nobody describes.
    pub fn unknown() -> Self {
        Self { root: Node::anything(), source: "none".to_owned() }
    }

    /// Returns the schema that an API server's OpenAPI v3 document of a group and version holds for an object's kind.
    pub fn of_document(document: &Value, id: &ObjectId) -> Option<Self> {
        let root = read::of_document(document, id)?;
        Some(Self { root, source: "the cluster's OpenAPI".to_owned() })
    }

    /// Returns the schema that a custom resource definition (`apiextensions.k8s.io/v1`) holds for one of its versions.
    pub fn of_crd(crd: &Value, version: &str) -> Option<Self> {
        let name = crd.pointer("/metadata/name")?.as_str()?;
        let versions = crd.pointer("/spec/versions")?.as_array()?;
        let schema = versions.iter().find(|one| one["name"] == version)?.pointer("/schema/openAPIV3Schema")?;
        let root = read::of_crd(schema, table::object_meta());
        Some(Self { root, source: format!("custom resource definition `{name}`") })
    }

    /// Returns the schema embedded in the program: the operator's kinds where the operator's version is known to the minor
    /// and has a table, and the kinds of Kubernetes that stand beside them.
    pub fn embedded(id: &ObjectId, operator: Option<&str>) -> Option<Self> {
        let (root, source) = table::embedded(id, operator)?;
        Some(Self { root, source: format!("{source} (embedded)") })
    }

    /// Returns where this comes from, for people: `the cluster's OpenAPI`, `operator 1.20.0 (embedded)`, `none`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the object as a whole.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Fills in the schema's defaults and drops nulls, as the API server does when it takes an object of a custom
    /// resource: defaults go into objects that are there, a null where none may be is replaced or dropped. Of kinds that
    /// Kubernetes itself defines only the few defaults that their OpenAPI names.
    pub fn defaulted(&self, value: &mut Value) {
        fill::defaulted(value, &self.root);
        fill::without_nulls(value, &self.root);
    }

    /// Drops the fields that the schema does not know, as the API server does unless the schema keeps them;
    /// `apiVersion`, `kind` and `metadata` stay as they are.
    pub fn pruned(&self, value: &mut Value) {
        fill::pruned(value, &self.root);
    }

    /// Returns the fields that the schema does not know and does not keep: `spec.list[].name`.
    pub fn undeclared(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        fill::undeclared(value, &self.root, "", &mut found);
        found
    }

    /// Returns whether the cluster itself says this, rather than a table of the program.
    pub fn is_of_cluster(&self) -> bool {
        !self.source.ends_with("(embedded)")
    }
}
