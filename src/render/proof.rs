//! The proof: what the build of the new tree must say, else nothing is committed (design.md law 3).
//! Compares values of two builds; must never trust what the overlay's files say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::model::backup::{Backup, Storage};
use crate::model::object::{Object, ObjectId};
use crate::plan::ClusterPlan;

/// The post-conditions by name, in the order they are checked.
pub const CONDITIONS: [&str; 6] = [
    "every change is in effect",
    "every schedule, and point-in-time recovery where it is on, names an existing storage",
    "every storage in use has a bucket or a claim",
    "every Secret named is produced, declared or was named before",
    "the schedules that do not move did not change",
    "no other object changed",
];

/// A post-condition that does not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mismatch {
    /// The condition.
    pub condition: &'static str,
    /// The object.
    pub object: String,
    /// JSON pointer in it; empty for the whole object.
    pub path: String,
    /// What the plan wants there.
    pub wanted: Option<Value>,
    /// What the build says.
    pub found: Option<Value>,
}

/// What a proof looks at, for one root.
pub struct Claim<'a> {
    /// The plans of this root's clusters.
    pub plans: &'a [&'a ClusterPlan],
    /// The build of the base.
    pub before: &'a [Object],
    /// The build of the new tree.
    pub after: &'a [Object],
    /// Secrets that a target or a flag names.
    pub declared: &'a BTreeSet<String>,
}

/// Returns nothing where every post-condition holds.
///
/// # Errors
/// Returns the first that does not.
pub fn prove(claim: &Claim) -> Result<(), Box<Mismatch>> {
    let after: BTreeMap<&ObjectId, &Object> = claim.after.iter().map(|object| (&object.id, object)).collect();
    for plan in claim.plans {
        let carrier = &plan.cluster.carrier;
        let object = after.get(&carrier.object).ok_or_else(|| {
            Box::new(Mismatch {
                condition: CONDITIONS[0],
                object: carrier.object.to_string(),
                path: String::new(),
                wanted: Some(Value::String("the cluster".to_owned())),
                found: None,
            })
        })?;
        let found = object.value.pointer(&carrier.block).unwrap_or(&Value::Null);
        prove_block(claim, plan, found)?;
    }
    nothing_else(claim, &after)
}

/// Checks the backup block of one cluster.
fn prove_block(claim: &Claim, plan: &ClusterPlan, found: &Value) -> Result<(), Box<Mismatch>> {
    let carrier = &plan.cluster.carrier;
    let at = |condition: &'static str, path: &str, wanted: Option<&Value>, found: Option<&Value>| {
        Box::new(Mismatch {
            condition,
            object: carrier.object.to_string(),
            path: format!("{}{path}", carrier.block),
            wanted: wanted.cloned(),
            found: found.cloned(),
        })
    };
    if let Some((path, wanted, found)) = first_difference(&plan.desired.value, found, String::new()) {
        return Err(at(CONDITIONS[0], &path, wanted, found));
    }
    let backup = Backup::read(found).map_err(|_| at(CONDITIONS[0], "", Some(&plan.desired.value), Some(found)))?;
    if let Some(name) = missing_storage(&backup) {
        return Err(at(CONDITIONS[1], &format!("/storages/{name}"), None, None));
    }
    if let Some(storage) = backup.storages.values().find(|storage| backup.uses(&storage.name) && !has_place(storage)) {
        return Err(at(CONDITIONS[2], &format!("/storages/{}", storage.name), None, Some(&storage.value)));
    }
    if let Some(secret) = unknown_secret(claim, plan, &backup) {
        return Err(at(CONDITIONS[3], "/storages", Some(&Value::String(secret)), None));
    }
    match changed_bystander(plan, &backup) {
        Some((index, was, now)) => Err(at(CONDITIONS[4], &format!("/schedule/{index}"), Some(was), Some(now))),
        None => Ok(()),
    }
}

/// Returns a storage that is named and not there.
fn missing_storage(backup: &Backup) -> Option<&str> {
    let mut named = backup.schedules.iter().map(|schedule| schedule.storage.as_str()).chain(backup.pitr_on());
    named.find(|name| !backup.storages.contains_key(*name))
}

/// Returns whether a storage says where bytes go.
fn has_place(storage: &Storage) -> bool {
    match storage.kind() {
        "filesystem" => storage.value.pointer("/volume/persistentVolumeClaim").is_some(),
        _ => storage.place().is_some(),
    }
}

