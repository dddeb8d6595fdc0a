//! Values for people: one word where one line holds them, else lines that look like YAML.
//! For eyes alone: must never be taken for YAML that a program reads back.

use serde_json::Value;

/// Returns a value that fits one line by nature: scalars, and what is empty.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\n') => None,
        Value::String(text) => Some(scalar(text)),
        Value::Array(entries) if !entries.is_empty() => None,
        Value::Object(fields) if !fields.is_empty() => None,
        other => Some(other.to_string()),
    }
}

/// Returns a value as lines.
pub(super) fn lines(value: &Value) -> Vec<String> {
    if let Some(word) = word(value) {
        return vec![word];
    }
    match value {
        Value::String(text) => text.lines().map(str::to_owned).collect(),
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| entry(&scalar(key), value)).collect(),
        Value::Array(entries) => entries.iter().flat_map(item).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Returns the lines of one field of a map.
pub(super) fn entry(key: &str, value: &Value) -> Vec<String> {
    if let Some(word) = word(value) {
        return vec![format!("{key}: {word}")];
    }
    let mark = if value.is_string() { " |" } else { "" };
    let below = lines(value).into_iter().map(|line| format!("  {line}"));
    std::iter::once(format!("{key}:{mark}")).chain(below).collect()
}

/// Returns the lines of one entry of a list.
fn item(value: &Value) -> Vec<String> {
    let below = lines(value).into_iter().enumerate();
    below.map(|(number, line)| format!("{}{line}", if number == 0 { "- " } else { "  " })).collect()
}

/// Returns a text as one word; quoted where it could be taken for something else than this text.
pub(super) fn scalar(text: &str) -> String {
    let is_other = text.is_empty() || text.trim() != text || serde_json::from_str::<Value>(text).is_ok();
    if is_other || text.contains('\n') { Value::from(text).to_string() } else { text.to_owned() }
}
