//! From the bytes of a file to the trees of its objects.
//!
//! Documents in order, then the elements of `List` kinds after them; what has no kind or name is an error, as in
//! kustomize. It knows nothing of folders or of who asked.

use std::collections::VecDeque;

use super::budget::Budget;
use super::canonical;
use super::documents;
use super::fault::Fault;
use super::from_value::from_json;
use super::json;
use super::node::Node;
use super::parse;
use super::resolve::Dialect;
use super::value::Value;

/// The objects of one text.
#[derive(Debug, Clone)]
pub(super) struct Trees {
    /// The trees, in kustomize's order.
    pub(super) nodes: Vec<Node>,
    /// Whether a comment may be a schema hint for merges.
    pub(super) has_hint: bool,
}

/// Returns the objects of a file.
pub(super) fn trees(bytes: &[u8], budget: &Budget<'_>) -> Result<Trees, Fault> {
    trees_of_text(&documents::text_of(bytes)?, budget)
}

/// Returns the objects of a text.
pub(super) fn trees_of_text(text: &str, budget: &Budget<'_>) -> Result<Trees, Fault> {
    let documents = documents::split(text)?;
    let mut nodes = Vec::new();
    for document in &documents {
        match parse::document(document, Dialect::V3, budget)? {
            Some(node) if !node.is_null() => take_document(node, documents.len() == 1, &mut nodes)?,
            _ => {}
        }
    }
    let nodes = inline_lists(without_bad(nodes)?, budget)?;
    Ok(Trees { nodes, has_hint: has_hint(text) })
}

/// Whether a comment holds a JSON object in one line.
fn has_hint(text: &str) -> bool {
    text.match_indices('#').any(|(at, _)| {
        let comment = text[at..].split('\n').next().unwrap_or_default();
        let comment = comment.trim_start_matches('#').trim();
        comment.starts_with('{') && json::read(comment, 50).is_ok()
    })
}

/// Takes a document; a lone `List` is unwrapped at once, before its elements are looked at.
fn take_document(node: Node, is_only: bool, nodes: &mut Vec<Node>) -> Result<(), Fault> {
    let kind = node.get("kind").map_or("", Node::text);
    let is_list = (kind == "List" || kind == "ResourceList") && node.get("kind").is_some_and(|kind| !kind.is_empty());
    let has_parts = node.get("items").is_some() || node.get("functionConfig").is_some();
    if !(is_only && is_list && has_parts) {
        nodes.push(node);
        return Ok(());
    }
    if kind == "ResourceList" {
        return Err(Fault::unsupported("kind `ResourceList`"));
    }
    match node {
        Node::Map(mut map) => match map.remove("items") {
            Some(Node::List(list)) => nodes.extend(list.items),
            Some(Node::Map(_)) => return Err(Fault::unsupported("`items` of a `List` that is a mapping")),
            _ => {}
        },
        _ => nodes.push(node),
    }
    Ok(())
}

/// Drops empty trees and refuses those without kind or name.
fn without_bad(nodes: Vec<Node>) -> Result<Vec<Node>, Fault> {
    let nodes: Vec<Node> = nodes.into_iter().filter(|node| !node.is_empty()).collect();
    nodes.iter().try_for_each(check_metadata)?;
    Ok(nodes)
}

/// Refuses a tree without kind or name.
pub(super) fn check_metadata(node: &Node) -> Result<(), Fault> {
    let field = |node: &Node, name: &str| node.get(name).filter(|value| !value.is_empty()).map(|v| v.text().to_owned());
    let kind = field(node, "kind").unwrap_or_default();
    if kind.is_empty() {
        return Err(Fault::invalid("an object has no `kind`"));
    }
    let metadata = node.get("metadata").filter(|node| !node.is_empty());
    let name = metadata.and_then(|metadata| field(metadata, "name")).unwrap_or_default();
    if name.is_empty() && !kind.ends_with("List") {
        return Err(Fault::invalid(format!("an object of kind `{kind}` has no `metadata.name`")));
    }
    Ok(())
}

/// Replaces list objects by their elements, put after everything else.
fn inline_lists(nodes: Vec<Node>, budget: &Budget<'_>) -> Result<Vec<Node>, Fault> {
    let mut queue = VecDeque::from(nodes);
    let mut out = Vec::new();
    while let Some(node) = queue.pop_front() {
        if !node.get("kind").map_or("", Node::text).ends_with("List") {
            out.push(node);
            continue;
        }
        // The elements go through JSON, which is why folded blocks are left alone here.
        let data = canonical::decoded(&node)?;
        match data.get("items") {
            None => out.push(node),
            Some(Value::Null) => {}
            Some(Value::List(items)) => {
                for item in items {
                    queue.extend(elements(item)?);
                }
            }
            Some(other) => return Err(Fault::invalid(format!("`items` is {}, not a list", other.kind_word()))),
        }
        if queue.len() + out.len() > budget.limits.objects {
            return Err(Fault::Limit(format!("{} objects", budget.limits.objects)));
        }
    }
    Ok(out)
}

/// The objects of one element of a list object.
fn elements(item: &Value) -> Result<Vec<Node>, Fault> {
    let mut nodes = Vec::new();
    if *item != Value::Null {
        take_document(from_json(item), true, &mut nodes)?;
    }
    without_bad(nodes)
}
