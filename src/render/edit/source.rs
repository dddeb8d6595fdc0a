//! A user's kustomization, read once: its lines with their endings, its tree, its value.
//! Must never accept what two readers of YAML could take for two different texts.

use serde_json::Value;

use super::tree::{self, Layout, Node, Shape};
use crate::failure::{Failure, refused};
use crate::model::yaml;

/// The largest file edited, in bytes.
const SIZE_MAX: usize = 1 << 20;
/// The byte order mark, where the file starts with one.
const BOM: &str = "\u{feff}";

/// A line with its ending apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// The byte it starts at.
    pub start: usize,
    /// The line without its ending.
    pub text: &'a str,
    /// `\n`, `\r\n`, or nothing at the end of the file.
    pub ending: &'a str,
}

impl Line<'_> {
    /// Returns the number of spaces it starts with.
    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    /// Returns whether nothing is written on it.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Returns whether it looks like a comment; inside a scalar it is none.
    pub(super) fn is_comment(&self) -> bool {
        self.text.trim_start().starts_with('#')
    }
}

/// A kustomization that may be edited.
pub(super) struct Source<'a> {
    /// The byte order mark, or nothing.
    pub bom: &'a str,
    /// Everything behind it.
    pub text: &'a str,
    /// The lines of `text`.
    pub lines: Vec<Line<'a>>,
    /// The top-level mapping, in block style.
    pub root: Node,
    /// The same mapping as another parser reads it.
    pub value: Value,
}

impl<'a> Source<'a> {
    /// Reads a kustomization.
    ///
    /// # Errors
    /// Refuses what is not exactly one mapping in block style.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Failure> {
        let (bom, text) = checked_text(file)?;
        let root = root_of(tree::documents(text)?)?;
        let mut values = yaml::documents(text).map_err(|failure| match tabbed_line(text) {
            Some(line) => failure.hint(tree::without_tab(line)),
            None => failure,
        })?;
        let value = values.pop().filter(|value| value.is_object() && values.is_empty());
        let value = value.ok_or_else(|| refused("YAML parsers disagree about what the file says"))?;
        Ok(Self { bom, text, lines: lines(text), root, value })
    }

    /// Returns the index of the line that holds a byte.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }

    /// Returns the index of the last line on which something of the node is written.
    pub(super) fn last_line_of(&self, node: &Node) -> usize {
        self.line_at(self.text[..node.end].trim_end().len().saturating_sub(1))
    }

    /// Returns the column of a key that is alone before its line's colon.
    pub(super) fn column_of(&self, key: &Node) -> Option<usize> {
        let line = &self.lines[self.line_at(key.start)];
        (key.anchor == 0 && key.tag.is_none() && line.start + line.indent() == key.start).then(|| line.indent())
    }
}

/// Returns the lines of a text; what follows the last line break is a line unless it is empty.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let line = |whole: &'_ str| {
        let bare = whole.strip_suffix('\n').map_or(whole, |bare| bare.strip_suffix('\r').unwrap_or(bare));
        bare.len()
    };
    text.split_inclusive('\n')
        .map(|whole| {
            let (text, ending) = whole.split_at(line(whole));
            start += whole.len();
            Line { start: start - whole.len(), text, ending }
        })
        .collect()
}

/// Returns the byte order mark and the text behind it.
fn checked_text(file: &[u8]) -> Result<(&str, &str), Failure> {
    if file.len() > SIZE_MAX {
        return Err(refused(format!("{} KiB are more than the {} KiB edited", file.len() >> 10, SIZE_MAX >> 10)));
    }
    let text = str::from_utf8(file).map_err(|_| refused("the file is not UTF-8 text"))?;
    let (bom, text) = text.split_at(if text.starts_with(BOM) { BOM.len() } else { 0 });
    for (at, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').filter(|_| text.contains("\r\n")).unwrap_or(line);
        if let Some(odd) = line.chars().find(|c| is_odd(*c)) {
            let fact = format!("line {}: `{}` is a line break or nothing, by reader", at + 1, odd.escape_default());
            return Err(refused(fact).hint(format!("remove `{}` from line {}", odd.escape_default(), at + 1)));
        }
    }
    Ok((bom, text))
}

/// Returns the number of the first line that is indented with a tab, which YAML forbids outside of scalars.
fn tabbed_line(text: &str) -> Option<usize> {
    text.lines().position(|line| line.trim_start_matches(' ').starts_with('\t')).map(|index| index + 1)
}

/// Returns whether YAML 1.1 and 1.2 readers disagree about a character, or refuse it.
fn is_odd(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns the one mapping among the documents.
fn root_of(documents: Vec<Node>) -> Result<Node, Failure> {
    let mut documents = documents.into_iter();
    let root = documents.next().filter(|root| !root.is_empty());
    if documents.any(|document| !document.is_empty()) {
        return Err(refused("the file holds several documents").hint("keep the first document alone in the file"));
    }
    let root = root.ok_or_else(|| refused("the file has no fields").hint("write `resources:` and its list first"))?;
    let hint = "write one `key:` per line, without braces";
    match root.shape {
        Shape::Map(_) if root.anchor != 0 || root.tag.is_some() => {
            Err(refused("the whole file has an anchor or a tag").hint("remove the `&` or `!` before the first field"))
        }
        Shape::Map(Layout::Block) => Ok(root),
        Shape::Map(Layout::Flow) => Err(refused("the file is written in JSON or flow style").hint(hint)),
        _ => Err(refused("the file is no mapping").hint(hint)),
    }
}
