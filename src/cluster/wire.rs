//! One request to the API server: its deadlines, its repetitions, its size. What comes back is bytes, or trouble.
//! Must never send a write that `write` did not ask for, and never wait beyond the deadline of the run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Request;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use kube::Client;
use kube::client::Body;
use tokio::time::{sleep, timeout_at};

use super::access::Access;
use super::transport::{self, Broken, Repeat};
use crate::model::live::{Reason, Trouble};

/// How often a request is repeated.
const REPETITIONS: u32 = 4;
/// The first pause; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// How large an answer may be.
const LARGEST: usize = 64 * 1024 * 1024;

/// How long a run takes at most, whatever was asked for.
const LONGEST: Duration = Duration::from_hours(24);

/// How often a request is sent at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tries {
    /// Once: the same can be had in another way.
    One,
    /// Again, where that may help.
    Several,
}

/// What goes with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing: a read.
    Nothing,
    /// An object to apply; a dry run, as its path says.
    Apply(Vec<u8>),
    /// An object to make.
    Create(Vec<u8>),
    /// Fields to merge into an object.
    Merge(Vec<u8>),
}

impl Sent {
    /// Returns the method, the type of the body and the body.
    fn parts(&self) -> (&'static str, Option<&'static str>, &[u8]) {
        match self {
            Self::Nothing => ("GET", None, &[]),
            Self::Apply(object) => ("PATCH", Some("application/apply-patch+yaml"), object),
            Self::Create(object) => ("POST", Some("application/json"), object),
            Self::Merge(fields) => ("PATCH", Some("application/merge-patch+json"), fields),
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Path and query.
    pub(super) path: String,
    /// The form in which the answer is wanted.
    pub(super) accept: &'static str,
    /// What goes with it; a plain read has nothing.
    pub(super) sent: Sent,
    /// How often.
    pub(super) tries: Tries,
}

impl Call {
    /// Returns the read of a path as JSON.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), accept: "application/json", sent: Sent::Nothing, tries: Tries::Several }
    }

    /// Returns the request as it is sent.
    fn request(&self) -> Result<Request<Body>, http::Error> {
        let (method, media, body) = self.sent.parts();
        let request = Request::builder().method(method).uri(&self.path).header("accept", self.accept);
        match media {
            None => request.body(Body::empty()),
            Some(media) => request.header("content-type", media).body(Body::from(body.to_vec())),
        }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) code: u16,
    /// The media type, without parameters.
    pub(super) media: String,
    /// How long the server wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    /// The whole body.
    pub(super) body: Vec<u8>,
}

/// The way to the API server.
pub(super) struct Wire {
    /// kube's client, its own repetitions switched off.
    client: Client,
    /// Scheme, host and port, for messages.
    server: String,
    /// Until when things may be asked.
    end: Instant,
    /// How long everything that is asked may take.
    deadline: Duration,
    /// How long one request may take, its repetitions included.
    request_timeout: Duration,
    /// Requests sent.
    sent: AtomicUsize,
}

impl Wire {
    /// Returns the way to a server for one run.
    pub(super) fn new(client: Client, server: String, started: Instant, access: &Access) -> Self {
        let (deadline, request_timeout) = (access.deadline, access.request_timeout);
        let end = end(started, deadline);
        Self { client, server, end, deadline, request_timeout, sent: AtomicUsize::new(0) }
    }

    /// Gives so much time for everything that is asked from now on.
    pub(super) fn give(&mut self, time: Duration) {
        (self.deadline, self.end) = (time, end(Instant::now(), time));
    }

    /// Gives the whole time again, from now on.
    pub(super) fn start_over(&mut self) {
        self.give(self.deadline);
    }

    /// Returns how many requests were sent.
    pub(super) fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends a request, again where that may help, until it is answered or its time is over.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Trouble> {
        self.again(call.tries, async || self.once(call).await).await
    }

