//! The API server's own answer, where it was asked: held against the prediction, and preferred where they differ.
//! A bare dry run does not know what a controller takes over first, so it is compared with a prediction that does not
//! either. Must never hide a difference between the two.

use serde_json::Value;

use super::case::{Case, Predicted};
use super::context::Context;
use super::difference::differences;
use super::field::FieldPath;
use super::identity::is_same;
use super::schema::Schema;
use super::strip::comparable;
use super::view::View;
use super::{ApplyMethod, Basis, Change, ObjectPreview};
use crate::model::finding::Finding;
use crate::model::live::{Live, Reason};
use crate::model::object::ObjectId;

/// The most paths that a finding names.
const NAMED: usize = 5;

/// Holds the prediction against the answer of a dry run, and takes the answer over where they differ.
pub(super) fn hold_against(case: &Case<'_>, live: &Live, predicted: &mut Predicted, preview: &mut ObjectPreview) {
    let Some(answer) = answer(case.id, live, preview) else { return };
    // Not all of what Git says was sent: the answer is about something else.
    if predicted.left.is_some() {
        return;
    }
    let Some(expected) = &predicted.dry_run else { return };
    preview.basis = Basis::ServerVerified;
    let differing = differences(&comparable(expected), &comparable(answer), case.view());
    take_over(differing, &mut predicted.value, preview);
}

/// Does the same for an object that is not there yet.
pub(super) fn hold_new(
    id: &ObjectId,
    value: &mut Value,
    (schema, live): (&Schema, &Live),
    preview: &mut ObjectPreview,
) {
    let Some(answer) = answer(id, live, preview) else { return };
    preview.basis = Basis::ServerVerified;
    let differing = differences(&comparable(value), &comparable(answer), View::of(schema));
    take_over(differing, value, preview);
}

/// Returns the answer of a dry run; a trouble is noted.
fn answer<'a>(id: &ObjectId, live: &'a Live, preview: &mut ObjectPreview) -> Option<&'a Value> {
    let by_key = || live.dry_runs.iter().find(|(other, _)| is_same(other, id)).map(|(_, answer)| answer);
    match live.dry_runs.get(id).or_else(by_key)? {
        Ok(answer) => Some(answer),
        Err(trouble) => {
            preview.trouble = Some(trouble.clone());
            None
        }
    }
}

/// Returns whether a refused dry run is about what the apply will ask for. A dry run is a server-side apply; a client-side
/// one may take away what that leaves, a port of another number, and so be valid where that is not.
pub(super) fn is_about(case: &Case<'_>, predicted: &Predicted) -> bool {
    let is_alike = |bare: &Value| differences(&comparable(bare), &comparable(&predicted.value), case.view()).is_empty();
    case.controller.method != ApplyMethod::ArgoCd || predicted.dry_run.as_ref().is_some_and(is_alike)
}

/// Returns why the API server refuses an object, where its dry run says so and the apply will meet the same.
pub(super) fn refusal(id: &ObjectId, preview: &ObjectPreview, context: &Context<'_>) -> Option<String> {
    let trouble = preview.trouble.as_ref().filter(|trouble| trouble.reason == Reason::Rejected)?;
    // What only a dry run is refused for; and what a client-side apply does not send: it asks for no server-side apply.
    let is_about_asking = trouble.fact.contains("does not support dry run");
    let is_about_apply =
        context.controller.method == ApplyMethod::ArgoCd && trouble.fact.contains("not declared in schema");
    let is_met = !is_about_asking && !is_about_apply && !context.is_made_first(id);
    is_met.then(|| trouble.fact.clone())
}

/// Takes the answer over where it differs, and says so.
fn take_over(differing: Vec<Change>, value: &mut Value, preview: &mut ObjectPreview) {
    if differing.is_empty() {
        return;
    }
    let mut paths: Vec<String> = differing.iter().take(NAMED).map(|change| format!("`{}`", change.path)).collect();
    if differing.len() > NAMED {
        paths.push(format!("{} more", differing.len() - NAMED));
    }
    let fact =
        format!("the API server's answer differs from the prediction in {}: the answer counts", paths.join(", "));
    preview.findings.push(Finding::warn("prediction-differs", fact));
    for change in differing {
        let path = FieldPath::parse(&change.pointer);
        match change.after {
            Some(new) => path.set(value, new),
            None => path.remove(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::live::{Absence, Reading, Reason, Trouble};
    use crate::model::object::Object;
    use crate::preview::tests::{METHODS, applied, cluster, live, options, owner, previewed, root};
    use crate::preview::{Action, ApplyMethod};

    /// What is shown where the API server refuses the dry run with these words.
    fn refused(
        method: ApplyMethod,
        (before, after): (Option<&Value>, &[&Value]),
        why: &str,
    ) -> (Action, usize, Vec<&'static str>) {
        let mut live =
            live(&before.map(|before| applied(before, method)).into_iter().collect::<Vec<_>>(), owner(method));
        let id = Object::new(after[0].clone()).id;
        if before.is_none() {
            live.objects.insert(id.clone(), Reading::Absent(Absence::Object));
        }
        for beside in &after[1..] {
            live.objects.insert(Object::new((*beside).clone()).id, Reading::Absent(Absence::Object));
        }
        live.dry_runs.insert(id, Err(Trouble::new(Reason::Rejected, why)));
        let preview = previewed(&root(&before.into_iter().collect::<Vec<_>>(), after), &live, method, &options());
        let object = &preview.objects[0];
        (object.action, object.effective.len(), object.findings.iter().map(|finding| finding.id).collect())
    }

    #[test]
    fn a_refused_dry_run_shows_no_change() {
        let (before, after) = (cluster(3, &json!({})), cluster(5, &json!({})));
        let why = "a webhook refuses the object: size";
        let changed = (Action::Unchanged, 0, vec!["dry-run-refused", "intended-vanishes"]);
        let made = (Action::Unchanged, 0, vec!["dry-run-refused"]);
        for method in METHODS {
            assert_eq!(refused(method, (Some(&before), &[&after]), why), changed, "{method:?}");
            assert_eq!(refused(method, (None, &[&after]), why), made, "{method:?}");
        }
    }

    #[test]
    fn a_refusal_of_what_a_client_side_apply_does_not_ask_for_is_none() {
        let service = |port: u16| {
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "front", "namespace": "pxc"},
                "spec": {"ports": [{"name": "mysql", "port": port, "protocol": "TCP", "targetPort": 3306}]}})
        };
        let (before, after) = (service(3306), service(3307));
        let why = "`Service` is invalid: spec.ports[1].name: Duplicate value";
        assert_eq!(refused(ApplyMethod::ArgoCd, (Some(&before), &[&after]), why).0, Action::Change);
        assert_eq!(refused(ApplyMethod::Flux, (Some(&before), &[&after]), why).0, Action::Unchanged);
    }

    #[test]
    fn a_dry_run_that_cannot_know_what_comes_before_refuses_nothing() {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "pxc"}});
        let after = cluster(5, &json!({}));
        let why = "namespace `pxc` is not there";
        for method in METHODS {
            assert_eq!(refused(method, (None, &[&after, &namespace]), why).0, Action::Create, "{method:?}");
            let asked = "a webhook refuses the object: webhook does not support dry run";
            assert_eq!(refused(method, (None, &[&after]), asked).0, Action::Create, "{method:?}");
        }
    }
}
