//! What is intended and does not become so is always said, whoever owns the field: the class of bug that hides a changed
//! reference to a Secret. Held against the object that the effective changes make, not against the code that says it.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::object::Object;
use crate::preview::field::FieldPath;
use crate::preview::laws::{any_manager, any_spec, thing, touched};
use crate::preview::tests::{METHODS, applied, fields, live, options, owner, root};
use crate::preview::{Action, ApplyMethod, Change, ObjectPreview, controller, difference, preview, strip, view};

/// What stands between a change in Git and the cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// Somebody else wrote something of their own.
    Written,
    /// Somebody else owns all that Git had, as it is.
    Owned,
    /// The controller leaves every field alone that is intended.
    Ignored,
    /// What was applied last is not known.
    Forgotten,
    /// The controller's own annotation keeps it from applying.
    Excluded,
}

/// Something that stands between.
fn any_way() -> impl Strategy<Value = Way> {
    prop_oneof![Just(Way::Written), Just(Way::Owned), Just(Way::Ignored), Just(Way::Forgotten), Just(Way::Excluded)]
}

/// Returns the controller's object that leaves fields alone.
fn ignoring(method: ApplyMethod, pointers: &[String]) -> Value {
    let mut owner = owner(method);
    if method == ApplyMethod::Flux {
        owner["spec"]["ignore"] = json!([{"paths": pointers}]);
    } else {
        owner["spec"]["ignoreDifferences"] = json!([{"group": "*", "kind": "*", "jsonPointers": pointers}]);
        let options = owner["spec"]["syncPolicy"]["syncOptions"].as_array_mut().unwrap();
        options.push("RespectIgnoreDifferences=true".into());
    }
    owner
}

/// Returns a live object with what stands between, and the controller's object.
fn between(
    (way, method): (Way, ApplyMethod),
    (before, after): (&Value, &Value),
    ((manager, operation), hand): ((&str, &str), &Value),
) -> (Value, Value) {
    let mut object = applied(before, method);
    let mut owner = owner(method);
    match way {
        Way::Written => object = touched(object, manager, operation, hand),
        Way::Owned => {
            let fields = fields(&json!({"spec": before["spec"]}));
            let entry = json!({"manager": manager, "operation": operation, "fieldsV1": fields});
            object["metadata"]["managedFields"].as_array_mut().unwrap().push(entry);
        }
        Way::Ignored => {
            let changes = difference::differences(before, after, view::View::Unknown);
            owner = ignoring(method, &changes.into_iter().map(|change| change.pointer).collect::<Vec<_>>());
        }
        Way::Forgotten if method == ApplyMethod::ArgoCd => {
            object["metadata"]["annotations"].as_object_mut().unwrap().remove(strip::LAST_APPLIED);
        }
        Way::Forgotten => drop(object["metadata"].as_object_mut().unwrap().remove("managedFields")),
        Way::Excluded => {
            let key =
                if method == ApplyMethod::Flux { "kustomize.toolkit.fluxcd.io/ssa" } else { "argocd.argoproj.io/hook" };
            let value = if method == ApplyMethod::Flux { "Ignore" } else { "Sync" };
            object["metadata"]["annotations"][key] = value.into();
        }
    }
    (object, owner)
}

/// Returns the object that the effective changes make.
fn becomes(live: &Value, object: &ObjectPreview) -> Value {
    let mut after = live.clone();
    for change in &object.effective {
        let path = FieldPath::parse(&change.pointer);
        match &change.after {
            Some(value) => path.set(&mut after, value.clone()),
            None => path.remove(&mut after),
        }
    }
    after
}

/// Returns whether all of a value is there: maps may hold more.
fn is_there(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| is_there(value, found)))
        }
        _ => wanted == found,
    }
}

/// Returns whether none of a value is left: what others put into the same map is no part of it.
fn is_gone(before: &Value, found: Option<&Value>) -> bool {
    match (before, found) {
        (_, None | Some(Value::Null)) => true,
        (Value::Object(before), Some(Value::Object(found))) => {
            before.iter().all(|(key, value)| is_gone(value, found.get(key)))
        }
        _ => false,
    }
}

/// Returns whether an intended change is so afterwards.
fn is_so(change: &Change, object: &Value) -> bool {
    let found = FieldPath::parse(&change.pointer).get(object);
    match (&change.after, &change.before) {
        (Some(after), _) => found.is_some_and(|found| is_there(after, found)),
        (None, Some(before)) => is_gone(before, found),
        (None, None) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_intended_and_does_not_become_so_is_a_warning(
        before in any_spec(), after in any_spec(), way in any_way(), who in any_manager(), hand in any_spec(),
    ) {
        let (before, after) = (thing(&before), thing(&after));
        for method in METHODS {
            let (object, owner) = between((way, method), (&before, &after), (who, &hand));
            let live = live(std::slice::from_ref(&object), owner.clone());
            let deployed = root(&[&before], &[&after]);
            let controller = controller(&[owner], &live, &deployed, None);
            let seen = preview(&deployed, &controller, &live, &options()).objects.remove(0);
            let id = Object::new(before.clone()).id;
            prop_assert_eq!(&seen.id, &id);
            let becomes = becomes(&object, &seen);
            for change in &seen.intended {
                let is_open = seen.action == Action::CannotTell
                    || seen.unsure.iter().any(|unsure| change.pointer.starts_with(&unsure.pointer)
                        || unsure.pointer.starts_with(&change.pointer));
                let said = format!("intended and does not happen: `{}`:", change.path);
                let is_said = seen.findings.iter().any(|one| one.id == "intended-vanishes" && one.fact.starts_with(&said));
                prop_assert!(is_open || is_so(change, &becomes) || is_said, "{way:?} {method:?} {change:?} of {seen:?}");
            }
        }
    }
}

#[test]
fn a_reference_to_a_secret_that_another_holds_is_said_to_stay() {
    let storage = |secret: &str| json!({"backup": {"storages": {"a": {"s3": {"credentialsSecret": secret}}}}});
    let (before, after) = (thing(&storage("old")), thing(&storage("new")));
    for method in METHODS {
        let pointer = "/spec/backup/storages/a/s3/credentialsSecret".to_owned();
        let owner = ignoring(method, &[pointer]);
        let live = live(&[applied(&before, method)], owner.clone());
        let deployed = root(&[&before], &[&after]);
        let controller = controller(&[owner], &live, &deployed, None);
        let seen = preview(&deployed, &controller, &live, &options()).objects.remove(0);
        let said: Vec<&str> = seen.findings.iter().map(|finding| finding.id).collect();
        assert!(seen.effective.is_empty() && said.contains(&"intended-vanishes"), "{method:?} {seen:?}");
    }
}
