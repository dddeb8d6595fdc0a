//! Several at once, and answers that say nothing about what was done: one pull request, one comment, no lost word.

use std::thread;

use leeward::forge::{Did, Kind, Past};
use serde_json::json;

use crate::model::{Acts, World, pull};
use crate::server::{Play, json};
use crate::setting::{HEAD, draft, marker, parts, told};

/// Returns the line that opens a pull request.
fn creating(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "POST /api/v3/repos/o/r/pulls",
        Kind::GitLab => "POST /api/v4/projects/g%2Fs%2Fr/merge_requests",
        Kind::Gitea => "POST /api/v1/repos/o/r/pulls",
    }
}

/// Returns the line that comments on pull request 5.
fn commenting(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "POST /api/v3/repos/o/r/issues/5/comments",
        Kind::GitLab => "POST /api/v4/projects/g%2Fs%2Fr/merge_requests/5/notes",
        Kind::Gitea => "POST /api/v1/repos/o/r/issues/5/comments",
    }
}

#[test]
fn twenty_at_once_leave_one_pull_request_and_one_comment() {
    for world in World::each() {
        let created: usize = thread::scope(|scope| {
            let run = || {
                let forge = world.forge();
                let kept = forge.keep(&draft(), &marker(), Past::default()).unwrap();
                assert_eq!(kept.remarks, []);
                forge.comment(kept.pull.number, "preview", &parts(&["one", "two"])).unwrap();
                usize::from(kept.did == Did::Created)
            };
            let runs: Vec<_> = (0..20).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert_eq!(created, 1);
        world.pull();
        let shop = world.shop();
        assert_eq!(shop.notes.iter().map(|note| note.body.clone()).collect::<Vec<_>>(), parts(&["one", "two"]));
        assert!(shop.labels.len() <= 1, "{:?}", shop.labels);
    }
}

#[test]
fn a_run_that_did_not_move_the_branch_leaves_the_opening_to_the_one_that_did() {
    let late = leeward::forge::Draft { pushed: leeward::forge::Pushed::Before, ..draft() };
    for world in World::each() {
        thread::scope(|scope| {
            let waits = scope.spawn(|| world.forge().keep(&late, &marker(), Past::default()).unwrap());
            crate::setting::until(|| !world.server.lines().is_empty());
            assert_eq!(world.forge().keep(&draft(), &marker(), Past::default()).unwrap().did, Did::Created);
            assert_ne!(waits.join().unwrap().did, Did::Created);
        });
        world.pull();
    }
    // Nobody came: it opens the pull request itself.
    let world = World::new(Kind::Gitea);
    assert_eq!(world.forge().keep(&late, &marker(), Past::default()).unwrap().did, Did::Created);
}

#[test]
fn a_run_that_finds_the_pull_request_before_its_labels_writes_nothing() {
    let late = leeward::forge::Draft { pushed: leeward::forge::Pushed::Before, ..draft() };
    // GitHub takes labels only after the pull request.
    let world = World::new(Kind::GitHub);
    let draft = leeward::forge::Draft { labels: Vec::new(), ..draft() };
    assert_eq!(world.forge().keep(&draft, &marker(), Past::default()).unwrap().did, Did::Created);
    world.writes();
    world.change(|shop| shop.labelled = Some((1, late.labels.clone())));
    assert_eq!(world.forge().keep(&late, &marker(), Past::default()).unwrap().did, Did::Nothing);
    assert_eq!(world.writes(), [""; 0]);
    // Nobody labels it: a person took them off, or the run that opened it died.
    world.change(|shop| shop.pulls[0].labels.clear());
    assert_eq!(world.forge().keep(&late, &marker(), Past::default()).unwrap().did, Did::Updated);
    assert_eq!(world.pull().labels, late.labels);
}

#[test]
fn labels_come_with_the_pull_request_where_the_forge_takes_them_at_once() {
    for kind in [Kind::GitLab, Kind::Gitea] {
        let world = World::new(kind);
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        let last = world.writes().pop();
        assert_eq!(last.as_deref(), Some(creating(kind)));
        assert_eq!(world.pull().labels, ["leeward/protect"]);
    }
}

#[test]
fn labels_that_may_not_be_given_are_a_remark_and_no_update() {
    for (kind, line) in
        [(Kind::GitHub, "POST /api/v3/repos/o/r/labels"), (Kind::Gitea, "POST /api/v1/repos/o/r/labels")]
    {
        let world = World::new(kind);
        let denied = || world.instead(line, Acts::No, json(403, &json!({"message": "no rights"})));
        // Gitea is asked before and after it opens the pull request.
        (0..2).for_each(|_| denied());
        let first = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!((first.did, first.remarks.len()), (Did::Created, 1), "{first:?}");
        (0..2).for_each(|_| denied());
        let again = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!((again.did, again.remarks.len()), (Did::Nothing, 1), "{again:?}");
    }
}

#[test]
fn a_token_that_is_wrong_all_of_a_sudden_is_tried_again() {
    for world in World::each() {
        for _ in 0..2 {
            world.instead(creating(world.kind), Acts::No, json(401, &json!({"message": "database is closed"})));
        }
        assert_eq!(world.forge().keep(&draft(), &marker(), Past::default()).unwrap().did, Did::Created);
        world.pull();
    }
}

#[test]
fn an_answer_that_says_nothing_is_followed_by_a_look() {
    for world in World::each() {
        for play in [
            Play::Hang,
            Play::CutInBody,
            json(502, &json!({})),
            Play::Answer(200, "text/html", String::new(), "<p>".into()),
        ] {
            world.change(|shop| shop.pulls.clear());
            world.instead(creating(world.kind), Acts::Yes, play.clone());
            let kept = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
            assert_eq!(kept.did, Did::Created, "{play:?}");
            world.pull();
            // It was lost: since none is there, it is asked for again.
            world.instead(creating(world.kind), Acts::No, play.clone());
            world.change(|shop| shop.pulls.clear());
            let kept = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
            assert_eq!(kept.did, Did::Created, "{play:?}");
            world.pull();
        }
        // It is always lost.
        world.change(|shop| shop.pulls.clear());
        for _ in 0..3 {
            world.instead(creating(world.kind), Acts::No, Play::Hang);
        }
        let error = world.forge().keep(&draft(), &marker(), Past::default()).unwrap_err();
        let (_, fact, _) = told(&error, world.server.port);
        assert_eq!(fact, "the connection to `HOST:PORT` broke before the answer was whole");
        assert_eq!(world.shop().pulls.len(), 0);
    }
}

#[test]
fn a_comment_whose_answer_is_lost_is_not_written_twice() {
    for world in World::each() {
        world.instead(commenting(world.kind), Acts::Yes, json(502, &json!({})));
        world.forge().comment(5, "preview", &parts(&["one"])).unwrap();
        assert_eq!(world.shop().notes.len(), 1);
    }
}

#[test]
fn another_that_appears_between_look_and_creation_is_adopted_or_left_alone() {
    for world in World::each() {
        // A person opened one by hand, after leeward looked.
        let conflict = match world.kind {
            Kind::GitHub => json(
                422,
                &json!({"message": "Validation Failed", "errors": [{"message": "A pull request already exists for o:x."}]}),
            ),
            _ => json(409, &json!({"message": "already exists"})),
        };
        world.instead(creating(world.kind), Acts::No, conflict.clone());
        let error = world.forge().keep(&draft(), &marker(), Past::default()).unwrap_err();
        assert!(format!("{error:#}").contains("already exists"), "{error:#}");
        world.change(|shop| shop.pulls.push(pull(7, "ann", HEAD, "mine")));
        world.writes();
        assert_eq!(world.forge().keep(&draft(), &marker(), Past::default()).unwrap().pull.number, 7);
        assert_eq!(world.writes(), [""; 0]);
    }
}

#[test]
fn a_younger_double_of_our_own_making_is_closed() {
    for world in World::each() {
        // A forge that allows two: the older one becomes visible only after the creation.
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        let older = world.pull();
        world.change(|shop| shop.pulls[0].is_open = false);
        let past = Past { merged: leeward::forge::IfMerged::OpenAnother, ..Past::default() };
        world.change(|shop| shop.pulls[0].merged = Some("c0ffee".to_owned()));
        let hidden = crate::model::Pull { number: 50, ..older };
        let listing = hidden.clone();
        world.change(|shop| shop.late = Some(listing));
        let kept = world.forge().keep(&draft(), &marker(), past).unwrap();
        assert_eq!(kept.pull.number, hidden.number);
        let open: Vec<u64> = world.shop().pulls.iter().filter(|pull| pull.is_open).map(|pull| pull.number).collect();
        assert_eq!(open, [hidden.number]);
    }
}
