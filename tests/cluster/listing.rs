//! All objects of a kind that nobody knows by name: whole or not at all, and never Secrets.

use leeward::cluster::{Listed, Listing};
use leeward::model::live::{Reason, Trouble};
use serde_json::{Value, json};

use crate::server::{Play, json};
use crate::setting::{Setting, healthy_but, status};

/// Where the pods are.
const PODS: &str = "/api/v1/namespaces/pxc/pods?limit=500&labelSelector=app%3Dx";
/// What asks for the second page.
const SECOND: &str = "/api/v1/namespaces/pxc/pods?limit=500&labelSelector=app%3Dx&continue=t%2Bk";
/// Where the Backups are.
const BACKUPS: &str = "/apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusterbackups?limit=500";
/// The kinds of the operator.
const KINDS: &str = "/apis/pxc.percona.com/v1";

/// Returns the list of pods with a label.
fn pods() -> Listing {
    Listing {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some("pxc".to_owned()),
        selector: Some("app=x".to_owned()),
        fields: None,
    }
}

/// Returns the list of Backups.
fn backups() -> Listing {
    let kind = "PerconaXtraDBClusterBackup".to_owned();
    Listing { group: "pxc.percona.com".to_owned(), kind, selector: None, ..pods() }
}

/// Returns a pod as it stands in a list.
fn bare(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "pxc"}})
}

/// Returns a pod as it is handed on.
fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "pxc"}})
}

/// Returns a page of pods.
fn page(items: &Value, next: &str) -> Play {
    let metadata = json!({"continue": next});
    json(200, &json!({"kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": items}))
}

/// Returns what a server gives for the pods.
fn listed<const N: usize>(plays: [(&str, Play); N]) -> (Listed, Vec<String>) {
    let setting = Setting::of(healthy_but(plays));
    let listed = setting.cluster().list(&pods());
    let plain = |trouble: Trouble| Trouble { fact: setting.plain(&trouble.fact), ..trouble };
    (listed.map_err(plain), setting.server.lines())
}

#[test]
fn every_page_is_read_and_each_object_says_its_kind() {
    let (found, asked) =
        listed([(PODS, page(&json!([bare("a"), bare("b")]), "t+k")), (SECOND, page(&json!([pod("c")]), ""))]);
    assert_eq!(found, Ok(vec![pod("a"), pod("b"), pod("c")]));
    assert_eq!(asked, [format!("GET {PODS}"), format!("GET {SECOND}")]);
    assert_eq!(listed([(PODS, page(&json!([]), ""))]).0, Ok(Vec::new()));
    assert_eq!(listed([(PODS, page(&Value::Null, ""))]).0, Ok(Vec::new()));
}

#[test]
fn fields_narrow_a_list_as_labels_do() {
    let path = "/api/v1/namespaces/pxc/events?limit=500&labelSelector=app%3Dx&fieldSelector=type%21%3DNormal";
    let events = json!({"kind": "EventList", "apiVersion": "v1", "items": []});
    let setting = Setting::of(healthy_but([(path, json(200, &events))]));
    let listing = Listing { kind: "Event".to_owned(), fields: Some("type!=Normal".to_owned()), ..pods() };
    assert_eq!(setting.cluster().list(&listing), Ok(Vec::new()));
}

#[test]
fn a_list_whose_rest_the_server_forgot_is_begun_again() {
    let gone = || status(410, "Expired", "too old", json!({}));
    let again = Play::Then(Box::new(gone()), Box::new(page(&json!([bare("c")]), "")));
    let first = || page(&json!([bare("a")]), "t+k");
    let (found, asked) = listed([(PODS, first()), (SECOND, again)]);
    assert_eq!(found, Ok(vec![pod("a"), pod("c")]));
    assert_eq!(asked.len(), 4);
    let (never, asked) = listed([(PODS, first()), (SECOND, gone())]);
    assert_eq!(never, Err(Trouble::new(Reason::CannotTell, "the API server failed (410): too old")));
    assert_eq!(asked.len(), 6);
}

