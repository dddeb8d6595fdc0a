//! Seventh: whether point-in-time recovery is as the stage wants it: its Deployment gone, or rolled and running with what
//! its storage says. It is only made and rolled while the cluster is ready (operator.md 5, 12.18). Must never take what ended
//! before for what runs now, nor one that has just started for one that stays: any storage error ends it (operator.md 9).

use jiff::SignedDuration;
use serde_json::Value;

use super::said::text;
use super::verdict::{Check, CheckName};
use crate::model::backup::Storage;
use crate::model::live::Trouble;

/// Where a variable of a container names its Secret.
const SECRET: &str = "/valueFrom/secretKeyRef/name";
/// How long it has to run before it is taken for one that stays. It asks its storage as soon as it starts, and a refusal ends
/// it at once; what ended is started again after ten seconds at first (kubelet's first back-off).
pub const STAYS: SignedDuration = SignedDuration::from_secs(10);

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
    /// It is there, and its newest pod.
    There(&'a Value, Newest),
}

/// The newest pod of a collector that should run, as far as it was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Newest {
    /// None is listed.
    None,
    /// They were not listed.
    Unread(Trouble),
    /// It does not run: what is wrong with it, where anything is seen to be.
    Down(Option<Ill>),
    /// It runs.
    Up {
        /// For how long, as far as anybody knows.
        age: SignedDuration,
        /// What ended the run before this one, where that was an error.
        before: Option<Ill>,
    },
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
        (Collector::There(object, newest), Wanted::Runs(storage)) => match behind(object, storage) {
            Some(fact) => waiting(format!("`{name}` {fact}")),
            None => match unready(object) {
                Some(fact) => unavailable(name, fact, newest),
                None => available(name, storage, newest),
            },
        },
    }
}

/// Says why a collector that runs with what Git says is not available.
fn unavailable(name: &str, fact: &str, newest: &Newest) -> Check {
    let waiting = |fact: String| Check::waiting(CheckName::Collector, fact);
    match newest {
        Newest::Down(Some(ill)) if ill.is_sure => {
            Check::failed(CheckName::Collector, format!("`{name}`: {}", ill.fact))
        }
        Newest::Down(Some(ill)) | Newest::Up { before: Some(ill), .. } => waiting(format!("`{name}`: {}", ill.fact)),
        Newest::Unread(trouble) => {
            let check = waiting(format!("`{name}` {fact}; why was not read: {}", trouble.fact));
            trouble.hint.iter().fold(check, Check::hint)
        }
        Newest::None | Newest::Down(None) | Newest::Up { before: None, .. } => waiting(format!("`{name}` {fact}")),
    }
}

/// Says whether a collector that is available stays so.
fn available(name: &str, storage: &Storage, newest: &Newest) -> Check {
    let waiting = |fact: String| Check::waiting(CheckName::Collector, fact);
    match newest {
        Newest::Up { age, .. } if *age >= STAYS => {
            Check::passed(CheckName::Collector, format!("`{name}` runs and uploads to `{}`", storage.name))
        }
        Newest::Up { age, before } => {
            let (age, stays) = (age.as_secs().max(0), STAYS.as_secs());
            let before = before.as_ref().map(|ill| format!("{}; it runs again", ill.fact));
            let fact = before.map_or_else(|| format!("`{name}` runs"), |before| format!("`{name}`: {before}"));
            waiting(format!("{fact} since {age} s, and what its storage refuses ends it within {stays} s"))
        }
        Newest::Down(Some(ill)) => waiting(format!("`{name}`: {}", ill.fact)),
        Newest::Down(None) => waiting(format!("`{name}` has a pod that does not run yet")),
        Newest::None => waiting(format!("`{name}` is available, and no pod of it is listed")),
        Newest::Unread(trouble) => {
            let what = format!("`{name}` is available; whether its pod stays");
            Check::unread(CheckName::Collector, &what, trouble)
        }
    }
}

