//! Evidence → diagnosis: weighs what lines say together. What succeeded later is over; what the database says after the
//! storage failed is a consequence; of two causes the surer leads, then the one that more logs name, then the later one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cause::{Cause, Side};
use super::confidence::Confidence;
use super::evidence::{Evidence, Log, Sighting};
use super::line::{endpoint, operation, shown};
use super::signature::Says;
use super::suspect::{Cite, Diagnosis, Suspect};
use super::vantage::{self, Mismatch, is_probe};

/// How many lines are cited for a cause.
const CITED: usize = 3;

/// What speaks for one cause.
#[derive(Default)]
struct Tally<'a> {
    /// The sightings, each with its log, and what it is worth.
    seen: Vec<(usize, &'a Log, &'a Sighting, Confidence)>,
}

/// Returns what the evidence says.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let failed = vantage::of_failed(evidence);
    let leading = |evidence: &Evidence| judged(evidence).leading;
    let mut diagnosis = judged(&failed);
    diagnosis.places = vantage::places(evidence, leading);
    diagnosis.contradiction = vantage::contradiction(&failed, leading);
    if diagnosis.contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs) {
        diagnosis.leading.confidence = diagnosis.leading.confidence.min(Confidence::Likely);
    }
    diagnosis
}

/// Returns what evidence says, wherever it was seen from.
fn judged(evidence: &Evidence) -> Diagnosis {
    let mut standing: BTreeMap<Cause, Tally<'_>> = BTreeMap::new();
    let mut over: BTreeMap<Cause, Tally<'_>> = BTreeMap::new();
    for (index, log) in evidence.logs.iter().enumerate() {
        for sighting in &log.sightings {
            if let Some((cause, confidence)) = meaning(log, sighting) {
                let side = if is_over(log, sighting, cause) { &mut over } else { &mut standing };
                side.entry(cause).or_default().seen.push((index, log, sighting, confidence));
            }
        }
    }
    let over: Vec<Suspect> =
        ranked(&over).into_iter().filter(|suspect| !standing.contains_key(&suspect.cause)).collect();
    let mut suspects = ranked(&standing);
    let notes = notes(evidence, &suspects);
    let leading = if suspects.is_empty() { unnamed(evidence, &over) } else { suspects.remove(0) };
    Diagnosis { leading, others: suspects, over, contradiction: None, places: Vec::new(), notes }
}

/// Returns the cause that a sighting names in its log, and what it is worth there.
fn meaning(log: &Log, sighting: &Sighting) -> Option<(Cause, Confidence)> {
    match sighting.signature.says {
        Says::Cause(cause, confidence) => Some((cause, confidence)),
        // xbcloud asks for the bucket's own host first; only where the other way fails too has the endpoint no address.
        Says::BucketHost if is_nameless(log) => Some((Cause::DnsFailure, Confidence::Likely)),
        _ => None,
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
    let has_storage = tallies.iter().any(storage);
    let mut suspects: Vec<_> = tallies
        .iter()
        .map(|(cause, tally)| (tally.key(*cause, has_storage), tally.suspect(*cause, has_storage)))
        .collect();
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

/// What decides which of two causes leads: confidence, side, how many logs, how late, how often.
type Key = (Confidence, bool, usize, (usize, u64), u64);

impl Tally<'_> {
    /// Returns what the surest sighting is worth.
    fn confidence(&self) -> Confidence {
        self.seen.iter().map(|(.., confidence)| *confidence).max().unwrap_or(Confidence::Possible)
    }

    /// Returns what the cause is worth beside others: what the database says may follow from a storage that hangs.
    fn beside(&self, cause: Cause, has_storage: bool) -> Confidence {
        let confidence = self.confidence();
        let follows = has_storage && cause.side() == Side::Database && confidence < Confidence::Certain;
        if follows { Confidence::Possible } else { confidence }
    }

    /// Returns what decides the order.
    fn key(&self, cause: Cause, has_storage: bool) -> Key {
        let mut logs: Vec<usize> = self.seen.iter().map(|(log, ..)| *log).collect();
        logs.dedup();
        let latest = self.seen.iter().map(|(log, _, sighting, _)| (*log, sighting.last)).max().unwrap_or_default();
        let count = self.seen.iter().map(|(_, _, sighting, _)| sighting.count).sum();
        (self.beside(cause, has_storage), cause.side() != Side::Database, logs.len(), latest, count)
    }

    /// Returns the suspect.
    fn suspect(&self, cause: Cause, has_storage: bool) -> Suspect {
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
            if cites.len() < CITED
                && !cites.iter().any(|cite| cite.source == log.name && cite.line == Some(line.number))
            {
                cites.push(cite(log, sighting, line.number, &line.text));
            }
        }
        Suspect {
            cause,
            confidence: self.beside(cause, has_storage),
            operations,
            endpoint: lines().find_map(|(.., line)| endpoint(&line.text)).filter(|_| cause.side() == Side::Storage),
            cites,
            count: self.seen.iter().map(|(_, _, sighting, _)| sighting.count).sum(),
        }
    }
}

