//! What became of a change in a base: merged, squashed, taken back, made again; and how far a history that is cut off tells.

use leeward::git::{Landing, Repository};

use crate::repo::{BRANCH, INCIDENT, OVERLAY, Repo, propose, usual};

/// Returns what became of the usual change in `main`.
fn landing(repo: &Repository) -> Landing {
    let base = repo.base(Some("main")).unwrap().commit;
    repo.landing(&base, OVERLAY, INCIDENT, &|bytes| bytes.starts_with(b"kind: Incident")).unwrap()
}

/// Returns the ids of the commit and of the merge by which the change stands.
fn stands(repo: &Repo) -> (Option<String>, Option<String>) {
    match landing(&repo.open()) {
        Landing::Stands { commit, merge } => (commit.map(|commit| commit.id), merge.map(|merge| merge.id)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_merge_names_our_commit_and_itself_whatever_came_later() {
    let repo = Repo::new();
    assert_eq!(landing(&repo.open()), Landing::Never);
    let (_, ours) = propose(&repo.open(), "main", &usual()).unwrap();
    repo.write("docs/between.md", "x\n");
    repo.commit("between");
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", BRANCH]);
    let merge = repo.id("main");
    repo.write("docs/later.md", "x\n");
    repo.commit("later");
    assert_eq!(stands(&repo), (Some(ours.id.clone()), Some(merge)));
    let base = repo.open().base(Some("main")).unwrap().commit;
    assert_eq!(repo.open().newest_ours(&base, INCIDENT).unwrap(), Some(ours));
    assert_eq!(repo.open().newest_ours(&base, "other").unwrap(), None);
}

#[test]
fn a_fast_forward_a_squash_and_a_first_commit_name_one_commit() {
    let forward = Repo::new();
    let (_, ours) = propose(&forward.open(), "main", &usual()).unwrap();
    forward.git(&["merge", "-q", "--ff-only", BRANCH]);
    assert_eq!(stands(&forward), (Some(ours.id), None));
    let squashed = Repo::new();
    propose(&squashed.open(), "main", &usual()).unwrap();
    squashed.git(&["merge", "-q", "--squash", BRANCH]);
    let id = squashed.commit("squashed");
    assert_eq!(stands(&squashed), (Some(id), None));
    let first = Repo::empty();
    first.write(OVERLAY, "kind: Incident\n");
    let id = first.commit("first");
    assert_eq!(stands(&first), (Some(id), None));
}

#[test]
fn what_was_taken_back_names_who_did_and_what_is_made_again_stands() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", BRANCH]);
    repo.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    let revert = repo.id("main");
    repo.write("docs/later.md", "x\n");
    repo.commit("later");
    match landing(&repo.open()) {
        Landing::TakenOut(by) => assert_eq!((by.id, by.summary.as_str()), (revert, "Revert \"merge\"")),
        other => panic!("{other:?}"),
    }
    repo.git(&["revert", "--no-edit", "HEAD~1"]);
    assert_eq!(stands(&repo), (Some(repo.id("main")), None));
}

#[test]
fn the_end_of_a_shallow_clone_brought_nothing() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", BRANCH]);
    for number in ["1", "2"] {
        repo.write("docs/later.md", number);
        repo.commit("later");
    }
    let shallow = repo.clone_with("shallow", &["--depth", "2"]);
    assert_eq!(stands(&shallow), (None, None));
    assert_eq!(shallow.open().commit_by_id(&repo.id("main~3")), None);
    assert_eq!(repo.open().commit_by_id("no id"), None);
}