/// Returns what of a Deployment is not as its storage says.
fn behind(object: &Value, storage: &Storage) -> Option<String> {
    if storage.kind() != "s3" {
        return None;
    }
    let containers = object.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    let variables = containers.into_iter().flatten().filter_map(|one| one["env"].as_array()).flatten();
    let of = |name: &str, pointer: &str| {
        let found = variables.clone().find(|one| one["name"] == name);
        found.map(|one| text(one, pointer)).unwrap_or_default()
    };
    let (named, wanted) = (of("ACCESS_KEY_ID", SECRET), storage.credentials_secret().unwrap_or_default());
    if named != wanted {
        return Some(format!("still reads Secret `{named}`, not `{wanted}`"));
    }
    let plain = |url: &str| url.trim_end_matches('/').to_ascii_lowercase();
    if plain(of("ENDPOINT", "/value")) != plain(storage.text("endpointUrl").unwrap_or_default()) {
        return Some("still uploads to another endpoint".to_owned());
    }
    // The operator leaves out `s3.prefix` there (operator.md 12.1): bucket and prefix are in `bucket`.
    let (named, wanted) = (of("S3_BUCKET_URL", "/value"), storage.text("bucket").unwrap_or_default());
    let is_same = named.trim_end_matches('/') == wanted.trim_end_matches('/');
    (!is_same).then(|| format!("still uploads to `{named}`, not to `{wanted}`"))
}

