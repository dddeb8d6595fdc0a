//! Lines → causes: weighs what logs say together. What succeeded later is over; what the database says after the
//! storage failed is a consequence; of two causes the surer leads, then the one that more logs name, then the later one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::cause::{Cause, Side};
use super::confidence::Confidence;
use super::evidence::{Form, Log, Sighting, is_alike};
use super::line::{endpoint, operation};
use super::probe::{at_most, is_probe};
use super::remark::{notes, unnamed};
use super::signature::Says;
use super::suspect::{CITED, Cite, Suspect};

/// A log, and whether what it speaks of is past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    /// The log.
    pub(super) log: &'a Log,
    /// Whether it only says how things were.
    pub(super) is_past: bool,
}

/// What logs say.
pub(super) struct Judgement {
    /// The cause that leads.
    pub(super) leading: Suspect,
    /// What else speaks from them, the likeliest first.
    pub(super) others: Vec<Suspect>,
    /// What was wrong and no longer is.
    pub(super) over: Vec<Suspect>,
    /// What does not fit together.
    pub(super) notes: Vec<String>,
}

/// What speaks for one cause.
#[derive(Default)]
struct Tally<'a> {
    /// The sightings, each with its log, and what it is worth.
    seen: Vec<(usize, &'a Log, &'a Sighting, Confidence)>,
}

/// Returns what logs say.
pub(super) fn judged(heard: &[Heard<'_>]) -> Judgement {
    let heard = &superseded(heard);
    let mut standing: BTreeMap<Cause, Tally<'_>> = BTreeMap::new();
    let mut over: BTreeMap<Cause, Tally<'_>> = BTreeMap::new();
    for (index, Heard { log, is_past }) in heard.iter().enumerate() {
        for sighting in &log.sightings {
            if let Some((cause, confidence)) = meaning(log, sighting) {
                let side = if *is_past || is_over(log, sighting, cause) { &mut over } else { &mut standing };
                side.entry(cause).or_default().seen.push((index, log, sighting, confidence));
            }
        }
    }
    let over: Vec<Suspect> =
        ranked(&over).into_iter().filter(|suspect| !standing.contains_key(&suspect.cause)).collect();
    let mut suspects = ranked(&standing);
    let present: Vec<&Log> = heard.iter().filter(|heard| !heard.is_past).map(|heard| heard.log).collect();
    let notes = notes(&present, &suspects);
    let leading = if suspects.is_empty() { unnamed(&present, &over) } else { suspects.remove(0) };
    Judgement { leading, others: suspects, over, notes }
}

/// Returns the logs, those of earlier Backups as past where a later one, which failed too, names a cause: what kept the
/// earlier ones from succeeding is mended, or is named again.
fn superseded<'a>(heard: &[Heard<'a>]) -> Vec<Heard<'a>> {
    let names = |log: &Log| {
        log.sightings
            .iter()
            .any(|sighting| matches!(meaning(log, sighting), Some((_, Confidence::Likely | Confidence::Certain))))
    };
    let began: BTreeMap<&str, Timestamp> = heard.iter().fold(BTreeMap::new(), |mut began, heard| {
        if let (Some(backup), Some(at)) = (&heard.log.about.backup, heard.log.about.at) {
            began.entry(backup.as_str()).and_modify(|first: &mut Timestamp| *first = at.min(*first)).or_insert(at);
        }
        began
    });
    let of = |log: &'a Log| log.about.backup.as_deref().and_then(|backup| Some((*began.get(backup)?, backup)));
    let naming: BTreeSet<(Timestamp, &str)> =
        heard.iter().filter(|heard| !heard.is_past && names(heard.log)).filter_map(|heard| of(heard.log)).collect();
    let newest = naming.last().copied();
    let is_earlier = |log: &'a Log| of(log).zip(newest).is_some_and(|(own, newest)| own < newest);
    heard.iter().map(|heard| Heard { is_past: heard.is_past || is_earlier(heard.log), ..*heard }).collect()
}

