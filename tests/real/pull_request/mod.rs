//! `propose --pr` and `preview --comment` against a real forge: one branch, one commit a change, one pull request, one comment,
//! however often and by however many it is run, and never over what people did.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod people;
mod pipeline;
mod rights;
mod trouble;

pub(crate) use people::{
    a_branch_that_was_deleted_is_there_again_and_its_pull_request_stays_closed,
    a_conflict_of_people_is_named_and_left_to_them, what_is_asked_for_later_is_added_and_nothing_else_is_written,
    what_people_review_and_write_stays,
};
pub(crate) use pipeline::the_actions_of_the_readme_propose_and_comment;
pub(crate) use rights::{a_protected_branch_is_told_with_the_way_round_it, tokens_that_may_not_are_told_apart};
pub(crate) use trouble::{
    a_forge_that_is_started_again_in_the_middle_ends_with_one, of_several_remotes_the_named_one_gets_it,
};

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::gitea::{Gitea, Repository, Tree};

const BRANCH: &str = "leeward/minio-a-1122/protect";
const FAILOVER: [&str; 9] =
    ["propose", "--all", "--storage", "minio-a", "--to", "minio-b", "--no-sign", "--forge=gitea", "--pr"];

fn files(folder: &Path, below: &str, tree: &mut Tree) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), tree);
        } else {
            tree.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn gitops<'a>(forge: &'a Gitea, name: &str) -> Repository<'a> {
    let repository = forge.repository(name).unwrap();
    let mut tree = Tree::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/gitops"), "", &mut tree);
    repository.push(&tree, "first").unwrap();
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    repository
}

fn leeward(bed: &Bed, folder: &Path, token: Option<&str>, args: &[&str]) -> std::process::Command {
    let mut command = bed.tool(env!("CARGO_BIN_EXE_leeward"));
    command.current_dir(folder).args(args).env("LEEWARD_NOW", "2026-11-22T10:00:00Z");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "bot").env(format!("GIT_{role}_EMAIL"), "bot@example.test");
    }
    command.envs(token.map(|token| ("GITEA_TOKEN", token)));
    command
}

fn run(bed: &Bed, repository: &Repository<'_>, args: &[&str]) -> (Option<i32>, Value, String) {
    let args = [&FAILOVER[..], &["--format=json"], args].concat();
    ended(&leeward(bed, repository.folder(), Some(bed.gitea().token()), &args).output().unwrap())
}

fn ended(output: &Output) -> (Option<i32>, Value, String) {
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), answer, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn operation(run: &(Option<i32>, Value, String)) -> (&str, &str) {
    assert_eq!(run.0, Some(0), "{run:?}");
    let pull = &run.1["proposal"]["pull_request"];
    (pull["operation"].as_str().unwrap(), pull["state"].as_str().unwrap())
}

/// What people and leeward write of each pull request, in any state. What the forge works out of it later, by itself
/// (whether it can be merged, and when that was found), is no part of it.
fn pulls(bed: &Bed, repository: &Repository<'_>) -> Vec<Value> {
    let path = format!("{}/pulls?state=all", repository.api_path());
    let written = ["number", "title", "body", "labels", "state", "draft", "comments", "assignees", "milestone"];
    let pulls = bed.gitea().api("GET", &path, None).unwrap();
    let one = |pull: &Value| {
        let mut kept: Value = written.iter().map(|field| ((*field).to_owned(), pull[*field].clone())).collect();
        kept["head"] = pull["head"]["sha"].clone();
        kept["base"] = pull["base"]["ref"].clone();
        kept
    };
    pulls.as_array().unwrap().iter().map(one).collect()
}

pub(crate) fn a_pull_request_is_opened_once_and_left_alone_where_nothing_changed(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-once");
    let first = run(bed, &repository, &[]);
    assert_eq!(operation(&first), ("created", "open"));
    let before = pulls(bed, &repository);
    let again = run(bed, &repository, &[]);
    assert_eq!(operation(&again), ("none", "open"));
    assert_eq!(again.1["proposal"]["commit"], first.1["proposal"]["commit"]);
    assert_eq!(pulls(bed, &repository), before);
    let labels: Vec<&str> =
        before[0]["labels"].as_array().unwrap().iter().filter_map(|label| label["name"].as_str()).collect();
    assert_eq!(labels, ["leeward", "leeward/protect"]);
    assert!(!again.2.contains(bed.gitea().token()) && !again.1.to_string().contains(bed.gitea().token()));
}

pub(crate) fn a_closed_pull_request_stays_closed_until_somebody_asks(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-closed");
    run(bed, &repository, &[]);
    let path = format!("{}/pulls/1", repository.api_path());
    bed.gitea().api("PATCH", &path, Some(&json!({"state": "closed"}))).unwrap();
    let left = run(bed, &repository, &[]);
    assert_eq!(operation(&left), ("none", "closed"));
    assert_eq!(left.2, "note: pull request 1 was closed and stays so; --reopen opens it again\n");
    assert_eq!(operation(&run(bed, &repository, &["--reopen"])), ("reopened", "open"));
}

