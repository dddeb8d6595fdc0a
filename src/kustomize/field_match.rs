//! Follows a field path to all the places it leads to: elements by pattern, missing fields created where that is wanted.
//!
//! Used for the targets of replacements. It returns places and writes nothing but what it creates.

use regex::Regex;

use super::fault::Fault;
use super::field_path::{Address, at_mut, element, items};
use super::field_write::wrong_kind;
use super::node::{List, Map, Node, Scalar, Style};
use super::pattern;
use super::resolve::Dialect;
use super::scalar_form::{Form, plain_wish};

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
        && plain_wish(text, Dialect::V3) == Form::Plain
}
