//! Verdicts as `verify` would write them: a Backup is of one cluster, so a set resumes by a verdict of each.

use serde_json::{Value, json};

use crate::world::World;

/// Writes a verdict that passed for each cluster of an incident of the work tree; returns the flags that name them.
pub(crate) fn verdicts(world: &World, incident: &str) -> Vec<String> {
    let files = world.git(&["ls-files", "*incident.yaml"]);
    let own = files.lines().filter(|path| path.contains(&format!("recovery/{incident}/")));
    let flags = own.enumerate().flat_map(|(number, path)| {
        let opened: Value = serde_yaml::from_str(&world.read(path)).unwrap();
        let file = world.top().join(format!("verdict-{number}.json"));
        std::fs::write(&file, verdict(&opened).to_string()).unwrap();
        ["--verdict".to_owned(), file.to_str().unwrap().to_owned()]
    });
    flags.collect()
}

/// Returns the verdict of an incident as it was opened.
fn verdict(opened: &Value) -> Value {
    let (to, cluster) = (&opened["to"], &opened["cluster"]);
    let storage = to["storages"].get(0).unwrap_or(&to["binlogs"]);
    json!({
        "version": 1, "kind": "Verdict", "incident": opened["id"], "action": opened["action"], "stage": "protect",
        "cluster": {"root": cluster["root"], "namespace": cluster["namespace"], "name": cluster["name"]},
        "verdict": "passed", "checks": [{"name": "backup", "outcome": "passed", "fact": "it succeeded", "hint": null}],
        "backup": {"name": "cron-full-1", "storage": storage, "state": "Succeeded", "destination": "s3://b/full",
            "completed": "2026-11-22T10:18:43Z"},
        "base": "main", "commit": "abc", "live": "context `a`", "at": "2026-11-22T10:20:00Z",
        "opened_at": opened["opened_at"], "next": null,
    })
}
