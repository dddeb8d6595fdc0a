//! Requests to one forge: the token, the deadlines, the repetitions, the size. What comes back is JSON, or a fault.
//!
//! Redirects are not followed and addresses in answers are not used: the token goes to the one API and nowhere else.
//! No async leaves this room: the wire holds one runtime and waits.

use std::cell::Cell;
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout_at};

use super::call::{Answer, Call};
use super::detect::{Kind, Project, is_loopback};
use super::fault::{self, Fault, Reason};
use super::pause;
use super::token::Token;
use super::unsent::{self, Broken};
use super::words::Masks;
use crate::failure::{Failure, outside, refused};

/// How large an answer may be.
const LARGEST: usize = 64 * 1024 * 1024;
/// How many pages are read before a list counts as endless.
const PAGES: u32 = 400;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// All calls together, waiting for rate limits included.
    pub run: Duration,
    /// One call, from the connection to the end of the answer.
    pub call: Duration,
}

impl Deadlines {
    /// Returns the deadlines of a run whose calls may each take so long: one may be late twice, and answer then.
    pub fn of_calls(call: Duration) -> Self {
        Self { run: call.saturating_mul(3), call }
    }
}

/// The way to a forge.
pub(super) struct Wire {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    /// The one client.
    client: Client,
    /// Where the API is.
    base: Url,
    /// How people call it.
    host: String,
    /// What must not be repeated.
    masks: Masks,
    /// When the run is over.
    end: Instant,
    /// How long things may take.
    deadlines: Deadlines,
    /// Whether the forge took the token.
    known: Cell<bool>,
    /// The name of the parameter for the length of a page.
    per_page: (&'static str, &'static str),
}

impl Wire {
    /// Makes the client; asks nothing.
    pub(super) fn new(project: &Project, token: &Token, deadlines: Deadlines) -> Result<Self, Failure> {
        let base = Url::parse(&project.api)
            .map_err(|error| refused(format!("`{}` is no address of an API: {error}", project.api)))?;
        let no_runtime = |error| outside(format!("no runtime for the forge: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
        let started = Instant::now();
        Ok(Self {
            runtime: Some(runtime),
            client: client(&base, headers(project.kind, token)?, deadlines)?,
            host: project.host().to_owned(),
            base,
            masks: Masks::of(&token.secret),
            end: started.checked_add(deadlines.run).unwrap_or(started),
            deadlines,
            known: Cell::new(false),
            per_page: if project.kind == Kind::Gitea { ("limit", "50") } else { ("per_page", "100") },
        })
    }

    /// Sends a call and returns what it is answered with.
    pub(super) fn send(&self, call: &Call) -> Result<Value, Fault> {
        let answer = self.answer(call)?;
        fault::value(&answer, &self.asked(call), &self.masks)
    }

    /// Reads every page of a list.
    pub(super) fn pages(&self, call: &Call) -> Result<Vec<Value>, Fault> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            // The number, not the address that the answer names: that one may be of another host.
            let one = call.clone().with(self.per_page.0, self.per_page.1).with("page", &page.to_string());
            let answer = self.answer(&one)?;
            match fault::value(&answer, &self.asked(call), &self.masks)? {
                Value::Array(items) => all.extend(items),
                _ => return Err(Fault::new(Reason::Garbled, format!("{} is answered with no list", self.asked(call)))),
            }
            if !answer.more {
                return Ok(all);
            }
        }
        Err(Fault::new(Reason::Garbled, format!("{} has more than {PAGES} pages", self.asked(call))))
    }

    /// Sends a call, again where that helps and does no harm, until it is answered or its time is over.
    fn answer(&self, call: &Call) -> Result<Answer, Fault> {
        self.runtime.as_ref().expect("the runtime is there until the drop").block_on(async {
            let mut repeated = 0;
            loop {
                let outcome = self.once(call).await;
                // One that never answered is not waited for as long as one that is starting again.
                let patience = if self.known.get() { pause::REPETITIONS } else { pause::FIRST_CALL };
                let pause = pause::after(&outcome, call, repeated).filter(|_| repeated < patience);
                let Some(pause) = pause else { break self.over(outcome, call) };
                if Instant::now().checked_add(pause).is_none_or(|then| then >= self.end) {
                    break self.over(outcome, call);
                }
                sleep(pause).await;
                repeated += 1;
            }
        })
    }

