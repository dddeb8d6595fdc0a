//! Opening: what is found, what is refused, and that the hints mend.

use std::process::Command;

use leeward::failure::{Kind, hint_of};
use leeward::git::{Outcome, Repository};

use crate::repo::{BRANCH, OVERLAY, Repo, assert_fails, files, pinned, propose, usual};
use crate::skip::skip;

/// Opens and expects a refusal whose hint, run in the repository, mends it.
fn is_mended_by_its_hint(repo: &Repo, words: &[&str]) {
    let hint = Repository::open(&repo.dir).err().and_then(|error| hint_of(&error).map(str::to_owned)).unwrap();
    assert_fails(Repository::open(&repo.dir), Kind::Refused, Some(&hint), words);
    let output = pinned(Command::new("sh").current_dir(&repo.dir)).args(["-ec", &hint]).output().unwrap();
    assert!(output.status.success(), "{hint}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn opens_from_a_folder_inside_a_bare_one_and_a_worktree() {
    let repo = Repo::new();
    let first = repo.id("main");
    let inside = Repository::open(&repo.dir.join("clusters/prod")).unwrap();
    assert_eq!(inside.base(None).unwrap().commit.id, first);

    let bare = repo.clone_with("bare", &["--bare"]);
    assert_eq!(bare.open().base(None).unwrap().commit.id, first);
    propose(&bare.open(), "main", &usual()).unwrap();
    bare.assert_sound();

    let apart = repo.beside("apart");
    let git_folder = repo.beside("apart.git");
    let option = format!("--separate-git-dir={}", git_folder.display());
    repo.git(&["clone", "-q", &option, ".", apart.to_str().unwrap()]);
    assert_eq!(Repository::open(&apart.join("docs")).unwrap().base(None).unwrap().name, "origin/main");

    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "work", linked.to_str().unwrap()]);
    let linked = Repo::at(linked);
    let second = linked.commit("second");
    assert_eq!(linked.open().base(None).unwrap().commit.id, second);
    assert_eq!(linked.open().base(Some("HEAD")).unwrap().commit.id, second);
    let before = (repo.snapshot(), linked.snapshot());
    propose(&linked.open(), "work", &usual()).unwrap();
    assert_eq!(before, (repo.snapshot(), linked.snapshot()));
    assert_eq!(repo.id(&format!("{BRANCH}~1")), second);
    repo.assert_sound();
}

#[test]
fn works_in_a_shallow_clone_and_a_worktree_of_it() {
    let repo = Repo::new();
    for n in 0..3 {
        repo.write("docs/README.md", &format!("{n}\n"));
        repo.commit("next");
    }
    let shallow = repo.clone_with("shallow", &["--depth=1"]);
    propose(&shallow.open(), "origin/main", &usual()).unwrap();
    shallow.assert_sound();

    let linked = repo.beside("linked");
    shallow.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    let linked = Repo::at(linked).open();
    let (outcome, _) = propose(&linked, "origin/main", &usual()).unwrap();
    assert!(matches!(outcome, Outcome::AlreadyProposed(_)), "{outcome:?}");
    let one = linked.base(Some("main")).unwrap().commit;
    assert!(linked.is_ancestor(&one, &linked.base(Some(BRANCH)).unwrap().commit).unwrap());
    assert_fails(linked.base(Some("main~1")), Kind::Refused, Some("git fetch --unshallow"), &["main~1", "shallow"]);
}

#[test]
fn needs_the_history_of_a_branch_only_where_it_has_to_change() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.write("docs/README.md", "moved\n");
    repo.commit("moved");
    let shallow = repo.clone_with("shallow", &["--depth=1", "--no-single-branch"]);
    let (outcome, _) = propose(&shallow.open(), "origin/main", &usual()).unwrap();
    assert!(matches!(outcome, Outcome::AlreadyProposed(_)), "{outcome:?}");
    let other = files(&[(OVERLAY, Some("other\n"))]);
    let hint = Some("git fetch --unshallow");
    assert_fails(propose(&shallow.open(), "origin/main", &other), Kind::Refused, hint, &["shallow"]);
    shallow.git(&["fetch", "-q", "--unshallow"]);
    let (outcome, _) = propose(&shallow.open(), "origin/main", &other).unwrap();
    assert!(matches!(outcome, Outcome::Merge { .. }), "{outcome:?}");
    shallow.assert_sound();
}

