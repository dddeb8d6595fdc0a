//! Tests of how answers become faults.

use super::*;
use secrecy::SecretString;

/// Returns the fault of an answer.
fn fault(code: u16, media: &str, body: &str) -> (Reason, String) {
    let answer = Answer {
        code,
        media: media.to_owned(),
        wait: None,
        limited: code == 429,
        was_known: false,
        more: false,
        body: body.into(),
    };
    let masks = Masks::of(&SecretString::from("c4nary-c4nary"));
    let fault = value(&answer, "`GET /x` on `h`", &masks).unwrap_err();
    (fault.reason, fault.fact)
}

#[test]
fn every_status_is_a_reason_of_its_own() {
    for (code, reason) in [
        (400, Reason::Rejected),
        (401, Reason::Unauthorized),
        (403, Reason::Forbidden),
        (404, Reason::Missing),
        (409, Reason::Conflict),
        (412, Reason::Rejected),
        (422, Reason::Rejected),
        (429, Reason::Limited),
        (500, Reason::Server),
        (503, Reason::Server),
        (302, Reason::Garbled),
        (200, Reason::Garbled),
    ] {
        assert_eq!(fault(code, "text/plain", "x").0, reason, "{code}");
    }
}

#[test]
fn what_each_forge_says_is_one_line_without_token_and_controls() {
    let json = "application/json";
    for (body, expected) in [
        (
            r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"No commits between main and x"}],"documentation_url":"https://d"}"#,
            "Validation Failed; No commits between main and x",
        ),
        (
            r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"}]}"#,
            "Validation Failed; `head` is invalid",
        ),
        (
            r#"{"message":["Another open merge request already exists: !6"]}"#,
            "Another open merge request already exists: !6",
        ),
        (r#"{"message":{"title":["can't be blank"],"base":["is odd"]}}"#, "base is odd; title can't be blank"),
        (
            r#"{"error":"insufficient_scope","error_description":"needs more","scope":"api"}"#,
            "insufficient_scope; needs more",
        ),
        (
            r#"{"errors":null,"message":"not c4nary-c4nary\u001b[31m\nred","url":"https://u/api/swagger"}"#,
            "not *** [31m red",
        ),
        ("{}", ""),
    ] {
        let line = if expected.is_empty() { String::new() } else { format!(": {expected}") };
        assert_eq!(fault(422, json, body).1, format!("`GET /x` on `h` is answered with 422{line}"));
    }
    assert_eq!(
        fault(502, "text/html", "<html><title>Bad c4nary-c4nary</title>").1,
        "`GET /x` on `h` is answered with 502: Bad ***"
    );
    assert_eq!(fault(200, "text/html", "<html>").1, "`GET /x` on `h` is answered with no JSON but `text/html`");
}
