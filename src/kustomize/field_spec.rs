//! Field specs: which fields of which kinds a transformer writes, and the walk to them.
//!
//! The default tables are data (`tables/field_specs.txt`). The walk creates what a spec says may be created; what is
//! written at its end is the caller's.

use std::sync::Arc;

use super::decode::Record;
use super::fault::Fault;
use super::id::Gvk;
use super::node::{List, Map, Node, Scalar, Style, Tag};
use super::value::Value;

/// A field of some kinds.
#[derive(Debug, Clone)]
pub(super) struct FieldSpec {
    /// Which kinds; empty parts match anything.
    pub(super) gvk: Gvk,
    /// The path, split.
    pub(super) path: Arc<[String]>,
    /// Whether missing parts are created.
    pub(super) create: bool,
}

/// What a missing or null field at the end of a path becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Create {
    /// Nothing: it stays as it is.
    Nothing,
    /// A scalar with this tag, given to null fields.
    Scalar(Tag),
    /// A mapping.
    Map,
}

/// Returns the default specs of a list, in the order of the table.
pub(super) fn table(list: &str) -> Vec<FieldSpec> {
    let rows = include_str!("tables/field_specs.txt").lines();
    rows.filter_map(|line| row(line.strip_prefix(list)?.strip_prefix(' ')?)).collect()
}

/// Reads a row of the table after its first word.
fn row(line: &str) -> Option<FieldSpec> {
    let mut words = line.splitn(5, ' ');
    let mut part = || words.next().map(|word| Arc::from(if word == "*" { "" } else { word }));
    let gvk = Gvk { group: part()?, version: part()?, kind: part()? };
    let create = words.next()? == "create";
    Some(FieldSpec { gvk, path: split_path(words.next()?), create })
}

/// Splits a path at `/`; `\/` is a slash inside a part.
pub(super) fn split_path(path: &str) -> Arc<[String]> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.strip_prefix('/').unwrap_or(path).split('/') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.into()
}

/// Adds specs one by one.
pub(super) fn merge_all(specs: &mut Vec<FieldSpec>, incoming: &[FieldSpec]) -> Result<(), Fault> {
    incoming.iter().try_for_each(|spec| merge_one(specs, spec.clone()))
}

/// Adds `spec` unless one for the same field and the same or more kinds is there.
pub(super) fn merge_one(specs: &mut Vec<FieldSpec>, spec: FieldSpec) -> Result<(), Fault> {
    match specs.iter().find(|known| known.gvk.is_selected(&spec.gvk) && known.path == spec.path) {
        Some(known) if known.create != spec.create => Err(Fault::invalid("conflicting fieldspecs")),
        Some(_) => Ok(()),
        None => {
            specs.push(spec);
            Ok(())
        }
    }
}

impl FieldSpec {
    /// Reads a field spec of a list; parts that kustomize would take for indices or wildcards are not built.
    pub(super) fn read(value: &Value, list: &str) -> Result<Self, Fault> {
        let record = Record::new(value, list, &["group", "version", "kind", "path", "create"])?;
        let text = record.text("path")?;
        let path = split_path(&text);
        let is_odd = |part: &String| {
            let name = part.strip_suffix("[]").unwrap_or(part);
            name.parse::<i64>().is_ok() || name.contains(['[', ']', '*', ' ', '\t']) || name == "-" || name.is_empty()
        };
        // A path with a slash in front is another path when specs are merged, and the same one when they are followed.
        if text.starts_with('/') || path.iter().any(is_odd) {
            return Err(Fault::unsupported(format!("the path `{text}` in `{list}`")));
        }
        let part = |name| record.text(name).map(|text| text.as_str().into());
        let gvk = Gvk { group: part("group")?, version: part("version")?, kind: part("kind")? };
        Ok(Self { gvk, path, create: record.flag("create")? })
    }

    /// Calls `set` on the nodes at the path, if the kind matches.
    pub(super) fn apply(
        &self,
        gvk: &Gvk,
        node: &mut Node,
        create: Create,
        set: &mut dyn FnMut(&mut Node) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if !gvk.is_selected(&self.gvk) {
            return Ok(());
        }
        let create = if self.create { create } else { Create::Nothing };
        descend(node, &self.path, create, set)
    }
}

/// Walks down one path.
pub(super) fn descend(
    node: &mut Node,
    path: &[String],
    create: Create,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let Some((part, rest)) = path.split_first() else { return set(node) };
    match node {
        _ if node.is_null() => Ok(()),
        Node::Scalar(_) => Err(Fault::invalid(format!("expected a sequence or mapping above `{part}`"))),
        Node::List(list) => list.items.iter_mut().try_for_each(|item| descend(item, path, create, set)),
        Node::Map(map) => match field(map, part, create, rest.is_empty())? {
            Some(next) => descend(next, rest, create, set),
            None => Ok(()),
        },
    }
}

/// The field for one part of a path, created or turned from null where that is due.
fn field<'a>(map: &'a mut Map, part: &str, create: Create, ends_here: bool) -> Result<Option<&'a mut Node>, Fault> {
    let name = part.strip_suffix("[]").unwrap_or(part);
    if name.is_empty() {
        return Err(Fault::invalid("cannot set or create an empty field name"));
    }
    let is_list = name.len() < part.len();
    let kind = match create {
        _ if is_list => None,
        Create::Nothing => None,
        create if ends_here => Some(create),
        _ => Some(Create::Map),
    };
    if map.get(name).is_none() {
        match kind {
            Some(Create::Map) => map.push(name, Node::empty_map()),
            Some(Create::Scalar(_)) => map.push(name, Node::Scalar(Scalar::bare(""))),
            _ => return Ok(None),
        }
    }
    let Some(field) = map.get_mut(name) else { return Ok(None) };
    if field.is_null() {
        match kind {
            Some(Create::Map) => *field = Node::empty_map(),
            Some(Create::Scalar(tag)) => {
                *field = Node::Scalar(Scalar { tag, style: Style::Plain, ..Scalar::bare(field.text()) });
            }
            _ if is_list => *field = Node::List(List::default()),
            _ => {}
        }
    }
    Ok(Some(field))
}
