//! Reading YAML into plain values. The only file that knows `serde_yaml`; leeward never writes YAML with it, since it
//! leaves scalars bare that other readers retype (style.md 5.6).
//! Must stay bounded on hostile input: size is limited here, depth and alias repetition by the parser.

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Failure, refused};

/// The largest file read, in bytes.
const SIZE_MAX: usize = 16 << 20;

/// Returns the documents of a YAML stream; empty ones are dropped.
///
/// # Errors
/// Refuses what is no YAML, has duplicate keys, or expands without bound.
pub fn documents(text: &str) -> Result<Vec<Value>, Failure> {
    check_size(text)?;
    let mut values = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut value = serde_yaml::Value::deserialize(document).map_err(|error| refused(error.to_string()))?;
        value.apply_merge().map_err(|error| refused(error.to_string()))?;
        if !value.is_null() {
            values.push(serde_json::to_value(value).map_err(|error| refused(error.to_string()))?);
        }
    }
    Ok(values)
}

/// Returns the one document of `text` as `T`; errors name line and field.
///
/// # Errors
/// Refuses what is no YAML, has duplicate keys or does not fit `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    check_size(text)?;
    // A typed map takes the last of two equal keys in silence; a plain value refuses them.
    serde_yaml::from_str::<serde_yaml::Value>(text).map_err(|error| refused(error.to_string()))?;
    serde_yaml::from_str(text).map_err(|error| refused(error.to_string()))
}

/// Refuses documents that are too large to be manifests.
fn check_size(text: &str) -> Result<(), Failure> {
    if text.len() <= SIZE_MAX {
        return Ok(());
    }
    Err(refused(format!("{} MiB is larger than the {} MiB a manifest may have", text.len() >> 20, SIZE_MAX >> 20)))
}

/// Returns whether aliases make a stream grow without bound; other faults are left to its reader.
pub fn expands_without_bound(text: &str) -> bool {
    let may_alias = text.contains('&') && text.contains('*');
    may_alias && documents(text).is_err_and(|failure| failure.fact.contains("repetition limit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_document_and_drops_empty_ones() {
        assert_eq!(documents("a: 1\n---\n---\nb: x\n---\n").unwrap().len(), 2);
    }

    #[test]
    fn refuses_duplicate_keys_with_their_line() {
        let error = documents("a: 1\na: 2\n").unwrap_err();
        assert!(error.fact.contains("duplicate"), "{error}");
    }

    #[test]
    fn refuses_an_alias_bomb_without_expanding_it() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            let items = vec![format!("*a{}", i - 1); 9].join(", ");
            bomb.extend([format!("a{i}: &a{i} [{items}]\n")]);
        }
        assert!(documents(&bomb).is_err());
    }

    #[test]
    fn refuses_bottomless_nesting() {
        assert!(documents(&"[".repeat(100_000)).is_err());
    }
}
