//! Filesystem storages: claims that the operator cannot use, and room.

use super::fixture::Case;

/// A case with a further filesystem storage, scheduled or not.
fn beside(volume: &str, is_scheduled: bool) -> Case {
    let case = Case::failover().base(&format!("storages: {{local: {{type: filesystem{volume}}}}}"));
    let schedule = "schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}, {name: local, \
        schedule: 1 1 * * *, storageName: local}]";
    if is_scheduled { case.base(schedule) } else { case }
}

#[test]
fn warns_about_volumes_that_the_operator_cannot_make() {
    beside("", false).says(
        "volume-unusable",
        "warn: storage `local` has no `volume.persistentVolumeClaim`: the operator panics on \
        anything else\n  \
        hint: storages.local.volume.persistentVolumeClaim",
    );
    beside(", volume: {hostPath: {path: /backup}}", true).says(
        "volume-unusable",
        "warn: storage `local` has no `volume.persistentVolumeClaim`: the operator panics on \
        anything else\n  \
        hint: storages.local.volume.persistentVolumeClaim",
    );
    beside(", volume: {emptyDir: {}}", true).says(
        "volume-unusable",
        "warn: storage `local` has no `volume.persistentVolumeClaim`: the operator panics on \
        anything else\n  \
        hint: storages.local.volume.persistentVolumeClaim",
    );
    beside(", volume: {persistentVolumeClaim: {accessModes: [ReadWriteOnce]}}", true).says(
        "volume-unusable",
        "warn: storage `local` has a claim without `resources.requests.storage`\n  \
        hint: storages.local.volume.persistentVolumeClaim",
    );
}

#[test]
fn access_modes_are_left_out_of_unscheduled_claims_alone() {
    let claim = ", volume: {persistentVolumeClaim: {resources: {requests: {storage: 1Gi}}}}";
    beside(claim, false).says(
        "volume-unusable",
        "warn: storage `local` has a claim without `accessModes`, which the operator sets for \
        scheduled storages alone\n  \
        hint: storages.local.volume.persistentVolumeClaim",
    );
    beside(claim, true).says("volume-unusable", "");
}

#[test]
fn refuses_a_listed_volume_that_the_operator_cannot_make() {
    let case = Case::buffer().base("storages: {archive: {type: filesystem, s3: null, volume: {hostPath: {path: /b}}}}");
    case.know(|subject| subject.target = Some(crate::model::target::Target::Listed("archive".to_owned()))).says(
        "volume-unusable",
        "refuse: storage `archive` has no `volume.persistentVolumeClaim`: the operator panics on \
            anything else\n  \
            hint: storages.archive.volume.persistentVolumeClaim",
    );
}

#[test]
fn says_how_much_room_a_buffer_takes() {
    let case = Case::buffer();
    case.says("buffer-capacity", "");
    case.clone()
        .target("nas", "{type: filesystem, size: 10Gi}")
        .says("buffer-capacity", "note: `nas` takes up to 3 volumes of 10Gi, 30 GiB, and one more for each failed run");
    case.target("nas", "{type: filesystem, size: 10Gi, quota: 20Gi}").says(
        "buffer-capacity",
        "refuse: `nas` takes up to 3 volumes of 10Gi, 30 GiB, and one more for each failed run: more \
        than the quota of 20Gi\n  \
        hint: --retention 1",
    );
}

#[test]
fn refuses_clusters_that_fit_alone_and_not_together() {
    let mut case = Case::buffer().target("nas", "{type: filesystem, size: 10Gi, quota: 50Gi}");
    case.says("buffer-capacity", "");
    let mut second = case.subject.clone();
    second.bare = case.twin("cluster2", "{}");
    case.set.push(second);
    case.says(
        "buffer-capacity",
        "refuse: `nas` takes up to 60 GiB for 2 clusters: more than the quota of 50Gi\n  hint: --retention 1",
    );
}

#[test]
fn warns_about_a_buffer_that_grows_for_ever() {
    let nas = "{type: filesystem, volume: {persistentVolumeClaim: {accessModes: [ReadWriteMany], \
        resources: {requests: {storage: 1Gi}}}}}";
    let base = format!(
        "{{storages: {{nas: {nas}}}, schedule: [{{name: daily, schedule: 0 0 * * *, storageName: \
            minio-a}}, {{name: local, schedule: 1 1 * * *, storageName: nas}}]}}"
    );
    let case = Case::buffer().base(&base);
    case.know(|subject| subject.target = Some(crate::model::target::Target::Listed("nas".to_owned()))).says(
        "buffer-unbounded",
        "warn: a schedule on `nas` keeps every backup: each is a volume of 1Gi\n  hint: --retention 2",
    );
}