    /// Sends a request as [`Self::send`] does, and gives a good answer of a media type away block by block, as it comes;
    /// what is returned then has no body. Once something was given away, nothing is asked again.
    pub(super) async fn pour(
        &self,
        call: &Call,
        media: &str,
        take: &mut (dyn FnMut(&[u8]) + '_),
    ) -> Result<Answer, Trouble> {
        self.again(call.tries, async || self.pour_once(call, media, take).await).await
    }

    /// Does something, again where that may help, until it is done or its time is over.
    async fn again(
        &self,
        tries: Tries,
        mut once: impl AsyncFnMut() -> Result<Answer, Broken>,
    ) -> Result<Answer, Trouble> {
        let now = Instant::now();
        if now >= self.end {
            return Err(self.late());
        }
        let until = now.checked_add(self.request_timeout).map_or(self.end, |until| until.min(self.end));
        let mut repeated = 0;
        loop {
            self.sent.fetch_add(1, Ordering::Relaxed);
            let Ok(outcome) = timeout_at(until.into(), once()).await else { return Err(self.late()) };
            // A server may name a time that no clock reaches.
            let in_time = |pause: &Duration| Instant::now().checked_add(*pause).is_some_and(|then| then < until);
            let pause = pause(&outcome, repeated).filter(|_| tries == Tries::Several).filter(in_time);
            let Some(pause) = pause else { return outcome.map_err(|broken| broken.trouble) };
            sleep(pause).await;
            repeated += 1;
        }
    }

    /// Sends a request once and reads the whole answer.
    async fn once(&self, call: &Call) -> Result<Answer, Broken> {
        let (head, body) = self.respond(call).await?;
        let body = Limited::new(body, LARGEST).collect().await.map_err(|error| match error {
            error if error.is::<LengthLimitError>() => too_large(),
            _ => transport::cut(&self.server),
        })?;
        Ok(Answer { body: body.to_bytes().into(), ..head })
    }

    /// Sends a request once and gives a good answer of a media type away.
    async fn pour_once(&self, call: &Call, media: &str, take: &mut (dyn FnMut(&[u8]) + '_)) -> Result<Answer, Broken> {
        let (head, mut body) = self.respond(call).await?;
        if head.code != 200 || head.media != media {
            let body = Limited::new(body, LARGEST).collect().await.map_err(|_| transport::cut(&self.server))?;
            return Ok(Answer { body: body.to_bytes().into(), ..head });
        }
        let mut repeat = Repeat::Worthwhile;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Broken { repeat, ..transport::cut(&self.server) })?;
            if let Some(block) = frame.data_ref().filter(|block| !block.is_empty()) {
                take(block);
                repeat = Repeat::Useless;
            }
        }
        Ok(head)
    }

    /// Sends a request once; returns the answer without its body, and the body as it comes.
    pub(super) async fn respond(&self, call: &Call) -> Result<(Answer, Body), Broken> {
        let unsendable = |error: http::Error| {
            let fact = format!("no request can be made for `{}`: {error}", call.path);
            Broken { trouble: Trouble::new(Reason::CannotTell, fact), repeat: Repeat::Useless }
        };
        let request = call.request().map_err(unsendable)?;
        let response = self.client.send(request).await.map_err(|error| transport::unsent(&error, &self.server))?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let media = header("content-type").and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        let retry_after = header("retry-after").and_then(|value| value.parse().ok()).map(Duration::from_secs);
        let (code, media) = (response.status().as_u16(), media.to_ascii_lowercase());
        Ok((Answer { code, media, retry_after, body: Vec::new() }, response.into_body()))
    }

    /// Returns that no answer came in time.
    fn late(&self) -> Trouble {
        if Instant::now() >= self.end {
            let fact = format!("the time for all reads, {} s, was over before it was read", seconds(self.deadline));
            return Trouble::new(Reason::TimedOut, fact).hint("--timeout");
        }
        let fact = format!("`{}` gave no whole answer in {} s", self.server, seconds(self.request_timeout));
        Trouble::new(Reason::TimedOut, fact)
    }
}

/// Returns when a run is over.
fn end(started: Instant, deadline: Duration) -> Instant {
    started.checked_add(deadline).unwrap_or_else(|| started + LONGEST)
}

/// Returns how long to wait before a request is repeated; `None` where it is not.
fn pause(outcome: &Result<Answer, Broken>, repeated: u32) -> Option<Duration> {
    let pause = FIRST_PAUSE * 2_u32.pow(repeated);
    if repeated == REPETITIONS {
        return None;
    }
    match outcome {
        Ok(answer) if [429, 502, 503, 504].contains(&answer.code) => {
            Some(pause.max(answer.retry_after.unwrap_or_default()))
        }
        Err(Broken { repeat: Repeat::Worthwhile, .. }) => Some(pause),
        _ => None,
    }
}

/// Returns that an answer has no end in sight.
fn too_large() -> Broken {
    let fact = format!("the answer is larger than {} MiB", LARGEST / 1024 / 1024);
    Broken { trouble: Trouble::new(Reason::CannotTell, fact), repeat: Repeat::Useless }
}

/// Returns a duration in seconds for people.
fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}
