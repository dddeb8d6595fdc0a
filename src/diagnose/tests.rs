//! Diagnoses of small logs: what is over, what is a consequence, what leads.

use super::*;

/// Returns what logs say.
fn judged(logs: &[&str]) -> Diagnosis {
    let read = |(index, text): (usize, &&str)| {
        let mut scanner = Scanner::new(format!("log{index}"));
        scanner.feed(text.as_bytes());
        scanner.finish()
    };
    diagnose(&Evidence { logs: logs.iter().enumerate().map(read).collect(), ..Evidence::default() })
}

/// Returns the cause that leads, and how sure.
fn verdict(logs: &[&str]) -> (Cause, Confidence) {
    let Suspect { cause, confidence, .. } = judged(logs).leading;
    (cause, confidence)
}

#[test]
fn a_code_names_its_cause() {
    let log = "x\nAn error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: no\nxbcloud: Probe failed. Please check your credentials and endpoint settings.\n";
    let said = judged(&[log]);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::AccessKeyUnknown, Confidence::Certain));
    assert_eq!(
        (said.leading.cites[0].line, said.leading.operations.as_slice()),
        (Some(2), &["ListObjectsV2".to_owned()][..])
    );
    assert!(said.others.is_empty() && said.over.is_empty() && said.notes.is_empty());
}

#[test]
fn what_succeeded_later_is_over() {
    let log = "xbcloud: S3 error message: SlowDown\nsuccessfully uploaded chunk: a\n2026-11-22 03:00:00 [INFO] Backup was finished successfully\n";
    let said = judged(&[log]);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::Healthy, Confidence::Likely));
    assert_eq!(said.over[0].cause, Cause::Throttled);
    let log = "xbcloud: S3 error message: SlowDown\nsuccessfully uploaded chunk: a\n[ERROR] Backup was unsuccessful: Donor disappeared\n";
    assert_eq!(verdict(&[log]), (Cause::DatabaseSide, Confidence::Likely));
    let log = "xbcloud: S3 error message: SlowDown\nxbcloud: error: failed to upload chunk: a\nsuccessfully uploaded chunk: b\n";
    assert_eq!(verdict(&[log]).0, Cause::Throttled);
}

#[test]
fn what_the_database_says_after_the_storage_failed_is_a_consequence() {
    let log = "An error occurred (XMinioStorageFull) when calling the PutObject operation: full\n[ERROR] Cannot find node for backup\n";
    let said = judged(&[log]);
    assert_eq!(said.leading.cause, Cause::StorageFull);
    assert_eq!((said.others[0].cause, said.others[0].confidence), (Cause::DatabaseSide, Confidence::Possible));
    assert_eq!(verdict(&["[ERROR] Cannot find node for backup\n"]).0, Cause::DatabaseSide);
}

#[test]
fn the_host_of_a_bucket_that_has_no_address_is_no_cause() {
    let probe = "xbcloud: error: http request failed: Couldn't resolve host name\n";
    assert_eq!(verdict(&[probe]).0, Cause::CannotTell);
    let both =
        format!("{probe}xbcloud: error: http request failed: Couldn't connect to server\nxbcloud: Probe failed.\n");
    assert_eq!(verdict(&[&both]).0, Cause::EndpointUnreachable);
    let nameless =
        format!("Could not connect to the endpoint URL: \"https://x/\"\n{probe}{probe}xbcloud: Probe failed.\n");
    assert_eq!(verdict(&[&nameless]).0, Cause::DnsFailure);
}

#[test]
fn two_sure_causes_that_call_for_different_things_are_both_only_likely() {
    let said = judged(&["(NoSuchBucket)\n", "(InvalidAccessKeyId)\n", "(InvalidAccessKeyId)\n"]);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::AccessKeyUnknown, Confidence::Likely));
    assert_eq!(said.others[0].cause, Cause::BucketMissing);
}

#[test]
fn silence_is_not_health() {
    assert_eq!(verdict(&[""]), (Cause::CannotTell, Confidence::Possible));
    assert_eq!(judged(&[""]).notes, ["`log0` is empty"]);
    assert_eq!(verdict(&["all quiet\n"]).0, Cause::CannotTell);
}

