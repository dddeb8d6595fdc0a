//! The marker of `--write-probe`: one object that is written, read and removed. Must never leave it behind without
//! saying under which key.

use std::time::Instant;

use reqwest::Client;

use super::Place;
use super::ask::one;
use super::reach::left;
use super::record::Record;
use super::request::Signer;
use super::said::Said;

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
    let put = one(client, signer.put(key, body), until).await;
    if put.is_refusal() {
        noted(&put, place, record);
        return vec![put];
    }
    let mut said = vec![put];
    if said[0].unanswered().is_none() {
        said.push(one(client, signer.get(key), until).await);
    }
    let version = said[0].version.clone().filter(|version| version != "null");
    let (removal, stays) = removed(client, signer, (key, version.as_deref()), end).await;
    for said in &said {
        noted(said, place, record);
    }
    noted(&removal, place, record);
    if stays && removal.is_fine() {
        record.step(format!("`{key}` stays as an older version, which the bucket does not let go"));
    } else if !removal.is_fine() {
        record.line(format!("probe: the marker is left behind: {key}"));
        record.step(format!("the marker `{key}` is left behind, or may be"));
    }
    said.push(removal);
    said
}

/// Removes the marker; returns what was said, and whether a version of it stays all the same.
async fn removed(client: &Client, signer: &Signer, (key, version): (&str, Option<&str>), end: Instant) -> (Said, bool) {
    let removal = one(client, signer.delete(key, version), end).await;
    // A bucket that locks objects keeps the version; backups do not ask for that, and are deleted as this is now.
    if version.is_some() && removal.is_refusal() {
        return (one(client, signer.delete(key, None), end).await, true);
    }
    (removal, false)
}

/// Records an answer.
fn noted(said: &Said, place: &Place, record: &mut Record) {
    record.line(said.line(place));
    record.step(said.word().unwrap_or_default());
}
