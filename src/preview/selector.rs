//! Which objects a setting of a controller is about. Used for ignored fields and for what is not modelled.
//! Must never answer "not this one" where it cannot tell.

use serde_json::Value;

use crate::model::object::ObjectId;

/// Which objects a setting is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Selector {
    /// Every object.
    All,
    /// Nobody can tell.
    Unsure,
    /// The objects that match every field given.
    Some(Vec<Wanted>),
}

/// One thing that has to match.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// `group`, `version`, `kind`, `namespace` or `name`.
    field: &'static str,
    /// A pattern that matches the whole, or `*`.
    pattern: String,
}

/// Whether an object is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody can tell.
    Unsure,
}

impl Selector {
    /// Returns the selector that a `target` writes; none means every object.
    pub(super) fn of(target: Option<&Value>) -> Self {
        let Some(fields) = target.and_then(Value::as_object).filter(|fields| !fields.is_empty()) else {
            return Self::All;
        };
        let mut wanted = Vec::new();
        for (key, value) in fields {
            let known = ["group", "version", "kind", "namespace", "name"].into_iter().find(|known| known == key);
            match (known, value.as_str()) {
                (_, Some("")) => {}
                (Some(field), Some(pattern)) => wanted.push(Wanted { field, pattern: pattern.to_owned() }),
                // Selectors by label or annotation: which objects they match depends on what other patches do.
                _ => return Self::Unsure,
            }
        }
        Self::Some(wanted)
    }

    /// Returns the selector of an entry of patches: its target, else the object that the patch itself names.
    pub(super) fn of_patch(entry: &Value) -> Self {
        if entry.get("target").is_some() {
            return Self::of(entry.get("target"));
        }
        let text = entry.get("patch").and_then(Value::as_str);
        let parsed = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let patch = parsed.as_ref().unwrap_or(entry);
        let of = |pointer: &str| patch.pointer(pointer).and_then(Value::as_str);
        match (of("/kind"), of("/metadata/name")) {
            (Some(kind), Some(name)) => Self::Some(vec![
                Wanted { field: "kind", pattern: kind.to_owned() },
                Wanted { field: "name", pattern: name.to_owned() },
            ]),
            _ => text.map_or(Self::Unsure, of_text),
        }
    }

    /// Returns whether an object is meant.
    pub(super) fn matches(&self, id: &ObjectId) -> Match {
        let wanted = match self {
            Self::All => return Match::Yes,
            Self::Unsure => return Match::Unsure,
            Self::Some(wanted) => wanted,
        };
        let answers: Vec<Match> = wanted.iter().map(|wanted| wanted.matches(id)).collect();
        if answers.contains(&Match::No) {
            Match::No
        } else if answers.contains(&Match::Unsure) {
            Match::Unsure
        } else {
            Match::Yes
        }
    }
}

/// Returns the selector of a patch written as YAML: the `kind` and `name` lines at their usual places.
fn of_text(text: &str) -> Selector {
    let line = |start: &str| {
        let mut found = text.lines().filter_map(|line| line.strip_prefix(start));
        found.next().map(|rest| rest.trim().trim_matches(['"', '\'']).to_owned())
    };
    match (line("kind:"), line("  name:")) {
        (Some(kind), Some(name)) if !kind.is_empty() && !name.is_empty() => {
            Selector::Some(vec![Wanted { field: "kind", pattern: kind }, Wanted { field: "name", pattern: name }])
        }
        _ => Selector::Unsure,
    }
}

impl Wanted {
    /// Returns whether an object has what is wanted.
    fn matches(&self, id: &ObjectId) -> Match {
        let value = match self.field {
            "group" => id.group.as_str(),
            "version" => id.version.as_str(),
            "kind" => id.kind.as_str(),
            "namespace" => id.namespace.as_deref().unwrap_or_default(),
            _ => id.name.as_str(),
        };
        if self.pattern == "*" || self.pattern == value {
            return Match::Yes;
        }
        match regex::Regex::new(&format!("^(?:{})$", self.pattern)) {
            Ok(pattern) if pattern.is_match(value) => Match::Yes,
            Ok(_) => Match::No,
            Err(_) => Match::Unsure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::Object;
    use serde_json::json;

    #[test]
    fn matches_by_pattern_and_stays_unsure_about_labels() {
        let id = Object::new(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys-a"}})).id;
        let of = |target: Value| Selector::of(Some(&target)).matches(&id);
        assert_eq!(of(json!({"kind": "Secret", "name": "keys-.*"})), Match::Yes);
        assert_eq!(of(json!({"kind": "Secret", "name": "keys"})), Match::No);
        assert_eq!(of(json!({"labelSelector": "a=b"})), Match::Unsure);
        let patch = json!({"patch": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"});
        assert_eq!(Selector::of_patch(&patch).matches(&id), Match::No);
        assert_eq!(Selector::of_patch(&json!({"patch": "- op: add"})).matches(&id), Match::Unsure);
    }
}
