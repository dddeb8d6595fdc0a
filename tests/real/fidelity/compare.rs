//! What was said of an object against what became of it: the effective changes laid over the object as it was must give
//! the object as it is, fields that the server makes aside.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::scenario::Scenario;

/// The most of a value that a line shows.
const SHOWN: usize = 160;

/// Live objects by namespace, kind and name.
pub(crate) type Objects = BTreeMap<(String, String, String), Value>;

/// How a prediction fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The object became what was said.
    Equal,
    /// It was said that nobody knows, and why.
    CannotTell(String),
    /// It became something else, at these paths.
    Differs(Vec<String>),
}

/// One object of one scenario.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The folder of the scenario.
    pub(crate) folder: String,
    /// Kind and name.
    pub(crate) object: String,
    /// What was said: `change`, `create`…
    pub(crate) action: String,
    /// What the prediction without the API server's help was worth.
    pub(crate) predicted: Verdict,
    /// What the one with its dry run was worth.
    pub(crate) verified: Verdict,
    /// Whether the object changed at all.
    pub(crate) changed: bool,
}

/// Returns the lines of a scenario: one for each object that Git, the preview or the cluster knows.
pub(crate) fn lines(
    scenario: &Scenario,
    previews: &BTreeMap<String, Value>,
    verified: &BTreeMap<String, Value>,
    (before, after): (&Objects, &Objects),
) -> Vec<Line> {
    let objects = scenario.before.values().chain(scenario.after.values());
    let keys: BTreeSet<(String, String)> = objects
        .map(|object| {
            (object["kind"].as_str().unwrap().to_owned(), object["metadata"]["name"].as_str().unwrap().to_owned())
        })
        .collect();
    let line = |(kind, name): (String, String)| {
        let key = (scenario.namespace.clone(), kind.clone(), name.clone());
        let (was, is) = (before.get(&key), after.get(&key));
        let said = find(previews, scenario, (&kind, &name));
        Line {
            folder: scenario.folder.clone(),
            object: format!("{kind}/{name}"),
            action: said["action"].as_str().unwrap_or("not named").to_owned(),
            predicted: verdict(said, was, is),
            verified: verdict(find(verified, scenario, (&kind, &name)), was, is),
            changed: was.map(|was| bare(was.clone())) != is.map(|is| bare(is.clone())),
        }
    };
    keys.into_iter().map(line).collect()
}

/// Returns what a preview says of an object.
fn find<'a>(previews: &'a BTreeMap<String, Value>, scenario: &Scenario, (kind, name): (&str, &str)) -> &'a Value {
    let objects = previews.get(&scenario.folder).and_then(|root| root["objects"].as_array());
    let is_it = |object: &&Value| object["id"]["kind"] == kind && object["id"]["name"] == name;
    objects.into_iter().flatten().find(is_it).unwrap_or(&Value::Null)
}

/// Holds what was said against what became.
fn verdict(said: &Value, was: Option<&Value>, is: Option<&Value>) -> Verdict {
    let action = said["action"].as_str().unwrap_or_default();
    if said.is_null() {
        return Verdict::Differs(vec!["the preview does not name the object".to_owned()]);
    }
    if action == "cannot-tell" {
        return Verdict::CannotTell(said["trouble"]["fact"].as_str().unwrap_or_default().to_owned());
    }
    let predicted = match (action, was) {
        ("delete", _) => None,
        ("create", _) | (_, None) => Some(with_changes(json!({}), said)),
        (_, Some(was)) => Some(with_changes(was.clone(), said)),
    };
    let is_gone_either_way = action == "unchanged" && was.is_none() && is.is_none();
    if is_gone_either_way {
        return Verdict::Equal;
    }
    let unsure: Vec<&str> =
        said["unsure"].as_array().into_iter().flatten().filter_map(|part| part["pointer"].as_str()).collect();
    let mut paths = Vec::new();
    let findings = said["findings"].as_array().into_iter().flatten();
    let is_new = action == "create" || findings.into_iter().any(|finding| finding["id"] == "recreates-object");
    match (predicted.map(bare), is.cloned().map(bare)) {
        (None, None) => {}
        (Some(predicted), Some(is)) => differences("", &predicted, &is, is_new, &mut paths),
        (Some(_), None) => paths.push("the object is gone".to_owned()),
        (None, Some(_)) => paths.push("the object is there".to_owned()),
    }
    paths.extend(unchanged_masks(said, was, is));
    let is_within = |path: &String, pointer: &str| path == pointer || path.starts_with(&format!("{pointer}/"));
    let is_sure = |path: &String| !unsure.iter().any(|pointer| is_within(path, pointer));
    let (sure, open): (Vec<String>, Vec<String>) = paths.into_iter().partition(is_sure);
    match (sure.is_empty(), open.is_empty()) {
        (false, _) => Verdict::Differs(sure),
        (true, false) => Verdict::CannotTell(open.join(", ")),
        (true, true) => Verdict::Equal,
    }
}