    /// Sends a call once and reads the whole answer.
    async fn once(&self, call: &Call) -> Result<Answer, Broken> {
        let until = Instant::now().checked_add(self.deadlines.call).map_or(self.end, |until| until.min(self.end));
        let exchange = async {
            let mut request = self.client.request(call.method.clone(), self.url(call));
            if let Some(body) = &call.body {
                request = request.header("content-type", "application/json").body(body.to_string());
            }
            let response = request.send().await.map_err(|error| unsent::broken(&error, &self.host))?;
            self.read(response).await
        };
        timeout_at(until.into(), exchange).await.unwrap_or_else(|_| Err(unsent::late(&self.host, self.deadlines.call)))
    }

    /// Reads an answer to its end.
    async fn read(&self, mut response: reqwest::Response) -> Result<Answer, Broken> {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let media = header("content-type").and_then(|media| media.split(';').next()).unwrap_or_default().trim();
        let more = header("link").is_some_and(|link| link.contains("rel=\"next\""));
        let (code, media) = (response.status().as_u16(), media.to_ascii_lowercase());
        let asked_wait = pause::asked(header);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| unsent::cut(&self.host))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(unsent::too_large(&self.host, LARGEST));
            }
            body.extend_from_slice(&chunk);
        }
        let (limited, wait) = pause::limit(code, asked_wait, &body);
        let was_known = self.known.get();
        self.known.set(was_known || (200..300).contains(&code));
        Ok(Answer { code, media, wait, limited, was_known, more, body })
    }

    /// Returns the last outcome: an answer, or why there is none.
    fn over(&self, outcome: Result<Answer, Broken>, call: &Call) -> Result<Answer, Fault> {
        let late = Instant::now() >= self.end;
        outcome.map_err(|broken| match broken.fault.reason {
            Reason::TimedOut if late => {
                let seconds = self.deadlines.run.as_secs_f64();
                Fault::new(Reason::TimedOut, format!("{} was not answered in {seconds} s of the run", self.asked(call)))
            }
            _ => broken.fault,
        })
    }

    /// Returns the address of a call.
    fn url(&self, call: &Call) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut().expect("an http address has a path").pop_if_empty().extend(&call.path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }

    /// Returns a call for messages.
    fn asked(&self, call: &Call) -> String {
        let path = self.url(&Call { query: Vec::new(), ..call.clone() });
        format!("`{} {}` on `{}`", call.method, self.masks.line(path.path()), self.host)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // A name that is still being resolved must not hold up the end of the program.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Returns the client for an API.
fn client(base: &Url, headers: HeaderMap, deadlines: Deadlines) -> Result<Client, Failure> {
    let builder = Client::builder()
        .user_agent(concat!("leeward/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT.min(deadlines.call));
    // What is on this machine is not asked through a proxy; what is not encrypted needs no certificates.
    let builder = if base.host_str().is_some_and(is_loopback) { builder.no_proxy() } else { builder };
    let builder = if base.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
    builder.build().map_err(|_| {
        outside("no certificates of authorities are on this machine, so no forge can be trusted")
            .hint("apt-get install ca-certificates, or SSL_CERT_FILE=FILE")
    })
}

/// Returns what every request says.
fn headers(kind: Kind, token: &Token) -> Result<HeaderMap, Failure> {
    use secrecy::ExposeSecret as _;
    let secret = token.secret.expose_secret();
    let (name, value, accept) = match kind {
        Kind::GitHub => (AUTHORIZATION, format!("Bearer {secret}"), "application/vnd.github+json"),
        Kind::GitLab => (HeaderName::from_static("private-token"), secret.to_owned(), "application/json"),
        Kind::Gitea => (AUTHORIZATION, format!("token {secret}"), "application/json"),
    };
    let unsendable = |_| refused(format!("`{}` holds characters that no token has", token.variable));
    let mut value = HeaderValue::from_str(&value).map_err(unsendable)?;
    value.set_sensitive(true);
    let mut headers = HeaderMap::from_iter([(name, value)]);
    headers.insert("accept", HeaderValue::from_static(accept));
    if kind == Kind::GitHub {
        headers.insert("x-github-api-version", HeaderValue::from_static("2022-11-28"));
    }
    Ok(headers)
}
