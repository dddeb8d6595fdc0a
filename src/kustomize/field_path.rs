//! Field paths with dots, as replacements and variables write them: `spec.containers.[name=a].image`.
//!
//! `lookup` follows one to a single place, elements by equal text; `field_match` follows one to many.

use super::fault::Fault;
use super::field_write::wrong_kind;
use super::node::Node;

/// Where a node stands: the index of each child on the way.
pub(super) type Address = Vec<usize>;

/// Splits a path at dots; `\.` is a dot inside a part, and so is one in brackets.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = unescaped(path).into_iter();
    let mut out = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            out.push(part);
            continue;
        }
        let mut joined = part;
        for next in parts.by_ref() {
            joined = format!("{joined}.{next}");
            if next.ends_with(']') {
                break;
            }
        }
        // Brackets without `=` only keep a key with dots together.
        out.push(if joined.contains('=') { joined } else { joined.trim_matches(['[', ']']).to_owned() });
    }
    out
}

/// Splits a path at the dots that have no backslash in front.
fn unescaped(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.strip_prefix('.').unwrap_or(path).split('.') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

/// Returns the node at an address.
pub(super) fn at<'a>(node: &'a Node, address: &[usize]) -> Option<&'a Node> {
    address.iter().try_fold(node, |node, &at| match node {
        Node::Map(map) => map.entries.get(at).map(|(_, value)| value),
        Node::List(list) => list.items.get(at),
        Node::Scalar(_) => None,
    })
}

/// Returns the node at an address for change.
pub(super) fn at_mut<'a>(node: &'a mut Node, address: &[usize]) -> Option<&'a mut Node> {
    address.iter().try_fold(node, |node, &at| match node {
        Node::Map(map) => map.entries.get_mut(at).map(|(_, value)| value),
        Node::List(list) => list.items.get_mut(at),
        Node::Scalar(_) => None,
    })
}

/// Finds the one place a path leads to.
pub(super) fn lookup(node: &Node, path: &[String]) -> Result<Option<Address>, Fault> {
    let (mut found, mut address) = (node, Address::new());
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let Some(next) = step(found, part)? else { return Ok(None) };
        let Some(child) = at(found, &[next]) else { return Ok(None) };
        found = child;
        address.push(next);
    }
    Ok(Some(address))
}

/// The index of the child that a part of a path names.
fn step(node: &Node, part: &str) -> Result<Option<usize>, Fault> {
    match (part.parse::<i64>(), element(part)) {
        (Ok(index), _) if index < 0 => Err(Fault::invalid(format!("the index `{index}` in a field path"))),
        (Ok(index), _) => items(node).map(|_| usize::try_from(index).ok()),
        (Err(_), _) if part == "-" => items(node)?.len().checked_sub(1).map_or_else(
            || Err(Fault::invalid("a field path names the last element of an empty list")),
            |last| Ok(Some(last)),
        ),
        (Err(_), _) if part == "*" => Err(Fault::invalid("a wildcard where one field is meant")),
        (Err(_), Some(element)) => {
            let (name, value) = element?;
            Ok(items(node)?.iter().position(|item| is_element(item, name, value)))
        }
        (Err(_), None) => match node {
            _ if node.is_null() => Ok(None),
            Node::Map(map) => Ok(map.entries.iter().position(|(key, _)| &*key.value == part)),
            _ => Err(wrong_kind("a mapping", node)),
        },
    }
}

/// The elements of a sequence.
pub(super) fn items(node: &Node) -> Result<&[Node], Fault> {
    node.as_list().map(|list| list.items.as_slice()).ok_or_else(|| wrong_kind("a sequence", node))
}

/// Name and value of a part like `[name=value]`.
pub(super) fn element(part: &str) -> Option<Result<(&str, &str), Fault>> {
    let inner = part.strip_prefix('[').filter(|_| part.ends_with(']'))?;
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    Some(inner.split_once('=').ok_or_else(|| Fault::invalid(format!("`{part}` in a field path has no `=`"))))
}

/// Whether an element has a value in a field, or is that value.
fn is_element(item: &Node, name: &str, value: &str) -> bool {
    if name.is_empty() { item.text() == value } else { item.get(name).is_some_and(|field| field.text() == value) }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn splits_as_kustomize_does() {
        for (path, parts) in [
            ("a.b", &["a", "b"][..]),
            (r"metadata.annotations.a\.b/c", &["metadata", "annotations", "a.b/c"]),
            ("m.[a.b.c]", &["m", "a.b.c"]),
            ("c.[name=a.b].d", &["c", "[name=a.b]", "d"]),
            ("c.[name=a].d", &["c", "[name=a]", "d"]),
            (".a", &["a"]),
            ("", &[""]),
            ("a.*.0", &["a", "*", "0"]),
        ] {
            assert_eq!(split(path), parts, "{path}");
        }
    }
}
