//! Laws of the risk clock: what is said of the past does not change with the time, no order of Backups matters, and missed
//! runs are those that looking at every minute finds.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::tests::{at, block, facts, good, made};
use super::*;
use crate::model::observed::BackupObject;

/// Crons of many kinds: dense, sparse, in zones whose clocks change.
const CRONS: [&str; 9] = [
    "* * * * *",
    "*/7 * * * *",
    "0 * * * *",
    "30 2 * * *",
    "CRON_TZ=Europe/Berlin 30 2 * * *",
    "CRON_TZ=Australia/Lord_Howe */20 1-2 * * *",
    "TZ=America/Sao_Paulo 0 0 * * *",
    "15 */3 * * 6",
    "0 0 31 2 *",
];
/// The start of the days that are looked at: Europe's and New South Wales' clocks change in them.
const STARTS: [&str; 3] = ["2026-10-24T12:00:00Z", "2026-04-04T06:00:00Z", "2018-11-03T20:00:00Z"];

/// Returns a time some minutes and seconds after the start.
fn after(start: &str, minutes: i64, seconds: i64) -> String {
    at(start).checked_add(SignedDuration::from_secs(minutes * 60 + seconds)).unwrap().to_string()
}

/// Returns Backups of `daily`: minute, second, how it ended.
fn backups(start: &str, made_at: &[(i64, i64, u8)]) -> Vec<BackupObject> {
    let one = |(minute, second, how): &(i64, i64, u8)| {
        let created = after(start, *minute, *second);
        match how {
            0 => good("daily", &created),
            1 => made("daily", &created, &json!({"state": "Failed"})),
            2 => made("other", &created, &json!({"state": "Succeeded", "completed": created})),
            _ => made("daily", &created, &json!({"state": "Running"})),
        }
    };
    made_at.iter().map(one).collect()
}

/// Returns the runs without a Backup by looking at every minute since the newest good one, or the first.
fn looked_at(cron: &Cron, backups: &[BackupObject], now: Timestamp) -> Option<usize> {
    let mut own: Vec<&BackupObject> = backups.iter().filter(|backup| backup.schedule() == Some("daily")).collect();
    own.sort_by_key(|backup| backup.meta.created);
    let created = |backup: &&BackupObject| backup.meta.created.unwrap();
    let goods = own.iter().filter(|backup| backup.state == crate::model::observed::BackupState::Succeeded);
    let first = own.first().map(|backup| created(backup) - SignedDuration::from_mins(2));
    let since = goods.map(created).max().or(first)?;
    let start = since - SignedDuration::from_mins(3);
    let due: BTreeSet<Timestamp> = cron.runs_after(start).take_while(|run| *run <= now).collect();
    let mut minute = Timestamp::from_second(since.as_second() / 60 * 60).unwrap();
    let mut without = 0;
    while minute + SignedDuration::from_mins(2) <= now {
        let next = minute + SignedDuration::from_mins(1);
        let end = if due.contains(&next) { next } else { minute + SignedDuration::from_mins(2) };
        let has_made = own.iter().map(created).any(|at| at > since && at >= minute && at < end);
        without += usize::from(minute > since && due.contains(&minute) && !has_made);
        minute = next;
    }
    Some(without)
}

/// Returns times and ends of Backups.
fn made_at() -> impl Strategy<Value = Vec<(i64, i64, u8)>> {
    proptest::collection::vec((0_i64..1500, 0_i64..60, 0_u8..4), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn missed_runs_are_those_that_looking_at_every_minute_finds(
        cron in proptest::sample::select(&CRONS[..]), start in proptest::sample::select(&STARTS[..]),
        made_at in made_at(), minutes in 0_i64..2000,
    ) {
        let (backup, backups) = (block(&[("daily", cron)], false), backups(start, &made_at));
        let now = after(start, minutes, 30);
        let clock = read(&facts(&now, &backup, &backups));
        let missed = clock.schedules[0].missed.as_ref().map(|missed| missed.without_backup.count as usize);
        prop_assert_eq!(missed, looked_at(&Cron::parse(cron).unwrap(), &backups, at(&now)));
    }

    #[test]
    fn time_only_adds_to_what_is_missed_and_at_risk(
        cron in proptest::sample::select(&CRONS[..]), made_at in made_at(), minutes in 0_i64..2000, more in 0_i64..2000,
    ) {
        let made_at: Vec<_> = made_at.into_iter().filter(|(minute, ..)| *minute <= minutes).collect();
        let (backup, backups) = (block(&[("daily", cron)], true), backups(STARTS[0], &made_at));
        let of = |minutes| read(&facts(&after(STARTS[0], minutes, 0), &backup, &backups));
        let (one, two) = (of(minutes), of(minutes + more));
        let missed = |clock: &RiskClock| clock.missed_runs().map(|(_, missed)| missed.count()).sum::<u32>();
        prop_assert!(missed(&one) <= missed(&two));
        prop_assert!(one.at_risk <= two.at_risk);
        prop_assert!(one.schedules[0].next <= two.schedules[0].next || two.schedules[0].next.is_none());
        prop_assert_eq!(one.wrong_since().filter(|_| missed(&one) > 0), two.wrong_since().filter(|_| missed(&one) > 0));
        prop_assert_eq!((&one.newest, &one.restorable, one.binlogs), (&two.newest, &two.restorable, two.binlogs));
        let acts = (one.act_before.map(|act| act.at), two.act_before.map(|act| act.at));
        prop_assert_eq!(acts.0, acts.1);
    }

    #[test]
    fn the_order_of_backups_does_not_matter(made_at in made_at(), seed in any::<prop::sample::Index>()) {
        let backup = block(&[("daily", "*/7 * * * *")], true);
        let mut backups = backups(STARTS[0], &made_at);
        let now = after(STARTS[0], 1600, 0);
        let before = read(&facts(&now, &backup, &backups.clone()));
        let at = if backups.is_empty() { 0 } else { seed.index(backups.len()) };
        backups.rotate_left(at);
        prop_assert_eq!(&read(&facts(&now, &backup, &backups)), &before);
        backups.reverse();
        prop_assert_eq!(&read(&facts(&now, &backup, &backups)), &before);
    }
}
