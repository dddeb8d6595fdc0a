//! Where a field lies: steps from the top of an object, as RFC 6901 pointer and as people write it.
//! Every part of the preview names fields with it. Must never be built from a text with guessed separators.

use serde_json::{Map, Value};

/// The way to a field.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldPath(Vec<String>);

impl FieldPath {
    /// Returns the way that an RFC 6901 pointer writes.
    pub(super) fn parse(pointer: &str) -> Self {
        let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
        Self(steps.collect())
    }

    /// Returns the way one step further.
    pub(super) fn child(&self, step: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.to_owned());
        Self(steps)
    }

    /// Returns the steps.
    pub(super) fn steps(&self) -> &[String] {
        &self.0
    }

    /// Returns the RFC 6901 pointer.
    pub(super) fn pointer(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            text.push('/');
            text.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        text
    }

    /// Returns the way as people write it: `spec.backup.storages.minio-b`, `metadata.annotations[a.b/c]`.
    pub(super) fn shown(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            if step.contains(['.', '/', ' ']) {
                text.extend(["[", step, "]"]);
            } else {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(step);
            }
        }
        text
    }

    /// Returns the value there.
    pub(super) fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(value, |value, step| match value {
            Value::Object(fields) => fields.get(step),
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Writes a value there, making the maps on the way; does nothing where the way leads through something else.
    pub(super) fn set(&self, value: &mut Value, new: Value) {
        let Some((last, way)) = self.0.split_last() else { return };
        let mut at = value;
        for step in way {
            at = match at {
                Value::Object(fields) => fields.entry(step.clone()).or_insert_with(|| Value::Object(Map::new())),
                Value::Array(items) => match step.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                    Some(item) => item,
                    None => return,
                },
                _ => return,
            };
        }
        match at {
            Value::Object(fields) => drop(fields.insert(last.clone(), new)),
            Value::Array(items) => {
                if let Some(item) = last.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                    *item = new;
                }
            }
            _ => {}
        }
    }

    /// Takes the value there away.
    pub(super) fn remove(&self, value: &mut Value) {
        let Some((last, way)) = self.0.split_last() else { return };
        let parent = Self(way.to_vec()).pointer();
        match value.pointer_mut(&parent) {
            Some(Value::Object(fields)) => drop(fields.remove(last)),
            Some(Value::Array(items)) => {
                if let Some(index) = last.parse::<usize>().ok().filter(|index| *index < items.len()) {
                    items.remove(index);
                }
            }
            _ => {}
        }
    }
}

/// Returns whether two pointers name the same field, or one a part of the other.
pub(super) fn related(one: &str, other: &str) -> bool {
    within(one, other) || within(other, one)
}

/// Returns whether a pointer names a field or a part of it.
pub(super) fn within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn writes_a_way_for_programs_and_for_people() {
        let path = FieldPath::default().child("metadata").child("annotations").child("a.b/c~d");
        assert_eq!(path.pointer(), "/metadata/annotations/a.b~1c~0d");
        assert_eq!(path.shown(), "metadata.annotations[a.b/c~d]");
        assert_eq!(FieldPath::parse(&path.pointer()), path);
    }

    #[test]
    fn reads_writes_and_removes_in_maps_and_lists() {
        let mut value = json!({"a": [{"b": 1}]});
        let path = FieldPath::parse("/a/0/b");
        assert_eq!(path.get(&value), Some(&json!(1)));
        path.set(&mut value, json!(2));
        FieldPath::parse("/c/d").set(&mut value, json!(true));
        assert_eq!(value, json!({"a": [{"b": 2}], "c": {"d": true}}));
        FieldPath::parse("/a/0").remove(&mut value);
        FieldPath::parse("/x/y").remove(&mut value);
        assert_eq!(value, json!({"a": [], "c": {"d": true}}));
    }

    #[test]
    fn a_field_is_related_to_its_parts_and_not_to_its_neighbours() {
        assert!(related("/spec/a", "/spec/a/b") && related("/spec/a/b", "/spec/a"));
        assert!(!related("/spec/a", "/spec/ab"));
    }
}
