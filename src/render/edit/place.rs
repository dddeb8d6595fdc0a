//! Where lines go in, and which lines come out again: the positions a person would choose.
//! Must touch whole lines only, and take the line ending of the neighbour.

use super::item::Item;
use super::list::{Found, created_key};
use super::source::{Line, Source};
use super::tree::{Layout, Node, Shape};
use crate::failure::{Failure, refused};

/// Lines that go in.
pub(super) struct Insertion {
    /// The index of the line before which they go.
    at: usize,
    /// The lines, indented, without endings.
    lines: Vec<String>,
}

/// Lines that come out.
pub(super) struct Removal {
    /// The position of the element in its list.
    pub index: usize,
    /// The index of the key line that goes with its last element.
    pub key: Option<usize>,
    /// The indices of the element's lines.
    lines: std::ops::Range<usize>,
}

impl Insertion {
    /// Returns the file with the lines. Behind a last line without an ending each new line brings the ending before it.
    pub(super) fn apply(&self, source: &Source<'_>) -> Vec<u8> {
        let before = &source.lines[..self.at];
        let ending = before.iter().rev().map(|line| line.ending).find(|ending| !ending.is_empty()).unwrap_or("\n");
        let is_bare = before.last().is_some_and(|line| line.ending.is_empty());
        let (head, tail) = if is_bare { (ending, "") } else { ("", ending) };
        let run: String = self.lines.iter().flat_map(|line| [head, line, tail]).collect();
        let (front, back) =
            source.text.split_at(source.lines.get(self.at).map_or(source.text.len(), |line| line.start));
        [source.bom, front, &run, back].concat().into_bytes()
    }
}

impl Removal {
    /// Returns the file without the lines. A file without a last line ending is left without one.
    pub(super) fn apply(&self, source: &Source<'_>) -> Vec<u8> {
        let last = source.lines.len() - 1;
        let is_kept = |index: &usize| !self.lines.contains(index) && self.key != Some(*index);
        let is_bare = source.lines[last].ending.is_empty();
        let new_last = (0..=last).rev().find(is_kept).filter(|_| is_bare);
        let mut after = source.bom.to_owned();
        for index in (0..=last).filter(is_kept) {
            let line = source.lines[index];
            after.extend([line.text, if new_last == Some(index) { "" } else { line.ending }]);
        }
        after.into_bytes()
    }
}

/// Returns the ways to insert the item, the one that reads best first.
pub(super) fn insertions(source: &Source<'_>, found: Option<&Found<'_>>, item: &Item) -> Vec<Insertion> {
    let content = match found {
        Some(found) if found.value.is_empty() => found.line,
        Some(found) => source.last_line_of(found.value),
        None => source.last_line_of(&source.root),
    };
    let behind = |at: usize| match found {
        Some(found) => at + n_of_the_list(&source.lines[at..], found.column),
        None => at + n_of_the_end(&source.lines[at..]),
    };
    let n_blank = source.lines[content + 1..].iter().take_while(|line| line.is_blank()).count();
    // Blank lines behind a block scalar that keeps them are part of its value: only behind them it stays the same.
    let mut places = vec![behind(content + 1), behind(content + 1 + n_blank)];
    places.dedup();
    let lines = lines_of(source, found, item, content + 1);
    places.into_iter().map(|at| Insertion { at, lines: lines.clone() }).collect()
}

/// Returns the lines to take out for the element at `index`.
///
/// # Errors
/// Refuses elements that are not written exactly as leeward writes them.
pub(super) fn removal(source: &Source<'_>, found: &Found<'_>, index: usize) -> Result<Removal, Failure> {
    let node = &found.value.children[index];
    let first = source.line_at(node.start);
    let indent = source.lines[first].indent();
    let lines = Item::of(found.list, node).map(|item| item.lines()).unwrap_or_default();
    let written = source.lines[first..].iter().take(lines.len()).map(|line| line.text);
    let is_ours = matches!(found.value.shape, Shape::Seq(Layout::Block))
        && !lines.is_empty()
        && written.eq(lines.iter().map(|line| format!("{:indent$}{line}", "")));
    if !is_ours {
        let fact = format!("line {}: item of `{}` is not as leeward wrote it", first + 1, found.list.key());
        return Err(refused(fact).hint(format!("remove the item at line {}", first + 1)));
    }
    let key = (found.value.children.len() == 1 && found.is_created(source)).then_some(found.line);
    Ok(Removal { index, key, lines: first..first + lines.len() })
}

/// Returns the lines that go in behind `content` lines: the item's, below a key line where the file has none.
fn lines_of(source: &Source<'_>, found: Option<&Found<'_>>, item: &Item, content: usize) -> Vec<String> {
    let (indent, key) = match found {
        Some(found) if found.value.is_empty() => (usual_column(source, found.line), None),
        Some(found) => (dash_column(source, found.line), None),
        None => (usual_column(source, content), Some((root_column(source), created_key(item.list())))),
    };
    let lines = item.lines().into_iter().map(|line| (indent, line));
    key.into_iter().chain(lines).map(|(indent, line)| format!("{:indent$}{line}", "")).collect()
}

/// Returns how many comments right behind a list of the key at `column` belong to it: deeper ones, switched off elements.
fn n_of_the_list(lines: &[Line<'_>], column: usize) -> usize {
    let mut n_lines = 0;
    while lines.get(n_lines).is_some_and(|line| {
        let is_rest = n_lines > 0 && line.text.trim_start().trim_start_matches('#').starts_with("  ");
        line.is_comment() && (line.indent() > column || is_switched_off(line) || is_rest)
    }) {
        n_lines += 1;
    }
    n_lines
}

/// Returns how many lines of the end of a document stay above a new field: comments right behind the last field, and
/// everything up to the last switched off element, which somebody may want back in its own list.
fn n_of_the_end(lines: &[Line<'_>]) -> usize {
    let n_rest = lines.iter().take_while(|line| line.is_blank() || line.is_comment()).count();
    let above = lines[..n_rest].iter().rposition(is_switched_off).map_or(0, |last| last + 1);
    above + lines[above..].iter().take_while(|line| line.is_comment()).count()
}

/// Returns the column of the top-level fields.
fn root_column(source: &Source<'_>) -> usize {
    source.root.entries().find_map(|(key, _)| source.column_of(key)).unwrap_or(0)
}

/// Returns the column of the dashes of the list whose key is on a line: only comments may stand before the first dash.
fn dash_column(source: &Source<'_>, key_line: usize) -> usize {
    let first = source.lines[key_line + 1..].iter().find(|line| !line.is_blank() && !line.is_comment());
    first.map_or(0, Line::indent)
}

/// Returns the column of the dashes of the list above a line, else of the first below, else that of the fields.
fn usual_column(source: &Source<'_>, line: usize) -> usize {
    let is_plain = |value: &Node| value.shape == Shape::Seq(Layout::Block) && value.anchor == 0 && value.tag.is_none();
    let lists = source.root.entries().filter(|(_, value)| is_plain(value));
    let keys: Vec<usize> = lists.map(|(key, _)| source.line_at(key.start)).collect();
    let above = keys.iter().rfind(|key| **key < line);
    above.or(keys.first()).map_or_else(|| root_column(source), |key| dash_column(source, *key))
}

/// Returns whether a line is a list element that somebody made a comment.
fn is_switched_off(line: &Line<'_>) -> bool {
    line.is_comment() && line.text.trim_start_matches([' ', '#']).starts_with("- ")
}
