//! Strategic merge: a patch over a target, field by field, with the schema's word on lists.
//!
//! Called by `patch`. The target changes in place; the patch loses its directives on the way. kustomize walks the whole
//! target, not only what the patch names, and so does this.

use super::fault::Fault;
use super::field_write::{Touched, quote_if_odd, wrong_kind};
use super::merge_directive::{Directive, take_from_list, take_from_map};
use super::merge_list::{Lists, merge};
use super::node::{List, Map, Node, Scalar, Tag};
use super::schema::Schema;

/// What a walk left behind.
pub(super) enum Outcome {
    /// Nothing: the field goes.
    Gone,
    /// The target, changed in place.
    Dest,
    /// A node that takes the target's place.
    New(Node),
}

/// One merge.
#[derive(Debug, Default)]
pub(super) struct Merger {
    /// Writes to shared scalars.
    touched: Touched,
}

/// Merges a patch over a target; false when the target is to be deleted.
pub(super) fn apply(target: &mut Node, patch: &mut Node) -> Result<bool, Fault> {
    let mut merger = Merger::default();
    // A patch that replaces the whole target leaves it alone: kustomize drops the replacement.
    let is_kept = !matches!(merger.walk(Some(target), Some(patch), None)?, Outcome::Gone);
    merger.touched.settle(target);
    Ok(is_kept)
}

impl Merger {
    /// Merges one node; see `Outcome`.
    pub(super) fn walk(
        &mut self,
        dest: Option<&mut Node>,
        origin: Option<&mut Node>,
        schema: Option<Schema>,
    ) -> Result<Outcome, Fault> {
        let schema = schema.or_else(|| infer(dest.as_deref())).or_else(|| infer(origin.as_deref()));
        let lead = [dest.as_deref(), origin.as_deref()].into_iter().flatten().find(|node| !node.is_null());
        match lead {
            None => Ok(merge_nulls(dest.as_deref(), origin)),
            Some(Node::Scalar(_)) => {
                expect_kind(origin.as_deref(), |node| matches!(node, Node::Scalar(_)), "a scalar")?;
                Ok(origin.map_or(Outcome::Dest, |origin| Outcome::New(origin.clone())))
            }
            Some(Node::Map(_)) => {
                expect_kind(origin.as_deref(), |node| node.as_map().is_some(), "a mapping")?;
                self.walk_map(dest, origin, schema)
            }
            Some(Node::List(_)) => {
                expect_kind(origin.as_deref(), |node| node.as_list().is_some(), "a sequence")?;
                self.walk_list(dest, origin, schema)
            }
        }
    }

    /// Merges mappings.
    #[expect(clippy::needless_pass_by_value, reason = "an optional exclusive reference is handed on, like in `walk`")]
    fn walk_map(
        &mut self,
        dest: Option<&mut Node>,
        origin: Option<&mut Node>,
        schema: Option<Schema>,
    ) -> Result<Outcome, Fault> {
        let Some(Node::Map(dest)) = dest else {
            return match origin {
                Some(Node::Map(added)) => {
                    // kustomize ignores an unknown directive where the target has nothing, and keeps it as a field.
                    let directive = take_from_map(added).map_err(|_| Fault::unsupported("an unknown `$patch` word"))?;
                    if directive == Directive::Delete {
                        return Ok(Outcome::Gone);
                    }
                    self.self_fields(added, schema)?;
                    Ok(Outcome::New(Node::Map(added.clone())))
                }
                _ => Ok(Outcome::Gone),
            };
        };
        let origin = match origin {
            None => None,
            Some(Node::Map(map)) => Some(map),
            Some(_) => return Ok(Outcome::Gone),
        };
        let Some(origin) = origin else {
            self.merge_fields(dest, None, schema)?;
            return Ok(Outcome::Dest);
        };
        if dest.entries.is_empty() {
            dest.is_flow = origin.is_flow;
        }
        match take_from_map(origin)? {
            Directive::Delete => Ok(Outcome::Gone),
            Directive::Replace => {
                self.self_fields(origin, schema)?;
                Ok(Outcome::New(Node::Map(origin.clone())))
            }
            Directive::Merge => {
                self.merge_fields(dest, Some(origin), schema)?;
                Ok(Outcome::Dest)
            }
        }
    }

    /// Merges the fields of two mappings.
    fn merge_fields(
        &mut self,
        dest: &mut Map,
        mut origin: Option<&mut Map>,
        schema: Option<Schema>,
    ) -> Result<(), Fault> {
        for name in field_names(dest, origin.as_deref()) {
            let (key, from) = match origin.as_mut().and_then(|map| entry_mut(map, &name)) {
                Some((key, value)) => (Some(key.clone()), Some(value)),
                None => (None, None),
            };
            let field_schema = schema.and_then(|schema| schema.field(&name));
            let outcome = self.walk(dest.get_mut(&name), from, field_schema)?;
            match outcome {
                Outcome::Dest => dest.get_mut(&name).into_iter().for_each(quote_if_odd),
                Outcome::New(node) if !node.is_null() => {
                    if let Some(field) = dest.get_mut(&name) {
                        self.touched.overwrite(field, node);
                    } else {
                        let mut node = node;
                        quote_if_odd(&mut node);
                        let style = key.map_or(super::node::Style::Plain, |key| key.style);
                        dest.entries.push((Scalar { style, ..Scalar::bare(&name) }, node));
                    }
                }
                Outcome::New(_) | Outcome::Gone => {
                    dest.remove(&name);
                }
            }
        }
        Ok(())
    }

