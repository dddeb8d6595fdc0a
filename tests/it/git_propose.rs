//! Each outcome of a proposal: what becomes the tree, what the parents, where the branch goes.

use std::os::unix::fs::PermissionsExt as _;

use leeward::failure::Kind;
use leeward::git::{Draft, Outcome};

use crate::repo::{
    BRANCH, INCIDENT, KUSTOMIZATION, MESSAGE, OVERLAY, Repo, assert_fails, changes, files, propose, usual,
};

/// Returns the parents of a revision.
fn parents(repo: &Repo, revision: &str) -> Vec<String> {
    repo.git(&["rev-parse", &format!("{revision}^@")]).lines().map(str::to_owned).collect()
}

/// Returns the paths that differ between two revisions, as git tells them.
fn differing(repo: &Repo, one: &str, two: &str) -> Vec<String> {
    repo.git(&["diff", "--name-only", "--no-renames", one, two]).lines().map(str::to_owned).collect()
}

#[test]
fn starts_with_one_commit_on_the_base() {
    let repo = Repo::new();
    let before = repo.snapshot();
    let (outcome, commit) = propose(&repo.open(), "main", &usual()).unwrap();
    assert_eq!(outcome, Outcome::New);
    assert_eq!(commit.id, repo.id(BRANCH));
    assert_eq!(parents(&repo, BRANCH), [repo.id("main")]);
    assert_eq!(differing(&repo, "main", BRANCH), [KUSTOMIZATION, OVERLAY]);
    assert_eq!(repo.git(&["log", "-1", "--format=%B", BRANCH]), MESSAGE.trim_end());
    let who = "Jane Doe <jane@example.org> 2026-11-22T10:00:00+00:00";
    assert_eq!(repo.git(&["log", "-1", "--date=iso-strict", "--format=%an <%ae> %ad", BRANCH]), who);
    assert_eq!(repo.git(&["log", "-1", "--date=iso-strict", "--format=%cn <%ce> %cd", BRANCH]), who);
    assert_eq!(repo.git(&["reflog", "-1", "--format=%gs", BRANCH]), "leeward: recovery: move the backups");
    assert_eq!(before, repo.snapshot());
    repo.assert_sound();
}

