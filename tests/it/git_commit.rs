//! The write that counts: compare-and-swap, locks, work trees, identity.

use leeward::failure::Kind;
use leeward::git::{Draft, Repository, Signing};

use crate::repo::{BRANCH, INCIDENT, MESSAGE, Repo, assert_fails, files, now, propose, usual};
use crate::worker::{command, run};

/// Prepares the usual proposal, lets something happen, commits.
fn commit_after(repo: &Repo, happens: impl FnOnce(&Repository)) -> anyhow::Result<()> {
    let open = repo.open();
    let base = open.base(Some("main"))?.commit;
    let changes = usual();
    let prepared = open.prepare(&Draft { base: &base, branch: BRANCH, changes: &changes, incident: INCIDENT })?;
    happens(&open);
    open.commit(prepared, MESSAGE, now(), Signing::AsConfigured).map(drop)
}

#[test]
fn never_moves_a_branch_that_moved_meanwhile() {
    let again = Some("run the command again");
    let repo = Repo::new();
    let result = commit_after(&repo, |_| drop(repo.git(&["branch", BRANCH, "main"])));
    assert_fails(result, Kind::Outside, again, &[BRANCH, "moved it meanwhile"]);
    assert_eq!(repo.id(BRANCH), repo.id("main"), "theirs stays");

    propose(&repo.open(), "main", &files(&[("a", Some("a\n"))])).unwrap();
    let result = commit_after(&repo, |_| drop(repo.git(&["update-ref", &format!("refs/heads/{BRANCH}"), "main"])));
    assert_fails(result, Kind::Outside, again, &["moved it meanwhile"]);
    assert_eq!(repo.id(BRANCH), repo.id("main"), "theirs stays");

    propose(&repo.open(), "main", &files(&[("a", Some("a\n"))])).unwrap();
    let result = commit_after(&repo, |_| drop(repo.git(&["branch", "-D", BRANCH])));
    assert_fails(result, Kind::Outside, again, &["moved it meanwhile"]);
    assert!(!repo.try_git(&["rev-parse", "--verify", "-q", BRANCH]).status.success(), "it stays removed");
    repo.assert_sound();
}

#[test]
fn moves_a_packed_branch() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &files(&[("a", Some("a\n"))])).unwrap();
    repo.git(&["pack-refs", "--all"]);
    let (_, commit) = propose(&repo.open(), "main", &usual()).unwrap();
    assert_eq!(repo.id(BRANCH), commit.id);
}

#[test]
fn names_a_lock_and_never_removes_it() {
    let repo = Repo::new();
    let lock = repo.dir.join(format!(".git/refs/heads/{BRANCH}.lock"));
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    std::fs::write(&lock, "").unwrap();
    let hint = format!("rm {}", lock.display());
    repo.git(&["config", "commit.gpgsign", "true"]);
    repo.git(&["config", "gpg.program", "/nonexistent/asks-for-a-passphrase"]);
    let before = repo.snapshot();
    assert_fails(
        propose(&repo.open(), "main", &usual()),
        Kind::Outside,
        Some(&hint),
        &["locked", lock.to_str().unwrap()],
    );
    assert!(lock.exists() && before == repo.snapshot());
    std::fs::remove_file(&lock).unwrap();
    repo.git(&["config", "commit.gpgsign", "false"]);
    propose(&repo.open(), "main", &usual()).unwrap();
}

#[test]
fn refuses_a_branch_that_is_checked_out_anywhere() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &files(&[("a", Some("a\n"))])).unwrap();
    repo.git(&["switch", "-q", BRANCH]);
    let before = repo.snapshot();
    let hint = format!("git -C {} switch --detach", repo.dir.display());
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, Some(&hint), &["checked out"]);
    assert_eq!(before, repo.snapshot());
    let same = files(&[("a", Some("a\n"))]);
    propose(&repo.open(), "main", &same).expect("nothing to do is no reason to refuse");

    repo.git(&["switch", "-q", "--detach"]);
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", linked.to_str().unwrap(), BRANCH]);
    let hint = format!("git -C {} switch --detach", linked.display());
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, Some(&hint), &["checked out"]);
    std::fs::remove_dir_all(&linked).unwrap();
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, Some("git worktree prune"), &["checked out"]);
    repo.git(&["worktree", "prune"]);
    propose(&repo.open(), "main", &usual()).unwrap();

    let bare = repo.clone_with("bare", &["--bare"]);
    bare.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{BRANCH}")]);
    propose(&bare.open(), "main", &files(&[("b", Some("b\n"))])).expect("a bare repository has no work tree");
}

#[test]
fn refuses_a_branch_that_is_being_rebased() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &files(&[("a", Some("a\n"))])).unwrap();
    repo.write(".git/rebase-merge/head-name", &format!("refs/heads/{BRANCH}\n"));
    let hint = format!("git -C {} rebase --continue", repo.dir.display());
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, Some(&hint), &["being rebased"]);
}

#[test]
fn demands_the_trailer_that_the_next_run_needs() {
    let repo = Repo::new();
    let open = repo.open();
    let base = open.base(None).unwrap().commit;
    let changes = usual();
    let prepared = open.prepare(&Draft { base: &base, branch: BRANCH, changes: &changes, incident: INCIDENT }).unwrap();
    let result = open.commit(prepared, "no trailer\n", now(), Signing::Never);
    assert_fails(result, Kind::Outside, None, &["internal error", "Leeward-Incident"]);
}

#[test]
fn asks_git_who_commits() {
    let repo = Repo::new();
    let who = |repo: &Repo| repo.git(&["log", "-1", "--format=%an <%ae>, %cn <%ce>", BRANCH]);
    let fresh = |repo: &Repo| drop(repo.try_git(&["branch", "-D", BRANCH]));
    repo.git(&["config", "author.name", "Ann"]);
    repo.git(&["config", "committer.email", "bot@example.org"]);
    run(&mut command(&[], &repo.dir));
    assert_eq!(who(&repo), "Ann <jane@example.org>, Jane Doe <bot@example.org>");
    fresh(&repo);
    run(command(&[], &repo.dir).env("GIT_AUTHOR_NAME", "Zoe <z>\n").env("GIT_COMMITTER_EMAIL", "ci@example.org"));
    assert_eq!(who(&repo), "Zoe z <jane@example.org>, Jane Doe <ci@example.org>");
    fresh(&repo);

    for key in ["user.name", "user.email", "author.name", "committer.email"] {
        repo.git(&["config", "--unset", key]);
    }
    let said = run(&mut command(&[], &repo.dir));
    assert_eq!(said[..2], ["refused", "git config --global user.name 'Jane Doe'"]);
    let global = repo.beside("gitconfig");
    std::fs::write(&global, "[user]\n\tname = Global\n").unwrap();
    let said = run(command(&[], &repo.dir).env("GIT_CONFIG_GLOBAL", &global));
    assert_eq!(said[..2], ["refused", "git config --global user.email jane@example.org"]);
    run(command(&[], &repo.dir)
        .env("GIT_CONFIG_GLOBAL", &global)
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "user.email")
        .env("GIT_CONFIG_VALUE_0", "count@example.org"));
    assert_eq!(who(&repo), "Global <count@example.org>, Global <count@example.org>");
}