/// Returns a Secret of the block that nobody vouches for.
fn unknown_secret(claim: &Claim, plan: &ClusterPlan, backup: &Backup) -> Option<String> {
    let named = |backup: &Backup| -> BTreeSet<String> { backup.storages.values().flat_map(secrets_of).collect() };
    let produced = produced_secrets(claim.after, plan.cluster.id.namespace.as_deref());
    let before = named(&plan.cluster.backup);
    let is_known = |name: &String| produced.contains(name) || claim.declared.contains(name) || before.contains(name);
    named(backup).into_iter().find(|name| !is_known(name))
}

/// Returns the Secrets that an entry names.
fn secrets_of(storage: &Storage) -> Vec<String> {
    let ca = storage.value.pointer("/s3/caBundle/name").and_then(Value::as_str).filter(|name| !name.is_empty());
    storage.credentials_secret().into_iter().chain(ca).map(str::to_owned).collect()
}

/// Returns the names of the Secrets that a build produces in a namespace, itself or through an operator of Secrets.
pub fn produced_secrets(objects: &[Object], namespace: Option<&str>) -> BTreeSet<String> {
    let name = |object: &Object| match object.id.kind.as_str() {
        "Secret" if object.id.group.is_empty() => Some(object.id.name.clone()),
        "ExternalSecret" => Some(object.text("/spec/target/name").unwrap_or(&object.id.name).to_owned()),
        "SealedSecret" => Some(object.text("/spec/template/metadata/name").unwrap_or(&object.id.name).to_owned()),
        "VaultStaticSecret" | "VaultDynamicSecret" => object.text("/spec/destination/name").map(str::to_owned),
        _ => None,
    };
    let is_here = |object: &&Object| match (&object.id.namespace, namespace) {
        (Some(there), Some(here)) => there == here,
        _ => true,
    };
    objects.iter().filter(is_here).filter_map(name).collect()
}

/// Returns a schedule that was not to move and changed.
fn changed_bystander<'a>(plan: &'a ClusterPlan, after: &'a Backup) -> Option<(usize, &'a Value, &'a Value)> {
    let moved: BTreeSet<&str> =
        plan.incident.iter().flat_map(|incident| &incident.schedules).map(|moved| moved.now.as_str()).collect();
    let pairs = plan.cluster.backup.schedules.iter().zip(&after.schedules).enumerate();
    let mut bystanders = pairs.filter(|(_, (_, now))| !moved.contains(now.name.as_str()));
    bystanders.find(|(_, (was, now))| was != now).map(|(index, (was, now))| (index, &was.value, &now.value))
}

/// Checks that everything outside the backup blocks is as it was.
fn nothing_else(claim: &Claim, after: &BTreeMap<&ObjectId, &Object>) -> Result<(), Box<Mismatch>> {
    let blocks: BTreeMap<&ObjectId, &str> =
        claim.plans.iter().map(|plan| (&plan.cluster.carrier.object, plan.cluster.carrier.block.as_str())).collect();
    let before: BTreeMap<&ObjectId, &Object> = claim.before.iter().map(|object| (&object.id, object)).collect();
    for id in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let outside = |object: &&Object| without(&object.value, blocks.get(*id).copied());
        let (was, now) = (before.get(*id).map(outside), after.get(*id).map(outside));
        let (was_value, now_value) = (was.clone().unwrap_or(Value::Null), now.clone().unwrap_or(Value::Null));
        if let Some((path, wanted, found)) = first_difference(&was_value, &now_value, String::new()) {
            let (wanted, found) = (wanted.cloned(), found.cloned());
            return Err(Box::new(Mismatch { condition: CONDITIONS[5], object: id.to_string(), path, wanted, found }));
        }
    }
    Ok(())
}

/// Returns a value without the block a plan may change.
fn without(value: &Value, block: Option<&str>) -> Value {
    let mut value = value.clone();
    if let Some(block) = block.and_then(|block| value.pointer_mut(block)) {
        *block = Value::Null;
    }
    value
}

/// A difference: the JSON pointer, what was wanted, what was found.
type Difference<'a> = (String, Option<&'a Value>, Option<&'a Value>);

/// Returns the first difference of two values.
fn first_difference<'a>(wanted: &'a Value, found: &'a Value, path: String) -> Option<Difference<'a>> {
    match (wanted, found) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                both(a.get(key), b.get(key), path)
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            (0..a.len().max(b.len())).find_map(|index| both(a.get(index), b.get(index), format!("{path}/{index}")))
        }
        _ => (wanted != found).then_some((path, Some(wanted), Some(found))),
    }
}

/// Returns the first difference of two values either of which may be absent.
fn both<'a>(wanted: Option<&'a Value>, found: Option<&'a Value>, path: String) -> Option<Difference<'a>> {
    match (wanted, found) {
        (Some(wanted), Some(found)) => first_difference(wanted, found, path),
        (None, None) => None,
        _ => Some((path, wanted, found)),
    }
}
