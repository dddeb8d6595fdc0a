//! What a server said to one request, as the line that a client would log of it: codes from headers, since a HEAD has no
//! body, else from the body. Must never repeat an address: it holds the key.

use std::error::Error as _;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap};

use super::{Place, Trust};

/// By how many seconds the clocks may differ.
const SKEW_MAX: i64 = 15 * 60;

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Whether MinIO runs.
    Live,
    /// Whether MinIO can write.
    Cluster,
    /// The bucket, without a key.
    Unsigned,
    /// The bucket, with the key.
    Head,
    /// One object of it.
    List,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// To which request.
    step: Step,
    /// What it was.
    outcome: Outcome,
    /// The server's clock.
    date: Option<Timestamp>,
}

/// What a request came to.
#[derive(Debug, Clone)]
enum Outcome {
    /// An answer: status, code, message.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The code of S3, or another word for what is wrong.
        code: Option<String>,
        /// What it means.
        message: String,
    },
    /// No answer, and why.
    None(String),
}

impl Said {
    /// Returns what an answer says.
    pub(super) fn answered(step: Step, status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = String::from_utf8_lossy(body);
        let code = header("x-minio-error-code").or_else(|| element(&text, "Code"));
        let message = header("x-minio-error-desc").or_else(|| element(&text, "Message"));
        let unread = step == Step::List && status == 200 && !text.contains("IsTruncated");
        let code = if unread { Some("Failed to parse list bucket result".to_owned()) } else { code };
        let state = header("x-minio-server-status").map(|state| format!("server not initialized: {state}"));
        // A server that answers nothing of S3 is quoted: a proxy's page, or `Client sent an HTTP request to an HTTPS server`.
        let quoted = (status >= 400 && step != Step::Unsigned).then(|| one_line(&text));
        let message = state.or(message).or(quoted).unwrap_or_default();
        let date = header(DATE.as_str()).and_then(|date| rfc2822::parse(&date).ok()).map(|date| date.timestamp());
        Self { step, outcome: Outcome::Answer { status, code, message: one_line(&message) }, date }
    }

    /// Returns that no answer came.
    pub(super) fn broken(step: Step, error: &reqwest::Error) -> Self {
        let mut causes = vec![error.to_string()];
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes.dedup();
        Self { step, outcome: Outcome::None(one_line(&causes.join(": "))), date: None }
    }

    /// Returns that no answer came in time.
    pub(super) fn late(step: Step) -> Self {
        Self { step, outcome: Outcome::None("timeout awaiting response headers".to_owned()), date: None }
    }

    /// Returns whether nothing speaks against the place.
    pub(super) fn is_fine(&self) -> bool {
        match (&self.outcome, self.step) {
            (Outcome::None(_), _) => false,
            (Outcome::Answer { status, code, .. }, Step::Head | Step::List) => *status == 200 && code.is_none(),
            (Outcome::Answer { status, .. }, _) => *status < 500,
        }
    }

    /// Returns the line that a client would log.
    pub(super) fn line(&self, place: &Place) -> String {
        let (step, url) = (self.step.word(), place.endpoint.url());
        match &self.outcome {
            // What OpenSSL takes where it is trusted itself, and so the backup's tools, this machine's TLS takes for no server's.
            Outcome::None(why) if matches!(place.trust, Trust::Bundle(_)) && why.contains("CaUsedAsEndEntity") => {
                format!(
                    "{step}: {url}: not asked, the server shows an authority itself, which cannot be judged from here"
                )
            }
            Outcome::None(why) => format!("{step}: {url}: {why}"),
            Outcome::Answer { status: 200, code: None, .. } => format!("{step}: 200"),
            Outcome::Answer { status, message, .. } if matches!(self.step, Step::Live | Step::Cluster) => {
                match status {
                    503 if self.step == Step::Cluster && message.is_empty() => {
                        format!("{step}: 503, write quorum lost")
                    }
                    400.. if message.contains("HTTP request to an HTTPS server") => format!("{step}: {url}: {message}"),
                    500.. => format!("{step}: {status} {message}"),
                    _ => format!("{step}: {status}, so the server is no MinIO or does not say"),
                }
            }
            Outcome::Answer { status, .. } if self.step == Step::Unsigned => format!("{step}: {status}"),
            Outcome::Answer { status, code, message } => {
                let code = code.clone().unwrap_or_else(|| status.to_string());
                format!(
                    "{step}: An error occurred ({code}) when calling the {} operation: {message}",
                    self.step.operation()
                )
            }
        }
    }

    /// Returns that the server's clock is another, where it is.
    pub(super) fn skew(&self, now: Timestamp) -> Option<String> {
        let apart = self.date?.as_second() - now.as_second();
        let way = if apart > 0 { "ahead of" } else { "behind" };
        let words = "clock: the difference between the request time and the server's time is too large";
        (apart.abs() > SKEW_MAX).then(|| format!("{words}: the server is {} s {way} this machine", apart.abs()))
    }
}

impl Step {
    /// Returns what the line starts with.
    fn word(self) -> &'static str {
        match self {
            Self::Live => "health/live",
            Self::Cluster => "health/cluster",
            Self::Unsigned => "bucket without a key",
            Self::Head => "bucket with the key",
            Self::List => "list with the key",
        }
    }

    /// Returns the operation of S3.
    fn operation(self) -> &'static str {
        if self == Self::List { "ListObjectsV2" } else { "HeadBucket" }
    }
}

/// Returns the text of the first element of a name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(text, _)| text.to_owned())
}

/// Returns the start of a text on one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(300).collect()
}