#[test]
fn half_a_list_is_no_list() {
    let first = || page(&json!([bare("a")]), "t+k");
    let broken = "the connection to `SERVER` broke before the answer was whole";
    for (play, expected) in [
        (Play::CutInBody(json!({"items": []}).to_string()), Trouble::new(Reason::Unreachable, broken)),
        (
            json(200, &json!({"kind": "PodList", "apiVersion": "v1"}).to_string().replace('}', "")),
            Trouble::new(Reason::CannotTell, "the answer is no whole JSON object")
                .hint("`server` and `proxy-url` of the cluster in the kubeconfig"),
        ),
        (
            json(200, &json!({"kind": "ServiceList", "apiVersion": "v1", "items": []})),
            Trouble::new(Reason::CannotTell, "the answer is no list of `Pod`"),
        ),
        (json(200, &json!("nobody is here")), Trouble::new(Reason::CannotTell, "the answer is no list of `Pod`")),
        (
            page(&json!([{"metadata": {"name": "x", "namespace": "other"}}]), ""),
            Trouble::new(Reason::CannotTell, "the answer is no list of `Pod`"),
        ),
        (page(&json!([{"kind": "Secret"}]), ""), Trouble::new(Reason::CannotTell, "the answer is no list of `Pod`")),
        (
            status(500, "InternalError", "etcd is away", json!({})),
            Trouble::new(Reason::CannotTell, "the API server failed (500): etcd is away"),
        ),
        (Play::Stall, Trouble::new(Reason::TimedOut, "`SERVER` gave no whole answer in 3 s")),
    ] {
        let (found, _) = listed([(PODS, first()), (SECOND, play.clone())]);
        assert_eq!(found, Err(expected), "{play:?}");
    }
}

#[test]
fn a_missing_right_names_verb_resource_and_namespace() {
    let message = "pods is forbidden: User \"system:serviceaccount:ops:leeward\" cannot list resource \"pods\" in API group \"\" in the namespace \"pxc\"";
    let (found, asked) = listed([(PODS, status(403, "Forbidden", message, json!({"kind": "pods"})))]);
    let expected = Trouble::new(
        Reason::Forbidden,
        "service account `system:serviceaccount:ops:leeward` may not `list` `pods` in namespace `pxc`",
    );
    assert_eq!(found, Err(expected.hint("grant verb `list` on `pods` in namespace `pxc`")));
    assert_eq!(
        asked,
        ["GET /api/v1".to_owned(), format!("GET {PODS}")],
        "the right may be missing because the kind is"
    );
}

#[test]
fn a_kind_that_is_not_served_is_told_from_one_that_may_not_be_read() {
    let page = || Play::Answer(404, "text/plain", "", "404 page not found\n".to_owned());
    let kinds = json!({"kind": "APIResourceList", "groupVersion": "pxc.percona.com/v1", "resources": []});
    let setting = Setting::of(healthy_but([(BACKUPS, page()), (KINDS, json(200, &kinds))]));
    let fact = "the API server serves no `PerconaXtraDBClusterBackup` of `pxc.percona.com/v1`";
    assert_eq!(setting.cluster().list(&backups()), Err(Trouble::new(Reason::Absent, fact)));
    let setting = Setting::of(healthy_but([(BACKUPS, page())]));
    let trouble = setting.cluster().list(&backups()).unwrap_err();
    assert_eq!((trouble.reason, trouble.fact.as_str()), (Reason::CannotTell, "what answers 404 is no API server"));
}

#[test]
fn secrets_are_never_listed() {
    let setting = Setting::of(healthy_but([]));
    let secrets = Listing { kind: "Secret".to_owned(), ..pods() };
    let found = setting.cluster().lists(&[secrets.clone(), Listing { namespace: None, ..secrets }]);
    let never = Trouble::new(Reason::NotAsked, "Secrets are never listed: each is asked for by its name");
    assert_eq!(found, [Err(never.clone()), Err(never)]);
    assert_eq!(setting.server.lines(), [""; 0]);
}

#[test]
fn lists_and_objects_are_read_at_once_each_with_its_own_result() {
    let setting = Setting::of(healthy_but([(PODS, page(&json!([bare("a")]), ""))]));
    let cluster = setting.cluster();
    let lost = Listing { namespace: Some("lost".to_owned()), ..pods() };
    let found = cluster.lists(&[lost, pods()]);
    assert_eq!(found[0].as_ref().unwrap_err().reason, Reason::CannotTell);
    assert_eq!(found[1], Ok(vec![pod("a")]));
    let (read, found) = cluster.read_and_list(&[], &[pods()]);
    assert_eq!((read.len(), found), (0, vec![Ok(vec![pod("a")])]));
}
