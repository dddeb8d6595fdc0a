//! Races: somebody moves the branch between reading it and pushing. No commit is ever lost, none written over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use leeward::failure::Kind;
use leeward::git::{Destination, Offer, Push};

use crate::repo::{BRANCH, OVERLAY, Repo, assert_fails, now};
use crate::server::{Act, Request, can_serve};
use crate::world::{TIME, World, assert_push, commit_at, hook, overlay, person, publish_at, to_branch};

/// How many rounds, 10 unless the long run asks for more.
fn rounds() -> usize {
    #[expect(clippy::disallowed_methods, reason = "the long run is asked for by the environment")]
    let asked = std::env::var("LEEWARD_PUSH_ROUNDS");
    asked.map_or(10, |rounds| rounds.parse().unwrap())
}

/// What somebody else does in the middle of a push.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// Commits on the branch, after it was read and before the push starts.
    Early,
    /// Commits on the branch, after git compared it and before the server takes the push.
    Late,
    /// Deletes the branch before the push starts.
    Delete,
    /// Commits on the base.
    Base,
}

/// What somebody else has to do in this round; taken when it is done.
type Plan = Arc<Mutex<Option<(Move, usize)>>>;

/// Does what is planned, once, when its moment comes; returns the commit.
fn act(plan: &Plan, request: &Request, other: &Repo) -> Option<String> {
    let mut plan = plan.lock().unwrap();
    let (what, n) = (*plan)?;
    let is_now = match what {
        Move::Late => request.is_push(),
        Move::Early | Move::Delete | Move::Base => request.is_offer(),
    };
    if !is_now {
        return None;
    }
    *plan = None;
    let file = format!("docs/person-{n}.md");
    match what {
        Move::Early | Move::Late => Some(person(other, BRANCH, &file, "by a person\n")),
        Move::Base => Some(person(other, "main", &file, "by a person\n")),
        Move::Delete => {
            other.git(&["push", "-q", "origin", "--delete", BRANCH]);
            None
        }
    }
}

#[test]
fn loses_no_commit_and_writes_over_none() {
    if !can_serve("loses_no_commit_and_writes_over_none") {
        return;
    }
    let world = World::http();
    let log = world.keep.path().join("pushes");
    hook(&world.bare, "post-receive", &format!("cat >> '{}'", log.display()));
    assert_push(&world.publish("round none\n").unwrap(), &Push::Pushed, 1);

    let (plan, people) = (Plan::default(), Arc::new(Mutex::new(Vec::new())));
    let (other, planned, theirs) = (Repo::at(world.other.dir.clone()), Arc::clone(&plan), Arc::clone(&people));
    world.server().rule(move |request| {
        theirs.lock().unwrap().extend(act(&planned, request, &other));
        Act::Serve
    });
    let mut ours = Vec::new();
    for n in 0..rounds() {
        let what = [Move::Early, Move::Late, Move::Base, Move::Early, Move::Delete][n % 5];
        *plan.lock().unwrap() = Some((what, n));
        let publication = world.publish(&format!("round {n}\n")).unwrap();
        let want = if matches!(what, Move::Base) { 1 } else { 2 };
        assert_push(&publication, &Push::Pushed, want);
        assert_eq!(plan.lock().unwrap().as_ref().map(|(what, _)| *what as u8), None, "it was done");
        assert_eq!(
            (world.tip(), world.bare.show(BRANCH, OVERLAY)),
            (publication.commit.id.clone(), format!("round {n}"))
        );
        ours.push(publication.commit.id);
    }
    let history = world.bare.git(&["rev-list", BRANCH, "main"]);
    for id in ours.iter().chain(people.lock().unwrap().iter()) {
        assert!(history.contains(id), "commit {id} is lost");
    }
    let pushes = std::fs::read_to_string(log).unwrap();
    for line in pushes.lines() {
        let [old, new, _] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let is_new = old.bytes().all(|digit| digit == b'0') || new.bytes().all(|digit| digit == b'0');
        let is_forward = is_new || world.bare.try_git(&["merge-base", "--is-ancestor", old, new]).status.success();
        assert!(is_forward, "{line} writes over commits");
    }
    assert!(pushes.lines().count() > rounds());
    world.bare.assert_sound();
    world.clone.assert_sound();
}

