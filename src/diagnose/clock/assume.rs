//! What the clock does not know, and what it believes: said in full, so that nobody takes a number for more than it is.

use super::facts::ClockFacts;
use crate::model::backup::Schedule;
use crate::model::binlog::ExpiryFrom;
use crate::model::cron::{Cron, Hazard, hazard};

/// Returns what is not known.
pub fn unknowns(facts: &ClockFacts<'_>) -> Vec<String> {
    let mut unknown = Vec::new();
    if facts.live.is_none() {
        let why = if facts.is_unread {
            "the cluster's could not be read"
        } else {
            "no cluster was looked at (`--context NAME`)"
        };
        unknown.push(format!("which backups exist and what was missed: Git does not say it, and {why}"));
    }
    if let Some(live) = &facts.live {
        unknown.extend(
            live.is_paused
                .then(|| "what is due while the cluster is paused: the operator makes no backups then".to_owned()),
        );
        let has_own = |name: &str| facts.backups().into_iter().flatten().any(|backup| backup.schedule() == Some(name));
        let silent = facts.backup.schedules.iter().map(|schedule| schedule.name.as_str());
        let silent = silent.filter(|name| !live.begun.contains_key(*name) && !has_own(name));
        unknown.extend(silent.map(|name| {
            format!("what `{name}` missed: it has made no Backup yet, and since when it runs is not known")
        }));
    }
    if facts.bucket.lifecycle_days.is_none()
        && facts.backup.storages.values().any(|storage| storage.kind() != "filesystem")
    {
        unknown.push("whether lifecycle rules of a bucket delete by age".to_owned());
    }
    unknown
}

/// Returns what keeps runs from being made, or the operator from running (operator.md 12.32).
pub fn warnings(facts: &ClockFacts<'_>) -> Vec<String> {
    let paused = facts.is_paused().then(|| "the cluster is paused (`spec.pause`): no run is made".to_owned());
    let has_none = facts.backup.schedules.is_empty();
    let none = has_none.then(|| "there is no schedule: nothing makes a next backup".to_owned());
    let of = |schedule: &Schedule| {
        let why = match hazard(&schedule.cron) {
            Some(Hazard::Every) => "the operator panics over it, and takes up no schedule after it",
            Some(Hazard::Unreadable) => {
                "the operator cannot read it: it says so in its log, and makes no backup for it"
            }
            Some(Hazard::ShortChecksum) => {
                "the operator dies when it is due: its checksum is too short for a backup's name, another minute has another"
            }
            None if is_never_due(facts, schedule) => "it names a day that does not come",
            None => return None,
        };
        Some(format!("cron `{}` of `{}`: {why}", schedule.cron, schedule.name))
    };
    paused.into_iter().chain(none).chain(facts.backup.schedules.iter().filter_map(of)).collect()
}

/// Returns whether no run of a schedule will ever be due.
fn is_never_due(facts: &ClockFacts<'_>, schedule: &Schedule) -> bool {
    Cron::parse(&schedule.cron).is_some_and(|cron| cron.runs_after(facts.now).next().is_none())
}

/// Returns what is believed.
pub fn assumptions(facts: &ClockFacts<'_>) -> Vec<String> {
    let crons: Vec<Cron> = facts.backup.schedules.iter().filter_map(|schedule| Cron::parse(&schedule.cron)).collect();
    let zone = |is_named: bool| crons.iter().any(|cron| cron.zone().is_some() == is_named);
    let mut believed = Vec::new();
    let mut add = |holds: bool, text: &str| believed.extend(holds.then(|| text.to_owned()));
    add(zone(false), "the operator's container runs in UTC, and crons without a zone with it");
    add(zone(true), "the operator's container knows the zones that crons name");
    let has_binlogs = facts.backup.pitr.storage.is_some();
    add(
        has_binlogs && facts.binlogs.from == ExpiryFrom::Default8,
        "`binlog_expire_logs_seconds` is 2592000, the default of MySQL 8: nothing in `spec.pxc.configuration` sets it",
    );
    add(
        has_binlogs && facts.binlogs.from == ExpiryFrom::Default57,
        "`expire_logs_days` is 0, the default of MySQL 5.7: nothing in `spec.pxc.configuration` sets it",
    );
    add(
        has_binlogs && facts.binlogs.from == ExpiryFrom::Configuration,
        "the nodes run with the binlog settings of `spec.pxc.configuration`",
    );
    add(has_binlogs, "no node lost its binlogs, by a full volume or by hand");
    add(facts.live.is_some(), "no Backup object was deleted by hand");
    believed
}
