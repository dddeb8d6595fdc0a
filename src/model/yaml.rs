//! Reading YAML into plain values. The only file that knows `serde_yaml`; leeward never writes YAML with it, since it
//! leaves scalars bare that other readers retype (style.md 5.6).
//! Must stay bounded on hostile input: size is limited here, what aliases add is weighed before anything expands them,
//! and brackets deep inside each other are refused before the reader, which takes the square of their number for them.

pub mod weight;

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::weight::Expansion;
use crate::failure::{Failure, refused};

/// The largest stream of manifests read, in bytes: as values it takes a hundred times that.
const SIZE_MAX: usize = 4 << 20;
/// The largest file of leeward's own formats, in bytes.
pub const OWN_SIZE_MAX: usize = 1 << 20;

/// Returns the documents of a YAML stream; empty ones are dropped.
///
/// # Errors
/// Refuses what is no YAML, has duplicate keys, or expands without bound.
pub fn documents(text: &str) -> Result<Vec<Value>, Failure> {
    check_bounds(text, SIZE_MAX)?;
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
    check_bounds(text, OWN_SIZE_MAX)?;
    // A typed map takes the last of two equal keys in silence; a plain value refuses them.
    serde_yaml::from_str::<serde_yaml::Value>(text).map_err(|error| refused(error.to_string()))?;
    serde_yaml::from_str(text).map_err(|error| refused(error.to_string()))
}

/// Refuses text whose aliases make it grow too far; whether it is YAML at all is left to its reader.
///
/// # Errors
/// Names the line of the alias that is one too many.
pub fn check_aliases(text: &str) -> Result<(), Failure> {
    match weight::expansion(text) {
        Expansion::Unbounded(failure) => Err(failure),
        Expansion::Bounded | Expansion::Deep(_) | Expansion::Unknown => Ok(()),
    }
}

/// Refuses what would take too much memory or time to read.
fn check_bounds(text: &str, most: usize) -> Result<(), Failure> {
    if text.len() > most {
        let fact = format!("{} KiB are more than the {} KiB read", text.len().div_ceil(1 << 10), most >> 10);
        return Err(refused(fact));
    }
    match weight::expansion(text) {
        Expansion::Unbounded(failure) | Expansion::Deep(failure) => Err(failure),
        // Its reader expands each alias to the whole text at most, and gives up on aliases of aliases by itself.
        Expansion::Unknown if text.matches('*').count().saturating_mul(text.len()) > weight::ADDED_MAX << 4 => {
            Err(refused("how far its aliases expand cannot be told").hint("write out what `*` names"))
        }
        Expansion::Bounded | Expansion::Unknown => Ok(()),
    }
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
    fn refuses_aliases_that_add_too_much_before_anything_expands_them() {
        let wide = format!("a: &a [{}]\nb: [{}]\n", vec!["x"; 2_000].join(", "), vec!["*a"; 2_000].join(", "));
        let said = "line 2: aliases make it grow by more than 1 MiB";
        assert_eq!(documents(&wide).unwrap_err().fact, said);
        assert_eq!(parse::<Value>(&wide).unwrap_err().fact, said);
        assert_eq!(check_aliases(&wide).unwrap_err().fact, said);
    }

    #[test]
    fn refuses_bottomless_nesting() {
        assert!(documents(&"[".repeat(100_000)).is_err());
    }
}
