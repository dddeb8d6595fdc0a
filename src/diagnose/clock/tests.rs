//! Cases of the risk clock, with one cluster: `daily` at 03:00 on `minio-a`, binlogs beside it.

use serde_json::{Value, json};

use super::*;
use crate::model::backup::Backup;
use crate::model::binlog::BinlogExpiry;
use crate::model::observed::BackupObject;

/// Returns a time.
pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Returns a backup block with schedules as (name, cron).
pub(super) fn block(schedules: &[(&str, &str)], pitr: bool) -> Backup {
    let schedules: Vec<Value> = schedules
        .iter()
        .map(|(name, cron)| {
            let retention = json!({"type": "count", "count": 2, "deleteFromStorage": true});
            json!({"name": name, "schedule": cron, "storageName": "minio-a", "retention": retention})
        })
        .collect();
    let storage = json!({"type": "s3", "s3": {"bucket": "b", "endpointUrl": "https://minio.a.example:9000"}});
    let pitr = json!({"enabled": pitr, "storageName": "minio-a"});
    Backup::read(&json!({"schedule": schedules, "storages": {"minio-a": storage}, "pitr": pitr})).unwrap()
}

/// Returns a Backup of a schedule: when it was made, and its status.
pub(super) fn made(schedule: &str, created: &str, status: &Value) -> BackupObject {
    BackupObject::read(&json!({
        "metadata": {"name": format!("cron-{schedule}-{created}"), "creationTimestamp": created,
            "labels": {"percona.com/backup-ancestor": format!("1a2b3-{schedule}")}},
        "spec": {"pxcCluster": "cluster1", "storageName": "minio-a"},
        "status": status,
    }))
}

/// Returns a Backup that succeeded seven minutes after it was made.
pub(super) fn good(schedule: &str, created: &str) -> BackupObject {
    let completed = at(created).checked_add(SignedDuration::from_mins(7)).unwrap().to_string();
    made(schedule, created, &json!({"state": "Succeeded", "completed": completed}))
}

/// Returns facts of a cluster that shows some Backups.
pub(super) fn facts<'a>(now: &str, backup: &'a Backup, backups: &'a [BackupObject]) -> ClockFacts<'a> {
    let live = Live { cluster: "cluster1", backups, begun: [].into(), is_paused: false };
    ClockFacts { live: Some(live), ..ClockFacts::of_git(at(now), backup, BinlogExpiry::read(&Value::Null)) }
}

#[test]
fn a_due_run_without_any_backup_is_evidence_beside_those_that_failed() {
    let backup = block(&[("daily", "0 3 * * *")], true);
    let mut backups = vec![
        good("daily", "2026-11-19T03:00:12Z"),
        good("daily", "2026-11-20T03:00:12Z"),
        made("daily", "2026-11-21T03:00:12Z", &json!({"state": "Failed"})),
        made("daily", "2026-11-24T03:00:12Z", &json!({"state": "Running"})),
    ];
    backups[1].restorable = Some(at("2026-11-21T03:01:00Z"));
    let clock = read(&facts("2026-11-24T10:13:00Z", &backup, &backups));
    let missed = clock.schedules[0].missed.as_ref().unwrap();
    let span = RunSpan { count: 2, first: Some(at("2026-11-22T03:00:00Z")), last: Some(at("2026-11-23T03:00:00Z")) };
    assert_eq!((missed.without_backup, missed.failed.count, missed.unfinished), (span, 1, 1));
    assert_eq!(missed.failed.first, Some(at("2026-11-21T03:00:12Z")));
    assert_eq!(clock.wrong_since(), Some(at("2026-11-21T03:00:12Z")));
    assert_eq!(
        clock.missed_runs().map(|(schedule, missed)| (schedule.name.as_str(), missed.count())).collect::<Vec<_>>(),
        [("daily", 3)]
    );
    assert_eq!(clock.at_risk, Some(SignedDuration::from_mins(3 * 1440 + 7 * 60 + 12)));
    let Seen::Found(point) = &clock.restorable else { panic!("{:?}", clock.restorable) };
    assert_eq!((point.at, point.is_pitr), (at("2026-11-21T03:01:00Z"), true));
    assert_eq!(clock.pitr, Pitr::Until(at("2026-11-21T03:01:00Z")));
    assert_eq!(clock.schedules[0].next, Some(at("2026-11-25T03:00:00Z")));
    assert_eq!(clock.schedules[0].evicts.as_deref(), Some("cron-daily-2026-11-19T03:00:12Z"));
}

