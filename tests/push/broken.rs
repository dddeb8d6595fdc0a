//! Connections that break: before anything was sent, in the middle of the answer, without end. What the remote has decides.

use std::time::{Duration, Instant};

use leeward::git::Push;

use crate::repo::BRANCH;
use crate::server::{Act, Request, can_serve};
use crate::world::{World, assert_push, failure, publish_at};

/// Decides once by an act where a claim holds, and serves everything else.
fn once(is_it: fn(&Request) -> bool, act: Act) -> impl FnMut(&Request) -> Act + Send {
    let mut is_done = false;
    move |request| {
        if is_it(request) && !std::mem::replace(&mut is_done, true) { act } else { Act::Serve }
    }
}

#[test]
fn reads_again_what_an_answer_that_was_cut_did() {
    if !can_serve("reads_again_what_an_answer_that_was_cut_did") {
        return;
    }
    let world = World::http();
    for (n, bytes) in [0, 12, 150, 300].into_iter().enumerate() {
        world.server().rule(once(Request::is_push, Act::Cut(bytes)));
        let publication = world.publish(&format!("text {n}\n")).unwrap();
        assert_push(&publication, &Push::Pushed, 1);
        assert_eq!(world.tip(), publication.commit.id, "cut after {bytes}");
    }
}

#[test]
fn never_takes_a_push_for_done_that_was_not() {
    if !can_serve("never_takes_a_push_for_done_that_was_not") {
        return;
    }
    let world = World::http();
    for act in [Act::Drop, Act::Status(500), Act::Status(502)] {
        world.server().rule(once(Request::is_push, act));
        let publication = world.publish("one\n").unwrap();
        assert!(matches!(publication.push, Push::Unreachable { .. }), "{act:?}: {publication:?}");
        assert!(!world.is_published());
        assert_eq!(world.clone.id(BRANCH), publication.commit.id);
    }
    assert_push(&world.publish("one\n").unwrap(), &Push::Pushed, 1);
}

#[test]
fn says_that_it_does_not_know_where_it_cannot_read_again() {
    if !can_serve("says_that_it_does_not_know_where_it_cannot_read_again") {
        return;
    }
    let world = World::http();
    let mut is_cut = false;
    world.server().rule(move |request| {
        let was_cut = is_cut;
        is_cut |= request.is_push();
        if was_cut {
            Act::Drop
        } else if request.is_push() {
            Act::Cut(0)
        } else {
            Act::Serve
        }
    });
    let publication = world.publish("one\n").unwrap();
    assert!(matches!(publication.push, Push::Unclear { .. }), "{publication:?}");
    let (hint, fact) = failure(&publication);
    assert_eq!(hint, format!("git -C {} ls-remote origin refs/heads/{BRANCH}", world.clone.dir.display()));
    assert!(fact.starts_with(&format!("whether `origin` took branch `{BRANCH}` is not known: ")), "{fact}");
    world.server().rule(|_| Act::Serve);
    assert_push(&world.publish("one\n").unwrap(), &Push::AlreadyThere, 1);
}

#[test]
fn ends_git_when_the_time_is_over() {
    if !can_serve("ends_git_when_the_time_is_over") {
        return;
    }
    let world = World::http();
    world.server().rule(|_| Act::Hang);
    let start = Instant::now();
    let repo = world.clone.open();
    let publication = publish_at(&repo, "one\n", crate::repo::now(), Duration::from_millis(500)).unwrap();
    assert!(matches!(publication.push, Push::Unreachable { .. }), "{publication:?}");
    assert!(failure(&publication).1.contains("no answer within 0.5 s"));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(world.clone.id(BRANCH), publication.commit.id);

    world.server().rule(once(Request::is_push, Act::Hang));
    let publication = publish_at(&repo, "one\n", crate::repo::now(), Duration::from_secs(5)).unwrap();
    assert!(matches!(publication.push, Push::Unreachable { .. }), "{publication:?}");
    assert!(!world.is_published());
}

#[test]
fn keeps_the_commit_where_nobody_listens() {
    let world = World::local();
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    world.clone.git(&["remote", "set-url", "origin", &format!("http://pat:canary-secret@127.0.0.1:{port}/a.git")]);
    let publication = world.publish("one\n").unwrap();
    assert!(matches!(publication.push, Push::Unreachable { .. }), "{publication:?}");
    let (hint, fact) = failure(&publication);
    assert_eq!(
        hint,
        format!("git -C {} push origin {}:refs/heads/{BRANCH}", world.clone.dir.display(), publication.commit.id)
    );
    assert!(fact.contains(&format!("http://127.0.0.1:{port}/a.git")) && !fact.contains("canary"), "{fact}");
}

#[test]
fn tells_a_wrong_address_and_a_wrong_user_apart() {
    if !can_serve("tells_a_wrong_address_and_a_wrong_user_apart") {
        return;
    }
    let world = World::http();
    for status in [401, 403] {
        world.server().rule(move |_| Act::Status(status));
        let publication = world.publish("one\n").unwrap();
        assert!(matches!(publication.push, Push::AuthFailed { .. }), "{status}: {publication:?}");
        assert!(failure(&publication).1.starts_with("`origin` does not accept who pushes: "));
    }
    // A token that may read and not write.
    world.server().rule(|request| if request.is_offer() { Act::Status(403) } else { Act::Serve });
    let publication = world.publish("one\n").unwrap();
    assert!(matches!(publication.push, Push::AuthFailed { .. }), "{publication:?}");
    for url in [world.server().url("nowhere.git"), world.server().url("bare.git/deeper")] {
        world.server().rule(|_| Act::Serve);
        world.clone.git(&["remote", "set-url", "origin", &url]);
        let publication = world.publish("one\n").unwrap();
        assert!(matches!(publication.push, Push::Unreachable { .. }), "{publication:?}");
        assert!(failure(&publication).1.contains("not found"), "{publication:?}");
    }
}
