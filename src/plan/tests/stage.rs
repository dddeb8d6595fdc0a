//! What stops a plan before anything is compared: the storage, the target, the order of stages, names.

use super::fixture::Case;
use crate::model::incident::Stage;
use crate::plan::Scope;

#[test]
fn nothing_stands_against_a_usual_failover() {
    let plan = Case::failover().plan();
    assert!(!plan.is_refused(), "{:#?}", plan.findings);
    let ids: Vec<&str> = plan.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["retention-frozen", "bucket-lifecycle", "pitr-gap", "secret-declared", "not-checked"]);
}

#[test]
fn refuses_a_storage_that_is_not_there_or_not_in_use() {
    let case = Case::failover().know(|subject| subject.storage = "minio-x".to_owned());
    case.says(
        "storage-missing",
        "refuse: storage `minio-x` is not in the cluster, it lists `archive`, `minio-a`\n  hint: --storage archive",
    );
    let idle = Case::failover().base("storages: {idle: {type: s3, s3: {bucket: idle}}}");
    idle.know(|subject| subject.storage = "idle".to_owned()).says(
        "storage-unused",
        "refuse: no schedule and no point-in-time recovery writes to `idle`\n  hint: --storage archive",
    );
}

#[test]
fn refuses_to_leave_binlogs_on_a_dead_place() {
    let entry = "{type: s3, s3: {bucket: binlogs, endpointUrl: 'https://a:9000', credentialsSecret: a-keys}}";
    let base = format!("{{storages: {{minio-a-binlogs: {entry}}}, pitr: {{storageName: minio-a-binlogs}}}}");
    let case = Case::failover().base(&base).ask(|request| request.scope = Scope::OnlyStorage);
    case.says(
        "pitr-left-behind",
        "refuse: point-in-time recovery would stay on `minio-a-binlogs`, on the endpoint that \
        failed: it stops every backup\n  \
        hint: leave out --only-storage",
    );
}

#[test]
fn refuses_without_a_target() {
    Case::failover()
        .know(|subject| subject.target = None)
        .says("target-missing", "refuse: no target is named\n  hint: --to TARGET");
    let case = Case::listed().base("storages: {archive: null}");
    case.base("schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}]").says(
        "target-missing",
        "refuse: `archive` is neither a target of leeward.yaml nor a storage of the cluster\n  \
        hint: --endpoint URL --bucket NAME --credentials-secret NAME",
    );
}

#[test]
fn refuses_to_overwrite_an_entry_that_says_something_else() {
    let case =
        Case::failover().base("storages: {minio-b: {type: s3, s3: {bucket: mine, endpointUrl: 'https://b:9000'}}}");
    case.says(
        "storage-taken",
        "refuse: storage `minio-b` is there already and says something else\n  \
            hint: rename the target in leeward.yaml",
    );
}

#[test]
fn refuses_binlogs_on_a_listed_filesystem() {
    let case = Case::listed().base("storages: {archive: {type: filesystem, s3: null}}");
    case.says("pitr-filesystem", "refuse: binlogs cannot be kept on the target: point-in-time recovery needs S3");
}

#[test]
fn refuses_names_that_are_no_labels() {
    let case = Case::listed()
        .base("storages: {archive: null, Archive_1: {type: s3, s3: {bucket: x, endpointUrl: 'https://c'}}}");
    let case = case.base("schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}]");
    case.know(|subject| subject.target = Some(crate::model::target::Target::Listed("Archive_1".to_owned()))).says(
        "storage-name",
        "refuse: storage name `Archive_1-binlogs` is not a DNS label\n  hint: --to a target with a shorter name",
    );
}

#[test]
fn refuses_a_rotation_of_keys_that_no_secret_holds() {
    Case::rotate(None)
        .base("storages: {minio-a: {s3: {credentialsSecret: null}}}")
        .says("secret-absent", "refuse: storage `minio-a` names no Secret: its keys come from the node's role");
}

#[test]
fn refuses_a_rotation_that_changes_nothing_in_git() {
    Case::rotate(None).base("pitr: {enabled: false}").says(
        "nothing-to-change",
        "refuse: new backups read the Secret when they start and no binlog collector runs: nothing \
        in Git has to change\n  \
        hint: rotate the content of the Secret",
    );
}

#[test]
fn refuses_resume_before_protect_and_where_there_is_nothing_to_resume() {
    Case::failover().ask(|request| request.stage = Stage::Resume).says(
        "stage-order",
        "refuse: stage protect of incident `inc1` is not in the base\n  hint: git merge leeward/inc1/protect",
    );
    let case = Case::failover().base("pitr: {enabled: false}").merged();
    case.ask(|request| request.stage = Stage::Resume)
        .says("stage-unknown", "refuse: failover without point-in-time recovery to resume has one stage");
}