/// Returns a cited line.
fn cite(log: &Log, sighting: &Sighting, number: u64, text: &str) -> Cite {
    Cite {
        source: log.name.clone(),
        line: Some(number),
        text: shown(text),
        signature: sighting.signature.id,
        known_from: sighting.signature.source,
    }
}

/// Returns what is said where no cause stands: that it succeeded, or that nobody can tell, with the lines that say so.
fn unnamed(evidence: &Evidence, over: &[Suspect]) -> Suspect {
    let said = |wanted: &[Says]| -> Vec<Cite> {
        let sightings = evidence.logs.iter().flat_map(|log| log.sightings.iter().map(move |sighting| (log, sighting)));
        let of = sightings.filter(|(_, sighting)| wanted.contains(&sighting.signature.says));
        let lines = of.filter_map(|(log, sighting)| {
            sighting.lines.last().map(|line| cite(log, sighting, line.number, &line.text))
        });
        lines.take(CITED).collect()
    };
    let ended_well = |log: &Log| {
        let last = |wanted: &[Says]| {
            log.sightings
                .iter()
                .filter(|sighting| wanted.contains(&sighting.signature.says))
                .map(|sighting| sighting.last)
                .max()
        };
        last(&[Says::Succeeded]).is_some_and(|at| last(&[Says::Failed, Says::GaveUp]).is_none_or(|failed| failed < at))
    };
    let has_failed =
        |log: &Log| log.sightings.iter().any(|sighting| matches!(sighting.signature.says, Says::Failed | Says::GaveUp));
    let is_healthy =
        evidence.logs.iter().any(ended_well) && evidence.logs.iter().all(|log| ended_well(log) || !has_failed(log));
    let (cause, cites) = if is_healthy {
        (Cause::Healthy, said(&[Says::Succeeded]))
    } else {
        (Cause::CannotTell, said(&[Says::Failed, Says::GaveUp]))
    };
    let confidence = match (is_healthy, over.is_empty()) {
        (true, true) => Confidence::Certain,
        (true, false) => Confidence::Likely,
        (false, _) => Confidence::Possible,
    };
    Suspect { cause, confidence, operations: Vec::new(), endpoint: None, count: cites.len() as u64, cites }
}

/// Returns what does not fit together.
fn notes(evidence: &Evidence, suspects: &[Suspect]) -> Vec<String> {
    let mut notes = Vec::new();
    let succeeded = |log: &&Log| log.sightings.iter().any(|sighting| sighting.signature.says == Says::Succeeded);
    let blamed = |log: &Log| suspects.iter().flat_map(|suspect| &suspect.cites).any(|cite| cite.source == log.name);
    let of_pods = evidence.logs.iter().filter(|log| !is_probe(&log.name)).filter(succeeded);
    if let Some(log) = of_pods.into_iter().find(|log| !suspects.is_empty() && !blamed(log)) {
        notes.push(format!(
            "`{}` says that a backup succeeded: where it is the newer one, the trouble is over",
            log.name
        ));
    }
    let empty = evidence.logs.iter().filter(|log| log.bytes == 0);
    notes.extend(empty.map(|log| format!("`{}` is empty", log.name)));
    notes
}