#[test]
fn a_run_has_two_minutes_to_make_its_backup() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let backups = [good("daily", "2026-11-21T03:00:12Z")];
    let missed = |now: &str| read(&facts(now, &backup, &backups)).schedules[0].missed.clone().unwrap().count();
    assert_eq!(["2026-11-22T03:00:30Z", "2026-11-22T03:01:59Z", "2026-11-22T03:02:00Z"].map(missed), [0, 0, 1]);
}

#[test]
fn git_alone_says_what_is_due_and_not_what_there_is() {
    let backup = block(&[("daily", "CRON_TZ=Europe/Berlin 0 3 * * *"), ("odd", "@every 1h")], true);
    let clock = read(&ClockFacts::of_git(at("2026-11-24T10:00:00Z"), &backup, BinlogExpiry::read(&Value::Null)));
    assert_eq!((&clock.newest, &clock.restorable, &clock.at_risk), (&Seen::NotAsked, &Seen::NotAsked, &None));
    assert_eq!((clock.pitr, clock.act_before, clock.expiries), (Pitr::On, None, None));
    assert_eq!(clock.schedules[0].next, Some(at("2026-11-25T02:00:00Z")));
    assert_eq!((clock.schedules[0].missed.clone(), clock.schedules[1].next), (None, None));
    assert_eq!(clock.schedules[1].hazard, Some(Hazard::Every));
    assert_eq!(
        clock.unknown,
        [
            "which backups exist and what was missed: Git does not say it, and no cluster was looked at (`--context NAME`)",
            "whether lifecycle rules of a bucket delete by age",
        ]
    );
    assert_eq!(
        clock.assumptions,
        [
            "the operator's container knows the zones that crons name",
            "`binlog_expire_logs_seconds` is 2592000, the default of MySQL 8: nothing in `spec.pxc.configuration` sets it",
            "no node lost its binlogs, by a full volume or by hand",
        ]
    );
}

#[test]
fn crons_that_harm_the_operator_or_never_come_and_a_pause_are_said() {
    let said = |crons: &[(&str, &str)], is_paused: bool| {
        let backup = block(crons, false);
        let facts = ClockFacts::of_git(at("2026-11-24T10:00:00Z"), &backup, BinlogExpiry::read(&Value::Null));
        let clock = read(&ClockFacts { is_paused, ..facts });
        (clock.warnings, clock.schedules.iter().map(|schedule| schedule.next.is_some()).collect::<Vec<_>>())
    };
    let unread = "the operator cannot read it: it says so in its log, and makes no backup for it";
    for (cron, why) in [
        ("@every 1h", "the operator panics over it, and takes up no schedule after it"),
        ("0 0 * * 7", unread),
        ("0 0 * * * *", unread),
        ("CRON_TZ=Nowhere/Land 0 0 * * *", unread),
        ("0 0 30 2 *", "it names a day that does not come"),
    ] {
        assert_eq!(said(&[("daily", cron)], false), (vec![format!("cron `{cron}` of `daily`: {why}")], vec![false]));
    }
    let (short, due) = said(&[("daily", "54 9 * * 5")], false);
    assert!(
        short[0].starts_with("cron `54 9 * * 5` of `daily`: the operator dies when it is due: ") && due[0],
        "{short:?}"
    );
    let paused = "the cluster is paused (`spec.pause`): no run is made".to_owned();
    assert_eq!(said(&[("daily", "0 3 * * *")], true), (vec![paused], vec![false]));
    let none = "there is no schedule: nothing makes a next backup".to_owned();
    assert_eq!(said(&[], false), (vec![none], vec![]));
    assert_eq!(said(&[("daily", "0 3 * * *")], false), (vec![], vec![true]));
}

#[test]
fn a_cluster_that_could_not_be_read_was_looked_at() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let facts = ClockFacts::of_git(at("2026-11-24T10:00:00Z"), &backup, BinlogExpiry::read(&Value::Null));
    let clock = read(&ClockFacts { is_unread: true, ..facts });
    let said = "which backups exist and what was missed: Git does not say it, and the cluster's could not be read";
    assert_eq!(clock.unknown[0], said);
}

