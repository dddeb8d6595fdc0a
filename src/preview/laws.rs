//! Laws 4, 6 and 7 of the design over generated objects, managers and secrets.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{METHODS, applied, fields, kustomization, live, options, owner, previewed, root};
use super::*;
use crate::model::live::{Absence, Live, Reading, Reason, Trouble};
use crate::model::object::{Object, ObjectId};

/// A value of a `spec`: maps with few keys, so that they meet.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0_i64..9).prop_map(Value::from),
        "[a-c]{1,2}".prop_map(Value::from),
        prop::collection::vec((0_i64..4).prop_map(Value::from), 0..3).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        // An empty map that loses what others had in it becomes null first and empty again at the next apply.
        prop::collection::btree_map("[a-d]", inner, 1..4).prop_map(|map| Value::Object(map.into_iter().collect()))
    })
}

/// A `spec`.
pub(super) fn any_spec() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-d]", any_value(), 1..4).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// An object of a kind that nobody describes.
pub(super) fn thing(spec: &Value) -> Value {
    json!({"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x", "namespace": "pxc"}, "spec": spec})
}

/// What somebody wrote: who, how, what; laid over a live object, the fields recorded.
pub(super) fn touched(mut live: Value, manager: &str, operation: &str, spec: &Value) -> Value {
    let before = live.clone();
    let laid = merge::three_way(
        merge::ThreeWay { last: &Value::Null, sent: &json!({"spec": spec}), live: &live },
        merge::Strategy::Json,
        view::View::Unknown,
    );
    live = laid;
    let fields = fields(&json!({"spec": spec}));
    let entry = json!({"manager": manager, "operation": operation, "time": "2026-11-20T08:00:00Z", "fieldsV1": fields});
    live["metadata"]["managedFields"].as_array_mut().unwrap().push(entry);
    assert!(live != before);
    live
}

/// Who may have written to a live object.
pub(super) fn any_manager() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just(("kubectl-edit", "Update")),
        Just(("kubectl", "Apply")),
        Just(("my-operator", "Update")),
        Just(("ops", "Apply")),
        Just(("kubectl-client-side-apply", "Update")),
    ]
}

/// Returns the value that a controller leaves behind, as it is predicted.
fn predicted(controller: &RootController, manifest: &Value, live: &Value) -> Value {
    let (id, schema) = (Object::new(manifest.clone()).id, schema::Schema::unknown());
    let sent = desired::sent(manifest, &id, controller, Some(live)).value;
    let case = case::Case { id: &id, before: Some(&sent), sent: &sent, live, schema: &schema, controller };
    predict::predict(&case).value
}