#[test]
fn makes_the_same_commit_from_the_same_input() {
    let ids: Vec<String> = (0..2).map(|_| propose(&Repo::new().open(), "main", &usual()).unwrap().1.id).collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn shows_the_files_before_it_commits_them() {
    let repo = Repo::new();
    let open = repo.open();
    let base = open.base(None).unwrap().commit;
    let changes = files(&[(OVERLAY, Some("kind: Incident\n")), ("docs/README.md", None)]);
    let draft = Draft { base: &base, branch: BRANCH, changes: &changes, incident: INCIDENT };
    let prepared = open.prepare(&draft).unwrap();
    assert_eq!(&*prepared.files().read(OVERLAY).unwrap(), b"kind: Incident\n");
    assert_eq!(prepared.files().entry("docs").unwrap(), None, "an emptied folder goes");
    assert!(!repo.try_git(&["rev-parse", "--verify", BRANCH]).status.success(), "nothing is committed yet");
}

#[test]
fn does_nothing_when_it_is_proposed_already() {
    let repo = Repo::new();
    let (_, first) = propose(&repo.open(), "main", &usual()).unwrap();
    let (outcome, again) = propose(&repo.open(), "main", &usual()).unwrap();
    assert_eq!((outcome, &again), (Outcome::AlreadyProposed(first.clone()), &first));
    repo.write("docs/README.md", "the base moved\n");
    repo.commit("elsewhere");
    let (outcome, _) = propose(&repo.open(), "main", &usual()).unwrap();
    assert_eq!(outcome, Outcome::AlreadyProposed(first.clone()));
    assert_eq!(repo.id(BRANCH), first.id);
    repo.git(&["merge", "-q", "--squash", BRANCH]);
    repo.commit("squashed");
    repo.git(&["branch", "-q", "-D", BRANCH]);
    let (outcome, commit) = propose(&repo.open(), "main", &usual()).unwrap();
    assert_eq!(commit.id, repo.id("main"));
    assert_eq!(outcome, Outcome::AlreadyProposed(commit));
}

#[test]
fn goes_on_from_its_branch_when_the_files_change() {
    let repo = Repo::new();
    let (_, first) = propose(&repo.open(), "main", &usual()).unwrap();
    let next = files(&[(KUSTOMIZATION, Some("resources: [cr.yaml]\n"))]);
    let (outcome, second) = propose(&repo.open(), "main", &next).unwrap();
    assert_eq!(outcome, Outcome::FastForward { tip: first.clone() });
    assert_eq!(parents(&repo, BRANCH), [first.id]);
    assert_eq!(differing(&repo, "main", BRANCH), [KUSTOMIZATION], "a file of ours that is none any more goes");
    let (outcome, _) = propose(&repo.open(), "main", &next).unwrap();
    assert_eq!(outcome, Outcome::AlreadyProposed(second));
    repo.assert_sound();
}

#[test]
fn takes_back_a_file_that_is_not_proposed_any_more() {
    let repo = Repo::new();
    propose(&repo.open(), "main", &usual()).unwrap();
    let mut fewer = usual();
    fewer.retain(|path, _| path.as_str() == KUSTOMIZATION);
    let (outcome, _) = propose(&repo.open(), "main", &fewer).unwrap();
    assert!(matches!(outcome, Outcome::FastForward { .. }), "{outcome:?}");
    assert_eq!(differing(&repo, "main", BRANCH), [KUSTOMIZATION]);
}

#[test]
fn merges_the_base_when_it_moved_and_the_files_differ() {
    let repo = Repo::new();
    let (_, first) = propose(&repo.open(), "main", &usual()).unwrap();
    repo.write(KUSTOMIZATION, "resources:\n  - cr.yaml\n  - more.yaml\n");
    repo.write("clusters/prod/more.yaml", "kind: ConfigMap\n");
    let base = repo.commit("more");
    let next = changes("resources:\n  - cr.yaml\n  - more.yaml\n");
    let (outcome, merge) = propose(&repo.open(), "main", &next).unwrap();
    assert!(matches!(outcome, Outcome::Merge { .. }), "{outcome:?}");
    assert_eq!(parents(&repo, BRANCH), [first.id, base]);
    assert_eq!(differing(&repo, "main", BRANCH), [KUSTOMIZATION, OVERLAY]);
    let (outcome, _) = propose(&repo.open(), "main", &next).unwrap();
    assert_eq!(outcome, Outcome::AlreadyProposed(merge.clone()));
    repo.write(KUSTOMIZATION, "resources: []\n");
    repo.commit("less");
    propose(&repo.open(), "main", &changes("resources: []\n")).unwrap();
    assert_eq!(parents(&repo, BRANCH)[0], merge.id);
    assert_eq!(differing(&repo, "main", BRANCH), [KUSTOMIZATION, OVERLAY]);
    repo.assert_sound();
}

#[test]
fn starts_again_when_its_branch_is_merged() {
    let repo = Repo::new();
    let (_, first) = propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merged", BRANCH]);
    let next = files(&[(OVERLAY, Some("kind: Incident\nstage: more\n"))]);
    let (outcome, _) = propose(&repo.open(), "main", &next).unwrap();
    assert_eq!(outcome, Outcome::New);
    assert_eq!(parents(&repo, BRANCH), [repo.id("main")]);
    repo.git(&["merge-base", "--is-ancestor", &first.id, BRANCH]);
}

#[test]
fn goes_on_from_the_remote_where_the_branch_is_not_here_or_behind() {
    let repo = Repo::new();
    let (_, first) = propose(&repo.open(), "main", &usual()).unwrap();
    let clone = repo.clone_with("clone", &[]);
    let (outcome, _) = propose(&clone.open(), "origin/main", &usual()).unwrap();
    assert_eq!(outcome, Outcome::AlreadyProposed(first.clone()));
    clone.git(&["branch", "-q", BRANCH, &format!("origin/{BRANCH}")]);

    let (_, second) = propose(&repo.open(), "main", &files(&[(OVERLAY, Some("two\n"))])).unwrap();
    clone.git(&["fetch", "-q"]);
    let (outcome, _) = propose(&clone.open(), "origin/main", &files(&[(OVERLAY, Some("three\n"))])).unwrap();
    assert_eq!(outcome, Outcome::FastForward { tip: second.clone() });
    assert_eq!(parents(&clone, BRANCH), std::slice::from_ref(&second.id));

    clone.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &first.id]);
    let other = files(&[(OVERLAY, Some("four\n"))]);
    clone.git(&["update-ref", "-d", &format!("refs/remotes/origin/{BRANCH}")]);
    propose(&clone.open(), "origin/main", &other).unwrap();
    clone.git(&["fetch", "-q"]);
    // A commit of ours that nobody saw is left behind for what was published.
    let (outcome, _) = propose(&clone.open(), "origin/main", &files(&[(OVERLAY, Some("five\n"))])).unwrap();
    assert_eq!(outcome, Outcome::FastForward { tip: second });

    clone.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &first.id]);
    clone.commit_on(BRANCH, "docs/README.md", "by a person\n");
    let hint = format!("git branch --force {BRANCH} origin/{BRANCH}");
    assert_fails(propose(&clone.open(), "origin/main", &usual()), Kind::Refused, Some(&hint), &["went different ways"]);
    clone.git(&["branch", "-q", "--force", BRANCH, &format!("origin/{BRANCH}")]);
    propose(&clone.open(), "origin/main", &other).unwrap();
    clone.assert_sound();
}

