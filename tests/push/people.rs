//! What people do with the branch at the remote: commit on it, delete it, merge it, go another way here.

use leeward::failure::Kind;
use leeward::git::Push;

use crate::repo::{BRANCH, OVERLAY, assert_fails};
use crate::world::{World, assert_push, parents};

/// Returns whether the remote's branch holds a commit.
fn holds(world: &World, id: &str) -> bool {
    world.bare.try_git(&["merge-base", "--is-ancestor", id, BRANCH]).status.success()
}

#[test]
fn keeps_a_commit_of_somebody_else_on_the_branch() {
    let world = World::local();
    let first = world.publish("one\n").unwrap();
    let theirs = world.person(BRANCH, "docs/README.md", "by a person\n");
    let second = world.publish("two\n").unwrap();
    assert_push(&second, &Push::Pushed, 1);
    assert_eq!(parents(&world.bare, BRANCH), theirs);
    assert!(holds(&world, &first.commit.id));
    assert_eq!(world.bare.show(BRANCH, "docs/README.md"), "by a person");

    let again = world.publish("two\n").unwrap();
    assert_push(&again, &Push::AlreadyThere, 1);
}

#[test]
fn is_done_where_somebody_else_went_on_from_it() {
    let world = World::local();
    world.publish("one\n").unwrap();
    let theirs = world.person(BRANCH, "docs/README.md", "by a person\n");
    let again = world.publish("one\n").unwrap();
    assert_push(&again, &Push::AlreadyThere, 1);
    assert_eq!((again.commit.id.as_str(), world.tip()), (theirs.as_str(), theirs.clone()));
    assert_eq!(world.clone.id(BRANCH), theirs, "the branch here follows");
}

#[test]
fn refuses_to_write_over_an_edit_of_its_own_file() {
    let world = World::local();
    world.publish("one\n").unwrap();
    let theirs = world.person(BRANCH, OVERLAY, "by a person\n");
    let hint = format!("git switch {BRANCH} && git revert {}", &theirs[..7]);
    assert_fails(world.publish("two\n"), Kind::Refused, Some(&hint), &["leeward does not write over it"]);
    assert_eq!(world.tip(), theirs);
}

#[test]
fn publishes_again_what_was_deleted_there() {
    let world = World::local();
    let first = world.publish("one\n").unwrap();
    world.other.git(&["push", "-q", "origin", "--delete", BRANCH]);
    let second = world.publish("two\n").unwrap();
    assert_push(&second, &Push::Pushed, 1);
    assert!(holds(&world, &first.commit.id));
}

#[test]
fn leaves_a_commit_behind_that_nobody_saw_and_nothing_else() {
    let world = World::local();
    // Another clone publishes at another time, while here a commit was made and not pushed.
    let here = world.clone.open();
    let unseen =
        crate::world::commit_at(&here, &crate::world::overlay("one\n"), "2026-11-22T11:00:00Z".parse().unwrap());
    let unseen = unseen.unwrap();
    let theirs = crate::world::publish(&world.other, "one\n").unwrap();
    assert_ne!(unseen.id, theirs.commit.id);
    let publication = world.publish("one\n").unwrap();
    assert_push(&publication, &Push::AlreadyThere, 1);
    assert_eq!(publication.commit, theirs.commit);
    assert_eq!(world.clone.id(BRANCH), theirs.commit.id);

    world.clone.git(&["checkout", "-q", "--detach", BRANCH]);
    world.clone.write("docs/here.md", "only here\n");
    let mine = world.clone.commit("mine");
    world.clone.git(&["branch", "-f", BRANCH, "HEAD"]);
    world.clone.git(&["checkout", "-q", "main"]);
    world.person(BRANCH, "docs/there.md", "only there\n");
    let hint = format!("git branch --force {BRANCH} origin/{BRANCH}");
    assert_fails(world.publish("one\n"), Kind::Refused, Some(&hint), &["went different ways"]);
    assert_eq!(world.clone.id(BRANCH), mine);
}

#[test]
fn starts_anew_once_all_of_it_was_merged_and_the_branch_left() {
    let world = World::local();
    let first = world.publish("one\n").unwrap();
    world.other.git(&["fetch", "-q"]);
    world.other.git(&["checkout", "-q", "main"]);
    world.other.git(&["merge", "-q", "--no-ff", &format!("origin/{BRANCH}")]);
    world.other.git(&["push", "-q", "origin", "main"]);
    let merged = world.bare.id("main");
    let second = world.publish("two\n").unwrap();
    assert_push(&second, &Push::Pushed, 1);
    assert!(holds(&world, &first.commit.id));
    assert_eq!(parents(&world.bare, BRANCH), merged);
}
