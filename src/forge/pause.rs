//! How long to wait before a call is sent again, and whether at all: rate limits, restarts, broken connections.
//! The forge's own clock is used where it names a time. Must never repeat what would make a second thing.

use std::time::Duration;

use jiff::Timestamp;

use super::call::{Answer, Call, Twice};
use super::fault::Reason;
use super::unsent::{Broken, Sent};

/// How often a call is repeated: with these pauses a forge may take some ten seconds to start again.
pub(super) const REPETITIONS: u32 = 6;
/// How often while the forge has not answered yet: some three seconds.
pub(super) const FIRST_CALL: u32 = 4;
/// The first pause; each later one is twice as long.
const FIRST: Duration = Duration::from_millis(200);
/// What GitHub asks to wait where a secondary limit names no time.
const SECONDARY: Duration = Duration::from_mins(1);

/// Returns how long to wait before a call is sent again; `None` where it is not.
pub(super) fn after(outcome: &Result<Answer, Broken>, call: &Call, repeated: u32) -> Option<Duration> {
    let pause = FIRST * 2_u32.pow(repeated);
    let harmless = call.twice == Twice::Harmless;
    match outcome {
        // What a limit refuses was not done.
        Ok(answer) if answer.limited => Some(pause.max(answer.wait.unwrap_or_default())),
        Ok(answer) if [502, 503, 504].contains(&answer.code) && harmless => {
            Some(pause.max(answer.wait.unwrap_or_default()))
        }
        Err(Broken { sent: Sent::No, .. }) => Some(pause),
        // A forge that goes down says of a token it took a moment ago that it is wrong.
        Ok(answer) if answer.code == 401 && answer.was_known => Some(pause),
        Ok(answer) if answer.code == 500 && harmless && repeated < 3 => Some(pause),
        // One that was slow twice is slow.
        Err(Broken { sent: Sent::Perhaps, fault })
            if harmless && (fault.reason != Reason::TimedOut || repeated == 0) =>
        {
            Some(pause)
        }
        _ => None,
    }
}

/// What the headers of an answer say about waiting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// How long, as `retry-after` says.
    after: Option<Duration>,
    /// How long until the limit is lifted, where nothing is left of it.
    reset: Option<Duration>,
}

/// Reads what headers say about waiting.
pub(super) fn asked<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Asked {
    let date = header("date").and_then(time);
    let until = |then: Timestamp| date.map(|now| Duration::try_from(then.duration_since(now)).unwrap_or_default());
    let after = header("retry-after").map(str::trim).and_then(|text| match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => until(time(text)?),
    });
    let first = |names: [&str; 2]| names.into_iter().find_map(&header);
    let spent = first(["x-ratelimit-remaining", "ratelimit-remaining"]) == Some("0");
    let reset = first(["x-ratelimit-reset", "ratelimit-reset"]).filter(|_| spent);
    let reset = reset.and_then(|text| Timestamp::from_second(text.trim().parse().ok()?).ok());
    // A second more: the forge's clock is only told to the second.
    Asked { after, reset: reset.and_then(until).map(|wait| wait.saturating_add(Duration::from_secs(1))) }
}

/// Returns whether an answer is a rate limit's, and how long it asks to wait.
pub(super) fn limit(code: u16, asked: Asked, body: &[u8]) -> (bool, Option<Duration>) {
    let wait = asked.after.or(asked.reset);
    if code == 429 {
        return (true, wait);
    }
    if code != 403 {
        return (false, asked.after);
    }
    let says = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_ascii_lowercase();
    let secondary = says.contains("secondary rate limit") || says.contains("abuse detection");
    let limited = wait.is_some() || secondary || says.contains("rate limit exceeded");
    (limited, wait.or((limited && secondary).then_some(SECONDARY)))
}

/// Returns a time as HTTP writes it.
fn time(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests;
