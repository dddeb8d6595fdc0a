//! Which cluster an object of a controller applies to, and which folders, as far as it tells: the objects of one name on
//! two clusters are not one. Asked by `moved`, and before a root is previewed. Must never tell two clusters apart by what
//! only one of them says.

use serde_json::Value;

use super::settings_argo::{ARGO_GROUP, ArgoSettings};
use super::settings_flux::{FluxSettings, GROUP};
use crate::model::object::Object;

/// How an Application names the cluster of Argo CD itself.
const LOCAL: (&str, &str) = ("https://kubernetes.default.svc", "in-cluster");

/// Which cluster an object of a controller applies to.
#[derive(Debug, Clone, Default, PartialEq)]
enum Cluster {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Flux: its own, or the one of `spec.kubeConfig`.
    Flux(Option<Value>),
    /// Argo CD: by its address, by its name.
    ArgoCd(Option<String>, Option<String>),
}

/// Where an object of a controller applies what.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reach {
    /// The cluster.
    cluster: Cluster,
    /// The folders that it applies as the base has it; empty where the base does not say.
    before: Vec<String>,
    /// The folders that it applies as the head has it.
    after: Vec<String>,
}

impl Reach {
    /// Returns where an object of a controller applies what, as it is known to be.
    pub(super) fn of(owner: &Value) -> Self {
        Self { cluster: cluster(owner), ..Self::default() }
    }

    /// Adds the folders that the base and the head name.
    pub(super) fn in_git(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let folders = |owner: Option<&Value>| owner.map(folders).unwrap_or_default();
        (self.before, self.after) = (folders(before), folders(after));
    }

    /// Returns whether two are surely of two clusters; `is_one_name` says that their objects have one name, which one
    /// cluster has once.
    pub(super) fn is_apart(&self, other: &Self, is_one_name: bool) -> bool {
        let differ = |one: &[String], other: &[String]| are_apart(one, other);
        let are_two = differ(&self.before, &other.before) || differ(&self.after, &other.after);
        self.cluster.is_other(&other.cluster) || (is_one_name && are_two)
    }
}

impl Cluster {
    /// Returns whether two are surely not the same.
    fn is_other(&self, other: &Self) -> bool {
        let differ = |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
        match (self, other) {
            (Self::Flux(one), Self::Flux(other)) => one != other,
            (Self::ArgoCd(server, name), Self::ArgoCd(other, its)) => differ(server, other) || differ(name, its),
            _ => false,
        }
    }
}

/// Returns whether a live object of a controller is surely not the one that the base names so: it applies other folders, or
/// to another cluster.
pub fn is_elsewhere(base: &Value, live: &Value) -> bool {
    are_apart(&folders(base), &folders(live)) || cluster(base).is_other(&cluster(live))
}

/// Returns whether two sets of folders have none in common, where both have one.
fn are_apart(one: &[String], other: &[String]) -> bool {
    !one.is_empty() && !other.is_empty() && !one.iter().any(|path| other.contains(path))
}

/// Returns the folders that an object of a controller applies.
fn folders(owner: &Value) -> Vec<String> {
    match Object::new(owner.clone()).id.group.as_str() {
        GROUP => FluxSettings::of(owner).path.into_iter().collect(),
        ARGO_GROUP => ArgoSettings::of(owner, None).sources.into_iter().map(|(path, _)| path).collect(),
        _ => Vec::new(),
    }
}

/// Returns the cluster that an object of a controller applies to.
fn cluster(owner: &Value) -> Cluster {
    let text = |pointer: &str| owner.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    match Object::new(owner.clone()).id.group.as_str() {
        GROUP if owner.get("spec").is_some() => {
            Cluster::Flux(owner.pointer("/spec/kubeConfig").filter(|config| !config.is_null()).cloned())
        }
        ARGO_GROUP => match (text("/spec/destination/server"), text("/spec/destination/name")) {
            (None, None) => Cluster::Unknown,
            (server, name) if server == Some(LOCAL.0) || name == Some(LOCAL.1) => {
                Cluster::ArgoCd(Some(LOCAL.0.to_owned()), Some(LOCAL.1.to_owned()))
            }
            (server, name) => Cluster::ArgoCd(server.map(str::to_owned), name.map(str::to_owned)),
        },
        _ => Cluster::Unknown,
    }
}
