//! Which remote, under which address; remotes that are empty, bare, not there.

use leeward::failure::Kind;
use leeward::git::{Destination, Push};

use crate::repo::{BRANCH, Repo, assert_fails};
use crate::world::{TIME, World, assert_push, commit_at, failure, offer, overlay, parents, publish, to_branch};

#[test]
fn refuses_a_remote_that_is_none() {
    let world = World::local();
    let open = |name: Option<&str>| world.clone.open().remote_for(name, TIME).map(|_| ());
    assert_fails(open(Some("nowhere")), Kind::Refused, Some("--remote origin"), &["no remote is called `nowhere`"]);
    assert_fails(open(Some("--upload-pack=x")), Kind::Refused, Some("--remote origin"), &["no remote is called"]);
    world.clone.git(&["remote", "rename", "origin", "one"]);
    world.clone.git(&["remote", "add", "two", "/nonexistent"]);
    assert!(open(None).is_ok(), "the checked-out branch follows one");
    world.clone.git(&["branch", "--unset-upstream"]);
    assert_fails(open(None), Kind::Refused, Some("--remote one"), &["is the default"]);
    let alone = Repo::new();
    let result = alone.open().remote_for(None, TIME).map(|_| ());
    assert_fails(result, Kind::Refused, Some("git remote add origin URL"), &["repository has no remote"]);
}

#[test]
fn goes_where_git_rewrites_the_address_to_and_shows_no_user() {
    let world = World::local();
    let folder = world.bare.dir.parent().unwrap().display();
    world.clone.git(&["remote", "set-url", "origin", "host:bare.git"]);
    world.clone.git(&["config", &format!("url.{folder}/.insteadOf"), "host:"]);
    assert_push(&world.publish("one\n").unwrap(), &Push::Pushed, 1);
    assert_eq!(world.clone.open().remote_for(None, TIME).unwrap().url(), world.bare.dir.to_str().unwrap());

    world.clone.git(&["remote", "set-url", "origin", "https://pat:token@h.example:8443/a/b.git"]);
    let repo = world.clone.open();
    let remote = repo.remote_for(None, TIME).unwrap();
    assert_eq!((remote.name(), remote.url()), ("origin", "https://h.example:8443/a/b.git"));
}

/// Returns a bare repository beside the remote, made by git with options.
fn bare(world: &World, name: &str, args: &[&str]) -> Repo {
    let path = world.bare.dir.parent().unwrap().join(name);
    world.bare.git(&[args, &[path.to_str().unwrap()]].concat());
    Repo::at(path)
}

#[test]
fn reads_and_writes_the_address_for_pushes() {
    let world = World::local();
    let fork = bare(&world, "fork.git", &["clone", "-q", "--bare", world.bare.dir.to_str().unwrap()]);
    world.clone.git(&["remote", "set-url", "--push", "origin", fork.dir.to_str().unwrap()]);
    let first = world.publish("one\n").unwrap();
    assert_push(&first, &Push::Pushed, 1);
    assert_eq!(fork.id(BRANCH), first.commit.id);
    assert!(!world.is_published());
    assert_push(&world.publish("one\n").unwrap(), &Push::AlreadyThere, 1);
    assert_push(&world.publish("two\n").unwrap(), &Push::Pushed, 1);
    world.clone.git(&["remote", "set-url", "--push", "--add", "origin", world.bare.dir.to_str().unwrap()]);
    assert_fails(world.publish("two\n"), Kind::Refused, Some("--remote NAME"), &["is pushed to 2 places"]);
}