/// Returns a live object after the controller recorded what it sent: its own fields are those it sent, kubectl's are
/// gone where it took them over.
fn recorded(method: ApplyMethod, manifest: &Value, mut after: Value) -> Value {
    let fresh = applied(manifest, method);
    let is_taken = |entry: &Value| {
        let name = entry["manager"].as_str().unwrap_or_default();
        name == fresh["metadata"]["managedFields"][0]["manager"]
            || (method == ApplyMethod::Flux && name.starts_with("kubectl"))
    };
    let entries = after["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let mut left: Vec<Value> = entries.into_iter().filter(|entry| !is_taken(entry)).collect();
    left.push(fresh["metadata"]["managedFields"][0].clone());
    after["metadata"]["managedFields"] = left.into();
    if method == ApplyMethod::ArgoCd {
        after["metadata"]["annotations"][strip::LAST_APPLIED] =
            fresh["metadata"]["annotations"][strip::LAST_APPLIED].clone();
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Law 7.
    #[test]
    fn the_preview_of_no_change_on_what_was_applied_is_empty(spec in any_spec()) {
        let manifest = thing(&spec);
        for method in METHODS {
            let live = live(&[applied(&manifest, method)], owner(method));
            let preview = previewed(&root(&[&manifest], &[&manifest]), &live, method, &options());
            let object = &preview.objects[0];
            prop_assert_eq!((object.action, object.trouble.clone()), (Action::Unchanged, None));
            prop_assert!(!preview.has_differences(), "{:?}", object);
            prop_assert_eq!(&object.findings, &[]);
        }
    }

    /// Applying what was predicted once more changes nothing.
    #[test]
    fn a_second_apply_changes_nothing(
        before in any_spec(), after in any_spec(), (manager, operation) in any_manager(), hand in any_spec(),
    ) {
        let (before, after) = (thing(&before), thing(&after));
        for method in METHODS {
            let mut object = applied(&before, method);
            if object["spec"] != hand {
                let changed = touched(object.clone(), manager, operation, &hand);
                object = if changed["spec"] == object["spec"] { object } else { changed };
            }
            let reading = live(&[object.clone()], owner(method));
            let deployed = root(&[&before], &[&after]);
            let controller = controller(&[owner(method)], &reading, &deployed, None);
            let once = recorded(method, &after, predicted(&controller, &after, &object));
            let twice = predicted(&controller, &after, &once);
            let view = view::View::Unknown;
            let changes = difference::differences(&strip::comparable(&once), &strip::comparable(&twice), view);
            prop_assert_eq!(changes, vec![], "{:?}", method);
        }
    }

    /// What was intended happens, or a finding says that it does not.
    #[test]
    fn what_is_intended_happens_or_is_said_to_vanish(before in any_spec(), after in any_spec()) {
        let (before, after) = (thing(&before), thing(&after));
        for method in METHODS {
            let live = live(&[applied(&before, method)], owner(method));
            let preview = previewed(&root(&[&before], &[&after]), &live, method, &options());
            let object = &preview.objects[0];
            prop_assert_eq!(object.intended.is_empty(), object.effective.is_empty(), "{:?} {:?}", method, object);
            prop_assert_eq!(&object.findings, &[], "{:?}", method);
        }
    }

    /// Law 6.
    #[test]
    fn what_was_not_read_is_never_said_to_stay(before in any_spec(), after in any_spec(), reason in 0_usize..8) {
        let reasons = [
            Reason::Forbidden, Reason::Unauthorized, Reason::Conflict, Reason::Rejected, Reason::Unreachable,
            Reason::TimedOut, Reason::CannotTell, Reason::NotAsked,
        ];
        let (before, after) = (thing(&before), thing(&after));
        let id = Object::new(before.clone()).id;
        for method in METHODS {
            let unread = Reading::Unread(Trouble::new(reasons[reason], "no"));
            for deployed in [root(&[&before], &[&after]), root(&[&before], &[]), root(&[], &[&after])] {
                let mut live = live(&[], owner(method));
                live.objects.insert(id.clone(), unread.clone());
                let preview = previewed(&deployed, &live, method, &options());
                let object = &preview.objects[0];
                prop_assert_eq!(object.action, Action::CannotTell);
                prop_assert_eq!(object.trouble.as_ref().map(|trouble| trouble.reason), Some(reasons[reason]));
                prop_assert_eq!(preview.has_failure(), reasons[reason].is_failure());
            }
        }
    }

    /// Law 6, for the objects of the controllers: what Git says of them is not what is live.
    #[test]
    fn settings_that_were_not_read_are_never_taken_for_the_live_ones(
        before in any_spec(), after in any_spec(), reason in 0_usize..4, is_failed in any::<bool>(),
    ) {
        let reasons = [Reason::Forbidden, Reason::Unreachable, Reason::TimedOut, Reason::CannotTell];
        let reason = if is_failed { reasons[reason] } else { Reason::NotAsked };
        let (before, after) = (thing(&before), thing(&after));
        for method in METHODS {
            let mut live = live(&[applied(&before, method)], owner(method));
            let unread = || Reading::Unread(Trouble::new(reason, "no answer"));
            live.objects.insert(Object::new(owner(method)).id, unread());
            live.objects.insert(argocd_cm(), unread());
            let kept = previewed(&root(&[&before], &[&after]), &live, method, &options());
            let gone = previewed(&root(&[&before], &[]), &live, method, &options());
            for preview in [&kept, &gone] {
                prop_assert_eq!(preview.trouble.as_ref().map(|trouble| trouble.reason), Some(reason));
                prop_assert_eq!(preview.has_failure(), is_failed);
                prop_assert!(preview.findings.iter().any(|finding| finding.id == "owner-not-read"));
            }
            prop_assert_eq!(gone.objects[0].action, Action::CannotTell);
            prop_assert!(kept.objects[0].action != Action::CannotTell);
            // The live object tells how it is marked, so nothing has to be assumed; a new root's objects do not.
            live.objects.insert(Object::new(before.clone()).id, Reading::Absent(Absence::Object));
            let made = previewed(&root(&[], &[&after]), &live, method, &options());
            let is_assumed = |of: &RootPreview| of.findings.iter().any(|finding| finding.id == "tracking-assumed");
            prop_assert_eq!((is_assumed(&kept), is_assumed(&made)), (false, method != ApplyMethod::Flux));
        }
    }

    /// Law 4.
    #[test]
    fn no_secret_leaves_the_room(old in "[ -~]{8,16}", new in "[ -~]{8,16}", hand in "[ -~]{8,16}", way in 0_usize..3) {
        let secrets = [old.trim().to_owned(), new.trim().to_owned(), hand.trim().to_owned()];
        prop_assume!(secrets.iter().all(|secret| secret.len() >= 8));
        let modes = [SecretReading::NotRead, SecretReading::Metadata, SecretReading::KeyedDigest(vec![7; 32])];
        let options = Options { secrets: modes[way].clone(), ..options() };
        let objects = |secret: &str| secret_objects(secret);
        for method in METHODS {
            let (before, after) = (objects(&secrets[0]), objects(&secrets[1]));
            let mut reading = Live::default();
            for (base, hand) in before.iter().zip(objects(&secrets[2])) {
                let mut live = applied(base, method);
                live["spec"] = hand["spec"].clone();
                live["data"] = hand["data"].clone();
                reading.objects.insert(Object::new(live.clone()).id, Reading::Found(live));
            }
            let deployed = root(&before.iter().collect::<Vec<_>>(), &after.iter().collect::<Vec<_>>());
            // What answers for the API server may repeat what it was sent before.
            let said = Trouble::new(Reason::CannotTell, format!("a webhook said `{}`", secrets[2])).hint(&secrets[2]);
            let outputs = [Reading::Found(owner(method)), Reading::Unread(said)].map(|own| {
                reading.objects.insert(Object::new(owner(method)).id, own);
                let preview = previewed(&deployed, &reading, method, &options);
                format!("{preview:?} {}", serde_json::to_string(&preview).unwrap())
            });
            for (secret, output) in secrets.iter().flat_map(|secret| outputs.iter().map(move |output| (secret, output))) {
                for form in forms(secret) {
                    prop_assert!(!output.contains(&form), "{form} in {output}");
                }
            }
        }
    }
}

/// The settings of Argo CD.
fn argocd_cm() -> ObjectId {
    Object::new(
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "namespace": "argocd"}}),
    )
    .id
}

