//! Law 4 at this edge: the token goes into one header of requests to one host, and nowhere else.

use std::time::Duration;

use leeward::forge::{Deadlines, Environment, Kind, Past, Project};
use serde_json::json;

use crate::model::World;
use crate::server::{Play, Server, json};
use crate::setting::{CANARY, draft, forge, forge_at, marker, parts};

#[test]
fn a_forge_that_says_the_token_back_is_masked_in_every_error() {
    let bodies = [
        json(401, &json!({"message": format!("Bearer {CANARY} is wrong"), "errors": [{"message": CANARY}]})),
        json(422, &json!({"message": {CANARY: [CANARY]}})),
        Play::Answer(500, "text/plain", String::new(), format!("{CANARY}\u{1b}[2J\n{CANARY}")),
        Play::Answer(502, "text/html", String::new(), format!("<title>{CANARY}</title>")),
        Play::Answer(302, "text/html", format!("location: http://{CANARY}@x/\r\n"), String::new()),
    ];
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        for body in bodies.clone() {
            let server = Server::start(Box::new(move |_| body.clone()));
            let deadlines = Deadlines { run: Duration::from_secs(1), call: Duration::from_secs(1) };
            let forge = forge_at(kind, server.port, deadlines);
            let error = forge.keep(&draft(), &marker(), Past::default()).unwrap_err();
            let texts = format!("{error:?}\n{error:#}\n{forge:?}");
            assert!(!texts.contains(CANARY) && !texts.contains('\u{1b}'), "{texts}");
        }
    }
}

#[test]
fn the_token_is_in_one_header_of_each_request_and_nowhere_else() {
    for world in World::each() {
        let forge = world.forge();
        let kept = forge.keep(&draft(), &marker(), Past::default()).unwrap();
        forge.comment(kept.pull.number, "preview", &parts(&["one"])).unwrap();
        for request in world.server.asked() {
            let holding: Vec<&String> =
                request.headers.iter().filter(|(_, value)| value.contains(CANARY)).map(|(name, _)| name).collect();
            assert_eq!(holding, [if world.kind == Kind::GitLab { "private-token" } else { "authorization" }]);
            assert!(!format!("{}{}{}", request.path, request.query, request.body).contains(CANARY));
        }
        assert!(!format!("{forge:?}{kept:?}").contains(CANARY));
        world.shop();
    }
}

#[test]
fn no_redirect_and_no_link_is_followed_to_another_server() {
    let other = Server::start(Box::new(|_| json(200, &json!([]))));
    let elsewhere = format!("http://127.0.0.1:{}/api/v3/user", other.port);
    for code in [301, 302, 303, 307, 308] {
        let header = format!("location: {elsewhere}\r\n");
        let server =
            Server::start(Box::new(move |_| Play::Answer(code, "application/json", header.clone(), "{}".into())));
        forge(Kind::GitHub, &server).keep(&draft(), &marker(), Past::default()).unwrap_err();
    }
    let link = format!("link: <{elsewhere}>; rel=\"next\"\r\n");
    let server = Server::start(Box::new(move |request| match (request.path.as_str(), request.parameter("page")) {
        ("/api/v3/user", _) => json(200, &json!({"login": "bot"})),
        (_, Some("1")) => Play::Answer(200, "application/json", link.clone(), "[]".into()),
        _ => json(200, &json!([])),
    }));
    assert_eq!(forge(Kind::GitHub, &server).find("x", "main", &marker()).unwrap(), None);
    assert_eq!(server.lines().len(), 3);
    assert_eq!(other.lines(), [""; 0]);
}

#[test]
fn what_is_said_of_a_remote_and_of_the_environment_shows_no_credentials() {
    let environment =
        Environment::of([("GITHUB_SERVER_URL", format!("https://u:{CANARY}@h")), ("GH_TOKEN", CANARY.to_owned())]);
    for url in [
        format!("https://u:{CANARY}@git.example/o/r"),
        format!("https://{CANARY}@github.com/o"),
        format!("https://{CANARY}@github.com/o/r"),
        format!("https://x:{CANARY}/{CANARY}@github.com/o/r"),
        format!("ssh://{CANARY}@github.com:99999/o/r"),
        format!("{CANARY}@github.com:o/r"),
        format!("http://u:{CANARY}@[::1/o/r"),
    ] {
        let detected = Project::detect(&url, None, &environment.surroundings());
        assert!(!format!("{detected:?}").contains(CANARY), "{url}: {detected:?}");
    }
}
