//! Commits of people on our branch: kept, never rewritten, never written over.

use leeward::failure::Kind;
use leeward::git::Outcome;

use crate::repo::{BRANCH, KUSTOMIZATION, OVERLAY, Repo, assert_fails, changes, files, propose, usual};

/// The usual proposal with another overlay.
fn other() -> crate::repo::Changes {
    let mut changes = usual();
    changes.extend(files(&[(OVERLAY, Some("kind: Incident\nstage: other\n"))]));
    changes
}

/// Returns a repository with a proposal.
fn proposed() -> Repo {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    repo
}

#[test]
fn goes_on_above_a_commit_elsewhere() {
    let repo = proposed();
    let theirs = repo.commit_on(BRANCH, "docs/runbook.md", "call Pat\n");
    let (outcome, _) = propose(&repo.open(), "main", &usual()).unwrap();
    assert!(matches!(outcome, Outcome::AlreadyProposed(commit) if commit.id == theirs));
    let (outcome, _) = propose(&repo.open(), "main", &other()).unwrap();
    assert!(matches!(outcome, Outcome::FastForward { tip } if tip.id == theirs));
    assert_eq!(repo.show(BRANCH, "docs/runbook.md"), "call Pat");
    assert_eq!(repo.show(BRANCH, OVERLAY), "kind: Incident\nstage: other");
}

#[test]
fn carries_changes_over_to_a_new_base() {
    let repo = proposed();
    repo.commit_on(BRANCH, "docs/README.md", "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    repo.commit_on(BRANCH, "docs/runbook.md", "call Pat\n");
    repo.git(&["switch", "-q", BRANCH]);
    repo.git(&["rm", "-q", "clusters/prod/cr.yaml"]);
    let theirs = repo.commit("remove");
    repo.git(&["switch", "-q", "main"]);
    repo.write("docs/README.md", "one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n");
    repo.commit("other end");
    let (outcome, merge) = propose(&repo.open(), "main", &other()).unwrap();
    assert!(matches!(outcome, Outcome::Merge { tip, .. } if tip.id == theirs));
    assert_eq!(repo.show(BRANCH, "docs/README.md"), "ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN");
    let paths = repo.git(&["diff", "--name-only", "main", BRANCH]);
    let expected = ["clusters/prod/cr.yaml", KUSTOMIZATION, OVERLAY, "docs/README.md", "docs/runbook.md"];
    assert_eq!(paths.lines().collect::<Vec<_>>(), expected);
    // Once more, above the merge: what it carried over is still theirs.
    repo.write("docs/other.md", "the base moved again\n");
    repo.commit("again");
    propose(&repo.open(), "main", &usual()).unwrap();
    assert_eq!(repo.show(BRANCH, "docs/README.md"), "ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN");
    assert_eq!(repo.show(BRANCH, "docs/runbook.md"), "call Pat");
    assert_eq!(repo.show(BRANCH, "docs/other.md"), "the base moved again");
    repo.git(&["merge-base", "--is-ancestor", &merge.id, BRANCH]);
    repo.assert_sound();
}

#[test]
fn refuses_to_write_over_an_edit_of_our_files_until_it_is_reverted() {
    let repo = proposed();
    let theirs = repo.commit_on(BRANCH, OVERLAY, "kind: Incident\nby: hand\n");
    let hint = format!("git switch {BRANCH} && git revert {}", &theirs[..7]);
    let words = [&theirs[..7], OVERLAY];
    assert_fails(propose(&repo.open(), "main", &other()), Kind::Refused, Some(&hint), &words);
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, Some(&hint), &words);
    assert_eq!(repo.id(BRANCH), theirs);
    repo.commit_on(BRANCH, OVERLAY, "kind: Incident\n");
    propose(&repo.open(), "main", &other()).unwrap();
}

#[test]
fn refuses_to_take_over_a_file_that_people_changed() {
    let repo = proposed();
    let theirs = repo.commit_on(BRANCH, "docs/README.md", "theirs\n");
    propose(&repo.open(), "main", &other()).unwrap();
    let mut more = other();
    more.extend(files(&[("docs/README.md", Some("ours\n"))]));
    let hint = format!("git switch {BRANCH} && git revert {}", &theirs[..7]);
    assert_fails(propose(&repo.open(), "main", &more), Kind::Refused, Some(&hint), &["`docs/README.md`"]);
}

#[test]
fn refuses_what_the_base_changed_too_naming_the_commit() {
    let repo = proposed();
    let theirs = repo.commit_on(BRANCH, "docs/README.md", "all new\n");
    repo.write("docs/README.md", "all different\n");
    repo.commit("meanwhile");
    let hint = format!("git revert {}", &theirs[..7]);
    let result = propose(&repo.open(), "main", &other());
    assert_fails(result, Kind::Refused, Some(&hint), &[&theirs[..7], "`docs/README.md`", "the base changed too"]);
    assert_eq!(repo.id(BRANCH), theirs);
}

#[test]
fn refuses_a_folder_where_the_base_has_a_file_now() {
    let repo = proposed();
    let theirs = repo.commit_on(BRANCH, "notes/today.md", "x\n");
    repo.write("notes", "a file\n");
    repo.commit("meanwhile");
    let hint = format!("git revert {}", &theirs[..7]);
    assert_fails(propose(&repo.open(), "main", &other()), Kind::Refused, Some(&hint), &["`notes/today.md`"]);
}

#[test]
fn takes_a_clean_merge_of_the_base_for_no_edit_of_ours() {
    let repo = proposed();
    repo.write(KUSTOMIZATION, "namePrefix: x-\nresources:\n  - cr.yaml\n");
    repo.commit("prefix");
    repo.git(&["switch", "-q", BRANCH]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    repo.git(&["switch", "-q", "main"]);
    let kustomization = "namePrefix: x-\nresources:\n  - cr.yaml\n";
    let (outcome, _) = propose(&repo.open(), "main", &changes(kustomization)).unwrap();
    assert!(matches!(outcome, Outcome::AlreadyProposed(_)), "{outcome:?}");
    let mut next = changes(kustomization);
    next.extend(files(&[(OVERLAY, Some("kind: Incident\nstage: other\n"))]));
    let (outcome, _) = propose(&repo.open(), "main", &next).unwrap();
    assert!(matches!(outcome, Outcome::FastForward { .. }), "{outcome:?}");
    assert_eq!(repo.show(BRANCH, KUSTOMIZATION), format!("{kustomization}components: [recovery/minio-a]"));
    repo.assert_sound();
}
