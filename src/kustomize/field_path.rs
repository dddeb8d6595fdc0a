//! Field paths with dots, as replacements and variables write them: `spec.containers.[name=a].image`.
//!
//! Two ways to follow one, as in kustomize: `lookup` finds one node, elements by equal text; `matches` finds many, elements by
//! pattern, and may create what is missing. It returns places and writes nothing but what it creates.

use regex::Regex;

use super::fault::Fault;
use super::field_write::wrong_kind;
use super::node::{List, Map, Node, Scalar, Style};
use super::pattern;

/// Where a node stands: the index of each child on the way.
pub(super) type Address = Vec<usize>;

/// The kind of node a missing field becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// None: it stays missing.
    Ignored,
    /// A scalar.
    Scalar,
    /// A mapping.
    Map,
    /// A sequence.
    List,
}

/// Texts longer than this may be folded where kustomize matches them.
const LINE: usize = 60;

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
fn items(node: &Node) -> Result<&[Node], Fault> {
    node.as_list().map(|list| list.items.as_slice()).ok_or_else(|| wrong_kind("a sequence", node))
}

/// Name and value of a part like `[name=value]`.
fn element(part: &str) -> Option<Result<(&str, &str), Fault>> {
    let inner = part.strip_prefix('[').filter(|_| part.ends_with(']'))?;
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    Some(inner.split_once('=').ok_or_else(|| Fault::invalid(format!("`{part}` in a field path has no `=`"))))
}

/// Whether an element has a value in a field, or is that value.
fn is_element(item: &Node, name: &str, value: &str) -> bool {
    if name.is_empty() { item.text() == value } else { item.get(name).is_some_and(|field| field.text() == value) }
}

/// Finds the nodes a path leads to, in order.
pub(super) fn matches(node: &mut Node, path: &[String], missing: Missing) -> Result<Vec<Address>, Fault> {
    let mut found = Vec::new();
    Walk { missing, found: &mut found }.node(node, path, &mut Vec::new())?;
    Ok(found)
}

/// A walk along one path.
struct Walk<'a> {
    /// What missing fields become.
    missing: Missing,
    /// What was found.
    found: &'a mut Vec<Address>,
}

