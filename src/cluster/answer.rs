//! An answer of the API server as one of four: a value, something that is not there, trouble, and what is no answer of an
//! API server at all. Must never take a 404 that no API server wrote for an absence, nor quote what it says of a Secret.

use kube::core::Status;
use kube::core::response::StatusDetails;
use serde_json::Value;

use super::asked::{Asked, Words};
use super::forbidden;
use super::wire::Answer;
use crate::model::live::{Reason, Trouble};

/// What an answer says.
#[derive(Debug)]
pub(super) enum Said {
    /// 200 or 201 with JSON.
    Value(Value),
    /// 404 by an API server, with what it says is missing.
    Missing(Box<StatusDetails>),
    /// 404 by whoever.
    NotServed,
    /// Anything else.
    Trouble(Trouble),
}

impl Said {
    /// Returns the value; whatever else was said is trouble.
    pub(super) fn value(self, missing: &str) -> Result<Value, Trouble> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Trouble(trouble) => Err(trouble),
            Self::Missing(_) | Self::NotServed => Err(Trouble::new(Reason::CannotTell, missing)),
        }
    }
}

/// Returns what an answer says.
pub(super) fn read(answer: &Answer, asked: &Asked) -> Said {
    let is_json = answer.media == "application/json";
    let value: Option<Value> = is_json.then(|| serde_json::from_slice(&answer.body).ok()).flatten();
    let status = value.as_ref().and_then(status);
    match (answer.code, value, status) {
        (200 | 201, Some(value), None) => Said::Value(value),
        (404, _, Some(Status { details: Some(details), reason, .. })) if reason == "NotFound" => {
            Said::Missing(Box::new(details))
        }
        (404, ..) => Said::NotServed,
        (_, _, status) => Said::Trouble(trouble(answer, status.as_ref(), asked)),
    }
}

/// Returns what an API server says in place of an object, where a value is that.
fn status(value: &Value) -> Option<Status> {
    let is_status = value["kind"] == "Status" && value["apiVersion"] == "v1";
    is_status.then(|| serde_json::from_value(value.clone()).ok()).flatten()
}

/// Returns the trouble that an answer is.
fn trouble(answer: &Answer, status: Option<&Status>, asked: &Asked) -> Trouble {
    let says = status.map(|status| said(&status.message, asked)).unwrap_or_default();
    match (answer.code, status) {
        (401, _) => Trouble::new(Reason::Unauthorized, "the token or certificate is missing, wrong or expired")
            .hint("log in again, then: kubectl auth whoami"),
        (403, Some(status)) => forbidden::trouble(status, &says, asked),
        (409, Some(status)) => conflict(status, &says, asked),
        (400 | 422, Some(status)) => rejected(status, &says, asked),
        // What does not fit the schema of a server-side apply comes back as a failure of the server.
        (500, Some(status)) if status.message.starts_with("failed to create typed patch object") => {
            rejected(status, &says, asked)
        }
        (429, _) => {
            let wait = answer.retry_after.map(|wait| format!(" and asks for {} s", wait.as_secs())).unwrap_or_default();
            Trouble::new(Reason::CannotTell, format!("the API server has too much to do (429){wait}"))
        }
        (200 | 201, Some(_)) => Trouble::new(Reason::CannotTell, "the answer is a status and no object"),
        (code, Some(_)) => Trouble::new(Reason::CannotTell, format!("the API server failed ({code}){says}")),
        (code, None) => foreign(code, answer),
    }
}

/// Returns that somebody else answered, or that the answer is broken.
fn foreign(code: u16, answer: &Answer) -> Trouble {
    let fact = match (code, answer.media.as_str()) {
        (300..=399, _) => format!("the answer is a redirection ({code}), which no API server sends"),
        (200 | 201, "application/json") => "the answer is no whole JSON object".to_owned(),
        (_, "") => format!("the answer ({code}) says no media type, as no API server does"),
        (_, media) => format!("the answer ({code}) is `{media}`, which no API server sends for this"),
    };
    Trouble::new(Reason::CannotTell, fact).hint("`server` and `proxy-url` of the cluster in the kubeconfig")
}

/// Returns which managers own what would change.
fn conflict(status: &Status, says: &str, asked: &Asked) -> Trouble {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let causes: Vec<_> = causes.filter(|cause| cause.reason == "FieldManagerConflict").collect();
    if causes.is_empty() {
        return Trouble::new(Reason::Conflict, format!("the object changed meanwhile, or is in the way{says}"));
    }
    let one = |cause: &&kube::core::response::StatusCause| {
        let manager = cause.message.strip_prefix("conflict with ").unwrap_or(&cause.message).replace('"', "`");
        format!("{} owns `{}`", asked.masks.line(&manager), asked.masks.line(&cause.field))
    };
    let owned: Vec<String> = causes.iter().map(one).collect();
    Trouble::new(Reason::Conflict, format!("other field managers own what would change: {}", owned.join(", ")))
}

/// Returns why an object is refused.
fn rejected(status: &Status, says: &str, asked: &Asked) -> Trouble {
    let named = if status.message.contains("admission webhook") { "a webhook" } else { "the API server" };
    let trouble = Trouble::new(Reason::Rejected, format!("{named} refuses the object{says}"));
    let fields = status.details.iter().flat_map(|details| &details.causes).map(|cause| asked.masks.line(&cause.field));
    let fields: Vec<String> = fields.filter(|field| !field.is_empty() && field != "<nil>").collect();
    if fields.is_empty() { trouble } else { trouble.hint(format!("`{}` in Git", fields.join("`, `"))) }
}

/// Returns a message of the API server as the end of a sentence; empty where it says nothing or may not be repeated.
fn said(message: &str, asked: &Asked) -> String {
    let line = asked.masks.line(message);
    if line.is_empty() || asked.words == Words::Withheld { String::new() } else { format!(": {line}") }
}
