//! The answers for programs: one object with `version` and `kind`. Adding a field is free, renaming is a new version.

use serde::Serialize;

use super::escape;
use crate::failure::Kind;

/// The version of every JSON answer.
pub(super) const VERSION: u32 = 1;

/// The envelope of an answer; its fields lie beside `version` and `kind`.
#[derive(Serialize)]
struct Answer<'a, T: Serialize> {
    /// The version.
    version: u32,
    /// What it is.
    kind: &'a str,
    /// The rest.
    #[serde(flatten)]
    body: &'a T,
}

/// A failure.
#[derive(Serialize)]
struct FailureBody<'a> {
    /// Who has to act: `usage`, `refused`, `outside`.
    reason: &'a str,
    /// The exit code.
    exit_code: u8,
    /// The operation.
    error: &'a str,
    /// Why, outermost first.
    causes: &'a [String],
    /// What mends it.
    hint: Option<&'a str>,
}

/// Returns a failure as JSON.
pub fn failure(kind: Kind, error: &str, causes: &[String], hint: Option<&str>) -> String {
    answer("Failure", &FailureBody { reason: kind.word(), exit_code: kind.exit_code(), error, causes, hint })
}

/// Returns an answer as JSON, ended by a line break.
pub(super) fn answer<T: Serialize>(kind: &str, body: &T) -> String {
    let text = serde_json::to_string_pretty(&Answer { version: VERSION, kind, body });
    escape::escaped_json(&text.expect("the answers have text keys alone")) + "\n"
}
