//! What a Flux `Kustomization` asks for: pruning, force, common metadata, fields left alone, substitution.
//! Read by `controller`, obeyed by `flux`, `desired` and `prune`. Must never drop a setting that could change an
//! object in silence: what is not modelled is listed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::FieldPath;
use super::selector::Selector;
use super::settings::{Transforming, entries, texts};
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;

/// The API group of the kind, and the prefix of the labels and annotations.
pub(super) const GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// The API group of Flux' sources.
pub(super) const SOURCE_GROUP: &str = "source.toolkit.fluxcd.io";

/// The settings of a `Kustomization`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FluxSettings {
    /// Its name and namespace, which become labels of every object.
    pub(super) named: Option<(String, String)>,
    /// Whether it is suspended.
    pub(super) is_suspended: bool,
    /// Whether what leaves Git is deleted; `None` where nobody knows.
    pub(super) prune: Option<bool>,
    /// Whether what cannot be changed is made anew.
    pub(super) force: bool,
    /// `spec.targetNamespace`.
    pub(super) target_namespace: Option<String>,
    /// `spec.commonMetadata.labels`.
    pub(super) labels: BTreeMap<String, String>,
    /// `spec.commonMetadata.annotations`.
    pub(super) annotations: BTreeMap<String, String>,
    /// `spec.ignore`.
    pub(super) ignored: Vec<Ignored>,
    /// `spec.postBuild`, where set.
    pub(super) substitution: Option<Substitution>,
    /// What changes objects and is not modelled.
    pub(super) not_modelled: Vec<Transforming>,
    /// `spec.decryption.provider`: what is encrypted in Git is applied in the clear.
    pub(super) decryption: Option<String>,
    /// `spec.path`, without the dots and slashes around it.
    pub(super) path: Option<String>,
    /// What the controller says it applied; `None` where its status was not read, or not understood.
    pub(super) inventory: Option<Vec<ObjectId>>,
    /// `spec.sourceRef`: kind, namespace and name.
    pub(super) source: Option<Source>,
    /// `spec.dependsOn`: namespaces and names of what has to be applied first.
    pub(super) waits_for: Vec<(String, String)>,
    /// Whether its status names objects in a form that is not known.
    pub(super) is_inventory_unclear: bool,
}

/// What a `Kustomization` is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// `GitRepository`, `OCIRepository`, `Bucket`…
    pub(super) kind: String,
    /// Its namespace.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: String,
}

impl Source {
    /// Returns the object that says what Flux makes a root from; `None` where that is not Git.
    pub(super) fn id(&self) -> Option<ObjectId> {
        let kind = (SOURCE_GROUP, "v1", self.kind.as_str());
        (self.kind == "GitRepository").then(|| ObjectId::within(kind, (&self.namespace, &self.name)))
    }
}

/// Fields that a controller leaves alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ignored {
    /// Which fields.
    pub(super) paths: Vec<FieldPath>,
    /// Of which objects.
    pub(super) target: Selector,
    /// The setting, for people.
    pub(super) field: String,
}

/// Variables that are filled in after the build.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Substitution {
    /// Given in place.
    pub(super) variables: BTreeMap<String, String>,
    /// Objects that give more.
    pub(super) from: Vec<String>,
}

impl FluxSettings {
    /// Returns the settings of a `Kustomization`.
    pub(super) fn of(owner: &Value) -> Self {
        let spec = owner.get("spec").unwrap_or(&Value::Null);
        let text = |pointer: &str| owner.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let name = text("/metadata/name").map(str::to_owned);
        let namespace = text("/metadata/namespace").unwrap_or("default").to_owned();
        let listed = owner.pointer("/status/inventory/entries").and_then(Value::as_array);
        // An entry that is not understood could be any object.
        let inventory: Option<Vec<ObjectId>> = listed.and_then(|listed| listed.iter().map(inventory_entry).collect());
        Self {
            source: spec.get("sourceRef").and_then(|of| source(of, &namespace)),
            waits_for: entries(spec, "dependsOn").filter_map(|(_, of)| waits_for(of, &namespace)).collect(),
            named: name.map(|name| (name, namespace)),
            is_suspended: spec.get("suspend") == Some(&Value::Bool(true)),
            prune: Some(spec.get("prune") == Some(&Value::Bool(true))),
            force: spec.get("force") == Some(&Value::Bool(true)),
            target_namespace: text("/spec/targetNamespace").map(str::to_owned),
            labels: texts(spec.pointer("/commonMetadata/labels")),
            annotations: texts(spec.pointer("/commonMetadata/annotations")),
            ignored: entries(spec, "ignore").map(|(index, entry)| ignored(index, entry)).collect(),
            substitution: spec.get("postBuild").and_then(substitution),
            not_modelled: not_modelled(spec),
            decryption: text("/spec/decryption/provider").map(str::to_owned),
            path: spec.get("path").and_then(Value::as_str).and_then(plain_path),
            is_inventory_unclear: listed.is_some() && inventory.is_none(),
            inventory,
        }
    }
}

/// Returns what `spec.sourceRef` names; its namespace is that of the Kustomization where it names none.
fn source(of: &Value, namespace: &str) -> Option<Source> {
    let text = |name: &str| of.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Some(Source {
        kind: text("kind")?.to_owned(),
        namespace: text("namespace").unwrap_or(namespace).to_owned(),
        name: text("name")?.to_owned(),
    })
}

