//! Argo CD: a client-side apply from what was applied last, or a forced server-side apply as `argocd-controller`.
//! One of the controllers that `predict` knows; models the sync of the commit, whoever starts it. Must know what a sync
//! leaves alone: hooks, ignored differences that are respected.

use serde_json::Value;

use super::ApplyMethod;
use super::apply::Ownership;
use super::case::{Case, Predicted, server_side, unexplained};
use super::field::FieldPath;
use super::identity::is_built_in;
use super::managers::{FieldSet, Manager, Step, managers};
use super::merge::{Strategy, ThreeWay, three_way};
use super::settings_argo::{ArgoSettings, OPTIONS};
use super::strip::{LAST_APPLIED, annotation, last_applied};
use crate::model::finding::Finding;

/// The field manager.
const MANAGER: &str = ApplyMethod::ArgoCd.field_manager();
/// The manager of a client-side apply by kubectl.
const KUBECTL: &str = "kubectl-client-side-apply";
/// The annotation that makes an object a hook.
const HOOK: &str = "argocd.argoproj.io/hook";

/// Returns whether an object is a hook.
pub(super) fn is_hook(value: &Value) -> bool {
    annotation(value, HOOK).is_some()
}

/// Returns how one object is applied: its own option wins.
pub(super) fn method_of(sent: &Value, method: ApplyMethod) -> ApplyMethod {
    let own = annotation(sent, OPTIONS).unwrap_or_default();
    let said = own.split(',').map(str::trim).find_map(|option| option.strip_prefix("ServerSideApply="));
    match (method, said) {
        (ApplyMethod::Flux, _) => ApplyMethod::Flux,
        (_, Some("true")) => ApplyMethod::ArgoCdSsa,
        (_, Some("false")) => ApplyMethod::ArgoCd,
        (method, _) => method,
    }
}

/// Returns what the API server holds after the sync.
pub(super) fn predict(case: &Case<'_>) -> Predicted {
    if let Some(hook) = annotation(case.sent, HOOK) {
        return Predicted::left(case.live, format!("a hook (`{hook}`): the sync runs it, it is not compared"));
    }
    let settings = &case.controller.argo;
    let (sent, left, findings) = with_ignored(case);
    let mut predicted = if settings.has(case.sent, "Replace=true") || settings.has(case.live, "Replace=true") {
        replaced(case, &sent)
    } else if method_of(case.sent, case.controller.method) == ApplyMethod::ArgoCdSsa {
        on_server(case, &sent)
    } else {
        on_client(case, &sent)
    };
    predicted.left = left.or(predicted.left);
    predicted.findings.extend(findings);
    predicted
}

/// Returns what a client-side apply gives.
fn on_client(case: &Case<'_>, sent: &Value) -> Predicted {
    let value = client_apply(case, sent);
    let managers = managers(case.live).unwrap_or_default();
    let bare = Ownership::of(&managers, |one| one.applied && one.name == MANAGER);
    let (dry_run, _) = server_side(case, sent, &bare, &bare);
    let mut predicted = Predicted::of(case, value, dry_run);
    if last_applied(case.live).is_none() {
        let why = format!("the live object has no `{LAST_APPLIED}`: a client-side apply removes nothing");
        predicted.left = Some(why);
    }
    predicted
}

/// Returns what a server-side apply gives.
fn on_server(case: &Case<'_>, sent: &Value) -> Predicted {
    let Some(managers) = managers(case.live) else {
        let own = case.before.map(|before| FieldSet::of(before, case.view())).unwrap_or_default();
        let of = Ownership { own, others: FieldSet::default() };
        let (value, dry_run) = server_side(case, sent, &of, &of);
        let mut predicted = Predicted::of(case, value, dry_run);
        predicted.unsure = unexplained(case, "the reading has no `metadata.managedFields`: who owns this is not known");
        return predicted;
    };
    let bare = Ownership::of(&managers, |one| one.applied && one.name == MANAGER);
    let is_first_on_client = needs_client_apply(&managers, &case.controller.argo);
    let is_own = |one: &Manager| (one.applied && one.name == MANAGER) || is_migrated(one, is_first_on_client);
    let with = Ownership::of(&managers, is_own);
    let first = if is_first_on_client { client_apply(case, sent) } else { case.live.clone() };
    let (_, dry_run) = server_side(case, sent, &bare, &bare);
    let (value, _) = server_side(&Case { live: &first, ..*case }, sent, &with, &with);
    Predicted::of(case, value, dry_run)
}

/// Returns whether Argo CD applies on the client once more, as `kubectl`, so that ownership can move.
fn needs_client_apply(managers: &[Manager], settings: &ArgoSettings) -> bool {
    let is_off = settings.options.iter().any(|option| option == "ClientSideApplyMigration=false");
    !is_off && managers.iter().any(|one| one.name == KUBECTL)
}

