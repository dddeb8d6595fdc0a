//! Names of backups and of places that two clusters, or two writers of one, would share.

use super::fixture::Case;
use crate::model::path::RepoPath;
use crate::plan::NameInRoot;

/// A failover of a cluster whose name has sixteen characters and more, beside one whose name starts alike.
fn alike(patch: &str) -> Case {
    Case::failover().know(|subject| rename(subject, "pxc-production-1")).beside("pxc-production-1b", patch)
}

/// Renames a cluster.
fn rename(subject: &mut crate::plan::Subject, name: &str) {
    name.clone_into(&mut subject.bare.id.name);
    name.clone_into(&mut subject.current.id.name);
}

/// The other cluster writes to the same target since an incident of its own.
const THERE: &str = "{storages: {minio-b: {type: s3, s3: {bucket: other, endpointUrl: 'https://b:9000'}}}, \
    schedule: [{name: nightly, schedule: 0 0 * * *, storageName: minio-b}], pitr: {enabled: false}}";

/// What is said of the two.
fn said(level: &str, schedules: [&str; 2], root: &str, storage: &str) -> String {
    let [a, b] = schedules;
    format!(
        "{level}: schedule `{a}` of prod:pxc-a/pxc-production-1 and schedule `{b}` of \
        {root}:pxc-a/pxc-production-1b have one cron, clusters and storages that start alike \
        (`pxc-production-1`, `{storage}`): their backups get one name and one run is lost\n  \
        hint: --to a target with another name"
    )
}

#[test]
fn refuses_backups_of_two_clusters_with_one_name() {
    alike(THERE).says("backup-name-shared", &said("refuse", ["daily-inc1", "nightly"], "prod", "minio-b"));
}

#[test]
fn warns_where_two_clusters_have_had_one_name_for_backups() {
    let monthly = "{schedule: [{name: monthly, schedule: 30 5 1 * *, storageName: archive}], pitr: {enabled: false}}";
    alike(monthly).says("backup-name-shared", &said("warn", ["monthly", "monthly"], "prod", "archive"));
}

#[test]
fn warns_where_two_clusters_of_two_roots_may_meet() {
    let mut case = alike(THERE);
    case.others[0].id.root = RepoPath::parse("dr").unwrap();
    case.says("backup-name-shared", &said("warn", ["daily-inc1", "nightly"], "dr", "minio-b"));
    let mut case = alike(THERE);
    case.others[0].id.namespace = Some("pxc-b".to_owned());
    case.says("backup-name-shared", "");
}

#[test]
fn gives_clusters_of_one_name_and_root_places_of_their_own() {
    let bucket = |case: &Case| {
        let desired = case.plan().desired;
        let storage = |name: &str| desired.storages[name].text("bucket").unwrap().to_owned();
        [storage("minio-b"), storage("minio-b-binlogs")]
    };
    assert_eq!(bucket(&Case::failover()), ["dr/prod/cluster1", "dr/prod/cluster1/binlogs"]);
    let shared = Case::failover().know(|subject| subject.name = NameInRoot::Shared);
    assert_eq!(bucket(&shared), ["dr/prod/pxc-a/cluster1", "dr/prod/pxc-a/cluster1/binlogs"]);
}

#[test]
fn a_schedule_named_binlogs_has_a_place_of_its_own() {
    let meeting = "schedule: [{name: binlogs, schedule: 0 0 * * *, storageName: minio-a}, {name: weekly, \
        schedule: 0 0 * * 6, storageName: minio-a}]";
    let case = Case::failover().base(meeting);
    let plan = case.plan();
    assert!(!plan.is_refused(), "{:#?}", plan.findings);
    assert_eq!(plan.desired.schedules[0].storage, "minio-b-binlogs-backups");
    assert_eq!(plan.incident.unwrap().to.binlogs, "minio-b-binlogs");
}

#[test]
fn refuses_to_mix_backups_and_binlogs_where_the_base_does_not() {
    let case = Case::listed()
        .base("pitr: {storageName: archive}")
        .base("schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}]");
    case.says(
        "place-shared",
        "refuse: schedule `daily-inc1` of pxc-a/cluster1 and binlogs of pxc-a/cluster1, backups and \
        binlogs, write to one place `c:9000/archive`: they can overwrite each other\n  \
        hint: --to a target of leeward.yaml, which gets a prefix per cluster",
    );
    Case::rotate(None).says("place-shared", "");
}
