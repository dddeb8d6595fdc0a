//! Waiting for objects to change: one watch each, from the version that was read on; the first event of any ends the wait.
//! What changed is read anew, so that an event is never taken for a state. Must never wait beyond the time given, and
//! never end early because somebody may not watch, or a watch broke: that would be asking without a pause.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::time::sleep;

use super::Cluster;
use super::locate;
use super::wire::{Call, Tries, Wire};
use crate::model::object::ObjectId;
use crate::model::percent::segment;

/// How much of an event is waited for before it counts as one.
const EVENT_MAX: usize = 8 << 20;

/// An object to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Which.
    pub id: ObjectId,
    /// The version that was read: `metadata.resourceVersion`.
    pub version: String,
}

impl Watched {
    /// Returns what watches an object that was read; `None` where it says no version.
    pub fn of(id: &ObjectId, object: &Value) -> Option<Self> {
        let version = object.pointer("/metadata/resourceVersion")?.as_str()?;
        Some(Self { id: id.clone(), version: version.to_owned() })
    }
}

/// Waits until one of some objects changes, or the time is over.
pub(super) async fn changed(cluster: &Cluster, objects: &[Watched], most: Duration) {
    let each = objects.iter().filter_map(|watched| {
        let located = locate::object(cluster, &watched.id, None).ok()??;
        let (name, version) = (segment(&watched.id.name), segment(&watched.version));
        let seconds = most.as_secs() + 1;
        let path = format!(
            "{}?watch=true&fieldSelector=metadata.name%3D{name}&resourceVersion={version}&timeoutSeconds={seconds}",
            located.place_path()
        );
        Some(one(&cluster.wire, Call { tries: Tries::One, ..Call::get(path) }))
    });
    let mut under_way: FuturesUnordered<_> = each.collect();
    let first = pin!(async {
        if under_way.next().await.is_none() {
            pending::<()>().await;
        }
    });
    match select(first, pin!(sleep(most))).await {
        Either::Left(_) | Either::Right(_) => {}
    }
}

/// Waits for the first event of a watch; for ever where there is none.
async fn one(wire: &Wire, call: Call) {
    if let Ok((head, mut body)) = wire.respond(&call).await
        && head.code == 200
    {
        let mut read: Vec<u8> = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            read.extend(frame.data_ref().into_iter().flatten());
            if read.contains(&b'\n') || read.len() > EVENT_MAX {
                return;
            }
        }
    }
    pending::<()>().await;
}
