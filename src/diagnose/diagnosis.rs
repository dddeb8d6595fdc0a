//! Evidence → diagnosis: which place of the cluster it is about, what speaks against it, what else fails. Without a cluster
//! the logs alone decide. Must never let what one storage suffers from speak against another.

use std::cmp::Reverse;

use super::cause::Cause;
use super::confidence::Confidence;
use super::evidence::{Evidence, Form, Heard, Log};
use super::history::{History, Past, has_collector_trouble, places};
use super::judge::{Judgement, judged};
use super::observed::Observed;
use super::party::Places;
use super::probe::{is_of_other, is_of_storage, is_unclear, to_be_known};
use super::site::Site;
use super::suspect::Suspect;
use super::vantage::{Contradiction, Mismatch, PlaceSeen, contradiction, places as places_seen};
use crate::model::backup::Storage;

/// What the evidence says.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The cause that leads.
    pub leading: Suspect,
    /// What else speaks from the evidence, the likeliest first.
    pub others: Vec<Suspect>,
    /// What was wrong and no longer is, as far as the evidence goes.
    pub over: Vec<Suspect>,
    /// That the logs and the probe do not fit together.
    pub contradiction: Option<Contradiction>,
    /// What each probe found.
    pub places: Vec<PlaceSeen>,
    /// What does not fit together, or has to be known when reading this.
    pub notes: Vec<String>,
    /// What the cluster's objects say around the cause.
    pub site: Option<Site>,
    /// What fails at other places, the surest first.
    pub elsewhere: Vec<Elsewhere>,
}

/// What fails at another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The storages there.
    pub storages: Vec<String>,
    /// The cause that leads there.
    pub suspect: Suspect,
}

/// Returns what the evidence says.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let Some(observed) = &evidence.observed else {
        let failed = evidence.storage.as_deref();
        let is_unclear = is_unclear(&evidence.logs, failed);
        let is_out = |log: &Log| is_of_other(log, failed) || (is_unclear && is_of_storage(log));
        let own = evidence.logs.iter().filter(|log| !is_out(log));
        let heard: Vec<Heard<'_>> = own.map(|log| Heard { log, is_past: false }).collect();
        return diagnosis(evidence, &heard, (None, Vec::new()));
    };
    let (said, past) = (observed.said(), Past::of(observed));
    let known = Places::of(&evidence.places, Some(observed));
    let place = leading_place(observed, evidence.storage.as_deref());
    let heard = |place: Option<&str>, forms: &[Form]| -> Vec<Heard<'_>> {
        let logs = evidence.logs.iter().chain(&said).filter(|log| forms.contains(&log.about.form));
        let logs = logs.filter(|log| is_of(observed, log, place));
        logs.map(|log| Heard { log, is_past: past.holds(&log.about) }).collect()
    };
    let others = failing_places(observed).into_iter().filter(|other| Some(other) != place.as_ref());
    let others = others.map(|other| {
        let heard: Vec<Heard<'_>> = heard(Some(&other), &[Form::Live, Form::State]);
        let own = heard.into_iter().filter(|heard| heard.log.about.storage.is_some()).collect::<Vec<_>>();
        Elsewhere { storages: storages(observed, &other), suspect: judged(&own, &known).leading }
    });
    let others = others.collect();
    let mut all = heard(place.as_deref(), &[Form::Given, Form::Live, Form::State]);
    // Where nothing could be read there is no place, but what could not be seen has to be said.
    let place = place.unwrap_or_default();
    let storages = storages(observed, &place);
    let failed = evidence.storage.as_deref().or(storages.first().map(String::as_str));
    all.retain(|heard| !is_of_other(heard.log, failed));
    let leading = judged(&all, &known).leading;
    diagnosis(evidence, &all, (Some(Site::of(observed, &place, storages, &leading)), others))
}

/// Returns what logs say as a diagnosis, with what surrounds it.
fn diagnosis(
    evidence: &Evidence,
    heard: &[Heard<'_>],
    (site, mut elsewhere): (Option<Site>, Vec<Elsewhere>),
) -> Diagnosis {
    let known = Places::of(&evidence.places, evidence.observed.as_ref());
    let Judgement { mut leading, others, over, mut notes } = judged(heard, &known);
    notes.extend(to_be_known(&evidence.logs));
    let contradiction = contradiction(heard, &known);
    if contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs) {
        leading.confidence = leading.confidence.min(Confidence::Likely);
    }
    if let Some(observed) = &evidence.observed {
        temper(&mut leading, observed);
    }
    elsewhere.retain(|other| other.suspect.cause != Cause::Healthy);
    elsewhere.sort_by_key(|other| Reverse(other.suspect.confidence));
    let places = places_seen(&evidence.logs);
    Diagnosis { leading, others, over, contradiction, places, notes, site, elsewhere }
}

