//! What an API server would say to an object: fields it would drop in silence, and values it would refuse.
//! A small walk over structural schemas (Kubernetes "Specifying a structural schema"). Must name a keyword it does not
//! know rather than pass over it.

use serde_json::{Map, Value};

/// Keywords that the walk itself follows, and those that are about editing and merging, not about what is valid; rules of
/// CEL concern other parts of the spec.
const SILENT: [&str; 14] = [
    "properties",
    "additionalProperties",
    "items",
    "type",
    "nullable",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-int-or-string",
    "description",
    "default",
    "anyOf",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

/// Returns everything an API server would drop or refuse, as `<path>: <what>`.
pub(crate) fn faults(schema: &Value, object: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    walk(schema, object, "", &mut faults);
    faults
}

/// Walks one value.
fn walk(schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    let schema = schema.as_object().unwrap();
    if value.is_null() {
        if schema.get("nullable") != Some(&Value::Bool(true)) {
            faults.push(format!("{path}: null"));
        }
        return;
    }
    let is_type = match schema.get("type").and_then(Value::as_str) {
        _ if schema.contains_key("x-kubernetes-int-or-string") => value.is_i64() || value.is_string(),
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => schema.contains_key("x-kubernetes-preserve-unknown-fields"),
    };
    if !is_type {
        faults.push(format!("{path}: not of type {}", schema.get("type").unwrap_or(&Value::Null)));
        return;
    }
    faults.extend(
        schema
            .iter()
            .filter_map(|(keyword, of)| keyword_fault(keyword, of, schema, value))
            .map(|what| format!("{path}: {what}")),
    );
    match value {
        Value::Object(fields) => fields.iter().for_each(|field| walk_field(schema, field, path, faults)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| walk(&schema["items"], item, &format!("{path}/{index}"), faults));
        }
        _ => {}
    }
}

/// Walks one field of an object, or says that it would be dropped.
fn walk_field(schema: &Map<String, Value>, (name, value): (&String, &Value), path: &str, faults: &mut Vec<String>) {
    let below = format!("{path}/{name}");
    // These have the schema of every object, which no CRD has to spell out.
    if path.is_empty() && ["apiVersion", "kind", "metadata"].contains(&name.as_str()) {
        return;
    }
    let named = schema.get("properties").and_then(|properties| properties.get(name));
    match named.or_else(|| schema.get("additionalProperties").filter(|schema| schema.is_object())) {
        Some(schema) => walk(schema, value, &below, faults),
        None if schema.get("additionalProperties") == Some(&Value::Bool(true)) => {}
        None if schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true)) => {}
        None => faults.push(format!("{below}: pruned")),
    }
}

/// Returns what one keyword has against a value.
fn keyword_fault(keyword: &str, of: &Value, schema: &Map<String, Value>, value: &Value) -> Option<String> {
    let number = value.as_f64().unwrap_or_default();
    let length = || u64::try_from(value.as_str().unwrap_or_default().chars().count()).unwrap();
    let holds = match keyword {
        "format" => fits(of.as_str().unwrap(), value),
        _ if SILENT.contains(&keyword) => true,
        "required" => return missing(of, schema, value).map(|name| format!("`{name}` is missing")),
        "enum" => of.as_array().unwrap().contains(value),
        "minimum" => number >= of.as_f64().unwrap(),
        "maximum" => number <= of.as_f64().unwrap(),
        "minLength" => length() >= of.as_u64().unwrap(),
        "maxLength" => length() <= of.as_u64().unwrap(),
        "pattern" => is_match(of.as_str().unwrap(), value)?,
        _ => return Some(format!("keyword `{keyword}` is not known to this walk")),
    };
    (!holds).then(|| format!("{value} against {keyword} {of}"))
}

/// Returns a required field that is neither there nor filled by a default.
fn missing<'a>(required: &'a Value, schema: &Map<String, Value>, value: &Value) -> Option<&'a str> {
    let has_default = |name: &str| schema["properties"][name].get("default").is_some();
    let names = required.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    names.into_iter().find(|name| value.get(name).is_none() && !has_default(name))
}

/// Returns whether a value is in the range of a number's format.
fn fits(format: &str, value: &Value) -> bool {
    match format {
        "int32" => value.as_i64().is_some_and(|value| i32::try_from(value).is_ok()),
        _ => true,
    }
}

/// Returns whether a text is a quantity, where the pattern is that of quantities; another pattern is not looked at.
fn is_match(pattern: &str, value: &Value) -> Option<bool> {
    let text = value.as_str().filter(|_| pattern.contains("[KMGTPE]i"))?;
    let digits = text.trim_start_matches(['+', '-']);
    let suffix = digits.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_suffix =
        ["", "n", "u", "m", "k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].contains(&suffix);
    Some(is_suffix && digits.starts_with(|c: char| c.is_ascii_digit()))
}
