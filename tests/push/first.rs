//! The usual way: the first push, the next, a run again; what is noted here of what is there.

use std::fmt::Write as _;

use leeward::git::Push;

use crate::repo::{BRANCH, KUSTOMIZATION, OVERLAY};
use crate::server::can_serve;
use crate::world::{World, assert_push, parents};

/// Asserts the usual way in a world.
fn goes_the_usual_way(world: &World) {
    let before = world.clone.snapshot();
    let main = world.bare.id("main");
    let first = world.publish("one\n").unwrap();
    assert_push(&first, &Push::Pushed, 1);
    assert_eq!(world.tip(), first.commit.id);
    assert_eq!(parents(&world.bare, BRANCH), main);
    assert_eq!(world.bare.git(&["diff", "--name-only", "main", BRANCH]), format!("{KUSTOMIZATION}\n{OVERLAY}"));
    assert_eq!(world.clone.id(&format!("origin/{BRANCH}")), first.commit.id, "what is there is noted here");

    assert_push(&world.publish("one\n").unwrap(), &Push::AlreadyThere, 1);
    assert_eq!(world.tip(), first.commit.id, "a run again makes no commit");

    let second = world.publish("two\n").unwrap();
    assert_push(&second, &Push::Pushed, 1);
    assert_eq!(parents(&world.bare, BRANCH), first.commit.id, "a published branch goes forward");
    assert_eq!(
        world.bare.git(&["for-each-ref", "--format=%(refname)"]),
        format!("refs/heads/{BRANCH}\nrefs/heads/main")
    );
    assert_eq!(before, world.clone.snapshot(), "work tree, index and head are as they were");
    assert_eq!(world.bare.id("main"), main);
    world.clone.assert_sound();
    world.bare.assert_sound();
}

#[test]
fn publishes_to_a_folder() {
    goes_the_usual_way(&World::local());
}

#[test]
fn publishes_over_http() {
    if can_serve("publishes_over_http") {
        goes_the_usual_way(&World::http());
    }
}

#[test]
fn fetches_the_base_before_it_makes_the_commit() {
    let world = World::local();
    let moved = world.person("main", "docs/README.md", "elsewhere\n");
    let publication = world.publish("one\n").unwrap();
    assert_push(&publication, &Push::Pushed, 1);
    assert_eq!(parents(&world.bare, BRANCH), moved);
    assert_eq!(world.clone.id("origin/main"), moved);
}

#[test]
fn makes_nothing_where_nothing_is_offered() {
    let world = World::local();
    let repo = world.clone.open();
    let remote = repo.remote_for(None, crate::world::TIME).unwrap();
    assert_eq!(remote.publish(&crate::world::to_branch(), |_| Ok(None)).unwrap(), None);
    assert!(!world.is_published());
}

#[test]
fn takes_a_large_commit_over_http() {
    if !can_serve("takes_a_large_commit_over_http") {
        return;
    }
    let world = World::http();
    // Numbers that do not compress to less than the size from which git sends a body in chunks.
    let mut state = 1_u64;
    let mut text = String::new();
    while text.len() < 4 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        write!(text, "{state:x}").unwrap();
    }
    assert_push(&world.publish(&text).unwrap(), &Push::Pushed, 1);
    assert_eq!(world.bare.show(BRANCH, OVERLAY), text);
}