/// Returns why a Deployment is not through with its newest pod.
fn unready(object: &Value) -> Option<&'static str> {
    let count = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let wanted = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    if count("/status/observedGeneration") < count("/metadata/generation") {
        return Some("is not rolled yet");
    }
    let (updated, available) = (count("/status/updatedReplicas"), count("/status/availableReplicas"));
    if updated < wanted || count("/status/replicas") > updated {
        return Some("is being rolled");
    }
    (available < wanted).then_some("has no pod that is ready")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::live::Reason;
    use crate::verify::Outcome;

    /// Where the collector of a storage uploads.
    const BUCKET: &str = "b/pxc/binlogs";
    /// What is on the other side of it.
    const ENDPOINT: &str = "https://minio.b.example:9000";

    /// Returns a Deployment with a Secret, an endpoint, a bucket, and how many pods are ready.
    fn deployment((secret, endpoint, bucket): (&str, &str, &str), ready: u32) -> Value {
        let env = json!([
            {"name": "ACCESS_KEY_ID", "valueFrom": {"secretKeyRef": {"name": secret, "key": "AWS_ACCESS_KEY_ID"}}},
            {"name": "ENDPOINT", "value": endpoint}, {"name": "S3_BUCKET_URL", "value": bucket},
        ]);
        json!({
            "metadata": {"name": "c1-pitr", "generation": 3},
            "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "pitr", "env": env}]}}},
            "status": {"observedGeneration": 3, "replicas": 1, "updatedReplicas": 1, "availableReplicas": ready},
        })
    }

    /// Returns what a collector comes to that should run.
    fn of(collector: &Collector<'_>) -> (Outcome, String) {
        let s3 = json!({"bucket": BUCKET, "endpointUrl": ENDPOINT, "credentialsSecret": "keys-b"});
        let storage = Storage { name: "minio-b-binlogs".to_owned(), value: json!({"type": "s3", "s3": s3}) };
        let check = super::collector("c1-pitr", Wanted::Runs(&storage), collector);
        (check.outcome, check.fact)
    }

    /// Returns what one comes to that runs with what Git says, by its newest pod.
    fn with(ready: u32, newest: Newest) -> (Outcome, String) {
        of(&Collector::There(&deployment(("keys-b", ENDPOINT, BUCKET), ready), newest))
    }

    /// Returns a pod that runs for so many seconds.
    fn up(seconds: i64, before: Option<Ill>) -> Newest {
        Newest::Up { age: SignedDuration::from_secs(seconds), before }
    }

    /// Returns what is wrong with a pod.
    fn ill(is_sure: bool) -> Ill {
        Ill { fact: "pod x: the key may not write".to_owned(), is_sure }
    }

    #[test]
    fn it_is_gone_where_it_should_be() {
        let of = |seen: &Collector<'_>| {
            let check = collector("c1-pitr", Wanted::Gone, seen);
            (check.outcome, check.fact)
        };
        let off = "`c1-pitr` is gone: point-in-time recovery is off".to_owned();
        assert_eq!(of(&Collector::Absent), (Outcome::Passed, off));
        let still = "`c1-pitr` still runs, although Git turns it off".to_owned();
        assert_eq!(of(&Collector::There(&json!({}), Newest::None)), (Outcome::Waiting, still));
    }

    #[test]
    fn it_runs_with_what_git_says() {
        let unmade = "`c1-pitr` is not made yet, which the operator does while the cluster is ready".to_owned();
        assert_eq!(of(&Collector::Absent), (Outcome::Waiting, unmade));
        let good = deployment(("keys-b", "https://MINIO.b.example:9000/", "b/pxc/binlogs/"), 1);
        let runs = (Outcome::Passed, "`c1-pitr` runs and uploads to `minio-b-binlogs`".to_owned());
        assert_eq!(of(&Collector::There(&good, up(10, None))), runs);
        for (is, fact) in [
            (("keys-a", ENDPOINT, BUCKET), "`c1-pitr` still reads Secret `keys-a`, not `keys-b`"),
            (("keys-b", "https://minio.a.example:9000", BUCKET), "`c1-pitr` still uploads to another endpoint"),
            (("keys-b", ENDPOINT, "b/other"), "`c1-pitr` still uploads to `b/other`, not to `b/pxc/binlogs`"),
        ] {
            for newest in [up(600, None), Newest::Down(Some(ill(true)))] {
                let seen = of(&Collector::There(&deployment(is, 1), newest));
                assert_eq!(seen, (Outcome::Waiting, fact.to_owned()));
            }
        }
        let silent = json!({"spec": {"template": {"spec": {"containers": [{"name": "pitr"}]}}}});
        assert_eq!(of(&Collector::There(&silent, up(600, None))).0, Outcome::Waiting, "what says nothing passes not");
    }

    #[test]
    fn only_what_runs_now_and_stays_counts() {
        let runs = (Outcome::Passed, "`c1-pitr` runs and uploads to `minio-b-binlogs`".to_owned());
        assert_eq!(with(1, up(4200, Some(ill(true)))), runs, "what ended it an hour ago does not");
        let waits = |fact: &str| (Outcome::Waiting, fact.to_owned());
        let young = "`c1-pitr` runs since 3 s, and what its storage refuses ends it within 10 s";
        assert_eq!(with(1, up(3, None)), waits(young));
        let again = "`c1-pitr`: pod x: the key may not write; it runs again since 3 s, and what its storage refuses ends \
                     it within 10 s";
        assert_eq!(with(1, up(3, Some(ill(true)))), waits(again));
        assert_eq!(
            with(0, Newest::Down(Some(ill(true)))),
            (Outcome::Failed, "`c1-pitr`: pod x: the key may not write".to_owned())
        );
        assert_eq!(with(0, Newest::Down(Some(ill(false)))), waits("`c1-pitr`: pod x: the key may not write"));
        assert_eq!(with(1, Newest::Down(Some(ill(true)))).0, Outcome::Waiting, "the Deployment is about to say so");
        assert_eq!(with(0, up(3, None)), waits("`c1-pitr` has no pod that is ready"));
        assert_eq!(with(1, Newest::None), waits("`c1-pitr` is available, and no pod of it is listed"));
    }

    #[test]
    fn pods_that_nobody_may_list_are_no_pods_that_run() {
        let trouble = Trouble::new(Reason::Forbidden, "`ci` may not").hint("grant it");
        let unread = "`c1-pitr` is available; whether its pod stays was not read: `ci` may not".to_owned();
        assert_eq!(with(1, Newest::Unread(trouble.clone())), (Outcome::CannotTell, unread));
        let waits = "`c1-pitr` has no pod that is ready; why was not read: `ci` may not".to_owned();
        assert_eq!(with(0, Newest::Unread(trouble)), (Outcome::Waiting, waits));
    }
}
