//! Who wrote which field: `metadata.managedFields` as sets of paths.
//!
//! A set is a tree; a path in it is a member where `fieldsV1` says so (`.`, or an empty leaf). Read by the merges
//! (`apply`), by `drift` and by `controller`. Must never read a missing list of managers as "nobody wrote anything".

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::ListMerge;
use super::view::View;

/// One step of a path in `fieldsV1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// `f:name`: a key of a map.
    Field(String),
    /// `k:{…}`: an item of a list by its keys, as JSON with sorted keys.
    Key(String),
    /// `v:…`: an item of a set.
    Value(String),
    /// `i:0`: an item by its place.
    Index(String),
}

/// A set of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldSet {
    /// Whether the path that leads here is in the set.
    pub(super) member: bool,
    /// What lies below.
    pub(super) children: BTreeMap<Step, Self>,
}

/// What one manager wrote.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Manager {
    /// Its name.
    pub(super) name: String,
    /// Whether it applied, rather than updated.
    pub(super) applied: bool,
    /// `status`, or empty.
    pub(super) subresource: String,
    /// When, as RFC 3339.
    pub(super) time: Option<String>,
    /// What.
    pub(super) fields: FieldSet,
}

impl FieldSet {
    /// Returns the set that a `fieldsV1` writes.
    pub(super) fn parse(fields: &Value) -> Self {
        let mut set = Self::default();
        for (key, below) in fields.as_object().into_iter().flatten() {
            if key == "." {
                set.member = true;
            } else if let Some(step) = step(key) {
                let mut child = Self::parse(below);
                child.member |= child.children.is_empty();
                set.children.insert(step, child);
            }
        }
        set
    }

    /// Returns every path of a value.
    pub(super) fn of(value: &Value, view: View<'_>) -> Self {
        let mut set = Self { member: true, children: BTreeMap::new() };
        match value {
            Value::Object(fields) if view.is_granular() => {
                for (key, below) in fields {
                    set.children.insert(Step::Field(key.clone()), Self::of(below, view.child(key)));
                }
            }
            Value::Array(items) => {
                for item in items {
                    if let Some(step) = item_step(item, &view.list_merge()) {
                        set.children.insert(step, Self::of(item, view.item()));
                    }
                }
            }
            _ => {}
        }
        set
    }

    /// Adds another set.
    pub(super) fn add(&mut self, other: &Self) {
        self.member |= other.member;
        for (step, below) in &other.children {
            self.children.entry(step.clone()).or_default().add(below);
        }
    }

    /// Returns whether a step from here is in the set; a field with a name of its own is, where a part of it is.
    pub(super) fn has(&self, step: &Step, is_named: bool) -> bool {
        self.children.get(step).is_some_and(|below| below.member || (is_named && !below.children.is_empty()))
    }

    /// Returns what lies below a step.
    pub(super) fn below(&self, step: &Step) -> Option<&Self> {
        self.children.get(step)
    }

    /// Returns whether a path of keys, or a part of what lies there, or what it lies in as a whole, is in the set.
    pub(super) fn touches(&self, steps: &[String]) -> bool {
        let Some((first, rest)) = steps.split_first() else { return self.member || !self.children.is_empty() };
        match self.children.get(&Step::Field(first.clone())) {
            Some(below) => (below.member && below.children.is_empty()) || below.touches(rest),
            None => false,
        }
    }

    /// Returns whether exactly this path of keys is in the set.
    pub(super) fn contains(&self, steps: &[String]) -> bool {
        match steps.split_first() {
            None => self.member,
            Some((first, rest)) => self.children.get(&Step::Field(first.clone())).is_some_and(|set| set.contains(rest)),
        }
    }
}

/// Returns the step that a key of `fieldsV1` writes.
fn step(key: &str) -> Option<Step> {
    let (kind, text) = key.split_once(':')?;
    match kind {
        "f" => Some(Step::Field(text.to_owned())),
        "k" => {
            let keys: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
            Some(Step::Key(written(&keys)))
        }
        "v" => Some(Step::Value(serde_json::from_str::<Value>(text).ok()?.to_string())),
        "i" => Some(Step::Index(text.to_owned())),
        _ => None,
    }
}

/// Returns the keys of an item as JSON with sorted keys.
fn written(keys: &BTreeMap<String, Value>) -> String {
    let fields: Vec<String> = keys.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// Returns the step to an item of a list that merges item by item.
pub(super) fn item_step(item: &Value, merge: &ListMerge) -> Option<Step> {
    match merge {
        ListMerge::Atomic => None,
        ListMerge::Set => Some(Step::Value(item.to_string())),
        ListMerge::Map(keys) => {
            let mut found = BTreeMap::new();
            for key in keys {
                // The one key of built-in lists that has a default: ports.
                let default = (key == "protocol").then(|| Value::from("TCP"));
                if let Some(value) = item.get(key).cloned().or(default) {
                    found.insert(key.clone(), value);
                }
            }
            (!found.is_empty()).then(|| Step::Key(written(&found)))
        }
    }
}

/// Returns who wrote an object; `None` where the reading does not say.
pub(super) fn managers(live: &Value) -> Option<Vec<Manager>> {
    let entries = live.pointer("/metadata/managedFields")?.as_array()?;
    (!entries.is_empty()).then(|| entries.iter().map(manager).collect())
}

/// Returns one entry of `managedFields`.
fn manager(entry: &Value) -> Manager {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    Manager {
        name: text("manager").unwrap_or_default().to_owned(),
        applied: text("operation") == Some("Apply"),
        subresource: text("subresource").unwrap_or_default().to_owned(),
        time: text("time").map(str::to_owned),
        fields: entry.get("fieldsV1").map(FieldSet::parse).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_members_keys_and_values() {
        let set = FieldSet::parse(&json!({
            "f:spec": {"f:a": {".": {}, "f:b": {}}, "f:list": {"k:{\"name\":\"x\",\"a\":1}": {".": {}, "f:c": {}}},
                "f:set": {"v:\"y\"": {}}},
        }));
        let steps = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        assert!(set.contains(&steps("spec.a")) && set.contains(&steps("spec.a.b")) && !set.contains(&steps("spec")));
        assert!(set.touches(&steps("spec")) && set.touches(&steps("spec.a.b")) && !set.touches(&steps("spec.a.c")));
        let list = &set.children[&Step::Field("spec".into())].children[&Step::Field("list".into())];
        let merge = ListMerge::Map(vec!["name".into(), "a".into()]);
        assert!(list.has(&item_step(&json!({"a": 1, "name": "x", "c": 2}), &merge).unwrap(), false));
    }

    #[test]
    fn an_object_without_managers_says_nothing() {
        assert_eq!(managers(&json!({"metadata": {"name": "x"}})), None);
        assert_eq!(managers(&json!({"metadata": {"managedFields": []}})), None);
    }
}
