//! YAML text → one small tree with styles, anchors and byte positions, by saphyr-parser's events.
//! Must stay bounded on hostile input: depth is limited here, aliases are never expanded but weighed.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use crate::failure::{Failure, refused};
use crate::model::yaml::weight::Scale;

/// The most collections inside each other.
const DEPTH_MAX: usize = 64;

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// By indentation.
    Block,
    /// In brackets or braces.
    Flow,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A scalar with its value and style.
    Scalar(String, ScalarStyle),
    /// A reference to the anchor of this number.
    Alias(usize),
    /// A list.
    Seq(Layout),
    /// A mapping; its children are key, value, key, value.
    Map(Layout),
}

/// A node; two are equal when they say the same in the same style, wherever they stand.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// What it is.
    pub shape: Shape,
    /// The number of its anchor, 0 without one.
    pub anchor: usize,
    /// Its tag.
    pub tag: Option<String>,
    /// What it holds.
    pub children: Vec<Self>,
    /// The byte where it starts: in a block list behind the first dash.
    pub start: usize,
    /// The byte behind its last character; white space may follow in it.
    pub end: usize,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        (&self.shape, self.anchor, &self.tag, &self.children)
            == (&other.shape, other.anchor, &other.tag, &other.children)
    }
}

impl Node {
    /// Returns the text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Returns whether nothing is written where a value could be.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.shape, Shape::Scalar(_, ScalarStyle::Plain)) && self.start == self.end
    }

    /// Returns the entries of a mapping, nothing for other nodes.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Self, &Self)> {
        let entries = if matches!(self.shape, Shape::Map(_)) { &self.children[..] } else { &[] };
        entries.chunks_exact(2).map(|entry| (&entry[0], &entry[1]))
    }

    /// Returns the value of a mapping's key.
    pub(super) fn field(&self, key: &str) -> Option<&Self> {
        self.entries().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }
}

/// Returns the documents of `text`, empty ones included.
///
/// # Errors
/// Refuses what is no YAML, has duplicate keys, is nested too deeply or expands without bound.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, Failure> {
    let mut builder = Builder {
        text,
        offsets: text.char_indices().map(|(offset, _)| offset).collect(),
        open: Vec::new(),
        documents: Vec::new(),
    };
    let mut scale = Scale::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| no_yaml(text, &error))?;
        scale.take(&event, span.start.line())?;
        builder.take(event, span)?;
    }
    Ok(builder.documents)
}

/// The tree as it grows.
struct Builder<'a> {
    /// The whole text.
    text: &'a str,
    /// The byte of every character: the parser counts characters.
    offsets: Vec<usize>,
    /// The collections that are not closed yet, outermost first.
    open: Vec<Node>,
    /// What is complete.
    documents: Vec<Node>,
}

impl Builder<'_> {
    /// Takes the next event.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Failure> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.as_deref().map(Tag::to_string);
                self.close(self.node(Shape::Scalar(value.into_owned(), style), anchor, tag, span));
                Ok(())
            }
            Event::Alias(anchor) => {
                self.close(self.node(Shape::Alias(anchor), 0, None, span));
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(self.node(Shape::Seq(Layout::Block), anchor, tag.as_deref().map(Tag::to_string), span))
            }
            Event::MappingStart(anchor, tag) => {
                self.open(self.node(Shape::Map(Layout::Block), anchor, tag.as_deref().map(Tag::to_string), span))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close_collection(span),
            _ => Ok(()),
        }
    }

    /// Returns a node without children.
    fn node(&self, shape: Shape, anchor: usize, tag: Option<String>, span: Span) -> Node {
        let offset = |index: usize| self.offsets.get(index).copied().unwrap_or(self.text.len());
        let (start, end) = (offset(span.start.index()), offset(span.end.index()));
        Node { shape, anchor, tag, children: Vec::new(), start, end }
    }

    /// Opens a collection.
    fn open(&mut self, node: Node) -> Result<(), Failure> {
        if self.open.len() == DEPTH_MAX {
            let line = line_of(self.text, node.start);
            return Err(refused(format!("line {line}: more than {DEPTH_MAX} levels inside each other")));
        }
        self.open.push(node);
        Ok(())
    }

    /// Closes the innermost collection; only brackets have a closing character, so a width.
    fn close_collection(&mut self, span: Span) -> Result<(), Failure> {
        let Some(mut node) = self.open.pop() else { return Ok(()) };
        let layout = if span.is_empty() { Layout::Block } else { Layout::Flow };
        node.end = match (layout, node.children.last()) {
            (Layout::Block, Some(child)) => child.end,
            (Layout::Block, None) => node.end,
            (Layout::Flow, _) => self.node(Shape::Alias(0), 0, None, span).end,
        };
        node.shape = match node.shape {
            Shape::Map(_) => Shape::Map(layout),
            _ => Shape::Seq(layout),
        };
        self.check_keys(&node)?;
        self.close(node);
        Ok(())
    }

    /// Hands a complete node to its parent.
    fn close(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => self.documents.push(node),
        }
    }

    /// Refuses a mapping that says a key twice.
    fn check_keys(&self, node: &Node) -> Result<(), Failure> {
        let mut seen = HashSet::new();
        for (key, _) in node.entries() {
            if let Some(name) = key.text().filter(|name| !seen.insert(*name)) {
                let line = line_of(self.text, key.start);
                let fact = format!("line {line}: duplicate key `{}`", name.escape_debug());
                return Err(refused(fact).hint(format!("remove line {line} or the one it repeats")));
            }
        }
        Ok(())
    }
}

/// Returns the hint for a line that is indented with a tab.
pub(super) fn without_tab(line: usize) -> String {
    format!("indent line {line} with spaces")
}

/// The refusal of what is no YAML.
fn no_yaml(text: &str, error: &ScanError) -> Failure {
    let line = error.marker().line();
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let has_tab = written.trim_start_matches(' ').starts_with('\t');
    let hint = if has_tab { without_tab(line) } else { format!("rewrite line {line}") };
    refused(format!("line {line}: {}", error.info())).hint(hint)
}

/// Returns the number of the line that holds a byte, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}
