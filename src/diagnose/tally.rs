//! Causes → suspects in order: what leads is about a storage rather than about somebody else, later where times tell, surer,
//! in more logs. What the database says after the storage failed is a consequence. Must never raise what others say.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cause::{Cause, Side};
use super::confidence::Confidence;
use super::evidence::{Form, Log, Sighting, is_alike};
use super::line::{endpoint, operation};
use super::meaning::Meaning;
use super::order::{LATER, assumed};
use super::party::Bearing;
use super::probe::is_probe;
use super::stamp::Stamp;
use super::suspect::{CITED, Cite, Suspect};

/// What speaks for each cause.
#[derive(Default)]
pub(super) struct Tallies<'a> {
    /// By cause.
    of: BTreeMap<Cause, Tally<'a>>,
}

/// What speaks for one cause.
#[derive(Default)]
struct Tally<'a> {
    /// The sightings, each with the number of its log, its log, and what it means there.
    seen: Vec<(usize, &'a Log, &'a Sighting, Meaning)>,
}

/// Suspects in order.
pub(super) struct Ranked {
    /// The suspects, the likeliest first.
    pub(super) suspects: Vec<Suspect>,
    /// How many of them, the first ones, are about a storage, the cluster or the database; the rest is about strangers.
    pub(super) n_own: usize,
    /// What has to be known of the order.
    pub(super) notes: Vec<String>,
}

/// What else is blamed beside a cause.
#[derive(Clone, Copy, Default)]
struct Company {
    /// The storage, or what the cluster gives a backup.
    has_storage: bool,
    /// Drives that the server has lost.
    has_lost_drives: bool,
    /// What was said later.
    is_outdated: bool,
}

/// What decides which of two causes leads: whom it is about, confidence, side, how many logs, how late, how often.
type Key = (bool, bool, Confidence, bool, usize, (usize, u64), u64);

impl<'a> Tallies<'a> {
    /// Takes in what a sighting means.
    pub(super) fn add(&mut self, (index, log): (usize, &'a Log), sighting: &'a Sighting, meaning: Meaning) {
        self.of.entry(meaning.cause).or_default().seen.push((index, log, sighting, meaning));
    }

    /// Returns whether something speaks for a cause.
    pub(super) fn has(&self, cause: Cause) -> bool {
        self.of.contains_key(&cause)
    }

    /// Returns suspects in order, each with the confidence that the others leave it.
    pub(super) fn ranked(&self) -> Ranked {
        let is_likely = |tally: &Tally<'_>| tally.confidence() >= Confidence::Likely;
        let storage = |(cause, tally): (&Cause, &Tally<'_>)| {
            matches!(cause.side(), Side::Storage | Side::Cluster) && is_likely(tally)
        };
        let company = Company {
            has_storage: self.of.iter().any(storage),
            has_lost_drives: self.of.get(&Cause::QuorumLost).is_some_and(is_likely),
            is_outdated: false,
        };
        let mut notes = Vec::new();
        let mut suspects = Vec::new();
        for (cause, tally) in &self.of {
            let later = self.later(*cause, tally);
            let company = Company { is_outdated: later.is_some(), ..company };
            notes.extend(later.map(|(later, stamp)| {
                let (earlier, later) = (cause.name(), later.name());
                format!("{earlier} was said for the last time long before {later}{}", assumed(stamp))
            }));
            suspects.push((tally.key(*cause, company), tally.is_own(), tally.suspect(*cause, company)));
        }
        suspects.sort_by_key(|(key, ..)| Reverse(*key));
        let n_own = suspects.iter().filter(|(_, is_own, _)| *is_own).count();
        let mut suspects: Vec<Suspect> = suspects.into_iter().map(|(.., suspect)| suspect).collect();
        contest(&mut suspects);
        Ranked { suspects, n_own, notes }
    }

    /// Returns the cause that was said long after the last time that another was: what failed so later got further, or fails
    /// for another reason now. What the database says may only follow from a storage.
    fn later(&self, cause: Cause, tally: &Tally<'_>) -> Option<(Cause, Stamp)> {
        let last = tally.last()?;
        let may_lead = |(other, tally): &(&Cause, &Tally<'_>)| {
            let needed = if other.side() == Side::Database { Confidence::Certain } else { Confidence::Likely };
            **other != cause && tally.is_of_storage() && tally.confidence() >= needed
        };
        let others = self.of.iter().filter(may_lead).filter_map(|(other, tally)| Some((*other, tally.last()?)));
        others.filter(|(_, stamp)| stamp.is_after(last, LATER)).max_by_key(|(_, stamp)| stamp.at)
    }
}

/// Takes from two sure causes that call for different things that they are sure.
fn contest(suspects: &mut [Suspect]) {
    if let [first, second, ..] = suspects {
        let is_contested = first.confidence == second.confidence && first.cause.remedy() != second.cause.remedy();
        if is_contested && first.confidence == Confidence::Certain {
            first.confidence = Confidence::Likely;
            second.confidence = Confidence::Likely;
        }
    }
}

impl Tally<'_> {
    /// Returns whether something of it is about a storage, or who keeps backups from one; not about strangers alone.
    fn is_own(&self) -> bool {
        self.seen.iter().any(|(.., meaning)| meaning.bearing != Bearing::Stranger)
    }

