//! What an Argo CD `Application` and `argocd-cm` ask for: automated sync, options, ignored differences, tracking.
//! Read by `controller`, obeyed by `argocd`, `desired` and `prune`. Must never drop a setting that could change an object
//! in silence: what is not modelled is listed.

use serde_json::Value;

use super::ignored_differences::{IgnoredDifference, Ignoring, ignored_everywhere, ignored_here};
use super::origin::{Origin, Revision};
use super::selector::Selector;
use super::settings::{Transforming, entries, strings};
use super::strip::annotation;
use super::tracking::Tracking;
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;

/// The API group of Argo CD.
pub(super) const ARGO_GROUP: &str = "argoproj.io";
/// The annotation with options of one object.
pub(super) const OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// Fields of `source.kustomize` that change how the build runs, not what it gives.
const HARMLESS: [&str; 5] =
    ["version", "kubeVersion", "apiVersions", "ignoreMissingComponents", "commonAnnotationsEnvsubst"];

/// The settings of an `Application`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ArgoSettings {
    /// Its name as tracking writes it, and its namespace.
    pub(super) named: Option<(String, String)>,
    /// Whether it syncs by itself; `None` where nobody knows.
    pub(super) automated: Option<bool>,
    /// Whether it prunes by itself.
    pub(super) prune: Option<bool>,
    /// Whether it brings back what somebody else changed or deleted.
    pub(super) heals: bool,
    /// What keeps it from syncing: an annotation, no automated sync.
    pub(super) held: Option<String>,
    /// Its sources: the folder, and what it is made from.
    pub(super) sources: Vec<(String, Origin)>,
    /// `spec.project`.
    pub(super) project: String,
    /// `spec.destination.name` and `spec.destination.server`.
    pub(super) clusters: Vec<String>,
    /// The `ApplicationSet` that makes it.
    pub(super) made_by: Option<String>,
    /// `spec.destination.namespace`.
    pub(super) namespace: Option<String>,
    /// `spec.syncPolicy.syncOptions`.
    pub(super) options: Vec<String>,
    /// `spec.ignoreDifferences`.
    pub(super) ignored: Vec<IgnoredDifference>,
    /// How objects are marked.
    pub(super) tracking: Tracking,
    /// What changes objects and is not modelled.
    pub(super) not_modelled: Vec<Transforming>,
}

impl ArgoSettings {
    /// Returns the settings of an `Application`, with those of `argocd-cm` where it was read.
    pub(super) fn of(owner: &Value, map: Option<&Value>) -> Self {
        let text = |pointer: &str| owner.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let spec = owner.get("spec").unwrap_or(&Value::Null);
        let automated = spec.pointer("/syncPolicy/automated").filter(|automated| !automated.is_null());
        let is_on = automated.is_some_and(|automated| automated.get("enabled") != Some(&Value::Bool(false)));
        let namespace = text("/metadata/namespace").unwrap_or("argocd").to_owned();
        let (everywhere, own) = (ignored_everywhere(map), ignored_here(spec));
        let options = strings(spec.pointer("/syncPolicy/syncOptions"));
        let is_respected = options.iter().any(|option| option == "RespectIgnoreDifferences=true");
        let unknown = everywhere.iter().chain(&own).filter(|_| is_respected).filter_map(Ignoring::not_modelled);
        Self {
            named: text("/metadata/name").map(|name| (name.to_owned(), namespace)),
            automated: Some(is_on),
            prune: Some(is_on && automated.and_then(|of| of.get("prune")) == Some(&Value::Bool(true))),
            heals: is_on && automated.and_then(|of| of.get("selfHeal")) == Some(&Value::Bool(true)),
            held: held(owner, is_on),
            sources: sources(spec).into_iter().filter_map(|(_, source)| origin(source)).collect(),
            project: text("/spec/project").unwrap_or("default").to_owned(),
            clusters: ["name", "server"]
                .iter()
                .filter_map(|field| text(&format!("/spec/destination/{field}")).map(str::to_owned))
                .collect(),
            made_by: made_by(owner),
            namespace: text("/spec/destination/namespace").map(str::to_owned),
            options,
            ignored: everywhere.iter().chain(&own).map(Ignoring::modelled).collect(),
            tracking: Tracking::of(map),
            not_modelled: not_modelled(spec).into_iter().chain(unknown).collect(),
        }
    }

    /// Returns what a root is made from: the source of its folder, else the only one.
    pub(super) fn origin(&self, root: &RepoPath) -> Option<Origin> {
        let of_folder = self.sources.iter().find(|(path, _)| path == root.as_str());
        let only = || self.sources.first().filter(|_| self.sources.len() == 1);
        of_folder.or_else(only).map(|(_, origin)| origin.clone())
    }

    /// Returns the project of the Application.
    pub(super) fn project_id(&self) -> ObjectId {
        let namespace = self.named.as_ref().map_or("argocd", |(_, namespace)| namespace.as_str());
        ObjectId::within((ARGO_GROUP, "v1alpha1", "AppProject"), (namespace, &self.project))
    }

    /// Returns whether the sync leaves ignored differences alone.
    pub(super) fn respects_ignored(&self) -> bool {
        self.has(&Value::Null, "RespectIgnoreDifferences=true")
    }

