//! What must not be repeated out of a server's words: the credentials in what was sent.
//! Must never hold more of an object than it needs, and never let a mask pass on a part of what it covers.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::model::secret::{is_secret, speaks_of_secrets};

/// How much of a message is kept, in characters.
const LINE: usize = 600;
/// Values that are shorter say nothing and would tear words apart.
const SHORTEST: usize = 4;

/// Texts that are replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Masks(Arc<BTreeSet<String>>);

impl Masks {
    /// Returns the credentials in an object: the values of a Secret, and of fields whose name says so.
    pub(super) fn of(object: &Value) -> Self {
        let mut texts = BTreeSet::new();
        let core = is_secret(object);
        for (field, value) in object.as_object().into_iter().flatten() {
            let all = core && (field == "data" || field == "stringData");
            collect(value, all, &mut texts);
        }
        Self(Arc::new(texts))
    }

    /// Returns a text as one line without control characters, masked and cut.
    pub(super) fn line(&self, text: &str) -> String {
        let mut line = text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .fold(String::new(), |line, word| if line.is_empty() { word.to_owned() } else { line + " " + word });
        // The longest first: one value may be a part of another.
        let mut texts: Vec<&String> = self.0.iter().collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        for text in texts {
            line = line.replace(text.as_str(), "***");
        }
        match line.char_indices().nth(LINE) {
            Some((at, _)) => format!("{}…", &line[..at]),
            None => line,
        }
    }
}

/// Collects the texts of a value: all of them, or those under a name of credentials.
fn collect(value: &Value, all: bool, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if all => {
            let words = text.split(|c: char| c.is_whitespace() || c.is_control());
            texts.extend(words.filter(|word| word.chars().count() >= SHORTEST).map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, all, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, item)| {
            collect(item, all || speaks_of_secrets(name), texts);
        }),
        _ => {}
    }
}
