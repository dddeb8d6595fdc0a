//! Every state of Flux and Argo CD in which an object that looks well must not be taken for our commit applied, or one that
//! looks ill must: produced by the real controllers, and told by what `verify` reads of it (conventions.md 1.6, 2.2, 3.4a).

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod argo;
mod flux;

pub(crate) use argo::argo_cd_is_told_to_have_applied_our_commit_only_where_it_has;
pub(crate) use flux::flux_is_told_to_have_applied_our_commit_only_where_it_has;

use std::collections::BTreeMap;
use std::time::Duration;

use leeward::verify::{Applier, Carries, Check, Outcome, applied};
use serde_json::{Value, json};

use crate::gitea::{Repository, Tree};
use crate::operator;
use crate::room::until;

/// How long a controller may take to show what it did.
const SHOWN: Duration = Duration::from_mins(2);
/// The annotation of an object that Argo CD runs before a sync.
const HOOK: &str = "argocd.argoproj.io/hook";

/// A case, by its folder: what must be told of it, and words of the fact.
type Case<'a> = (&'static str, Outcome, &'a str);

/// Returns the files of a folder: a cluster of so many nodes, and a `ConfigMap` beside it.
fn files(folder: &str, namespace: &str, size: &Value, more: &[Value]) -> Tree {
    let mut cluster = operator::sample(namespace);
    cluster["spec"]["pxc"]["size"] = size.clone();
    // A default that the API server fills into a list is what Argo CD takes for a difference for ever (conventions.md 3.4a).
    let retention = json!({"type": "count", "count": 2});
    let schedule = json!({"name": "daily", "schedule": "0 0 * * *", "storageName": "minio", "retention": retention});
    cluster["spec"]["backup"]["schedule"] = json!([schedule]);
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "beside", "namespace": namespace},
        "data": {"size": size.to_string()},
    });
    let objects: Vec<Value> = [cluster, map].into_iter().chain(more.iter().cloned()).collect();
    let stream: Vec<String> = objects.iter().map(Value::to_string).collect();
    let list = json!({"resources": ["all.yaml"]});
    [("all.yaml", stream.join("\n---\n")), ("kustomization.yaml", list.to_string())]
        .map(|(name, text)| (format!("{folder}/{name}"), text))
        .into()
}

/// Returns a Job that never ends: no node runs it.
fn endless(namespace: &str) -> Value {
    let container = json!({"name": "wait", "image": "wait"});
    json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "before", "namespace": namespace, "annotations": {HOOK: "PreSync"}},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
    })
}

/// Returns what Git says of each commit: whether it has ours.
fn carried(repository: &Repository<'_>, ours: &str, commits: Vec<String>) -> BTreeMap<String, Carries> {
    let of = |id: String| {
        let is_here = repository.git(&["cat-file", "-e", &id]).is_ok();
        let carries = match repository.git(&["merge-base", "--is-ancestor", ours, &id]) {
            Ok(_) => Carries::Yes,
            Err(_) if is_here => Carries::No,
            Err(_) => Carries::Unknown,
        };
        (id, carries)
    };
    commits.into_iter().map(of).collect()
}

/// Waits until what is told of a case is what must be; anything but that which is told to be applied meanwhile is a lie.
fn told((case, outcome, words): Case<'_>, look: impl Fn() -> Result<Check, String>) {
    let told = until(SHOWN, || {
        let check = look()?;
        assert!(outcome == Outcome::Passed || check.outcome != Outcome::Passed, "{case}: {check:?}");
        let is_it = check.outcome == outcome && check.fact.contains(words);
        if is_it { Ok(()) } else { Err(format!("{check:?}")) }
    });
    told.map_err(|why| format!("{case}: {outcome:?}, {words}: {why}")).unwrap();
}

/// Returns what is told of what applies a root.
fn check(repository: &Repository<'_>, ours: &str, applier: &Applier<'_>) -> Check {
    applied(applier, &carried(repository, ours, applier.commits()))
}
