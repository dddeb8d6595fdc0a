//! One pull request for a stage, on each forge: opened once, brought up to date, left alone, found again.

use leeward::forge::{Did, IfClosed, IfMerged, Owner, Past, Readiness, State};

use crate::model::{World, pull};
use crate::setting::{HEAD, draft, marker};

#[test]
fn opens_one_and_a_rerun_writes_nothing() {
    for world in World::each() {
        let first = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!((first.did, first.remarks), (Did::Created, vec![]));
        let there = world.pull();
        assert_eq!((there.title, there.head, there.base), (draft().title, HEAD.to_owned(), "main".to_owned()));
        assert_eq!((there.labels, there.is_draft), (draft().labels, false));
        assert!(there.body.starts_with("<!-- leeward:minio-a-1122/protect -->\n## What happened\n"), "{}", there.body);
        world.writes();
        for _ in 0..3 {
            let again = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
            assert_eq!((again.did, again.pull.state, again.pull.owner), (Did::Nothing, State::Open, Owner::Ours));
            assert_eq!(again.pull.url, first.pull.url);
        }
        assert_eq!(world.writes(), [""; 0]);
    }
}

#[test]
fn a_draft_is_opened_as_one_and_stays_what_a_person_makes_of_it() {
    for world in World::each() {
        let wanted = leeward::forge::Draft { readiness: Readiness::Draft, ..draft() };
        world.forge().keep(&wanted, &marker(), Past::default()).unwrap();
        let again = world.forge().keep(&wanted, &marker(), Past::default()).unwrap();
        assert_eq!((again.did, again.pull.state, again.pull.title), (Did::Nothing, State::Draft, draft().title));
        let renamed = leeward::forge::Draft { title: "Another title".to_owned(), ..wanted };
        let again = world.forge().keep(&renamed, &marker(), Past::default()).unwrap();
        assert_eq!(again.did, Did::Updated);
        let again = world.forge().keep(&renamed, &marker(), Past::default()).unwrap();
        assert_eq!(
            (again.did, again.pull.state, again.pull.title.as_str()),
            (Did::Nothing, State::Draft, "Another title")
        );
    }
}

#[test]
fn only_what_changed_is_written_and_what_people_added_stays() {
    for world in World::each() {
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        world.change(|shop| {
            let pull = &mut shop.pulls[0];
            pull.labels.push("urgent".to_owned());
            pull.reviewers.push("ann".to_owned());
            pull.body = format!("Please read!\r\n\r\n{}\r\n\r\nI did.", pull.body.replace('\n', "\r\n"));
        });
        world.writes();
        let new = leeward::forge::Draft { body: "## New\n\nwords".to_owned(), ..draft() };
        let kept = world.forge().keep(&new, &marker(), Past::default()).unwrap();
        assert_eq!(kept.did, Did::Updated);
        assert_eq!(world.writes().len(), 1);
        let there = world.pull();
        assert!(there.body.starts_with("Please read!\r\n\r\n<!-- leeward:minio-a-1122/protect -->\n## New\n\nwords\n"));
        assert!(there.body.ends_with(" -->\r\n\r\nI did."), "{}", there.body);
        assert_eq!(there.labels, ["leeward/protect", "urgent"]);
        assert_eq!(there.reviewers, ["ann"]);
        assert_eq!(world.forge().keep(&new, &marker(), Past::default()).unwrap().did, Did::Nothing);
        assert_eq!(world.writes(), [""; 0]);
    }
}

#[test]
fn a_closed_one_is_opened_again_only_when_asked() {
    for world in World::each() {
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        world.change(|shop| shop.pulls[0].is_open = false);
        world.writes();
        let left = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!((left.did, left.pull.state), (Did::Nothing, State::Closed));
        assert_eq!(world.writes(), [""; 0]);
        let past = Past { closed: IfClosed::Reopen, ..Past::default() };
        let opened = world.forge().keep(&draft(), &marker(), past).unwrap();
        assert_eq!((opened.did, opened.pull.state), (Did::Reopened, State::Open));
        assert_eq!(world.writes().len(), 1);
        assert!(world.pull().is_open);
    }
}

#[test]
fn a_merged_one_is_no_success_and_says_its_commit() {
    for world in World::each() {
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        world.change(|shop| (shop.pulls[0].is_open, shop.pulls[0].merged) = (false, Some("c0ffee".to_owned())));
        world.writes();
        let kept = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!((kept.did, kept.pull.state), (Did::Nothing, State::Merged { commit: Some("c0ffee".to_owned()) }));
        assert_eq!(world.writes(), [""; 0]);
        // Its change is no longer in the base: the caller asks for another one.
        let past = Past { merged: IfMerged::OpenAnother, ..Past::default() };
        let other = world.forge().keep(&draft(), &marker(), past).unwrap();
        assert_eq!((other.did, other.pull.state), (Did::Created, State::Open));
        assert_eq!(world.shop().pulls.len(), 2);
        // From now on the open one counts.
        assert_eq!(world.forge().keep(&draft(), &marker(), Past::default()).unwrap().did, Did::Nothing);
    }
}