#[test]
fn a_log_that_succeeded_beside_one_that_failed_is_said() {
    let said = judged(&["(AccessDenied)\n", "[INFO] Backup was finished successfully\n"]);
    assert_eq!(said.leading.cause, Cause::AccessDenied);
    assert_eq!(said.notes, ["`log1` says that a backup succeeded: where it is the newer one, the trouble is over"]);
}

#[test]
fn a_server_without_its_drives_knows_no_bucket() {
    let log = "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: no\n\
               An error occurred (SlowDownRead) when calling the HeadBucket operation: is unreadable\n";
    let said = judged(&[log]);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::QuorumLost, Confidence::Certain));
    assert_eq!((said.others[0].cause, said.others[0].confidence), (Cause::BucketMissing, Confidence::Possible));
}

/// Returns what one log says where the storages of the cluster are at `minio.a.example:9000`.
fn placed(log: &str) -> Diagnosis {
    let mut scanner = Scanner::new("log");
    scanner.feed(log.as_bytes());
    let places = vec!["minio.a.example:9000".to_owned()];
    diagnose(&Evidence { logs: vec![scanner.finish()], places, ..Evidence::default() })
}

#[test]
fn a_host_where_no_storage_is_never_leads_and_is_named() {
    let stranger = "Could not connect to the endpoint URL: \"https://old.example:9000/b\"\n";
    let said = placed(stranger);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::CannotTell, Confidence::Possible));
    assert_eq!((said.others[0].cause, said.others[0].confidence), (Cause::EndpointUnreachable, Confidence::Possible));
    let note = "`log`, line 1, speaks of `old.example:9000`, where no storage of the cluster is: it does not count against one";
    assert_eq!(said.notes, [note]);
    // What is said of a storage leads, however unsure, and however often the other is said.
    let beside =
        format!("{stranger}An error occurred (403) when calling the HeadBucket operation: Forbidden\n{stranger}");
    let said = placed(&beside);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::AccessDenied, Confidence::Possible));
    // The same row of one and of the other is told apart.
    let both = format!("{stranger}{}", stranger.replace("old", "minio.a"));
    let said = placed(&both);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::EndpointUnreachable, Confidence::Likely));
    assert_eq!(said.notes, [note]);
    let own = "Could not connect to the endpoint URL: \"https://minio.a.example:9000/b\"\n";
    let (with, without) = (placed(own), judged(&[own]));
    assert_eq!((with.leading.cause, with.leading.confidence), (without.leading.cause, without.leading.confidence));
    assert_eq!(with.notes, without.notes);
}

#[test]
fn a_party_that_is_no_storage_is_blamed_for_what_it_means_or_not_at_all() {
    let version = "ERROR failed to ensure version {\"error\": \"Post \\\"https://check.percona.com/versions/v1\\\": dial tcp: lookup check.percona.com: no such host\"}\n";
    let said = judged(&[version]);
    assert_eq!(said.leading.cause, Cause::CannotTell);
    assert!(said.others.is_empty());
    assert_eq!(
        said.notes,
        [
            "`log0`, line 1, speaks of the version service of the operator at `check.percona.com:443`, which is no storage: it does not count against one"
        ]
    );
    let vault =
        "Plugin keyring_vault reported: 'Failed to connect to vault.corp port 8200: Connection refused' http://x\n";
    assert_eq!(verdict(&[vault]), (Cause::DatabaseSide, Confidence::Likely));
    // Beside what speaks of the storage it never leads.
    let refused = "An error occurred (403) when calling the HeadBucket operation: Forbidden\n";
    assert_eq!(verdict(&[&format!("{refused}{vault}")]), (Cause::AccessDenied, Confidence::Possible));
}

