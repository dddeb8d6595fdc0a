//! What came later: of the Backups that failed, of logs that were given, of causes that lines with times name. Comes before
//! causes are ranked. Must never order what says no time, and says so where a zone was assumed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::confidence::Confidence;
use super::evidence::{Form, Heard, Log};
use super::meaning::meaning;
use super::party::Places;
use super::probe::is_probe;
use super::remark::ended_well;
use super::signature::Says;
use super::stamp::Stamp;

/// How much later a cause has to be than another to stand in its place: pods that are tried again say both within that.
pub(super) const LATER: SignedDuration = SignedDuration::from_hours(1);

/// Returns the logs, those as past after which it is known to have gone on, and what has to be known of that.
pub(super) fn superseded<'a>(heard: &[Heard<'a>], places: &Places) -> (Vec<Heard<'a>>, Vec<String>) {
    let is_earlier = earlier_backups(heard, places);
    let good = last_good(heard);
    let mut notes = Vec::new();
    let mut of = |heard: &Heard<'a>| {
        let mended = good.filter(|(log, stamp)| log.name != heard.log.name && is_before(heard.log, *stamp));
        if let Some((log, stamp)) = mended {
            notes.push(format!(
                "`{}` ends before the backup succeeded of which `{}` tells{}",
                heard.log.name,
                log.name,
                assumed(stamp)
            ));
        }
        Heard { is_past: heard.is_past || mended.is_some() || is_earlier(heard.log), ..*heard }
    };
    let heard = heard.iter().map(&mut of).collect();
    (heard, notes)
}

/// Returns what tells the logs of earlier Backups where a later one, which failed too, names a cause: what kept the earlier
/// ones from succeeding is mended, or is named again.
fn earlier_backups<'a>(heard: &[Heard<'a>], places: &Places) -> impl Fn(&'a Log) -> bool + use<'a> {
    let is_sure = |confidence| confidence >= Confidence::Likely;
    let names = |log: &Log| {
        let meanings = log.sightings.iter().filter_map(|sighting| meaning(log, sighting, places));
        meanings.into_iter().any(|meaning| is_sure(meaning.confidence))
    };
    let mut began: BTreeMap<&'a str, Timestamp> = BTreeMap::new();
    for log in heard.iter().map(|heard| heard.log) {
        if let (Some(backup), Some(at)) = (&log.about.backup, log.about.at) {
            began.entry(backup.as_str()).and_modify(|first| *first = at.min(*first)).or_insert(at);
        }
    }
    let of = move |log: &'a Log| log.about.backup.as_deref().and_then(|backup| Some((*began.get(backup)?, backup)));
    let naming: BTreeSet<(Timestamp, &str)> =
        heard.iter().filter(|heard| !heard.is_past && names(heard.log)).filter_map(|heard| of(heard.log)).collect();
    let newest = naming.last().copied();
    move |log| of(log).zip(newest).is_some_and(|(own, newest)| own < newest)
}

/// Returns the log that was given and tells last of a backup that succeeded, and when it did.
fn last_good<'a>(heard: &[Heard<'a>]) -> Option<(&'a Log, Stamp)> {
    let given = heard.iter().map(|heard| heard.log).filter(|log| is_given(log) && ended_well(log));
    let stamped = given.filter_map(|log| {
        let succeeded = log.sightings.iter().filter(|sighting| sighting.signature.says == Says::Succeeded);
        Some((log, succeeded.max_by_key(|sighting| sighting.last)?.at?))
    });
    stamped.max_by_key(|(_, stamp)| stamp.at)
}

/// Returns whether the last line of a log that says anything was written before a time.
fn is_before(log: &Log, good: Stamp) -> bool {
    let last = log.sightings.iter().max_by_key(|sighting| sighting.last);
    is_given(log) && last.and_then(|last| last.at).is_some_and(|last| good.is_after(last, SignedDuration::ZERO))
}

/// Returns whether a person gave a log, which is of no probe.
fn is_given(log: &Log) -> bool {
    log.about.form == Form::Given && !is_probe(&log.name)
}

/// Returns what was assumed to tell that a time is later than others.
pub(super) fn assumed(stamp: Stamp) -> &'static str {
    if stamp.is_zoned { "" } else { " (times without a zone are taken for UTC)" }
}
