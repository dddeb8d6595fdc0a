//! The writes kustomize makes to trees, with their side effects: kept styles, shared nodes, created parents.
//!
//! Used by the transformers. Each function is one write of kustomize's; none of them decides whether to write.

use std::sync::Arc;

use super::budget::Budget;
use super::fault::Fault;
use super::limits::Limits;
use super::node::{Map, Node, Scalar, Style, Tag};
use super::parse;
use super::resolve::{Dialect, Resolved, resolve};

/// Returns the map at `key`, created when absent.
pub(super) fn lookup_or_create_map<'a>(node: &'a mut Node, key: &str) -> Result<&'a mut Map, Fault> {
    let Node::Map(map) = node else { return Err(wrong_kind("a mapping", node)) };
    if map.get(key).is_none() {
        map.push(key, Node::empty_map());
    }
    match map.get_mut(key) {
        Some(Node::Map(inner)) => Ok(inner),
        Some(other) => Err(wrong_kind("a mapping", other)),
        None => Err(Fault::invalid(format!("no field `{key}`"))),
    }
}

/// The fault for a node of another kind than a path needs.
pub(super) fn wrong_kind(expected: &str, node: &Node) -> Fault {
    Fault::invalid(format!("wrong node kind: expected {expected} but got {}", node.kind_word()))
}

/// Writes over the content of a scalar, keeping its style.
pub(super) fn set_scalar(node: &mut Node, value: &str, tag: Tag) -> Result<(), Fault> {
    let Node::Scalar(scalar) = node else { return Err(wrong_kind("a scalar", node)) };
    scalar.value = Arc::from(value);
    scalar.tag = tag;
    Ok(())
}

/// Sets an annotation as kustomize sets its notes.
pub(super) fn set_annotation(node: &mut Node, key: &str, value: &str) -> Result<(), Fault> {
    let metadata = lookup_or_create_map(node, "metadata")?;
    let is_void = metadata.get("annotations").is_some_and(|node| match node {
        Node::Scalar(_) => true,
        other => other.is_empty(),
    });
    if is_void {
        metadata.remove("annotations");
    }
    if metadata.get("annotations").is_none() {
        metadata.push("annotations", Node::empty_map());
    }
    let Some(Node::Map(annotations)) = metadata.get_mut("annotations") else {
        return Err(Fault::invalid("`metadata.annotations` is not a mapping"));
    };
    match annotations.get_mut(key) {
        Some(Node::Scalar(scalar)) => {
            scalar.value = Arc::from(value);
            scalar.tag = Tag::Str;
        }
        Some(other) => *other = Node::Scalar(Scalar::string(value)),
        None => {
            let scalar = Scalar { style: Style::Quoted, ..Scalar::string(value) };
            annotations.push(key, Node::Scalar(scalar));
        }
    }
    Ok(())
}

/// Sets a text field of a mapping that may exist; an existing one keeps its style and identity, a new one is quoted
/// where YAML 1.1 would not read a string.
pub(super) fn set_text(map: &mut Map, key: &str, value: &str) {
    match map.get_mut(key) {
        Some(Node::Scalar(scalar)) => {
            let style = scalar.style;
            scalar.write(&Scalar::bare(value), style);
        }
        Some(other) => *other = Node::Scalar(Scalar::bare(value)),
        None => {
            let mut node = Node::Scalar(Scalar::bare(value));
            quote_if_odd(&mut node);
            map.push(key, node);
        }
    }
}

/// Returns a new string, in the form kustomize gives one.
pub(super) fn text_node(text: &str) -> Node {
    let mut scalar = Scalar::string(text);
    if text.contains('\n') {
        scalar.style = Style::Literal;
    }
    let mut node = Node::Scalar(scalar);
    quote_if_odd(&mut node);
    node
}

/// Quotes a plain string that YAML 1.1 would not read as one, as kustomize does with every node it sets in a map.
pub(super) fn quote_if_odd(node: &mut Node) {
    if let Node::Scalar(scalar) = node
        && scalar.style == Style::Plain
        && matches!(scalar.tag, Tag::Str | Tag::None)
        && is_odd(&scalar.value)
    {
        scalar.style = Style::Quoted;
    }
}

/// Whether YAML 1.1 reads a text as something other than a string.
fn is_odd(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    // go-yaml v2 hands out a time as the text it was written as, unless it is asked for a time.
    let is_other = |text: &str| !matches!(resolve(text, Dialect::V2), Resolved::Str | Resolved::Time(_));
    if is_other(text) {
        return true;
    }
    let may_have_structure = text.contains([':', '-', '#', '[', '{', '?', '.']);
    may_have_structure
        && match parse::document(text, Dialect::V2, &Budget::new(&Limits::default())) {
            Ok(None | Some(Node::Map(_) | Node::List(_))) => true,
            Ok(Some(Node::Scalar(scalar))) => scalar.style == Style::Plain && is_other(&scalar.value),
            Err(_) => false,
        }
}

/// Writes that went to shared scalars and are owed to the scalars that share with them.
#[derive(Debug, Default)]
pub(super) struct Touched(Vec<(u32, Scalar)>);

impl Touched {
    /// Writes the content of `new` over the node at a field, as kustomize does: in place, with the old style.
    pub(super) fn overwrite(&mut self, field: &mut Node, new: Node) {
        match (field, new) {
            (Node::Scalar(old), Node::Scalar(new)) => {
                let style = old.style;
                old.write(&new, style);
                if old.share != 0 {
                    self.0.push((old.share, old.clone()));
                }
            }
            (field, Node::Scalar(mut new)) => {
                new.style = Style::Plain;
                *field = Node::Scalar(new);
            }
            (field, mut new) => {
                keep_flow(field, &mut new);
                *field = new;
            }
        }
    }

    /// Pays what is owed within `node`.
    pub(super) fn settle(&mut self, node: &mut Node) {
        if self.0.is_empty() {
            return;
        }
        node.each_scalar(&mut |scalar| {
            if scalar.share != 0
                && let Some((_, last)) = self.0.iter().rev().find(|(share, _)| *share == scalar.share)
            {
                scalar.write(last, last.style);
            }
        });
        self.0.clear();
    }
}

/// Gives `new` the bracket style of the node it replaces.
fn keep_flow(old: &Node, new: &mut Node) {
    let was_flow = match old {
        Node::Scalar(_) => false,
        Node::Map(map) => map.is_flow,
        Node::List(list) => list.is_flow,
    };
    match new {
        Node::Scalar(_) => {}
        Node::Map(map) => map.is_flow = was_flow,
        Node::List(list) => list.is_flow = was_flow,
    }
}
