//! Dry runs: what the API server would make of an object that is applied to it, defaults and webhooks included.
//! Must never send a request without `dryRun=All`.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::answer::{self, Said};
use super::discovery::{Source, version_of};
use super::locate::{self, Located};
use super::mask::Masks;
use super::read::absent;
use super::wire::{Call, Sent, Wire};
use super::{Cluster, How, IN_FLIGHT, claims};
use crate::model::live::{Absence, Reason, Trouble};
use crate::model::object::ObjectId;
use crate::model::percent::segment;
use crate::model::shell::kubectl;

/// An object to apply without effect.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRunRequest {
    /// Which; its answer has the same identity.
    pub id: ObjectId,
    /// Where it goes when it is namespaced and `id` says no namespace.
    pub default_namespace: Option<String>,
    /// What is applied.
    pub object: Value,
    /// As which field manager: `kustomize-controller`, `argocd-controller`; what others own is taken over, as they do.
    pub manager: String,
}

/// What one request gave.
struct Given<'a> {
    /// What was asked for.
    request: &'a DryRunRequest,
    /// The answer.
    answer: Result<Value, Trouble>,
    /// Whether it can mean that the kind does not live where it was looked for.
    is_doubtful: bool,
}

/// Asks for every object.
pub(super) async fn all(cluster: &Cluster, requests: &[DryRunRequest]) -> BTreeMap<ObjectId, Result<Value, Trouble>> {
    cluster.discovery.learn(&cluster.wire, requests.iter().map(|request| &request.id)).await;
    let (doubtful, mut given): (Vec<Given>, Vec<Given>) =
        each(cluster, requests.iter()).await.into_iter().partition(|given| given.is_doubtful);
    let versions = doubtful.iter().map(|given| version_of(&given.request.id)).collect();
    cluster.discovery.ask(&cluster.wire, versions).await;
    given.extend(each(cluster, doubtful.into_iter().map(|given| given.request)).await);
    given.into_iter().map(|given| (given.request.id.clone(), given.answer)).collect()
}

/// Asks for objects, each by itself.
async fn each<'a>(cluster: &Cluster, requests: impl Iterator<Item = &'a DryRunRequest>) -> Vec<Given<'a>> {
    let asks = requests.map(|request| one(cluster, request));
    stream::iter(asks).buffer_unordered(IN_FLIGHT).collect().await
}

/// Asks for one object.
async fn one<'a>(cluster: &Cluster, request: &'a DryRunRequest) -> Given<'a> {
    let id = &request.id;
    let of = |answer, is_doubtful| Given { request, answer, is_doubtful };
    match locate::object(cluster, id, request.default_namespace.as_deref()) {
        Err(trouble) => of(Err(trouble), false),
        Ok(None) => {
            let fact = format!("the API server serves no kind `{}` of `{}`", id.kind, id.api_version());
            of(Err(Trouble::new(Reason::Rejected, fact).hint("apply its CustomResourceDefinition first")), false)
        }
        Ok(Some(located)) => match apply(&cluster.wire, request, &located).await {
            Err(trouble) => of(Err(trouble), false),
            // What is not stored stays undone: asking once more does no harm.
            Ok(said) => {
                let is_elsewhere = match &said {
                    Said::NotServed => true,
                    Said::Missing(details) => absent(details, id, &located).is_err(),
                    Said::Value(_) | Said::Trouble(_) => false,
                };
                let is_doubtful = is_elsewhere && located.source == Source::Heart;
                of(answered(said, request, &located), is_doubtful)
            }
        },
    }
}

/// Sends one apply that writes nothing.
async fn apply(wire: &Wire, request: &DryRunRequest, located: &Located) -> Result<Said, Trouble> {
    let manager = segment(&request.manager);
    let path = format!("{}?dryRun=All&fieldManager={manager}&force=true", located.path);
    let call = Call { sent: Sent::Apply(body(request, located)), ..Call::get(path) };
    let answer = wire.send(&call).await?;
    Ok(answer::read(&answer, &located.asked("patch", &request.id, Masks::of(&request.object))))
}

/// Returns what an answer says of an apply.
fn answered(said: Said, request: &DryRunRequest, located: &Located) -> Result<Value, Trouble> {
    match said {
        Said::Value(value) => claims::object(value, &request.id, located, How::Whole),
        Said::Trouble(trouble) => Err(trouble),
        Said::NotServed => Err(Trouble::new(Reason::CannotTell, "what answers 404 is no API server")),
        Said::Missing(details) => Err(match absent(&details, &request.id, located)? {
            Absence::Namespace => missing_namespace(located.namespace.as_deref().unwrap_or_default()),
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
fn missing_namespace(namespace: &str) -> Trouble {
    let trouble = Trouble::new(Reason::Rejected, format!("namespace `{namespace}` is not there"));
    kubectl("create", ("namespace", namespace, None)).into_iter().fold(trouble, Trouble::hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_namespace_does_not_act_in_a_hint() {
        let hint = |namespace: &str| missing_namespace(namespace).hint;
        assert_eq!(hint("pxc").as_deref(), Some("kubectl create namespace pxc"));
        assert_eq!(hint("a; reboot").as_deref(), Some("kubectl create namespace 'a; reboot'"));
        assert_eq!(hint("--server=http://evil"), None);
    }
}
