//! Places: entries that the operator reads otherwise than written, and places that two write to.

use super::fixture::Case;
use crate::model::target::Target;
use crate::plan::Scope;

#[test]
fn refuses_a_listed_storage_without_a_bucket() {
    Case::listed().base("storages: {archive: {s3: {bucket: ''}}}").says(
        "bucket-empty",
        "refuse: storage `archive` has no bucket: the operator writes the backup into the pod and \
        reports it succeeded\n  \
        hint: storages.archive.s3.bucket",
    );
}

#[test]
fn warns_about_another_storage_without_a_bucket() {
    Case::failover().base("storages: {archive: {s3: {bucket: /}}}").says(
        "bucket-empty",
        "warn: storage `archive` has no bucket: the operator writes the backup into the pod and \
        reports it succeeded\n  \
        hint: storages.archive.s3.bucket",
    );
}

#[test]
fn judges_endpoints_by_whether_the_recovery_depends_on_them() {
    Case::listed().base("storages: {archive: {s3: {endpointUrl: 'c:9000'}}}").says(
        "endpoint-unusable",
        "refuse: endpoint `c:9000` of storage `archive` has no scheme: the operator would speak \
        plain http\n  \
        hint: storages.archive.s3.endpointUrl",
    );
    Case::failover().base("storages: {archive: {s3: {endpointUrl: 'https://c:9000/archive'}}}").says(
        "endpoint-unusable",
        "warn: endpoint `https://c:9000/archive` of storage `archive` has a path: the operator \
            would take it for the bucket\n  \
            hint: storages.archive.s3.endpointUrl",
    );
    let with_key = "storages: {archive: {s3: {endpointUrl: 'https://key:sesame@c:9000'}}}";
    Case::listed().base(with_key).says(
        "endpoint-unusable",
        "refuse: endpoint `https://***@c:9000` of storage `archive` has a user or password in it, \
        which would be committed\n  \
        hint: storages.archive.s3.endpointUrl",
    );
}

#[test]
fn refuses_a_prefix_with_a_leading_slash() {
    Case::listed().base("{storages: {archive: {s3: {prefix: /c1}}}, pitr: {enabled: false}}").says(
        "prefix-slash",
        "refuse: prefix of storage `archive` starts with a slash: what is written is not what is \
            recorded\n  \
            hint: storages.archive.s3.prefix",
    );
}

#[test]
fn says_who_can_read_backups_on_the_way() {
    Case::failover().base("storages: {archive: {verifyTLS: false}}").says(
        "tls-unverified",
        "warn: storage `archive` does not verify certificates: whoever is on the way can read and \
        change backups\n  \
        hint: ca: {secret: NAME, key: ca.crt}",
    );
}

#[test]
fn refuses_the_place_that_failed_as_target() {
    let same = "{type: s3, endpoint: 'https://A:9000', bucket: other, credentialsSecret: b-keys}";
    Case::failover().target("minio-b", same).says(
        "target-is-failed-place",
        "refuse: target `minio-b` is on `a:9000`, the endpoint that failed\n  \
            hint: --to a target on another endpoint",
    );
    let itself = Target::Listed("minio-a".to_owned());
    Case::failover().know(|subject| subject.target = Some(itself)).says(
        "target-is-failed-place",
        "refuse: target `minio-a` is on `a:9000`, the endpoint that failed\n  \
            hint: --to a target on another endpoint",
    );
}

#[test]
fn refuses_fields_that_the_operator_drops() {
    let ca = "{type: s3, endpoint: 'https://b', bucket: dr, credentialsSecret: k, ca: {secret: ca, key: ca.crt}}";
    Case::failover().target("minio-b", ca).operator("1.18.0").says(
        "ca-dropped",
        "refuse: `caBundle` of storage `minio-b` is dropped in silence by operator 1.18.0\n  \
        hint: verifyTLS: false until the operator is 1.19",
    );
    Case::failover().target("minio-b", ca).operator("1.19.0").says("ca-dropped", "");
    let case =
        Case::listed().base("{storages: {archive: {s3: {prefix: c1, forcePathStyle: true}}}, pitr: {enabled: false}}");
    case.clone().operator("1.19.1").says(
        "prefix-dropped",
        "refuse: `prefix` of storage `archive` is dropped in silence by operator 1.19.1\n  \
            hint: bucket: BUCKET/PREFIX",
    );
    case.operator("1.19.1").says(
        "field-dropped",
        "refuse: `forcePathStyle` of storage `archive` is dropped in silence by operator 1.19.1\n  \
        hint: leave out forcePathStyle",
    );
}

