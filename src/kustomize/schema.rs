//! Which lists a strategic merge merges, and by which keys: the generated schema table.
//!
//! Read once, when the first merge happens. A place the table does not know has no schema; see `tables/SOURCE.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The structure of a place.
#[derive(Debug)]
enum Shape {
    /// A definition, by number.
    Definition(usize),
    /// A list of something, with its merge strategy and keys.
    List(Box<Self>, Vec<&'static str>, Vec<&'static str>),
    /// A map of something.
    Map(Box<Self>),
    /// Anything else.
    Leaf,
}

/// A definition.
#[derive(Debug, Default)]
struct Definition {
    /// Fields with structure.
    fields: HashMap<&'static str, Shape>,
    /// What other fields are.
    others: Option<Shape>,
}

/// The table.
#[derive(Debug, Default)]
struct Table {
    /// Definitions by number.
    definitions: Vec<Definition>,
    /// Definitions of kinds, by `apiVersion kind`.
    kinds: HashMap<&'static str, Shape>,
}

/// The table, read once.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for line in include_str!("tables/merge_schema.txt").lines() {
        table.take(line);
    }
    table
});

impl Table {
    /// Takes one line of the table.
    fn take(&mut self, line: &'static str) {
        if let Some(rest) = line.strip_prefix("D ") {
            let others = rest.split_once(" {").map(|(_, code)| shape(code));
            self.definitions.push(Definition { others, ..Definition::default() });
        } else if let Some(kind) = line.strip_prefix("K ") {
            self.kinds.insert(kind, Shape::Definition(self.definitions.len() - 1));
        } else if let (Some((field, code)), Some(definition)) = (line.split_once(' '), self.definitions.last_mut()) {
            definition.fields.insert(field, shape(code));
        }
    }
}

/// Reads the code of a shape.
fn shape(code: &'static str) -> Shape {
    let mut words = code.split(' ');
    let form = words.next().unwrap_or(".");
    let strategies: Vec<&str> = words.next().map(|word| word.split(',').collect()).unwrap_or_default();
    let keys: Vec<&str> =
        words.next().map(|word| word.split(',').filter(|key| !key.is_empty()).collect()).unwrap_or_default();
    match form.split_at(1) {
        (">", number) => Shape::Definition(number.parse().unwrap_or(0)),
        ("[", inner) => Shape::List(Box::new(shape(inner)), strategies, keys),
        ("{", inner) => Shape::Map(Box::new(shape(inner))),
        _ => Shape::Leaf,
    }
}

/// The schema of a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema(&'static Shape);

impl Schema {
    /// Returns the schema of a kind.
    pub(super) fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        TABLE.kinds.get(format!("{api_version} {kind}").as_str()).map(Self)
    }

    /// Returns the schema of a field.
    pub(super) fn field(self, name: &str) -> Option<Self> {
        match self.0 {
            Shape::Definition(number) => {
                let definition = TABLE.definitions.get(*number)?;
                definition.fields.get(name).or(definition.others.as_ref()).map(Self)
            }
            Shape::Map(inner) => Some(Self(inner)),
            _ => None,
        }
    }

    /// Returns the schema of the elements of a list.
    pub(super) fn elements(self) -> Option<Self> {
        match self.0 {
            Shape::List(inner, ..) => Some(Self(inner)),
            _ => None,
        }
    }

    /// Returns the merge keys if the list is merged; no keys means the values themselves are merged.
    pub(super) fn merge_keys(self) -> Option<&'static [&'static str]> {
        match self.0 {
            Shape::List(_, strategies, keys) if strategies.contains(&"merge") => Some(keys),
            _ => None,
        }
    }
}
