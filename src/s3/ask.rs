//! The requests of a probe, all at once: health, the bucket without and with the key, a list of one object, the certificate;
//! then the marker, where one is asked for. Redirects are not followed and no proxy is used: the pods of a backup have neither.

use std::time::Instant;

use futures_util::future::{join, join_all};
use jiff::Timestamp;
use reqwest::{Certificate, Client};

use super::certificate::{self, Shown};
use super::reach::left;
use super::record::Record;
use super::request::{Request, Signer};
use super::said::{Said, Step};
use super::tongue::Tongue;
use super::{Ask, Keys, Place, Trust, marker};
use crate::failure::{Failure, outside, refused};

/// How much of a body is read.
const BODY_MAX: usize = 64 << 10;

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
    let reads = join_all(signer.reads().into_iter().map(|request| one(&client, request, end)));
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

/// Returns the client for a place.
pub(super) fn client(place: &Place) -> Result<Client, Failure> {
    let builder = Client::builder()
        .user_agent(concat!("leeward/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy();
    let builder = match &place.trust {
        // What is not encrypted needs no certificates.
        _ if !place.is_encrypted() => builder.tls_certs_only([]),
        Trust::Machine => builder,
        Trust::Any | Trust::Unread { .. } => builder.tls_danger_accept_invalid_certs(true),
        Trust::Bundle(pem) => {
            let none = || refused("the CA bundle holds no certificate in PEM").hint("--ca-file FILE");
            let certificates = Certificate::from_pem_bundle(pem).map_err(|_| none())?;
            if certificates.is_empty() {
                return Err(none());
            }
            builder.tls_certs_only(certificates)
        }
    };
    builder.build().map_err(|_| {
        outside("no certificates of authorities are on this machine, so no server can be trusted")
            .hint("--ca-file FILE")
    })
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

/// Sends a request and returns what was said, or why nothing was.
pub(super) async fn one(client: &Client, request: Request, end: Instant) -> Said {
    whole(client, request, end, BODY_MAX).await.0
}

/// Sends a request and returns what was said, or why nothing was, and the body, of which no more is read than that.
pub(super) async fn whole(client: &Client, request: Request, end: Instant, most: usize) -> (Said, Vec<u8>) {
    let Request { step, method, url, headers, body, hidden } = request;
    let begun = Instant::now();
    let asked = async {
        let mut response = client.request(method, url).headers(headers).body(body).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await? {
            body.extend_from_slice(&part[..part.len().min(most - body.len())]);
            if body.len() >= most {
                break;
            }
        }
        let read = &body[..body.len().min(BODY_MAX)];
        Ok::<_, reqwest::Error>((Said::answered((step, status), &headers, read, &hidden), body))
    };
    let (said, body) = match tokio::time::timeout(left(end), asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => (Said::broken(step, &error.without_url()), Vec::new()),
        Err(_) => (Said::late(step), Vec::new()),
    };
    (said.after(begun.elapsed()), body)
}
