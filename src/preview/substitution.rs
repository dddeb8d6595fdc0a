//! Flux' post-build substitution: `${name}` in the built objects, from the variables given in place.
//! Part of making the object that Flux sends. Must never guess a variable that another object gives.

use serde_json::Value;

use super::Unsure;
use super::field::FieldPath;
use super::settings_flux::{GROUP, Substitution};
use super::strip::{annotation, label};

/// Fills in variables; returns what could not be told.
pub(super) fn substitute(value: &mut Value, by: &Substitution) -> Vec<Unsure> {
    let off = format!("{GROUP}/substitute");
    let mut unsure = Vec::new();
    if annotation(value, &off) != Some("disabled") && label(value, &off) != Some("disabled") {
        walk(value, by, &FieldPath::default(), &mut unsure);
    }
    unsure
}

/// Fills in every text below a place.
fn walk(value: &mut Value, by: &Substitution, path: &FieldPath, unsure: &mut Vec<Unsure>) {
    match value {
        Value::Object(fields) => {
            for (key, below) in fields {
                walk(below, by, &path.child(key), unsure);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, by, &path.child(&index.to_string()), unsure);
            }
        }
        Value::String(text) if text.contains('$') => match filled(text, by) {
            Ok(new) if new != *text => *value = retyped(text, new),
            Ok(_) => {}
            Err(why) => unsure.push(Unsure { pointer: path.pointer(), path: path.shown(), why }),
        },
        _ => {}
    }
}

/// Returns the text with its variables filled in, or why that cannot be told.
fn filled(text: &str, by: &Substitution) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("$$") {
            out.push('$');
            rest = &rest[2..];
        } else if let Some(inner) = rest.strip_prefix("${") {
            let end = inner.find('}').ok_or("`${` without an end")?;
            out.push_str(&variable(&inner[..end], by)?);
            rest = &inner[end + 1..];
        } else {
            out.push('$');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Returns the value of one variable: `name`, `name:=default`, `name:-default`.
fn variable(inner: &str, by: &Substitution) -> Result<String, String> {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let (name, default) = match inner.split_once(":=").or_else(|| inner.split_once(":-")) {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    if !is_name(name) || default.is_some_and(|default| default.contains(['$', '{'])) {
        return Err(format!("`${{{inner}}}` is filled in by Flux after the build, in a form that is not modelled"));
    }
    match by.variables.get(name) {
        Some(value) if !value.is_empty() || default.is_none() => Ok(value.clone()),
        None if !by.from.is_empty() => {
            Err(format!("`${{{name}}}` is filled in by Flux after the build, from {}", by.from.join(", ")))
        }
        _ => Ok(default.unwrap_or_default().to_owned()),
    }
}

/// Returns the new value of a text. What was a plain text in the built YAML is read anew and may become a number.
fn retyped(old: &str, new: String) -> Value {
    let is_whole = old.starts_with("${") && old.find('}') == Some(old.len() - 1);
    match serde_json::from_str::<Value>(&new) {
        Ok(value) if is_whole && (value.is_number() || value.is_boolean() || value.is_null()) => value,
        _ => Value::String(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fills_in_simple_forms_and_is_unsure_of_the_rest() {
        let by = Substitution {
            variables: [("n", "3"), ("host", "minio")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            from: vec!["ConfigMap/vars".into()],
        };
        let mut value =
            json!({"a": "${n}", "b": "http://${host}:9000/$${x}", "c": "${other}", "d": "${n:=5}", "e": "$1"});
        let unsure = substitute(&mut value, &by);
        assert_eq!(value, json!({"a": 3, "b": "http://minio:9000/${x}", "c": "${other}", "d": 3, "e": "$1"}));
        assert_eq!(unsure.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["c"]);
    }
}