#[test]
fn refuses_resume_where_people_took_the_overlay_apart() {
    Case::resume().overlay("storages: {minio-b-binlogs: null}").says(
        "storage-gone",
        "refuse: storage `minio-b-binlogs`, which stage protect added, is gone from the base\n  \
        hint: leeward propose --incident inc1 --stage protect --cluster prod:pxc-a/cluster1 --to minio-b --storage minio-a",
    );
    Case::resume().overlay("pitr: {timeBetweenUploads: 5}").says(
        "overlay-changed",
        "refuse: `timeBetweenUploads` of pitr differs between the cluster with and without the \
        overlay of this incident\n  \
        hint: leeward propose --incident inc1 --stage protect --cluster prod:pxc-a/cluster1 --to minio-b --storage minio-a",
    );
    Case::resume().overlay("storages: {archive: null}").says(
        "overlay-changed",
        "refuse: storage `archive` is gone between the cluster with and without the overlay of this \
        incident\n  \
        hint: leeward propose --incident inc1 --stage protect --cluster prod:pxc-a/cluster1 --to minio-b --storage minio-a",
    );
    Case::resume()
        .overlay(
            "schedule: [{name: daily-inc1, schedule: 0 0 * * *, storageName: archive}, {name: m, \
            schedule: 1 1 * * *, storageName: archive}]",
        )
        .says(
            "schedule-changed",
            "refuse: schedule `daily-inc1` of stage protect is gone or writes elsewhere in the base\n  \
            hint: leeward propose --incident inc1 --stage protect --cluster prod:pxc-a/cluster1 --to minio-b --storage minio-a",
        );
}

#[test]
fn warns_where_the_failed_storage_is_not_as_it_was() {
    Case::resume().base("storages: {minio-a: {s3: {endpointUrl: 'https://a2:9000'}}}").says(
        "storage-changed",
        "warn: storage `minio-a`, which failed on `a:9000`, is on `a2:9000` since: its backups lie \
        on the old place\n  \
        hint: git log -- prod",
    );
    Case::resume().base("storages: {minio-a: null}").says(
        "storage-changed",
        "warn: storage `minio-a`, which failed, is gone from the base, while Backups may still name \
        it\n  \
        hint: git log -- prod",
    );
}

#[test]
fn refuses_a_block_that_it_cannot_read_back() {
    let mut case = Case::failover();
    case.subject.bare.backup.value["schedule"] = serde_json::json!("none");
    case.says("backup-block", "refuse: `schedule` of the backup block is not a list");
}

#[test]
fn refuses_to_take_a_merged_rotation_back_to_the_old_name() {
    let again = Case::rotate(Some("a-keys-2")).merged().ask(|request| request.new_secret = None);
    let said = again.findings("incident-moved");
    assert!(said.starts_with("refuse: incident `inc1` has moved backups to `a-keys-2` already"), "{said}");
}

#[test]
fn refuses_to_move_a_merged_incident_elsewhere() {
    let entry = "{type: s3, endpoint: 'https://d:9000', bucket: dr, credentialsSecret: d-keys}";
    Case::failover().merged().target("minio-d", entry).says(
        "incident-moved",
        "refuse: incident `inc1` has moved backups to `minio-b` already, a further move is an \
        incident of its own\n  \
        hint: --storage minio-b",
    );
}

#[test]
fn refuses_a_stage_that_the_base_is_past() {
    let case = Case::resume().merged().ask(|request| request.stage = Stage::Protect);
    case.says("stage-passed", "refuse: incident `inc1` is at stage resume already\n  hint: --stage resume");
    assert!(case.plan().changes.is_empty());
    assert!(!Case::resume().merged().plan().is_refused());
}

#[test]
fn quotes_what_a_repository_names_in_hints_that_are_typed() {
    let case = Case::failover().base("storages: {'a; b': {type: s3, s3: {bucket: x}}, archive: null, minio-a: null}");
    let hint = case.findings("storage-missing");
    assert!(hint.ends_with("hint: --storage 'a; b'"), "{hint}");
}

#[test]
fn refuses_to_rotate_the_same_content_twice_in_one_incident() {
    let case = Case::rotate(None).merged();
    case.says(
        "rotation-done",
        "refuse: incident `inc1` is in the base and has rolled the collector, a further rotation is \
        an incident of its own\n  \
        hint: --incident inc1-2",
    );
    let next = case.ask(|request| request.incident = crate::model::name::IncidentId::parse("inc1-2").unwrap());
    let next = next.know(|subject| {
        subject.bare = subject.current.clone();
        subject.history.extend(subject.incident_in_base.take());
    });
    let plan = next.plan();
    assert!(!plan.is_refused(), "{:#?}", plan.findings);
    assert_eq!(plan.effect.len(), 1);
}
