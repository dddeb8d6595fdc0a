//! The proof of an edit: the file after it is read again and must say what it said before, the one element apart.
//! Two readers have to agree: the tree (styles, anchors) and the values of the other parser. Must never repair anything.

use serde_json::Value;

use super::item::Item;
use super::list::Found;
use super::place::Removal;
use super::source::Source;
use super::tree::{self, Node};

/// Returns whether `after` is `before` with bytes inserted in one place, and says the same and the item.
pub(super) fn is_insertion(source: &Source<'_>, before: &[u8], after: &[u8], item: &Item) -> bool {
    let Ok(read) = Source::read(after) else { return false };
    let key = spelling(source, item.list().key());
    only_inserts(before, after)
        && with_item(&source.root, &key, item).as_ref() == Some(&read.root)
        && with_value(&source.value, &key, item).as_ref() == Some(&read.value)
}

/// Returns whether `after` says what the source said without the element.
pub(super) fn is_removal(source: &Source<'_>, after: &[u8], found: &Found<'_>, removal: &Removal) -> bool {
    let Ok(read) = Source::read(after) else { return false };
    let key = spelling(source, found.list.key());
    without_item(&source.root, &key, removal).as_ref() == Some(&read.root)
        && without_value(&source.value, &key, removal).as_ref() == Some(&read.value)
}

/// Returns whether `after` has all bytes of `before`, and others in one place only.
fn only_inserts(before: &[u8], after: &[u8]) -> bool {
    let n_front = before.iter().zip(after).take_while(|(b, a)| b == a).count();
    let n_back = before.iter().rev().zip(after.iter().rev()).take_while(|(b, a)| b == a).count();
    before.len() < after.len() && n_front + n_back >= before.len()
}

/// Returns the key as the file spells it, else as leeward does.
fn spelling(source: &Source<'_>, name: &str) -> String {
    let mut keys = source.root.entries().filter_map(|(key, _)| key.text());
    keys.find(|key| key.eq_ignore_ascii_case(name)).unwrap_or(name).to_owned()
}

/// Returns the tree with the item as the last element of the list.
fn with_item(root: &Node, key: &str, item: &Item) -> Option<Node> {
    let alone = tree::documents(&format!("{key}:\n{}\n", item.lines().join("\n"))).ok()?.pop()?;
    let (new_key, new_list) = alone.entries().next()?;
    let mut root = root.clone();
    match position(&root, key) {
        Some(at) if root.children[at].is_empty() => root.children[at] = new_list.clone(),
        Some(at) => root.children[at].children.extend(new_list.children.iter().cloned()),
        None => root.children.extend([new_key.clone(), new_list.clone()]),
    }
    Some(root)
}

/// Returns the value with the item's as the last element of the list.
fn with_value(root: &Value, key: &str, item: &Item) -> Option<Value> {
    let mut root = root.clone();
    let list = root.as_object_mut()?.entry(key).or_insert(Value::Null);
    if list.is_null() {
        *list = Value::Array(Vec::new());
    }
    list.as_array_mut()?.push(item.value());
    Some(root)
}

/// Returns the tree without the element, and without the key where that goes too.
fn without_item(root: &Node, key: &str, removal: &Removal) -> Option<Node> {
    let mut root = root.clone();
    let at = position(&root, key)?;
    if removal.key.is_some() {
        root.children.drain(at - 1..=at);
    } else if root.children[at].children.len() == 1 {
        root.children[at] = tree::documents("key:").ok()?.pop()?.children.pop()?;
    } else {
        root.children[at].children.remove(removal.index);
    }
    Some(root)
}

/// Returns the value without the element, and without the key where that goes too.
fn without_value(root: &Value, key: &str, removal: &Removal) -> Option<Value> {
    let mut root = root.clone();
    let fields = root.as_object_mut()?;
    if removal.key.is_some() {
        fields.remove(key)?;
        return Some(root);
    }
    let list = fields.get_mut(key)?;
    list.as_array_mut()?.remove(removal.index);
    if list.as_array()?.is_empty() {
        *list = Value::Null;
    }
    Some(root)
}

/// Returns the position of a key's value among the children of a mapping.
fn position(root: &Node, key: &str) -> Option<usize> {
    root.entries().position(|(name, _)| name.text() == Some(key)).map(|entry| 2 * entry + 1)
}
