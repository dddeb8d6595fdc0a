//! The requests of a probe, all at once: health, the bucket without and with the key, a list of one object, the certificate;
//! then the marker, where one is asked for. Must never write where nothing answered.

use std::time::Instant;

use futures_util::future::{join, join_all};
use jiff::Timestamp;

use super::certificate::{self, Shown};
use super::record::Record;
use super::request::Signer;
use super::said::Said;
use super::send::{client, send};
use super::step::Step;
use super::tongue::Tongue;
use super::{Ask, Keys, Place, Trust, marker};
use crate::failure::{Failure, outside};

/// Asks everything at once and records what was said.
pub(super) fn ask(ask: &Ask, end: Instant, now: Timestamp, record: &mut Record) -> Result<(), Failure> {
    let (place, client) = (&ask.place, client(&ask.place)?);
    let signer = Signer::new(place, keys(ask), now)?;
    let no_runtime = |error| outside(format!("no runtime for the probe: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    let looker = place.is_encrypted().then(certificate::client).flatten();
    let look = async {
        match &looker {
            Some(client) => certificate::look(client, signer.base(), end).await,
            None => None,
        }
    };
    let reads = join_all(signer.reads().into_iter().map(|request| send(&client, request, end)));
    let (mut said, shown) = runtime.block_on(join(reads, look));
    if Tongue::is_foreign(said.iter().map(Said::tongue)) {
        said = said.into_iter().map(Said::foreign).collect();
    }
    certified(place, shown.as_ref(), now, record);
    answered(place, &said, record);
    let answers = said.iter().any(|said| said.unanswered().is_none() && !said.is_foreign());
    let is_worth_a_write = keys(ask).is_some() && answers;
    if let Some(name) = ask.marker.as_ref().filter(|_| is_worth_a_write) {
        said.extend(runtime.block_on(marker::leave(&client, (place, &signer), name, end, record)));
    }
    // A resolver that hangs must not hold the answer.
    runtime.shutdown_background();
    concluded(ask, &said, now, record);
    Ok(())
}

/// Returns the keys that requests are signed with: none where nobody knows who reads them.
fn keys(ask: &Ask) -> Option<&Keys> {
    ask.keys.as_ref().ok().filter(|_| !(ask.place.is_encrypted() && matches!(ask.place.trust, Trust::Unread { .. })))
}

/// Records the certificate; what speaks against it where no client judges it.
fn certified(place: &Place, shown: Option<&Shown>, now: Timestamp, record: &mut Record) {
    let Some(shown) = shown else { return };
    record.line(shown.line());
    if matches!(place.trust, Trust::Unread { .. }) {
        let (host, _) = place.endpoint.authority().rsplit_once(':').unwrap_or_default();
        let url = place.endpoint.url();
        for fault in shown.faults(host, now) {
            record.line(format!("tls: {url}: {fault}"));
        }
    }
    record.step(format!("certificate until {}", shown.until()));
}

/// Records what was answered to the requests that only read: what all of them ran into is said once.
fn answered(place: &Place, said: &[Said], record: &mut Record) {
    match said.first().and_then(Said::unanswered) {
        Some(why) if said.iter().all(|other| other.unanswered() == Some(why)) => {
            record.line(said[0].line(place));
            record.step("no answer");
        }
        _ => {
            for said in said {
                record.line(said.line(place));
            }
            if said.iter().any(Said::is_foreign) {
                let url = place.endpoint.url();
                record.line(format!("probe: {url}: nothing in the answers is of S3"));
                record.step("what answers is no server of S3");
            } else {
                record.line("probe: the endpoint answers");
            }
            let status = |step| said.iter().find_map(|said| said.status_of(step));
            record.step(match (status(Step::Live), status(Step::Cluster)) {
                (Some(200), Some(200)) => "MinIO ok".to_owned(),
                (_, Some(status @ 500..)) | (Some(status @ 500..), _) => format!("MinIO {status}"),
                _ => "no MinIO, or it does not say".to_owned(),
            });
            if said.iter().any(Said::is_fault) {
                record.line("probe: the server answers with errors");
            }
        }
    }
    if said.iter().any(|said| said.unanswered().is_some()) {
        record.line("probe: not every question was answered");
    }
    said.iter().filter(|said| said.unanswered().is_none()).filter_map(Said::word).for_each(|word| record.step(word));
}

/// Records the clock: what the server's header tells of it counts only where no signature was taken.
fn timed(place: &Place, said: &[Said], now: Timestamp, record: &mut Record) {
    let Some(ahead) = said.iter().find_map(|said| said.ahead(now)) else { return };
    let skew = said.iter().find_map(|said| said.skew(now));
    let is_taken = said.iter().any(Said::is_signature_taken);
    let taken = if skew.is_some() && is_taken { ", signatures taken all the same" } else { "" };
    record.step(format!("clock {ahead:+} s{taken}"));
    match skew {
        Some(skew) if is_taken => {
            record.line(format!("probe: to be known: {skew}, and it takes signatures of this time all the same"));
        }
        Some(skew) => {
            let url = place.endpoint.url();
            record.line(format!("clock: {url}: by its Date header {skew}, which signatures do not bear"));
        }
        None => {}
    }
}

/// Records what all answers together say.
fn concluded(ask: &Ask, said: &[Said], now: Timestamp, record: &mut Record) {
    timed(&ask.place, said, now, record);
    let is_fine = said.iter().all(Said::is_fine);
    match (keys(ask), &ask.keys, ask.marker.is_some()) {
        (Some(_), _, true) if is_fine => {
            record.line("probe: every step was answered as it should be, the marker's too");
        }
        (Some(_), _, false) if is_fine => {
            record.line("probe: every step was answered as it should be; no write was tried");
        }
        (Some(_), ..) => {}
        (None, Ok(_), _) => record.line("probe: the server is not known, so no key was sent to it"),
        (None, Err(why), _) => record.line(format!("probe: {why}, so no right was tried")),
    }
    record.step(match (keys(ask), &ask.keys) {
        (Some(keys), _) => format!("keys {}", keys.from),
        (None, Ok(_)) => "no right tried".to_owned(),
        (None, Err(why)) => format!("{why}, no right tried"),
    });
    if keys(ask).is_some() && ask.marker.is_none() {
        record.step("no write tried");
    }
    if let Some(first) = said.iter().filter_map(Said::answered_after).min() {
        record.step(format!("answers in {} ms", first.as_millis()));
    }
}
