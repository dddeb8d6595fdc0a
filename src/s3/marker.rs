//! The marker of `--write-probe`: one object that is written, read and removed. Must never leave it behind without
//! saying under which key.

use std::time::Instant;

use reqwest::Client;

use super::Place;
use super::reach::left;
use super::record::Record;
use super::request::Signer;
use super::said::Said;
use super::send::{send, whole};

/// What the object holds.
const BODY: &str =
    "Written by `leeward diagnose --write-probe`, which removes it at once; it may be deleted at any time.\n";
/// How large it is: a disk that is full for a backup still takes what is small.
const SIZE: usize = 1 << 20;
/// The part of the time left that is kept for the removal.
const KEPT: u32 = 3;

/// Writes, reads and removes the marker, and records each; returns what was said.
pub(super) async fn leave(
    client: &Client,
    (place, signer): (&Place, &Signer),
    name: &str,
    end: Instant,
    record: &mut Record,
) -> Vec<Said> {
    let key = &signer.key(name);
    let reserve = left(end) / KEPT;
    let until = end.checked_sub(reserve).unwrap_or(end);
    let mut body = BODY.as_bytes().to_vec();
    body.resize(SIZE, b' ');
    let put = send(client, signer.put(key, body.clone()), until).await;
    if put.is_refusal() {
        noted(&put, place, record);
        return vec![put];
    }
    let mut said = vec![put];
    if said[0].unanswered().is_none() {
        let (get, read) = whole(client, signer.get(key), until, SIZE + 1).await;
        // Who did not take it need not have it.
        said.push(if said[0].is_fine() { compared(get, &read, &body) } else { get });
    }
    let version = said[0].version.clone().filter(|version| version != "null");
    let (removal, kept) = removed(client, signer, (key, version.as_deref()), end).await;
    for said in &said {
        noted(said, place, record);
    }
    noted(&removal, place, record);
    match kept {
        _ if !removal.is_fine() => left_behind(record, &format!("the marker `{key}` is left behind, or may be")),
        Some(version) => left_behind(record, &format!("version `{version}` of the marker `{key}` is left behind")),
        // Whoever does not answer in time may still write it.
        None if !said[0].is_fine() => left_behind(record, &format!("the marker `{key}` may be left behind")),
        None => {}
    }
    said.push(removal);
    said
}

/// Returns what was said to the reading, which is an error where it gave other bytes than were written: what a backup stores
/// there would not come back either.
fn compared(get: Said, read: &[u8], written: &[u8]) -> Said {
    if !get.is_fine() || read == written {
        return get;
    }
    let same = read.iter().zip(written).take_while(|(read, written)| read == written).count();
    let length = if read.len() > written.len() { format!("more than {SIZE}") } else { read.len().to_string() };
    get.garbled(format!(
        "what was read is not what was written: {length} bytes instead of {SIZE}, the first {same} of them the same"
    ))
}

/// Removes the marker, the version that was written where the bucket keeps versions; returns what was said, and the version
/// that stays. Backups need no right to remove versions, so that it is missing speaks against nothing.
async fn removed<'a>(
    client: &Client,
    signer: &Signer,
    (key, version): (&str, Option<&'a str>),
    end: Instant,
) -> (Said, Option<&'a str>) {
    if version.is_some() {
        let removal = send(client, signer.delete(key, version), end).await;
        if !removal.is_refusal() {
            return (removal, None);
        }
    }
    (send(client, signer.delete(key, None), end).await, version)
}

/// Records that something stays.
fn left_behind(record: &mut Record, what: &str) {
    record.line(format!("probe: {what}"));
    record.step(what);
}

/// Records an answer.
fn noted(said: &Said, place: &Place, record: &mut Record) {
    record.line(said.line(place));
    record.step(said.word().unwrap_or_default());
}
