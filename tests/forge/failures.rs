//! Every way a forge can fail, each told apart, with the hint that mends it.

use std::time::{Duration, Instant};

use leeward::failure::kind_of;
use leeward::forge::{Deadlines, Forge, Kind, Past};
use serde_json::json;

use crate::model::{Acts, World};
use crate::server::{Play, Server, json};
use crate::setting::{draft, forge, forge_at, marker, told};

/// Returns fact and hint of a run against a server that always does the same.
fn always(kind: Kind, play: &Play) -> (String, String, Option<String>) {
    let play = play.clone();
    let server = Server::start(Box::new(move |_| play.clone()));
    outcome(&forge(kind, &server), server.port)
}

/// Returns context, fact and hint of a run that has to fail.
fn outcome(forge: &Forge, port: u16) -> (String, String, Option<String>) {
    let error = forge.keep(&draft(), &marker(), Past::default()).unwrap_err();
    assert_eq!(kind_of(&error).exit_code(), 4);
    told(&error, port)
}

#[test]
fn a_wrong_token_is_told_with_the_line_that_sets_a_right_one() {
    let context = "failed to keep the pull request of `leeward/minio-a-1122/protect`".to_owned();
    let told =
        always(Kind::GitHub, &json(401, &json!({"message": "Bad credentials", "documentation_url": "https://d"})));
    let hint = "export GH_ENTERPRISE_TOKEN=\"$(gh auth token --hostname 127.0.0.1)\"";
    let fact = "`GET /api/v3/user` on `HOST:PORT` is answered with 401: Bad credentials";
    assert_eq!(told, (context.clone(), fact.to_owned(), Some(hint.to_owned())));
    let told = always(Kind::GitLab, &json(401, &json!({"message": "401 Unauthorized"})));
    let hint = "export GITLAB_TOKEN=TOKEN, with scope `api` and role Developer";
    let fact = "`GET /api/v4/user` on `HOST:PORT` is answered with 401: 401 Unauthorized";
    assert_eq!(told, (context.clone(), fact.to_owned(), Some(hint.to_owned())));
    let told = always(Kind::Gitea, &json(401, &json!({"message": "invalid username, password or token"})));
    let hint = "export GITEA_TOKEN=TOKEN, with scopes `write:repository`, `write:issue`, `read:user`";
    let fact = "`GET /api/v1/user` on `HOST:PORT` is answered with 401: invalid username, password or token";
    assert_eq!(told, (context, fact.to_owned(), Some(hint.to_owned())));
}

/// Returns fact and hint of a run in which the creation is answered so.
fn creating(kind: Kind, play: Play) -> (String, Option<String>) {
    let world = World::new(kind);
    let line = match kind {
        Kind::GitHub => "POST /api/v3/repos/o/r/pulls",
        Kind::GitLab => "POST /api/v4/projects/g%2Fs%2Fr/merge_requests",
        Kind::Gitea => "POST /api/v1/repos/o/r/pulls",
    };
    world.instead(line, Acts::No, play);
    let (_, fact, hint) = outcome(&world.forge(), world.server.port);
    (fact.split_once(" is answered with ").unwrap().1.to_owned(), hint)
}

#[test]
fn a_token_without_rights_is_told_with_the_rights_it_needs() {
    let rights =
        "give the token of `GH_ENTERPRISE_TOKEN` on `o/r`: permissions: {contents: write, pull-requests: write}";
    for (kind, code, message, hint) in [
        (Kind::GitHub, 403, "Resource not accessible by integration", Some(rights.to_owned())),
        (Kind::GitHub, 404, "Not Found", Some(rights.to_owned())),
        (Kind::GitHub, 403, "GitHub Actions is not permitted to create or approve pull requests.",
            Some("http://HOST:PORT/o/r/settings/actions: allow GitHub Actions to create and approve pull requests".to_owned())),
        (Kind::GitHub, 403, "Resource protected by organization SAML enforcement.",
            Some("http://HOST:PORT/settings/tokens: authorise the token of `GH_ENTERPRISE_TOKEN` for the organisation".to_owned())),
        (Kind::GitHub, 422, "Validation Failed", None),
        (Kind::GitLab, 403, "403 Forbidden", Some("give the token of `GITLAB_TOKEN` on `g/s/r`: scope `api`, role Developer".to_owned())),
        (Kind::GitLab, 400, "target_branch is missing", None),
        (Kind::Gitea, 403, "token does not have at least one of required scope(s)",
            Some("give the token of `GITEA_TOKEN` on `o/r`: scopes `write:repository`, `write:issue`, `read:user`, and its user write access".to_owned())),
        (Kind::Gitea, 409, "odd", None),
    ] {
        let told = creating(kind, json(code, &json!({"message": message})));
        assert_eq!(told, (format!("{code}: {message}"), hint), "{kind:?} {message}");
    }
}