    /// Returns whether an option is set, on the object itself or else on the Application.
    pub(super) fn has(&self, object: &Value, option: &str) -> bool {
        let key = option.split('=').next().unwrap_or(option);
        let own = annotation(object, OPTIONS).unwrap_or_default();
        let said = |options: &mut dyn Iterator<Item = &str>| {
            options.map(str::trim).find(|said| said.split('=').next() == Some(key)).map(|said| said == option)
        };
        said(&mut own.split(',')).or_else(|| said(&mut self.options.iter().map(String::as_str))).unwrap_or(false)
    }
}

/// Returns what keeps the Application from syncing by itself.
fn held(owner: &Value, is_automated: bool) -> Option<String> {
    let skip = "argocd.argoproj.io/skip-reconcile";
    if annotation(owner, skip) == Some("true") {
        return Some(format!("`metadata.annotations[{skip}]` is `true`"));
    }
    (!is_automated).then(|| "`spec.syncPolicy.automated` is not on".to_owned())
}

/// Returns the `ApplicationSet` that makes an Application.
fn made_by(owner: &Value) -> Option<String> {
    let references = owner.pointer("/metadata/ownerReferences").and_then(Value::as_array)?;
    let set =
        references.iter().find(|reference| reference.get("kind").and_then(Value::as_str) == Some("ApplicationSet"));
    set?.get("name").and_then(Value::as_str).map(str::to_owned)
}

/// Returns the sources with the fields that name them.
fn sources(spec: &Value) -> Vec<(String, &Value)> {
    let mut sources: Vec<(String, &Value)> =
        entries(spec, "sources").map(|(index, source)| (format!("spec.sources[{index}]"), source)).collect();
    if let (true, Some(source)) = (sources.is_empty(), spec.get("source")) {
        sources.push(("spec.source".to_owned(), source));
    }
    sources
}

/// Returns the folder of a source and what it is made from; `None` for what is no folder.
fn origin(source: &Value) -> Option<(String, Origin)> {
    let text = |name: &str| source.get(name).and_then(Value::as_str);
    let path = RepoPath::parse(text("path")?.trim_start_matches('/')).ok()?;
    let address = text("repoURL").map(str::to_owned);
    Some((path.as_str().to_owned(), Origin { address, revision: Revision::of_target(text("targetRevision")) }))
}

/// Returns the settings that change objects and are not modelled.
fn not_modelled(spec: &Value) -> Vec<Transforming> {
    let mut found = Vec::new();
    if spec.pointer("/syncPolicy/managedNamespaceMetadata").is_some_and(|of| !of.is_null()) {
        let field = "spec.syncPolicy.managedNamespaceMetadata".to_owned();
        let target = Selector::of_ignored(&serde_json::json!({"group": "", "kind": "Namespace"}));
        found.push(Transforming { field, target });
    }
    for (field, source) in sources(spec) {
        for (name, value) in source.get("kustomize").and_then(Value::as_object).into_iter().flatten() {
            found.extend(of_kustomize(&format!("{field}.kustomize"), name, value));
        }
        for name in ["plugin", "helm"] {
            if source.get(name).is_some() {
                found.push(Transforming { field: format!("{field}.{name}"), target: Selector::Unsure });
            }
        }
    }
    found
}

/// Returns what one field of `source.kustomize` changes.
fn of_kustomize(prefix: &str, name: &str, value: &Value) -> Vec<Transforming> {
    let is_empty = match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    match (name, value.as_array()) {
        _ if is_empty || HARMLESS.contains(&name) || name.starts_with("force") => Vec::new(),
        ("patches", Some(entries)) => {
            let of = |(index, entry)| {
                let field = format!("{prefix}.patches[{index}]");
                Transforming { field, target: Selector::of_patch(entry) }
            };
            entries.iter().enumerate().map(of).collect()
        }
        _ => vec![Transforming { field: format!("{prefix}.{name}"), target: Selector::Unsure }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_option_of_the_object_wins_over_the_applications() {
        let settings = ArgoSettings::of(
            &json!({"metadata": {"name": "pxc"}, "spec": {"syncPolicy": {"syncOptions": ["ServerSideApply=true"]}}}),
            None,
        );
        let own = json!({"metadata": {"annotations": {OPTIONS: "Prune=false, ServerSideApply=false"}}});
        assert!(settings.has(&json!({}), "ServerSideApply=true"));
        assert!(!settings.has(&own, "ServerSideApply=true") && settings.has(&own, "Prune=false"));
        assert_eq!((settings.automated, settings.prune), (Some(false), Some(false)));
    }

    #[test]
    fn what_makes_an_application_and_metadata_of_its_namespace_are_known() {
        let owner = json!({
            "metadata": {"name": "pxc", "ownerReferences": [{"kind": "ApplicationSet", "name": "fleet"}]},
            "spec": {"syncPolicy": {"managedNamespaceMetadata": {"labels": {"a": "b"}}}},
        });
        let settings = ArgoSettings::of(&owner, None);
        let fields: Vec<&str> = settings.not_modelled.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["spec.syncPolicy.managedNamespaceMetadata"]);
        assert_eq!((settings.made_by.as_deref(), settings.project.as_str()), (Some("fleet"), "default"));
    }
}