#[test]
fn binlogs_are_safe_from_the_newest_restorable_point_on_for_as_long_as_they_are_kept() {
    let backup = block(&[("daily", "0 3 * * *")], true);
    let backups = [good("daily", "2026-11-21T03:00:00Z")];
    let of = |expiry: BinlogExpiry, now: &str| {
        let clock = read(&ClockFacts { binlogs: expiry, ..facts(now, &backup, &backups) });
        (clock.binlogs.unwrap().safe_until, clock.act_before)
    };
    let until = at("2026-11-21T03:07:10Z");
    let before = |is_past| Some(ActBefore { at: until, reason: Reason::BinlogsPurged, is_past });
    assert_eq!(of(BinlogExpiry::told(10), "2026-11-21T03:07:09Z"), (Some(until), before(false)));
    assert_eq!(of(BinlogExpiry::told(10), "2026-11-22T03:00:00Z"), (Some(until), before(true)));
    assert_eq!(of(BinlogExpiry::told(0), "2026-11-22T03:00:00Z"), (None, None));
    let without = Backup::read(&json!({"schedule": [], "storages": {}})).unwrap();
    assert_eq!(read(&facts("2026-11-22T03:00:00Z", &without, &backups)).binlogs, None);
}

#[test]
fn lifecycle_days_expire_at_the_midnight_after_and_a_lock_keeps_for_longer() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let backups = [good("daily", "2026-11-20T23:58:00Z"), good("daily", "2026-11-21T23:58:00Z")];
    let of = |lifecycle_days, lock_days| {
        let bucket = BucketRules { lifecycle_days: Some(lifecycle_days), lock_days };
        let clock = read(&ClockFacts { bucket, ..facts("2026-11-22T03:00:00Z", &backup, &backups) });
        let expiries = clock.expiries.unwrap();
        (expiries.oldest.unwrap().to_string(), expiries.newest.unwrap().to_string())
    };
    assert_eq!(of(7, None), ("2026-11-28T00:00:00Z".to_owned(), "2026-11-29T00:00:00Z".to_owned()));
    assert_eq!(of(7, Some(10)), ("2026-11-30T23:58:00Z".to_owned(), "2026-12-01T23:58:00Z".to_owned()));
    let bucket = BucketRules { lifecycle_days: Some(1), lock_days: None };
    let clock = read(&ClockFacts { bucket, ..facts("2026-11-22T03:00:00Z", &backup, &backups) });
    let first = ActBefore { at: at("2026-11-23T00:00:00Z"), reason: Reason::NewestExpires, is_past: false };
    assert_eq!(clock.act_before, Some(first));
}

#[test]
fn a_gap_in_the_binlogs_leaves_the_full_backup_alone() {
    let backup = block(&[("daily", "0 3 * * *")], true);
    let mut backups = [good("daily", "2026-11-20T03:00:00Z"), good("daily", "2026-11-21T03:00:00Z")];
    backups[1].restorable = Some(at("2026-11-21T09:00:00Z"));
    backups[1].pitr_ready = Some(false);
    let clock = read(&facts("2026-11-21T10:07:00Z", &backup, &backups));
    assert_eq!(clock.pitr, Pitr::Gap { backup: "cron-daily-2026-11-21T03:00:00Z".to_owned() });
    assert_eq!(clock.at_risk, Some(SignedDuration::from_hours(7)));
}

#[test]
fn what_is_being_deleted_or_of_another_cluster_is_no_good_backup() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let mut backups = [good("daily", "2026-11-20T03:00:00Z"), good("daily", "2026-11-21T03:00:00Z")];
    backups[0].meta.deleted = Some(at("2026-11-21T04:00:00Z"));
    backups[1].cluster = "cluster2".to_owned();
    let clock = read(&facts("2026-11-21T10:07:00Z", &backup, &backups));
    assert_eq!((clock.newest, clock.at_risk), (Seen::Nothing, None));
    assert_eq!(clock.being_deleted, ["cron-daily-2026-11-20T03:00:00Z"]);
}

#[test]
fn the_newest_backup_that_can_be_reached_lies_on_no_failed_storage() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let mut backups = [good("daily", "2026-11-20T03:00:00Z"), good("daily", "2026-11-21T03:00:00Z")];
    backups[0].storage = "minio-b".to_owned();
    let failed = ["minio-a".to_owned()];
    let elsewhere = |failed| read(&ClockFacts { failed, ..facts("2026-11-21T10:00:00Z", &backup, &backups) }).elsewhere;
    assert_eq!(elsewhere(&failed).map(|good| good.storage).as_deref(), Some("minio-b"));
    assert_eq!(elsewhere(&[]), None);
}