/// Returns whether an apply on the server takes a manager over: the one that applied on the client last.
fn is_migrated(one: &Manager, is_first_on_client: bool) -> bool {
    let path = ["metadata", "annotations", LAST_APPLIED].map(str::to_owned);
    let is_last = if is_first_on_client { one.name == KUBECTL } else { one.fields.contains(&path) };
    !one.applied && one.subresource.is_empty() && is_last
}

/// Returns what a client-side apply makes of the live object.
fn client_apply(case: &Case<'_>, sent: &Value) -> Value {
    let strategy = if is_built_in(case.id) { Strategy::Strategic } else { Strategy::Json };
    let last = last_applied(case.live).unwrap_or(Value::Null);
    three_way(ThreeWay { last: &last, sent, live: case.live }, strategy, case.view())
}

/// Returns what a replacement gives: what is sent, beside what the server makes.
fn replaced(case: &Case<'_>, sent: &Value) -> Predicted {
    let mut value = sent.clone();
    for pointer in ["/status", "/metadata/uid", "/metadata/resourceVersion", "/metadata/creationTimestamp"] {
        let path = FieldPath::parse(pointer);
        if let Some(made) = path.get(case.live) {
            path.set(&mut value, made.clone());
        }
    }
    let mut predicted = Predicted { dry_run: None, ..Predicted::of(case, value.clone(), value) };
    let fact = "`Replace=true`: the whole object is replaced, what others wrote is lost";
    predicted.findings.push(Finding::warn("replaces-object", fact));
    if case.controller.argo.has(case.sent, "Force=true") || case.controller.argo.has(case.live, "Force=true") {
        let fact = "`Force=true` with `Replace=true`: the object is deleted and made anew";
        predicted.findings.push(Finding::warn("recreates-object", fact));
    }
    predicted
}

/// Returns what is sent with the live values of ignored fields, where the sync respects them, and what to say of it.
fn with_ignored(case: &Case<'_>) -> (Value, Option<String>, Vec<Finding>) {
    let settings = &case.controller.argo;
    let mut sent = case.sent.clone();
    let (mut left, mut findings) = (None, Vec::new());
    let is_respected = settings.respects_ignored();
    for ignored in settings.ignored.iter().filter(|ignored| ignored.is_about(case.id)) {
        if ignored.has_expressions {
            let fact = format!("`{}.jqPathExpressions` is not modelled", ignored.field);
            findings.push(Finding::warn("not-modelled", fact));
        }
        if !is_respected {
            continue;
        }
        let written = managers(case.live).unwrap_or_default();
        let theirs = written.iter().filter(|one| ignored.managers.contains(&one.name));
        let of_managers = theirs.flat_map(|one| leaves(&one.fields, &FieldPath::default()));
        for path in ignored.paths.iter().cloned().chain(of_managers) {
            match path.get(case.live) {
                Some(value) => path.set(&mut sent, value.clone()),
                None => path.remove(&mut sent),
            }
            left = Some(format!("`{}` leaves `{}` alone", ignored.field, path.shown()));
        }
    }
    (sent, left, findings)
}

/// Returns the paths of keys in a set that have nothing below.
fn leaves(set: &FieldSet, path: &FieldPath) -> Vec<FieldPath> {
    let mut found = Vec::new();
    for (step, below) in &set.children {
        match step {
            Step::Field(key) if below.children.keys().all(|step| matches!(step, Step::Field(_))) => {
                let path = path.child(key);
                let inner = leaves(below, &path);
                found.extend(if inner.is_empty() { vec![path] } else { inner });
            }
            // A list of which a part is theirs is theirs as a whole here: its items have no address that stays.
            Step::Field(key) => found.push(path.child(key)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::preview::tests::{application, applied, cluster, live, options, root};
    use crate::preview::{ApplyMethod, controller, preview};

    #[test]
    fn an_ignored_field_is_said_to_be_ignored_though_nothing_tells_what_was_applied_last() {
        let (before, after) = (cluster(3, &json!({})), cluster(4, &json!({})));
        let mut owner = application(&["RespectIgnoreDifferences=true"]);
        owner["spec"]["ignoreDifferences"] = json!([{"group": "*", "kind": "*", "jsonPointers": ["/spec/pxc/size"]}]);
        let mut object = applied(&before, ApplyMethod::ArgoCd);
        object["metadata"]["annotations"].as_object_mut().unwrap().remove(super::LAST_APPLIED);
        let (live, deployed) = (live(&[object], owner.clone()), root(&[&before], &[&after]));
        let preview = preview(&deployed, &controller(&[owner], &live, &deployed, None), &live, &options());
        let said: Vec<String> = preview.objects[0].findings.iter().map(|finding| finding.fact.clone()).collect();
        let why = "`spec.ignoreDifferences[0]` leaves `spec.pxc.size` alone";
        assert!(said.iter().any(|fact| fact.contains(why)), "{said:?}");
    }
}
