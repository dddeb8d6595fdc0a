//! Typed access to the data of a kustomization file, as strict as Go's JSON decoder.
//!
//! Field names match whatever their case; an unknown field is an error. It knows no field by name.

use super::fault::Fault;
use super::value::Value;

/// A map with known fields.
pub(super) struct Record<'a> {
    /// Where the map stands, for messages.
    place: String,
    /// Fields that are present and not null, under their proper names.
    fields: Vec<(&'static str, &'a Value)>,
}

impl<'a> Record<'a> {
    /// Reads a map whose fields must all be in `known`; null is an empty map.
    pub(super) fn new(value: &'a Value, place: &str, known: &[&'static str]) -> Result<Self, Fault> {
        let entries = match value {
            Value::Map(entries) => entries.as_slice(),
            Value::Null => &[],
            other => return Err(wrong(place, "a map", other)),
        };
        let mut fields: Vec<(&'static str, &Value)> = Vec::new();
        for (key, value) in entries {
            let exact = known.iter().find(|name| **name == &**key);
            let Some(name) = exact.or_else(|| known.iter().find(|name| name.eq_ignore_ascii_case(key))) else {
                return Err(unknown(place, key));
            };
            if fields.iter().any(|(seen, _)| seen == name) {
                return Err(Fault::unsupported(format!("two spellings of `{name}`")));
            }
            fields.push((name, value));
        }
        fields.retain(|(_, value)| **value != Value::Null);
        Ok(Self { place: place.to_owned(), fields })
    }

    /// Returns a field that is present and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
    }

    /// Returns the fields that are present.
    pub(super) fn present(&self) -> impl Iterator<Item = (&'static str, &'a Value)> {
        self.fields.iter().copied()
    }

    /// Returns a text field, "" when absent.
    pub(super) fn text(&self, name: &str) -> Result<String, Fault> {
        self.get(name).map_or_else(|| Ok(String::new()), |value| text(value, &self.path(name)))
    }

    /// Returns a boolean field, false when absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(other) => Err(wrong(&self.path(name), "a boolean", other)),
        }
    }

    /// Returns the elements of a list field.
    pub(super) fn items(&self, name: &str) -> Result<&'a [Value], Fault> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::List(items)) => Ok(items),
            Some(other) => Err(wrong(&self.path(name), "a list", other)),
        }
    }

    /// Returns a list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Fault> {
        self.items(name)?.iter().map(|item| text(item, &self.path(name))).collect()
    }

    /// Returns a map of texts, sorted by key.
    pub(super) fn text_map(&self, name: &str) -> Result<Vec<(String, String)>, Fault> {
        let mut pairs = match self.get(name) {
            None => Vec::new(),
            Some(Value::Map(entries)) => entries
                .iter()
                .map(|(key, value)| Ok((key.to_string(), text(value, &self.path(name))?)))
                .collect::<Result<Vec<_>, Fault>>()?,
            Some(other) => return Err(wrong(&self.path(name), "a map", other)),
        };
        pairs.sort();
        Ok(pairs)
    }

    /// Returns an integer field, 0 when absent.
    pub(super) fn integer(&self, name: &str) -> Result<i64, Fault> {
        match self.get(name) {
            None => Ok(0),
            Some(Value::Number(text)) => {
                text.parse().map_err(|_| Fault::invalid(format!("`{}` is not an integer", self.path(name))))
            }
            Some(other) => Err(wrong(&self.path(name), "a number", other)),
        }
    }

    /// The path of a field, for messages.
    pub(super) fn path(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }
}

/// The text of a value; null is "".
fn text(value: &Value, place: &str) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text.to_string()),
        Value::Null => Ok(String::new()),
        other => Err(wrong(place, "a string", other)),
    }
}

/// The fault for a field nobody knows; odd letters may still match in Go.
fn unknown(place: &str, key: &str) -> Fault {
    let place = if place.is_empty() { String::new() } else { format!(" in `{place}`") };
    if key.is_ascii() {
        Fault::invalid(format!("unknown field `{key}`{place}"))
    } else {
        Fault::unsupported(format!("the field name `{key}`{place}"))
    }
}

/// The fault for a value of the wrong kind.
fn wrong(place: &str, expected: &str, value: &Value) -> Fault {
    Fault::invalid(format!("`{place}` must be {expected}, not {}", value.kind_word()))
}