/// Returns what an entry of `spec.dependsOn` names.
fn waits_for(of: &Value, namespace: &str) -> Option<(String, String)> {
    let text = |name: &str| of.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Some((text("namespace").unwrap_or(namespace).to_owned(), text("name")?.to_owned()))
}

/// Returns a path inside the repository, whose top Flux takes for the root of all paths.
fn plain_path(path: &str) -> Option<String> {
    RepoPath::parse(path.trim_start_matches('/')).ok().map(|path| path.as_str().to_owned())
}

/// Returns one entry of `spec.ignore`.
fn ignored(index: usize, entry: &Value) -> Ignored {
    let paths = entry.get("paths").and_then(Value::as_array).into_iter().flatten();
    Ignored {
        paths: paths.filter_map(Value::as_str).map(FieldPath::parse).collect(),
        target: Selector::of(entry.get("target")),
        field: format!("spec.ignore[{index}]"),
    }
}

/// Returns what `spec.postBuild` substitutes; `None` where it names nothing.
fn substitution(post_build: &Value) -> Option<Substitution> {
    let from = post_build.get("substituteFrom").and_then(Value::as_array).into_iter().flatten();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found = Substitution {
        variables: texts(post_build.get("substitute")),
        from: from.map(|entry| format!("{}/{}", text(entry, "kind"), text(entry, "name"))).collect(),
    };
    (!found.variables.is_empty() || !found.from.is_empty()).then_some(found)
}

/// Returns the settings that change objects and are not modelled.
fn not_modelled(spec: &Value) -> Vec<Transforming> {
    let mut found = Vec::new();
    for name in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
        for (index, entry) in entries(spec, name) {
            let target = Selector::of_patch(entry);
            found.push(Transforming { field: format!("spec.{name}[{index}]"), target });
        }
    }
    for name in ["images", "namePrefix", "nameSuffix", "components"] {
        let is_given = spec.get(name).is_some_and(|value| match value {
            Value::Array(items) => !items.is_empty(),
            Value::String(text) => !text.is_empty(),
            _ => false,
        });
        // Names, images and components can touch anything.
        if is_given {
            found.push(Transforming { field: format!("spec.{name}"), target: Selector::Unsure });
        }
    }
    if spec.get("kubeConfig").is_some_and(Value::is_object) {
        found.push(Transforming { field: "spec.kubeConfig".to_owned(), target: Selector::Unsure });
    }
    found
}

/// Returns one entry of an inventory: `<namespace>_<name>_<group>_<kind>`.
fn inventory_entry(entry: &Value) -> Option<ObjectId> {
    let mut parts = entry.get("id")?.as_str()?.split('_');
    let (namespace, name) = (parts.next()?, parts.next()?);
    // A colon in a name, as roles have it, is written as two underscores.
    let rest: Vec<&str> = parts.collect();
    let (kind, group) = (rest.last()?, rest.get(rest.len().checked_sub(2)?)?);
    let more: String = rest[..rest.len() - 2].iter().map(|part| if part.is_empty() { ":" } else { *part }).collect();
    Some(ObjectId {
        group: (*group).to_owned(),
        version: entry.get("v").and_then(Value::as_str).unwrap_or_default().to_owned(),
        kind: (*kind).to_owned(),
        namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
        name: format!("{name}{more}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_inventory_entries_with_and_without_namespace_and_colon() {
        let of = |id: &str| inventory_entry(&json!({"id": id, "v": "v1"})).unwrap();
        let id = of("pxc_cluster1_pxc.percona.com_PerconaXtraDBCluster");
        assert_eq!(
            (id.to_string(), id.group.as_str()),
            ("PerconaXtraDBCluster pxc/cluster1".into(), "pxc.percona.com")
        );
        assert_eq!(of("_pxc__Namespace").to_string(), "Namespace pxc");
        let role = of("pxc_a__b_rbac.authorization.k8s.io_Role");
        assert_eq!((role.name.as_str(), role.kind.as_str()), ("a:b", "Role"));
    }

    #[test]
    fn lists_what_changes_objects_and_is_not_modelled() {
        let settings = FluxSettings::of(&json!({"metadata": {"name": "pxc", "namespace": "flux-system"}, "spec": {
            "prune": true, "patches": [{"target": {"kind": "Secret"}, "patch": "x"}], "namePrefix": "", "images": [{}],
        }}));
        let fields: Vec<&str> = settings.not_modelled.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["spec.patches[0]", "spec.images"]);
        assert_eq!((settings.prune, settings.is_suspended, settings.inventory), (Some(true), false, None));
    }

    #[test]
    fn reads_paths_as_flux_does_and_no_inventory_of_which_a_part_is_not_understood() {
        let of = |path: &str, ids: &[&str]| {
            let entries: Vec<Value> = ids.iter().map(|id| json!({"id": id, "v": "v1"})).collect();
            let owner = json!({"spec": {"path": path}, "status": {"inventory": {"entries": entries}}});
            let settings = FluxSettings::of(&owner);
            (settings.path, settings.inventory.map(|all| all.len()), settings.is_inventory_unclear)
        };
        assert_eq!(of("./a//b/", &["_pxc__Namespace"]), (Some("a/b".into()), Some(1), false));
        assert_eq!(of("/.hidden/../a", &["_pxc__Namespace", "odd"]), (Some("a".into()), None, true));
        assert_eq!(of(".hidden", &[]), (Some(".hidden".into()), Some(0), false));
        assert_eq!(of("../a", &[]), (None, Some(0), false));
    }
}