pub(crate) fn commits_of_people_stay_and_a_moved_base_is_merged(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-people");
    run(bed, &repository, &[]);
    repository.git(&["switch", "-q", "--detach", BRANCH]).unwrap();
    std::fs::write(repository.folder().join("NOTE.md"), "by a person\n").unwrap();
    repository.git(&["add", "-A"]).unwrap();
    repository.git(&["commit", "-q", "-m", "a person's"]).unwrap();
    repository.git(&["push", "-q", "origin", &format!("HEAD:{BRANCH}")]).unwrap();
    let theirs = repository.git(&["rev-parse", "HEAD"]).unwrap();
    assert_eq!(run(bed, &repository, &[]).1["proposal"]["commit"], json!(theirs));
    repository.git(&["switch", "-q", "main"]).unwrap();
    let path = "clusters/prod-a/pxc/kustomization.yaml";
    let text = std::fs::read_to_string(repository.folder().join(path)).unwrap();
    let moved = repository.push(&[(path.to_owned(), format!("{text}# moved\n"))].into(), "moved").unwrap();
    let merged = run(bed, &repository, &[]);
    let commit = merged.1["proposal"]["commit"].as_str().unwrap();
    let parents = repository.git(&["log", "-1", "--format=%P", commit]).unwrap();
    assert_eq!(parents, format!("{theirs} {moved}"), "{merged:?}");
    assert_eq!(pulls(bed, &repository).len(), 1);
}

pub(crate) fn a_merged_pull_request_names_the_next_stage(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-merged");
    run(bed, &repository, &[]);
    let path = format!("{}/pulls/1/merge", repository.api_path());
    crate::room::until(std::time::Duration::from_secs(30), || {
        bed.gitea().api("POST", &path, Some(&json!({"Do": "merge", "delete_branch_after_merge": true})))
    })
    .unwrap();
    let after = run(bed, &repository, &[]);
    assert_eq!(operation(&after), ("none", "merged"));
    assert_eq!(
        after.1["next"],
        json!("leeward propose --all --incident minio-a-1122 --stage resume --verdict FILE --pr")
    );
    assert_eq!(pulls(bed, &repository).len(), 1);
}

pub(crate) fn a_wrong_token_leaves_the_branch_and_the_page_that_compares(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-token");
    let canary = "canary0123456789";
    let args = [&FAILOVER[..], &["--format=json"]].concat();
    let run = ended(&leeward(bed, repository.folder(), Some(canary), &args).output().unwrap());
    assert_eq!((run.0, &run.1["proposal"]["pushed"]), (Some(4), &json!(true)), "{run:?}");
    let url = run.1["proposal"]["compare_url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/compare/main...{BRANCH}")), "{url}");
    assert!(!run.2.contains(canary) && !run.1.to_string().contains(canary), "{run:?}");
    assert!(repository.git(&["ls-remote", "origin", BRANCH]).unwrap().contains(BRANCH));
}

pub(crate) fn of_twenty_runs_at_once_one_opens_the_pull_request(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-twenty");
    let top = bed.folder("pull-twenty-clones");
    let folders: Vec<_> = (0..10).map(|n| top.join(n.to_string())).collect();
    for folder in &folders {
        repository.git(&["clone", "-q", &repository.url(), folder.to_str().unwrap()]).unwrap();
        let url = repository.git(&["remote", "get-url", "origin"]).unwrap();
        repository.git(&["-C", folder.to_str().unwrap(), "remote", "set-url", "origin", &url]).unwrap();
    }
    let runs: Vec<Output> = std::thread::scope(|scope| {
        let start = |n: usize| {
            let args = [&FAILOVER[..], &["--format=json"]].concat();
            let mut command = leeward(bed, &folders[n / 2], Some(bed.gitea().token()), &args);
            scope.spawn(move || command.output().unwrap())
        };
        let all: Vec<_> = (0..20).map(start).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    // Who opened it says so; nobody else wrote anything, or says that they did.
    let said: Vec<String> = runs.iter().map(|run| operation(&ended(run)).0.to_owned()).collect();
    assert!(said.iter().any(|did| did == "created"), "{said:?}");
    assert!(said.iter().all(|did| did == "created" || did == "none"), "{said:?}");
    assert_eq!(pulls(bed, &repository).len(), 1);
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    assert_eq!(repository.git(&["rev-list", "--count", &format!("origin/main..origin/{BRANCH}")]).unwrap(), "1");
}

pub(crate) fn a_preview_is_one_comment_however_often_it_is_made(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-comment");
    run(bed, &repository, &[]);
    let live = format!("{}/overlays/live/prod-a.yaml", env!("CARGO_MANIFEST_DIR"));
    let args = ["preview", "--head", BRANCH, "--live", &live, "--comment", "--forge=gitea"];
    let say = || {
        let output = leeward(bed, repository.folder(), Some(bed.gitea().token()), &args).output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(say().contains("note: comments of pull request 1: created\n"));
    let path = format!("{}/issues/1/comments", repository.api_path());
    let before = bed.gitea().api("GET", &path, None).unwrap();
    assert!(say().contains("note: comments of pull request 1: none\n"));
    assert_eq!(bed.gitea().api("GET", &path, None).unwrap(), before);
    assert_eq!(before.as_array().unwrap().len(), 1);
    // A part that is no longer needed goes, a person's words stay.
    for body in ["<!-- leeward:preview part=2 of=2 -->\nof a longer one", "looks good to me"] {
        bed.gitea().api("POST", &path, Some(&json!({"body": body}))).unwrap();
    }
    assert!(say().contains("note: comments of pull request 1: updated\n"));
    let after = bed.gitea().api("GET", &path, None).unwrap();
    let bodies: Vec<&Value> = after.as_array().unwrap().iter().map(|comment| &comment["body"]).collect();
    assert_eq!(bodies, [&before[0]["body"], &json!("looks good to me")]);
}
