//! Schedules: names that retention counts by, expressions, retention.

use super::fixture::Case;
use crate::model::incident::{Incident, MovedSchedule};
use crate::model::name::IncidentId;

/// A base whose one moving schedule has a retention of this text.
fn retention(text: &str) -> Case {
    Case::failover().base(&format!("schedule: [{{name: daily, schedule: 0 0 * * *, storageName: minio-a, {text}}}]"))
}

#[test]
fn refuses_names_that_are_too_long_or_taken() {
    let case =
        Case::failover().ask(|request| request.incident = IncidentId::parse("a-quite-long-incident-id").unwrap());
    let base = "schedule: [{name: a-schedule-with-a-long-name-of-its-own, schedule: 0 0 * * *, storageName: \
        minio-a}]";
    case.base(base).says(
        "schedule-name-long",
        "refuse: schedule name `a-schedule-with-a-long-name-of-its-own-a-quite-long-incident-id` has \
        63 characters, the operator runs up to 57\n  \
        hint: --incident with a shorter id",
    );
    let base = "schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}, {name: daily-inc1, \
        schedule: 1 1 * * *, storageName: archive}]";
    Case::failover().base(base).says(
        "schedule-name-taken",
        "refuse: schedule name `daily-inc1` is taken: retention counts by name and would delete \
        across storages\n  \
        hint: --incident with another id",
    );
}

#[test]
fn refuses_a_name_whose_backups_another_incident_left_behind() {
    let incident = Case::failover().plan().incident.unwrap();
    let moved = MovedSchedule {
        was: "daily-inc1".to_owned(),
        now: "daily-inc1-inc0".to_owned(),
        storage_was: "minio-a".to_owned(),
        retention_was: serde_json::Value::Null,
    };
    let before = Incident { id: "inc0".to_owned(), schedules: vec![moved], ..incident };
    Case::failover().know(|subject| subject.history.push(before)).says(
        "schedule-name-taken",
        "refuse: schedule name `daily-inc1` is taken: retention counts by name and would delete \
        across storages\n  \
        hint: --incident with another id",
    );
}

#[test]
fn refuses_backups_of_one_name() {
    let base = "schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}, {name: copy, schedule: \
        0 0 * * *, storageName: a-very-long-storage-2}]";
    let storages = "storages: {a-very-long-storage-2: {type: s3, s3: {bucket: x, endpointUrl: 'https://d'}}}";
    let case = Case::failover().base(base).base(storages);
    let long = "{type: s3, endpoint: 'https://b:9000', bucket: dr, credentialsSecret: b-keys}";
    case.target("a-very-long-storage-1", long).says(
        "backup-name-shared",
        "refuse: schedules `daily-inc1` and `copy` have one cron and storages that start alike \
        (`a-very-long-stor`): their backups get one name and one run is lost\n  \
        hint: --to a target with another name",
    );
    let before = "schedule: [{name: a, schedule: 0 0 * * *, storageName: archive}, {name: b, schedule: 0 0 * \
        * *, storageName: archive}, {name: daily, schedule: 1 0 * * *, storageName: minio-a}]";
    Case::failover().base(before).says(
        "backup-name-shared",
        "warn: schedules `a` and `b` have one cron and storages that start alike (`archive`): their \
        backups get one name and one run is lost\n  \
        hint: --to a target with another name",
    );
}

#[test]
fn warns_about_crons_that_the_operator_does_not_survive() {
    for (cron, text) in [
        (
            "'@every 1h'",
            "warn: cron `@every 1h` of schedule `daily-inc1`: `@every` panics the operator's reconcile: no \
                schedule after it is taken and nothing is pruned, while the cluster says that it is ready\n  \
                hint: change a minute of the cron in the base",
        ),
        (
            "54 9 * * 5",
            "warn: cron `54 9 * * 5` of schedule `daily-inc1`: its checksum is too short: the \
                operator dies at its next run\n  \
                hint: change a minute of the cron in the base",
        ),
        (
            "0 0 0 * * *",
            "warn: cron `0 0 0 * * *` of schedule `daily-inc1`: it is not five fields that the \
                operator parses\n  \
                hint: change a minute of the cron in the base",
        ),
    ] {
        Case::failover()
            .base(&format!("schedule: [{{name: daily, schedule: {cron}, storageName: minio-a}}]"))
            .says("cron-hazard", text);
    }
}

#[test]
fn says_that_backups_under_the_old_names_are_kept() {
    Case::failover().says(
        "retention-frozen",
        "warn: backups of `daily` on `minio-a` are kept, also after the place returns: nothing prunes them",
    );
}

#[test]
fn says_what_retention_means_on_this_operator() {
    retention("keep: 3").says(
        "retention-meaning",
        "note: `keep` of schedule `daily` is written as `retention`, which deletes from the storage \
        just as `keep` does",
    );
    retention("keep: 3, retention: {type: count, count: 5}")
        .says("retention-meaning", "note: schedule `daily` has both `keep` and `retention`: `retention` counts");
    retention("retention: {type: count, count: 5}").operator("1.17.0").says(
        "retention-meaning",
        "note: `retention` of schedule `daily` is dropped by operator 1.17.0, which knows `keep` alone",
    );
    let kept = retention("retention: {type: count, count: 5, deleteFromStorage: false}");
    kept.says(
        "retention-meaning",
        "note: `deleteFromStorage: false` of schedule `daily`: pruned backups stay in the bucket without an object",
    );
    kept.know(|subject| {
        let cr = crate::model::version::Version::parse("1.17.0").unwrap();
        subject.rules = crate::model::version::Rules::new(Some(subject.rules.operator), Some(cr)).unwrap();
    })
    .says(
        "retention-meaning",
        "note: `deleteFromStorage: false` of schedule `daily` is not honoured by crVersion 1.17.0: \
        pruning deletes data",
    );
}

#[test]
fn says_that_lifecycle_rules_go_on() {
    Case::failover().says(
        "bucket-lifecycle",
        "note: lifecycle rules of the bucket of `minio-a`, where it has any, delete by age and go on \
        while nothing new comes: not checked",
    );
}
