//! Stage resume: point-in-time recovery comes on at the place that was proven, by the word that was given for it.

use super::fixture::Case;
use crate::model::incident::Stage;
use crate::plan::Proof;

/// The command that renders stage protect of the usual failover again.
const AGAIN: &str = "leeward propose --incident inc1 --stage protect --cluster prod:pxc-a/cluster1 --to minio-b \
    --storage minio-a";

#[test]
fn refuses_binlogs_at_another_place_than_the_proven_one() {
    let case = Case::resume().overlay("pitr: {storageName: archive}");
    let fact = "point-in-time recovery names storage `archive` in the base, incident `inc1` proved `minio-b-binlogs`";
    case.says("pitr-elsewhere", &format!("refuse: {fact}\n  hint: {AGAIN}"));
    let failed = "storages: {minio-b-binlogs: {s3: {endpointUrl: 'https://a:9000'}}}";
    let fact = "point-in-time recovery would go to `minio-b-binlogs` on `a:9000`, the endpoint that failed";
    Case::resume().overlay(failed).says("pitr-elsewhere", &format!("refuse: {fact}\n  hint: {AGAIN}"));
}

#[test]
fn refuses_to_resume_what_a_later_incident_took_over() {
    let taken = |opened_at: &str| {
        Case::resume().know(|subject| {
            let mut later = subject.incident_in_base.clone().unwrap();
            "inc2".clone_into(&mut later.id);
            opened_at.clone_into(&mut later.opened_at);
            subject.history.push(later);
        })
    };
    taken("2026-11-23T10:00:00Z").says(
        "pitr-elsewhere",
        "refuse: incident `inc2`, opened later, took point-in-time recovery over to `minio-b-binlogs`\n  \
        hint: --incident inc2",
    );
    taken("2026-11-21T10:00:00Z").says("pitr-elsewhere", "");
}

#[test]
fn a_rotation_resumes_where_it_was() {
    let case = Case::rotate(Some("a-keys-2")).merged().ask(|request| {
        request.stage = Stage::Resume;
        request.confirmed_backup = Some("manual-1".to_owned());
    });
    assert!(!case.plan().is_refused(), "{:#?}", case.plan().findings);
}

#[test]
fn believes_a_backup_of_the_base_only_at_stage_resume() {
    let forged = Case::resume().ask(|request| request.confirmed_backup = None);
    let forged = forged.know(|subject| {
        subject.incident_in_base.as_mut().unwrap().confirmed_backup = Some("forged".to_owned());
    });
    forged.says(
        "unconfirmed",
        "refuse: no full backup is known to have succeeded on `minio-b`\n  \
        hint: leeward verify --incident inc1 --cluster prod:pxc-a/cluster1 --test-backup",
    );
    let merged = Case::resume().merged().ask(|request| request.confirmed_backup = None);
    merged.says("unconfirmed", "");
    assert_eq!(merged.plan().incident.unwrap().confirmed_backup.as_deref(), Some("manual-1"));
}

#[test]
fn a_backup_that_was_seen_goes_before_any_word() {
    let proved = |proof: Proof| Case::resume().know(|subject| subject.proof = proof.clone());
    let verdict = proved(Proof::Verdict {
        backup: "b1".to_owned(),
        storage: "minio-b-daily".to_owned(),
        at: "2026-11-22T11:00:00Z".to_owned(),
    });
    let said = "note: Backup `b1` succeeded on `minio-b-daily`, as the verdict of 2026-11-22T11:00:00Z says";
    verdict.says("backup-verified", said);
    assert_eq!(verdict.plan().incident.unwrap().confirmed_backup.as_deref(), Some("b1"));
    let seen = proved(Proof::Seen { backup: "b2".to_owned(), storage: "minio-b".to_owned() });
    seen.says("backup-verified", "note: Backup `b2` succeeded on `minio-b`, as the cluster shows");
    let refuted = proved(Proof::Refuted { fact: "Backup `manual-1` proves nothing: it is Failed".to_owned() });
    refuted.says(
        "unconfirmed",
        "refuse: Backup `manual-1` proves nothing: it is Failed\n  \
        hint: leeward verify --incident inc1 --cluster prod:pxc-a/cluster1 --test-backup",
    );
}

#[test]
fn volumes_never_resume() {
    let case = Case::buffer().merged().ask(|request| request.stage = Stage::Resume);
    case.says(
        "buffer-resume",
        "refuse: volumes hold no binlogs: point-in-time recovery comes on again where backups are on S3\n  \
        hint: leeward propose --to an S3 target",
    );
}
