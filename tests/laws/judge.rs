//! Law 3 by eyes of our own: what the build of the base says against what the build of the result says. Knows the facts
//! of operator.md section 0, and nothing of the planner.

use serde_json::{Map, Value, json};

use crate::builds::Objects;

/// The place that fails in every case.
const DEAD: &str = "minio.a.example:9000";

/// What was asked for.
pub(crate) struct Claim<'a> {
    /// The incident.
    pub(crate) incident: &'a str,
    /// Whether backups go to volumes.
    pub(crate) is_buffer: bool,
    /// Whether binlogs are on again.
    pub(crate) is_resumed: bool,
}

/// Returns whether a built cluster writes to the place that fails.
pub(crate) fn writes_to_dead(cluster: &Value) -> bool {
    let backup = &cluster["spec"]["backup"];
    let pitr = &backup["pitr"];
    schedules(backup).iter().any(|schedule| is_dead(backup, &schedule["storageName"]))
        || (pitr["enabled"] == json!(true) && is_dead(backup, &pitr["storageName"]))
}

/// Checks the builds of one root; `is_chosen` says which clusters were to move.
pub(crate) fn judge(claim: &Claim, before: &Objects, after: &Objects, is_chosen: impl Fn(&Value) -> bool) {
    let keys = |objects: &Objects| objects.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(before), keys(after), "objects came or went");
    for (key, was) in before {
        let now = &after[key];
        if was["kind"] != "PerconaXtraDBCluster" || !is_chosen(was) {
            assert_eq!(was, now, "{key} was not to change");
            continue;
        }
        let rest = |object: &Value| {
            let mut object = object.clone();
            object["spec"]["backup"] = Value::Null;
            object
        };
        assert_eq!(rest(was), rest(now), "{key} changed outside its backup block");
        println!("{key}: {} -> {}", was["spec"]["backup"]["schedule"], now["spec"]["backup"]["schedule"]);
        block(claim, &was["spec"]["backup"], &now["spec"]["backup"]);
    }
}

/// Checks one backup block.
fn block(claim: &Claim, was: &Value, now: &Value) {
    for (field, value) in
        was.as_object().unwrap().iter().filter(|(field, _)| !["storages", "schedule", "pitr"].contains(&field.as_str()))
    {
        assert_eq!(value, &now[field], "{field}");
    }
    let (old, new) = (schedules(was), schedules(now));
    assert_eq!(old.len(), new.len(), "schedules came or went");
    let mut homes = Vec::new();
    for (old, new) in old.iter().zip(new) {
        if is_dead(was, &old["storageName"]) {
            moved(claim, old, new);
            home(claim, now, &new["storageName"]);
            homes.push((place(now, &new["storageName"]), new["schedule"].clone()));
        } else {
            assert_eq!(old, new, "a schedule that was not to move");
        }
    }
    homes.dedup();
    for (index, (place, cron)) in homes.iter().enumerate() {
        let meets = |(other, same): &(Value, Value)| other == place && same == cron && !claim.is_buffer;
        assert!(!homes[index + 1..].iter().any(meets), "one place, one cron: {place} {cron}");
    }
    for (name, storage) in was["storages"].as_object().unwrap() {
        assert_eq!(storage, &now["storages"][name], "storage {name} stays");
    }
    binlogs(claim, was, now);
}

/// Checks a schedule that moved.
fn moved(claim: &Claim, old: &Value, new: &Value) {
    let original = old["name"].as_str().unwrap();
    assert_eq!(new["name"], json!(format!("{original}-{}", claim.incident)));
    assert!(new["name"].as_str().unwrap().len() <= 57);
    assert_eq!(old["schedule"], new["schedule"]);
    let count = if old["retention"]["count"].is_u64() { &old["retention"]["count"] } else { &old["keep"] };
    let kept = if new["keep"].is_u64() { &new["keep"] } else { &new["retention"]["count"] };
    let wanted = if claim.is_buffer { &json!(2) } else { count };
    assert_eq!(kept, wanted, "how many are kept: {old} {new}");
    if let Some(retention) = new["retention"].as_object().filter(|_| old["retention"] != new["retention"]) {
        let fields: Vec<&str> = retention.keys().map(String::as_str).collect();
        assert_eq!(fields, ["count", "deleteFromStorage", "type"]);
        let was = old["retention"].get("deleteFromStorage").filter(|_| !claim.is_buffer);
        assert_eq!(&retention["deleteFromStorage"], was.unwrap_or(&Value::Bool(true)));
    }
    let rest = |schedule: &Value| {
        let mut fields: Map<String, Value> = schedule.as_object().unwrap().clone();
        fields.retain(|field, _| !["name", "schedule", "storageName", "retention", "keep"].contains(&field.as_str()));
        fields
    };
    assert_eq!(rest(old), rest(new));
}

/// Checks that a storage is a home for backups.
fn home(claim: &Claim, now: &Value, name: &Value) {
    let storage = &now["storages"][name.as_str().unwrap()];
    assert!(!is_dead(now, name), "{name} is on the place that fails");
    if claim.is_buffer {
        let volume = &storage["volume"]["persistentVolumeClaim"];
        assert!(
            volume["accessModes"].is_array() && volume["resources"]["requests"]["storage"].is_string(),
            "{storage}"
        );
    } else {
        let text = |field: &str| storage["s3"][field].as_str().unwrap_or_default();
        assert!(!text("bucket").is_empty() && !text("bucket").starts_with('/'), "{storage}");
        assert!(["minio-b-keys", "archive-keys"].contains(&text("credentialsSecret")), "{storage}");
    }
}

/// Checks point-in-time recovery.
fn binlogs(claim: &Claim, was: &Value, now: &Value) {
    let (old, new) = (&was["pitr"], &now["pitr"]);
    let is_on = old["enabled"] == json!(true);
    let is_dead = is_on && is_dead(was, &old["storageName"]);
    let mut wanted = old.clone();
    if is_on && (claim.is_buffer || is_dead) {
        wanted["enabled"] = json!(claim.is_resumed && !claim.is_buffer);
    }
    if is_dead && !claim.is_buffer {
        home(claim, now, &new["storageName"]);
        let shares = |schedule: &&Value| place(now, &schedule["storageName"]) == place(now, &new["storageName"]);
        assert!(!schedules(now).iter().any(|schedule| shares(&schedule)), "binlogs share a place with backups");
        wanted["storageName"] = new["storageName"].clone();
    }
    assert_eq!(&wanted, new, "pitr");
}

/// Returns the schedules of a block.
fn schedules(backup: &Value) -> &[Value] {
    backup["schedule"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Returns whether a storage is on the place that fails.
fn is_dead(backup: &Value, name: &Value) -> bool {
    let storage = &backup["storages"][name.as_str().unwrap()];
    storage["s3"]["endpointUrl"].as_str().is_some_and(|url| url.contains(DEAD))
}

/// Returns where the bytes of a storage go.
fn place(backup: &Value, name: &Value) -> Value {
    let s3 = &backup["storages"][name.as_str().unwrap()]["s3"];
    json!([s3["endpointUrl"], s3["bucket"], s3["prefix"]])
}
