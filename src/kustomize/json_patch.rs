//! JSON patches (RFC 6902) with the semantics of evanphx/json-patch v4.
//!
//! Negative indices count from the end, `replace` on a map may add, and the part of a path before its first slash is
//! ignored. Works on plain data; the caller turns it back into nodes, where every number has become a float.

use std::sync::Arc;

use super::budget::Budget;
use super::fault::Fault;
use super::json;
use super::plain_data;
use super::value::Value;

/// A decoded patch.
#[derive(Debug, Clone)]
pub(super) struct JsonPatch {
    /// The operations: maps, or null.
    operations: Vec<Value>,
    /// Whether the patch was written as JSON, so that its strings may be escaped otherwise than Go would.
    is_raw: bool,
}

impl JsonPatch {
    /// Reads a patch from JSON or YAML text.
    pub(super) fn read(text: &str, budget: &Budget<'_>) -> Result<Self, Fault> {
        let is_raw = text.starts_with('[');
        let value = match text {
            "" => return Err(Fault::invalid("empty JSON patch operations")),
            text if is_raw => {
                // Each value but the first follows one of these letters: an upper bound, known before memory is taken.
                budget.take(text.bytes().filter(|byte| b"[{,:".contains(byte)).count())?;
                json::read(text, budget.limits.depth)?
            }
            text => {
                let text = super::documents::text_of(text.as_bytes())?;
                plain_data::read(&text, budget)?
            }
        };
        let operations = match value {
            Value::Null => Vec::new(),
            Value::List(items) => items,
            other => return Err(Fault::invalid(format!("a JSON patch must be a list, not {}", other.kind_word()))),
        };
        if operations.iter().any(|operation| !matches!(operation, Value::Map(_) | Value::Null)) {
            return Err(Fault::invalid("an operation of a JSON patch must be a map"));
        }
        Ok(Self { operations, is_raw })
    }

    /// Whether there is no operation.
    pub(super) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Applies the operations in order.
    pub(super) fn apply(&self, mut document: Value, budget: &Budget<'_>) -> Result<Value, Fault> {
        let limits = budget.limits;
        let mut before = document.extent().0;
        for operation in &self.operations {
            self.step(&mut document, operation)?;
            let (size, depth) = document.extent();
            if size > limits.alias_nodes || depth > limits.depth {
                return Err(Fault::Limit("the size of a patched object".to_owned()));
            }
            budget.take_growth(before, size)?;
            before = size;
        }
        Ok(document)
    }

    /// Applies one operation.
    fn step(&self, document: &mut Value, operation: &Value) -> Result<(), Fault> {
        let path = |field: &str| text_of(operation, field);
        let value = || operation.get("value").cloned().unwrap_or(Value::Null);
        match text_of(operation, "op").unwrap_or_default().as_str() {
            "add" => Spot::find(document, &path("path")?)?.add(value()),
            "remove" => Spot::find(document, &path("path")?)?.remove(),
            "replace" if path("path")?.is_empty() => replace_all(document, value()),
            "replace" => {
                let mut spot = Spot::find(document, &path("path")?)?;
                spot.get()?;
                spot.set(value())
            }
            "move" => {
                let mut from = Spot::find(document, &path("from")?)?;
                let moved = from.get()?.cloned().unwrap_or(Value::Null);
                from.remove()?;
                Spot::find(document, &path("path")?)?.add(moved)
            }
            "copy" => {
                let copied = Spot::find(document, &path("from")?)?.get()?.cloned().unwrap_or(Value::Null);
                Spot::find(document, &path("path")?)?.add(copied)
            }
            "test" => self.test(document, &path("path")?, operation.get("value")),
            other => Err(Fault::invalid(format!("unexpected operation `{other}` in a JSON patch"))),
        }
    }

    /// Tests a value.
    fn test(&self, document: &mut Value, path: &str, wanted: Option<&Value>) -> Result<(), Fault> {
        if self.is_raw && wanted.is_some_and(has_escapes) {
            return Err(Fault::unsupported("a JSON patch `test` on a text that JSON may escape in several ways"));
        }
        let is = match path {
            "" => Some(document.clone()),
            path => Spot::find(document, path)?.get()?.cloned().filter(|value| *value != Value::Null),
        };
        let passes = match (is, wanted) {
            (None, Some(Value::Null)) => true,
            (None, None) => return Err(Fault::invalid("a JSON patch `test` without a value")),
            (Some(is), Some(wanted)) => equal(&is, wanted),
            _ => false,
        };
        if passes { Ok(()) } else { Err(Fault::invalid(format!("the JSON patch test of `{path}` failed"))) }
    }
}

/// Replaces the whole document; only a map is an object afterwards.
fn replace_all(document: &mut Value, value: Value) -> Result<(), Fault> {
    match value {
        Value::Map(_) => {
            *document = value;
            Ok(())
        }
        other => Err(Fault::invalid(format!("a JSON patch replaces an object by {}", other.kind_word()))),
    }
}

