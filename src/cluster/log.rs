//! Logs of containers, block by block: a log of any size passes through the memory of one block.
//! Must never take a log that broke off for a whole one, nor what another server sends for a log.

use std::cell::RefCell;
use std::collections::VecDeque;

use futures_util::{StreamExt as _, stream};

use super::IN_FLIGHT;
use super::answer::{self, Said};
use super::asked::{Asked, Words};
use super::mask::Masks;
use super::turns::Turns;
use super::wire::{Answer, Call, Wire};
use crate::model::live::{Reason, Trouble};
use crate::model::percent::segment;

/// What API servers call a log.
const MEDIA: &str = "text/plain";
/// What is asked for: refusals come as JSON, and an API server that is asked for text alone refuses the question itself.
const ACCEPT: &str = "application/json, */*";

/// Which run of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Run {
    /// The one that runs, or the last one.
    Current,
    /// The one before.
    Previous,
}

/// Which log, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogRequest {
    /// The namespace of the pod.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Which run of it.
    pub run: Run,
    /// The most lines that the server sends: the last ones.
    pub tail_lines: Option<u64>,
    /// The most bytes that [`super::Cluster::log`] keeps: the last ones.
    pub limit_bytes: usize,
}

impl LogRequest {
    /// Returns what asks for it.
    fn call(&self) -> Call {
        let Self { namespace, pod, container, .. } = self;
        let path = format!("/api/v1/namespaces/{}/pods/{}/log", segment(namespace), segment(pod));
        let previous = if self.run == Run::Previous { "&previous=true" } else { "" };
        let tail = self.tail_lines.map(|lines| format!("&tailLines={lines}")).unwrap_or_default();
        let path = format!("{path}?container={}{previous}{tail}", segment(container));
        Call { accept: ACCEPT, ..Call::get(path) }
    }
}

/// Reads logs, giving their blocks away with the number of the log.
pub(super) async fn all(
    wire: &Wire,
    requests: &[LogRequest],
    take: &mut dyn FnMut(usize, &[u8]),
) -> Vec<Result<(), Trouble>> {
    let (turns, take) = (Turns::of(requests.len()), RefCell::new(take));
    let reads = requests.iter().enumerate().map(|(number, request)| {
        let take = &take;
        turns.take(async move { one(wire, request, &mut |block: &[u8]| take.borrow_mut()(number, block)).await })
    });
    stream::iter(reads).buffered(IN_FLIGHT).collect().await
}

/// Reads one log whole, and keeps its end.
pub(super) async fn end(wire: &Wire, request: &LogRequest) -> Result<Vec<u8>, Trouble> {
    let mut kept: VecDeque<u8> = VecDeque::new();
    one(wire, request, &mut |block: &[u8]| {
        let block = &block[block.len().saturating_sub(request.limit_bytes)..];
        let over = (kept.len() + block.len()).saturating_sub(request.limit_bytes);
        kept.drain(..over);
        kept.extend(block);
    })
    .await?;
    Ok(kept.into())
}

/// Reads one log.
async fn one(wire: &Wire, request: &LogRequest, take: &mut dyn FnMut(&[u8])) -> Result<(), Trouble> {
    let answer = wire.pour(&request.call(), MEDIA, take).await?;
    if answer.code == 200 && answer.media == MEDIA { Ok(()) } else { Err(trouble(&answer, request)) }
}

/// Returns why an answer is no log.
fn trouble(answer: &Answer, request: &LogRequest) -> Trouble {
    let asked = Asked {
        verb: "get",
        resource: "pods/log".to_owned(),
        namespace: Some(request.namespace.clone()),
        words: Words::Quoted,
        masks: Masks::default(),
    };
    let no_log = |fact: String| Trouble::new(Reason::Absent, fact);
    match answer::read(answer, &asked) {
        Said::Missing(_) => no_log(format!("pod `{}/{}` is gone", request.namespace, request.pod)),
        Said::NotServed => Trouble::new(Reason::CannotTell, "what answers 404 is no API server")
            .hint("`server` and `proxy-url` of the cluster in the kubeconfig"),
        Said::Value(_) => Trouble::new(Reason::CannotTell, "the answer is JSON and no log"),
        // It has not started, or did not run before.
        Said::Trouble(trouble) if answer.code == 400 && trouble.reason == Reason::Rejected => {
            let why = trouble.fact.split_once(": ").map_or(trouble.fact.as_str(), |(_, why)| why).to_owned();
            no_log(format!("there is no log yet: {why}"))
        }
        Said::Trouble(trouble) => trouble,
    }
}
