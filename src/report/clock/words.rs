//! The clock in sentences: what is at risk, what was missed, until when; then what is not known and what is believed.

use super::time::{lasting, minute};
use super::{BackupLine, ClockFrom, ClockReport, PointLine, ScheduleLine};

/// Returns the clock as pairs: what a sentence is about, and the sentence.
pub(in crate::report) fn said(clock: &ClockReport) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    if let Some(act) = &clock.act_before {
        said.push(("act before", format!("{}: {}", minute(&act.at), because(&act.reason, act.is_past))));
    }
    said.extend(at_risk(clock).map(|text| ("at risk now", text)));
    said.extend(newest(clock).map(|text| ("newest backup", text)));
    said.push(("point in time", point_in_time(clock)));
    said.extend(clock.schedules.iter().filter_map(missed).map(|text| ("missed", text)));
    said.extend(due(clock).map(|text| ("due next", text)));
    said.extend(clock.warnings.iter().map(|text| ("warning", text.clone())));
    said.extend(deleted(clock).map(|text| ("being deleted", text)));
    said.extend(retention(clock).map(|text| ("retention", text)));
    said.extend(lifecycle(clock).map(|text| ("lifecycle", text)));
    said.extend(binlogs(clock).map(|text| ("binlogs", text)));
    said
}

/// Returns the clock as lines for a terminal.
pub(in crate::report) fn lines(clock: &ClockReport) -> Vec<String> {
    let said = said(clock).into_iter().map(|(what, text)| format!("{what}: {text}"));
    let unknown = clock.unknown.iter().map(|text| format!("not known: {text}"));
    let believed = clock.assumptions.iter().map(|text| format!("assumed: {text}"));
    said.chain(unknown).chain(believed).collect()
}

/// Returns why something has to be done before a moment.
fn because(reason: &str, is_past: bool) -> &'static str {
    match (reason, is_past) {
        ("binlogs-purged", false) => {
            "from then on nodes may purge binlogs that no storage has, and what they hold is in no backup until the next full one"
        }
        ("binlogs-purged", true) => {
            "since then nodes may have purged binlogs that no storage has: take a full backup, no point in between can be reached"
        }
        (_, false) => "from then on the bucket's lifecycle rule deletes the newest good backup",
        (_, true) => "since then the bucket's lifecycle rule may have deleted the newest good backup",
    }
}

/// Returns what would be lost now.
fn at_risk(clock: &ClockReport) -> Option<String> {
    if clock.from == ClockFrom::Git {
        return None;
    }
    let Some((seconds, point)) = clock.at_risk_seconds.zip(clock.restorable.as_ref()) else {
        return Some("everything: no backup succeeded that is still there".to_owned());
    };
    let of = |point: &PointLine| {
        let by = if point.by_binlogs { "binlogs behind" } else { "the end of" };
        format!("since {} ({by} `{}`)", minute(&point.at), point.backup)
    };
    let now = format!("the changes of {}, {}", lasting(seconds), of(point));
    let Some(needs) = &point.needs else { return Some(now) };
    let otherwise = clock
        .restorable_without_failed
        .as_ref()
        .map_or_else(|| "everything".to_owned(), |point| format!("those {}", of(point)));
    Some(format!("{now}, once `{needs}` is back; until then {otherwise}"))
}

/// Returns the newest backup, and the newest that a failed storage does not hold.
fn newest(clock: &ClockReport) -> Option<String> {
    let shown = |line: &BackupLine| {
        let schedule = line.schedule.as_deref().filter(|name| !name.is_empty());
        let schedule = schedule.map(|name| format!("`{name}` ")).unwrap_or_default();
        format!("{} ({schedule}on `{}`)", minute(&line.at), line.storage)
    };
    let newest = shown(clock.newest_backup.as_ref()?);
    let elsewhere = clock.newest_elsewhere.as_ref().map(shown);
    let elsewhere = elsewhere.map(|text| format!("; the newest on a storage that did not fail {text}"));
    let is_alone = clock.restorable.as_ref().is_some_and(|point| point.needs.is_some());
    let alone = (is_alone && clock.restorable_without_failed.is_none())
        .then(|| "; none on a storage that did not fail".to_owned());
    Some(newest + &elsewhere.or(alone).unwrap_or_default())
}

