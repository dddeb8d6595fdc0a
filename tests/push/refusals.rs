//! Servers that do not take it: the words of the server, the bar they stand for, and the way out.

use leeward::git::{Bar, Destination, Push};

use crate::repo::{BRANCH, now};
use crate::server::can_serve;
use crate::world::{TIME, World, commit_at, failure, hook, offer, overlay, to_branch};

/// Publishes to a remote whose hook refuses, and returns bar, hint and fact.
fn refused(world: &World, lines: &str) -> (Bar, String, String) {
    hook(&world.bare, "pre-receive", &format!("{lines}\nexit 1"));
    let publication = world.publish("one\n").unwrap();
    let Push::Refused { bar, .. } = publication.push else { panic!("{publication:?}") };
    assert!(!world.is_published());
    assert_eq!(world.clone.id(BRANCH), publication.commit.id, "the commit is here");
    let (hint, fact) = failure(&publication);
    (bar, hint, fact)
}

#[test]
fn shows_the_words_of_the_server_and_the_way_out() {
    let world = World::local();
    let github = "echo 'error: GH006: Protected branch update failed for refs/heads/leeward/minio-a/protect.' >&2\necho 'error: Changes must be made through a pull request.' >&2";
    let fact = format!(
        "`origin` does not take branch `{BRANCH}`: error: GH006: Protected branch update failed for refs/heads/{BRANCH}.; \
         error: Changes must be made through a pull request.; pre-receive hook declined"
    );
    assert_eq!(refused(&world, github), (Bar::Protected, "--push-to BRANCH".to_owned(), fact));
    let gitlab = "echo 'GitLab: You are not allowed to push code to protected branches on this project.' >&2";
    assert_eq!(refused(&world, gitlab).0, Bar::Protected);
    let unsigned = refused(&world, "echo 'Commits must have verified signatures.' >&2");
    assert_eq!((unsigned.0, unsigned.1.as_str()), (Bar::Unsigned, "--sign"));
    let (bar, hint, _) = refused(&world, "echo 'no deploys on Friday' >&2");
    let dir = world.clone.dir.display();
    assert_eq!(bar, Bar::Rule);
    assert_eq!(hint, format!("git -C {dir} push origin {}:refs/heads/{BRANCH}", world.clone.id(BRANCH)));
}

#[test]
fn shows_no_credential_and_no_trick_of_what_a_server_says() {
    let world = World::local();
    let said = r"printf 'denied for https://pat:canary-secret@h.example/a.git \033[2J\342\200\256 Authorization: Bearer canary-secret\n' >&2";
    let (_, _, fact) = refused(&world, said);
    assert!(!fact.contains("canary") && !fact.contains('\u{1b}') && !fact.contains('\u{202e}'), "{fact}");
    assert!(fact.contains(r"denied for https://h.example/a.git \u{1b}[2J\u{202e} Authorization: Bearer ***"), "{fact}");
}

#[test]
fn a_server_that_takes_nothing_from_a_shallow_clone_is_told_from_others() {
    let world = World::local();
    world.person("main", "docs/README.md", "second\n");
    let shallow = world.bare.clone_with("shallow", &["--depth=1"]);
    let other = world.keep.path().join("other.git");
    let first = world.other.id("main");
    world.other.git(&["init", "-q", "--bare", other.to_str().unwrap()]);
    world.other.git(&["push", "-q", other.to_str().unwrap(), &format!("{first}:refs/heads/main")]);
    shallow.git(&["remote", "set-url", "--push", "origin", other.to_str().unwrap()]);
    let publication = crate::world::publish(&shallow, "one\n").unwrap();
    assert!(matches!(publication.push, Push::Refused { bar: Bar::Shallow, .. }), "{publication:?}");
    assert_eq!(failure(&publication).0, "git fetch --unshallow");
}

#[test]
fn a_shallow_clone_publishes() {
    if !can_serve("a_shallow_clone_publishes") {
        return;
    }
    let world = World::http();
    world.person("main", "docs/README.md", "second\n");
    let shallow = world.bare.clone_with("shallow", &["--depth=1"]);
    shallow.git(&["remote", "set-url", "origin", &world.server().url("bare.git")]);
    let publication = crate::world::publish(&shallow, "one\n").unwrap();
    crate::world::assert_push(&publication, &Push::Pushed, 1);
    world.bare.assert_sound();
    let publication = crate::world::publish(&shallow, "two\n").unwrap();
    crate::world::assert_push(&publication, &Push::Pushed, 1);
}

#[test]
fn a_branch_that_is_in_the_way_for_good_is_no_race() {
    let world = World::local();
    world.bare.git(&["branch", "leeward", "main"]);
    let publication = world.publish("one\n").unwrap();
    let Push::Refused { bar: Bar::Name, .. } = publication.push else { panic!("{publication:?}") };
    assert_eq!(publication.rounds, 1);
    let (hint, fact) = failure(&publication);
    assert_eq!(hint, "--push-to BRANCH");
    assert!(fact.contains("'refs/heads/leeward' exists; cannot create"), "{fact}");
}

#[test]
fn what_looks_like_a_race_to_the_end_and_moved_nothing_is_told_in_the_words_of_the_server() {
    let world = World::local();
    world.publish("one\n").unwrap();
    let tip = world.tip();
    std::fs::write(world.bare.dir.join(format!("refs/heads/{BRANCH}.lock")), "").unwrap();
    let repository = world.clone.open();
    let remote = repository.remote_for(None, TIME).unwrap();
    let to = Destination { tries: 2, ..to_branch() };
    let made = remote.publish(&to, |_| Ok(Some(offer(commit_at(&repository, &overlay("two\n"), now())?))));
    let publication = made.unwrap().unwrap();
    assert!(matches!(publication.push, Push::Refused { .. }), "{publication:?}");
    assert_eq!((publication.rounds, world.tip()), (2, tip));
    let (hint, fact) = failure(&publication);
    assert!(hint.contains(" push origin ") && fact.contains("File exists"), "{hint} {fact}");
}
