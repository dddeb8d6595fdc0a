//! The table as data: what Git holds before, what is done to the live cluster, what Git holds after.

use std::collections::BTreeMap;

use leeward::model::yaml;
use serde_json::{Value, json};

use super::Way;

/// The objects that scenarios start from.
const BASES: &str = include_str!("bases.yaml");
/// The scenarios.
const SCENARIOS: &str = include_str!("scenarios.yaml");
/// What the table is about; CI takes one scenario for each.
const CLASSES: [&str; 14] = [
    "a Secret",
    "a key of Git edited by hand",
    "a key that Git lacks",
    "a list of schedules edited",
    "a storage added by hand",
    "an annotation added",
    "an object removed",
    "another manager",
    "defaults",
    "last-applied is missing",
    "the controller's settings",
    "the operator's own writes",
    "two managers",
    "what cannot be changed",
];

/// One line of the table, in a namespace of its own.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// What it is about.
    pub(crate) name: String,
    /// The folder in Git.
    pub(crate) folder: String,
    /// The namespace.
    pub(crate) namespace: String,
    /// Git before, by the name of the base.
    pub(crate) before: BTreeMap<String, Value>,
    /// Git after.
    pub(crate) after: BTreeMap<String, Value>,
    /// What is done to the live cluster.
    pub(crate) edits: Vec<Value>,
    /// What is laid over the `spec` of the controller's object.
    pub(crate) spec: Value,
}

/// Returns the scenarios of a controller: some of them, or all where the environment asks for it.
pub(crate) fn scenarios(way: Way) -> Vec<Scenario> {
    let bases = yaml::documents(BASES).unwrap().remove(0);
    let all = yaml::documents(SCENARIOS).unwrap().remove(0);
    let all = all.as_array().unwrap().iter().enumerate();
    let fits = |(_, value): &(usize, &Value)| match value.get("only").and_then(Value::as_array) {
        Some(only) => only.iter().any(|engine| engine == way.engine()),
        None => true,
    };
    let all: Vec<(usize, &Value)> = all.filter(fits).collect();
    let mut classes: Vec<&str> = all.iter().filter_map(|(_, value)| value.get("class")?.as_str()).collect();
    classes.sort_unstable();
    assert_eq!(classes, CLASSES, "a class of the table has no scenario for {}, or several", way.name());
    let is_taken = |value: &Value| is_whole() || value.get("class").is_some();
    let taken = all.into_iter().filter(|(_, value)| is_taken(value));
    taken.map(|(number, value)| scenario(way, number, value, &bases)).collect()
}

/// Returns whether the whole table is asked for.
#[expect(clippy::disallowed_methods, reason = "a long run is asked for by the environment")]
pub(crate) fn is_whole() -> bool {
    std::env::var_os("LEEWARD_FIDELITY").is_some_and(|value| value == "all")
}

/// Returns one scenario.
fn scenario(way: Way, number: usize, value: &Value, bases: &Value) -> Scenario {
    let namespace = format!("{}-{number:02}", way.name());
    let placed = |mut object: Value| {
        object["metadata"]["namespace"] = json!(namespace);
        object
    };
    let names = value["objects"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let before: BTreeMap<String, Value> = names.map(|name| (name.to_owned(), placed(bases[name].clone()))).collect();
    let mut after = before.clone();
    for (name, change) in value["git"].as_object().unwrap() {
        match (after.get_mut(name), change) {
            (_, Value::Null) => drop(after.remove(name)),
            (Some(object), change) => merge(object, change),
            (None, change) => drop(after.insert(name.clone(), placed(change.clone()))),
        }
    }
    let over = if way == Way::Flux { "flux" } else { "argocd" };
    Scenario {
        name: value["name"].as_str().unwrap().to_owned(),
        folder: format!("s{number:02}"),
        namespace,
        before,
        after,
        edits: value["live"].as_array().cloned().unwrap_or_default(),
        spec: value[over].clone(),
    }
}

/// Merges as RFC 7386 says.
pub(crate) fn merge(into: &mut Value, change: &Value) {
    let Value::Object(changes) = change else {
        *into = change.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    let fields = into.as_object_mut().expect("it is one now");
    for (key, change) in changes {
        if change.is_null() {
            fields.remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Value::Null), change);
        }
    }
}