/// Returns the fields that were said to change without being shown, and did not.
fn unchanged_masks(said: &Value, was: Option<&Value>, is: Option<&Value>) -> Vec<String> {
    let (Some(was), Some(is)) = (was, is) else { return Vec::new() };
    let changes = said["effective"].as_array().into_iter().flatten();
    let masked = changes.filter(|change| change["after"].as_str().is_some_and(|text| text.starts_with("***")));
    let pointers = masked.filter_map(|change| change["pointer"].as_str());
    pointers.filter(|pointer| was.pointer(pointer) == is.pointer(pointer)).map(str::to_owned).collect()
}

/// Returns an object with the effective changes laid over it.
fn with_changes(mut object: Value, said: &Value) -> Value {
    for change in said["effective"].as_array().into_iter().flatten() {
        let pointer = change["pointer"].as_str().unwrap();
        set(&mut object, pointer, change.get("after"));
    }
    object
}

/// Sets or removes what a pointer names; maps on the way are made, and stay.
fn set(object: &mut Value, pointer: &str, after: Option<&Value>) {
    let unescaped = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let parts: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
    let Some((last, way)) = parts.split_last() else {
        *object = after.cloned().unwrap_or_default();
        return;
    };
    let mut at = object;
    for part in way {
        if !at.is_object() {
            *at = json!({});
        }
        at = at.as_object_mut().expect("it is one now").entry(part.clone()).or_insert(json!({}));
    }
    if !at.is_object() {
        *at = json!({});
    }
    let fields = at.as_object_mut().expect("it is one now");
    match after {
        Some(value) => drop(fields.insert(last.clone(), value.clone())),
        None => drop(fields.remove(last)),
    }
}

/// Returns an object without what the server makes and what controllers note about their own applies.
fn bare(mut object: Value) -> Value {
    let fields = object.as_object_mut().expect("objects are maps");
    fields.retain(|key, _| !matches!(key.as_str(), "status" | "apiVersion" | "kind"));
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"] {
            metadata.remove(key);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
            annotations.remove("deployment.kubernetes.io/revision");
        }
    }
    empty_removed(object)
}

/// Returns an object whose empty `metadata` maps are gone: the server drops them by itself.
fn empty_removed(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| *value != json!({}) && *value != json!([]) && !value.is_null());
    }
    object
}

/// Adds the pointers where two values differ. What a server fills in by itself is only taken where the object is new.
fn differences(at: &str, predicted: &Value, is: &Value, is_new: bool, paths: &mut Vec<String>) {
    match (predicted, is) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (one.get(key), other.get(key)) {
                    (Some(one), Some(other)) => differences(&path, one, other, is_new, paths),
                    (None, Some(_)) if is_new => {}
                    (one, other) => paths.push(shown(&path, one, other)),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() && is_new => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                differences(&format!("{at}/{number}"), one, other, is_new, paths);
            }
        }
        // What could be a secret is masked in the preview: that it changes is all it says.
        (Value::String(text), _) if text.starts_with("***") => {}
        (one, other) if one == other => {}
        (one, other) => paths.push(shown(at, Some(one), Some(other))),
    }
}

/// Returns a pointer with what was said and what is, cut short.
fn shown(at: &str, said: Option<&Value>, is: Option<&Value>) -> String {
    let text = |value: Option<&Value>| {
        let text = value.map_or_else(|| "none".to_owned(), Value::to_string);
        if text.len() > SHOWN { format!("{}…", text.chars().take(SHOWN).collect::<String>()) } else { text }
    };
    format!("{at} (said {}, is {})", text(said), text(is))
}
