//! One YAML document from text to nodes, by way of saphyr-parser events.
//!
//! Second step of `read`: aliases are copied out and merge keys expanded while the tree grows, so nothing later knows of
//! them. It works with its own stack: nesting costs no Rust stack, and depth and alias growth are bounded.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag as YamlTag};

use super::budget::{Budget, weight};
use super::fault::Fault;
use super::merge_key;
use super::node::{List, Map, Node, Scalar, Style, Tag};
use super::resolve::{Dialect, resolve};

/// A container that is still open.
enum Open {
    /// A mapping, with the key that waits for its value.
    Map(Map, Option<Scalar>, usize),
    /// A sequence.
    List(List, usize),
}

/// The state of one document.
struct Builder<'a> {
    /// Which go-yaml reads this text.
    dialect: Dialect,
    /// The bounds, and what the build has used of them.
    budget: &'a Budget<'a>,
    /// Open containers, outermost first.
    open: Vec<Open>,
    /// Finished nodes by anchor id.
    anchors: HashMap<usize, Node>,
    /// Nodes copied for aliases so far.
    copied: usize,
    /// The finished document.
    root: Option<Node>,
    /// Whether the scalar at hand spans lines: go-yaml takes no such key.
    spans_lines: bool,
}

/// Returns the first document of `text`, `None` when there is none.
pub(super) fn document(text: &str, dialect: Dialect, budget: &Budget<'_>) -> Result<Option<Node>, Fault> {
    let mut builder = Builder {
        dialect,
        budget,
        open: Vec::new(),
        anchors: HashMap::new(),
        copied: 0,
        root: None,
        spans_lines: false,
    };
    let mut parser = Parser::new_from_str(text);
    let (mut letters, mut after_keys) = (text.chars().enumerate(), text.chars().enumerate());
    // A block scalar that ends with the text and without a line break has none in go-yaml; the parser adds one.
    let lacks_break = !text.ends_with('\n');
    let length = text.chars().count();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Fault::unsupported(format!("YAML that does not parse: {error}")))?;
        builder.spans_lines = span.start.line() != span.end.line();
        let starts_collection = matches!(event, Event::MappingStart(..) | Event::SequenceStart(..));
        let (start, end) = (span.start.index(), span.end.index());
        let is_flow = starts_collection && end > start && is_bracket(&mut letters, start, end);
        match event {
            Event::DocumentEnd | Event::StreamEnd => break,
            Event::Scalar(value, style, anchor, tag) => {
                if builder.wants_key_in_brackets() && ends_line(&mut after_keys, end) {
                    return Err(Fault::unsupported("a key in brackets whose colon is not on its line"));
                }
                let is_cut = lacks_break && is_block(style) && span.end.index() >= length;
                let value = if is_cut { value.strip_suffix('\n').unwrap_or(&value).to_owned().into() } else { value };
                builder.take(Event::Scalar(value, style, anchor, tag), false)?;
            }
            event => builder.take(event, is_flow)?,
        }
    }
    Ok(builder.root)
}

/// Whether a style is a block.
fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// Whether the characters from `start` to `end`, anchor and tag left aside, are a bracket. Events come in text order, so one
/// pass over the text serves them all.
fn is_bracket(letters: &mut std::iter::Enumerate<std::str::Chars<'_>>, start: usize, end: usize) -> bool {
    let mut ahead = letters.clone();
    while let Some((at, _)) = ahead.next() {
        if at + 1 == start {
            *letters = ahead.clone();
            break;
        }
        if at >= start {
            break;
        }
    }
    let taken: String = letters.clone().take_while(|(at, _)| *at < end).map(|(_, letter)| letter).collect();
    let first = taken.split_whitespace().find(|word| !word.starts_with(['&', '!']));
    first.is_some_and(|word| word.starts_with(['[', '{']))
}

/// Whether nothing stands between a place and the end of its line. Keys come in text order, so one pass serves them all.
fn ends_line(letters: &mut std::iter::Enumerate<std::str::Chars<'_>>, place: usize) -> bool {
    let mut ahead = letters.clone();
    while ahead.clone().next().is_some_and(|(at, _)| at < place) {
        ahead.next();
    }
    *letters = ahead.clone();
    ahead
        .map(|(_, letter)| letter)
        .find(|letter| !matches!(letter, ' ' | '\t'))
        .is_none_or(|letter| "\n#".contains(letter))
}