/// Returns how far point-in-time recovery reaches.
fn point_in_time(clock: &ClockReport) -> String {
    let pitr = &clock.point_in_time;
    let into = pitr.failed_storage.as_ref().map(|name| format!(", into `{name}`, which failed")).unwrap_or_default();
    let reach = match (pitr.state.as_str(), &pitr.until, &pitr.backup) {
        ("off", ..) => "off".to_owned(),
        ("until", Some(until), _) => format!("reaches to {}", minute(until)),
        ("gap", _, Some(backup)) => {
            format!("binlogs behind `{backup}` have a gap: it reaches nowhere until the next full backup")
        }
        ("unknown", ..) => "on, and no Backup says how far it reaches".to_owned(),
        _ => "on".to_owned(),
    };
    reach + &into
}

/// Returns what a schedule missed.
fn missed(schedule: &ScheduleLine) -> Option<String> {
    let missed = schedule.missed.as_ref().filter(|missed| missed.failed + missed.without_backup > 0)?;
    let runs = |count: u32, one: &str, many: &str, first: Option<&String>| {
        let since = first.map(|first| format!(" (first {})", minute(first))).unwrap_or_default();
        (count > 0).then(|| format!("{count} {}{since}", if count == 1 { one } else { many }))
    };
    let failed = runs(missed.failed, "backup failed", "backups failed", missed.first_failed.as_ref());
    let without = runs(
        missed.without_backup,
        "due run made no backup at all",
        "due runs made no backup at all",
        missed.first_without.as_ref(),
    );
    let parts: Vec<String> = failed.into_iter().chain(without).collect();
    Some(format!("`{}`: {}", schedule.name, parts.join(", ")))
}

/// Returns when schedules are due again.
fn due(clock: &ClockReport) -> Option<String> {
    let due = |line: &ScheduleLine| Some(format!("`{}` {}", line.name, minute(line.next.as_ref()?)));
    let due: Vec<String> = clock.schedules.iter().filter_map(due).collect();
    (!due.is_empty()).then(|| due.join(", "))
}

/// Returns what is being deleted.
fn deleted(clock: &ClockReport) -> Option<String> {
    let names = &clock.being_deleted;
    let what = if names.len() == 1 { "its data goes" } else { "their data goes" };
    (!names.is_empty()).then(|| format!("`{}`: {what} as soon as the storage answers", names.join("`, `")))
}

/// Returns what retention does.
fn retention(clock: &ClockReport) -> Option<String> {
    let counts = clock.schedules.iter().any(|schedule| schedule.keeps.is_some());
    counts.then(|| "counts backups that succeeded: it deletes nothing while they fail".to_owned())
}

/// Returns what a lifecycle rule does.
fn lifecycle(clock: &ClockReport) -> Option<String> {
    let rule = clock.lifecycle.as_ref()?;
    let goes = |what: &str, at: &Option<String>| {
        at.as_ref().map(|at| format!("the {what} good backup not before {}", minute(at)))
    };
    let parts: Vec<String> =
        [goes("newest", &rule.newest), goes("oldest", &rule.oldest)].into_iter().flatten().collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    Some(format!("after {} days{parts}", rule.days))
}

/// Returns how long binlogs stay.
fn binlogs(clock: &ClockReport) -> Option<String> {
    let binlogs = clock.binlogs.as_ref()?;
    let Some(kept) = binlogs.seconds.and_then(|seconds| i64::try_from(seconds).ok()).map(lasting) else {
        return Some("the nodes never purge them by age".to_owned());
    };
    let safe = binlogs.safe_until.as_ref().map(|at| format!(", those that are needed until {}", minute(at)));
    Some(format!("the nodes keep them for {kept}{}", safe.unwrap_or_default()))
}
