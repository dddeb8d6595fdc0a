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
