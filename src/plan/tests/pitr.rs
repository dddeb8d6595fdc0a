//! Point-in-time recovery: what stops every backup, and what leaves a hole.

use super::fixture::Case;
use crate::plan::BinlogPlace;

#[test]
fn says_from_when_to_when_there_is_none() {
    let purged = "binlogs that the nodes purge before that (`binlog_expire_logs_seconds`) are lost";
    let says = |case: Case, until: &str| {
        case.says("pitr-gap", &format!("note: no point-in-time recovery from the outage until {until}: {purged}"));
    };
    says(Case::failover(), "stage resume");
    says(Case::buffer(), "backups are on S3 again");
}

#[test]
fn says_that_binlogs_need_keys() {
    let case = Case::listed().base("storages: {archive: {s3: {credentialsSecret: null}}}");
    case.says(
        "pitr-without-secret",
        "warn: storage `archive-binlogs` names no Secret: the binlog collector cannot take keys from a role\n  \
        hint: --to a target with credentialsSecret",
    );
}

#[test]
fn warns_about_a_prefix_that_binlogs_ignore() {
    Case::failover().base("storages: {minio-a: {s3: {prefix: c1}}}").says(
        "pitr-prefix-ignored",
        "warn: point-in-time recovery ignores `prefix: c1` of `minio-a`: its binlogs lie at the top \
        of the bucket\n  \
        hint: bucket: BUCKET/PREFIX",
    );
}

#[test]
fn refuses_a_filesystem_schedule_beside_binlogs() {
    let nas = "{type: filesystem, volume: {persistentVolumeClaim: {accessModes: [ReadWriteMany], \
        resources: {requests: {storage: 1Gi}}}}}";
    let base = format!(
        "{{storages: {{nas: {nas}}}, schedule: [{{name: daily, schedule: 0 0 * * *, storageName: \
            minio-a}}, {{name: local, schedule: 1 1 * * *, storageName: nas}}]}}"
    );
    Case::resume().base(&base).says(
        "filesystem-beside-pitr",
        "warn: schedule `local` writes to a filesystem while point-in-time recovery is on: a gap \
        would fail every reconcile\n  \
        hint: storageName: STORAGE",
    );
    let archived = format!("{{pitr: {{storageName: archive}}, {}", base.strip_prefix('{').unwrap());
    Case::failover().base(&archived).says(
        "filesystem-beside-pitr",
        "warn: schedule `local` writes to a filesystem while point-in-time recovery is on: a gap \
        would fail every reconcile\n  \
        hint: storageName: STORAGE",
    );
    let moves = Case::listed()
        .base(&archived)
        .base("{pitr: {storageName: archive}, schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}]}");
    moves.know(|subject| subject.target = Some(crate::model::target::Target::Listed("nas".to_owned()))).says(
        "filesystem-beside-pitr",
        "refuse: schedule `daily-inc1` writes to a filesystem while point-in-time recovery is \
            on: a gap would fail every reconcile\n  \
            hint: --to an S3 target",
    );
}

#[test]
fn refuses_binlogs_on_a_filesystem_that_the_base_has_already() {
    let nas = "{type: filesystem, volume: {persistentVolumeClaim: {accessModes: [ReadWriteMany], \
        resources: {requests: {storage: 1Gi}}}}}";
    let case = Case::failover().base(&format!("{{storages: {{nas: {nas}}}, pitr: {{storageName: nas}}}}"));
    case.says(
        "pitr-filesystem",
        "refuse: point-in-time recovery is on and names `nas`, a filesystem: no backup would run\n  \
        hint: pitr.enabled: false",
    );
}

#[test]
fn asks_whether_the_place_for_binlogs_is_empty() {
    let unknown = |case: Case| case.know(|subject| subject.binlogs = BinlogPlace::Unknown);
    unknown(Case::failover()).says(
        "binlogs-not-declared-empty",
        "note: `b:9000/dr/prod/cluster1/binlogs` is not declared to hold no binlogs: old ones there \
        would be taken for this cluster's\n  \
        hint: clusters: {\"prod:pxc-a/cluster1\": {binlogsEmpty: true}}",
    );
    unknown(Case::resume()).says(
        "binlogs-not-declared-empty",
        "warn: `b:9000/dr/prod/cluster1/binlogs` is not declared to hold no binlogs: old ones there \
        would be taken for this cluster's\n  \
        hint: clusters: {\"prod:pxc-a/cluster1\": {binlogsEmpty: true}}",
    );
}

