//! Verdicts as `verify` would write them: a Backup is of one cluster, so a set resumes by a verdict of each.

use serde_json::{Value, json};

use crate::builds::{Checkout, Objects};
use crate::world::World;

/// What a verdict has to say that is enough for the next stage.
const CHECKS: [&str; 6] = ["merged", "applied", "intended", "observed", "backup", "place"];

/// Writes a verdict that passed for each cluster of an incident of the work tree; returns the flags that name them.
pub(crate) fn verdicts(world: &World, incident: &str) -> Vec<String> {
    let files = world.git(&["ls-files", "*incident.yaml"]);
    let own = files.lines().filter(|path| path.contains(&format!("recovery/{incident}/")));
    let (checkout, commit) = (Checkout::of(world, "main"), world.git(&["rev-parse", "main"]));
    let flags = own.enumerate().flat_map(|(number, path)| {
        let opened: Value = serde_yaml::from_str(&world.read(path)).unwrap();
        let root = opened["cluster"]["root"].as_str().unwrap();
        let built = checkout.build(world, if root.is_empty() { "." } else { root });
        let file = world.top().join(format!("verdict-{number}.json"));
        std::fs::write(&file, verdict(&opened, &built, &commit).to_string()).unwrap();
        ["--verdict".to_owned(), file.to_str().unwrap().to_owned()]
    });
    flags.collect()
}

/// Returns where a backup of a storage lies.
fn destination(cluster: &Value, built: &Objects, storage: &Value) -> String {
    let is_it = |object: &&Value| {
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
        let meant = cluster["namespace"].as_str().unwrap_or_default();
        object["kind"] == "PerconaXtraDBCluster"
            && object["metadata"]["name"] == cluster["name"]
            && (namespace == meant || namespace.is_empty())
    };
    let found = built.values().find(is_it).unwrap_or_else(|| panic!("{cluster} in {:?}", built.keys()));
    let s3 = &found["spec"]["backup"]["storages"][storage.as_str().unwrap_or_default()]["s3"];
    let part = |field: &str| s3[field].as_str().unwrap_or_default().trim_matches('/').to_owned();
    let place = [part("bucket"), part("prefix")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    format!("s3://{}/full", place.join("/"))
}

/// Returns the verdict of an incident as it was opened.
fn verdict(opened: &Value, built: &Objects, commit: &str) -> Value {
    let (to, cluster) = (&opened["to"], &opened["cluster"]);
    let storage = to["storages"].get(0).unwrap_or(&to["binlogs"]);
    let checks = CHECKS.map(|name| json!({"name": name, "outcome": "passed", "fact": "it did", "hint": null}));
    json!({
        "version": 1, "kind": "Verdict", "incident": opened["id"], "action": opened["action"], "stage": "protect",
        "cluster": {"root": cluster["root"], "namespace": cluster["namespace"], "name": cluster["name"]},
        "verdict": "passed", "checks": checks,
        "backup": {"name": "cron-full-1", "storage": storage, "state": "Succeeded",
            "destination": destination(cluster, built, storage), "completed": opened["opened_at"]},
        "base": "main", "commit": commit, "live": "context `a`", "at": opened["opened_at"],
        "opened_at": opened["opened_at"], "next": null,
    })
}
