//! Sync windows of an Argo CD project: when an Application is kept from syncing. Asked once a root. Knows no clock, so it
//! names the windows that hold for an Application and never says that one is open.

use regex::Regex;
use serde_json::Value;

use super::ApplyMethod;
use super::controller::RootController;
use super::selector::of_glob;
use super::settings::strings;
use super::settings_argo::ArgoSettings;
use crate::model::finding::{Finding, Level};
use crate::model::live::{Absence, Live, Reading};

/// Returns which windows hold for what applies a root, or that nobody knows.
pub(super) fn finding(controller: &RootController, live: &Live) -> Option<Finding> {
    let owner = controller.owner.as_ref().filter(|_| controller.method != ApplyMethod::Flux)?;
    let id = controller.argo.project_id();
    let unread = |why: &str| {
        let fact = format!("whether sync windows hold is not known: `{id}` was not read ({why})");
        Finding::note("windows-not-read", fact)
    };
    let project = match live.objects.get(&id) {
        Some(Reading::Found(project)) => project,
        Some(Reading::Absent(Absence::Kind)) => return Some(unread("no such kind is served")),
        Some(Reading::Absent(_)) => return Some(unread("it is not there")),
        Some(Reading::Unread(trouble)) => {
            let finding = unread(&trouble.fact);
            let level = if trouble.reason.is_failure() { Level::Warn } else { finding.level };
            return Some(trouble.hint.iter().fold(Finding { level, ..finding }, Finding::hint));
        }
        None => return Some(unread("nobody asked for it")),
    };
    let windows = project.pointer("/spec/syncWindows").and_then(Value::as_array).into_iter().flatten();
    let shown: Vec<String> = windows.filter(|window| holds(window, &controller.argo)).map(words).collect();
    let fact = format!(
        "sync windows of `{id}` hold for `{owner}`: {}; merging changes nothing while they keep it from syncing",
        shown.join(", ")
    );
    (!shown.is_empty()).then(|| Finding::warn("sync-windows", fact))
}

/// Returns whether a window is about an Application: one of its three lists names it, or all three where it asks for that.
fn holds(window: &Value, settings: &ArgoSettings) -> bool {
    let named: Vec<&str> = settings.named.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<&str> = settings.namespace.iter().map(String::as_str).collect();
    let clusters: Vec<&str> = settings.clusters.iter().map(String::as_str).collect();
    let lists = [("applications", named), ("namespaces", places), ("clusters", clusters)];
    let mut told = lists.iter().filter_map(|(list, is)| {
        let patterns = strings(window.get(list));
        (!patterns.is_empty()).then(|| is.iter().any(|text| patterns.iter().any(|one| is_like(text, one))))
    });
    let needs_all = window.get("andOperator") == Some(&Value::Bool(true));
    if needs_all { told.all(|fits| fits) } else { told.any(|fits| fits) }
}

/// Returns whether a text is like a pattern; one that is not understood may be like anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let pattern = of_glob(pattern).and_then(|pattern| Regex::new(&format!("^(?:{pattern})$")).ok());
    pattern.is_none_or(|pattern| pattern.is_match(text))
}

/// Returns a window for people.
fn words(window: &Value) -> String {
    let text = |name: &str| window.get(name).and_then(Value::as_str).unwrap_or_default();
    let verb = if text("kind") == "allow" { "allowed" } else { "denied" };
    let zone = if text("timeZone").is_empty() { "UTC" } else { text("timeZone") };
    format!("{verb} for `{}` from `{}` ({zone})", text("duration"), text("schedule"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::object::Object;
    use crate::preview::tests::{application, applied, cluster, live, options, root};
    use crate::preview::{controller, preview};

    /// What is said of windows beside a change, where the project is this.
    fn said(windows: Option<Value>) -> Vec<(&'static str, String)> {
        let (before, after) = (cluster(3, &json!({})), cluster(4, &json!({})));
        let owner = application(&[]);
        let mut live = live(&[applied(&before, ApplyMethod::ArgoCd)], owner.clone());
        if let Some(windows) = windows {
            let project = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
                "metadata": {"name": "default", "namespace": "argocd"}, "spec": {"syncWindows": windows}});
            live.objects.insert(Object::new(project.clone()).id, Reading::Found(project));
        }
        let deployed = root(&[&before], &[&after]);
        let controller = controller(&[owner], &live, &deployed, None);
        let findings = preview(&deployed, &controller, &live, &options()).findings;
        let is_about = |finding: &&Finding| finding.id.contains("windows");
        findings.iter().filter(is_about).map(|finding| (finding.id, finding.fact.clone())).collect()
    }

    #[test]
    fn windows_that_hold_are_named_and_others_are_not() {
        let window = |kind: &str, lists: Value| {
            let mut window = json!({"kind": kind, "schedule": "0 22 * * *", "duration": "1h"});
            window.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
            window
        };
        let shown = said(Some(json!([
            window("deny", json!({"applications": ["p?c"], "timeZone": "Europe/Berlin"})),
            window("allow", json!({"namespaces": ["p*"]})),
            window("deny", json!({"applications": ["other"]})),
            window("deny", json!({"applications": ["*"], "namespaces": ["other"], "andOperator": true})),
        ])));
        let fact = "sync windows of `AppProject argocd/default` hold for `Application argocd/pxc`: denied for `1h` from `0 22 * * *` (Europe/Berlin), allowed for `1h` from `0 22 * * *` (UTC); merging changes nothing while they keep it from syncing";
        assert_eq!(shown, [("sync-windows", fact.to_owned())]);
        assert_eq!(said(Some(Value::Null)), []);
    }

    #[test]
    fn a_project_that_was_not_read_is_said() {
        let fact =
            "whether sync windows hold is not known: `AppProject argocd/default` was not read (nobody asked for it)";
        assert_eq!(said(None), [("windows-not-read", fact.to_owned())]);
    }
}