#[test]
fn a_schedule_that_never_made_a_backup_is_unknown_unless_git_says_since_when_it_runs() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let mut facts = facts("2026-11-24T10:00:00Z", &backup, &[]);
    let clock = read(&facts);
    assert_eq!(clock.schedules[0].missed, None);
    assert_eq!(clock.unknown[0], "what `daily` missed: it has made no Backup yet, and since when it runs is not known");
    let live = facts.live.as_mut().unwrap();
    live.begun = [("daily".to_owned(), at("2026-11-22T12:00:00Z"))].into();
    assert_eq!(read(&facts).schedules[0].missed.as_ref().unwrap().without_backup.count, 2);
    facts.live.as_mut().unwrap().is_paused = true;
    let clock = read(&facts);
    assert_eq!(clock.schedules[0].missed.as_ref().unwrap().count(), 0);
    assert_eq!(clock.unknown[0], "what is due while the cluster is paused: the operator makes no backups then");
}

#[test]
fn retention_is_read_as_the_operator_reads_it() {
    let newest = |count, deletes_data| Keeps::Newest { count, deletes_data };
    for (value, keeps) in [
        (json!({"keep": 3}), newest(3, true)),
        (json!({"keep": 3, "retention": {"type": "count", "count": 5}}), newest(5, true)),
        (json!({"retention": {"count": 5, "deleteFromStorage": false}}), newest(5, false)),
        (json!({"retention": {"type": "count", "count": 0}}), Keeps::All),
        (json!({"retention": {"type": "age", "count": 4}}), Keeps::All),
        (json!({}), Keeps::All),
    ] {
        assert_eq!(Keeps::read(&value), keeps, "{value}");
    }
}

#[test]
fn a_clock_that_is_ahead_of_ours_puts_nothing_at_risk() {
    let backup = block(&[("daily", "0 3 * * *")], false);
    let backups = [good("daily", "2026-11-21T03:00:00Z")];
    let clock = read(&facts("2026-11-20T10:00:00Z", &backup, &backups));
    assert_eq!(clock.at_risk, Some(SignedDuration::ZERO));
    assert_eq!(clock.schedules[0].missed.as_ref().unwrap().count(), 0);
}

#[test]
fn what_a_schedule_missed_before_another_stood_for_it_counts_until_that_one_gave_a_backup() {
    let backup = block(&[("daily-x", "0 3 * * *")], false);
    let was = Schedule { name: "daily".to_owned(), ..backup.schedules[0].clone() };
    let replaced = Replaced { was, by: "daily-x".to_owned(), until: at("2026-11-25T09:00:00Z") };
    let names = |backups: &[BackupObject]| {
        let mut facts = facts("2026-11-26T10:00:00Z", &backup, backups);
        facts.live.as_mut().unwrap().begun = [("daily-x".to_owned(), replaced.until)].into();
        let clock = read(&ClockFacts { replaced: vec![replaced.clone()], ..facts });
        let missed = |(schedule, missed): (&ScheduleClock, &MissedRuns)| (schedule.name.clone(), missed.count());
        (clock.missed_runs().map(missed).collect::<Vec<_>>(), clock.wrong_since())
    };
    let (old, new) = (good("daily", "2026-11-23T03:00:12Z"), good("daily-x", "2026-11-26T03:00:12Z"));
    let since = Some(at("2026-11-24T03:00:00Z"));
    assert_eq!(names(std::slice::from_ref(&old)), (vec![("daily-x".to_owned(), 1), ("daily".to_owned(), 2)], since));
    assert_eq!(names(&[old, new]), (Vec::new(), None));
}

#[test]
fn a_point_on_a_failed_storage_needs_it_and_the_newest_without_it_is_known() {
    let backup = block(&[("daily", "0 3 * * *")], true);
    let mut backups = [good("daily", "2026-11-20T03:00:00Z"), good("daily", "2026-11-21T03:00:00Z")];
    backups[0].storage = "minio-b".to_owned();
    backups[0].restorable = Some(at("2026-11-20T05:00:00Z"));
    let of = |failed: &[String]| {
        let clock = read(&ClockFacts { failed, ..facts("2026-11-21T10:00:00Z", &backup, &backups) });
        let Seen::Found(point) = clock.restorable else { panic!("{:?}", clock.restorable) };
        (point.at.to_string(), point.needs, clock.without_failed.map(|point| point.at.to_string()), clock.pitr_failed)
    };
    let (newest, name) = ("2026-11-21T03:07:00Z".to_owned(), "minio-a".to_owned());
    // The binlogs behind the older backup lie on what failed, so its end counts alone.
    let without = Some("2026-11-20T03:07:00Z".to_owned());
    assert_eq!(of(std::slice::from_ref(&name)), (newest.clone(), Some(name.clone()), without, Some(name)));
    assert_eq!(of(&[]), (newest, None, None, None));
}
