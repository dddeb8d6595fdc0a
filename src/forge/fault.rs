//! Why a forge did not do what it was asked, each kind of reason apart, and as a failure with a hint for its dialect.
//! Must never quote an answer but through the masks.

use std::time::Duration;

use serde_json::Value;

use super::call::Answer;
use super::detect::{Kind, Project};
use super::token::{Token, how_to_set};
use super::words::Masks;
use crate::failure::{Failure, outside};

/// The kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// 401: no or a wrong token.
    Unauthorized,
    /// 403: the token may not.
    Forbidden,
    /// 404 and 410.
    Missing,
    /// 409.
    Conflict,
    /// 400, 412, 422 and the like: what was sent is refused.
    Rejected,
    /// 429, and 403 of a rate limit.
    Limited,
    /// 5xx.
    Server,
    /// No connection, or a broken one.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// An answer that no such forge gives.
    Garbled,
}

/// Why a call failed.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// The kind of reason.
    pub(super) reason: Reason,
    /// The fact, masked.
    pub(super) fact: String,
    /// What mends it, where that is known already.
    pub(super) hint: Option<String>,
}

impl Fault {
    /// Returns a fault.
    pub(super) fn new(reason: Reason, fact: impl Into<String>) -> Self {
        Self { reason, fact: fact.into(), hint: None }
    }

    /// Returns whether the forge may have done it all the same.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.reason, Reason::Server | Reason::Unreachable | Reason::TimedOut | Reason::Garbled)
    }

    /// Returns the failure for a project.
    pub(super) fn failure(self, project: &Project, token: &Token) -> Failure {
        let hint = self.hint.clone().or_else(|| hint(&self, project, token));
        let failure = outside(self.fact);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Returns the value of an answer, or why it is none.
pub(super) fn value(answer: &Answer, asked: &str, masks: &Masks) -> Result<Value, Fault> {
    let is_json = answer.media.ends_with("json");
    let value: Option<Value> = is_json.then(|| serde_json::from_slice(&answer.body).ok()).flatten();
    let code = answer.code;
    match (code, value) {
        (204 | 205, _) => Ok(Value::Null),
        (200..=299, Some(value)) => Ok(value),
        (200..=299, None) if answer.body.is_empty() => Ok(Value::Null),
        (200..=299, None) => {
            Err(Fault::new(Reason::Garbled, format!("{asked} is answered with no JSON{}", kind(answer))))
        }
        (300..=399, _) => {
            let fault =
                Fault::new(Reason::Garbled, format!("{asked} is sent on elsewhere ({code}), where no token goes"));
            Err(Fault {
                hint: Some("git remote set-url REMOTE URL, if the project was renamed or moved".to_owned()),
                ..fault
            })
        }
        (_, value) => {
            let said = value.as_ref().map_or_else(|| unread(answer), said);
            let line = masks.line(&said);
            let line = if line.is_empty() { String::new() } else { format!(": {line}") };
            let fault = Fault::new(reason(answer), format!("{asked} is answered with {code}{line}"));
            Err(Fault { hint: answer.limited.then(|| again(answer.wait)), ..fault })
        }
    }
}

/// Returns the kind of reason that a status means.
fn reason(answer: &Answer) -> Reason {
    match answer.code {
        _ if answer.limited => Reason::Limited,
        401 => Reason::Unauthorized,
        403 => Reason::Forbidden,
        404 | 410 => Reason::Missing,
        409 => Reason::Conflict,
        500.. => Reason::Server,
        _ => Reason::Rejected,
    }
}

/// Returns when a limit lets the next run through.
fn again(wait: Option<Duration>) -> String {
    match wait {
        Some(wait) => format!("run the command again in {} s", wait.as_secs()),
        None => "run the command again later".to_owned(),
    }
}

/// Returns what a body that is no JSON says, as far as it is text.
fn unread(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    if answer.media != "text/html" {
        return text.into_owned();
    }
    let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    title.unwrap_or("a web page").to_owned()
}

/// Returns the media type of an answer in brackets.
fn kind(answer: &Answer) -> String {
    if answer.media.is_empty() { String::new() } else { format!(" but `{}`", answer.media) }
}

/// Returns what a forge says is wrong: its message, and each error in it.
fn said(value: &Value) -> String {
    let mut parts = Vec::new();
    for field in ["message", "error", "error_description", "errors"] {
        collect(&value[field], &mut parts);
    }
    if parts.is_empty() {
        collect(value, &mut parts);
    }
    parts.dedup();
    parts.join("; ")
}

/// Collects the texts of a message.
fn collect(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.trim().is_empty() => parts.push(text.trim().to_owned()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, parts)),
        Value::Object(fields) => match (fields.get("message"), fields.get("field"), fields.get("code")) {
            (Some(message), ..) => collect(message, parts),
            (None, Some(Value::String(field)), Some(Value::String(code))) => parts.push(format!("`{field}` is {code}")),
            _ => {
                for (name, item) in fields.iter().filter(|(name, _)| !name.contains("url")) {
                    let mut below = Vec::new();
                    collect(item, &mut below);
                    parts.extend(below.into_iter().map(|text| format!("{name} {text}")));
                }
            }
        },
        _ => {}
    }
}

/// Returns what mends a fault.
fn hint(fault: &Fault, project: &Project, token: &Token) -> Option<String> {
    let host = project.web_host();
    let (path, variable) = (&project.path, &token.variable);
    let hint = match (fault.reason, project.kind) {
        (Reason::Unauthorized, kind) => how_to_set(kind, &host),
        (Reason::Forbidden, Kind::GitHub) if fault.fact.contains("not permitted to create") => {
            format!("{}/{path}/settings/actions: allow GitHub Actions to create and approve pull requests", project.web)
        }
        (Reason::Forbidden, Kind::GitHub) if fault.fact.contains("SAML") => {
            format!("{}/settings/tokens: authorise the token of `{variable}` for the organisation", project.web)
        }
        (Reason::Forbidden | Reason::Missing, Kind::GitHub) => format!(
            "give the token of `{variable}` on `{path}`: permissions: {{contents: write, pull-requests: write}}"
        ),
        (Reason::Forbidden | Reason::Missing, Kind::GitLab) => {
            format!("give the token of `{variable}` on `{path}`: scope `api`, role Developer")
        }
        (Reason::Forbidden | Reason::Missing, Kind::Gitea) => format!(
            "give the token of `{variable}` on `{path}`: scopes `write:repository`, `write:issue`, `read:user`, and its user write access"
        ),
        (Reason::TimedOut, _) => "--timeout".to_owned(),
        (Reason::Unreachable | Reason::Server, _) => format!("curl -sSI {}", project.api),
        (Reason::Garbled, _) => format!("curl -sS {}", project.api),
        (Reason::Conflict | Reason::Rejected | Reason::Limited, _) => return None,
    };
    Some(hint)
}

#[cfg(test)]
mod tests;
