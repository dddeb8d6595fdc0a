//! GitLab's own ways: every request of a run in order, drafts by title, reviewers by number, no commands.

use leeward::forge::{Draft, Kind, Past, Readiness};
use serde_json::json;

use crate::model::World;
use crate::setting::{HEAD, draft, marker, parts};

#[test]
fn a_first_run_asks_this_in_this_order() {
    let world = World::new(Kind::GitLab);
    let wanted = Draft { reviewers: vec!["ann".to_owned()], readiness: Readiness::Draft, ..draft() };
    let forge = world.forge();
    let kept = forge.keep(&wanted, &marker(), Past::default()).unwrap();
    forge.comment(kept.pull.number, "preview", &parts(&["one"])).unwrap();
    let merge_requests = "/api/v4/projects/g%2Fs%2Fr/merge_requests";
    assert_eq!(
        world.server.lines(),
        [
            "GET /api/v4/user".to_owned(),
            format!("GET {merge_requests}"),
            format!("POST {merge_requests}"),
            format!("GET {merge_requests}"),
            "GET /api/v4/users".to_owned(),
            format!("PUT {merge_requests}/101"),
            format!("GET {merge_requests}/101/notes"),
            format!("POST {merge_requests}/101/notes"),
            format!("GET {merge_requests}/101/notes"),
        ]
    );
    let asked = world.server.asked();
    let sent = asked[2].json();
    assert_eq!(sent["title"], json!(format!("Draft: {}", draft().title)));
    assert_eq!((&sent["source_branch"], &sent["target_branch"]), (&json!(HEAD), &json!("main")));
    assert_eq!(sent["labels"], "leeward/protect");
    assert_eq!(asked[5].json(), json!({"reviewer_ids": [1003]}));
    assert!(asked.iter().all(|request| !request.headers.contains_key("authorization")));
    world.shop();
}

#[test]
fn no_line_is_sent_that_is_a_command() {
    let world = World::new(Kind::GitLab);
    let text = "said:\n/merge\n\n```\n/srv/data\n```";
    let forge = world.forge();
    let wanted = Draft { body: text.to_owned(), ..draft() };
    let kept = forge.keep(&wanted, &marker(), Past::default()).unwrap();
    forge.comment(kept.pull.number, "preview", &parts(&[text])).unwrap();
    assert!(world.pull().body.contains("\n\\/merge\n\n```\n/srv/data\n```"));
    assert!(world.shop().notes[0].body.ends_with("\n\\/merge\n\n```\n/srv/data\n```"));
    world.writes();
    forge.keep(&wanted, &marker(), Past::default()).unwrap();
    forge.comment(kept.pull.number, "preview", &parts(&[text])).unwrap();
    assert_eq!(world.writes(), [""; 0]);
}

#[test]
fn reviewers_that_people_asked_stay_beside_ours() {
    let world = World::new(Kind::GitLab);
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    world.change(|shop| shop.pulls[0].reviewers.push("carla".to_owned()));
    let asking = Draft { reviewers: vec!["ann".to_owned()], ..draft() };
    world.forge().keep(&asking, &marker(), Past::default()).unwrap();
    assert_eq!(world.pull().reviewers, ["1005", "1003"]);
}
