//! What an API server says against a read: each code its own reason, fact and hint.

use leeward::cluster::How;
use leeward::model::live::{Reading, Reason, Trouble};
use serde_json::json;

use crate::server::{Play, json};
use crate::setting::{CR_PATH, Setting, THINGS_PATH, cr, cr_id, healthy_but, status, thing_id};

/// Returns how a forbidden request is written.
fn denied(user: &str) -> String {
    format!(
        "perconaxtradbclusters.pxc.percona.com \"c1\" is forbidden: User \"{user}\" cannot get resource \
         \"perconaxtradbclusters\" in API group \"pxc.percona.com\" in the namespace \"pxc\""
    )
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_refusal_of_a_read_is_said_as_what_it_is() {
    let details = || json!({"name": "c1", "group": "pxc.percona.com", "kind": "perconaxtradbclusters"});
    let grant = "grant verb `get` on `perconaxtradbclusters.pxc.percona.com` in namespace `pxc`";
    let login = "log in again, then: kubectl auth whoami";
    let impersonate = "users \"ops\" is forbidden: User \"dev\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope";
    for (code, reason, message, expected) in [
        (
            403,
            "Forbidden",
            denied("system:serviceaccount:ci:preview"),
            Trouble::new(
                Reason::Forbidden,
                "service account `system:serviceaccount:ci:preview` may not `get` `perconaxtradbclusters.pxc.percona.com` in namespace `pxc`",
            )
            .hint(grant),
        ),
        (
            403,
            "Forbidden",
            denied("dev@example.com"),
            Trouble::new(
                Reason::Forbidden,
                "user `dev@example.com` may not `get` `perconaxtradbclusters.pxc.percona.com` in namespace `pxc`",
            )
            .hint(grant),
        ),
        (
            403,
            "Forbidden",
            impersonate.to_owned(),
            Trouble::new(Reason::Forbidden, "user `dev` may not `impersonate` `users` in the whole cluster")
                .hint("grant verb `impersonate` on `users` in the whole cluster"),
        ),
        (
            403,
            "Forbidden",
            "no opinion".to_owned(),
            Trouble::new(
                Reason::Forbidden,
                "`get` of `perconaxtradbclusters.pxc.percona.com` in namespace `pxc` is forbidden: no opinion",
            )
            .hint(grant),
        ),
        (
            403,
            "Forbidden",
            denied("system:anonymous"),
            Trouble::new(Reason::Unauthorized, "the API server knows no user by these credentials").hint(login),
        ),
        (
            401,
            "Unauthorized",
            "Unauthorized".to_owned(),
            Trouble::new(Reason::Unauthorized, "the token or certificate is missing, wrong or expired").hint(login),
        ),
        (
            409,
            "Conflict",
            "try again".to_owned(),
            Trouble::new(Reason::Conflict, "the object changed meanwhile, or is in the way: try again"),
        ),
        (
            422,
            "Invalid",
            "name is\n\u{1b}[31mbad".to_owned(),
            Trouble::new(Reason::Rejected, "the API server refuses the object: name is [31mbad"),
        ),
        (
            400,
            "BadRequest",
            "admission webhook \"w\" denied the request: no".to_owned(),
            Trouble::new(Reason::Rejected, "a webhook refuses the object: admission webhook \"w\" denied the request: no"),
        ),
        (
            500,
            "InternalError",
            "etcd is away".to_owned(),
            Trouble::new(Reason::CannotTell, "the API server failed (500): etcd is away"),
        ),
        (
            503,
            "ServiceUnavailable",
            "not yet".to_owned(),
            Trouble::new(Reason::CannotTell, "the API server failed (503): not yet"),
        ),
        (
            410,
            "Gone",
            "too old".to_owned(),
            Trouble::new(Reason::CannotTell, "the API server failed (410): too old"),
        ),
    ] {
        let setting = Setting::of(healthy_but([(CR_PATH, status(code, reason, &message, details()))]));
        assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Unread(expected.clone()), "{code} {message}");
        let setting = Setting::of(healthy_but([(THINGS_PATH, status(code, reason, &message, json!({})))]));
        let Reading::Unread(trouble) = setting.read(&thing_id(), How::Whole) else { panic!("{code} {message}") };
        assert_eq!(trouble.reason, expected.reason, "{code} {message}");
    }
}

#[test]
fn a_server_with_too_much_to_do_is_asked_again() {
    let busy = |after: &'static str| Play::Answer(429, "application/json", after, "{}".to_owned());
    let later = |first| Play::Then(Box::new(first), Box::new(json(200, &cr())));
    let page = Play::Answer(502, "text/html", "", "<html></html>".to_owned());
    for (name, play) in [
        ("429", later(busy(""))),
        ("429 with a time", later(busy("retry-after: 1\r\n"))),
        ("503", later(status(503, "ServiceUnavailable", "not yet", json!({})))),
        ("502", later(page)),
        ("cut in headers", later(Play::CutInHeaders)),
        ("cut in body", later(Play::CutInBody(cr().to_string()))),
    ] {
        let setting = Setting::of(healthy_but([(CR_PATH, play)]));
        assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Found(cr()), "{name}");
        let expected = [format!("GET {CR_PATH}"), format!("GET {CR_PATH}")];
        assert_eq!(setting.server.lines(), expected, "{name}");
    }
}

#[test]
fn a_server_that_asks_for_more_time_than_there_is_is_left_alone() {
    for (header, wait) in [
        ("retry-after: 300\r\n", " and asks for 300 s"),
        ("retry-after: 18446744073709551615\r\n", " and asks for 18446744073709551615 s"),
    ] {
        let busy = Play::Answer(429, "application/json", header, "{}".to_owned());
        let setting = Setting::of(healthy_but([(CR_PATH, busy)]));
        let fact = format!("the API server has too much to do (429){wait}");
        assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Unread(Trouble::new(Reason::CannotTell, fact)));
        assert_eq!(setting.server.lines().len(), 1);
    }
}

#[test]
fn a_server_that_is_always_busy_is_asked_five_times() {
    let setting = Setting::of(healthy_but([(CR_PATH, Play::Answer(429, "", "", String::new()))]));
    let expected = Trouble::new(Reason::CannotTell, "the API server has too much to do (429)");
    assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Unread(expected));
    assert_eq!(setting.server.lines().len(), 5);
}