impl Walk<'_> {
    /// Follows the rest of a path.
    fn node(&mut self, node: &mut Node, path: &[String], address: &mut Address) -> Result<(), Fault> {
        let Some((part, rest)) = path.split_first() else {
            self.found.push(address.clone());
            return Ok(());
        };
        if let Some(at) = part.parse::<i64>().ok().and_then(|at| usize::try_from(at).ok()) {
            return self.index(node, at, rest, address);
        }
        if let Some(element) = element(part) {
            let (name, value) = element?;
            return self.elements(node, (name, value), rest, address);
        }
        if part == "*" {
            let count = items(node)?.len();
            return (0..count).try_for_each(|at| self.child(node, at, rest, address));
        }
        self.field(node, part, rest, address)
    }

    /// Follows the path into a child.
    fn child(&mut self, node: &mut Node, at: usize, rest: &[String], address: &mut Address) -> Result<(), Fault> {
        address.push(at);
        let child = at_mut(node, &[at]).ok_or_else(|| Fault::invalid("a field path leads to nothing"))?;
        self.node(child, rest, address)?;
        address.pop();
        Ok(())
    }

    /// Follows the path into a field.
    fn field(&mut self, node: &mut Node, name: &str, rest: &[String], address: &mut Address) -> Result<(), Fault> {
        if node.is_null() {
            // kustomize then writes to a node that is nowhere.
            return if self.missing == Missing::Ignored {
                Ok(())
            } else {
                Err(Fault::unsupported("a field created in null"))
            };
        }
        let Node::Map(map) = &mut *node else { return Err(wrong_kind("a mapping", node)) };
        if name.is_empty() {
            return Err(Fault::invalid("a field path with an empty part"));
        }
        let known = map.entries.iter().position(|(key, _)| &*key.value == name);
        let Some(at) = known.or_else(|| {
            let new = self.new_node(rest)?;
            map.push(name, new);
            Some(map.entries.len() - 1)
        }) else {
            return Ok(());
        };
        self.child(node, at, rest, address)
    }

    /// Follows the path into the element at an index.
    fn index(&mut self, node: &mut Node, at: usize, rest: &[String], address: &mut Address) -> Result<(), Fault> {
        let Node::List(list) = &mut *node else { return Err(wrong_kind("a sequence", node)) };
        if list.items.len() == at {
            list.items.extend(self.new_node(rest));
        }
        if at >= list.items.len() {
            return Err(Fault::invalid(format!("a field path names the element {at} of {}", list.items.len())));
        }
        self.child(node, at, rest, address)
    }

    /// Follows the path into the elements that match a pattern.
    fn elements(
        &mut self,
        node: &mut Node,
        (name, value): (&str, &str),
        rest: &[String],
        address: &mut Address,
    ) -> Result<(), Fault> {
        let wanted = pattern::compile(&pattern::translate(value)?)?;
        let before = self.found.len();
        let count = items(node)?.len();
        for at in 0..count {
            if is_matched(&items(node)?[at], name, &wanted)? {
                // The elements of a list of plain values end a path: what follows is not looked at.
                self.child(node, at, if name.is_empty() { &[] } else { rest }, address)?;
            }
        }
        if self.found.len() > before || self.missing == Missing::Ignored {
            return Ok(());
        }
        let new = match name {
            "" => Node::Scalar(Scalar::bare(value)),
            name => Node::Map(Map {
                entries: vec![(Scalar::bare(name), Node::Scalar(Scalar::bare(value)))],
                is_flow: false,
            }),
        };
        if !is_matched(&new, name, &wanted)? {
            return Err(Fault::unsupported(format!("an element created for the pattern `{value}`")));
        }
        let Node::List(list) = &mut *node else { return Err(wrong_kind("a sequence", node)) };
        list.items.push(new);
        self.child(node, count, if name.is_empty() { &[] } else { rest }, address)
    }

    /// The node a missing field becomes, given the path that follows it.
    fn new_node(&self, rest: &[String]) -> Option<Node> {
        if self.missing == Missing::Ignored {
            return None;
        }
        let is_list = |part: &String| part.parse::<u32>().is_ok() || element(part).is_some();
        let kind = match rest.first() {
            None => self.missing,
            Some(part) if part.is_empty() => self.missing,
            Some(part) if is_list(part) => Missing::List,
            Some(_) => Missing::Map,
        };
        Some(match kind {
            Missing::List => Node::List(List::default()),
            Missing::Map => Node::empty_map(),
            _ => Node::Scalar(Scalar::bare("")),
        })
    }
}

/// Whether an element's field, or the element itself, matches a pattern, written as YAML.
fn is_matched(item: &Node, name: &str, wanted: &Regex) -> Result<bool, Fault> {
    let field = match (name, item) {
        ("", item) => item,
        (name, Node::Map(map)) => match map.get(name) {
            Some(field) => field,
            None => return Ok(false),
        },
        _ => return Ok(false),
    };
    let odd = || Fault::unsupported("a field path that matches elements by more than one plain text");
    let Node::Scalar(scalar) = field else { return Err(odd()) };
    let text = &*scalar.value;
    if scalar.style == Style::Plain && wanted.is_match(text) && is_bare(text) {
        return Ok(true);
    }
    // It may be written in quotes of either kind, or in none: the pattern must not care.
    let is_simple = text.chars().all(|letter| matches!(letter, ' '..='~') && !"\"'\\".contains(letter));
    let forms = [text.trim().to_owned(), format!("\"{text}\""), format!("'{text}'")];
    let answers = if scalar.style == Style::Plain && is_bare(text) { &forms[..1] } else { &forms[..] };
    let first = wanted.is_match(&answers[0]);
    let is_safe = is_simple
        && (text.len() < LINE || !text.contains(' '))
        && answers.iter().all(|form| wanted.is_match(form) == first);
    if is_safe { Ok(first) } else { Err(odd()) }
}

/// Whether a text is written as it is wherever it stands plain.
fn is_bare(text: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "._/-".contains(letter);
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(is_word)
        && super::emit::plain_wish(text, super::resolve::Dialect::V3) == super::scalar_form::Form::Plain
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
