//! The status as people read it.

use serde_json::json;

use super::*;

/// Returns the report of two incidents.
fn report() -> StatusReport {
    serde_json::from_value(json!({
        "base": "origin/main", "commit": "0123456789abcdef", "live": null, "at": "2026-11-22T10:41:00Z", "left_out": 0,
        "incidents": [
            {"incident": "minio-a-1122", "cluster": "pxc/cluster1", "action": "failover", "standing": "in-base",
             "fact": "in origin/main since 4be1c70, merged by 77aa0e3", "stage": "protect", "stages": 2,
             "cause": "EndpointUnreachable: disks gone", "opened_at": "2026-11-22T10:00:00Z", "age_seconds": 2460,
             "from": ["minio-a"], "endpoint": "minio.a.example:9000", "to": "minio-b",
             "proposed": {"stage": "resume", "branch": "leeward/minio-a-1122/resume", "is_abandoned": false, "commit": "abc", "at": "2026-11-22T10:30:00Z",
                "pull_request": {"number": 119, "url": "https://git.example/119", "state": "open"}, "compare_url": null},
             "pull_request": {"number": 118, "url": "https://git.example/118", "state": "merged"},
             "superseded_by": null, "clock": null, "next": "leeward preview --head leeward/minio-a-1122/resume",
             "live": {"state": "ready", "is_observed": false, "confirmed_backup": null, "trouble": ["Backups: forbidden"],
                "backups": [{"name": "cron-1", "storage": "minio-b", "state": "Running", "created": "2026-11-22T10:40:00Z"}]}},
            {"incident": "odd", "cluster": null, "action": null, "standing": "unreadable", "fact": "`x` cannot be read: y",
             "stage": null, "stages": 1, "cause": "", "opened_at": null, "age_seconds": null, "from": [], "endpoint": "",
             "to": "", "proposed": null, "pull_request": null, "superseded_by": null, "live": null, "clock": null,
             "next": null}],
        "findings": [{"id": "branch-unreadable", "level": "warn", "fact": "a | b", "hint": "git fetch"}],
    }))
    .unwrap()
}

#[test]
fn a_table_of_all_comes_first_and_each_says_what_to_type_next() {
    insta::assert_snapshot!(status_text(&report()));
}

#[test]
fn the_page_has_the_same_table_and_links_pull_requests() {
    insta::assert_snapshot!(status_markdown(&report()));
}

#[test]
fn no_incident_is_an_answer_too() {
    let none = StatusReport { incidents: Vec::new(), findings: Vec::new(), ..report() };
    assert_eq!(status_text(&none), "no incident is open in origin/main 0123456 or on a branch of leeward\n");
    let page = "No incident is open in `origin/main` 0123456 or on a branch of leeward.\n\nBase `origin/main` 0123456, looked at 2026-11-22T10:41:00Z.\n";
    assert_eq!(status_markdown(&none), page);
}

#[test]
fn every_standing_has_words_and_rotations_have_no_new_place() {
    let mut line = report().incidents.remove(0);
    let words = |line: &IncidentLine| (line.stage_words(), line.way());
    assert_eq!(words(&line), ("protect, resume proposed".to_owned(), "minio-a → minio-b".to_owned()));
    line.standing = Standing::Proposed;
    line.action = Some(Action::Rotate);
    line.to = String::new();
    assert_eq!(words(&line), ("protect, proposed".to_owned(), "minio-a: new keys".to_owned()));
    line.to = "keys-2".to_owned();
    line.standing = Standing::WithoutEffect;
    assert_eq!(
        words(&line),
        ("protect, without effect, resume proposed".to_owned(), "minio-a: keys of keys-2".to_owned())
    );
}
