//! What a server said to one request, as the line that a client would log of it: codes from headers, since a HEAD has no
//! body, else from the body. Must never repeat what of a request is secret, nor let what a server says look like a line of the
//! probe's own.

use std::error::Error as _;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap};

use super::hidden::Hidden;
use super::step::Step;
use super::tongue::Tongue;
use super::{Place, Trust};

/// By how many seconds the clocks may differ.
const SKEW_MAX: i64 = 15 * 60;
/// The longest code.
const CODE_MAX: usize = 64;
/// The code of an object that is read otherwise than it was written; no server says it.
const OTHER_BYTES: &str = "OtherBytes";

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// To which request.
    step: Step,
    /// What it was.
    outcome: Outcome,
    /// The server's clock.
    date: Option<Timestamp>,
    /// The version of the object that was written.
    pub(super) version: Option<String>,
    /// In which tongue it is.
    tongue: Tongue,
    /// Whether all that the server said is of no server of S3.
    is_foreign: bool,
    /// How long it took.
    took: Duration,
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
    pub(super) fn answered((step, status): (Step, u16), headers: &HeaderMap, body: &[u8], hidden: &Hidden) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = String::from_utf8_lossy(body);
        let is_shown = |code: &String| is_code(code) && !hidden.is_in(code);
        let code = header("x-minio-error-code").or_else(|| element(&text, "Code")).filter(is_shown);
        let message = header("x-minio-error-desc").or_else(|| element(&text, "Message"));
        let unread = step == Step::List && status == 200 && !text.contains("IsTruncated");
        let code = if unread { Some("Failed to parse list bucket result".to_owned()) } else { code };
        let state = header("x-minio-server-status").map(|state| format!("server not initialized: {state}"));
        // A server that answers nothing of S3 is quoted: a proxy's page, or `Client sent an HTTP request to an HTTPS server`.
        let quoted = ((status >= 400 || unread) && step != Step::Unsigned).then(|| text.clone().into_owned());
        let version = header("x-amz-version-id").filter(|_| step == Step::Put);
        let message = state.or(message).or(quoted).unwrap_or_default();
        let date = header(DATE.as_str()).and_then(|date| rfc2822::parse(&date).ok()).map(|date| date.timestamp());
        let outcome = Outcome::Answer { status, code, message: one_line(&hidden.out_of(&message)) };
        let tongue = Tongue::of(status, headers, &text);
        Self { step, outcome, date, version, tongue, is_foreign: false, took: Duration::ZERO }
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
        Self::none(step, one_line(&causes.join(": ")))
    }

    /// Returns that no answer came in time.
    pub(super) fn late(step: Step) -> Self {
        Self::none(step, "timeout awaiting response headers".to_owned())
    }

    /// Returns that no answer came.
    fn none(step: Step, why: String) -> Self {
        let (outcome, tongue) = (Outcome::None(why), Tongue::Untold);
        Self { step, outcome, date: None, version: None, tongue, is_foreign: false, took: Duration::ZERO }
    }

    /// Returns the same, where all that the server said is of no server of S3.
    pub(super) fn foreign(self) -> Self {
        Self { is_foreign: true, ..self }
    }

    /// Returns the same, which is not what was asked for.
    pub(super) fn garbled(self, what: String) -> Self {
        let outcome = match self.outcome {
            Outcome::Answer { status, .. } => {
                Outcome::Answer { status, code: Some(OTHER_BYTES.to_owned()), message: what }
            }
            none @ Outcome::None(_) => none,
        };
        Self { outcome, ..self }
    }

    /// Returns whether all that the server said is of no server of S3.
    pub(super) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Returns in which tongue an answer is.
    pub(super) fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// Returns the same, which took so long.
    pub(super) fn after(self, took: Duration) -> Self {
        Self { took, ..self }
    }

    /// Returns how long an answer took, where one came.
    pub(super) fn answered_after(&self) -> Option<Duration> {
        matches!(self.outcome, Outcome::Answer { .. }).then_some(self.took)
    }

    /// Returns why no answer came, where none did.
    pub(super) fn unanswered(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::None(why) => Some(why),
            Outcome::Answer { .. } => None,
        }
    }

    /// Returns whether the server answered that it will not do what it was asked. An error of a server, or of what stands before
    /// it, leaves open whether it was done, but for the one that says that there is no room.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.outcome, Outcome::Answer { status: 400..=499 | 507, .. })
    }

    /// Returns whether the answer is the error of a server: what to an S3 server's address leads elsewhere is one too.
    pub(super) fn is_fault(&self) -> bool {
        let is_health = matches!(self.step, Step::Live | Step::Cluster);
        match self.outcome {
            Outcome::Answer { status: 500.., .. } => true,
            Outcome::Answer { status, .. } => (300..400).contains(&status) && !is_health,
            Outcome::None(_) => false,
        }
    }

    /// Returns whether nothing speaks against the place.
    pub(super) fn is_fine(&self) -> bool {
        match (&self.outcome, self.step) {
            _ if self.is_foreign => false,
            (Outcome::None(_), _) => false,
            (Outcome::Answer { status, code, .. }, step) if step.is_signed() => {
                (200..300).contains(status) && code.is_none()
            }
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
            Outcome::Answer { status: status @ 200..300, code: None, .. } => format!("{step}: {status}"),
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
            Outcome::Answer { status, message, .. } if self.is_foreign => format!("{step}: {url}: {status} {message}"),
            Outcome::Answer { status, code, message } => {
                let code = code.clone().unwrap_or_else(|| status.to_string());
                format!(
                    "{step}: An error occurred ({code}) when calling the {} operation: {message}",
                    self.step.operation()
                )
            }
        }
    }

    /// Returns the answer in a word, where it is one of S3 to the key.
    pub(super) fn word(&self) -> Option<String> {
        let what = match self.step {
            Step::Head => "bucket",
            Step::List => "list",
            Step::Put => "write",
            Step::Get => "read",
            Step::Delete => "removal",
            Step::Live | Step::Cluster | Step::Unsigned => return None,
        };
        Some(match &self.outcome {
            _ if self.is_fine() => format!("{what} ok"),
            Outcome::Answer { status, .. } if self.is_foreign => format!("{what} {status}, none of S3's"),
            Outcome::Answer { code: Some(code), .. } => format!("{what} {code}"),
            Outcome::Answer { status, .. } => format!("{what} {status}"),
            Outcome::None(_) => format!("{what} not answered"),
        })
    }

    /// Returns the status of an answer to a request for one step.
    pub(super) fn status_of(&self, step: Step) -> Option<u16> {
        match &self.outcome {
            Outcome::Answer { status, .. } if self.step == step => Some(*status),
            _ => None,
        }
    }

    /// Returns by how many seconds the server's clock is ahead.
    pub(super) fn ahead(&self, now: Timestamp) -> Option<i64> {
        Some(self.date?.as_second() - now.as_second())
    }

    /// Returns by how much the server's clock is another, where it is by more than signatures bear.
    pub(super) fn skew(&self, now: Timestamp) -> Option<String> {
        let apart = self.ahead(now)?;
        let way = if apart > 0 { "ahead of" } else { "behind" };
        (apart.abs() > SKEW_MAX).then(|| format!("the server's clock is {} s {way} this machine's", apart.abs()))
    }

    /// Returns whether the server took the signature of a request.
    pub(super) fn is_signature_taken(&self) -> bool {
        self.step.is_signed() && self.is_fine()
    }
}

/// Returns whether a text can be a code of S3: one word, which can be nothing else.
fn is_code(text: &str) -> bool {
    (1..=CODE_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the line of an answer to a list.
    fn line(status: u16, body: &str) -> String {
        let place = Place::parse("http://minio:9000/b", "r", Trust::Machine).unwrap();
        Said::answered((Step::List, status), &HeaderMap::new(), body.as_bytes(), &Hidden::default()).line(&place)
    }

    #[test]
    fn a_code_is_one_word_and_nothing_else() {
        let said = |code: &str| line(403, &format!("<Error><Code>{code}</Code><Message>m</Message></Error>"));
        let of = |code: &str| {
            format!("list with the key: An error occurred ({code}) when calling the ListObjectsV2 operation: m")
        };
        for code in ["AccessDenied", "Client.NotFound"] {
            assert_eq!(said(code), of(code));
        }
        let long = "A".repeat(65);
        for code in
            ["X\nprobe: every step was answered as it should be, the marker's too\n", "Access Denied", "", &long]
        {
            assert_eq!(said(code), of("403"));
        }
    }
}
