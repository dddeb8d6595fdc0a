//! Dry runs: what the API server would make of an object that is applied to it, defaults and webhooks included.
//! Must never send a request without `dryRun=All`.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::answer::{self, Said};
use super::locate::{self, Located};
use super::mask::Masks;
use super::read::{absent, asked};
use super::wire::{Call, Wire};
use super::{Cluster, How, IN_FLIGHT, claims};
use crate::model::live::{Absence, Reason, Trouble};
use crate::model::object::ObjectId;

/// What happens where another field manager owns what would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    /// It is taken over.
    Force,
    /// It is said ([`Reason::Conflict`]).
    Report,
}

/// An object to apply without effect.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRunRequest {
    /// Which; its answer has the same identity.
    pub id: ObjectId,
    /// Where it goes when it is namespaced and `id` says no namespace.
    pub default_namespace: Option<String>,
    /// What is applied.
    pub object: Value,
    /// As which field manager: `kustomize-controller`, `argocd-controller`.
    pub manager: String,
    /// What other managers mean.
    pub conflicts: Conflicts,
}

/// Asks for every object.
pub(super) async fn all(cluster: &Cluster, requests: &[DryRunRequest]) -> BTreeMap<ObjectId, Result<Value, Trouble>> {
    let versions = requests.iter().map(|request| (request.id.group.clone(), request.id.version.clone())).collect();
    cluster.discovery.learn(&cluster.wire, versions).await;
    let asks = requests.iter().map(|request| async { (request.id.clone(), one(cluster, request).await) });
    stream::iter(asks).buffer_unordered(IN_FLIGHT).collect().await
}

/// Asks for one object.
async fn one(cluster: &Cluster, request: &DryRunRequest) -> Result<Value, Trouble> {
    let id = &request.id;
    let Some(located) = locate::object(cluster, id, request.default_namespace.as_deref())? else {
        let version = claims::api_version(&id.group, &id.version);
        return Err(Trouble::new(
            Reason::Rejected,
            format!("the API server serves no kind `{}` of `{version}`", id.kind),
        )
        .hint("apply its CustomResourceDefinition first"));
    };
    apply(&cluster.wire, request, &located).await
}

/// Sends one apply that writes nothing.
async fn apply(wire: &Wire, request: &DryRunRequest, located: &Located) -> Result<Value, Trouble> {
    let force = request.conflicts == Conflicts::Force;
    let manager = locate::segment(&request.manager);
    let path = format!("{}?dryRun=All&fieldManager={manager}&force={force}", located.path);
    let call = Call { apply: Some(body(request, located)), ..Call::get(path) };
    let answer = wire.send(&call).await?;
    match answer::read(&answer, &asked("patch", &request.id, located, Masks::of(&request.object))) {
        Said::Value(value) => claims::object(value, &request.id, located, How::Whole),
        Said::Trouble(trouble) => Err(trouble),
        Said::NotServed => Err(Trouble::new(Reason::CannotTell, "what answers 404 is no API server")),
        Said::Missing(details) => Err(match absent(&details, &request.id, located)? {
            Absence::Namespace => missing_namespace(located),
            Absence::Object | Absence::Kind => Trouble::new(Reason::CannotTell, "it went while it was asked for"),
        }),
    }
}

/// Returns what is sent: the object in its place, without what only a server writes.
fn body(request: &DryRunRequest, located: &Located) -> Vec<u8> {
    let mut object = request.object.clone();
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        for written in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"] {
            metadata.remove(written);
        }
        match &located.namespace {
            Some(namespace) => metadata.insert("namespace".to_owned(), namespace.as_str().into()),
            None => metadata.remove("namespace"),
        };
    }
    object.to_string().into_bytes()
}

/// Returns that the namespace has to be there first.
fn missing_namespace(located: &Located) -> Trouble {
    let namespace = located.namespace.as_deref().unwrap_or_default();
    Trouble::new(Reason::Rejected, format!("namespace `{namespace}` is not there"))
        .hint(format!("kubectl create namespace {namespace}"))
}
