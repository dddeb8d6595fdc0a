//! That the facts our overlays rest on are the operator's own: it takes what `propose` commits, turns a Backup into a Job
//! on the new place, and breaks on what the guards refuse in the way that they say.
//!
//! The operator, Kubernetes, Flux and the forge are real. Played are nodes, pods and the database (`percona`): that a Job
//! uploads, logs and ends as it does is said by the test.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

pub(crate) mod bench;
mod merged;
pub(crate) mod planned;
mod wrong;

pub(crate) use bench::Bench;
pub(crate) use merged::flux_brings_our_commit_to_the_operator_and_schedules_back_up_to_the_new_place;
pub(crate) use wrong::{
    a_cron_with_a_short_checksum_ends_the_operator, what_the_guards_refuse_breaks_the_cluster_as_they_say,
};

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::percona::{End, START};
use crate::room::until;

pub(crate) fn a_backup_whose_pods_fail_is_tried_again_and_then_failed(bed: &Bed) {
    let bench = Bench::ready(bed, &json!({}));
    let (percona, namespace) = (bench.percona, &bench.namespace);
    bench.back_up("one", "minio");
    let first = percona.pod_of(namespace, "one").unwrap();
    percona.logged(&first, "line one\nline two").unwrap();
    let name = bench::name(&first);
    let logs = until(START, || match percona.cluster.kubectl(&["logs", "-n", namespace, name]) {
        Ok(logs) if logs == "line one\nline two\n" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    logs.unwrap();
    percona.end(&first, End::Failed).unwrap();
    percona.end(&percona.pod_of(namespace, "one").unwrap(), End::Failed).unwrap();
    let failed = percona.backup(namespace, "one", "Failed").unwrap();
    // Why, only the pods' logs say.
    assert_eq!(failed["status"]["error"], Value::Null);
}
