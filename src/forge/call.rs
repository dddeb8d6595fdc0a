//! One request to a forge as plain data, and one answer. Must never hold a token: the wire adds it.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

/// Whether sending a request twice does more than sending it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twice {
    /// It may be sent again when nobody knows whether it arrived.
    Harmless,
    /// It would make a second thing.
    Doubles,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The HTTP method.
    pub(super) method: Method,
    /// The parts of the path behind that of the API; each is percent-encoded whole.
    pub(super) path: Vec<String>,
    /// The query.
    pub(super) query: Vec<(&'static str, String)>,
    /// The body, as JSON.
    pub(super) body: Option<Value>,
    /// Whether it may be repeated.
    pub(super) twice: Twice,
}

impl Call {
    /// Returns a read.
    pub(super) fn get<const N: usize>(path: [&str; N]) -> Self {
        Self::of(Method::GET, path, None, Twice::Harmless)
    }

    /// Returns what makes something new.
    pub(super) fn post<const N: usize>(path: [&str; N], body: Value) -> Self {
        Self::of(Method::POST, path, Some(body), Twice::Doubles)
    }

    /// Returns what sets fields, as GitHub and Gitea write it.
    pub(super) fn patch<const N: usize>(path: [&str; N], body: Value) -> Self {
        Self::of(Method::PATCH, path, Some(body), Twice::Harmless)
    }

    /// Returns what sets fields, as GitLab writes it.
    pub(super) fn put<const N: usize>(path: [&str; N], body: Value) -> Self {
        Self::of(Method::PUT, path, Some(body), Twice::Harmless)
    }

    /// Returns what removes something.
    pub(super) fn delete<const N: usize>(path: [&str; N]) -> Self {
        Self::of(Method::DELETE, path, None, Twice::Harmless)
    }

    /// Returns the call with something in its query.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    /// Returns the call as one that may be repeated.
    pub(super) fn harmless(self) -> Self {
        Self { twice: Twice::Harmless, ..self }
    }

    /// Returns a call of its parts.
    fn of<const N: usize>(method: Method, path: [&str; N], body: Option<Value>, twice: Twice) -> Self {
        Self { method, path: path.map(str::to_owned).into(), query: Vec::new(), body, twice }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) code: u16,
    /// The media type, without parameters.
    pub(super) media: String,
    /// How long the forge wants to be left alone.
    pub(super) wait: Option<Duration>,
    /// Whether it is refused because too much was asked.
    pub(super) limited: bool,
    /// Whether the forge took the token before.
    pub(super) was_known: bool,
    /// Whether there is another page.
    pub(super) more: bool,
    /// The whole body.
    pub(super) body: Vec<u8>,
}
