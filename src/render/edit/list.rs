//! Finds a list among the top-level fields, as kustomize would: whatever the case of the key, quoted or not.
//! Must refuse every way of writing a list into which a line cannot be inserted, with what to write instead.

use super::item::{List, path_of};
use super::source::Source;
use super::tree::{Layout, Node, Shape};
use crate::failure::{Failure, refused};

/// The comment on a key line that leeward created, so that taking back knows to take it too.
pub(super) const CREATED: &str = "# added by leeward";

/// A list that the file has.
pub(super) struct Found<'a> {
    /// Which.
    pub list: List,
    /// Its value.
    pub value: &'a Node,
    /// The index of the key's line.
    pub line: usize,
    /// The column of the key.
    pub column: usize,
}

impl Found<'_> {
    /// Returns the position of the one element known by `path`, however its path is spelled.
    ///
    /// # Errors
    /// Refuses aliases, whose elements stand elsewhere, and lists that name the path twice.
    pub(super) fn index_of(&self, source: &Source<'_>, path: &str) -> Result<Option<usize>, Failure> {
        if matches!(self.value.shape, Shape::Alias(_)) {
            return check_editable(source, self).map(|()| None);
        }
        let is_same = |node: &Node| path_of(self.list, node).is_some_and(|listed| bare(listed) == bare(path));
        let mut indices = (0..self.value.children.len()).filter(|index| is_same(&self.value.children[*index]));
        let first = indices.next();
        if let Some(second) = indices.next() {
            let line = source.line_at(self.value.children[second].start) + 1;
            let fact = format!("line {line}: `{path}` is listed twice in `{}`", self.list.key());
            return Err(refused(fact).hint(format!("remove the item at line {line}")));
        }
        Ok(first)
    }

    /// Returns whether leeward wrote the key line.
    pub(super) fn is_created(&self, source: &Source<'_>) -> bool {
        let line = source.lines[self.line].text;
        line.get(self.column..) == Some(&created_key(self.list))
    }
}

/// Returns the key line that leeward writes, without indentation.
pub(super) fn created_key(list: List) -> String {
    format!("{}: {CREATED}", list.key())
}

/// Returns the list, `None` when the file has no such key.
///
/// # Errors
/// Refuses keys that are written twice, merged in, or not alone at the start of a line.
pub(super) fn find<'a>(source: &'a Source<'_>, list: List) -> Result<Option<Found<'a>>, Failure> {
    let name = list.key();
    if source.root.field("<<").is_some() {
        return Err(refused(format!("`<<` may bring fields like `{name}` from elsewhere"))
            .hint("write the merged fields out instead of `<<`"));
    }
    let is_key = |key: &Node| key.text().is_some_and(|text| text.eq_ignore_ascii_case(name));
    let mut entries = source.root.entries().filter(|(key, _)| is_key(key));
    let Some((key, value)) = entries.next() else { return Ok(None) };
    let line = source.line_at(key.start);
    if let Some((again, _)) = entries.next() {
        let (line, text) = (source.line_at(again.start) + 1, again.text().unwrap_or_default());
        return Err(refused(format!("line {line}: `{text}` is another spelling of `{name}`"))
            .hint(format!("keep one `{name}:` for all its items")));
    }
    let column = source.column_of(key).ok_or_else(|| {
        refused(format!("line {}: key `{name}` has more before it than spaces", line + 1))
            .hint(format!("write `{name}:` at the start of the line"))
    })?;
    Ok(Some(Found { list, value, line, column }))
}

/// Refuses a list into which no line can be inserted.
pub(super) fn check_editable(source: &Source<'_>, found: &Found<'_>) -> Result<(), Failure> {
    let (name, value) = (found.list.key(), found.value);
    let refuse =
        |fact: &str, hint: String| Err(refused(format!("line {}: `{name}` {fact}", found.line + 1)).hint(hint));
    let block = format!("write `{name}:` as a block list, one `- …` per line");
    match value.shape {
        Shape::Alias(_) => refuse("is an alias", block),
        _ if value.anchor != 0 => refuse("has an anchor, its items count elsewhere too", block),
        _ if value.tag.is_some() => refuse("has a tag", block),
        Shape::Seq(Layout::Block) => Ok(()),
        Shape::Seq(Layout::Flow) if value.children.is_empty() => {
            refuse("is written in flow style", format!("write `{name}:` without `[]`"))
        }
        Shape::Seq(Layout::Flow) => refuse("is written in flow style", block),
        Shape::Scalar(..) if value.is_empty() && found.is_created(source) => {
            refuse("has lost the items leeward added", format!("remove the line `{}`", created_key(found.list)))
        }
        Shape::Scalar(..) if value.is_empty() => Ok(()),
        Shape::Scalar(..) => refuse("is a scalar", format!("write `{name}:` alone on its line")),
        Shape::Map(_) => refuse("is a mapping", block),
    }
}

/// Returns a path without what does not change its meaning.
fn bare(path: &str) -> &str {
    path.trim_start_matches("./").trim_end_matches('/')
}
