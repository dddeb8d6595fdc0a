//! Differences that Argo CD ignores: those of an Application, and those that `argocd-cm` ignores for every one. Read by
//! `settings_argo`, obeyed by `argocd` and `respect`. Must never drop an expression in silence: it is not modelled, and listed.

use serde_json::Value;

use super::field::FieldPath;
use super::selector::{Match, Selector};
use super::settings::{Transforming, entries, strings};
use crate::model::object::ObjectId;
use crate::model::yaml::documents;

/// An entry of `spec.ignoreDifferences`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IgnoredDifference {
    /// The setting: `spec.ignoreDifferences[0]`.
    pub(super) field: String,
    /// Which objects.
    target: Selector,
    /// Which fields.
    pub(super) paths: Vec<FieldPath>,
    /// The fields of which managers.
    pub(super) managers: Vec<String>,
    /// Whether it has expressions that are not modelled.
    pub(super) has_expressions: bool,
}

impl IgnoredDifference {
    /// Returns whether it is about an object.
    pub(super) fn is_about(&self, id: &ObjectId) -> bool {
        self.target.matches(id) != Match::No
    }
}

/// An entry of ignored differences, with the place where it is written.
pub(super) struct Ignoring {
    /// The setting: `spec.ignoreDifferences[0]`.
    field: String,
    /// Which objects.
    target: Selector,
    /// Which fields of them; null where the setting could not be read.
    entry: Value,
}

impl Ignoring {
    /// Returns what is modelled of it.
    pub(super) fn modelled(&self) -> IgnoredDifference {
        IgnoredDifference {
            field: self.field.clone(),
            target: self.target.clone(),
            paths: strings(self.entry.get("jsonPointers")).iter().map(|pointer| FieldPath::parse(pointer)).collect(),
            managers: strings(self.entry.get("managedFieldsManagers")),
            has_expressions: self.has_expressions(),
        }
    }

    /// Returns whether only expressions tell its fields.
    fn has_expressions(&self) -> bool {
        !strings(self.entry.get("jqPathExpressions")).is_empty()
    }

    /// Returns what of it is not modelled.
    pub(super) fn not_modelled(&self) -> Option<Transforming> {
        let field = match (self.has_expressions(), &self.target) {
            (true, _) => format!("{}.jqPathExpressions", self.field),
            (false, Selector::Unsure) => self.field.clone(),
            (false, _) if self.entry.is_null() => self.field.clone(),
            (false, _) => return None,
        };
        Some(Transforming { field, target: self.target.clone() })
    }
}

/// Returns the entries of `spec.ignoreDifferences`.
pub(super) fn ignored_here(spec: &Value) -> Vec<Ignoring> {
    let of = |(index, entry): (usize, &Value)| Ignoring {
        field: format!("spec.ignoreDifferences[{index}]"),
        target: Selector::of_ignored(entry),
        entry: entry.clone(),
    };
    entries(spec, "ignoreDifferences").map(of).collect()
}

/// Returns the differences that `argocd-cm` ignores for every Application: of all kinds, or of `group_kind`.
pub(super) fn ignored_everywhere(map: Option<&Value>) -> Vec<Ignoring> {
    let data = map.and_then(|map| map.get("data")).and_then(Value::as_object).into_iter().flatten();
    let of = |(key, text): (&String, &Value)| {
        let kind = key.strip_prefix("resource.customizations.ignoreDifferences.")?;
        let (group, name) = kind.rsplit_once('_').unwrap_or(("", kind));
        let target = match kind {
            "all" => Selector::All,
            _ => Selector::of_ignored(&serde_json::json!({"group": group, "kind": name})),
        };
        let entry = documents(text.as_str()?).ok().and_then(|mut all| all.pop()).unwrap_or(Value::Null);
        Some(Ignoring { field: format!("argocd-cm: {key}"), target, entry })
    };
    data.filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::settings_argo::ArgoSettings;
    use super::*;

    #[test]
    fn expressions_are_not_modelled_where_a_sync_respects_them() {
        let of = |options: &[&str]| {
            let ignored = json!([{"group": "*", "kind": "*", "jqPathExpressions": [".spec.size"]}, {"kind": "Secret"}]);
            let spec = json!({"ignoreDifferences": ignored, "syncPolicy": {"syncOptions": options}});
            let settings = ArgoSettings::of(&json!({"metadata": {"name": "pxc"}, "spec": spec}), None);
            settings.not_modelled.into_iter().map(|one| one.field).collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), Vec::<String>::new());
        assert_eq!(of(&["RespectIgnoreDifferences=true"]), ["spec.ignoreDifferences[0].jqPathExpressions"]);
    }

    #[test]
    fn differences_that_every_application_ignores_are_known() {
        let key = |of: &str| format!("resource.customizations.ignoreDifferences.{of}");
        let map = json!({"data": {
            key("all"): "managedFieldsManagers:\n- scaler\n",
            key("pxc.percona.com_PerconaXtraDBCluster"): "jsonPointers:\n- /spec/pxc/size\n",
            key("apps_Deployment"): "jqPathExpressions: ['.spec']\n",
            "resource.exclusions": "- kinds: [a]",
        }});
        let spec = json!({"syncPolicy": {"syncOptions": ["RespectIgnoreDifferences=true"]}});
        let settings = ArgoSettings::of(&json!({"metadata": {"name": "pxc"}, "spec": spec}), Some(&map));
        let id = |version: &str, kind: &str| {
            crate::model::object::Object::new(json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}))
                .id
        };
        let about = |id: &ObjectId| {
            let about = settings.ignored.iter().filter(|one| one.is_about(id));
            about.map(|one| (one.paths.len(), one.managers.len(), one.has_expressions)).collect::<Vec<_>>()
        };
        assert_eq!(about(&id("pxc.percona.com/v1", "PerconaXtraDBCluster")), [(0, 1, false), (1, 0, false)]);
        assert_eq!(about(&id("apps/v1", "Deployment")), [(0, 1, false), (0, 0, true)]);
        assert_eq!(about(&id("v1", "Secret")), [(0, 1, false)]);
        let fields: Vec<&str> = settings.not_modelled.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, [format!("argocd-cm: {}.jqPathExpressions", key("apps_Deployment"))]);
    }
}
