//! What people and other controllers do to the live cluster, by `kubectl` under their names.

use serde_json::{Value, json};

use super::Way;
use super::scenario::Scenario;
use crate::bed::Bed;

/// Does everything that a scenario says.
pub(crate) fn all(bed: &Bed, way: Way, scenario: &Scenario) {
    for edit in &scenario.edits {
        // Server-side apply keeps no last-applied annotation to take away.
        one(bed, scenario, edit).map_err(|why| format!("{} ({}): {why}", scenario.name, way.name())).unwrap();
    }
}

/// Does one thing.
fn one(bed: &Bed, scenario: &Scenario, edit: &Value) -> Result<(), String> {
    let cluster = bed.kubernetes();
    let text = |key: &str| edit[key].as_str().unwrap_or_default();
    let target = scenario.before.get(text("on"));
    let name = target.map(|object| format!("{}/{}", kind(object), object["metadata"]["name"].as_str().unwrap()));
    let name = name.unwrap_or_default();
    let manager = format!("--field-manager={}", text("as"));
    let place = ["-n", scenario.namespace.as_str()];
    match text("do") {
        "merge" | "json" | "strategic" => {
            let body = edit["body"].to_string();
            let form = format!("--type={}", text("do"));
            let mut args = vec!["patch", &name, &form, &manager, "-p", &body];
            let subresource = format!("--subresource={}", text("subresource"));
            if edit.get("subresource").is_some() {
                args.push(&subresource);
            }
            cluster.kubectl(&[&args[..], &place].concat()).map(drop)
        }
        "apply" => {
            let mut body = edit["body"].clone();
            let target = target.expect("an apply is on an object");
            body["apiVersion"] = target["apiVersion"].clone();
            body["kind"] = target["kind"].clone();
            body["metadata"]["name"] = target["metadata"]["name"].clone();
            body["metadata"]["namespace"] = json!(scenario.namespace);
            cluster
                .feed(&["apply", "--server-side", "--force-conflicts", &manager, "-f", "-"], &body.to_string())
                .map(drop)
        }
        "create" => {
            let mut body = edit["body"].clone();
            body["metadata"]["namespace"] = json!(scenario.namespace);
            cluster.feed(&["create", &manager, "-f", "-"], &body.to_string()).map(drop)
        }
        "delete" => cluster.kubectl(&[&["delete", &name][..], &place].concat()).map(drop),
        "own" => own(bed, scenario, (&name, &manager), text("owner")),
        other => Err(format!("nobody knows how to `{other}`")),
    }
}

/// Makes one object the owner of another.
fn own(bed: &Bed, scenario: &Scenario, (name, manager): (&str, &str), owner: &str) -> Result<(), String> {
    let (cluster, owner) = (bed.kubernetes(), &scenario.before[owner]);
    let owner_name = owner["metadata"]["name"].as_str().unwrap();
    let live = cluster.get(&[&kind(owner), owner_name, "-n", &scenario.namespace])?;
    let reference = json!({
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner_name, "uid": live["metadata"]["uid"],
    });
    let body = json!({"metadata": {"ownerReferences": [reference]}}).to_string();
    cluster.kubectl(&["patch", name, "--type=merge", manager, "-p", &body, "-n", &scenario.namespace]).map(drop)
}

/// Returns the kind of an object as `kubectl` takes it.
fn kind(object: &Value) -> String {
    let (version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
    match version.split_once('/') {
        Some((group, version)) => format!("{kind}.{version}.{group}"),
        None => kind.to_owned(),
    }
}
