//! `diagnose --cluster` on the real API server, with the real operator: what its Backups, Jobs and pods show of a cause,
//! and what is said where a right to see it is missing.
//!
//! Played are nodes, pods and the database (`percona`): what a pod logs and how it ends is said by the test; the logs are
//! those of the corpus. No storage is asked: `--no-probe`.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod rights;
mod ward;

pub(crate) use rights::with_the_shipped_rights_it_sees_everything_and_with_one_less_it_names_it;

use serde_json::json;

use crate::bed::Bed;
use crate::percona::{End, START};
use crate::room::until;
use ward::{Ward, corpus, place, spoken_of};

/// Causes, and what the corpus has of them.
const CAUSES: [(&str, &str); 8] = [
    ("EndpointUnreachable", "aws-refused-1.19"),
    ("AccessKeyUnknown", "aws-1.17"),
    ("StorageFull", ""),
    ("TlsUnknownCa", ""),
    ("AccessDenied", ""),
    ("BucketMissing", ""),
    ("QuorumLost", ""),
    ("DatabaseSide", "donor"),
];

pub(crate) fn what_pods_of_failed_backups_log_is_taken_for_what_it_is(bed: &Bed) {
    let address = |number: usize| format!("127.0.0.1:{}", number + 1);
    let storages: serde_json::Map<_, _> =
        (0..CAUSES.len()).map(|number| (format!("s{number}"), place(&address(number)))).collect();
    let ward = Ward::ready(bed, &json!({"backoffLimit": 0, "storages": storages, "pitr": {"enabled": false}}));
    for number in 0..CAUSES.len() {
        ward.back_up(&format!("b{number}"), &format!("s{number}"));
    }
    for (number, (cause, excerpt)) in CAUSES.iter().enumerate() {
        ward.fail(&format!("b{number}"), &spoken_of(&address(number), &corpus(cause, excerpt)));
    }
    for (number, (cause, _)) in CAUSES.iter().enumerate() {
        let (name, storage) = (format!("b{number}"), format!("s{number}"));
        ward.percona.backup(&ward.namespace, &name, "Failed").unwrap();
        let said = ward.diagnosed(&["--storage", &storage]);
        assert_eq!(said.json("/cause"), *cause, "{said:?}");
        let source = said.json("/evidence/0/source");
        assert!(source.as_str().unwrap().starts_with(&format!("pod xb-{name}-")), "{source}");
        let since = [said.json("/site/since/failed"), said.json("/site/storages/0")];
        assert_eq!((since, said.code), ([json!(1), json!(storage)], 0));
    }
    let said = ward.diagnosed(&[]);
    let elsewhere = said.json("/elsewhere");
    assert_eq!(elsewhere.as_array().unwrap().len(), CAUSES.len() - 1, "{elsewhere}");
    // What succeeds later ends it.
    ward.back_up("again", "s0");
    ward.percona.end(&ward.pod("again"), End::Succeeded).unwrap();
    ward.percona.backup(&ward.namespace, "again", "Succeeded").unwrap();
    let said = ward.diagnosed(&["--storage", "s0"]);
    assert_eq!((said.json("/cause"), said.json("/over/0/cause")), (json!("Healthy"), json!(CAUSES[0].0)), "{said:?}");
}

pub(crate) fn a_collector_that_crashes_names_the_storage_and_what_it_stops(bed: &Bed) {
    let ward = Ward::ready(bed, &json!({}));
    // The operator asks the collector for something once there is a backup.
    ward.back_up("good", "minio");
    ward.percona.end(&ward.pod("good"), End::Succeeded).unwrap();
    ward.percona.backup(&ward.namespace, "good", "Succeeded").unwrap();
    let collector = ward.collector();
    ward.percona.logged(&collector, &spoken_of("127.0.0.1:1", &corpus("EndpointUnreachable", "pitr-refused"))).unwrap();
    ward.percona.crash(&collector).unwrap();
    ward.percona.wait(&ward.namespace, "error").unwrap();
    let said = ward.diagnosed(&[]);
    assert_eq!((said.json("/cause"), said.code), (json!("EndpointUnreachable"), 0), "{said:?}");
    let source = said.json("/evidence/0/source");
    assert!(source.as_str().unwrap().contains(", container pitr"), "{source}");
    let findings = said.json("/site/findings");
    let ids: Vec<_> = findings.as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["collector-down", "not-ready", "messages-stale"], "{findings}");
}

pub(crate) fn pods_that_cannot_start_say_why(bed: &Bed) {
    let nowhere = json!({"nodeSelector": {"disk": "none"}});
    let mut unplaced = place("127.0.0.1:2");
    unplaced["nodeSelector"] = nowhere["nodeSelector"].clone();
    let mut keyless = place("127.0.0.1:3");
    keyless["s3"]["credentialsSecret"] = "no-keys".into();
    let ward =
        Ward::ready(bed, &json!({"storages": {"unplaced": unplaced, "keyless": keyless}, "pitr": {"enabled": false}}));
    ward.back_up("unplaced", "unplaced");
    ward.back_up("keyless", "keyless");
    let pod = ward.pod("keyless");
    ward.waits(&pod, "CreateContainerConfigError", "secret \"no-keys\" not found");
    let said = ward.diagnosed(&["--storage", "keyless"]);
    assert_eq!((said.json("/cause"), said.json("/confidence")), (json!("SecretMissing"), json!("certain")), "{said:?}");
    // The scheduler's own words.
    let placed = until(START, || {
        let said = ward.diagnosed(&["--storage", "unplaced"]);
        if said.json("/cause") == "VolumeUnschedulable" { Ok(said) } else { Err(format!("{said:?}")) }
    });
    let said = placed.unwrap();
    let text = said.json("/evidence/0/text");
    assert!(text.as_str().unwrap().contains("nodes are available"), "{said:?}");
}

pub(crate) fn what_is_saved_of_a_cluster_gives_the_same_answer_without_it(bed: &Bed) {
    let ward = Ward::ready(bed, &json!({"backoffLimit": 0, "pitr": {"enabled": false}}));
    ward.back_up("one", "minio");
    ward.fail("one", &corpus("AccessKeyUnknown", "aws-1.17"));
    ward.percona.backup(&ward.namespace, "one", "Failed").unwrap();
    let folder = bed.folder(&format!("saved-{}", ward.namespace));
    let saved = folder.join("bundle").display().to_string();
    let first = ward.diagnosed(&["--save", &saved]);
    assert_eq!(first.json("/cause"), "AccessKeyUnknown", "{first:?}");
    let again = ward.leeward(&["diagnose", "--evidence", &saved, "--format", "json"]);
    assert_eq!(again.answer, first.answer);
}
