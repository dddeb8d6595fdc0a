//! What is said beside causes: that a backup succeeded, that nobody can tell, and what does not fit together.
//! Comes after the tallies; must never name a cause that no line names.

use super::cause::Cause;
use super::confidence::Confidence;
use super::evidence::{Form, Log};
use super::probe::{is_apart, is_of_writing, is_probe};
use super::signature::Says;
use super::suspect::{CITED, Cite, Suspect};

/// Returns what is said where no cause stands: that it succeeded, or that nobody can tell, with the lines that say so.
pub(super) fn unnamed(logs: &[&Log], over: &[Suspect]) -> Suspect {
    let said = |wanted: &[Says]| -> Vec<Cite> {
        let sightings = logs.iter().flat_map(|log| log.sightings.iter().map(move |sighting| (log, sighting)));
        let of = sightings.filter(|(_, sighting)| wanted.contains(&sighting.signature.says));
        let lines = of.filter_map(|(log, sighting)| {
            sighting.lines.last().map(|line| Cite::of(log, sighting, line.number, &line.text))
        });
        // Of a cluster's objects the newest say most.
        let mut cites: Vec<Cite> = lines.collect();
        let is_live = logs.iter().any(|log| log.about.form != Form::Given);
        if is_live {
            cites.reverse();
        }
        cites.truncate(CITED);
        cites
    };
    let has_failed =
        |log: &Log| log.sightings.iter().any(|sighting| matches!(sighting.signature.says, Says::Failed | Says::GaveUp));
    let well: Vec<&&Log> = logs.iter().filter(|log| ended_well(log)).collect();
    let is_lived = well.iter().any(|log| !is_probe(&log.name));
    // Of storages that were asked and on which something depends none may be left open.
    let open = |log: &&Log| is_probe(&log.name) && !is_apart(log) && !ended_well(log);
    let is_healthy = !well.is_empty()
        && logs.iter().all(|log| ended_well(log) || !has_failed(log))
        && (is_lived || !logs.iter().any(open));
    let is_proven = is_lived || well.iter().all(|log| is_of_writing(log));
    let (cause, cites) = if is_healthy {
        (Cause::Healthy, said(&[Says::Succeeded]))
    } else {
        (Cause::CannotTell, said(&[Says::Failed, Says::GaveUp]))
    };
    let confidence = match (is_healthy, over.is_empty()) {
        // A full storage answers to who only reads as a sound one does.
        (true, _) if !is_proven => Confidence::Possible,
        (true, true) => Confidence::Certain,
        (true, false) => Confidence::Likely,
        (false, _) => Confidence::Possible,
    };
    Suspect { cause, confidence, operations: Vec::new(), endpoint: None, count: cites.len() as u64, cites }
}

/// Returns whether a log says last that a backup succeeded.
pub(super) fn ended_well(log: &Log) -> bool {
    let last = |wanted: &[Says]| {
        let of = log.sightings.iter().filter(|sighting| wanted.contains(&sighting.signature.says));
        of.map(|sighting| sighting.last).max()
    };
    last(&[Says::Succeeded]).is_some_and(|at| last(&[Says::Failed, Says::GaveUp]).is_none_or(|failed| failed < at))
}

/// Returns what has to be known when reading the causes.
pub(super) fn notes(logs: &[&Log], suspects: &[Suspect]) -> Vec<String> {
    let mut notes = Vec::new();
    let given = || logs.iter().filter(|log| log.about.form == Form::Given);
    let succeeded = |log: &&&Log| log.says(Says::Succeeded);
    let blamed = |log: &Log| suspects.iter().flat_map(|suspect| &suspect.cites).any(|cite| cite.source == log.name);
    let of_pods = given().filter(|log| !is_probe(&log.name)).filter(succeeded);
    if let Some(log) = of_pods.into_iter().find(|log| !suspects.is_empty() && !blamed(log)) {
        notes.push(format!(
            "`{}` says that a backup succeeded: where it is the newer one, the trouble is over",
            log.name
        ));
    }
    let empty = given().filter(|log| log.bytes == 0);
    notes.extend(empty.map(|log| format!("`{}` is empty", log.name)));
    notes
}
