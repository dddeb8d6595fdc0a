//! Many objects of one kind: asked for by one request where that is granted, and by name wherever a list does not tell.
//! A list finds; that something is not there, and every trouble, is said of each object by itself.

use std::collections::BTreeMap;

use leeward::cluster::{How, Wanted};
use leeward::model::live::{Absence, Reading, Reason, Scope};
use leeward::model::object::ObjectId;
use serde_json::{Value, json};

use crate::server::{Play, json};
use crate::setting::{CR_PATH, NAMESPACE_PATH, Setting, cr, cr_id, healthy_but, id, no_namespace, status, wanted};

/// Where the maps are.
const MAPS: &str = "/api/v1/namespaces/pxc/configmaps";
/// What asks for all of them.
const FIRST: &str = "/api/v1/namespaces/pxc/configmaps?limit=500";
/// What asks for the rest.
const SECOND: &str = "/api/v1/namespaces/pxc/configmaps?limit=500&continue=t%2Bk";

/// Returns the names of as many maps.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("m{at:02}")).collect()
}

/// Returns a map as it is read by name.
fn map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "pxc"}, "data": {"a": name}})
}

/// Returns a list of maps as Kubernetes writes it: what all of them are is said once.
fn list(names: &[String], metadata: &Value) -> Play {
    let bare = |name: &String| {
        let mut map = map(name);
        map.as_object_mut().unwrap().retain(|field, _| field != "apiVersion" && field != "kind");
        map
    };
    let items: Vec<Value> = names.iter().map(bare).collect();
    json(200, &json!({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": metadata, "items": items}))
}

/// Returns the plays of maps that are read by name.
fn by_name(names: &[String]) -> Vec<(String, Play)> {
    names.iter().map(|name| (format!("{MAPS}/{name}"), json(200, &map(name)))).collect()
}

/// Returns what was read of maps, by name, and how many requests asked for one by its name.
fn read(script: Vec<(String, Play)>, names: &[String]) -> (BTreeMap<String, Reading>, usize) {
    let setting = Setting::of(script.into_iter().chain(healthy_but([])).collect());
    let wanted: Vec<Wanted> = names.iter().map(|name| wanted(&id("", "ConfigMap", name), How::Whole)).collect();
    let read = setting.cluster().read(&wanted).into_iter().map(|(id, reading)| (id.name, reading)).collect();
    let by_name = setting.server.lines().iter().filter(|line| line.contains("/configmaps/")).count();
    (read, by_name)
}

/// Returns that all maps were found as they are.
fn found(names: &[String]) -> BTreeMap<String, Reading> {
    names.iter().map(|name| (name.clone(), Reading::Found(map(name)))).collect()
}

/// Returns a script with a play at a path.
fn at(path: &str, play: Play) -> (String, Play) {
    (path.to_owned(), play)
}

#[test]
fn many_objects_are_one_request_and_few_are_one_each() {
    for (count, by_names) in [(15, 15), (16, 0), (60, 0)] {
        let names = names(count);
        let script = by_name(&names).into_iter().chain([at(FIRST, list(&names, &json!({})))]).collect();
        assert_eq!(read(script, &names), (found(&names), by_names), "{count}");
    }
}

#[test]
fn what_a_list_does_not_tell_is_asked_for_by_name() {
    let names = names(20);
    let half = |metadata: Value| list(&names[..10], &metadata);
    let rest = || list(&names[10..], &json!({}));
    let more = json!({"continue": "t+k", "remainingItemCount": 10});
    let other = json!({"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": [map("m00")]});
    let gone = || status(410, "Expired", "the token is too old", json!({}));
    let answer = |code, media, body: &str| Play::Answer(code, media, "", body.to_owned());
    for (name, first, second, by_names) in [
        ("whole in two pages", half(more.clone()), rest(), 0),
        ("the second page is gone", half(more.clone()), gone(), 10),
        ("the second page is cut", half(more.clone()), Play::CutInBody("{}".to_owned()), 10),
        ("too many others follow", half(json!({"continue": "t+k", "remainingItemCount": 4000})), rest(), 10),
        ("some are not in it", half(json!({})), rest(), 10),
        ("forbidden", status(403, "Forbidden", "no", json!({})), rest(), 20),
        ("gone", gone(), rest(), 20),
        ("unknown", status(404, "NotFound", "x", json!({})), rest(), 20),
        ("busy", answer(429, "application/json", "{}"), rest(), 20),
        ("failed", answer(500, "text/html", "<html>"), rest(), 20),
        ("a page", answer(200, "text/html", "<html>"), rest(), 20),
        ("another list", json(200, &other), rest(), 20),
        ("no list", json(200, &map("m00")), rest(), 20),
        ("cut in headers", Play::CutInHeaders, rest(), 20),
        ("cut in body", Play::CutInBody("{}".to_owned()), rest(), 20),
    ] {
        let lists = [at(FIRST, first), at(SECOND, second)];
        let script = by_name(&names).into_iter().chain(lists).collect();
        assert_eq!(read(script, &names), (found(&names), by_names), "{name}");
    }
}

#[test]
fn another_object_in_a_list_does_not_pass_for_the_one_asked_for() {
    let names = names(16);
    let with = |pointer: &str, value: Value| {
        let mut items: Vec<Value> = names.iter().map(|name| map(name)).collect();
        *items[3].pointer_mut(pointer).unwrap() = value;
        json(200, &json!({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {}, "items": items}))
    };
    for play in [
        with("/metadata/namespace", json!("other")),
        with("/metadata/name", json!("other")),
        with("/kind", json!("Secret")),
        with("/apiVersion", json!("v2")),
        with("", json!("text")),
    ] {
        let script = by_name(&names).into_iter().chain([at(FIRST, play)]).collect();
        assert_eq!(read(script, &names), (found(&names), 1));
    }
}

#[test]
fn where_a_list_fails_each_object_says_its_own() {
    let names = names(20);
    for first in [
        Play::CutInBody("{}".to_owned()),
        status(403, "Forbidden", "no", json!({})),
        list(&[], &json!({})),
        Play::Answer(503, "text/plain", "", String::new()),
    ] {
        let mut script = vec![at(FIRST, first)];
        let mut expected = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            let missing = status(404, "NotFound", "x", json!({"name": name, "kind": "configmaps"}));
            let (play, said) = match at % 4 {
                0 => (Play::CutInBody("{}".to_owned()), Err(Reason::Unreachable)),
                1 => (missing, Ok(false)),
                2 => (status(403, "Forbidden", "no", json!({})), Err(Reason::Forbidden)),
                _ => (json(200, &map(name)), Ok(true)),
            };
            script.push((format!("{MAPS}/{name}"), play));
            expected.insert(name.clone(), said);
        }
        let said = |reading: Reading| match reading {
            Reading::Found(_) => Ok(true),
            Reading::Absent(Absence::Object) => Ok(false),
            Reading::Absent(other) => panic!("{other:?}"),
            Reading::Unread(trouble) => Err(trouble.reason),
        };
        let (read, _) = read(script, &names);
        assert_eq!(read.into_iter().map(|(name, reading)| (name, said(reading))).collect::<BTreeMap<_, _>>(), expected);
    }
}

#[test]
fn an_empty_list_is_no_absence_and_a_namespace_that_is_not_there_is_one() {
    let names = names(16);
    let script = || vec![at(FIRST, list(&[], &json!({}))), at(NAMESPACE_PATH, no_namespace())];
    let (nowhere, _) = read(script(), &names);
    let no_api =
        |reading: &Reading| matches!(reading, Reading::Unread(trouble) if trouble.reason == Reason::CannotTell);
    assert!(nowhere.values().all(no_api), "{nowhere:?}");
    let missing = |name: &String| status(404, "NotFound", "x", json!({"name": name, "kind": "configmaps"}));
    let missing = names.iter().map(|name| (format!("{MAPS}/{name}"), missing(name)));
    let (gone, by_names) = read(script().into_iter().chain(missing).collect(), &names);
    assert!(gone.values().all(|reading| *reading == Reading::Absent(Absence::Namespace)), "{gone:?}");
    assert_eq!(by_names, 16);
}

#[test]
fn objects_in_many_namespaces_are_one_request() {
    let names = names(50);
    let of = |name: &str| ObjectId {
        namespace: Some(name.to_owned()),
        ..id("pxc.percona.com", "PerconaXtraDBCluster", "db")
    };
    let object = |name: &String| {
        json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
            "metadata": {"name": "db", "namespace": name}})
    };
    let items: Vec<Value> = names.iter().map(object).collect();
    let list =
        json!({"kind": "PerconaXtraDBClusterList", "apiVersion": "pxc.percona.com/v1", "metadata": {}, "items": items});
    let setting =
        Setting::of(healthy_but([("/apis/pxc.percona.com/v1/perconaxtradbclusters?limit=500", json(200, &list))]));
    let asked: Vec<Wanted> = names.iter().map(|name| wanted(&of(name), How::Whole)).collect();
    let found: BTreeMap<ObjectId, Reading> =
        names.iter().map(|name| (of(name), Reading::Found(object(name)))).collect();
    assert_eq!(setting.cluster().read(&asked), found);
    assert_eq!(setting.server.lines(), ["GET /apis/pxc.percona.com/v1/perconaxtradbclusters?limit=500"]);
}

