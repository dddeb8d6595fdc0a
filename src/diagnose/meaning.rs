//! One sighting in its log → the cause that it names, what it is worth there, and whom it is about. Comes before causes are
//! weighed. A line about who is no storage must never be worth as much as one about a storage.

use jiff::SignedDuration;

use super::cause::{Cause, Side};
use super::confidence::Confidence;
use super::evidence::{Log, Sighting};
use super::party::{Bearing, Places};
use super::probe::{at_most, is_probe};
use super::signature::Says;

/// The row of an upload that came to next to nothing.
const EMPTY: &str = "empty-backup";

/// What a sighting names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The cause.
    pub(super) cause: Cause,
    /// What it is worth.
    pub(super) confidence: Confidence,
    /// Whom it is about.
    pub(super) bearing: Bearing,
}

/// Returns what a sighting names in its log; `None` where it names no cause, or is about who is not needed for a backup.
pub(super) fn meaning(log: &Log, sighting: &Sighting, places: &Places) -> Option<Meaning> {
    let (cause, confidence) = match sighting.signature.says {
        Says::Cause(cause, confidence) => in_log(log, sighting, (cause, confidence)),
        // xbcloud asks for the bucket's own host first; only where the other way fails too has the endpoint no address.
        Says::BucketHost if is_nameless(log) => (Cause::DnsFailure, Confidence::Likely),
        _ => return None,
    };
    let most = log.about.at_most.unwrap_or(Confidence::Certain).min(at_most(log, cause));
    let confidence = most.min(confidence);
    match bearing(log, sighting, places) {
        bearing @ Bearing::Stranger => Some(Meaning { cause, confidence: Confidence::Possible, bearing }),
        bearing @ Bearing::Party(party) => {
            party.means.map(|cause| Meaning { cause, confidence: Confidence::Likely.min(confidence), bearing })
        }
        bearing @ Bearing::Storage => Some(Meaning { cause, confidence, bearing }),
    }
}

/// Returns whom a sighting is about, where it blames a storage: what a probe says is about the place that it asked, and what
/// blames the cluster or the database is about these.
pub(super) fn bearing(log: &Log, sighting: &Sighting, places: &Places) -> Bearing {
    let blames_storage = matches!(sighting.signature.says, Says::Cause(cause, _) if cause.side() == Side::Storage);
    if blames_storage && !is_probe(&log.name) { places.bearing(&sighting.whose) } else { Bearing::Storage }
}

/// Returns what a row says in the log where it was seen: of a full disk a probe hears from the server alone, and what was
/// uploaded to S3 was no longer on its way to a volume (operator.md 12.23).
fn in_log(log: &Log, sighting: &Sighting, (cause, confidence): (Cause, Confidence)) -> (Cause, Confidence) {
    match cause {
        Cause::BufferFull if is_probe(&log.name) => (Cause::StorageFull, confidence.min(Confidence::Likely)),
        Cause::BufferFull if sighting.signature.id == EMPTY && log.progress_at > 0 => {
            (Cause::DatabaseSide, Confidence::Possible)
        }
        _ => (cause, confidence),
    }
}

/// Returns whether a log in which the bucket's own host has no address says of no other way that it went further.
fn is_nameless(log: &Log) -> bool {
    let is_probe_failed = log.sightings.iter().any(|sighting| sighting.signature.id == "xbcloud-probe");
    let further = |sighting: &Sighting| match sighting.signature.says {
        Says::Cause(cause, _) => {
            cause.side() == Side::Storage && sighting.signature.id != "aws-connect" && cause != Cause::DnsFailure
        }
        Says::Succeeded => true,
        _ => false,
    };
    is_probe_failed && log.progress_at == 0 && !log.sightings.iter().any(further)
}

/// Returns whether what a log says of a cause is over at its end.
pub(super) fn is_over(log: &Log, sighting: &Sighting, cause: Cause) -> bool {
    let of = |says: Says| log.sightings.iter().filter(move |other| other.signature.says == says);
    let succeeded = of(Says::Succeeded).any(|other| is_later(other, sighting));
    let gave_up = of(Says::GaveUp).map(|other| other.last).max();
    let went_on = log.progress_at > sighting.last && gave_up.is_none_or(|at| at < sighting.last);
    succeeded || (went_on && cause.side() == Side::Storage)
}

/// Returns whether the last line of a sighting is later than that of another in the same log: by their times, where both
/// have one and these differ, since logs are sorted and put together in any order; else as they stand there.
fn is_later(one: &Sighting, other: &Sighting) -> bool {
    let times = one.at.zip(other.at).filter(|(one, other)| one.is_zoned == other.is_zoned && one.at != other.at);
    times.map_or(one.last > other.last, |(one, other)| one.is_after(other, SignedDuration::ZERO))
}
