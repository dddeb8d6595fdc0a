//! The room of S3: places are asked, step by step, what a backup would ask of them. The only room that speaks S3.
//!
//! What comes back are lines of text, as clients log them, which [`crate::diagnose`] reads like any other log. Reads alone,
//! unless a marker is asked for; keys go to the one endpoint, in the headers of a request and nowhere else, and nothing of them
//! comes back. No async leaves this room.

mod ask;
mod certificate;
mod hidden;
mod keys;
mod list;
mod marker;
mod place;
mod reach;
mod record;
mod request;
mod said;
mod send;
mod sign;
mod step;
mod tongue;

use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::failure::Failure;
pub use keys::Keys;
pub use list::{Stored, list};
pub use place::{Place, Style, Trust, Unasked};
use record::Record;

/// What is asked of one place.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The place.
    pub place: Place,
    /// The keys; without them no right is tried, and this is why: `no key was given`.
    pub keys: Result<Keys, String>,
    /// The end of the name of an object that is written, read and removed; `None`: nothing is ever written.
    pub marker: Option<String>,
}

/// Asks every place at the same time what a backup would ask of it, and returns for each what was said, as lines of a log.
/// Takes no longer than the deadline, whatever answers; one place never holds up another.
///
/// # Errors
/// Of a place: fails where this machine can ask nothing at all there.
pub fn probe(asks: &[Ask], deadline: Duration, now: Timestamp) -> Vec<Result<String, Failure>> {
    let end = Instant::now() + deadline;
    thread::scope(|scope| {
        let running: Vec<_> = asks.iter().map(|ask| scope.spawn(move || one(ask, end, now))).collect();
        running.into_iter().map(|thread| thread.join().expect("a probe never panics")).collect()
    })
}

/// Asks one place.
fn one(ask: &Ask, end: Instant, now: Timestamp) -> Result<String, Failure> {
    let mut record = Record::default();
    record.line(ask.place.line());
    record.line(match &ask.keys {
        Ok(keys) => format!("probe: keys {}", keys.from),
        Err(_) => "probe: keys none".to_owned(),
    });
    if reach::reach(&ask.place.endpoint, end, &mut record) {
        ask::ask(ask, end, now, &mut record)?;
    }
    Ok(record.text())
}
