//! `diagnose --cluster` with probes from here: the cluster's own settings, the keys of its Secrets where they may be read,
//! and what it means when pods and probe do not see the same.

use serde_json::{Value, json};

use crate::incident::answer::{cause, said};
use crate::incident::{Incident, Run, backup, collector, leeward};
use crate::server::{Play, Request, Server, json};
use crate::setting::{Setting, status};

/// Where the Secret is.
const SECRET: &str = "/api/v1/namespaces/pxc/secrets/keys";

/// Returns an incident whose storages are at a port of this machine, with a collector that runs.
fn at(port: u16) -> Incident {
    let mut incident = Incident::new();
    for (_, storage) in incident.cluster["spec"]["backup"]["storages"].as_object_mut().unwrap() {
        storage["s3"]["endpointUrl"] = format!("http://127.0.0.1:{port}").into();
    }
    incident.collectors = vec![collector(&json!({"restartCount": 0, "state": {"running": {}}}))];
    incident.cluster["status"] = json!({"state": "ready", "observedGeneration": 4});
    incident.logs.retain(|(_, container, _)| container == "xtrabackup");
    for (.., text) in &mut incident.logs {
        *text = text.replace("https://minio.a.example:9000", &format!("http://127.0.0.1:{port}"));
    }
    incident
}

/// Runs `diagnose` with probes.
fn probed(setting: &Setting, args: &[&str]) -> Run {
    let kubeconfig = setting.kubeconfig();
    let own =
        ["diagnose", "--cluster", "pxc/cluster1", "--format", "json", "--kubeconfig", kubeconfig.to_str().unwrap()];
    leeward(setting, &[&own[..], args].concat())
}

#[test]
fn what_pods_could_not_reach_and_this_machine_can_is_a_result_of_its_own() {
    let storage = Server::start(Vec::new());
    let setting = at(storage.port).setting();
    let run = probed(&setting, &["--save", "bundle"]);
    assert_eq!((run.code, cause(&run)), (0, ("EndpointUnreachable".to_owned(), "likely".to_owned())), "{run:?}");
    assert_eq!(said(&run, "/contradiction/kind"), "only-the-logs");
    assert_eq!(said(&run, "/calls_for"), "look-further");
    let next = said(&run, "/next");
    assert!(next.as_str().unwrap().starts_with("leeward diagnose --cluster pxc/cluster1 --storage minio-a"), "{next}");
    let places: Vec<Value> =
        said(&run, "/places").as_array().unwrap().iter().map(|place| place["storage"].clone()).collect();
    assert_eq!(places, ["minio-a", "minio-a-binlogs", "minio-b"]);
    let again = leeward(&setting, &["diagnose", "--evidence", "bundle", "--format", "json"]);
    // What to type next names the kubeconfig of a run that asked the cluster.
    let without_next = |run: &Run| {
        let mut answer = said(run, "");
        answer["next"] = Value::Null;
        answer
    };
    assert_eq!(without_next(&again), without_next(&run));
    // Who asks for no probe asks nobody.
    let asked = storage.asked().len();
    assert_eq!(cause(&probed(&setting, &["--no-probe"])).1, "likely");
    assert_eq!(storage.asked().len(), asked);
}

#[test]
fn what_neither_pods_nor_this_machine_reach_is_certain_and_what_only_this_machine_misses_is_said() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let run = probed(&at(port).setting(), &[]);
    assert_eq!((cause(&run).1.as_str(), said(&run, "/contradiction")), ("certain", Value::Null), "{run:?}");
    let mut well = at(port);
    well.backups.push(backup("again", "minio-a", "2026-11-22T08:00:00Z", "Succeeded"));
    let run = probed(&well.setting(), &[]);
    assert_eq!(said(&run, "/contradiction/kind"), "only-the-probe", "{run:?}");
}

#[test]
fn keys_come_from_the_storages_secrets_only_where_that_is_allowed() {
    let storage = Server::start(Vec::new());
    // `sesame-id` and `sesame-street` in base64.
    let data = json!({"AWS_ACCESS_KEY_ID": "c2VzYW1lLWlk", "AWS_SECRET_ACCESS_KEY": "c2VzYW1lLXN0cmVldA=="});
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": "pxc"}, "data": data});
    let is_signed = |request: &Request| {
        request.headers.get("authorization").is_some_and(|value| value.contains("Credential=sesame-id/"))
    };
    let signed = |storage: &Server| storage.asked().iter().any(is_signed);
    let incident = at(storage.port).but(SECRET, json(200, &secret));
    let setting = incident.setting();
    probed(&setting, &[]);
    assert!(!setting.server.lines().iter().any(|line| line.contains("/secrets")), "nobody allowed it");
    assert!(!signed(&storage));
    let run = probed(&setting, &["--read-secrets", "--save", "bundle"]);
    assert!(signed(&storage), "{:?}", storage.lines());
    assert_eq!(setting.server.lines().iter().filter(|line| line.contains("/secrets")).count(), 1);
    let objects = std::fs::read_to_string(setting.folder().join("bundle/objects.json")).unwrap();
    assert!(!objects.contains("c2VzYW1l") && !run.stdout.contains("sesame"), "{run:?}");
}

#[test]
fn a_secret_that_is_not_there_and_one_that_may_not_be_read_are_told_apart() {
    let storage = Server::start(Vec::new());
    let gone = status(404, "NotFound", "secrets \"keys\" not found", json!({"name": "keys", "kind": "secrets"}));
    let found = |play: Play| probed(&at(storage.port).but(SECRET, play).setting(), &["--read-secrets"]);
    let run = found(gone);
    assert_eq!(said(&run, "/places/0/cause"), "SecretMissing", "{run:?}");
    let message = "secrets \"keys\" is forbidden: User \"system:serviceaccount:ops:leeward\" cannot get resource \"secrets\" in API group \"\" in the namespace \"pxc\"";
    let run = found(status(403, "Forbidden", message, json!({})));
    let unseen = said(&run, "/site/unseen");
    let line = unseen.as_array().unwrap().iter().find(|line| line["what"] == "Secret `keys`").unwrap();
    assert_eq!(line["hint"], "grant verb `get` on `secrets` in namespace `pxc`");
    assert_ne!(said(&run, "/places/0/cause"), "SecretMissing", "{run:?}");
}