/// Takes from a sound cluster what nobody can know of its next backup: a paused one makes none, and where there is no schedule
/// somebody has to ask for it. What was backed up before proves nothing of that.
fn temper(leading: &mut Suspect, observed: &Observed) {
    let is_paused = observed.cluster.as_ref().is_some_and(|cluster| cluster.is_paused);
    let has_none = observed.block.as_ref().is_some_and(|block| block.schedules.is_empty());
    if leading.cause == Cause::Healthy && (is_paused || has_none) {
        leading.confidence = Confidence::Possible;
    }
    if leading.cause == Cause::Healthy && is_paused {
        leading.cause = Cause::CannotTell;
    }
}

/// Returns the storage that fails, as far as the cluster's objects tell.
pub fn failing_storage(observed: &Observed) -> Option<String> {
    let place = failing_places(observed).into_iter().next()?;
    storages(observed, &place).into_iter().next()
}

/// Returns whether a log may speak of a place: it is about a storage there, or nobody knows about which.
fn is_of(observed: &Observed, log: &Log, place: Option<&str>) -> bool {
    let Some(place) = place else { return true };
    log.about.storage.as_deref().is_none_or(|storage| observed.place(storage) == place)
}

/// Returns the storages of a place: those that fail or are used first.
fn storages(observed: &Observed, place: &str) -> Vec<String> {
    let block = observed.block.iter().flat_map(|block| block.storages.values());
    let mut storages: Vec<&str> =
        block.filter(|storage| storage.endpoint() == place).map(|storage| storage.name.as_str()).collect();
    let of_backups = observed.backups.iter().rev().map(|backup| backup.storage.as_str());
    for storage in of_backups.filter(|storage| observed.place(storage) == place) {
        if !storages.contains(&storage) {
            storages.push(storage);
        }
    }
    let history = History::of(observed, place);
    let fails = |name: &str| history.failing.iter().any(|backup| backup.storage == name);
    let is_used = |name: &str| observed.block.as_ref().is_some_and(|block| block.schedules_on(name).next().is_some());
    storages.sort_by_key(|name| (!fails(name), !is_used(name), (*name).to_owned()));
    storages.into_iter().map(str::to_owned).collect()
}

/// Returns the place that the diagnosis is about: that of the storage asked for, else the one that failed last, else the
/// one that schedules or point-in-time recovery use.
fn leading_place(observed: &Observed, asked: Option<&str>) -> Option<String> {
    if let Some(asked) = asked {
        return Some(observed.place(asked));
    }
    let used = || {
        let block = observed.block.as_ref()?;
        let schedules = block.schedules.iter().map(|schedule| schedule.storage.as_str());
        schedules
            .chain(block.pitr_on())
            .chain(block.storages.values().map(|storage: &Storage| storage.name.as_str()))
            .next()
    };
    let known = failing_places(observed).into_iter().next();
    known.or_else(|| used().map(|storage| observed.place(storage))).or_else(|| places(observed).into_iter().next())
}

/// Returns the places that fail, the one that failed last first.
pub(super) fn failing_places(observed: &Observed) -> Vec<String> {
    let collects = observed.block.as_ref().and_then(|block| block.pitr_on()).map(|storage| observed.place(storage));
    let collects = collects.filter(|_| has_collector_trouble(observed));
    let missed = |place: &str| {
        observed.missed_runs.iter().filter(|run| observed.place(&run.storage) == place).map(|run| run.last).max()
    };
    let mut failing: Vec<_> = places(observed)
        .into_iter()
        .filter_map(|place| {
            let history = History::of(observed, &place);
            let collector = (collects.as_deref() == Some(place.as_str())).then_some(observed.at);
            let newest = history.newest_failure().max(collector).max(missed(&place))?;
            Some((newest, history.failing.len(), place))
        })
        .collect();
    failing.sort_by_key(|(newest, count, _)| Reverse((*newest, *count)));
    failing.into_iter().map(|(.., place)| place).collect()
}
