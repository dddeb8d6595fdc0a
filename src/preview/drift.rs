//! Git before → live: what somebody else did. Defaults, what the controller wrote, and what operators and Kubernetes
//! write for themselves are kept apart. Must never call a field drift that nobody but the controller wrote.

use serde_json::Value;

use super::crosscheck::holds;
use super::difference::{change, differences};
use super::field::FieldPath;
use super::managers::{Manager, managers};
use super::schema::Schema;
use super::strip::{comparable, last_applied};
use super::view::View;
use super::{ApplyMethod, Change, Unsure, builtin};
use crate::model::object::ObjectId;

/// Components of Kubernetes (the names of their programs, which are their managers), and the operator's (operator.md): they
/// add fields to objects of others, as their work asks for.
const COMPONENTS: [&str; 6] = [
    "cloud-controller-manager",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "percona-xtradb-cluster-operator",
];

/// The field that scaling an object writes.
const REPLICAS: &str = "/spec/replicas";

/// What differs between Git before and live, without anybody having merged anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drift {
    /// What somebody else did.
    pub(super) changes: Vec<Change>,
    /// What may be a default or the work of somebody else.
    pub(super) unsure: Vec<Unsure>,
}

/// What the look at one object needs.
#[derive(Clone, Copy)]
struct Witness<'a> {
    /// Who wrote it.
    managers: &'a [Manager],
    /// The controller's manager.
    own: &'a str,
}

/// Returns the drift of one object; `before` is what the controller sent for the base.
pub(super) fn drift(id: &ObjectId, before: &Value, live: &Value, (schema, method): (&Schema, ApplyMethod)) -> Drift {
    let mut known = before.clone();
    builtin::defaulted(id, schema, &mut known);
    let found = differences(&comparable(&known), &comparable(live), View::of(schema));
    let managers = managers(live);
    let own = method.field_manager();
    let mut drift = Drift::default();
    for one in found {
        let path = FieldPath::parse(&one.pointer);
        match (&managers, &one.before) {
            (Some(managers), None) => {
                let witness = Witness { managers, own };
                let value = one.after.unwrap_or(Value::Null);
                witness.added(&path, &value, &mut drift.changes);
            }
            (None, None) => without_managers(one, live, schema, &mut drift),
            // Items that only have more than Git says differ by defaults, unless somebody else wrote there.
            (Some(managers), Some(before)) if before.is_array() && is_more(before, &one, schema) => {
                let witness = Witness { managers, own };
                drift.changes.extend(witness.has_others(&path).then(|| Change { by: witness.writer(&path), ..one }));
            }
            (managers, Some(_)) => {
                let managers = managers.as_deref().unwrap_or_default();
                let by = Witness { managers, own }.writer(&path);
                drift.changes.push(Change { by, ..one });
            }
        }
    }
    drift
}

/// Returns whether a live list holds all that Git says of it, and more.
fn is_more(before: &Value, one: &Change, schema: &Schema) -> bool {
    let path = FieldPath::parse(&one.pointer);
    let view = path.steps().iter().fold(View::of(schema), |view, step| view.child(step));
    one.after.as_ref().is_some_and(|after| holds(before, after, view))
}

impl Witness<'_> {
    /// Returns whether somebody else than the controller, operators and Kubernetes wrote at a place.
    fn has_others(self, path: &FieldPath) -> bool {
        self.managers.iter().any(|one| self.is_other(one, path) && one.fields.touches(path.steps()))
    }

    /// Returns whether a manager is neither the controller nor one that works on the object by itself: who writes its
    /// status does, and of the replicas who scales it, unless a person does so by hand.
    fn is_other(self, one: &Manager, path: &FieldPath) -> bool {
        let is_worker = |other: &Manager| {
            let works = match other.subresource.as_str() {
                "status" => true,
                "scale" => path.pointer() == REPLICAS,
                _ => false,
            };
            works && other.name == one.name
        };
        let works = !one.name.starts_with("kubectl") && self.managers.iter().any(is_worker);
        one.name != self.own && !works && !COMPONENTS.contains(&one.name.as_str())
    }

    /// Returns who wrote a field last, the controller aside: `kubectl-edit, 2026-11-20`.
    fn writer(self, path: &FieldPath) -> Option<String> {
        let wrote = |one: &&Manager| one.name != self.own && one.fields.touches(path.steps());
        let last = self.managers.iter().filter(wrote).max_by_key(|one| (&one.time, one.name.starts_with("kubectl")))?;
        let day = last.time.as_deref().and_then(|time| time.get(..10));
        Some(day.map_or_else(|| last.name.clone(), |day| format!("{}, {day}", last.name)))
    }

    /// Collects what somebody else added at a place that Git lacks, at the highest place that is theirs as a whole.
    fn added(self, path: &FieldPath, value: &Value, found: &mut Vec<Change>) {
        let is_person = |one: &&Manager| self.is_other(one, path);
        let touches = |one: &&Manager| one.fields.touches(path.steps());
        let mut theirs = self.managers.iter().filter(is_person).filter(touches).peekable();
        if theirs.peek().is_none() {
            return;
        }
        let is_shared = self.managers.iter().any(|one| !is_person(&one) && touches(&one));
        let is_whole = theirs.any(|one| one.fields.contains(path.steps()));
        match value {
            Value::Object(fields) if is_shared && !(is_whole && fields.is_empty()) => {
                for (key, below) in fields {
                    self.added(&path.child(key), below, found);
                }
            }
            _ => found.push(Change { by: self.writer(path), ..change(path, None, Some(value.clone())) }),
        }
    }
}

