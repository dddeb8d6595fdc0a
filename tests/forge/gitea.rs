//! Gitea's own ways: every request of a run in order, labels by number, drafts by title, what is over found by base.

use leeward::forge::{Draft, Kind, Past, Readiness};
use serde_json::json;

use crate::model::World;
use crate::setting::{draft, marker, parts};

#[test]
fn a_first_run_asks_this_in_this_order() {
    let world = World::new(Kind::Gitea);
    let wanted = Draft { reviewers: vec!["ann".to_owned()], readiness: Readiness::Draft, ..draft() };
    let forge = world.forge();
    let kept = forge.keep(&wanted, &marker(), Past::default()).unwrap();
    forge.comment(kept.pull.number, "preview", &parts(&["one"])).unwrap();
    let repo = "/api/v1/repos/o/r";
    assert_eq!(
        world.server.lines(),
        [
            "GET /api/v1/user".to_owned(),
            format!("GET {repo}/pulls"),
            format!("GET {repo}/pulls/main/leeward%2Fminio-a-1122%2Fprotect"),
            format!("GET {repo}/labels"),
            "GET /api/v1/orgs/o/labels".to_owned(),
            format!("POST {repo}/labels"),
            format!("GET {repo}/labels"),
            "GET /api/v1/orgs/o/labels".to_owned(),
            format!("POST {repo}/pulls"),
            format!("GET {repo}/pulls"),
            format!("POST {repo}/pulls/102/requested_reviewers"),
            format!("GET {repo}/issues/102/comments"),
            format!("POST {repo}/issues/102/comments"),
            format!("GET {repo}/issues/102/comments"),
        ]
    );
    let asked = world.server.asked();
    assert_eq!(
        asked[5].json(),
        json!({"name": "leeward/protect", "color": "#0e8a8a", "description": "set by leeward"})
    );
    assert_eq!(asked[8].json()["title"], json!(format!("WIP: {}", draft().title)));
    assert_eq!(asked[8].json()["labels"], json!([101]));
    assert_eq!(asked[10].json(), json!({"reviewers": ["ann"], "team_reviewers": []}));
    world.shop();
}

#[test]
fn of_two_labels_of_one_name_the_oldest_is_used() {
    let world = World::new(Kind::Gitea);
    let names = ["other", "leeward/protect", "more", "leeward/protect"];
    world.change(|shop| shop.labels.extend((1..).zip(names.map(str::to_owned))));
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    let sent =
        world.server.asked().into_iter().find(|request| request.line() == "POST /api/v1/repos/o/r/pulls").unwrap();
    assert_eq!(sent.json()["labels"], json!([2]));
}

#[test]
fn a_rerun_reads_what_is_open_alone() {
    let world = World::new(Kind::Gitea);
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    world.change(|shop| {
        let old =
            (1..50).map(|number| crate::model::Pull { is_open: false, ..crate::model::pull(number, "ann", "x", "") });
        shop.pulls.splice(0..0, old.collect::<Vec<_>>());
    });
    world.server.forget();
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    assert_eq!(world.server.lines(), ["GET /api/v1/user", "GET /api/v1/repos/o/r/pulls"]);
}