#[test]
fn a_later_failure_of_another_kind_beats_an_earlier_one_where_times_tell() {
    let key =
        |day: &str| format!("{day} 01:00:00 ERROR: The Access Key Id you provided does not exist in our records.\n");
    let refused =
        |day: &str| format!("{day} 03:00:00 Read timeout on endpoint URL: \"https://minio.a.example:9000/b\"\n");
    let said = judged(&[&(key("2026-11-21") + &refused("2026-11-22"))]);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::EndpointUnreachable, Confidence::Likely));
    assert_eq!((said.others[0].cause, said.others[0].confidence), (Cause::AccessKeyUnknown, Confidence::Possible));
    let note = "AccessKeyUnknown was said for the last time long before EndpointUnreachable (times without a zone are taken for UTC)";
    assert_eq!(said.notes, [note]);
    // The same of two logs, in whatever order they are given; and not where the key was refused again since, or no time is told.
    assert_eq!(verdict(&[&refused("2026-11-22"), &key("2026-11-21")]).0, Cause::EndpointUnreachable);
    assert_eq!(verdict(&[&refused("2026-11-22"), &key("2026-11-23")]).0, Cause::AccessKeyUnknown);
    assert_eq!(verdict(&[&key(""), &refused("2026-11-22")]).0, Cause::AccessKeyUnknown);
    // What only may follow from a storage does not stand in its place, however late.
    let full = "2026-11-21 01:00:00 xbcloud: S3 error message: XMinioStorageFull\n";
    assert_eq!(verdict(&[full, "2026-11-22 01:00:00 [ERROR] Cannot find node for backup\n"]).0, Cause::StorageFull);
}

#[test]
fn a_log_that_ends_before_another_succeeded_is_past_where_both_tell_the_time() {
    let failed = "2026-11-21T03:00:00Z Could not connect to the endpoint URL: \"https://minio.a.example:9000/b\"\n";
    let good = |start: &str| format!("{start} [INFO] Backup was finished successfully\n");
    let said = judged(&[failed, &good("2026-11-22T03:00:00Z")]);
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::Healthy, Confidence::Likely));
    assert_eq!(said.over[0].cause, Cause::EndpointUnreachable);
    assert_eq!(said.notes, ["`log0` ends before the backup succeeded of which `log1` tells"]);
    let said = judged(&[failed, &good("2026-11-22 03:00:00")]);
    assert_eq!(said.leading.cause, Cause::Healthy);
    assert_eq!(
        said.notes,
        ["`log0` ends before the backup succeeded of which `log1` tells (times without a zone are taken for UTC)"]
    );
    // An older success, one whose zone could undo it, one without a time: as if nothing were known.
    let maybe = ["`log1` says that a backup succeeded: where it is the newer one, the trouble is over"];
    for start in ["2026-11-20T03:00:00Z", "2026-11-21 09:00:00", ""] {
        let said = judged(&[failed, &good(start)]);
        assert_eq!(
            (said.leading.cause, said.notes.as_slice()),
            (Cause::EndpointUnreachable, &maybe.map(str::to_owned)[..])
        );
    }
}

#[test]
fn only_its_own_last_line_ends_a_run_well() {
    let upload = "xbcloud: successfully uploaded chunk: c.sst_info/sst_info.0, size: 12\nxbcloud: Upload completed.\n";
    assert_eq!(verdict(&[upload]), (Cause::CannotTell, Confidence::Possible));
    assert_eq!(
        verdict(&[&format!("{upload}2026-11-22 03:10:00 [INFO] Backup finished\n")]),
        (Cause::Healthy, Confidence::Certain)
    );
    // What went wrong before an upload got through is over all the same.
    let refused = "xbcloud: Operation failed. Error: Couldn't connect to server\n";
    let said = judged(&[&format!("{refused}{upload}")]);
    assert_eq!((said.leading.cause, said.over[0].cause), (Cause::CannotTell, Cause::EndpointUnreachable));
}

#[test]
fn of_a_full_disk_a_probe_hears_from_the_server_alone() {
    let mut scanner = Scanner::new(PROBE);
    scanner.feed(b"health: /minio/health/live: 500 no space left on device\nprobe: the server answers with errors\n");
    let said = diagnose(&Evidence { logs: vec![scanner.finish()], ..Evidence::default() });
    assert_eq!((said.leading.cause, said.leading.confidence), (Cause::StorageFull, Confidence::Likely));
}