#[test]
fn of_many_over_several_pages_the_open_one_counts_else_the_newest() {
    for world in World::each() {
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        let (body, number) = (world.pull().body, world.pull().number);
        world.change(|shop| {
            let own = shop.pulls.remove(0);
            let old = |number| crate::model::Pull { is_open: false, ..pull(number, "bot", HEAD, &body) };
            shop.pulls.extend([old(1), old(2), own]);
            shop.pulls.extend((200..205).map(|number| pull(number, "ann", "another", "")));
            shop.pulls.push(crate::model::Pull { is_fork: true, ..pull(300, "bot", HEAD, &body) });
            shop.pulls.push(crate::model::Pull {
                merged: Some("0dd".to_owned()),
                is_open: false,
                ..pull(301, "bot", HEAD, "")
            });
        });
        let found = world.forge().find(HEAD, "main", &marker()).unwrap().unwrap();
        assert_eq!((found.number, found.state), (number, State::Open));
        world.change(|shop| shop.pull(&number.to_string()).is_open = false);
        let found = world.forge().find(HEAD, "main", &marker()).unwrap().unwrap();
        assert_eq!((found.number, found.state), (number, State::Closed));
    }
}

#[test]
fn what_somebody_else_opened_on_the_branch_is_never_written_to() {
    for world in World::each() {
        // Another person's with the mark, one without it, each open on leeward's branch.
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        let marked = world.pull().body;
        for (author, body) in [("ann", marked.as_str()), ("ann", "mine"), ("bot", "a person took the mark away")] {
            world.change(|shop| shop.pulls = vec![pull(7, author, HEAD, body)]);
            world.writes();
            let new = leeward::forge::Draft { body: "new".to_owned(), ..draft() };
            let kept = world.forge().keep(&new, &marker(), Past::default()).unwrap();
            assert_eq!((kept.did, kept.pull.number, kept.pull.owner), (Did::Nothing, 7, Owner::Another));
            assert_eq!(world.writes(), [""; 0], "{author}");
        }
    }
}

#[test]
fn where_the_token_may_not_say_who_it_is_its_own_are_still_found() {
    for world in World::each() {
        world.change(|shop| shop.hides_me = true);
        world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        // On GitHub only a bot's token may not ask.
        world.change(|shop| shop.pulls[0].author = "github-actions[bot]".to_owned());
        world.writes();
        let again = world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
        assert_eq!((again.did, again.pull.owner), (Did::Nothing, Owner::Ours));
        assert_eq!(world.writes(), [""; 0]);
    }
}

#[test]
fn reviewers_are_asked_once_and_one_that_cannot_be_is_a_remark() {
    for world in World::each() {
        let asking = leeward::forge::Draft { reviewers: vec!["ann".to_owned(), "bot".to_owned()], ..draft() };
        let kept = world.forge().keep(&asking, &marker(), Past::default()).unwrap();
        assert_eq!((kept.did, kept.remarks), (Did::Created, vec![]));
        assert_eq!(world.pull().reviewers.len(), 1);
        world.change(|shop| shop.pulls[0].reviewers.clear());
        world.writes();
        assert_eq!(world.forge().keep(&asking, &marker(), Past::default()).unwrap().did, Did::Nothing);
        assert_eq!(world.writes(), [""; 0]);
        let asking = leeward::forge::Draft { reviewers: vec!["nobody".to_owned()], ..draft() };
        let kept = world.forge().keep(&asking, &marker(), Past::default()).unwrap();
        assert_eq!((kept.did, kept.remarks.len()), (Did::Updated, 1));
    }
}

#[test]
fn a_text_that_the_forge_would_refuse_is_never_sent() {
    for world in World::each() {
        let long = leeward::forge::Draft { body: "x".repeat(1_000_000), ..draft() };
        let error = world.forge().keep(&long, &marker(), Past::default()).unwrap_err();
        assert_eq!(leeward::failure::kind_of(&error).exit_code(), 3);
        let fits = leeward::forge::Draft { body: "x".repeat(world.forge().body_room()), ..draft() };
        world.writes();
        world.forge().keep(&fits, &marker(), Past::default()).unwrap();
        let title = leeward::forge::Draft { title: "t\n".repeat(999), ..draft() };
        world.forge().keep(&title, &marker(), Past::default()).unwrap();
        assert_eq!(world.pull().title.chars().count(), 240);
    }
}
