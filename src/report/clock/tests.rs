//! The clock as people read it.

use serde_json::json;

use super::*;

/// Returns the clock of an outage.
fn clock() -> ClockReport {
    serde_json::from_value(json!({
        "cluster": "pxc/cluster1", "at": "2026-11-22T10:13:00Z", "from": "cluster",
        "newest_backup": {"name": "cron-a", "schedule": "daily", "storage": "minio-a", "at": "2026-11-21T03:07:00Z"},
        "oldest_backup": {"name": "cron-0", "schedule": null, "storage": "minio-b", "at": "2026-11-19T03:07:00Z"},
        "newest_elsewhere": {"name": "cron-0", "schedule": null, "storage": "minio-b", "at": "2026-11-19T03:07:00Z"},
        "point_in_time": {"state": "until", "until": "2026-11-22T03:01:00Z", "backup": null},
        "restorable": {"at": "2026-11-22T03:01:00Z", "backup": "cron-a", "by_binlogs": true},
        "at_risk_seconds": 25920,
        "schedules": [{"name": "daily", "storage": "minio-a", "cron": "0 */3 * * *", "next": "2026-11-22T12:00:00Z",
            "last_good": "2026-11-21T03:07:00Z", "keeps": 7, "deletes_data": true, "evicts": null,
            "missed": {"since": "2026-11-21T03:00:00Z", "without_backup": 2, "first_without": "2026-11-22T06:00:00Z",
                "last_without": "2026-11-22T09:00:00Z", "failed": 1, "first_failed": "2026-11-22T03:00:12Z",
                "last_failed": "2026-11-22T03:00:12Z", "unfinished": 0}}],
        "being_deleted": ["cron-b"],
        "lifecycle": {"days": 30, "oldest": "2026-12-20T00:00:00Z", "newest": "2026-12-22T00:00:00Z"},
        "binlogs": {"seconds": 604_800, "from": "configuration", "safe_until": "2026-11-29T03:01:00Z"},
        "act_before": {"at": "2026-11-29T03:01:00Z", "reason": "binlogs-purged", "is_past": false},
        "unknown": ["this | that"], "assumptions": ["one", "two"],
    }))
    .unwrap()
}

#[test]
fn an_outage_reads_from_the_risk_to_what_is_believed() {
    assert_eq!(
        lines(&clock()),
        [
            "act before: 2026-11-29 03:01 UTC: from then on nodes may purge binlogs that no storage has, and what they hold is in no backup until the next full one",
            "at risk now: the changes of 7 h 12 min, since 2026-11-22 03:01 UTC (binlogs behind `cron-a`)",
            "newest backup: 2026-11-21 03:07 UTC (`daily` on `minio-a`); the newest on a storage that did not fail 2026-11-19 03:07 UTC (on `minio-b`)",
            "point in time: reaches to 2026-11-22 03:01 UTC",
            "missed: `daily`: 1 backup failed (first 2026-11-22 03:00 UTC), 2 due runs made no backup at all (first 2026-11-22 06:00 UTC)",
            "due next: `daily` 2026-11-22 12:00 UTC",
            "being deleted: `cron-b`: its data goes as soon as the storage answers",
            "retention: counts backups that succeeded: it deletes nothing while they fail",
            "lifecycle: after 30 days: the newest good backup not before 2026-12-22 00:00 UTC, the oldest good backup not before 2026-12-20 00:00 UTC",
            "binlogs: the nodes keep them for 7 d, those that are needed until 2026-11-29 03:01 UTC",
            "not known: this | that",
            "assumed: one",
            "assumed: two",
        ]
    );
}

#[test]
fn the_table_holds_the_same_and_nothing_leaves_its_cell() {
    let mut clock = clock();
    clock.schedules[0].name = "a|b\n<x>".to_owned();
    let text = rows(&clock);
    assert!(
        text.starts_with(
            "\n| risk clock of pxc/cluster1 | read from the cluster, 2026-11-22 10:13 UTC |\n| --- | --- |\n"
        ),
        "{text}"
    );
    assert!(text.contains("| missed | `a\\|b &lt;x>`: 1 backup failed"), "{text}");
    assert!(text.ends_with("\nNot known: this | that.\n\nAssumed: one; two.\n"), "{text}");
}

#[test]
fn no_good_backup_puts_everything_at_risk_and_git_alone_says_nothing_of_it() {
    let bare =
        ClockReport { restorable: None, at_risk_seconds: None, newest_backup: None, act_before: None, ..clock() };
    assert_eq!(lines(&bare)[0], "at risk now: everything: no backup succeeded that is still there");
    let git = ClockReport { from: ClockFrom::Git, binlogs: None, lifecycle: None, ..bare };
    assert_eq!(lines(&git)[0], "point in time: reaches to 2026-11-22 03:01 UTC");
}

#[test]
fn what_is_over_is_told_as_over() {
    let mut clock = clock();
    let act = clock.act_before.as_mut().unwrap();
    act.is_past = true;
    assert!(lines(&clock)[0].contains("since then nodes may have purged binlogs"), "{}", lines(&clock)[0]);
    clock.act_before.as_mut().unwrap().reason = "newest-expires".to_owned();
    assert!(
        lines(&clock)[0].ends_with("since then the bucket's lifecycle rule may have deleted the newest good backup")
    );
    clock.point_in_time =
        PitrLine { state: "gap".to_owned(), until: None, backup: Some("cron-a".to_owned()), failed_storage: None };
    assert!(lines(&clock).contains(
        &"point in time: binlogs behind `cron-a` have a gap: it reaches nowhere until the next full backup".to_owned()
    ));
    clock.binlogs = Some(BinlogLine { seconds: None, from: "told".to_owned(), safe_until: None });
    assert!(lines(&clock).contains(&"binlogs: the nodes never purge them by age".to_owned()));
}

#[test]
fn what_only_a_failed_storage_holds_is_not_told_as_restorable() {
    let mut clock = clock();
    let point = |at: &str, needs: Option<&str>| PointLine {
        at: at.to_owned(),
        backup: "cron-a".to_owned(),
        by_binlogs: false,
        needs: needs.map(str::to_owned),
    };
    clock.restorable = Some(point("2026-11-22T03:01:00Z", Some("minio-a")));
    clock.restorable_without_failed = Some(point("2026-11-19T03:07:00Z", None));
    clock.point_in_time.failed_storage = Some("minio-a-binlogs".to_owned());
    let now = "at risk now: the changes of 7 h 12 min, since 2026-11-22 03:01 UTC (the end of `cron-a`), once `minio-a` is back; until then ";
    assert_eq!(lines(&clock)[1], format!("{now}those since 2026-11-19 03:07 UTC (the end of `cron-a`)"));
    assert_eq!(
        lines(&clock)[3],
        "point in time: reaches to 2026-11-22 03:01 UTC, into `minio-a-binlogs`, which failed"
    );
    (clock.restorable_without_failed, clock.newest_elsewhere) = (None, None);
    assert_eq!(lines(&clock)[1], format!("{now}everything"));
    let newest = "newest backup: 2026-11-21 03:07 UTC (`daily` on `minio-a`); none on a storage that did not fail";
    assert_eq!(lines(&clock)[2], newest);
}
