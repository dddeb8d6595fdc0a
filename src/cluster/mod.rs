//! The cluster: one API server, read object by object, kind by kind and log by log, asked for dry runs, and watched for
//! changes. The only room that knows `kube`.
//!
//! Wanted objects come in by identity, readings go out: what each is, that it is not there, or why nobody knows
//! ([`crate::model::live`]). No async leaves this room: [`Cluster`] holds one runtime and waits. Must never write but
//! what `write` makes on request, and never take a read that failed for an absence.

mod access;
mod answer;
mod asked;
mod claims;
mod discovery;
mod documents;
mod dry_run;
mod fault;
mod forbidden;
mod known;
mod kubeconfig;
mod listing;
mod lists;
mod locate;
mod log;
mod mask;
mod proxy;
mod read;
mod transport;
mod turns;
mod watch;
mod wire;
mod write;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::failure::outside;
use crate::model::live::{Reading, Scope, Trouble};
use crate::model::object::ObjectId;
pub use access::Access;
use discovery::Discovery;
pub use dry_run::DryRunRequest;
pub use listing::{Listed, Listing};
pub use log::{LogRequest, Run};
pub use watch::Watched;
use wire::Wire;
pub use write::Created;

/// How many requests are under way at a time.
const IN_FLIGHT: usize = 32;

/// How much of an object is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// All of it.
    Whole,
    /// `apiVersion`, `kind` and `metadata` alone; the API server does not send the rest.
    MetadataOnly,
}

/// An object to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which; its reading has the same identity.
    pub id: ObjectId,
    /// Where it is looked for when it is namespaced and `id` says no namespace.
    pub default_namespace: Option<String>,
    /// How much of it.
    pub how: How,
}

/// One API server and the one runtime that talks to it.
pub struct Cluster {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    /// The way to the server.
    wire: Wire,
    /// What the server said it serves.
    discovery: Discovery,
    /// For people.
    described: String,
    /// Where namespaced objects are looked for when nothing else says it.
    namespace: Option<String>,
}

impl Cluster {
    /// Reads the kubeconfig or the pod's service account and makes the client; asks the API server nothing.
    pub fn connect(access: &Access) -> anyhow::Result<Self> {
        let started = Instant::now();
        let no_runtime = |error| outside(format!("no runtime for the cluster: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
        let link = match access::link(access, &runtime) {
            Ok(link) => link,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error);
            }
        };
        Ok(Self {
            wire: Wire::new(link.client, link.server, started, access),
            runtime: Some(runtime),
            discovery: Discovery::default(),
            described: link.described,
            namespace: access.namespace.clone(),
        })
    }

    /// Starts the time of the run anew: for who connected early and then did something else for long.
    pub fn start_over(&mut self) {
        self.wire.start_over();
    }

    /// Gives so much time for everything that is asked from now on: for who asks again and again.
    pub fn give(&mut self, time: Duration) {
        self.wire.give(time);
    }

    /// Returns the context and the server, without credentials.
    pub fn describe(&self) -> String {
        self.described.clone()
    }

    /// Returns where the objects of each kind live; `None` where that could not be told, or the kind is not served.
    pub fn scopes(&self, ids: &[ObjectId]) -> BTreeMap<ObjectId, Option<Scope>> {
        self.wait(self.discovery.learn(&self.wire, ids.iter()));
        self.scopes_so_far(ids)
    }

    /// Returns where the objects of each kind live, as far as that was said by now; asks nothing.
    pub fn scopes_so_far(&self, ids: &[ObjectId]) -> BTreeMap<ObjectId, Option<Scope>> {
        let scope = |id: &ObjectId| {
            let resource = self.discovery.resource(id);
            (id.clone(), resource.ok().flatten().map(|(resource, _)| resource.scope))
        };
        ids.iter().map(scope).collect()
    }

    /// Reads every object, each with its own result.
    pub fn read(&self, wanted: &[Wanted]) -> BTreeMap<ObjectId, Reading> {
        self.wait(read::all(self, wanted))
    }

    /// Reads objects and OpenAPI v3 documents at the same time.
    pub fn read_with(
        &self,
        wanted: &[Wanted],
        group_versions: &[String],
    ) -> (BTreeMap<ObjectId, Reading>, BTreeMap<String, Result<Value, Trouble>>) {
        self.wait(join(read::all(self, wanted), documents::all(&self.wire, group_versions)))
    }

    /// Returns all objects of a kind in a namespace or in the cluster.
    pub fn list(&self, listing: &Listing) -> Listed {
        self.lists(std::slice::from_ref(listing)).remove(0)
    }

    /// Reads lists at the same time, each with its own result, in the order of the question.
    pub fn lists(&self, listings: &[Listing]) -> Vec<Listed> {
        self.wait(listing::all(self, listings))
    }

    /// Reads objects by name and lists at the same time.
    pub fn read_and_list(&self, wanted: &[Wanted], listings: &[Listing]) -> (BTreeMap<ObjectId, Reading>, Vec<Listed>) {
        self.wait(join(read::all(self, wanted), listing::all(self, listings)))
    }

    /// Returns the end of a log, at most as many bytes as are asked for.
    pub fn log(&self, request: &LogRequest) -> Result<Vec<u8>, Trouble> {
        self.wait(log::end(&self.wire, request))
    }

    /// Reads logs at the same time, giving their blocks away with the number of the log as they come. What was given away
    /// of a log that ends in trouble is its start.
    pub fn logs(&self, requests: &[LogRequest], take: &mut dyn FnMut(usize, &[u8])) -> Vec<Result<(), Trouble>> {
        self.wait(log::all(&self.wire, requests, take))
    }

    /// Asks the API server what applying each object would make of it, and writes nothing.
    pub fn dry_run(&self, requests: &[DryRunRequest]) -> BTreeMap<ObjectId, Result<Value, Trouble>> {
        self.wait(dry_run::all(self, requests))
    }

    /// Reads the OpenAPI v3 documents of API versions (`pxc.percona.com/v1`, `v1`).
    pub fn documents(&self, group_versions: &[String]) -> BTreeMap<String, Result<Value, Trouble>> {
        self.wait(documents::all(&self.wire, group_versions))
    }

    /// Waits until one of some objects changes, or the time is over: what changed has to be read. Who may not watch waits
    /// until then.
    pub fn changed(&self, watched: &[Watched], most: Duration) {
        self.wait(watch::changed(self, watched, most));
    }

    /// Makes an object, unless one of its name is there.
    ///
    /// # Errors
    /// The trouble, after which nobody knows whether it was made where the connection broke.
    pub fn create(&self, id: &ObjectId, object: &Value) -> Result<Created, Trouble> {
        self.wait(write::create(self, id, object))
    }

    /// Sets one annotation of an object.
    ///
    /// # Errors
    /// The trouble.
    pub fn annotate(&self, id: &ObjectId, name: &str, value: &str) -> Result<(), Trouble> {
        self.wait(write::annotate(self, id, name, value))
    }

    /// Returns how many requests were sent so far, repeated ones included.
    pub fn requests(&self) -> usize {
        self.wire.sent()
    }

    /// Drives a future to its end.
    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("the runtime is there until the drop").block_on(future)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A name that is still being resolved, or a plugin that hangs, must not hold up the end of the program.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