#[test]
fn what_no_forge_would_answer_is_told_apart() {
    for (play, expected) in [
        (
            Play::Answer(200, "text/html", String::new(), "<html>Log in</html>".into()),
            "`GET /api/v3/user` on `HOST:PORT` is answered with no JSON but `text/html`",
        ),
        (
            Play::Answer(302, "text/html", "location: http://203.0.113.1/x\r\n".into(), String::new()),
            "`GET /api/v3/user` on `HOST:PORT` is sent on elsewhere (302), where no token goes",
        ),
        (Play::Endless, "an answer of `HOST:PORT` is larger than 64 MiB"),
        (
            Play::Answer(500, "text/html", String::new(), "<title>Unicorn!</title>".into()),
            "`GET /api/v3/user` on `HOST:PORT` is answered with 500: Unicorn!",
        ),
    ] {
        assert_eq!(always(Kind::GitHub, &play).1, expected);
    }
    let list = Server::start(Box::new(|request| {
        json(200, &if request.path.ends_with("user") { json!({"login": "bot"}) } else { json!({}) })
    }));
    assert_eq!(
        outcome(&forge(Kind::GitHub, &list), list.port).1,
        "`GET /api/v3/repos/o/r/pulls` on `HOST:PORT` is answered with no list"
    );
}

#[test]
fn a_list_without_end_is_not_read_for_ever() {
    let link = "link: <http://x/>; rel=\"next\"\r\n".to_owned();
    let server = Server::start(Box::new(move |request| match request.path.as_str() {
        "/api/v3/user" => json(200, &json!({"login": "bot"})),
        _ => Play::Answer(200, "application/json", link.clone(), "[]".to_owned()),
    }));
    assert_eq!(
        outcome(&forge(Kind::GitHub, &server), server.port).1,
        "`GET /api/v3/repos/o/r/pulls` on `HOST:PORT` has more than 400 pages"
    );
}

#[test]
fn no_connection_and_no_answer_are_told_apart_and_end_in_time() {
    let deadlines = Deadlines { run: Duration::from_millis(900), call: Duration::from_millis(300) };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let started = Instant::now();
    let (_, fact, hint) = outcome(&forge_at(Kind::GitHub, port, deadlines), port);
    assert_eq!(fact, "`HOST:PORT` refuses the connection");
    assert_eq!(hint.as_deref(), Some("curl -sSI http://HOST:PORT/api/v3"));
    let server = Server::start(Box::new(|_| Play::Stall));
    let (_, fact, hint) = outcome(&forge_at(Kind::GitHub, server.port, deadlines), server.port);
    assert_eq!(fact, "`HOST:PORT` gave no whole answer in 0.3 s");
    assert_eq!(hint.as_deref(), Some("--timeout"));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_forge_that_starts_again_is_waited_for() {
    let world = World::new(Kind::Gitea);
    for play in [Play::Hang, json(503, &json!({})), Play::CutInBody, json(502, &json!({}))] {
        world.instead("GET /api/v1/user", Acts::No, play);
    }
    world.forge().keep(&draft(), &marker(), Past::default()).unwrap();
    assert_eq!(world.server.lines()[..5], ["GET /api/v1/user"; 5]);
    world.shop();
}