#[test]
fn refuses_to_change_a_branch_that_a_shallow_clone_shows_in_part() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.write("docs/README.md", "moved\n");
    repo.commit("moved");
    repo.git(&["switch", "-q", BRANCH]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    repo.git(&["switch", "-q", "main"]);
    let shallow = repo.clone_with("shallow", &["--depth=2", "--no-single-branch"]);
    let (outcome, _) = propose(&shallow.open(), "origin/main", &usual()).unwrap();
    assert!(matches!(outcome, Outcome::AlreadyProposed(_)), "{outcome:?}");
    let other = files(&[(OVERLAY, Some("other\n"))]);
    let hint = Some("git fetch --unshallow");
    assert_fails(propose(&shallow.open(), "origin/main", &other), Kind::Refused, hint, &["shallow"]);
}

#[test]
fn refuses_what_is_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    assert_fails(Repository::open(folder.path()), Kind::Refused, Some("--repo DIR"), &["not inside a git repository"]);
    assert_fails(Repository::open(&folder.path().join("no")), Kind::Refused, Some("--repo DIR"), &["no such folder"]);
}

#[test]
fn refuses_a_partial_clone_until_it_is_whole() {
    let repo = Repo::new();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = repo.clone_with("partial", &["--filter=blob:none", "--no-checkout"]);
    is_mended_by_its_hint(&partial, &["partial clone", "`origin`"]);
    let tree = partial.open();
    let commit = tree.base(None).unwrap().commit;
    let files = tree.tree(&commit).unwrap();
    assert_eq!(files.walk().unwrap().len(), 3);
    propose(&tree, "origin/main", &usual()).unwrap();
}

#[test]
fn refuses_sha256_until_it_is_converted() {
    let repo = Repo::new();
    let other = repo.beside("other");
    repo.git(&["init", "-q", "-b", "main", "--object-format=sha256", other.to_str().unwrap()]);
    let other = Repo::at(other);
    other.write("a", "a\n");
    other.commit("first");
    is_mended_by_its_hint(&other, &["SHA-256"]);
    assert_eq!(Repo::at(repo.beside("sha1")).open().base(None).unwrap().commit.summary, "first");
}

#[test]
fn refuses_reftable_and_unknown_extensions() {
    let repo = Repo::new();
    repo.git(&["config", "core.repositoryformatversion", "1"]);
    repo.git(&["config", "extensions.refstorage", "reftable"]);
    let hint = Some("git refs migrate --ref-format=files");
    assert_fails(Repository::open(&repo.dir), Kind::Refused, hint, &["reftable"]);
    repo.git(&["config", "-f", ".git/config", "--unset", "extensions.refstorage"]);
    repo.git(&["config", "extensions.tomorrow", "true"]);
    assert_fails(Repository::open(&repo.dir), Kind::Refused, None, &["unsupported extension", "extensions.tomorrow"]);
}

#[test]
fn refuses_a_repository_of_another_user_as_git_does() {
    use std::os::unix::fs::MetadataExt as _;
    let repo = Repo::new();
    if std::fs::metadata(&repo.dir).unwrap().uid() != 0 {
        let test = "refuses_a_repository_of_another_user_as_git_does";
        skip(None, test, "only root can give a repository to another user");
        return;
    }
    Command::new("chown").args(["-R", "65534", repo.dir.to_str().unwrap()]).status().unwrap();
    let hint = format!("git config --global --add safe.directory {}", repo.dir.display());
    assert_fails(Repository::open(&repo.dir), Kind::Refused, Some(&hint), &["another user"]);
}