#[test]
fn ends_after_so_many_rounds_and_says_who_won() {
    if !can_serve("ends_after_so_many_rounds_and_says_who_won") {
        return;
    }
    let world = World::http();
    world.publish("one\n").unwrap();
    let (other, mut n) = (Repo::at(world.other.dir.clone()), 0);
    world.server().rule(move |request| {
        if request.is_offer() {
            n += 1;
            person(&other, BRANCH, "docs/README.md", &format!("edit {n}\n"));
        }
        Act::Serve
    });
    let repo = world.clone.open();
    let remote = repo.remote_for(None, TIME).unwrap();
    let to = Destination { tries: 3, ..to_branch() };
    let made = remote.publish(&to, |_| Ok(Some(crate::world::offer(commit_at(&repo, &overlay("two\n"), now())?))));
    let publication = made.unwrap().unwrap();
    let tip = world.tip();
    assert_push(&publication, &Push::Moved { to: Some(tip.clone()) }, 3);
    let (hint, fact) = crate::world::failure(&publication);
    assert_eq!(hint, "run the command again");
    assert!(fact.contains(&format!("has a newer commit `{}`", &tip[..7])), "{fact}");
    assert_eq!(world.bare.show(BRANCH, "docs/README.md"), "edit 3");
}

#[test]
fn stops_where_what_it_was_made_from_changed() {
    if !can_serve("stops_where_what_it_was_made_from_changed") {
        return;
    }
    let world = World::http();
    let (other, mut is_done) = (Repo::at(world.other.dir.clone()), false);
    world.publish("one\n").unwrap();
    world.server().rule(move |request| {
        if request.is_offer() && !std::mem::replace(&mut is_done, true) {
            person(&other, "main", "clusters/prod/cr.yaml", "kind: PerconaXtraDBCluster\nspec: {}\n");
            person(&other, BRANCH, "docs/README.md", "meanwhile\n");
        }
        Act::Serve
    });
    let repo = world.clone.open();
    let remote = repo.remote_for(None, TIME).unwrap();
    let before = world.tip();
    let made = remote.publish(&to_branch(), |_| {
        let base = repo.base(None)?.commit;
        let inputs: BTreeMap<String, String> = repo.ids(&base, &["clusters/prod/cr.yaml", "nowhere"])?;
        Ok(Some(Offer { commit: commit_at(&repo, &overlay("two\n"), now())?, inputs }))
    });
    let words = ["`clusters/prod/cr.yaml` changed at `origin` while leeward worked, nothing was pushed"];
    assert_fails(made, Kind::Refused, Some("run the command again"), &words);
    assert_ne!(world.tip(), before);
    assert_eq!(world.bare.show(BRANCH, OVERLAY), "one");
}

#[test]
fn many_clones_at_once_come_to_one_commit() {
    if !can_serve("many_clones_at_once_come_to_one_commit") {
        return;
    }
    let world = World::http();
    let clones: Vec<Repo> = (0..8)
        .map(|n| {
            let clone = world.bare.clone_with(&format!("clone-{n}"), &[]);
            clone.git(&["remote", "set-url", "origin", &world.server().url("bare.git")]);
            clone
        })
        .collect();
    let runs: Vec<_> = clones
        .iter()
        .enumerate()
        .map(|(n, clone)| {
            let dir = clone.dir.clone();
            std::thread::spawn(move || {
                let now = format!("2026-11-22T10:00:{n:02}Z").parse().unwrap();
                publish_at(&leeward::git::Repository::open(&dir).unwrap(), "one\n", now, TIME).unwrap()
            })
        })
        .collect();
    let made: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
    assert!(made.iter().all(|made| made.push.is_there()), "{made:?}");
    assert_eq!(made.iter().filter(|made| made.push == Push::Pushed).count(), 1, "one was first");
    assert_eq!(world.bare.git(&["rev-list", "--count", &format!("main..{BRANCH}")]), "1");
    assert!(made.iter().all(|made| made.commit.id == world.tip()));
    for clone in clones {
        // Who came late made no branch.
        let local = clone.git(&["for-each-ref", "--format=%(objectname)", &format!("refs/heads/{BRANCH}")]);
        assert!(local.is_empty() || local == world.tip(), "each follows what is published");
    }
}

#[test]
fn many_runs_in_one_clone_come_to_one_commit() {
    let world = World::local();
    let runs: Vec<_> = (0..8)
        .map(|n| {
            let dir = world.clone.dir.clone();
            std::thread::spawn(move || {
                let now = format!("2026-11-22T10:00:{n:02}Z").parse().unwrap();
                publish_at(&leeward::git::Repository::open(&dir).unwrap(), "one\n", now, TIME)
            })
        })
        .collect();
    let made: Vec<_> = runs.into_iter().map(|run| run.join().unwrap().unwrap()).collect();
    assert!(made.iter().all(|made| made.push.is_there()), "{made:?}");
    assert_eq!(world.bare.git(&["rev-list", "--count", &format!("main..{BRANCH}")]), "1");
    world.clone.assert_sound();
}
