//! The only writes there are: one object that is made, one annotation that is set, each because somebody asked for it.
//! Must never overwrite what is there, and never send a write twice: who does not know whether it came through looks.

use serde_json::{Value, json};

use super::answer::{self, Said};
use super::discovery::version_of;
use super::locate::{self, Located};
use super::mask::Masks;
use super::read::absent;
use super::wire::{Answer, Call, Sent, Tries};
use super::{Cluster, How, claims};
use crate::model::live::{Absence, Reason, Trouble};
use crate::model::object::ObjectId;

/// As whom objects are written.
const MANAGER: &str = "leeward";

/// What became of an object that was to be made.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// It was made: as the API server has it.
    Now(Value),
    /// One of its name was there already, and is as it was.
    Before,
}

/// Makes an object.
pub(super) async fn create(cluster: &Cluster, id: &ObjectId, object: &Value) -> Result<Created, Trouble> {
    let located = located(cluster, id).await?;
    let path = format!("{}?fieldManager={MANAGER}", located.place_path());
    let body = object.to_string().into_bytes();
    let call = Call { sent: Sent::Create(body), tries: Tries::One, ..Call::get(path) };
    let answer = cluster.wire.send(&call).await?;
    if answer.code == 409 && is_there_already(&answer) {
        return Ok(Created::Before);
    }
    match answer::read(&answer, &located.asked("create", id, Masks::of(object))) {
        Said::Value(value) => claims::object(value, id, &located, How::Whole).map(Created::Now),
        Said::Trouble(trouble) => Err(trouble),
        Said::NotServed => Err(no_server()),
        Said::Missing(details) => Err(match absent(&details, id, &located)? {
            Absence::Namespace => {
                let namespace = located.namespace.as_deref().unwrap_or_default();
                Trouble::new(Reason::Rejected, format!("namespace `{namespace}` is not there"))
            }
            Absence::Object | Absence::Kind => Trouble::new(Reason::CannotTell, "it went while it was made"),
        }),
    }
}

/// Sets one annotation.
pub(super) async fn annotate(cluster: &Cluster, id: &ObjectId, name: &str, value: &str) -> Result<(), Trouble> {
    let located = located(cluster, id).await?;
    let path = format!("{}?fieldManager={MANAGER}", located.path);
    let fields = json!({"metadata": {"annotations": {name: value}}}).to_string().into_bytes();
    let call = Call { sent: Sent::Merge(fields), tries: Tries::One, ..Call::get(path) };
    let answer = cluster.wire.send(&call).await?;
    match answer::read(&answer, &located.asked("patch", id, Masks::default())) {
        Said::Value(_) => Ok(()),
        Said::Trouble(trouble) => Err(trouble),
        Said::NotServed => Err(no_server()),
        Said::Missing(_) => Err(Trouble::new(Reason::Absent, format!("`{id}` is not there"))),
    }
}

/// Returns where an object is, as the API server says, which is asked whatever is known by heart: a write is no guess.
async fn located(cluster: &Cluster, id: &ObjectId) -> Result<Located, Trouble> {
    cluster.discovery.ask(&cluster.wire, [version_of(id)].into()).await;
    locate::object(cluster, id, None)?.ok_or_else(|| {
        let fact = format!("the API server serves no kind `{}` of `{}`", id.kind, id.api_version());
        Trouble::new(Reason::Absent, fact)
    })
}

/// Returns whether an answer says that an object of that name is there.
fn is_there_already(answer: &Answer) -> bool {
    let status: Option<Value> = serde_json::from_slice(&answer.body).ok();
    status.is_some_and(|status| status["kind"] == "Status" && status["reason"] == "AlreadyExists")
}

/// Returns that what answers is something else.
fn no_server() -> Trouble {
    Trouble::new(Reason::CannotTell, "what answers 404 is no API server")
        .hint("`server` and `proxy-url` of the cluster in the kubeconfig")
}