#[test]
fn refuses_resume_without_a_backup_that_succeeded() {
    Case::resume().ask(|request| request.confirmed_backup = None).says(
        "unconfirmed",
        "refuse: no full backup is known to have succeeded on `minio-b`\n  \
        hint: leeward verify --incident inc1 --cluster prod:pxc-a/cluster1 --test-backup",
    );
    Case::resume().says(
        "backup-not-checked",
        "note: that Backup `manual-1` succeeded on `minio-b` is taken from you, no cluster was given",
    );
}

#[test]
fn refuses_binlogs_on_a_place_unlike_the_proven_one() {
    for (change, text) in [
        (
            "s3: {endpointUrl: 'https://c:9000'}",
            "refuse: endpoint of `minio-b-binlogs` is not that of `minio-b`, where a backup \
                succeeded\n  \
                hint: storages.minio-b-binlogs.s3.endpointUrl",
        ),
        (
            "s3: {bucket: other/cluster1}",
            "refuse: bucket of `minio-b-binlogs` is not that of `minio-b`, where a backup \
                succeeded\n  \
                hint: storages.minio-b-binlogs.s3.bucket",
        ),
        (
            "s3: {credentialsSecret: other}",
            "refuse: Secret of `minio-b-binlogs` is not that of `minio-b`, where a backup \
                succeeded\n  \
                hint: storages.minio-b-binlogs.s3.credentialsSecret",
        ),
        (
            "verifyTLS: false",
            "refuse: verifyTLS of `minio-b-binlogs` is not that of `minio-b`, where a backup \
                succeeded\n  \
                hint: storages.minio-b-binlogs.verifyTLS",
        ),
        (
            "s3: {caBundle: {name: ca, key: ca.crt}}",
            "refuse: caBundle of `minio-b-binlogs` is not that of `minio-b`, where a backup \
                succeeded\n  \
                hint: storages.minio-b-binlogs.s3.caBundle",
        ),
    ] {
        Case::resume()
            .overlay(&format!("storages: {{minio-b-binlogs: {{{change}}}}}"))
            .says("binlogs-unlike-backups", text);
    }
}

#[test]
fn warns_about_a_short_timeout() {
    Case::resume().base("pitr: {timeoutSeconds: 60}").says(
        "pitr-timeout",
        "warn: `pitr.timeoutSeconds` is 60: the first upload takes all binlogs of the node and \
        starts over when it is late\n  \
        hint: timeoutSeconds: 3600",
    );
    Case::resume().base("pitr: {timeoutSeconds: null}").says("pitr-timeout", "");
}

#[test]
fn refuses_resources_that_panic_the_operator() {
    let cpu = "pitr: {resources: {requests: {cpu: 100m}}}";
    Case::resume().base(cpu).says(
        "pitr-resources",
        "refuse: `pitr.resources.requests` has cpu without memory: the operator panics\n  \
        hint: resources.requests.memory",
    );
    Case::rotate(None).base(cpu).says(
        "pitr-resources",
        "warn: `pitr.resources.requests` has cpu without memory: the operator panics\n  \
        hint: resources.requests.memory",
    );
}

#[test]
fn names_the_place_where_binlogs_stay() {
    Case::failover().base("pitr: {storageName: archive}").says(
        "pitr-stays",
        "warn: point-in-time recovery stays on `archive`, at `c:9000`: it stops every backup where \
        that place failed too\n  \
        hint: --storage archive",
    );
    Case::failover().says("pitr-stays", "");
}

#[test]
fn says_that_no_backup_proves_a_place_of_binlogs_alone() {
    let alone = "schedule: [{name: monthly, schedule: 30 5 1 * *, storageName: archive}]";
    let case = Case::failover().base(alone).merged().ask(|request| {
        request.stage = crate::model::incident::Stage::Resume;
        request.confirmed_backup = Some("manual-1".to_owned());
    });
    case.says(
        "binlogs-unproven",
        "warn: no schedule writes to the place of `minio-b-binlogs`: only an on-demand Backup there proves it\n  \
        hint: storageName: minio-b-binlogs",
    );
    Case::resume().says("binlogs-unproven", "");
}
