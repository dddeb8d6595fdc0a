//! Law 4 at this edge: no value of a Secret, no token, in anything that comes out.

use leeward::cluster::{DryRunRequest, How};
use leeward::model::live::{Reading, Reason, Trouble};
use serde_json::{Value, json};

use crate::server::json;
use crate::setting::{Setting, healthy_but, id, status};

const SECRET_PATH: &str = "/api/v1/namespaces/pxc/secrets/s1";
const VALUE: &str = "hunter2hunter2";
const BASE64: &str = "aHVudGVyMmh1bnRlcjI=";

/// Returns a Secret as a server that ignores what was asked for would send it.
fn secret() -> Value {
    let applied = json!({"kind": "Secret", "metadata": {"annotations": {"x": VALUE}}, "data": {"PASSWORD": BASE64},
        "stringData": {"OTHER": VALUE}});
    let annotations = json!({"kubectl.kubernetes.io/last-applied-configuration": applied.to_string(), "kept": "yes"});
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": {"PASSWORD": BASE64},
        "metadata": {"name": "s1", "namespace": "pxc", "annotations": annotations}})
}

#[test]
fn of_metadata_alone_no_value_comes_out() {
    let partial =
        json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": secret()["metadata"]});
    for body in [secret(), partial] {
        let setting = Setting::of(healthy_but([(SECRET_PATH, json(200, &body))]));
        let applied = "{\"data\":{\"PASSWORD\":\"***\"},\"kind\":\"Secret\",\"metadata\":{\"annotations\":{}},\"stringData\":{\"OTHER\":\"***\"}}";
        let expected = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s1", "namespace": "pxc",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied, "kept": "yes"}}});
        assert_eq!(setting.read(&id("", "Secret", "s1"), How::MetadataOnly), Reading::Found(expected));
        let asked = setting.server.asked().into_iter().find(|request| request.line.ends_with(SECRET_PATH)).unwrap();
        assert_eq!(asked.headers["accept"], "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
        assert_eq!(asked.headers["authorization"], "Bearer t0ken-t0ken");
    }
}

#[test]
fn a_server_is_not_quoted_about_a_secret() {
    let message = format!("Secret \"s1\" is invalid: data[PASSWORD]: Invalid value: \"{VALUE}\" {BASE64}");
    for (code, reason) in [
        (400, "BadRequest"),
        (403, "Forbidden"),
        (409, "Conflict"),
        (422, "Invalid"),
        (500, "InternalError"),
        (503, "x"),
    ] {
        let setting = Setting::of(healthy_but([(SECRET_PATH, status(code, reason, &message, json!({})))]));
        let object =
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s1"}, "stringData": {"a": VALUE}});
        let request =
            DryRunRequest { id: id("", "Secret", "s1"), default_namespace: None, object, manager: "m".to_owned() };
        let said = format!(
            "{:?} {:?}",
            setting.read(&id("", "Secret", "s1"), How::Whole),
            setting.cluster().dry_run(&[request]).values().collect::<Vec<_>>()
        );
        for part in [VALUE, BASE64, "t0ken", "Invalid value"] {
            assert!(!said.contains(part), "{code}: {said}");
        }
    }
}

#[test]
fn credentials_that_were_sent_are_masked_in_what_is_said_of_them() {
    let path = "/apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusters/c1";
    let message = "PerconaXtraDBCluster is invalid: spec.password: Invalid value: \"hunter2hunter2\": too short";
    let setting = Setting::of(healthy_but([(path, status(422, "Invalid", message, json!({})))]));
    let mut object = crate::setting::cr();
    object["spec"]["password"] = VALUE.into();
    let id = crate::setting::cr_id();
    let request = DryRunRequest { id: id.clone(), default_namespace: None, object, manager: "m".to_owned() };
    let fact = "the API server refuses the object: PerconaXtraDBCluster is invalid: spec.password: Invalid value: \"***\": too short";
    assert_eq!(setting.cluster().dry_run(&[request]), [(id, Err(Trouble::new(Reason::Rejected, fact)))].into());
}