#[test]
fn secrets_and_metadata_are_never_listed() {
    let names = names(60);
    for (kind, plural, how) in [
        ("Secret", "secrets", How::Whole),
        ("Secret", "secrets", How::MetadataOnly),
        ("ConfigMap", "configmaps", How::MetadataOnly),
    ] {
        let setting = Setting::of(healthy_but([]));
        let asked: Vec<Wanted> = names.iter().map(|name| wanted(&id("", kind, name), how)).collect();
        setting.cluster().read(&asked);
        let is_named = |line: &String| line.starts_with(&format!("GET /api/v1/namespaces/pxc/{plural}/"));
        let lines = setting.server.lines();
        assert_eq!(lines.iter().filter(|line| is_named(line)).count(), 60, "{kind} {how:?}");
        assert!(!lines.iter().any(|line| line.contains('?')), "{lines:?}");
    }
}

#[test]
fn a_kind_that_is_served_under_another_scope_is_found_there() {
    let path = "/apis/pxc.percona.com/v1/perconaxtradbclusters/c1";
    let mut object = cr();
    object["metadata"].as_object_mut().unwrap().remove("namespace");
    let resource = json!({"name": "perconaxtradbclusters", "kind": "PerconaXtraDBCluster", "namespaced": false});
    let kinds = json!({"kind": "APIResourceList", "groupVersion": "pxc.percona.com/v1", "resources": [resource]});
    let page = Play::Answer(404, "text/plain", "", "404 page not found\n".to_owned());
    let setting = Setting::of(healthy_but([
        (CR_PATH, page),
        (path, json(200, &object)),
        ("/apis/pxc.percona.com/v1", json(200, &kinds)),
    ]));
    let cluster = setting.cluster();
    let scope = |scopes: BTreeMap<ObjectId, Option<Scope>>| scopes[&cr_id()];
    assert_eq!(scope(cluster.scopes(&[cr_id()])), Some(Scope::Namespaced));
    assert_eq!(cluster.read(&[wanted(&cr_id(), How::Whole)]), [(cr_id(), Reading::Found(object))].into());
    assert_eq!(scope(cluster.scopes_so_far(&[cr_id()])), Some(Scope::Cluster));
    let expected = [format!("GET {CR_PATH}"), "GET /apis/pxc.percona.com/v1".to_owned(), format!("GET {path}")];
    assert_eq!(setting.server.asked().into_iter().map(|request| request.line).collect::<Vec<_>>(), expected);
}

#[test]
fn objects_of_two_kinds_are_told_apart() {
    let names = names(16);
    let setting = Setting::of(
        [at(FIRST, list(&names, &json!({})))].into_iter().chain(healthy_but([])).collect::<Vec<(String, Play)>>(),
    );
    let mut asked: Vec<Wanted> = names.iter().map(|name| wanted(&id("", "ConfigMap", name), How::Whole)).collect();
    asked.push(wanted(&cr_id(), How::Whole));
    let read = setting.cluster().read(&asked);
    assert_eq!(read.len(), 17);
    assert!(read.values().all(|reading| matches!(reading, Reading::Found(_))), "{read:?}");
    assert_eq!(setting.server.lines(), [format!("GET {FIRST}"), format!("GET {CR_PATH}")]);
}
