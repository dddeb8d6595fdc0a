//! Answers that are broken, late, endless, or by somebody else: never an object, never an absence.

use std::time::{Duration, Instant};

use leeward::cluster::How;
use leeward::model::live::{Absence, Reading, Reason, Trouble};
use serde_json::json;

use crate::server::{Play, json};
use crate::setting::{
    CR_PATH, NAMESPACE_PATH, Setting, THING_PATH, THINGS_PATH, cr, cr_id, healthy_but, no_namespace, not_found,
    thing_id,
};

const HINT: &str = "`server` and `proxy-url` of the cluster in the kubeconfig";

/// Returns answers that are no answer, and what is said of them.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn broken() -> Vec<(&'static str, Play, Reason, &'static str)> {
    let html = || "<html>not here</html>".to_owned();
    let answer = |code, media, body: String| Play::Answer(code, media, "", body);
    let (unknown, away, late) = (Reason::CannotTell, Reason::Unreachable, Reason::TimedOut);
    let broke = "the connection to `SERVER` broke before the answer was whole";
    let no_answer = "`SERVER` gave no whole answer in 3 s";
    let not_whole = "the answer is no whole JSON object";
    vec![
        ("cut in headers", Play::CutInHeaders, away, broke),
        ("cut in body", Play::CutInBody(cr().to_string()), away, broke),
        ("nothing at all", Play::Raw(String::new()), away, broke),
        ("no HTTP", Play::Raw("SSH-2.0-OpenSSH_9.6\r\n".to_owned()), away, broke),
        ("stall", Play::Stall, late, no_answer),
        ("slow body", Play::Trickle(cr().to_string()), late, no_answer),
        ("endless body", Play::Endless, unknown, "the answer is larger than 64 MiB"),
        (
            "page",
            answer(200, "text/html", html()),
            unknown,
            "the answer (200) is `text/html`, which no API server sends for this",
        ),
        (
            "object as text",
            answer(200, "text/plain", cr().to_string()),
            unknown,
            "the answer (200) is `text/plain`, which no API server sends for this",
        ),
        (
            "no media type",
            answer(200, "", cr().to_string()),
            unknown,
            "the answer (200) says no media type, as no API server does",
        ),
        ("nothing", answer(200, "application/json", String::new()), unknown, not_whole),
        ("no JSON", answer(200, "application/json", "{".to_owned()), unknown, not_whole),
        ("half JSON", answer(200, "application/json", cr().to_string()[..40].to_owned()), unknown, not_whole),
        ("two objects", answer(200, "application/json", format!("{0}{0}", cr())), unknown, not_whole),
        (
            "no content",
            answer(204, "application/json", String::new()),
            unknown,
            "the answer (204) is `application/json`, which no API server sends for this",
        ),
        (
            "redirection",
            Play::Answer(302, "text/html", "location: /login\r\n", html()),
            unknown,
            "the answer is a redirection (302), which no API server sends",
        ),
        (
            "page 403",
            answer(403, "text/html", html()),
            unknown,
            "the answer (403) is `text/html`, which no API server sends for this",
        ),
        (
            "page 500",
            answer(500, "text/html", html()),
            unknown,
            "the answer (500) is `text/html`, which no API server sends for this",
        ),
        (
            "page 502",
            answer(502, "text/html", html()),
            unknown,
            "the answer (502) is `text/html`, which no API server sends for this",
        ),
        (
            "page 401",
            answer(401, "text/html", html()),
            Reason::Unauthorized,
            "the token or certificate is missing, wrong or expired",
        ),
    ]
}

/// Checks every broken answer at the same time: most of them take seconds.
fn each(check: impl Fn(&str, Play, (Reason, &str)) + Sync) {
    std::thread::scope(|scope| {
        for (name, play, reason, fact) in broken() {
            let check = &check;
            scope.spawn(move || check(name, play, (reason, fact)));
        }
    });
}

/// Returns reason and fact of a reading that is trouble.
fn trouble(setting: &Setting, reading: Reading) -> Option<(Reason, String)> {
    let Reading::Unread(trouble) = reading else { return None };
    let (reason, fact, _) = setting.trouble(trouble);
    Some((reason, fact))
}