#[test]
fn a_controller_that_is_not_there_is_told_from_one_that_was_not_read() {
    let manifest = thing(&json!({"a": 1}));
    let of = |reading: Option<Reading>| {
        let mut live = live(&[applied(&manifest, ApplyMethod::Flux)], kustomization());
        live.objects.remove(&Object::new(kustomization()).id);
        live.objects.extend(reading.map(|reading| (Object::new(kustomization()).id, reading)));
        let preview = previewed(&root(&[&manifest], &[&manifest]), &live, ApplyMethod::Flux, &options());
        (preview.has_failure(), preview.findings.iter().map(|one| one.fact.clone()).collect::<Vec<_>>())
    };
    let git = "its settings are those of Git, the live ones may differ";
    let forbidden = Reading::Unread(Trouble::new(Reason::Forbidden, "no right"));
    let id = "`Kustomization flux-system/pxc`";
    assert_eq!(of(Some(forbidden)), (true, vec![format!("{id} was not read (no right): {git}")]));
    assert_eq!(of(None), (false, vec![format!("{id} was not read (nobody asked for it): {git}")]));
    let absent = format!("{id} is not in the cluster: its settings are those that Git gives it");
    assert_eq!(of(Some(Reading::Absent(Absence::Object))), (false, vec![absent]));
}

