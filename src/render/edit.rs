//! The activation edit: inserts one item into `components` or `patches` of a user's kustomization, and takes it out again.
//! Positions come from a parse, the edit inserts whole lines, and every result is parsed again (twice, by two parsers)
//! before it is believed. Must never change or drop a byte that the user wrote: what cannot be proven is refused.

mod item;
#[cfg(test)]
mod laws;
mod list;
mod place;
mod proof;
mod source;
#[cfg(test)]
mod tests;
mod tree;

pub use item::{Item, List, PatchTarget};

use crate::failure::{Failure, refused};
use list::Found;
use place::Removal;
use source::Source;

/// Returns `file` with the item as the last element of its list; the list is created at the end of the document when it
/// is absent. Only inserts bytes. A file that lists the item already is returned as it is.
///
/// # Errors
/// Refuses files that cannot be edited for sure: flow style, aliases, several documents, broken YAML.
pub fn insert(file: &[u8], item: &Item) -> Result<Vec<u8>, Failure> {
    item.check()?;
    let source = Source::read(file)?;
    let found = list::find(&source, item.list())?;
    if let Some(found) = &found {
        list::check_editable(&source, found)?;
        if is_listed(&source, found, item)? {
            return Ok(file.to_vec());
        }
    }
    place::insertions(&source, found.as_ref(), item)
        .into_iter()
        .map(|insertion| insertion.apply(&source))
        .find(|after| proof::is_insertion(&source, file, after, item))
        .ok_or_else(|| unproven(&source, item))
}

/// Returns `file` without the item that [`insert`] put there, the key line too where `insert` created it and nothing
/// else is left in the list; `None` when the item is not there.
///
/// # Errors
/// Refuses files as [`insert`] does, and items that are no longer written as `insert` writes them.
pub fn take_back(file: &[u8], item_path: &str) -> Result<Option<Vec<u8>>, Failure> {
    let source = Source::read(file)?;
    let mut unread = None;
    for list in [List::Components, List::Patches] {
        match element(&source, list, item_path) {
            Ok(Some((found, index))) => {
                let removal = place::removal(&source, &found, index)?;
                return proven(&source, &found, &removal, item_path).map(Some);
            }
            Ok(None) => {}
            Err(failure) => unread = unread.or(Some(failure)),
        }
    }
    unread.map_or(Ok(None), Err)
}

/// Returns how many lines an edit added.
pub fn inserted_lines(before: &[u8], after: &[u8]) -> usize {
    let n_breaks = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count();
    n_breaks(after).saturating_sub(n_breaks(before))
}

/// Returns the list that holds the item, and the item's position there.
fn element<'a>(source: &'a Source<'_>, list: List, path: &str) -> Result<Option<(Found<'a>, usize)>, Failure> {
    let Some(found) = list::find(source, list)? else { return Ok(None) };
    Ok(found.index_of(source, path)?.map(|index| (found, index)))
}

/// Returns whether the list holds the item already.
fn is_listed(source: &Source<'_>, found: &Found<'_>, item: &Item) -> Result<bool, Failure> {
    let Some(index) = found.index_of(source, item.path())? else { return Ok(false) };
    let listed = &found.value.children[index];
    if matches!(item, Item::Component { .. }) || Item::of(found.list, listed).as_ref() == Some(item) {
        return Ok(true);
    }
    let line = source.line_at(listed.start) + 1;
    Err(refused(format!("line {line}: `{}` is listed in `{}` with another target", item.path(), found.list.key()))
        .hint(format!("remove the item at line {line}")))
}

/// Returns the file after a removal that is proven.
fn proven(source: &Source<'_>, found: &Found<'_>, removal: &Removal, path: &str) -> Result<Vec<u8>, Failure> {
    let after = removal.apply(source);
    if proof::is_removal(source, &after, found, removal) {
        return Ok(after);
    }
    let key = found.list.key();
    let fact = format!("without `{path}` in `{key}` the file would say something else than before");
    Err(refused(fact).hint(format!("remove `{path}` from `{key}` by hand")))
}

/// The refusal of an item that fits nowhere, as behind a block scalar that ends with the file and not with a line ending.
fn unproven(source: &Source<'_>, item: &Item) -> Failure {
    let key = item.list().key();
    let failure = refused(format!("no line added to `{key}` leaves the rest of the file as it is"));
    if source.text.ends_with('\n') {
        failure.hint(format!("add to `{key}:` by hand: {}", item.lines().join("\n")))
    } else {
        failure.hint("echo >> kustomization.yaml")
    }
}