#[test]
fn a_broken_answer_about_an_object_or_its_kind_is_trouble() {
    for (path, id) in [(CR_PATH, cr_id()), (THINGS_PATH, thing_id())] {
        each(|name, play, (reason, fact)| {
            let setting = Setting::of(healthy_but([(path, play)]));
            let got = trouble(&setting, setting.read(&id, How::Whole));
            assert_eq!(got, Some((reason, fact.to_owned())), "{path}: {name}");
        });
    }
}

#[test]
fn a_broken_answer_about_the_namespace_leaves_the_object_absent_alone() {
    each(|name, play, _| {
        let setting = Setting::of(healthy_but([(CR_PATH, not_found()), (NAMESPACE_PATH, play)]));
        assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Absent(Absence::Object), "{name}");
    });
}

#[test]
fn a_404_by_somebody_else_is_no_absence() {
    let page = |media| Play::Answer(404, media, "", "<html>no such page</html>".to_owned());
    let elsewhere = json!({"kind": "Status", "apiVersion": "v1", "reason": "NotFound", "code": 404, "details": {}});
    let other_name = json!({"kind": "Status", "apiVersion": "v1", "reason": "NotFound", "code": 404,
        "details": {"name": "c2", "group": "pxc.percona.com", "kind": "perconaxtradbclusters"}});
    let no_api = "what answers 404 is no API server";
    let other = "the API server misses something else than the object";
    for (name, play, fact, hint) in [
        ("page", page("text/html"), no_api, Some(HINT)),
        ("text", page("text/plain"), no_api, Some(HINT)),
        ("page as JSON", page("application/json"), no_api, Some(HINT)),
        ("another JSON", json(404, &json!({"message": "no Route matched"})), no_api, Some(HINT)),
        ("status of nothing", json(404, &elsewhere), other, None),
        ("status of another", json(404, &other_name), other, None),
    ] {
        let setting = Setting::of(healthy_but([(CR_PATH, play)]));
        let expected = Trouble { reason: Reason::CannotTell, fact: fact.to_owned(), hint: hint.map(str::to_owned) };
        assert_eq!(setting.read(&cr_id(), How::Whole), Reading::Unread(expected), "{name}");
    }
}

#[test]
fn another_object_does_not_pass_for_the_one_asked_for() {
    let with = |pointer: &str, value: &str| {
        let mut object = cr();
        *object.pointer_mut(pointer).unwrap() = value.into();
        object
    };
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Success"});
    for object in [
        with("/kind", "PerconaXtraDBBackup"),
        with("/apiVersion", "pxc.percona.com/v2"),
        with("/metadata/name", "c2"),
        with("/metadata/namespace", "other"),
        json!({"apiVersion": "v1", "kind": "List", "items": [cr()]}),
        json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": cr()["metadata"]}),
        json!([]),
        json!("c1"),
        json!(null),
        json!({}),
    ] {
        let setting = Setting::of(healthy_but([(CR_PATH, json(200, &object))]));
        let fact = "the answer is another object than the one that was asked for";
        let expected = Reading::Unread(Trouble::new(Reason::CannotTell, fact));
        assert_eq!(setting.read(&cr_id(), How::Whole), expected, "{object}");
    }
    let setting = Setting::of(healthy_but([(CR_PATH, json(200, &status))]));
    assert!(
        matches!(setting.read(&cr_id(), How::Whole), Reading::Unread(trouble) if trouble.reason == Reason::CannotTell)
    );
}