/// Says of a field that Git lacks what can be said without managers.
fn without_managers(one: Change, live: &Value, schema: &Schema, drift: &mut Drift) {
    let last = last_applied(live);
    let path = FieldPath::parse(&one.pointer);
    let is_sent = last.as_ref().is_some_and(|last| path.get(last).is_some());
    // A schema names the defaults, so that what is left is somebody's; the controller's own apply left its trace.
    match last {
        Some(_) if is_sent => {}
        Some(_) if schema.source() != "none" => drift.changes.push(one),
        _ => drift.unsure.push(Unsure {
            pointer: one.pointer,
            path: one.path,
            why: "live has it and Git does not: a default or a manual change, `metadata.managedFields` would tell"
                .to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::object::Object;
    use serde_json::json;

    /// Which object the tests are about.
    fn id() -> ObjectId {
        Object::new(json!({"apiVersion": "example.test/v1", "kind": "Thing", "metadata": {"name": "x"}})).id
    }

    #[test]
    fn what_people_added_is_drift_and_what_the_operator_or_nobody_wrote_is_not() {
        let before = json!({"spec": {"size": 3, "storages": {"a": {"x": 1}}}});
        let live = json!({"spec": {"size": 5, "storages": {"a": {"x": 1}, "b": {"y": 1}}, "port": 1, "made": 2},
        "metadata": {"managedFields": [
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-20T08:00:00Z",
                "fieldsV1": {"f:spec": {"f:size": {}, "f:storages": {"f:b": {".": {}, "f:y": {}}}}}},
            {"manager": "manager", "operation": "Update", "fieldsV1": {"f:spec": {"f:made": {}}}},
            {"manager": "manager", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
        ]}});
        let found = drift(&id(), &before, &live, (&Schema::unknown(), ApplyMethod::Flux));
        let shown: Vec<(&str, Option<&str>)> =
            found.changes.iter().map(|one| (one.path.as_str(), one.by.as_deref())).collect();
        let by = Some("kubectl-edit, 2026-11-20");
        assert_eq!(shown, [("spec.size", by), ("spec.storages.b", by)]);
        assert_eq!(found.unsure, []);
    }

    #[test]
    fn who_writes_the_status_works_on_the_object_unless_it_is_a_person() {
        let seen = |name: &str, subresource: &str| {
            let live = json!({"spec": {"made": 2}, "metadata": {"managedFields": [
                {"manager": name, "operation": "Update", "fieldsV1": {"f:spec": {"f:made": {}}}},
                {"manager": name, "operation": "Update", "subresource": subresource, "fieldsV1": {}},
            ]}});
            drift(&id(), &json!({"spec": {}}), &live, (&Schema::unknown(), ApplyMethod::Flux)).changes.len()
        };
        let of = |name| [seen(name, "status"), seen(name, "scale"), seen(name, "")];
        assert_eq!(of("some-operator"), [0, 1, 1]);
        assert_eq!(of("controller"), [0, 1, 1]);
        assert_eq!(of("kubectl-edit"), [1, 1, 1]);
        assert_eq!(of("kube-controller-manager"), [0, 0, 0]);
    }

    #[test]
    fn who_once_scaled_an_object_is_excused_for_its_replicas_alone() {
        let seen = |subresource: &str| {
            let live = json!({"spec": {"replicas": 5, "paused": true}, "metadata": {"managedFields": [
                {"manager": "k9s", "operation": "Update", "subresource": subresource,
                    "fieldsV1": {"f:spec": {"f:replicas": {}}}},
                {"manager": "k9s", "operation": "Update", "fieldsV1": {"f:spec": {"f:paused": {}}}},
                {"manager": "kustomize-controller", "operation": "Apply", "fieldsV1": {"f:spec": {}}},
            ]}});
            let drift = drift(&id(), &json!({"spec": {"x": null}}), &live, (&Schema::unknown(), ApplyMethod::Flux));
            drift.changes.into_iter().map(|one| one.path).collect::<Vec<_>>()
        };
        assert_eq!(seen("scale"), ["spec.paused"]);
        assert_eq!(seen(""), ["spec.paused", "spec.replicas"]);
        assert_eq!(seen("status"), Vec::<String>::new());
    }

    #[test]
    fn without_managers_an_added_field_is_unsure_and_a_changed_one_is_drift() {
        let (before, live) = (json!({"spec": {"a": 1}}), json!({"spec": {"a": 2, "b": 3}}));
        let found = drift(&id(), &before, &live, (&Schema::unknown(), ApplyMethod::Flux));
        assert_eq!(found.changes.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.a"]);
        assert_eq!(found.unsure.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.b"]);
    }
}
