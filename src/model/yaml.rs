//! Reading YAML into plain values. The only file that knows `serde_yaml`; leeward never writes YAML with it, since it
//! leaves scalars bare that other readers retype (style.md 5.6).
//! Must stay bounded on hostile input: size and depth are limited here, alias repetition by the parser.

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Failure, refused};

/// The largest document read, in bytes.
const SIZE_MAX: usize = 16 << 20;

/// Returns the documents of a YAML stream; empty ones are dropped.
///
/// # Errors
/// Refuses what is no YAML, has duplicate keys, or expands without bound.
pub fn documents(text: &str) -> Result<Vec<Value>, Failure> {
    check_size(text)?;
    let mut values = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value = Value::deserialize(document).map_err(|error| refused(error.to_string()))?;
        if !value.is_null() {
            values.push(value);
        }
    }
    Ok(values)
}

/// Returns the one document of `text` as `T`; errors name line and field.
///
/// # Errors
/// Refuses what is no YAML or does not fit `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    check_size(text)?;
    serde_yaml::from_str(text).map_err(|error| refused(error.to_string()))
}

/// Refuses documents that are too large to be manifests.
fn check_size(text: &str) -> Result<(), Failure> {
    if text.len() <= SIZE_MAX {
        return Ok(());
    }
    Err(refused(format!(
        "file of {} MiB is larger than the {} MiB a manifest may have",
        text.len() >> 20,
        SIZE_MAX >> 20
    )))
}