/// A text field of an operation.
fn text_of(operation: &Value, field: &str) -> Result<String, Fault> {
    match operation.get(field) {
        Some(Value::String(text)) => Ok(text.to_string()),
        _ => Err(Fault::invalid(format!("an operation of a JSON patch has no `{field}`"))),
    }
}

/// Whether a text in the value could be written in JSON in more than one way.
fn has_escapes(value: &Value) -> bool {
    let is_odd = |text: &str| text.chars().any(|letter| !matches!(letter, ' '..='~') || "<>&\"\\".contains(letter));
    match value {
        Value::String(text) => is_odd(text),
        Value::List(items) => items.iter().any(has_escapes),
        Value::Map(entries) => entries.iter().any(|(key, value)| is_odd(key) || has_escapes(value)),
        _ => false,
    }
}

/// Whether two values are the same; numbers by their text, maps in any order.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Map(left), Value::Map(other)) => {
            let has = |(key, value): &(Arc<str>, Value)| right.get(key).is_some_and(|found| equal(value, found));
            left.len() == other.len() && left.iter().all(has)
        }
        _ => left == right,
    }
}

/// A place in the document: a container and the last part of a path.
struct Spot<'a> {
    /// The map or list.
    container: &'a mut Value,
    /// The key or index.
    key: String,
}

impl<'a> Spot<'a> {
    /// Follows a path to its container.
    fn find(document: &'a mut Value, path: &str) -> Result<Self, Fault> {
        let missing = || Fault::invalid(format!("a JSON patch names the missing path `{path}`"));
        let parts: Vec<String> = path.split('/').map(decode_key).collect();
        let [_, parents @ .., key] = parts.as_slice() else { return Err(missing()) };
        let mut container = document;
        for part in parents {
            container = match container {
                Value::Map(entries) => {
                    entries.iter_mut().find(|(name, _)| **name == *part).map(|(_, value)| value).ok_or_else(missing)?
                }
                Value::List(items) => {
                    let at = index(part, items.len()).ok_or_else(missing)?;
                    items.get_mut(at).ok_or_else(missing)?
                }
                _ => return Err(missing()),
            };
        }
        match container {
            Value::Map(_) | Value::List(_) => Ok(Self { container, key: key.clone() }),
            _ => Err(missing()),
        }
    }

    /// The fault for an index that is none.
    fn bad_index(&self) -> Fault {
        Fault::invalid(format!("a JSON patch names the invalid index `{}`", self.key))
    }

    /// Returns the value; a missing key of a map is no error.
    fn get(&self) -> Result<Option<&Value>, Fault> {
        match &*self.container {
            Value::Map(entries) => Ok(entries.iter().find(|(key, _)| **key == *self.key).map(|(_, value)| value)),
            Value::List(items) => {
                let at =
                    index(&self.key, items.len()).filter(|&at| at < items.len()).ok_or_else(|| self.bad_index())?;
                Ok(items.get(at))
            }
            _ => Ok(None),
        }
    }

    /// Sets the value.
    fn set(&mut self, value: Value) -> Result<(), Fault> {
        if let Value::List(items) = self.container {
            let at = index(&self.key, items.len()).filter(|&at| at < items.len());
            let Some(at) = at else { return Err(self.bad_index()) };
            items[at] = value;
            return Ok(());
        }
        self.add(value)
    }

    /// Adds the value: into a list before the index, into a map in place of what is there.
    fn add(&mut self, value: Value) -> Result<(), Fault> {
        match self.container {
            Value::Map(entries) => {
                let key: Arc<str> = Arc::from(self.key.as_str());
                match entries.iter_mut().find(|(name, _)| *name == key) {
                    Some(entry) => entry.1 = value,
                    None => entries.push((key, value)),
                }
            }
            Value::List(items) if self.key == "-" => items.push(value),
            Value::List(items) => match index(&self.key, items.len() + 1).filter(|&at| at <= items.len()) {
                Some(at) => items.insert(at, value),
                None => return Err(self.bad_index()),
            },
            _ => {}
        }
        Ok(())
    }

    /// Removes the value.
    fn remove(&mut self) -> Result<(), Fault> {
        self.get()?.ok_or_else(|| Fault::invalid(format!("a JSON patch removes the missing key `{}`", self.key)))?;
        match self.container {
            Value::Map(entries) => entries.retain(|(key, _)| **key != *self.key),
            Value::List(items) => {
                if let Some(at) = index(&self.key, items.len()) {
                    items.remove(at);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Undoes the escapes of a path part.
fn decode_key(part: &str) -> String {
    // One pass: `~01` is `~1`, not `/`.
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('~') {
        out.push_str(&rest[..at]);
        let (text, skip) = match rest.as_bytes().get(at + 1) {
            Some(b'0') => ("~", 2),
            Some(b'1') => ("/", 2),
            _ => ("~", 1),
        };
        out.push_str(text);
        rest = &rest[at + skip..];
    }
    out.push_str(rest);
    out
}

/// Reads an index; a negative one counts from `length`.
fn index(text: &str, length: usize) -> Option<usize> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: usize = digits.parse().ok()?;
    if text.starts_with('-') && number > 0 { length.checked_sub(number) } else { Some(number) }
}