/// Objects that hold a secret in every way.
fn secret_objects(secret: &str) -> Vec<Value> {
    let named = |kind: &str, version: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "pxc"}});
    let with = |mut value: Value, parts: BTreeMap<&str, Value>| {
        for (key, part) in parts {
            value[key] = part;
        }
        value
    };
    let data = json!({"key": strip::encoded(secret.as_bytes())});
    let template = json!({"target": {"template": {"data": {"key": secret}}}});
    let env =
        json!({"env": [{"name": "AWS_SECRET_ACCESS_KEY", "value": secret}], "note": format!("uses {secret} here")});
    vec![
        with(named("Secret", "v1"), [("data", data), ("stringData", json!({"other": secret}))].into()),
        with(named("ExternalSecret", "external-secrets.io/v1"), [("spec", template)].into()),
        with(named("Thing", "example.org/v1"), [("spec", env)].into()),
    ]
}

/// The forms of a secret that must not be seen.
fn forms(secret: &str) -> Vec<String> {
    vec![secret.to_owned(), strip::encoded(secret.as_bytes()), masking::url(secret)]
}

#[test]
fn a_secret_that_is_a_common_word_hides_no_sentence() {
    let secret = |word: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "pxc"},
            "stringData": {"key": word}})
    };
    let (before, after) = (thing(&json!({"a": {"happen": "manual"}})), thing(&json!({"a": {"happen": "change"}})));
    let mut owner = kustomization();
    owner["spec"]["ignore"] = json!([{"paths": ["/spec/a/happen"]}]);
    let mut reading = live(&[applied(&before, ApplyMethod::Flux)], owner.clone());
    let id = Object::new(secret("x")).id;
    reading.objects.insert(id, Reading::Unread(Trouble::new(Reason::NotAsked, "no")));
    let words = ["happen", "manual", "change", "intended", "leaves"].map(secret);
    for word in &words {
        let deployed = root(&[&before, word], &[&after, word]);
        let controller = controller(&[owner.clone()], &reading, &deployed, None);
        let preview = preview(&deployed, &controller, &reading, &options());
        let fact = &preview.objects[0].findings[0].fact;
        assert!(fact.starts_with("intended and does not happen: `"), "{fact}");
        let value = word["stringData"]["key"].as_str().unwrap();
        assert!(!format!("{:?}", preview.objects[0].intended).contains(&format!("\"{value}\"")), "{preview:?}");
    }
}

#[test]
fn a_changed_secret_shows_as_changed() {
    let (before, after) = (&secret_objects("open sesame one")[0], &secret_objects("open sesame two")[0]);
    let live = live(&[applied(before, ApplyMethod::Flux)], kustomization());
    let digest = Options { secrets: SecretReading::KeyedDigest(vec![7; 32]), ..options() };
    let preview = previewed(&root(&[before], &[after]), &live, ApplyMethod::Flux, &digest);
    let object = &preview.objects[0];
    assert_eq!(object.action, Action::Change);
    assert_eq!(object.effective.len(), 2);
    assert!(object.effective.iter().all(|change| change.before.is_some() && change.before != change.after));
    let preview = previewed(&root(&[before], &[after]), &live, ApplyMethod::Flux, &options());
    let object = &preview.objects[0];
    assert_eq!((object.action, object.effective.len()), (Action::CannotTell, 0));
    let shown: Vec<_> = object.intended.iter().map(|one| (one.before.clone(), one.after.clone())).collect();
    assert_eq!(shown, vec![(Some(json!("*** (before)")), Some(json!("*** (after)"))); 2]);
}
