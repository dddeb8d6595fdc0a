//! The tables embedded in the program → places. Each is read once, when the first object of one of its kinds comes by.
//! `tables/SOURCE.md` says where they come from and how a line reads; they are generated, never written by hand.

mod line;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::model::object::{ObjectId, PXC_GROUP};

use super::shape::{Node, Shape};

use line::Reader;

/// A table, read.
#[derive(Debug, Default)]
struct Table {
    /// What it was made from: `operator 1.20.0`.
    source: &'static str,
    /// The kinds by `group/version kind`, `v1 Secret` in the core group.
    kinds: HashMap<&'static str, Node>,
}

/// The kinds of Kubernetes.
static KUBERNETES: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("tables/kubernetes-1.34.txt"), None));

/// The operator's kinds by the operator's minor version.
static OPERATORS: [(&str, LazyLock<Table>); 4] = [
    ("1.17", LazyLock::new(|| operator(include_str!("tables/pxc-1.17.0.txt")))),
    ("1.18", LazyLock::new(|| operator(include_str!("tables/pxc-1.18.0.txt")))),
    ("1.19", LazyLock::new(|| operator(include_str!("tables/pxc-1.19.0.txt")))),
    ("1.20", LazyLock::new(|| operator(include_str!("tables/pxc-1.20.0.txt")))),
];

/// Returns the table of an operator's version.
fn operator(text: &'static str) -> Table {
    Table::read(text, Some(&object_meta()))
}

/// Returns the metadata that every object has.
pub(super) fn object_meta() -> Node {
    let of_namespace = KUBERNETES.kinds.get("v1 Namespace").and_then(|root| root.child("metadata"));
    of_namespace.cloned().unwrap_or_else(Node::anything)
}

/// Returns the root of an object's kind and what it comes from.
pub(super) fn embedded(id: &ObjectId, operator: Option<&str>) -> Option<(Node, &'static str)> {
    let table = if id.group == PXC_GROUP { of_operator(operator?)? } else { &KUBERNETES };
    let slash = if id.group.is_empty() { "" } else { "/" };
    let root = table.kinds.get(format!("{}{slash}{} {}", id.group, id.version, id.kind).as_str())?;
    Some((root.clone(), table.source))
}

/// Returns the table of a version: a patch release has the fields of its minor.
fn of_operator(version: &str) -> Option<&'static Table> {
    let mut parts = version.trim_start_matches('v').split('.');
    let minor = format!("{}.{}", parts.next()?, parts.next()?);
    OPERATORS.iter().find(|(known, _)| *known == minor).map(|(_, table)| &**table)
}

impl Table {
    /// Reads a table; `metadata` is what its kinds have for metadata where the table does not say.
    fn read(text: &'static str, metadata: Option<&Node>) -> Self {
        let mut table = Self::default();
        let mut reader = Reader::new(text);
        while let Some(line) = reader.next_top() {
            match line.split_once(' ') {
                Some(("from", source)) => table.source = source,
                Some(("type", rest)) => reader.define(rest),
                Some(("kind", rest)) => {
                    if let Some((kind, node)) = reader.kind(rest) {
                        table.kinds.insert(kind, with_metadata(node, metadata));
                    }
                }
                _ => {}
            }
        }
        table
    }
}

/// Returns the root with the metadata that the table leaves out.
fn with_metadata(mut root: Node, metadata: Option<&Node>) -> Node {
    if let Some(metadata) = metadata {
        let mut shape = Shape::clone(&root.shape);
        shape.fields.insert("metadata".to_owned(), metadata.clone());
        root.shape = Arc::new(shape);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_its_lines_say() {
        let text = "# a remark\nfrom a test 1\ntype key . a\n name s =\"\"\n size q !\n\
                    kind g/v1 K . & +\n any *\n env [@key key=name,size merge=name ~\n links [.\n  to s\n\
                    \u{20}limits {q\n maps {\n  - @key =null\n ports [ set merge keep\n  - x ~\n";
        let table = Table::read(text, None);
        let root = &table.kinds["g/v1 K"];
        let print = |path: &[&str]| {
            let place = path.iter().try_fold(root, |node, name| node.child(name).or_else(|| node.item()?.child(name)));
            place.map(|node| {
                format!("{:?} {:?} {:?} {}", node.form(), node.list_merge(), node.default(), node.is_nullable())
            })
        };
        assert_eq!(table.source, "a test 1");
        assert!(root.is_embedded_object() && root.preserves_unknown());
        assert_eq!(print(&["any"]).unwrap(), "Any Atomic None false");
        assert_eq!(print(&["env"]).unwrap(), r#"List Map(["name", "size"]) None true"#);
        assert_eq!(print(&["env", "name"]).unwrap(), r#"Text Atomic Some(String("")) false"#);
        assert_eq!(print(&["links", "to"]).unwrap(), "Text Atomic None false");
        assert_eq!(print(&["limits", "cpu"]).unwrap(), "Quantity Atomic None false");
        assert_eq!(print(&["maps", "one", "size"]).unwrap(), "Quantity Atomic None false");
        assert_eq!(print(&["ports"]).unwrap(), "List Set None false");
        assert_eq!(root.child("ports").unwrap().item().unwrap().form(), super::super::Form::IntOrText);
        assert_eq!(print(&["none"]), None);
    }
}
