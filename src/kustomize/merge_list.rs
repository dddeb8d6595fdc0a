//! Merging of lists that have merge keys, or whose plain values are merged.
//!
//! Called by `strategic_merge`. What the patch adds comes first, then the target's elements in their order; the rules for
//! several keys with gaps (`containerPort`, `protocol`) are kustomize's, faults included.

use super::fault::Fault;
use super::field_write::{set_scalar, set_text, wrong_kind};
use super::merge_element::{find_element, set_element};
use super::node::{Node, Tag};
use super::schema::Schema;
use super::strategic_merge::{Merger, Outcome};

/// The two lists of a merge.
pub(super) struct Lists<'a> {
    /// The target's elements.
    pub(super) dest: &'a mut Vec<Node>,
    /// The patch's elements; `None` when the patch says nothing, or when the patch is the target as well.
    pub(super) origin: Option<&'a mut Vec<Node>>,
    /// Whether target and patch are the same list, as for a list that the patch adds.
    pub(super) is_self: bool,
}

/// Merges the lists; returns the new elements.
pub(super) fn merge(
    merger: &mut Merger,
    mut lists: Lists<'_>,
    schema: Option<Schema>,
    keys: &'static [&'static str],
) -> Result<Vec<Node>, Fault> {
    let keys: &[&str] = if keys.is_empty() { &[""] } else { keys };
    let mut all_values = element_values(&lists, keys)?;
    if keys.len() > 1 {
        fill_gaps(&mut all_values);
    }
    let mut items = Vec::new();
    let mut last_keys: Vec<&str> = Vec::new();
    for values in &all_values {
        let (valid_keys, valid_values) = valid(&all_values, values, keys);
        merge_element(merger, &mut lists, &mut items, schema, (&valid_keys, &valid_values))?;
        last_keys = valid_keys;
    }
    if all_values.is_empty() {
        return Ok(std::mem::take(lists.dest));
    }
    append(&mut items, lists.dest, &last_keys)?;
    Ok(items)
}

/// Merges the element with the given key values.
fn merge_element(
    merger: &mut Merger,
    lists: &mut Lists<'_>,
    items: &mut Vec<Node>,
    schema: Option<Schema>,
    (keys, values): (&[&str], &[String]),
) -> Result<(), Fault> {
    let (search_keys, search_values) = valid(std::slice::from_ref(&values.to_vec()), values, keys);
    let dest_at = find_element(lists.dest, &search_keys, &search_values);
    let origin_at = lists.origin.as_ref().and_then(|origin| find_element(origin, &search_keys, &search_values));
    let mut is_dest = lists.is_self;
    let mut value = if lists.is_self {
        match dest_at {
            Some(at) => merger.walk_self(&mut lists.dest[at], schema)?.then(|| lists.dest[at].clone()),
            None => None,
        }
    } else {
        let origin = lists.origin.as_mut().zip(origin_at).map(|(origin, at)| &mut origin[at]);
        match merger.walk(dest_at.map(|at| &mut lists.dest[at]), origin, schema)? {
            Outcome::Gone => None,
            Outcome::Dest => {
                is_dest = true;
                dest_at.map(|at| lists.dest[at].clone())
            }
            Outcome::New(node) => Some(node),
        }
    };
    let is_void = |node: &Node| node.is_null() || node.as_map().is_some_and(|map| map.entries.is_empty());
    let Some(node) = value.as_mut().filter(|node| !is_void(node)) else {
        return set_element(lists.dest, None, keys, values);
    };
    complete(node, keys, values)?;
    if is_dest && let Some(at) = dest_at {
        complete(&mut lists.dest[at], keys, values)?;
    }
    set_element(items, Some(node), keys, values)
}

/// Sets the keys an element lacks.
fn complete(node: &mut Node, keys: &[&str], values: &[String]) -> Result<(), Fault> {
    for (key, value) in keys.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        match &mut *node {
            Node::Map(map) if map.get(key).is_none() => set_text(map, key, value),
            Node::Map(_) => {}
            other if key.is_empty() => set_scalar(other, value, Tag::None)?,
            other => return Err(wrong_kind("a mapping", other)),
        }
    }
    Ok(())
}

/// The key values of all elements, the patch's first, each once.
fn element_values(lists: &Lists<'_>, keys: &[&str]) -> Result<Vec<Vec<String>>, Fault> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let origin = lists.origin.as_ref().map_or(&[][..], |origin| origin.as_slice());
    for item in origin.iter().chain(lists.dest.iter()) {
        let is_keyed = !keys[0].is_empty();
        if is_keyed != item.as_map().is_some() {
            return Err(Fault::unsupported("a merged list that mixes mappings and other values"));
        }
        let field = |key: &&str| match item.get(key) {
            _ if !is_keyed => item.text().to_owned(),
            Some(field) if !field.is_empty() => field.text().to_owned(),
            _ => String::new(),
        };
        let values: Vec<String> = keys.iter().map(field).collect();
        if !all.contains(&values) {
            all.push(values);
        }
    }
    Ok(all)
}

/// Makes values that differ only in gaps the same.
fn fill_gaps(all: &mut [Vec<String>]) {
    for left in 0..all.len() {
        for right in 0..all.len() {
            if let Some(joined) = joined(&all[left], &all[right]) {
                all[left].clone_from(&joined);
                all[right] = joined;
            }
        }
    }
}

/// The common form of two value lists: one value in common, and no two values that differ.
fn joined(left: &[String], right: &[String]) -> Option<Vec<String>> {
    let mut has_common = false;
    let mut out = Vec::with_capacity(left.len());
    for (a, b) in left.iter().zip(right) {
        if a != b && !a.is_empty() && !b.is_empty() {
            return None;
        }
        has_common |= a == b;
        out.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    has_common.then_some(out)
}

/// The keys that any element has a value for, and this element's values for them.
fn valid<'k>(all: &[Vec<String>], values: &[String], keys: &[&'k str]) -> (Vec<&'k str>, Vec<String>) {
    let is_used = |at: usize| all.iter().any(|values| values.get(at).is_some_and(|value| !value.is_empty()));
    let used: Vec<usize> = (0..keys.len()).filter(|&at| is_used(at)).collect();
    if used.is_empty() {
        return (keys.to_vec(), values.to_vec());
    }
    (used.iter().map(|&at| keys[at]).collect(), used.iter().filter_map(|&at| values.get(at).cloned()).collect())
}

/// Adds the target's elements behind the merged ones; one that is there already takes its place.
fn append(items: &mut Vec<Node>, dest: &[Node], keys: &[&str]) -> Result<(), Fault> {
    for item in dest {
        if keys.first().is_none_or(|key| key.is_empty()) {
            set_element(items, Some(item), &[""], &[item.text().to_owned()])?;
            continue;
        }
        let mut values = Vec::new();
        for key in keys {
            match item.get(key) {
                None => items.push(item.clone()),
                Some(field) => values.push(field.text().to_owned()),
            }
        }
        if keys.len() > 1 {
            set_element(items, None, keys, &values)?;
        }
        set_element(items, Some(item), keys, &values)?;
    }
    Ok(())
}
