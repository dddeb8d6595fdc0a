//! Schedules whose runs overwrite each other, get lost, or never happen.

use serde_json::{Value, json};

use super::super::bench::{Bench, RUN, is_of, name};
use super::{beside_minio, elsewhere, schedule};
use crate::bed::Bed;

/// What every recovery of these clusters is asked for.
const STORAGE: [&str; 2] = ["--storage", "minio"];

/// Two schedules of one minute on one place: two Backups, one destination.
pub(super) fn one_place(bed: &Bed) {
    let schedules = [
        schedule("daily", "0 0 * * *", "minio"),
        schedule("one", "* * * * *", "second"),
        schedule("other", "*/1 * * * *", "second"),
    ];
    let block = json!({"pitr": {"enabled": false}, "storages": {"second": elsewhere("second")}, "schedule": schedules});
    let bench = Bench::ready(bed, &block);
    bench.warns(&json!({}), &[&STORAGE[..], &["--to", "minio-b"]].concat(), "place-shared");
    // They are registered in one go, and run in one second unless that go met the end of one.
    bench.some_backup(RUN, |all| {
        let place = |one: &Value| one["status"]["destination"].as_str().map(str::to_owned);
        let pair = |one: &Value| {
            let with = |other: &&Value| is_of(other, "other") && place(other).is_some() && place(other) == place(one);
            is_of(one, "one").then(|| all.iter().find(with).map(|other| (name(one).to_owned(), name(other).to_owned())))
        };
        all.iter().find_map(|one| pair(one).flatten())
    });
}

/// Two schedules of one cron on storages whose names start alike: their Backups get one name, one run is lost.
pub(super) fn one_name(bed: &Bed) {
    let (often, target) = ("* * * * *", "the-second-data-centre");
    let [one, other] = ["a", "b"].map(|name| format!("{target}-{name}"));
    let storages = json!({
        &one: elsewhere("a"), &other: elsewhere("b"), target: elsewhere("second"), "third": beside_minio("third"),
    });
    let bench = Bench::ready(bed, &json!({"pitr": {"enabled": false}, "storages": storages}));
    let schedules = [schedule("a", often, "minio"), schedule("b", often, "third")];
    let base = json!({"schedule": schedules, "storages": {&one: null, &other: null}});
    bench.refuses(&base, &[&STORAGE[..], &["--to", target]].concat(), "backup-name-shared");
    let wrong = [schedule("a-inc", often, &one), schedule("b-inc", often, &other)];
    bench.patch(&json!({"schedule": wrong}));
    bench.logs(&["failed to create backup", "already exists", &bench.here()]);
}

/// A name that no label takes: the schedule is there, and no Backup ever.
pub(super) fn long(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({"pitr": {"enabled": false}}));
    let (fits, long) = ("a".repeat(57), "b".repeat(58));
    let base = json!({"schedule": [schedule(&"a".repeat(50), "* * * * *", "minio")]});
    bench.refuses(&base, &[&STORAGE[..], &["--to", "minio-b"]].concat(), "schedule-name-long");
    bench.patch(
        &json!({"schedule": [schedule(&fits, "* * * * *", "minio"), schedule(&long, "* * * * *", "minio-binlogs")]}),
    );
    bench.taken();
    bench.scheduled(&fits, "minio");
    bench.logs(&["failed to create backup", "must be no more than 63", &bench.here()]);
    let all = bench.backups();
    assert!(all.iter().all(|one| is_of(one, &fits)), "{}", json!(all));
}

/// `@every`: the reconcile panics before it comes to the next schedule, while the cluster goes on to say that it is ready and
/// that its newest form was seen.
pub(super) fn every(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({"pitr": {"enabled": false}}));
    let wrong = json!({"schedule": [schedule("every", "@every 1m", "minio"), schedule("next", "* * * * *", "minio")]});
    bench.warns(&wrong, &[&STORAGE[..], &["--to", "minio-b"]].concat(), "cron-hazard");
    bench.patch(&wrong);
    bench.logs(&["Observed a panic", "cron.ConstantDelaySchedule", &bench.here()]);
    bench.taken();
    let log = bench.percona.lines_from(&mut 0).unwrap();
    let mut registered =
        log.lines().filter(|line| line.contains("updating backup job") && line.contains(&bench.here()));
    assert!(registered.all(|line| !line.contains("-next\"")));
}
