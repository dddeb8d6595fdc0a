//! Seventh: whether point-in-time recovery is as the stage wants it: its Deployment gone, or rolled and running with what
//! its storage says. It is only made and rolled while the cluster is ready (operator.md 5, 12.18).

use serde_json::Value;

use super::said::text;
use super::verdict::{Check, CheckName};
use crate::model::backup::Storage;
use crate::model::live::Trouble;

/// What Git wants of the collector.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// It is off.
    Gone,
    /// It uploads to this storage.
    Runs(&'a Storage),
}

/// The Deployment, as far as it was read.
#[derive(Debug, Clone)]
pub enum Collector<'a> {
    /// It is not there.
    Absent,
    /// It was not read.
    Unread(&'a Trouble),
    /// It is there, and what is wrong with its pod, where anything is.
    There(&'a Value, Option<Ill>),
}

/// What is wrong with a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ill {
    /// The fact.
    pub fact: String,
    /// Whether it will not be over by itself.
    pub is_sure: bool,
}

/// Returns whether the collector is as wanted; `name` is that of its Deployment.
pub fn collector(name: &str, wanted: Wanted<'_>, collector: &Collector<'_>) -> Check {
    let passed = |fact: String| Check::passed(CheckName::Collector, fact);
    let waiting = |fact: String| Check::waiting(CheckName::Collector, fact);
    match (collector, wanted) {
        (Collector::Unread(trouble), _) => {
            Check::unread(CheckName::Collector, &format!("Deployment `{name}`"), trouble)
        }
        (Collector::Absent, Wanted::Gone) => passed(format!("`{name}` is gone: point-in-time recovery is off")),
        (Collector::Absent, Wanted::Runs(_)) => {
            waiting(format!("`{name}` is not made yet, which the operator does while the cluster is ready"))
        }
        (Collector::There(..), Wanted::Gone) => waiting(format!("`{name}` still runs, although Git turns it off")),
        (Collector::There(object, ill), Wanted::Runs(storage)) => match (behind(object, storage), ill) {
            (Some(fact), _) => waiting(format!("`{name}` {fact}")),
            (None, Some(ill)) if ill.is_sure => Check::failed(CheckName::Collector, format!("`{name}`: {}", ill.fact)),
            (None, Some(ill)) => waiting(format!("`{name}`: {}", ill.fact)),
            (None, None) => match unready(object) {
                Some(fact) => waiting(format!("`{name}` {fact}")),
                None => passed(format!("`{name}` runs and uploads to `{}`", storage.name)),
            },
        },
    }
}

/// Returns what of a Deployment is not as its storage says.
fn behind(object: &Value, storage: &Storage) -> Option<String> {
    let containers = object.pointer("/spec/template/spec/containers").and_then(Value::as_array)?;
    let mut variables = containers.iter().filter_map(|one| one["env"].as_array()).flatten();
    let secret = variables.clone().find(|one| one["name"] == "ACCESS_KEY_ID");
    let secret = secret.map(|one| text(one, "/valueFrom/secretKeyRef/name"));
    let wanted = storage.credentials_secret().unwrap_or_default();
    if let Some(named) = secret.filter(|named| *named != wanted) {
        return Some(format!("still reads Secret `{named}`, not `{wanted}`"));
    }
    let endpoint = variables.find(|one| one["name"] == "ENDPOINT").map(|one| text(one, "/value"))?;
    let wanted = storage.text("endpointUrl").unwrap_or_default();
    let plain = |url: &str| url.trim_end_matches('/').to_ascii_lowercase();
    (plain(endpoint) != plain(wanted)).then(|| "still uploads to another endpoint".to_owned())
}

/// Returns why a Deployment is not through with its newest pod.
fn unready(object: &Value) -> Option<String> {
    let count = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let wanted = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    if count("/status/observedGeneration") < count("/metadata/generation") {
        return Some("is not rolled yet".to_owned());
    }
    let (updated, available) = (count("/status/updatedReplicas"), count("/status/availableReplicas"));
    if updated < wanted || count("/status/replicas") > updated {
        return Some("is being rolled".to_owned());
    }
    (available < wanted).then(|| "has no pod that is ready".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::verify::Outcome;

    /// Returns a storage.
    fn storage() -> Storage {
        let s3 = json!({"bucket": "b", "endpointUrl": "https://minio.b.example:9000", "credentialsSecret": "keys-b"});
        Storage { name: "minio-b-binlogs".to_owned(), value: json!({"type": "s3", "s3": s3}) }
    }

    /// Returns a Deployment with a Secret, an endpoint, and how many pods are ready.
    fn deployment(secret: &str, endpoint: &str, ready: u32) -> Value {
        let env = json!([
            {"name": "ACCESS_KEY_ID", "valueFrom": {"secretKeyRef": {"name": secret, "key": "AWS_ACCESS_KEY_ID"}}},
            {"name": "ENDPOINT", "value": endpoint},
        ]);
        json!({
            "metadata": {"name": "c1-pitr", "generation": 3},
            "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "pitr", "env": env}]}}},
            "status": {"observedGeneration": 3, "replicas": 1, "updatedReplicas": 1, "availableReplicas": ready},
        })
    }

    #[test]
    fn it_is_gone_or_rolled_as_wanted() {
        let storage = storage();
        let of = |wanted, seen: Collector<'_>| {
            let check = collector("c1-pitr", wanted, &seen);
            (check.outcome, check.fact)
        };
        let says = |outcome, fact: &str| (outcome, fact.to_owned());
        let good = deployment("keys-b", "https://minio.b.example:9000/", 1);
        let (gone, runs) = (Wanted::Gone, Wanted::Runs(&storage));
        let off = says(Outcome::Passed, "`c1-pitr` is gone: point-in-time recovery is off");
        assert_eq!(of(gone, Collector::Absent), off);
        let still = says(Outcome::Waiting, "`c1-pitr` still runs, although Git turns it off");
        assert_eq!(of(gone, Collector::There(&good, None)), still);
        let up = says(Outcome::Passed, "`c1-pitr` runs and uploads to `minio-b-binlogs`");
        assert_eq!(of(runs, Collector::There(&good, None)), up);
        let unmade = "`c1-pitr` is not made yet, which the operator does while the cluster is ready";
        assert_eq!(of(runs, Collector::Absent), says(Outcome::Waiting, unmade));
        for (secret, endpoint, ready, fact) in [
            ("keys-a", "https://minio.b.example:9000", 1, "`c1-pitr` still reads Secret `keys-a`, not `keys-b`"),
            ("keys-b", "https://minio.a.example:9000", 1, "`c1-pitr` still uploads to another endpoint"),
            ("keys-b", "https://minio.b.example:9000", 0, "`c1-pitr` has no pod that is ready"),
        ] {
            let seen = deployment(secret, endpoint, ready);
            assert_eq!(of(runs, Collector::There(&seen, None)), says(Outcome::Waiting, fact));
        }
    }

    #[test]
    fn a_pod_that_will_not_recover_is_a_failure_once_it_is_the_new_one() {
        let storage = storage();
        let of = |secret: &str, is_sure| {
            let seen = deployment(secret, "https://minio.b.example:9000", 0);
            let ill = Some(Ill { fact: "the key may not write".to_owned(), is_sure });
            collector("c1-pitr", Wanted::Runs(&storage), &Collector::There(&seen, ill)).outcome
        };
        assert_eq!(of("keys-b", true), Outcome::Failed);
        assert_eq!(of("keys-b", false), Outcome::Waiting);
        assert_eq!(of("keys-a", true), Outcome::Waiting);
    }
}