    /// Merges lists.
    fn walk_list(
        &mut self,
        dest: Option<&mut Node>,
        origin: Option<&mut Node>,
        schema: Option<Schema>,
    ) -> Result<Outcome, Fault> {
        let dest = dest.and_then(|node| if let Node::List(list) = node { Some(list) } else { None });
        let Some(keys) = schema.and_then(Schema::merge_keys) else {
            return Ok(origin.map_or(Outcome::Dest, |origin| Outcome::New(origin.clone())));
        };
        let elements = schema.and_then(Schema::elements);
        let origin = match (origin, &dest) {
            (Some(Node::List(list)), _) => Some(list),
            (Some(_), _) => return Ok(Outcome::Gone),
            (None, _) => None,
        };
        let items = match (dest, origin) {
            (Some(dest), None) => {
                merge(self, Lists { dest: &mut dest.items, origin: None, is_self: false }, elements, keys)?
            }
            (None, Some(added)) => {
                merge(self, Lists { dest: &mut added.items, origin: None, is_self: true }, elements, keys)?
            }
            (Some(dest), Some(origin)) => match take_from_list(&mut origin.items)? {
                Directive::Delete => return Ok(Outcome::Gone),
                Directive::Replace => {
                    merge(self, Lists { dest: &mut origin.items, origin: None, is_self: true }, elements, keys)?
                }
                Directive::Merge => {
                    let lists = Lists { dest: &mut dest.items, origin: Some(&mut origin.items), is_self: false };
                    merge(self, lists, elements, keys)?
                }
            },
            (None, None) => return Ok(Outcome::Gone),
        };
        Ok(Outcome::New(Node::List(List { items, is_flow: false })))
    }

    /// Walks a node that is patch and target at once; false when it goes.
    pub(super) fn walk_self(&mut self, node: &mut Node, schema: Option<Schema>) -> Result<bool, Fault> {
        let schema = schema.or_else(|| infer(Some(node)));
        match node {
            Node::Scalar(_) => Ok(true),
            Node::Map(map) => {
                if take_from_map(map)? == Directive::Delete {
                    return Ok(false);
                }
                self.self_fields(map, schema)?;
                Ok(true)
            }
            Node::List(list) => {
                let Some(keys) = schema.and_then(Schema::merge_keys) else { return Ok(true) };
                if take_from_list(&mut list.items)? == Directive::Delete {
                    return Ok(false);
                }
                let elements = schema.and_then(Schema::elements);
                let lists = Lists { dest: &mut list.items, origin: None, is_self: true };
                list.items = merge(self, lists, elements, keys)?;
                Ok(true)
            }
        }
    }

    /// Walks the fields of a mapping that is patch and target at once.
    fn self_fields(&mut self, map: &mut Map, schema: Option<Schema>) -> Result<(), Fault> {
        for name in field_names(map, None) {
            let field_schema = schema.and_then(|schema| schema.field(&name));
            let is_kept = match map.get_mut(&name) {
                Some(field) => {
                    quote_if_odd(field);
                    self.walk_self(field, field_schema)? && !field.is_null()
                }
                None => true,
            };
            if !is_kept {
                map.remove(&name);
            }
        }
        Ok(())
    }
}

/// Merges two nodes of which none says anything: an explicit null in the target survives when the patch is silent.
fn merge_nulls(dest: Option<&Node>, origin: Option<&mut Node>) -> Outcome {
    match (dest, origin) {
        (_, Some(origin)) => Outcome::New(origin.clone()),
        (Some(Node::Scalar(Scalar { value, tag: Tag::Null, .. })), None) if !value.is_empty() => Outcome::Dest,
        _ => Outcome::Gone,
    }
}

/// The schema of a mapping that says its kind itself.
fn infer(node: Option<&Node>) -> Option<Schema> {
    let map = node?.as_map()?;
    let field = |name| map.get(name).filter(|value| !value.is_empty()).map_or("", Node::text);
    let (api_version, kind) = (field("apiVersion"), field("kind"));
    if api_version.is_empty() || kind.is_empty() { None } else { Schema::of_kind(api_version, kind) }
}

/// Refuses a patch node of another kind than the target's.
fn expect_kind(node: Option<&Node>, is_kind: impl Fn(&Node) -> bool, word: &str) -> Result<(), Fault> {
    match node {
        Some(node) if !node.is_null() && !is_kind(node) => Err(wrong_kind(word, node)),
        _ => Ok(()),
    }
}

/// The names of all fields, sorted.
fn field_names(dest: &Map, origin: Option<&Map>) -> Vec<String> {
    let maps = std::iter::once(dest).chain(origin);
    let mut names: Vec<String> =
        maps.flat_map(|map| map.entries.iter().map(|(key, _)| key.value.to_string())).collect();
    names.sort();
    names.dedup();
    names
}

/// The key and value of a field, for change.
fn entry_mut<'a>(map: &'a mut Map, name: &str) -> Option<(&'a Scalar, &'a mut Node)> {
    map.entries.iter_mut().find(|(key, _)| &*key.value == name).map(|(key, value)| (&*key, value))
}
