//! Tests of how long is waited.

use super::*;

/// Returns what headers ask for.
fn of(headers: &[(&str, &'static str)]) -> Asked {
    asked(|name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
}

#[test]
fn waits_as_long_as_the_forges_own_clock_says() {
    let date = ("date", "Mon, 23 Nov 2026 03:00:00 GMT");
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (headers, after, reset) in [
        (vec![("retry-after", "7")], seconds(7), None),
        (vec![("retry-after", "Mon, 23 Nov 2026 03:00:09 GMT"), date], seconds(9), None),
        (vec![("retry-after", "Mon, 23 Nov 2026 03:00:09 GMT")], None, None),
        (vec![("retry-after", "soon")], None, None),
        (vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795402830"), date], None, seconds(31)),
        (vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795402830")], None, None),
        (vec![("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "1795402830"), date], None, None),
        (vec![("ratelimit-remaining", "0"), ("ratelimit-reset", "1795402810"), date], None, seconds(11)),
        (vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "99999999999999999"), date], None, None),
    ] {
        assert_eq!(of(&headers), Asked { after, reset }, "{headers:?}");
    }
}

#[test]
fn a_limit_is_told_from_a_token_without_rights() {
    let none = Asked::default();
    let seven = Asked { after: Some(Duration::from_secs(7)), reset: None };
    assert_eq!(limit(403, none, b"{\"message\":\"Resource not accessible by integration\"}"), (false, None));
    assert_eq!(limit(403, seven, b"{}"), (true, seven.after));
    assert_eq!(limit(403, none, b"You have exceeded a secondary rate limit."), (true, Some(SECONDARY)));
    assert_eq!(limit(403, none, b"API rate limit exceeded for 1.2.3.4"), (true, None));
    assert_eq!(limit(429, none, b""), (true, None));
    assert_eq!(limit(503, seven, b""), (false, seven.after));
}
