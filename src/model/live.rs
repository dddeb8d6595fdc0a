//! What was read of the live cluster, object by object. The cluster room fills it, or files do; the preview reads it.
//! Must never turn a read that failed into "absent": absence is what an API server said, everything else is trouble (law 6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object::ObjectId;

/// What one read gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The object as the API server has it, `metadata.managedFields` included where they were asked for.
    Found(Value),
    /// The API server answered that it is not there.
    Absent(Absence),
    /// Nobody knows.
    Unread(Trouble),
}

impl Reading {
    /// Returns the object, where it was found; whoever asks takes an absence and a failure alike.
    pub fn found(&self) -> Option<&Value> {
        match self {
            Self::Found(value) => Some(value),
            Self::Absent(_) | Self::Unread(_) => None,
        }
    }
}

/// What is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Absence {
    /// The object alone.
    Object,
    /// Its namespace, and so the object.
    Namespace,
    /// Its kind: no such API, no custom resource definition.
    Kind,
}

/// Where the objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In namespaces.
    Namespaced,
    /// Beside them.
    Cluster,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// Which of the results that must not be mixed up.
    pub reason: Reason,
    /// The fact, without secrets: lower case, the thing in backticks.
    pub fact: String,
    /// A command or a field that mends it.
    pub hint: Option<String>,
}

impl Trouble {
    /// Returns a trouble without a hint.
    pub fn new(reason: Reason, fact: impl Into<String>) -> Self {
        Self { reason, fact: fact.into(), hint: None }
    }

    /// Returns the trouble with what mends it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Results of the outside that must not be mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// 403: the role lacks a verb.
    Forbidden,
    /// 401: the token is missing, wrong or expired.
    Unauthorized,
    /// 409: other field managers own what would change.
    Conflict,
    /// 400 or 422: the API server or one of its webhooks refuses the object.
    Rejected,
    /// 404: what was asked for, or its kind, is not there, as the API server itself says.
    Absent,
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// An answer that means none of the others: 429 or 5xx after every retry, a body that is no object.
    CannotTell,
    /// Nobody asked: Secrets without `--secrets`, an object that the live files do not hold.
    NotAsked,
    /// What the controller does there is not modelled.
    NotModelled,
    /// It hangs on which of two controllers comes first.
    Undecided,
}

impl Reason {
    /// Returns whether a read that was needed failed, so that the run cannot end well.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::NotAsked | Self::NotModelled | Self::Undecided)
    }
}

/// Everything that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// The objects by the identity that Git gives them.
    pub objects: BTreeMap<ObjectId, Reading>,
    /// What the API server answered to a server-side dry run, where one was asked for.
    pub dry_runs: BTreeMap<ObjectId, Result<Value, Trouble>>,
    /// OpenAPI v3 documents by `group/version` (`v1` for the core group), as `/openapi/v3` serves them.
    pub documents: BTreeMap<String, Value>,
}

/// Where objects of one name are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// In the namespace that the identity says, in none where it says none.
    Its,
    /// In whatever namespace.
    Any,
}

impl Live {
    /// Returns what was read of an object whatever its version, in the order of `objects`.
    pub fn any_version(&self, id: &ObjectId, within: Within) -> Vec<(&ObjectId, &Reading)> {
        let from = |version: &str, kind: &str, namespace: Option<&str>, name: &str| ObjectId {
            group: id.group.clone(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        };
        let mut found = Vec::new();
        let mut next = self.objects.range(from("", "", None, "")..).next();
        while let Some((first, _)) = next.filter(|(first, _)| first.group == id.group) {
            let version = first.version.as_str();
            if within == Within::Its {
                let exact = from(version, &id.kind, id.namespace.as_deref(), &id.name);
                found.extend(self.objects.get_key_value(&exact));
            } else {
                let kind = self.objects.range(from(version, &id.kind, None, "")..);
                let kind = kind.take_while(|(other, _)| other.version == version && other.kind == id.kind);
                found.extend(kind.filter(|(other, _)| other.group == id.group && other.name == id.name));
            }
            // The least text above this version.
            next = self.objects.range(from(&format!("{version}\0"), "", None, "")..).next();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_in_every_version_in_its_namespace_or_in_all() {
        let id = |version: &str, namespace: Option<&str>, name: &str| ObjectId {
            group: "g".to_owned(),
            version: version.to_owned(),
            kind: "K".to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        };
        let ids = [
            id("v1", None, "x"),
            id("v1", Some("a"), "x"),
            id("v1", Some("b"), "x"),
            id("v1", Some("b"), "y"),
            id("v1beta1", Some("a"), "x"),
        ];
        let other = ObjectId { kind: "L".to_owned(), ..ids[1].clone() };
        let another = ObjectId { group: "h".to_owned(), ..ids[1].clone() };
        let absent = |id: ObjectId| (id, Reading::Absent(Absence::Object));
        let objects = ids.iter().cloned().chain([other, another]).map(absent).collect();
        let live = Live { objects, ..Live::default() };
        let found = |id: &ObjectId, within| {
            live.any_version(id, within).into_iter().map(|(id, _)| id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found(&id("v2", Some("a"), "x"), Within::Its), [ids[1].clone(), ids[4].clone()]);
        let everywhere = [&ids[0], &ids[1], &ids[2], &ids[4]].map(Clone::clone);
        assert_eq!(found(&id("v2", Some("c"), "x"), Within::Any), everywhere);
        assert_eq!(found(&id("v2", None, "x"), Within::Its), [ids[0].clone()]);
        assert_eq!(found(&id("v1", Some("c"), "x"), Within::Its), []);
        assert_eq!(found(&ObjectId { group: "i".to_owned(), ..ids[0].clone() }, Within::Any), []);
    }
}