#[test]
fn says_what_was_copied_and_whether_it_holds_a_secret() {
    let options = "storages: {minio-a: {containerOptions: {env: [{name: TOKEN, value: sesame}, {name: A, \
        value: b}]}}}";
    Case::failover()
        .base(options)
        .says("container-options-copied", "note: `containerOptions` of `minio-b` are those of the storage that failed");
    Case::failover().base(options).says(
        "secret-in-git",
        "warn: `containerOptions` of `minio-b` hold what could be a secret, copied as it is\n  \
        hint: valueFrom: {secretKeyRef: {name: SECRET, key: KEY}}",
    );
    let named = "storages: {minio-a: {containerOptions: {env: [{name: VERIFY_TLS, value: 'false'}]}}}";
    Case::failover().base(named).says("secret-in-git", "");
}

#[test]
fn refuses_a_writer_without_a_storage() {
    let lost = "{name: lost, schedule: 1 1 * * *, storageName: gone}";
    let base = format!("schedule: [{{name: daily, schedule: 0 0 * * *, storageName: minio-a}}, {lost}]");
    Case::failover().base(&base).says(
        "storage-dangling",
        "refuse: schedule `lost` names storage `gone`, which the cluster does not list\n  hint: storages.gone",
    );
    let case = Case::failover().base("pitr: {storageName: gone}");
    case.says(
        "storage-dangling",
        "refuse: point-in-time recovery names storage `gone`, which the cluster does not list\n  hint: storages.gone",
    );
}

#[test]
fn refuses_a_place_that_another_cluster_writes_to() {
    let other = "storages: {mine: {type: s3, s3: {bucket: dr/prod/cluster1, endpointUrl: 'https://b:9000'}}}";
    let schedule = "schedule: [{name: nightly, schedule: 7 7 * * *, storageName: mine}]";
    let case = Case::failover().beside("cluster2", &format!("{{{other}, {schedule}, pitr: {{enabled: false}}}}"));
    case.says(
        "place-shared",
        "refuse: schedule `daily-inc1` of pxc-a/cluster1 and schedule `nightly` of pxc-a/cluster2, \
        of two clusters, write to one place `b:9000/dr/prod/cluster1`: they can overwrite each \
        other\n  \
        hint: --to a target of leeward.yaml, which gets a prefix per cluster",
    );
}

#[test]
fn warns_where_the_base_shares_a_place_already() {
    let case = Case::failover().beside(
        "cluster2",
        "{schedule: [{name: monthly, schedule: 7 7 * * *, storageName: archive}], pitr: {enabled: false}}",
    );
    case.says(
        "place-shared",
        "warn: schedule `monthly` of pxc-a/cluster1 and schedule `monthly` of pxc-a/cluster2, of two \
        clusters, write to one place `c:9000/archive`: they can overwrite each other\n  \
        hint: --to a target of leeward.yaml, which gets a prefix per cluster",
    );
}

#[test]
fn refuses_a_listed_storage_that_two_clusters_of_the_set_would_share() {
    let mut case = Case::listed().base("pitr: {enabled: false}");
    let mut second = case.subject.clone();
    second.bare = case.twin(
        "cluster2",
        "{storages: {archive: {s3: {bucket: archive}}}, schedule: [{name: daily, schedule: 5 5 * * \
        *, storageName: minio-a}]}",
    );
    second.current = second.bare.clone();
    case.set.push(second);
    case.says(
        "place-shared",
        "refuse: schedule `daily-inc1` of pxc-a/cluster1 and schedule `daily-inc1` of \
        pxc-a/cluster2, of two clusters, write to one place `c:9000/archive`: they can overwrite \
        each other\n  \
        hint: --to a target of leeward.yaml, which gets a prefix per cluster\n\
        refuse: schedule `monthly` of pxc-a/cluster1 and schedule `daily-inc1` of pxc-a/cluster2, \
        of two clusters, write to one place `c:9000/archive`: they can overwrite each other\n  \
        hint: --to a target of leeward.yaml, which gets a prefix per cluster",
    );
}

#[test]
fn gives_schedules_that_meet_on_a_listed_storage_places_of_their_own() {
    let meeting = "schedule: [{name: daily, schedule: 0 0 * * *, storageName: minio-a}, {name: monthly, \
        schedule: 0 0 1 * *, storageName: archive}]";
    let case = Case::listed().base(meeting).ask(|request| request.scope = Scope::Endpoint);
    case.says("place-shared", "");
    assert_eq!(case.plan().desired.schedules[0].storage, "archive-daily");
}
