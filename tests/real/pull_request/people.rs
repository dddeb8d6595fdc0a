//! What people do on a pull request while leeward is run again: it stays, or is said.

use std::time::Duration;

use serde_json::{Value, json};

use super::{BRANCH, gitops, operation, pulls, run};
use crate::bed::Bed;
use crate::gitea::Repository;
use crate::room::until;

/// Commits a file on a branch of the remote and returns the id.
fn person(repository: &Repository<'_>, branch: &str, path: &str, text: &str) -> String {
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    repository.git(&["switch", "-q", "--detach", &format!("origin/{branch}")]).unwrap();
    std::fs::write(repository.folder().join(path), text).unwrap();
    repository.git(&["add", "-A"]).unwrap();
    repository.git(&["commit", "-q", "-m", "a person's"]).unwrap();
    repository.git(&["push", "-q", "origin", &format!("HEAD:refs/heads/{branch}")]).unwrap();
    let commit = repository.git(&["rev-parse", "HEAD"]).unwrap();
    repository.git(&["switch", "-q", "main"]).unwrap();
    commit
}

pub(crate) fn what_people_review_and_write_stays(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-review");
    run(bed, &repository, &[]);
    let api = |method: &str, path: &str, body: Option<&Value>| {
        bed.gitea().api(method, &format!("{}{path}", repository.api_path()), body).unwrap()
    };
    let path = "clusters/prod-a/pxc/recovery/minio-a-1122/backup-patch.yaml";
    let comment = json!({"path": path, "body": "why this bucket?", "new_position": 1});
    api("POST", "/pulls/1/reviews", Some(&json!({"event": "COMMENT", "body": "a question", "comments": [comment]})));
    api("POST", "/issues/1/comments", Some(&json!({"body": "I look at it"})));
    let text = api("GET", "/pulls/1", None)["body"].as_str().unwrap().to_owned();
    let edit = json!({"title": "by a person", "body": format!("Seen by ops.\n\n{text}\n\nApproved at the meeting.")});
    api("PATCH", "/pulls/1", Some(&edit));
    let changed = run(bed, &repository, &["--reason", "it burns"]);
    assert_eq!(operation(&changed), ("updated", "open"));
    let pull = &pulls(bed, &repository)[0];
    let body = pull["body"].as_str().unwrap();
    assert_eq!(pull["title"], "by a person");
    assert!(body.starts_with("Seen by ops.\n\n") && body.ends_with("\n\nApproved at the meeting."), "{body}");
    assert!(body.contains("it burns"), "{body}");
    let review = api("GET", "/pulls/1/reviews", None)[0]["id"].as_u64().unwrap();
    assert_eq!(api("GET", &format!("/pulls/1/reviews/{review}/comments"), None)[0]["body"], "why this bucket?");
    assert_eq!(api("GET", "/issues/1/comments", None)[0]["body"], "I look at it");
    let before = pulls(bed, &repository);
    assert_eq!(operation(&run(bed, &repository, &["--reason", "it burns"])), ("none", "open"));
    assert_eq!(pulls(bed, &repository), before);
}

pub(crate) fn what_is_asked_for_later_is_added_and_nothing_else_is_written(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-later");
    bed.gitea().user("ann", "later", &["read:user"]).unwrap();
    assert_eq!(operation(&run(bed, &repository, &["--draft"])), ("created", "draft"));
    let labelled = run(bed, &repository, &["--label", "urgent/a b"]);
    assert_eq!(operation(&labelled), ("updated", "draft"));
    let asked = run(bed, &repository, &["--label", "urgent/a b", "--reviewer", "ann"]);
    assert_eq!((operation(&asked), asked.2.as_str()), (("updated", "draft"), ""));
    let pull = bed.gitea().api("GET", &format!("{}/pulls/1", repository.api_path()), None).unwrap();
    let names = |list: &Value, field: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&pull["labels"], "name"), ["leeward", "leeward/protect", "urgent/a b"]);
    assert_eq!(names(&pull["requested_reviewers"], "login"), ["ann"]);
    let before = pulls(bed, &repository);
    let again = run(bed, &repository, &["--label", "urgent/a b", "--reviewer", "ann"]);
    assert_eq!((operation(&again), pulls(bed, &repository)), (("none", "draft"), before));
    // A person says that it is ready; that stays, whatever the flag says.
    let title = pull["title"].as_str().unwrap().trim_start_matches("WIP: ");
    let path = format!("{}/pulls/1", repository.api_path());
    bed.gitea().api("PATCH", &path, Some(&json!({"title": title}))).unwrap();
    let ready = run(bed, &repository, &["--draft", "--label", "urgent/a b", "--reviewer", "ann"]);
    assert_eq!(operation(&ready), ("none", "open"));
}

pub(crate) fn a_branch_that_was_deleted_is_there_again_and_its_pull_request_stays_closed(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-deleted");
    let first = run(bed, &repository, &[]);
    repository.git(&["push", "-q", "origin", &format!(":refs/heads/{BRANCH}")]).unwrap();
    // The forge closes it on its own time.
    until(Duration::from_mins(1), || match pulls(bed, &repository)[0]["state"].as_str() {
        Some("closed") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .unwrap();
    let again = run(bed, &repository, &[]);
    assert_eq!(operation(&again), ("none", "closed"));
    assert_eq!(again.2, "note: pull request 1 was closed and stays so; --reopen opens it again\n");
    let tip = repository.git(&["ls-remote", "origin", &format!("refs/heads/{BRANCH}")]).unwrap();
    assert!(tip.starts_with(first.1["proposal"]["commit"].as_str().unwrap()), "{tip}");
    assert_eq!(operation(&run(bed, &repository, &["--reopen"])), ("reopened", "open"));
    assert_eq!(pulls(bed, &repository).len(), 1);
}

pub(crate) fn a_conflict_of_people_is_named_and_left_to_them(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-conflict");
    run(bed, &repository, &[]);
    let theirs = person(&repository, BRANCH, "NOTE.md", "on the branch\n");
    person(&repository, "main", "NOTE.md", "on main\n");
    // The base moves where leeward writes too, so that it has to be taken into the branch.
    let path = "clusters/prod-a/pxc/kustomization.yaml";
    let text = std::fs::read_to_string(repository.folder().join(path)).unwrap();
    person(&repository, "main", path, &format!("{text}# moved\n"));
    let before = pulls(bed, &repository);
    let refused = run(bed, &repository, &[]);
    assert_eq!(refused.0, Some(3), "{refused:?}");
    assert!(refused.2.contains("`NOTE.md`"), "{refused:?}");
    let tip = repository.git(&["ls-remote", "origin", &format!("refs/heads/{BRANCH}")]).unwrap();
    assert!(tip.starts_with(&theirs), "{tip}");
    assert_eq!(pulls(bed, &repository), before);
}
