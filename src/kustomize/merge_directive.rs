//! The `$patch` directive of strategic merges.
//!
//! A directive is taken out of the patch when it is read, as in kustomize. Only `delete`, `replace` and `merge` exist.

use super::fault::Fault;
use super::merge_element::set_element;
use super::node::{Map, Node};

/// The key of a directive.
const KEY: &str = "$patch";

/// What a directive asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    /// Merge, the default.
    Merge,
    /// Take the patch instead of the target.
    Replace,
    /// Remove the target.
    Delete,
}

/// Returns the directive of a mapping in a patch and takes it out.
pub(super) fn take_from_map(map: &mut Map) -> Result<Directive, Fault> {
    let Some(value) = map.get(KEY) else { return Ok(Directive::Merge) };
    let directive = directive(value.text())?;
    map.remove(KEY);
    Ok(directive)
}

/// Returns the directive of a list in a patch and takes its element out.
pub(super) fn take_from_list(items: &mut Vec<Node>) -> Result<Directive, Fault> {
    let Some(map) = items.iter().filter_map(Node::as_map).find(|map| map.get(KEY).is_some()) else {
        return Ok(Directive::Merge);
    };
    if map.entries.len() > 1 {
        // The directive belongs to that element, not to the list.
        return Ok(Directive::Merge);
    }
    let word = map.get(KEY).map_or(String::new(), |value| value.text().to_owned());
    let directive = directive(&word)?;
    set_element(items, None, &[KEY], &[word])?;
    Ok(directive)
}

/// Reads the word of a directive.
fn directive(word: &str) -> Result<Directive, Fault> {
    match word {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err(Fault::invalid(format!("unknown patch strategy `{other}`"))),
    }
}
