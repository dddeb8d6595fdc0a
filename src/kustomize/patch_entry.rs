//! The entries of `patches` and `patchesJson6902`: what a kustomization says of a patch, before any file is read.

use super::decode::Record;
use super::fault::Fault;
use super::selector::{self, Target};
use super::value::Value;

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    /// The file.
    pub(super) path: String,
    /// The patch itself.
    pub(super) text: String,
    /// What it applies to.
    pub(super) target: Option<Target>,
    /// Whether it may change names.
    pub(super) allow_name_change: bool,
    /// Whether it may change kinds.
    pub(super) allow_kind_change: bool,
}

/// Reads a patch.
pub(super) fn read(value: &Value) -> Result<Patch, Fault> {
    let record = Record::new(value, "patches", &["path", "patch", "target", "options"])?;
    let mut allow = [false; 2];
    if let Some(Value::Map(options)) = record.get("options") {
        for (key, value) in options {
            let at = match (&**key, value) {
                ("allowNameChange", Value::Bool(_) | Value::Null) => 0,
                ("allowKindChange", Value::Bool(_) | Value::Null) => 1,
                (name, Value::Bool(_)) => return Err(Fault::unsupported(format!("patches.options.{name}"))),
                _ => return Err(Fault::invalid("`patches.options` must hold booleans")),
            };
            allow[at] = *value == Value::Bool(true);
        }
    } else if record.get("options").is_some() {
        return Err(Fault::invalid("`patches.options` must be a map"));
    }
    Ok(Patch {
        path: record.text("path")?,
        text: record.text("patch")?,
        target: record.get("target").map(selector::read).transpose()?,
        allow_name_change: allow[0],
        allow_kind_change: allow[1],
    })
}
