//! Words of controllers and of the operator that a fact may repeat: one line, cut, and never what they say of a Secret.

use jiff::Timestamp;
use serde_json::Value;

/// How much of a message is repeated, in characters.
const MOST: usize = 300;

/// Returns a message as the end of a sentence; what is about a Secret can hold a value of it and is not repeated.
pub(super) fn line(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.contains("Secret/") || line.contains("Secret \"") || line.contains("secrets \"") {
        return "its words are about a Secret and are not repeated".to_owned();
    }
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// Returns a text field; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a time field.
pub(super) fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer).parse().ok()
}

/// Returns a time as the end of a sentence: ` at 10:14:07`, nothing where there is none.
pub(super) fn at(time: Option<Timestamp>) -> String {
    time.map(|time| format!(" at {}", time.strftime("%H:%M:%S"))).unwrap_or_default()
}

/// A condition of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition<'a> {
    /// `True`, `False`, `Unknown`.
    pub(super) status: &'a str,
    /// Its reason.
    pub(super) reason: &'a str,
    /// Its message.
    pub(super) message: &'a str,
    /// Since when it says so.
    pub(super) since: Option<Timestamp>,
}

/// Returns a condition of an object by its type; the newest where there are several.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<Condition<'a>> {
    let all = object.pointer("/status/conditions").and_then(Value::as_array)?;
    let of = |value: &'a Value| Condition {
        status: text(value, "/status"),
        reason: text(value, "/reason"),
        message: text(value, "/message"),
        since: time(value, "/lastTransitionTime"),
    };
    all.iter().filter(|value| value["type"] == kind).map(of).max_by_key(|condition| condition.since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_says_nothing_of_a_secret() {
        assert_eq!(line("a\n  b\tc"), "a b c");
        assert_eq!(line(&"x".repeat(400)), format!("{}…", "x".repeat(300)));
        for message in ["Secret/pxc/keys dry-run failed: sesame", "secrets \"keys\" is invalid: sesame"] {
            assert!(!line(message).contains("sesame"));
        }
    }
}
