//! The base that nobody typed, and revisions as typed.

use leeward::failure::Kind;

use crate::repo::{BRANCH, Repo, assert_fails, propose, usual};

/// Returns the name of the default base.
fn name(repo: &Repo) -> String {
    repo.open().base(None).unwrap().name
}

#[test]
fn prefers_the_default_branch_of_the_remote() {
    let repo = Repo::new();
    repo.git(&["branch", "-m", "trunk"]);
    let clone = repo.clone_with("clone", &[]);
    clone.write("local.txt", "not pushed\n");
    clone.commit("local");
    assert_eq!(name(&clone), "origin/trunk");
    assert_eq!(clone.open().base(None).unwrap().commit.id, repo.id("trunk"));
}

#[test]
fn takes_the_only_main_or_master_where_the_remote_names_no_default() {
    let repo = Repo::new();
    let clone = repo.clone_with("clone", &[]);
    clone.git(&["remote", "set-head", "origin", "--delete"]);
    assert_eq!(name(&clone), "origin/main");
    repo.git(&["branch", "master"]);
    clone.git(&["fetch", "-q"]);
    assert_fails(clone.open().base(None), Kind::Refused, Some("--base origin/main"), &["both `main` and `master`"]);
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    clone.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"]);
    assert_eq!(name(&clone), "origin/master");
    clone.git(&["update-ref", "-d", "refs/remotes/origin/master"]);
    assert_fails(clone.open().base(None), Kind::Refused, Some("--base REV"), &["`origin`"]);
}

#[test]
fn chooses_among_several_remotes() {
    let repo = Repo::new();
    for remote in ["fork", "other"] {
        repo.git(&["remote", "add", remote, &format!("file://{}", repo.dir.display())]);
        repo.git(&["fetch", "-q", remote]);
    }
    assert_fails(repo.open().base(None), Kind::Refused, Some("--base fork/main"), &["`fork`, `other`"]);
    repo.git(&["config", "branch.main.remote", "other"]);
    assert_eq!(name(&repo), "other/main");
    repo.git(&["config", "branch.main.remote", "."]);
    repo.git(&["remote", "rename", "fork", "origin"]);
    assert_eq!(name(&repo), "origin/main");
    repo.git(&["remote", "remove", "origin"]);
    assert_eq!(name(&repo), "other/main");
}

#[test]
fn takes_the_checked_out_branch_without_a_remote() {
    let repo = Repo::new();
    repo.git(&["switch", "-q", "-c", "feature/x"]);
    assert_eq!(name(&repo), "feature/x");
    repo.git(&["switch", "-q", "--detach"]);
    assert_fails(repo.open().base(None), Kind::Refused, Some("--base REV"), &["detached"]);
}

#[test]
fn refuses_an_unborn_branch_and_a_remote_that_was_never_fetched() {
    let repo = Repo::empty();
    assert_fails(repo.open().base(None), Kind::Refused, Some("--base REV"), &["`main` has no commit yet"]);
    repo.git(&["remote", "add", "origin", "https://example.org/x.git"]);
    assert_fails(repo.open().base(None), Kind::Refused, Some("git fetch origin"), &["`origin`"]);
}

#[test]
fn resolves_what_is_typed_and_refuses_what_is_missing() {
    let repo = Repo::new();
    let first = repo.id("main");
    repo.git(&["tag", "-a", "v1", "-m", "one"]);
    let open = repo.open();
    for rev in ["v1", "main", "HEAD", "main^{commit}", &first[..10]] {
        let base = open.base(Some(rev)).unwrap();
        assert_eq!((base.commit.id.as_str(), base.name.as_str()), (first.as_str(), rev));
        assert_eq!((base.commit.short(), base.commit.summary.as_str()), (&first[..7], "first"));
    }
    let hint = Some("--base main");
    for missing in
        ["nope", "main~1", "deadbeef", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "v2^{}", "main@{upstream}"]
    {
        assert_fails(open.base(Some(missing)), Kind::Refused, hint, &[&format!("`{missing}`")]);
    }
    for odd in ["", "a b", "..", "main..v1", "\u{7}", "a\n"] {
        assert_fails(open.base(Some(odd)), Kind::Refused, hint, &["failed to resolve revision"]);
    }
    assert_fails(open.base(Some("main:docs")), Kind::Refused, Some("--base REV"), &["not a commit"]);
}

#[test]
fn never_takes_an_unreadable_commit_for_a_missing_one() {
    let repo = Repo::new();
    let first = repo.id("main");
    let object = repo.dir.join(".git/objects").join(&first[..2]).join(&first[2..]);
    std::fs::remove_file(object).unwrap();
    assert_fails(repo.open().base(Some("main")), Kind::Outside, Some("git fsck --full"), &["`main`"]);
    assert_fails(repo.open().base(None), Kind::Outside, None, &["refs/heads/main"]);
}

#[test]
fn lists_our_branches_here_and_at_remotes_once() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["branch", "leeward/minio-a/resume", "main"]);
    repo.git(&["branch", "leeward/odd", "main"]);
    let clone = repo.clone_with("clone", &[]);
    clone.git(&["branch", BRANCH, "main"]);
    let main = clone.id("main");
    let names = |repo: &Repo| repo.open().leeward_branches().unwrap();
    let found: Vec<(String, String)> = names(&clone).into_iter().map(|(name, commit)| (name, commit.id)).collect();
    let published = clone.id(&format!("origin/{BRANCH}"));
    assert_eq!(
        found,
        [(BRANCH.to_owned(), published), ("leeward/minio-a/resume".to_owned(), main)],
        "what is published counts for more than a branch here that is behind"
    );
    assert_eq!(names(&repo).len(), 2);
}

#[test]
fn tells_which_branch_a_merge_moves_and_whether_it_is_the_default() {
    let repo = Repo::new();
    repo.git(&["branch", "release/1"]);
    let clone = repo.clone_with("clone", &[]);
    let of = |base: Option<&str>| {
        let opened = clone.open();
        let trunk = opened.trunk(&opened.base(base).unwrap()).unwrap();
        (trunk.branch, trunk.is_default)
    };
    let main = (Some("main".to_owned()), Some(true));
    for base in [None, Some("main"), Some("origin/main"), Some("origin/HEAD"), Some("refs/heads/main")] {
        assert_eq!(of(base), main, "{base:?}");
    }
    assert_eq!(of(Some("origin/release/1")), (Some("release/1".to_owned()), Some(false)));
    assert_eq!(of(Some("HEAD~0")), (None, None));
    clone.git(&["remote", "set-head", "origin", "--delete"]);
    assert_eq!(of(Some("main")), (Some("main".to_owned()), None));
}

#[test]
fn an_address_is_told_without_its_user() {
    let repo = Repo::new();
    let base = repo.open().base(None).unwrap();
    assert_eq!(repo.open().trunk(&base).unwrap().addresses, Vec::<String>::new());
    repo.git(&["remote", "add", "far", "https://me:geheim@git.example.org/dba/fleet.git"]);
    assert_eq!(repo.open().trunk(&base).unwrap().addresses, ["https://git.example.org/dba/fleet.git"]);
}