#[test]
fn refuses_a_branch_that_holds_nothing_of_ours() {
    let repo = Repo::new();
    repo.git(&["branch", BRANCH]);
    let theirs = repo.commit_on(BRANCH, "docs/x.md", "x\n");
    let hint = format!("git branch -m {BRANCH} kept-leeward-minio-a-protect");
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, Some(&hint), &["no commit of leeward"]);
    assert_eq!(repo.id(BRANCH), theirs);
}

#[test]
fn refuses_names_that_are_in_the_way() {
    let repo = Repo::new();
    repo.git(&["branch", "leeward"]);
    let hint = Some("git branch -m leeward kept-leeward");
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, hint, &["`leeward` is in the way"]);
    repo.git(&["branch", "-m", "leeward", "kept-leeward"]);
    repo.git(&["branch", "leeward/minio-a/protect/deep"]);
    let hint = Some("git branch -m leeward/minio-a/protect/deep kept-leeward-minio-a-protect-deep");
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, hint, &["in the way"]);
    let open = repo.open();
    let base = open.base(None).unwrap().commit;
    for branch in ["main", "leeward/a b/c", "leeward/../x", "leeward/a\n/b", "leeward/a.lock"] {
        let draft = Draft { base: &base, branch, changes: &usual(), incident: INCIDENT };
        assert_fails(open.prepare(&draft).map(drop), Kind::Refused, None, &["not a branch of leeward"]);
    }
}

#[test]
fn keeps_modes_and_refuses_to_write_through_links_and_submodules() {
    let repo = Repo::new();
    repo.write("bin/run", "#!/bin/sh\n");
    std::fs::set_permissions(repo.dir.join("bin/run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("clusters", repo.dir.join("linked")).unwrap();
    repo.git(&["add", "-A"]);
    let head = repo.id("HEAD");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub")]);
    repo.git(&["commit", "-q", "-m", "full"]);
    for (path, words) in [
        ("linked/x.yaml", "`linked/x.yaml` would be written through the symbolic link `linked`"),
        ("sub/x.yaml", "`sub/x.yaml` would be written through the submodule `sub`"),
        ("docs/README.md/x", "through the file `docs/README.md`"),
        ("linked", "`linked` is a symbolic link"),
        ("sub", "`sub` is a submodule"),
        ("clusters/prod", "`clusters/prod` is a folder"),
    ] {
        assert_fails(propose(&repo.open(), "main", &files(&[(path, Some("x\n"))])), Kind::Refused, None, &[words]);
    }
    propose(&repo.open(), "main", &files(&[("bin/run", Some("#!/bin/bash\n")), ("new.sh", Some("x\n"))])).unwrap();
    let modes =
        repo.git(&["ls-tree", "--format=%(objectmode) %(path)", "-r", BRANCH, "bin", "new.sh", "sub", "linked"]);
    assert_eq!(modes, "100755 bin/run\n120000 linked\n100644 new.sh\n160000 sub");
    repo.assert_sound();
}

#[test]
fn is_not_disturbed_by_attributes_filters_and_hooks() {
    let repo = Repo::new();
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n*.yaml text eol=crlf ident\n");
    repo.write("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    repo.commit("pointers");
    for key in ["filter.lfs.clean", "filter.lfs.smudge"] {
        repo.git(&["config", key, "false"]);
    }
    repo.git(&["config", "filter.lfs.required", "true"]);
    for hook in ["pre-commit", "commit-msg", "post-commit", "reference-transaction"] {
        repo.write(&format!(".git/hooks/{hook}"), "#!/bin/sh\nexit 1\n");
        let path = repo.dir.join(".git/hooks").join(hook);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    propose(&repo.open(), "main", &files(&[("a.yaml", Some("$Id$\n")), ("b.bin", Some("raw\n"))])).unwrap();
    assert_eq!((repo.show(BRANCH, "a.yaml"), repo.show(BRANCH, "b.bin")), ("$Id$".to_owned(), "raw".to_owned()));
}
