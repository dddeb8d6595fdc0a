//! The logs of probes among the evidence: which are of a probe, and of which storage, what they prove and what they are worth
//! at most. Comes before any log is judged. What a probe of another storage says must never be evidence of the failed one.

use super::cause::Cause;
use super::confidence::Confidence;
use super::evidence::{Form, Log};
use super::line::endpoint;
use super::signature::{Proof, Says};
use super::suspect::Suspect;

/// What reports call the log of a probe: another vantage point than that of the pods.
pub const PROBE: &str = "probe from here";

/// How the lines of a probe start that have to be known.
const NOTED: &str = "probe: to be known: ";

/// Returns what reports call the log of a probe of a storage.
pub fn probe_of(storage: &str) -> String {
    format!("{PROBE} of `{storage}`")
}

/// Returns whether a log is of a probe.
pub(super) fn is_probe(name: &str) -> bool {
    name == PROBE || probed(name).is_some()
}

/// Returns the storage that a log of a probe is about.
pub(super) fn probed(name: &str) -> Option<&str> {
    name.strip_prefix(PROBE)?.strip_prefix(" of `")?.strip_suffix('`')
}

/// Returns whether a log is of a probe of another storage than the one that failed.
pub(super) fn is_of_other(log: &Log, failed: Option<&str>) -> bool {
    failed.zip(probed(&log.name)).is_some_and(|(failed, storage)| storage != failed)
}

/// Returns what a cause is worth at most where a log names it. From here the way to a storage is another one than that of the
/// pods, and so may the authorities be that are trusted; keys of the environment may be those of another storage.
pub(super) fn at_most(log: &Log, cause: Cause) -> Confidence {
    let is_borrowed = || log.says(Says::Borrowed);
    match cause {
        _ if !is_probe(&log.name) => Confidence::Certain,
        Cause::EndpointUnreachable
        | Cause::DnsFailure
        | Cause::TlsUnknownCa
        | Cause::TlsExpired
        | Cause::TlsNameMismatch
        | Cause::TlsPlainHttp => Confidence::Likely,
        Cause::AccessKeyUnknown | Cause::SecretKeyWrong | Cause::TokenExpired | Cause::AccessDenied
            if is_borrowed() =>
        {
            Confidence::Possible
        }
        _ => Confidence::Certain,
    }
}

impl Suspect {
    /// Returns whether nothing but a possibility speaks for the cause, and that from here alone: too little to move backups
    /// or to change keys.
    pub fn is_only_possible_from_here(&self) -> bool {
        self.confidence == Confidence::Possible && self.cites.iter().all(|cite| cite.source.starts_with(PROBE))
    }
}

/// Returns whether a log is of a probe that says nothing of the next backup: nothing depends on what it looked at.
pub(super) fn is_apart(log: &Log) -> bool {
    is_probe(&log.name) && log.says(Says::Apart)
}

/// Returns whether a log tells of something that was written where it has to be: a pod's, or a probe's with its marker.
pub(super) fn is_of_writing(log: &Log) -> bool {
    !is_probe(&log.name) || log.says(Says::Proves(Proof::Write))
}

/// Returns whether logs speak of a trouble and do not say of which storage: then the probes of several storages are no evidence
/// of it, since nobody knows which of them it is about.
pub(super) fn is_unclear(logs: &[Log], failed: Option<&str>) -> bool {
    let probes = logs.iter().filter(|log| probed(&log.name).is_some()).count();
    failed.is_none() && probes > 1 && logs.iter().any(is_of_trouble)
}

/// Returns whether a log was given and says that something went wrong.
fn is_of_trouble(log: &Log) -> bool {
    let is_trouble = |says: Says| matches!(says, Says::Cause(..) | Says::Failed | Says::GaveUp);
    let is_given = log.about.form == Form::Given && !is_probe(&log.name);
    is_given && log.sightings.iter().any(|sighting| is_trouble(sighting.signature.says))
}

/// Returns the lines of logs that were given in which something went wrong, each with the endpoint that it names; `None` where
/// there is none.
pub fn lines_of_trouble(logs: &[Log]) -> Option<Vec<(&str, Option<String>)>> {
    let logs: Vec<&Log> = logs.iter().filter(|log| is_of_trouble(log)).collect();
    let lines = logs.iter().flat_map(|log| &log.sightings).flat_map(|sighting| &sighting.lines);
    (!logs.is_empty()).then(|| lines.map(|line| (line.text.as_str(), endpoint(&line.text))).collect())
}

/// Returns whether a log is of a probe of a storage.
pub(super) fn is_of_storage(log: &Log) -> bool {
    probed(&log.name).is_some()
}

/// Returns what probes say that has to be known and is no trouble, each with the storage that it is of.
pub(super) fn to_be_known(logs: &[Log]) -> Vec<String> {
    let noted = |log: &&Log| is_probe(&log.name) && log.says(Says::Noted);
    let lines = logs.iter().filter(noted).flat_map(|log| {
        let sightings = log.sightings.iter().filter(|sighting| sighting.signature.says == Says::Noted);
        sightings.flat_map(|sighting| &sighting.lines).map(|line| {
            let text = line.text.trim_start_matches(NOTED);
            probed(&log.name).map_or_else(|| text.to_owned(), |storage| format!("`{storage}`: {text}"))
        })
    });
    lines.collect()
}

/// Returns what the lines of a probe prove.
pub(super) fn proofs(log: &Log) -> Vec<Proof> {
    let proof = |says: Says| match says {
        Says::Proves(proof) => Some(proof),
        _ => None,
    };
    log.sightings.iter().filter_map(|sighting| proof(sighting.signature.says)).collect()
}