    /// Returns whether something of it is not about another party.
    fn is_of_storage(&self) -> bool {
        self.seen.iter().any(|(.., meaning)| meaning.bearing == Bearing::Storage)
    }

    /// Returns when it was said for the last time, where every line that could be the last tells.
    fn last(&self) -> Option<Stamp> {
        let stamps: Option<Vec<Stamp>> = self.seen.iter().map(|(_, _, sighting, _)| sighting.at).collect();
        stamps?.into_iter().max_by_key(|stamp| stamp.at)
    }

    /// Returns what the surest sighting is worth; what is likely from two vantage points is certain.
    fn confidence(&self) -> Confidence {
        let is_likely = |is_from_here: bool| {
            let mut seen = self.seen.iter().filter(|(_, log, ..)| is_probe(&log.name) == is_from_here);
            seen.any(|(.., meaning)| meaning.confidence >= Confidence::Likely)
        };
        if is_likely(true) && is_likely(false) {
            return Confidence::Certain;
        }
        self.seen.iter().map(|(.., meaning)| meaning.confidence).max().unwrap_or(Confidence::Possible)
    }

    /// Returns what the cause is worth beside others: what the database says may follow from a storage that hangs, a server
    /// that has lost its drives says of each bucket that there is none, and what was said later stands.
    fn beside(&self, cause: Cause, company: Company) -> Confidence {
        let confidence = self.confidence();
        let of_database = company.has_storage && cause.side() == Side::Database && confidence < Confidence::Certain;
        let follows = of_database || (company.has_lost_drives && cause == Cause::BucketMissing);
        if follows || company.is_outdated { Confidence::Possible } else { confidence }
    }

    /// Returns what decides the order.
    fn key(&self, cause: Cause, company: Company) -> Key {
        let mut logs: Vec<usize> = self.seen.iter().map(|(log, ..)| *log).collect();
        logs.dedup();
        let latest = self.seen.iter().map(|(log, _, sighting, _)| (*log, sighting.last)).max().unwrap_or_default();
        let count = self.seen.iter().map(|(_, _, sighting, _)| sighting.count).sum();
        let is_other = cause.side() != Side::Database;
        let (is_own, is_of_storage) = (self.is_own(), self.is_of_storage());
        (is_own, is_of_storage, self.beside(cause, company), is_other, logs.len(), latest, count)
    }

    /// Returns the suspect.
    fn suspect(&self, cause: Cause, company: Company) -> Suspect {
        let mut seen: Vec<_> = self.seen.iter().collect();
        seen.sort_by_key(|(log, _, sighting, meaning)| (Reverse(meaning.confidence), *log, sighting.first));
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