impl Builder<'_> {
    /// Whether the next scalar is a key of a mapping in brackets.
    fn wants_key_in_brackets(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map(map, None, _)) if map.is_flow)
    }

    /// Takes one event into the tree.
    fn take(&mut self, event: Event<'_>, is_flow: bool) -> Result<(), Fault> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.budget.take(1 + weight(&value))?;
                let scalar = self.scalar(value.as_ref(), style, tag)?;
                self.place(Node::Scalar(scalar), anchor)
            }
            Event::Alias(anchor) => self.alias(anchor),
            Event::MappingStart(anchor, tag) => {
                check_collection_tag(tag, "map")?;
                self.enter(Open::Map(Map { entries: Vec::new(), is_flow }, None, anchor))
            }
            Event::SequenceStart(anchor, tag) => {
                check_collection_tag(tag, "seq")?;
                self.enter(Open::List(List { items: Vec::new(), is_flow }, anchor))
            }
            Event::MappingEnd | Event::SequenceEnd => self.leave(),
            _ => Ok(()),
        }
    }

    /// Opens a container.
    fn enter(&mut self, open: Open) -> Result<(), Fault> {
        if self.open.len() >= self.budget.limits.depth {
            return Err(Fault::Limit(format!("{} nested levels", self.budget.limits.depth)));
        }
        if matches!(self.open.last(), Some(Open::Map(_, None, _))) {
            return Err(Fault::unsupported("a mapping key that is not a scalar"));
        }
        self.open.push(open);
        self.budget.take(1)
    }

    /// Closes the innermost container.
    fn leave(&mut self) -> Result<(), Fault> {
        match self.open.pop() {
            Some(Open::Map(map, _, anchor)) => {
                let map = merge_key::expand(map, self.dialect)?;
                if self.dialect == Dialect::V3 {
                    check_duplicates(&map)?;
                }
                self.place(Node::Map(map), anchor)
            }
            Some(Open::List(list, anchor)) => self.place(Node::List(list), anchor),
            None => Ok(()),
        }
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 {
            self.count_copy(node.size())?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(list, _)) => list.items.push(node),
            Some(Open::Map(map, waiting, _)) => match (waiting.take(), node) {
                (Some(key), node) => map.entries.push((key, node)),
                (None, Node::Scalar(key)) if key.value.is_empty() && key.style == Style::Plain => {
                    return Err(Fault::unsupported("an empty mapping key"));
                }
                (None, Node::Scalar(_)) if self.spans_lines => {
                    return Err(Fault::unsupported("a mapping key of several lines"));
                }
                (None, Node::Scalar(key)) => *waiting = Some(key),
                (None, _) => return Err(Fault::unsupported("a mapping key that is not a scalar")),
            },
        }
        Ok(())
    }

    /// Copies an anchored node.
    fn alias(&mut self, anchor: usize) -> Result<(), Fault> {
        if matches!(self.open.last(), Some(Open::Map(_, None, _))) {
            return Err(Fault::unsupported("an alias as a mapping key"));
        }
        let node = self.anchors.get(&anchor).ok_or_else(|| Fault::invalid("an anchor contains itself"))?.clone();
        self.count_copy(node.size())?;
        if self.open.len() + depth_of(&node) > self.budget.limits.depth {
            return Err(Fault::Limit(format!("{} nested levels", self.budget.limits.depth)));
        }
        self.place(node, 0)
    }

    /// Counts nodes made by anchors and aliases.
    fn count_copy(&mut self, nodes: usize) -> Result<(), Fault> {
        self.copied = self.copied.saturating_add(nodes);
        if self.copied > self.budget.limits.alias_nodes {
            return Err(Fault::Limit(format!("{} nodes from aliases", self.budget.limits.alias_nodes)));
        }
        self.budget.take(nodes)
    }

    /// Makes the scalar of an event.
    fn scalar(&self, value: &str, style: ScalarStyle, tag: Option<Cow<'_, YamlTag>>) -> Result<Scalar, Fault> {
        let is_in_brackets = match self.open.last() {
            Some(Open::Map(map, ..)) => map.is_flow,
            Some(Open::List(list, _)) => list.is_flow,
            None => false,
        };
        // The parser and go-yaml disagree about what a lone colon in brackets ends.
        if is_in_brackets && style == ScalarStyle::Plain && (value.is_empty() || value.starts_with(':')) {
            return Err(Fault::unsupported("nothing, or a leading colon, inside brackets"));
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let tag = match tag {
            Some(tag) if is_core(&tag, "str") => Tag::Str,
            Some(tag) => return Err(Fault::unsupported(format!("the tag `{}{}`", tag.handle, tag.suffix))),
            None if style != Style::Plain => Tag::Str,
            None if value == "<<" => Tag::Merge,
            None => resolve(value, self.dialect).tag(),
        };
        Ok(Scalar { value: value.into(), tag, style, share: 0 })
    }
}

