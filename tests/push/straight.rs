//! `--push-to`: the commit goes to the branch of the base itself, forward only, without a pull request.

use leeward::failure::Kind;
use leeward::git::{Destination, Draft, Publication, Push, Repository, Signing};

use crate::repo::{BRANCH, INCIDENT, MESSAGE, OVERLAY, assert_fails, now};
use crate::server::{Act, can_serve};
use crate::world::{TIME, World, assert_push, offer, overlay, parents, person};

/// Publishes to a branch of the remote, from a base.
fn publish_to(repo: &Repository, branch: &str, base: &str) -> anyhow::Result<Option<Publication>> {
    let remote = repo.remote_for(None, TIME)?;
    remote.publish(&Destination { branch, base: None, tries: 3 }, |_| {
        let base = repo.base(Some(base))?.commit;
        let draft = Draft { base: &base, branch: BRANCH, changes: &overlay("one\n"), incident: INCIDENT };
        let prepared = repo.prepare_anew(&draft)?;
        Ok(Some(offer(repo.commit(prepared, MESSAGE, now(), Signing::Never)?)))
    })
}

#[test]
fn goes_to_the_base_and_is_done_the_next_time() {
    let world = World::local();
    let before = world.bare.id("main");
    world.clone.git(&["checkout", "-q", "--detach"]);
    let publication = publish_to(&world.clone.open(), "main", "origin/main").unwrap().unwrap();
    assert_push(&publication, &Push::Pushed, 1);
    assert_eq!((world.bare.id("main"), parents(&world.bare, "main")), (publication.commit.id.clone(), before.clone()));
    assert!(!world.is_published(), "leeward's own branch stays here");
    assert_eq!(world.clone.id("main"), before, "no other branch here moves");
    let again = publish_to(&world.clone.open(), "main", "origin/main").unwrap().unwrap();
    assert_push(&again, &Push::AlreadyThere, 1);
    assert_eq!(again.commit.id, publication.commit.id);
}

#[test]
fn begins_again_on_what_somebody_pushed_meanwhile() {
    if !can_serve("begins_again_on_what_somebody_pushed_meanwhile") {
        return;
    }
    let world = World::http();
    let other = crate::repo::Repo::at(world.other.dir.clone());
    let mut is_done = false;
    world.server().rule(move |request| {
        if request.is_offer() && !std::mem::replace(&mut is_done, true) {
            person(&other, "main", "docs/README.md", "meanwhile\n");
        }
        Act::Serve
    });
    let publication = publish_to(&world.clone.open(), "main", "origin/main").unwrap().unwrap();
    assert_push(&publication, &Push::Pushed, 2);
    assert_eq!(world.bare.show("main", "docs/README.md"), "meanwhile");
    assert_eq!(world.bare.show("main", OVERLAY), "one");
    assert_eq!(world.bare.git(&["rev-list", "--count", "main"]), "3");
}

#[test]
fn refuses_a_branch_that_the_proposal_does_not_start_from() {
    let world = World::local();
    world.other.git(&["push", "-q", "origin", "main:refs/heads/staging"]);
    let theirs = world.person("staging", "docs/README.md", "staging\n");
    let result = publish_to(&world.clone.open(), "staging", "origin/main");
    assert_fails(result, Kind::Refused, Some("--base origin/staging"), &["does not start from"]);
    assert_eq!(world.bare.id("staging"), theirs);
}

#[test]
fn keeps_a_branch_here_that_people_committed_on() {
    let world = World::local();
    world.clone.git(&["switch", "-q", "-c", BRANCH]);
    world.clone.write("docs/README.md", "mine\n");
    let mine = world.clone.commit("mine");
    world.clone.git(&["switch", "-q", "main"]);
    let hint = format!("git branch -m {BRANCH} kept-leeward-minio-a-protect");
    let result = publish_to(&world.clone.open(), "main", "origin/main");
    assert_fails(result, Kind::Refused, Some(&hint), &["holds commits that are not leeward's"]);
    assert_eq!(world.clone.id(BRANCH), mine);
}

#[test]
fn goes_to_the_base_where_pushes_have_an_address_of_their_own() {
    let world = World::local();
    let url = format!("file://{}", world.bare.dir.display());
    world.clone.git(&["remote", "set-url", "--push", "origin", &url]);
    let publication = publish_to(&world.clone.open(), "main", "origin/main").unwrap().unwrap();
    assert_push(&publication, &Push::Pushed, 1);
    let moved = world.person("main", "docs/README.md", "meanwhile\n");
    let again = publish_to(&world.clone.open(), "main", "origin/main").unwrap().unwrap();
    assert_push(&again, &Push::AlreadyThere, 1);
    assert_eq!((world.bare.id("main"), again.commit.id), (moved.clone(), moved));
}

#[test]
fn refuses_what_is_no_name_of_a_branch() {
    let world = World::local();
    for name in ["main:refs/heads/other", "+main", "--all", "a b", "", "x..y"] {
        let result = publish_to(&world.clone.open(), name, "origin/main");
        assert_fails(result, Kind::Refused, Some("--push-to BRANCH"), &["is not the name of a branch"]);
    }
}
