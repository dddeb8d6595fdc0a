//! The writes, and the wait for a change: what is sent, that it is sent once, and that nobody is asked without a pause.

use std::time::{Duration, Instant};

use leeward::cluster::{Created, Watched};
use leeward::model::live::Reason;
use serde_json::{Value, json};

use crate::server::{Play, json};
use crate::setting::{CR_PATH, Setting, cr, cr_id, healthy_but, status};

/// The path of all CRs.
const CRS: &str = "/apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusters";

/// Returns what was sent beside reads: line and body.
fn sent(setting: &Setting) -> Vec<(String, Value)> {
    let asked = setting.server.asked().into_iter().filter(|request| !request.line.starts_with("GET "));
    asked.map(|request| (request.line, serde_json::from_str(&request.body).unwrap())).collect()
}

#[test]
fn an_object_is_made_once_and_never_over_another() {
    let made = Setting::of(healthy_but([(CRS, json(201, &cr()))]));
    assert_eq!(made.cluster().create(&cr_id(), &cr()), Ok(Created::Now(cr())));
    assert_eq!(sent(&made), [(format!("POST {CRS}?fieldManager=leeward"), cr())]);
    let there = status(409, "AlreadyExists", "\"c1\" already exists", json!({"name": "c1"}));
    let before = Setting::of(healthy_but([(CRS, there)]));
    assert_eq!(before.cluster().create(&cr_id(), &cr()), Ok(Created::Before));
}

#[test]
fn a_write_whose_answer_is_lost_is_not_sent_again() {
    for play in [Play::CutInHeaders, Play::CutInBody(cr().to_string()), json(503, &json!({}))] {
        let setting = Setting::of(healthy_but([(CRS, play)]));
        let trouble = setting.cluster().create(&cr_id(), &cr()).unwrap_err();
        assert!(matches!(trouble.reason, Reason::Unreachable | Reason::CannotTell), "{trouble:?}");
        assert_eq!(sent(&setting).len(), 1);
    }
}

#[test]
fn who_may_not_write_and_what_refuses_is_named() {
    let denied = "perconaxtradbclusters.pxc.percona.com is forbidden: User \"ci\" cannot create resource \
                  \"perconaxtradbclusters\" in API group \"pxc.percona.com\" in the namespace \"pxc\"";
    let webhook = "admission webhook \"x.example\" denied the request: no";
    for (code, reason, message, want, fact) in [
        (
            403,
            "Forbidden",
            denied,
            Reason::Forbidden,
            "user `ci` may not `create` `perconaxtradbclusters.pxc.percona.com` in namespace `pxc`",
        ),
        (
            403,
            "Forbidden",
            webhook,
            Reason::Rejected,
            "an admission rule refuses the object: admission webhook \"x.example\" denied the request: no",
        ),
        (
            422,
            "Invalid",
            "spec.x: Required value",
            Reason::Rejected,
            "the API server refuses the object: spec.x: Required value",
        ),
    ] {
        let setting = Setting::of(healthy_but([(CRS, status(code, reason, message, json!({})))]));
        let trouble = setting.cluster().create(&cr_id(), &cr()).unwrap_err();
        assert_eq!((trouble.reason, trouble.fact.as_str()), (want, fact));
    }
    let nowhere = Setting::of(healthy_but([
        ("/apis/pxc.percona.com/v1", Play::Answer(404, "text/plain", "", String::new())),
        ("/apis", json(200, &json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": []}))),
    ]));
    let trouble = nowhere.cluster().create(&cr_id(), &cr()).unwrap_err();
    let fact = "the API server serves no kind `PerconaXtraDBCluster` of `pxc.percona.com/v1`";
    assert_eq!((trouble.reason, trouble.fact.as_str(), sent(&nowhere).len()), (Reason::Absent, fact, 0));
}

#[test]
fn one_annotation_is_all_that_is_set() {
    let setting = Setting::of(healthy_but([(CR_PATH, json(200, &cr()))]));
    setting.cluster().annotate(&cr_id(), "reconcile.fluxcd.io/requestedAt", "now").unwrap();
    let want = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "now"}}});
    assert_eq!(sent(&setting), [(format!("PATCH {CR_PATH}?fieldManager=leeward"), want)]);
}

/// Returns how long a wait of two seconds took where a watch is answered so.
fn waited(play: Play) -> Duration {
    let setting = Setting::of(healthy_but([(CRS, play)]));
    let cluster = setting.cluster();
    let mut object = cr();
    object["metadata"]["resourceVersion"] = "7".into();
    let watched: Vec<Watched> = Watched::of(&cr_id(), &object).into_iter().collect();
    assert_eq!(watched.len(), 1);
    let began = Instant::now();
    cluster.changed(&watched, Duration::from_secs(2));
    let took = began.elapsed();
    let asked = setting.server.lines();
    let line = format!("GET {CRS}?watch=true&fieldSelector=metadata.name%3Dc1&resourceVersion=7&timeoutSeconds=3");
    assert_eq!(asked, [line]);
    took
}

#[test]
fn an_event_ends_the_wait_and_nothing_else_does() {
    let event = json!({"type": "MODIFIED", "object": cr()}).to_string() + "\n";
    assert!(waited(Play::Answer(200, "application/json", "", event)) < Duration::from_millis(1500));
    let denied = status(403, "Forbidden", "no", json!({}));
    for play in [denied, Play::CutInHeaders, Play::Answer(200, "application/json", "", String::new()), Play::Stall] {
        assert!(waited(play) >= Duration::from_secs(2));
    }
    let nothing: Vec<Watched> = Watched::of(&cr_id(), &cr()).into_iter().collect();
    assert_eq!(nothing, []);
}
