//! Evidence → diagnosis: which place of the cluster it is about, what speaks against it, what else fails. Without a cluster
//! the logs alone decide. Must never let what one storage suffers from speak against another.

use std::cmp::Reverse;

use super::cause::Cause;
use super::evidence::{Evidence, Form, Log};
use super::history::{History, has_collector_trouble, is_past, places};
use super::judge::{Heard, Verdict, judged};
use super::observed::Observed;
use super::site::Site;
use super::suspect::{Diagnosis, Elsewhere};
use crate::model::backup::Storage;

/// Returns what the evidence says.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let Some(observed) = &evidence.observed else {
        let heard: Vec<Heard<'_>> = evidence.logs.iter().map(|log| Heard { log, is_past: false }).collect();
        return diagnosis(judged(&heard), None, Vec::new());
    };
    let said = observed.said();
    let place = leading_place(observed, evidence.storage.as_deref());
    let heard = |place: Option<&str>, forms: &[Form]| -> Vec<Heard<'_>> {
        let logs = evidence.logs.iter().chain(&said).filter(|log| forms.contains(&log.about.form));
        let logs = logs.filter(|log| is_of(observed, log, place));
        logs.map(|log| Heard { log, is_past: is_past(observed, &log.about) }).collect()
    };
    let all = [Form::Given, Form::Live, Form::State];
    let verdict = judged(&heard(place.as_deref(), &all));
    let others = failing_places(observed).into_iter().filter(|other| Some(other) != place.as_ref());
    let others = others.map(|other| {
        let heard: Vec<Heard<'_>> = heard(Some(&other), &all[1..]);
        let own = heard.into_iter().filter(|heard| heard.log.about.storage.is_some()).collect::<Vec<_>>();
        Elsewhere { storages: storages(observed, &other), suspect: judged(&own).leading }
    });
    let others = others.collect();
    // Where nothing could be read there is no place, but what could not be seen has to be said.
    let place = place.unwrap_or_default();
    let site = Site::of(observed, &place, storages(observed, &place), &verdict.leading);
    diagnosis(verdict, Some(site), others)
}

/// Returns a verdict as a diagnosis.
fn diagnosis(verdict: Verdict, site: Option<Site>, mut elsewhere: Vec<Elsewhere>) -> Diagnosis {
    let Verdict { leading, others, over, notes } = verdict;
    elsewhere.retain(|other| other.suspect.cause != Cause::Healthy);
    elsewhere.sort_by_key(|other| Reverse(other.suspect.confidence));
    Diagnosis { leading, others, over, notes, site, elsewhere }
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