/// Returns the cause that a sighting names in its log, and what it is worth there.
fn meaning(log: &Log, sighting: &Sighting) -> Option<(Cause, Confidence)> {
    let (cause, confidence) = match sighting.signature.says {
        Says::Cause(cause, confidence) => (cause, confidence),
        // xbcloud asks for the bucket's own host first; only where the other way fails too has the endpoint no address.
        Says::BucketHost if is_nameless(log) => (Cause::DnsFailure, Confidence::Likely),
        _ => return None,
    };
    let most = log.about.at_most.unwrap_or(Confidence::Certain).min(at_most(log, cause));
    Some((cause, most.min(confidence)))
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
fn is_over(log: &Log, sighting: &Sighting, cause: Cause) -> bool {
    let last =
        |says: Says| log.sightings.iter().filter(|other| other.signature.says == says).map(|other| other.last).max();
    let succeeded = last(Says::Succeeded).is_some_and(|at| at > sighting.last);
    let went_on = log.progress_at > sighting.last && last(Says::GaveUp).is_none_or(|at| at < sighting.last);
    succeeded || (went_on && cause.side() == Side::Storage)
}

/// Returns suspects, the likeliest first, each with the confidence that the others leave it.
fn ranked(tallies: &BTreeMap<Cause, Tally<'_>>) -> Vec<Suspect> {
    let storage = |(cause, tally): (&Cause, &Tally<'_>)| {
        matches!(cause.side(), Side::Storage | Side::Cluster) && tally.confidence() >= Confidence::Likely
    };
    let is_likely = |tally: &Tally<'_>| tally.confidence() >= Confidence::Likely;
    let company = Company {
        has_storage: tallies.iter().any(storage),
        has_lost_drives: tallies.get(&Cause::QuorumLost).is_some_and(is_likely),
    };
    let mut suspects: Vec<_> =
        tallies.iter().map(|(cause, tally)| (tally.key(*cause, company), tally.suspect(*cause, company))).collect();
    suspects.sort_by_key(|(key, _)| Reverse(*key));
    let mut suspects: Vec<Suspect> = suspects.into_iter().map(|(_, suspect)| suspect).collect();
    if let [first, second, ..] = suspects.as_mut_slice() {
        let is_contested = first.confidence == second.confidence && first.cause.remedy() != second.cause.remedy();
        if is_contested && first.confidence == Confidence::Certain {
            first.confidence = Confidence::Likely;
            second.confidence = Confidence::Likely;
        }
    }
    suspects
}

/// What else is blamed beside a cause.
#[derive(Clone, Copy)]
struct Company {
    /// The storage, or what the cluster gives a backup.
    has_storage: bool,
    /// Drives that the server has lost.
    has_lost_drives: bool,
}

/// What decides which of two causes leads: confidence, side, how many logs, how late, how often.
type Key = (Confidence, bool, usize, (usize, u64), u64);

impl Tally<'_> {
    /// Returns what the surest sighting is worth; what is likely from two vantage points is certain.
    fn confidence(&self) -> Confidence {
        let is_likely = |is_from_here: bool| {
            let mut seen = self.seen.iter().filter(|(_, log, ..)| is_probe(&log.name) == is_from_here);
            seen.any(|(.., confidence)| *confidence >= Confidence::Likely)
        };
        if is_likely(true) && is_likely(false) {
            return Confidence::Certain;
        }
        self.seen.iter().map(|(.., confidence)| *confidence).max().unwrap_or(Confidence::Possible)
    }

    /// Returns what the cause is worth beside others: what the database says may follow from a storage that hangs, and a
    /// server that has lost its drives says of each bucket that there is none.
    fn beside(&self, cause: Cause, company: Company) -> Confidence {
        let confidence = self.confidence();
        let of_database = company.has_storage && cause.side() == Side::Database && confidence < Confidence::Certain;
        let follows = of_database || (company.has_lost_drives && cause == Cause::BucketMissing);
        if follows { Confidence::Possible } else { confidence }
    }

    /// Returns what decides the order.
    fn key(&self, cause: Cause, company: Company) -> Key {
        let mut logs: Vec<usize> = self.seen.iter().map(|(log, ..)| *log).collect();
        logs.dedup();
        let latest = self.seen.iter().map(|(log, _, sighting, _)| (*log, sighting.last)).max().unwrap_or_default();
        let count = self.seen.iter().map(|(_, _, sighting, _)| sighting.count).sum();
        (self.beside(cause, company), cause.side() != Side::Database, logs.len(), latest, count)
    }

    /// Returns the suspect.
    fn suspect(&self, cause: Cause, company: Company) -> Suspect {
        let mut seen: Vec<_> = self.seen.iter().collect();
        seen.sort_by_key(|(log, _, sighting, confidence)| (Reverse(*confidence), *log, sighting.first));
        let lines = || {
            seen.iter().flat_map(|(_, log, sighting, _)| sighting.lines.iter().map(move |line| (log, sighting, line)))
        };
        let mut operations: Vec<String> = lines().filter_map(|(.., line)| operation(&line.text)).collect();
        operations.sort();
        operations.dedup();
        let mut cites: Vec<Cite> = Vec::new();
        for (log, sighting, line) in lines() {
            let cite = Cite::of(log, sighting, line.number, &line.text);
            // Pods that are tried again say the same again.
            let is_same = |known: &Cite| {
                let is_near = known.source == cite.source && known.line == cite.line && known.text == cite.text;
                is_near || log.about.form != Form::Given && is_alike(&known.text, &cite.text)
            };
            if cites.len() < CITED && !cites.iter().any(is_same) {
                cites.push(cite);
            }
        }
        Suspect {
            cause,
            confidence: self.beside(cause, company),
            operations,
            endpoint: lines().find_map(|(.., line)| endpoint(&line.text)).filter(|_| cause.side() == Side::Storage),
            cites,
            count: self.seen.iter().map(|(_, _, sighting, _)| sighting.count).sum(),
        }
    }
}