#[test]
fn what_is_not_there_is_told_from_its_namespace_and_its_kind() {
    for (name, script, expected) in [
        ("object", healthy_but([(CR_PATH, not_found())]), Absence::Object),
        ("namespace", healthy_but([(CR_PATH, not_found()), (NAMESPACE_PATH, no_namespace())]), Absence::Namespace),
        ("namespace at once", healthy_but([(CR_PATH, no_namespace())]), Absence::Namespace),
    ] {
        assert_eq!(Setting::of(script).read(&cr_id(), How::Whole), Reading::Absent(expected), "{name}");
    }
    // Of a kind that is known by heart, the server is asked where it lives once it is not there.
    for (id, path, version) in [(cr_id(), CR_PATH, "pxc.percona.com"), (thing_id(), THING_PATH, "things.example")] {
        let versions = format!("/apis/{version}/v1");
        for (name, script) in [
            ("version", healthy_but([(path, gone()), (&versions, gone()), ("/apis", groups(&json!([])))])),
            ("other version", healthy_but([(path, gone()), (&versions, gone()), ("/apis", groups(&v2(version)))])),
            ("kind", healthy_but([(path, gone()), (&versions, kinds(version))])),
        ] {
            assert_eq!(Setting::of(script).read(&id, How::Whole), Reading::Absent(Absence::Kind), "{version}: {name}");
        }
    }
}

#[test]
fn a_version_that_the_list_of_groups_does_not_deny_is_not_absent() {
    let page = Play::Answer(404, "text/html", "", "<html></html>".to_owned());
    for (name, groups) in [
        ("listed", crate::setting::healthy().remove(3).1),
        ("no list", json(200, &json!({"kind": "Status", "apiVersion": "v1"}))),
        ("a page", page),
        ("a cut", Play::CutInBody("{}".to_owned())),
        ("another list", json(200, &json!({"kind": "APIVersions", "groups": []}))),
    ] {
        for (id, path, versions) in
            [(cr_id(), CR_PATH, "/apis/pxc.percona.com/v1"), (thing_id(), THING_PATH, THINGS_PATH)]
        {
            let setting = Setting::of(healthy_but([(path, gone()), (versions, gone()), ("/apis", groups.clone())]));
            let reading = setting.read(&id, How::Whole);
            assert!(
                matches!(&reading, Reading::Unread(trouble) if trouble.reason != Reason::NotAsked),
                "{name}: {reading:?}"
            );
        }
    }
}

#[test]
fn a_run_that_is_over_keeps_what_it_read() {
    let setting = Setting::of(healthy_but([("/api/v1/namespaces/pxc/configmaps/slow", Play::Stall)]));
    let slow = crate::setting::id("", "ConfigMap", "slow");
    let deadline = Duration::from_secs(1);
    let mut cluster =
        leeward::cluster::Cluster::connect(&leeward::cluster::Access { deadline, ..setting.access() }).unwrap();
    let started = Instant::now();
    let read = cluster.read(&[crate::setting::wanted(&slow, How::Whole), crate::setting::wanted(&cr_id(), How::Whole)]);
    assert!(started.elapsed() < Duration::from_secs(5));
    let fact = "the time for all reads, 1 s, was over before it was read";
    let late = Trouble::new(Reason::TimedOut, fact).hint("--timeout");
    assert_eq!(read, [(slow.clone(), Reading::Unread(late.clone())), (cr_id(), Reading::Found(cr()))].into());
    let sent = cluster.requests();
    assert_eq!(cluster.read(&[crate::setting::wanted(&slow, How::Whole)]), [(slow, Reading::Unread(late))].into());
    assert_eq!(cluster.requests(), sent, "nothing is asked after the end");
    cluster.start_over();
    let again = cluster.read(&[crate::setting::wanted(&cr_id(), How::Whole)]);
    assert_eq!(again, [(cr_id(), Reading::Found(cr()))].into(), "the time begins anew");
}

/// Returns what API servers say of a version that is not served.
fn gone() -> Play {
    Play::Answer(404, "text/plain", "", "404 page not found\n".to_owned())
}

/// Returns a list of groups.
fn groups(groups: &serde_json::Value) -> Play {
    json(200, &json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
}

/// Returns a group with another version.
fn v2(group: &str) -> serde_json::Value {
    json!([{"name": group, "versions": [{"groupVersion": format!("{group}/v2"), "version": "v2"}]}])
}

/// Returns a group's version without a kind.
fn kinds(group: &str) -> Play {
    json(200, &json!({"kind": "APIResourceList", "groupVersion": format!("{group}/v1"), "resources": []}))
}
