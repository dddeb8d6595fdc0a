//! Plain data as JSON text, byte for byte as Go writes it: what the hash suffixes are computed over.
//!
//! Keys are sorted by bytes, `<`, `>`, `&` and the Unicode line separators are escaped, numbers have gone through a float.

use std::fmt::Write as _;

use super::number;
use super::value::Value;

/// Returns the JSON of a value.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    put(value, &mut out);
    out
}

/// Writes one value.
fn put(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(text) => match number::parse_float(text) {
            Some(number) => out.push_str(&number::json_float(number)),
            None => out.push_str(text),
        },
        Value::String(text) => put_string(text, out),
        Value::List(items) => {
            let mut mark = '[';
            for item in items {
                out.push(std::mem::replace(&mut mark, ','));
                put(item, out);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|left, right| left.0.cmp(&right.0));
            let mut mark = '{';
            for (key, value) in sorted {
                out.push(std::mem::replace(&mut mark, ','));
                put_string(key, out);
                out.push(':');
                put(value, out);
            }
            out.push_str(if entries.is_empty() { "{}" } else { "}" });
        }
    }
}

/// Writes a string.
fn put_string(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\0'..='\u{1F}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(out, "\\u{:04x}", u32::from(letter)).expect("a string takes all text");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_go_does() {
        let text = |text: &str| Value::String(text.into());
        let entries = vec![
            ("b".into(), text("<a & b>\u{2028}\u{1}\t")),
            ("B".into(), Value::Number("9007199254740993".to_owned())),
            ("a".into(), Value::List(vec![Value::Null, Value::Map(Vec::new())])),
        ];
        assert_eq!(
            write(&Value::Map(entries)),
            r#"{"B":9007199254740992,"a":[null,{}],"b":"\u003ca \u0026 b\u003e\u2028\u0001\t"}"#
        );
    }
}
