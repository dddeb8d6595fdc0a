//! How settings of a controller's object are read, whichever controller it is, and how what is not modelled of them is kept.
//! Used by the settings of Flux and of Argo CD. Must never tell the one from the other.

use std::collections::BTreeMap;

use serde_json::Value;

use super::selector::Selector;

/// A setting that changes objects after the build.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Transforming {
    /// The setting: `spec.patches[0]`.
    pub(super) field: String,
    /// Which objects it can touch.
    pub(super) target: Selector,
}

/// Returns a list of texts.
pub(super) fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns a map of texts.
pub(super) fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let fields = value.and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Returns the entries of a list with their places.
pub(super) fn entries<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    of.get(name).and_then(Value::as_array).into_iter().flatten().enumerate()
}