/// Whether a tag is `!!name`.
fn is_core(tag: &YamlTag, name: &str) -> bool {
    (tag.handle == "tag:yaml.org,2002:" || tag.handle == "!!") && tag.suffix == name
}

/// Refuses tags on collections other than their own.
fn check_collection_tag(tag: Option<Cow<'_, YamlTag>>, name: &str) -> Result<(), Fault> {
    match tag {
        Some(tag) if !is_core(&tag, name) => Err(Fault::unsupported(format!("the tag `{}{}`", tag.handle, tag.suffix))),
        _ => Ok(()),
    }
}

/// Refuses duplicate keys: kustomize fails on most of them, and drops some in silence.
fn check_duplicates(map: &Map) -> Result<(), Fault> {
    let mut seen = HashSet::with_capacity(map.entries.len());
    match map.entries.iter().find(|(key, _)| !seen.insert(&*key.value)) {
        Some((key, _)) => Err(Fault::unsupported(format!("the duplicate key `{}`", key.value))),
        None => Ok(()),
    }
}

/// The nesting of a node; its depth is bounded by the limit it was read under.
fn depth_of(node: &Node) -> usize {
    match node {
        Node::Scalar(_) => 0,
        Node::Map(map) => 1 + map.entries.iter().map(|(_, value)| depth_of(value)).max().unwrap_or(0),
        Node::List(list) => 1 + list.items.iter().map(depth_of).max().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::*;

    /// The styles of the collections in a text, in order of their ends.
    fn flows(node: &Node, out: &mut Vec<bool>) {
        match node {
            Node::Scalar(_) => {}
            Node::Map(map) => {
                map.entries.iter().for_each(|(_, value)| flows(value, out));
                out.push(map.is_flow);
            }
            Node::List(list) => {
                list.items.iter().for_each(|item| flows(item, out));
                out.push(list.is_flow);
            }
        }
    }

    #[test]
    fn refuses_keys_in_brackets_without_their_colon() {
        let limits = Limits::default();
        let read = |text| document(text, Dialect::V3, &Budget::new(&limits)).map(|_| ());
        let refused = Err(Fault::unsupported("a key in brackets whose colon is not on its line"));
        assert_eq!(read("a: {b\n : 1}"), refused);
        assert_eq!(read("a: {\"b\" # x\n : 1}"), refused);
        assert_eq!(read("a: {b :\n 1, c: [d,\n e], 'f' : {g: h}\n}"), Ok(()));
    }

    #[test]
    fn tells_brackets_from_blocks() {
        for (text, want) in [
            ("a:\n- []\n- b: {c: 1}\n", &[true, true, false, false, false][..]),
            ("- &x [1]\n- é: !!seq [ 2 ]\n", &[true, true, false, false]),
            ("{a: [1]}\n", &[true, true]),
            ("a: &b\n  c: 1\n", &[false, false]),
        ] {
            let node = document(text, Dialect::V3, &Budget::new(&Limits::default())).unwrap().unwrap();
            let mut have = Vec::new();
            flows(&node, &mut have);
            assert_eq!(have, want, "{text}");
        }
    }
}
