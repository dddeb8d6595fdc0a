//! Rate limits: waited for as the forge asks, within the time of the run, and told where that is not enough.

use std::time::{Duration, Instant};

use leeward::forge::{Deadlines, Did, Kind, Past};
use serde_json::json;

use crate::model::{Acts, World};
use crate::server::Play;
use crate::setting::{draft, forge_at, marker, told};

/// Returns an answer of GitHub with headers.
fn answer(code: u16, headers: &str, message: &str) -> Play {
    Play::Answer(code, "application/json", headers.to_owned(), json!({"message": message}).to_string())
}

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const CREATE: &str = "POST /api/v3/repos/o/r/pulls";

#[test]
fn a_limit_is_waited_for_even_where_something_new_is_made() {
    for play in [
        answer(403, "retry-after: 1\r\n", SECONDARY),
        answer(429, "retry-after: 1\r\n", "too many"),
        answer(
            403,
            "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1795402800\r\ndate: Mon, 23 Nov 2026 03:00:00 GMT\r\n",
            "API rate limit exceeded for user",
        ),
    ] {
        let world = World::new(Kind::GitHub);
        world.instead(CREATE, Acts::No, play);
        let started = Instant::now();
        let kept = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!(kept.did, Did::Created);
        assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
        world.pull();
    }
}

#[test]
fn a_limit_longer_than_the_run_is_told_at_once() {
    for (headers, message, seconds) in [
        ("retry-after: 3600\r\n", SECONDARY, 3600),
        // No time is named: GitHub asks for a minute then.
        ("", SECONDARY, 60),
        ("retry-after: 99999999999999999999\r\n", SECONDARY, 60),
        (
            "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1795406400\r\ndate: Mon, 23 Nov 2026 03:00:00 GMT\r\n",
            "API rate limit exceeded for user",
            3601,
        ),
    ] {
        let world = World::new(Kind::GitHub);
        world.instead(CREATE, Acts::No, answer(403, headers, message));
        let started = Instant::now();
        let error = world.forge().keep(&draft(), &marker(), Past::default()).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(5));
        let (_, fact, hint) = told(&error, world.server.port);
        assert_eq!(fact, format!("`POST /api/v3/repos/o/r/pulls` on `HOST:PORT` is answered with 403: {message}"));
        assert_eq!(hint, Some(format!("run the command again in {seconds} s")));
        assert_eq!(world.shop().pulls.len(), 0);
    }
}

#[test]
fn a_limit_that_never_ends_does_not_outlast_the_run() {
    let server = crate::server::Server::start(Box::new(|_| answer(429, "", "slow down")));
    let deadlines = Deadlines { run: Duration::from_secs(1), call: Duration::from_secs(1) };
    let started = Instant::now();
    let error = forge_at(Kind::GitLab, server.port, deadlines).keep(&draft(), &marker(), Past::default()).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(3));
    let (_, fact, hint) = told(&error, server.port);
    assert_eq!(fact, "`GET /api/v4/user` on `HOST:PORT` is answered with 429: slow down");
    assert_eq!(hint.as_deref(), Some("run the command again later"));
}
