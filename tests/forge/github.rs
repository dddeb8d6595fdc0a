//! GitHub's own ways: every request of a run in order, an Enterprise server, teams, drafts, forks.

use leeward::forge::{Draft, Environment, Kind, Past, Project, Readiness, Surroundings, Token};
use serde_json::json;

use crate::model::World;
use crate::setting::{CANARY, HEAD, draft, marker, parts};

#[test]
fn a_first_run_asks_this_in_this_order() {
    let world = World::new(Kind::GitHub);
    let wanted =
        Draft { reviewers: vec!["ann".to_owned(), "acme/dba".to_owned()], readiness: Readiness::Draft, ..draft() };
    let forge = world.forge();
    let kept = forge.keep(&wanted, &marker(), Past::default()).unwrap();
    forge.comment(kept.pull.number, "preview", &parts(&["one"])).unwrap();
    let repo = "/api/v3/repos/o/r";
    assert_eq!(
        world.server.lines(),
        [
            "GET /api/v3/user".to_owned(),
            format!("GET {repo}/pulls"),
            format!("POST {repo}/pulls"),
            format!("GET {repo}/pulls"),
            format!("GET {repo}/labels/leeward%2Fprotect"),
            format!("POST {repo}/labels"),
            format!("POST {repo}/issues/101/labels"),
            format!("POST {repo}/pulls/101/requested_reviewers"),
            format!("GET {repo}/issues/101/comments"),
            format!("POST {repo}/issues/101/comments"),
            format!("GET {repo}/issues/101/comments"),
        ]
    );
    let asked = world.server.asked();
    assert_eq!(
        asked[1].query,
        "head=o%3Aleeward%2Fminio-a-1122%2Fprotect&state=all&sort=created&direction=desc&per_page=100&page=1"
    );
    let sent = asked[2].json();
    assert_eq!(
        (&sent["title"], &sent["head"], &sent["base"], &sent["draft"]),
        (&json!(draft().title), &json!(HEAD), &json!("main"), &json!(true))
    );
    assert_eq!(asked[5].json(), json!({"name": "leeward/protect", "color": "0e8a8a", "description": "set by leeward"}));
    assert_eq!(asked[6].json(), json!({"labels": ["leeward/protect"]}));
    assert_eq!(asked[7].json(), json!({"reviewers": ["ann"], "team_reviewers": ["dba"]}));
    assert_eq!(asked[9].json(), json!({"body": parts(&["one"])[0]}));
    world.shop();
}

#[test]
fn a_rerun_asks_two_questions() {
    let world = World::new(Kind::GitHub);
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    world.server.forget();
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    assert_eq!(world.server.lines(), ["GET /api/v3/user", "GET /api/v3/repos/o/r/pulls"]);
}

#[test]
fn a_change_sends_the_changed_fields_alone() {
    let world = World::new(Kind::GitHub);
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    world.server.forget();
    world.forge().keep(&Draft { body: "new".to_owned(), ..draft() }, &marker(), Past::default()).unwrap();
    let edit = world.server.asked().pop().unwrap();
    assert_eq!(edit.line(), "PATCH /api/v3/repos/o/r/pulls/101");
    assert_eq!(edit.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["body"]);
}

#[test]
fn a_label_of_the_project_is_not_made_again() {
    let world = World::new(Kind::GitHub);
    world.change(|shop| shop.labels.push((3, "leeward/protect".to_owned())));
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    assert!(!world.server.lines().contains(&"POST /api/v3/repos/o/r/labels".to_owned()));
    assert_eq!(world.pull().labels, ["leeward/protect"]);
}

#[test]
fn the_pull_request_of_a_pipeline_is_known() {
    let (hub, lab) = ("https://github.com/o/r", "https://gitlab.com/o/r");
    let of = |url: &str, variables: [(&str, &str); 2]| {
        let project = Project::detect(url, None, &Surroundings::default()).unwrap();
        Environment::of(variables.map(|(name, value)| (name, value.to_owned()))).pull_request(&project)
    };
    let merge = ("GITHUB_REF", "refs/pull/12/merge");
    assert_eq!(of(hub, [merge, ("GITHUB_REPOSITORY", "O/r")]), Some(12));
    assert_eq!(of(hub, [("GITHUB_REF", "refs/heads/main"), ("GITHUB_REPOSITORY", "o/r")]), None);
    // The number of another project, of another forge, or of nobody knows which.
    assert_eq!(of(hub, [merge, ("GITHUB_REPOSITORY", "o/other")]), None);
    assert_eq!(of(lab, [merge, ("GITHUB_REPOSITORY", "o/r")]), None);
    assert_eq!(of(hub, [merge, ("CI_MERGE_REQUEST_PROJECT_PATH", "o/r")]), None);
    let request = ("CI_MERGE_REQUEST_IID", "13");
    assert_eq!(of(lab, [request, ("CI_MERGE_REQUEST_PROJECT_PATH", "o/r")]), Some(13));
    assert_eq!(of(lab, [request, ("CI_MERGE_REQUEST_PROJECT_PATH", "up/r")]), None);
}

#[test]
fn the_open_pull_request_of_a_branch_is_found_whoever_opened_it() {
    for world in World::each() {
        assert_eq!(world.forge().open_pull("feature/x").unwrap(), None);
        world.change(|shop| shop.pulls.push(crate::model::pull(7, "ann", "feature/x", "mine")));
        assert_eq!(world.forge().open_pull("feature/x").unwrap().unwrap().number, 7);
        world.change(|shop| shop.pulls[0].is_open = false);
        assert_eq!(world.forge().open_pull("feature/x").unwrap(), None);
        world.shop();
    }
}

#[test]
fn a_token_that_no_header_can_hold_is_refused_without_showing_it() {
    let environment = Environment::of([("GH_TOKEN", format!("{CANARY}\u{1}x"))]);
    let project = Project::detect("git@github.com:o/r", None, &Surroundings::default()).unwrap();
    let token = Token::choose(&project, &environment).unwrap();
    let failure = leeward::forge::Forge::connect(
        project,
        token,
        leeward::forge::Deadlines::of_calls(std::time::Duration::from_secs(5)),
    )
    .unwrap_err();
    assert_eq!(failure.fact, "`GH_TOKEN` holds characters that no token has");
}
