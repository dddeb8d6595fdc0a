//! What `diagnose --format json` answers, taken apart.

use serde_json::Value;

use super::{Incident, Run};

/// Returns a field of an answer in JSON.
pub(crate) fn said(run: &Run, pointer: &str) -> Value {
    let answer: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    answer.pointer(pointer).cloned().unwrap_or_default()
}

/// Returns cause and confidence that a run names in JSON.
pub(crate) fn cause(run: &Run) -> (String, String) {
    let text = |pointer: &str| said(run, pointer).as_str().unwrap_or_default().to_owned();
    (text("/cause"), text("/confidence"))
}

/// Returns cause and confidence of an incident.
pub(crate) fn judged(incident: &Incident) -> (String, String) {
    cause(&incident.diagnosed(&["--format", "json"]))
}

/// Returns a cause with its confidence, to compare.
pub(crate) fn is(cause: &str, confidence: &str) -> (String, String) {
    (cause.to_owned(), confidence.to_owned())
}

/// Returns the ids of an incident's findings.
pub(crate) fn findings(incident: &Incident) -> Vec<String> {
    let run = incident.diagnosed(&["--format", "json"]);
    let all = said(&run, "/site/findings");
    all.as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}