#[test]
fn goes_to_the_remote_that_is_named() {
    let world = World::local();
    let second = bare(&world, "second.git", &["clone", "-q", "--bare", world.bare.dir.to_str().unwrap()]);
    world.clone.git(&["remote", "add", "second", second.dir.to_str().unwrap()]);
    let repo = world.clone.open();
    let remote = repo.remote_for(Some("second"), TIME).unwrap();
    let made =
        remote.publish(&to_branch(), |_| Ok(Some(offer(commit_at(&repo, &overlay("one\n"), crate::repo::now())?))));
    assert_push(&made.unwrap().unwrap(), &Push::Pushed, 1);
    assert_eq!(second.id(BRANCH), world.clone.id(&format!("refs/remotes/second/{BRANCH}")));
    assert!(!world.is_published());
}

#[test]
fn refuses_to_give_an_empty_remote_its_first_branch() {
    let world = World::local();
    let empty = bare(&world, "empty.git", &["init", "-q", "--bare", "-b", "main"]);
    world.clone.git(&["remote", "set-url", "origin", empty.dir.to_str().unwrap()]);
    let words = ["remote `origin` is empty"];
    assert_fails(world.publish("one\n"), Kind::Refused, Some("git push origin HEAD"), &words);
    assert_eq!(empty.git(&["for-each-ref"]), "");
    let repo = world.clone.open();
    let remote = repo.remote_for(None, TIME).unwrap();
    let to = Destination { branch: "main", base: None, tries: 1 };
    let main = repo.base(Some("main")).unwrap().commit;
    let made = remote.publish(&to, |_| Ok(Some(offer(main.clone()))));
    assert_push(&made.unwrap().unwrap(), &Push::Pushed, 1);
    assert_eq!(empty.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[test]
fn keeps_the_commit_where_the_remote_is_gone_and_says_how_to_push_it() {
    let world = World::local();
    let away = world.bare.dir.with_extension("away");
    std::fs::rename(&world.bare.dir, &away).unwrap();
    let publication = world.publish("one\n").unwrap();
    assert!(matches!(publication.push, Push::Unreachable { .. }), "{publication:?}");
    let (hint, fact) = failure(&publication);
    assert!(fact.starts_with("`origin` cannot be reached, the commit is here only: "), "{fact}");
    assert_eq!(world.clone.id(BRANCH), publication.commit.id);
    std::fs::rename(&away, &world.bare.dir).unwrap();
    assert!(std::process::Command::new("sh").args(["-c", &format!("{hint} -q")]).status().unwrap().success());
    assert_eq!(world.tip(), publication.commit.id);
    assert_push(&world.publish("one\n").unwrap(), &Push::AlreadyThere, 1);
}

#[test]
fn publishes_from_a_bare_clone_a_linked_work_tree_and_a_clone_of_one_branch() {
    let world = World::local();
    let linked = world.keep.path().canonicalize().unwrap().join("linked");
    world.clone.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap(), "main"]);
    let first = publish(&Repo::at(linked), "one\n").unwrap();
    assert_push(&first, &Push::Pushed, 1);

    let narrow = world.bare.clone_with("narrow", &["--single-branch", "--branch=main"]);
    let second = publish(&narrow, "two\n").unwrap();
    assert_push(&second, &Push::Pushed, 1);
    assert_eq!(parents(&world.bare, BRANCH), first.commit.id, "the branch was fetched all the same");

    let mirror = bare(&world, "mirror.git", &["clone", "-q", "--mirror", world.bare.dir.to_str().unwrap()]);
    let repo = mirror.open();
    let remote = repo.remote_for(Some("origin"), TIME).unwrap();
    let made = remote.publish(&to_branch(), |_| {
        let base = repo.base(Some("main"))?.commit;
        let changes = overlay("three\n");
        let draft = leeward::git::Draft { base: &base, branch: BRANCH, changes: &changes, incident: "minio-a" };
        let commit =
            repo.commit(repo.prepare(&draft)?, crate::repo::MESSAGE, crate::repo::now(), leeward::git::Signing::Never)?;
        Ok(Some(offer(commit)))
    });
    assert_push(&made.unwrap().unwrap(), &Push::Pushed, 1);
    assert_eq!(parents(&world.bare, BRANCH), second.commit.id);
}
