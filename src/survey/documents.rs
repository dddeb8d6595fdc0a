//! The documents of a stream that are worth parsing: CRDs and bundles of a whole operator are large, clusters and the
//! controllers' objects are not. Looks at the text of each document first.

use serde_json::Value;

use crate::failure::Failure;
use crate::model::yaml;

/// The documents that could be read, and the first error of the others, with the line it has in the whole text.
pub(super) struct Read {
    /// The objects; lists are taken apart.
    pub(super) values: Vec<Value>,
    /// Why a document could not be read.
    pub(super) error: Option<Failure>,
}

/// Reads the documents of `text` that `is_wanted` by their text; definitions of kinds are never wanted.
pub(super) fn read(text: &str, is_wanted: impl Fn(&str) -> bool) -> Read {
    let mut read = Read { values: Vec::new(), error: None };
    for part in split(text).filter(|part| is_wanted(part) && !is_definition(part)) {
        match yaml::documents(part) {
            Ok(values) => values.into_iter().for_each(|value| flatten(value, &mut read.values)),
            Err(failure) => {
                read.error.get_or_insert_with(|| yaml::documents(text).err().unwrap_or(failure));
            }
        }
    }
    read
}

/// Splits a stream before each line that starts with `---`.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let part = rest?;
        match marker(part) {
            Some(at) => {
                rest = Some(&part[at..]);
                Some(&part[..at])
            }
            None => rest.take(),
        }
    })
}

/// Returns where the next document begins, after the first line.
fn marker(part: &str) -> Option<usize> {
    part.match_indices("\n---").map(|(at, _)| at + 1).find(|&at| {
        let after = part[at + 3..].chars().next();
        after.is_none_or(char::is_whitespace)
    })
}

/// Returns whether a document defines a kind.
fn is_definition(part: &str) -> bool {
    part.lines().any(|line| line.trim_end() == "kind: CustomResourceDefinition")
}

/// Adds an object, or the items of a list.
fn flatten(value: Value, into: &mut Vec<Value>) {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value {
        Value::Object(mut fields) if is_list && fields.get("items").is_some_and(Value::is_array) => {
            if let Some(Value::Array(items)) = fields.remove("items") {
                for item in items {
                    flatten(item, into);
                }
            }
        }
        value => into.push(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_on_markers_alone() {
        let parts: Vec<&str> = split("a: 1\n---\nb: |\n  ---\n  x\n--- # c\nc: 3\n----\n").collect();
        assert_eq!(parts, ["a: 1\n", "---\nb: |\n  ---\n  x\n", "--- # c\nc: 3\n----\n"]);
    }

    #[test]
    fn a_broken_document_hides_no_other_and_keeps_its_line() {
        let read = read("a: 1\n---\nb: [\n---\nkind: List\nitems: [{c: 1}, {c: 2}]\n", |_| true);
        assert_eq!(read.values.len(), 3);
        assert!(read.error.unwrap().fact.contains("line "), "a line");
    }
}
