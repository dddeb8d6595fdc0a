//! Which objects a setting of a controller is about. Used for ignored fields and for what is not modelled.
//! Must never answer "not this one" where it cannot tell.

use serde_json::Value;

use crate::model::object::{Object, ObjectId};
use crate::model::yaml::documents;

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

    /// Returns the selector of an entry of `ignoreDifferences`: shell patterns for the group, which is the core one where
    /// none is given, and for the kind; the name and the namespace as they are, or any.
    pub(super) fn of_ignored(entry: &Value) -> Self {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut wanted = Vec::new();
        for field in ["group", "kind"] {
            let Some(pattern) = of_glob(text(field)) else { return Self::Unsure };
            wanted.push(Wanted { field, pattern });
        }
        for field in ["name", "namespace"] {
            let exact = Some(text(field)).filter(|text| !text.is_empty());
            wanted.extend(exact.map(|text| Wanted { field, pattern: regex::escape(text) }));
        }
        Self::Some(wanted)
    }

    /// Returns the selector of an entry of patches: its target, else the object that the patch itself names.
    pub(super) fn of_patch(entry: &Value) -> Self {
        if entry.get("target").is_some() {
            return Self::of(entry.get("target"));
        }
        let text = entry.get("patch").and_then(Value::as_str).or(entry.as_str());
        let parsed = text.map(|text| documents(text).unwrap_or_default());
        match parsed.as_deref() {
            None => Self::of_named(entry),
            Some([patch]) => Self::of_named(patch),
            // None, or several, of which each names another object.
            Some(_) => Self::Unsure,
        }
    }

    /// Returns the selector of a patch that names the object it changes.
    fn of_named(patch: &Value) -> Self {
        let id = Object::new(patch.clone()).id;
        if id.kind.is_empty() || id.name.is_empty() {
            return Self::Unsure;
        }
        let mut named = vec![("kind", id.kind), ("name", id.name)];
        // Where a patch leaves out its version or namespace, it may mean any.
        if !id.version.is_empty() {
            named.extend([("group", id.group), ("version", id.version)]);
        }
        named.extend(id.namespace.map(|namespace| ("namespace", namespace)));
        let exactly = |(field, text): (&'static str, String)| Wanted { field, pattern: regex::escape(&text) };
        Self::Some(named.into_iter().map(exactly).collect())
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

/// Returns a shell pattern as a regular expression; `None` for the forms that are not modelled.
pub(super) fn of_glob(glob: &str) -> Option<String> {
    if glob.contains(['[', '{', '\\', '!']) {
        return None;
    }
    Some(regex::escape(glob).replace(r"\*", ".*").replace(r"\?", "."))
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

    #[test]
    fn a_patch_without_a_target_is_about_the_object_that_it_names() {
        let id = |version: &str, namespace: &str| {
            let metadata = json!({"name": "x.y", "namespace": namespace});
            Object::new(json!({"apiVersion": version, "kind": "Thing", "metadata": metadata})).id
        };
        let of = |patch: &str| Selector::of_patch(&json!({"patch": patch}));
        let named =
            of("# first a remark\nmetadata: {namespace: pxc, name: x.y}\nkind: 'Thing'\napiVersion: a.org/v1\n");
        assert_eq!(named.matches(&id("a.org/v1", "pxc")), Match::Yes);
        for (version, namespace) in [("a.org/v2", "pxc"), ("b.org/v1", "pxc"), ("a.org/v1", "other")] {
            assert_eq!(named.matches(&id(version, namespace)), Match::No, "{version} {namespace}");
        }
        let indented = of("apiVersion: a.org/v1\nkind: Thing\nmetadata:\n    labels: {a: b}\n    name: x.y # here\n");
        assert_eq!(indented.matches(&id("a.org/v1", "pxc")), Match::Yes);
        assert_eq!(indented.matches(&ObjectId { name: "xzy".into(), ..id("a.org/v1", "pxc") }), Match::No);
        let several = of("kind: Thing\nmetadata: {name: a}\n---\nkind: Thing\nmetadata: {name: b}\n");
        assert_eq!(several.matches(&id("a.org/v1", "pxc")), Match::Unsure);
        assert_eq!(of("kind: [").matches(&id("a.org/v1", "pxc")), Match::Unsure);
    }

    #[test]
    fn ignored_differences_are_matched_as_argo_cd_does() {
        let id = |version: &str, kind: &str| {
            Object::new(json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x.y", "namespace": "pxc"}}))
                .id
        };
        let of = |entry: Value| Selector::of_ignored(&entry);
        let core = of(json!({"kind": "Secret"}));
        assert_eq!(core.matches(&id("v1", "Secret")), Match::Yes);
        assert_eq!(core.matches(&id("a.org/v1", "Secret")), Match::No);
        let glob = of(json!({"group": "*.percona.com", "kind": "*"}));
        assert_eq!(glob.matches(&id("pxc.percona.com/v1", "PerconaXtraDBCluster")), Match::Yes);
        assert_eq!(glob.matches(&id("pxcXpercona.com/v1", "PerconaXtraDBCluster")), Match::No);
        let named = |name: &str| of(json!({"group": "*", "kind": "Secret", "name": name, "namespace": ""}));
        assert_eq!(named("x.y").matches(&id("v1", "Secret")), Match::Yes);
        assert_eq!(named("x.*").matches(&id("v1", "Secret")), Match::No);
        assert_eq!(of(json!({"group": "{a,b}", "kind": "*"})).matches(&id("v1", "Secret")), Match::Unsure);
    }
}
