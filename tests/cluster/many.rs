//! Many objects: one request each, one result each, one bad object hides no other.

use std::collections::BTreeMap;
use std::time::Duration;

use leeward::cluster::{Access, Cluster, How, Wanted};
use leeward::model::live::{Absence, Reading, Reason};
use leeward::model::object::ObjectId;
use serde_json::{Value, json};

use crate::server::{Play, json};
use crate::setting::{
    CR_PATH, Setting, THING_PATH, THINGS_PATH, cr, cr_id, healthy_but, id, status, thing, thing_id, wanted,
};

/// Returns a config map.
fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "pxc"}})
}

#[test]
fn one_bad_object_hides_no_other() {
    let path = |name: &str| format!("/api/v1/namespaces/pxc/configmaps/{name}");
    let missing = |name: &str| status(404, "NotFound", "x", json!({"name": name, "kind": "configmaps"}));
    let mut script = healthy_but([("/apis/broken.io/v1", status(503, "ServiceUnavailable", "x", json!({})))]);
    let mut expected = BTreeMap::new();
    for at in 0..100 {
        let name = format!("m{at:02}");
        let (play, reading) = match at % 4 {
            0 => (Play::CutInBody("{}".to_owned()), Err(Reason::Unreachable)),
            1 => (missing(&name), Ok(None)),
            2 => (status(403, "Forbidden", "no", json!({})), Err(Reason::Forbidden)),
            _ => (json(200, &config_map(&name)), Ok(Some(config_map(&name)))),
        };
        script.push((path(&name), play));
        expected.insert(id("", "ConfigMap", &name), reading);
    }
    expected.insert(cr_id(), Ok(Some(cr())));
    expected.insert(id("broken.io", "Thing", "t"), Err(Reason::CannotTell));
    let setting = Setting::of(script);
    let wanted: Vec<Wanted> = expected.keys().map(|id| wanted(id, How::Whole)).collect();
    let read = setting.cluster().read(&wanted);
    let plain = |(id, reading)| match reading {
        Reading::Found(value) => (id, Ok(Some(value))),
        Reading::Absent(Absence::Object) => (id, Ok(None)),
        Reading::Absent(other) => panic!("{id}: {other:?}"),
        Reading::Unread(trouble) => (id, Err(trouble.reason)),
    };
    assert_eq!(read.into_iter().map(plain).collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn each_version_is_asked_for_once_and_each_object_once() {
    let names = ["a", "b", "c"];
    let maps = names.map(|name| (format!("/api/v1/namespaces/pxc/configmaps/{name}"), json(200, &config_map(name))));
    let setting = Setting::of(maps.into_iter().chain(healthy_but([])).collect());
    let cluster = setting.cluster();
    assert_eq!((cluster.requests(), setting.server.lines().len()), (0, 0), "a connection asks nothing");
    let maps = names.map(|name| wanted(&id("", "ConfigMap", name), How::Whole));
    cluster.read(&maps);
    cluster.read(&[wanted(&cr_id(), How::Whole), maps[0].clone()]);
    cluster.read(&[wanted(&thing_id(), How::Whole)]);
    cluster.read(&[wanted(&thing_id(), How::Whole)]);
    // Kinds that are known by heart cost no request.
    let expected = [
        "GET /api/v1/namespaces/pxc/configmaps/a",
        "GET /api/v1/namespaces/pxc/configmaps/a",
        "GET /api/v1/namespaces/pxc/configmaps/b",
        "GET /api/v1/namespaces/pxc/configmaps/c",
        &format!("GET {CR_PATH}"),
        &format!("GET {THINGS_PATH}"),
        &format!("GET {THING_PATH}"),
        &format!("GET {THING_PATH}"),
    ];
    assert_eq!(setting.server.lines(), expected);
    assert_eq!(cluster.requests(), expected.len());
}

#[test]
fn a_version_that_could_not_be_read_is_asked_for_again() {
    let list = crate::setting::healthy().remove(1).1;
    let broken = Play::Answer(500, "text/plain", "", String::new());
    let setting = Setting::of(healthy_but([(THINGS_PATH, Play::Then(broken.into(), list.into()))]));
    let cluster = setting.cluster();
    let read = || cluster.read(&[wanted(&thing_id(), How::Whole)]).remove(&thing_id()).unwrap();
    assert!(matches!(read(), Reading::Unread(trouble) if trouble.reason == Reason::CannotTell));
    assert_eq!(read(), Reading::Found(thing()));
}

#[test]
fn a_run_without_end_is_a_run() {
    let setting = Setting::of(healthy_but([]));
    let (deadline, request_timeout) = (Duration::MAX, Duration::MAX);
    let cluster = Cluster::connect(&Access { deadline, request_timeout, ..setting.access() }).unwrap();
    assert_eq!(cluster.read(&[wanted(&cr_id(), How::Whole)]), [(cr_id(), Reading::Found(cr()))].into());
}

#[test]
fn nothing_wanted_asks_nothing() {
    let setting = Setting::of(healthy_but([]));
    assert_eq!(setting.cluster().read(&[]), BTreeMap::new());
    assert_eq!(setting.server.lines(), [""; 0]);
}

#[test]
fn an_object_without_a_place_is_not_asked_for() {
    let setting = Setting::of(healthy_but([]));
    let nameless = |name: &str| ObjectId { name: name.to_owned(), ..cr_id() };
    let nowhere = ObjectId { namespace: None, ..cr_id() };
    for (id, reason) in [
        (nameless(""), Reason::Rejected),
        (nameless(".."), Reason::Rejected),
        (ObjectId { kind: String::new(), ..cr_id() }, Reason::Rejected),
        (nowhere.clone(), Reason::CannotTell),
    ] {
        let reading = setting.read(&id, How::Whole);
        assert!(matches!(&reading, Reading::Unread(trouble) if trouble.reason == reason), "{id}: {reading:?}");
    }
    let lines = setting.server.lines();
    assert!(lines.iter().all(|line| line.starts_with("GET /apis/") && line.ends_with("/v1")), "{lines:?}");
    let found = Wanted { default_namespace: Some("pxc".to_owned()), ..wanted(&nowhere, How::Whole) };
    assert_eq!(setting.cluster().read(&[found]), [(nowhere, Reading::Found(cr()))].into());
}

#[test]
fn a_name_cannot_lead_to_another_path() {
    let setting = Setting::of(healthy_but([]));
    setting.read(&ObjectId { name: "../c1?x=y#z".to_owned(), ..cr_id() }, How::Whole);
    let asked = "GET /apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusters/..%2Fc1%3Fx%3Dy%23z";
    assert!(setting.server.lines().contains(&asked.to_owned()), "{:?}", setting.server.lines());
}
