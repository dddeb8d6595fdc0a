//! The live cluster held against Git, by the preview's own means: defaults, what the operator writes, variables and
//! namespaces are told from a difference as they are there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::site::Site;
use crate::model::live::{Live, Reading};
use crate::model::object::{Object, ObjectId};
use crate::preview::{self, Merged, ObjectPreview, Options, SecretReading};
use crate::survey::Owner;
use crate::verify::{Intended, Missing};

/// Where the part of Git lies that a recovery is about.
const BLOCK: &str = "/spec/backup";

/// Returns what of the backup block is not live.
///
/// # Errors
/// Fails where the preview has nothing to say of the cluster.
pub(super) fn compared(site: &Site, live: &Live, schemas: &BTreeMap<String, Value>) -> anyhow::Result<Intended> {
    let id = &site.deployed.after[0].id;
    let placed = ObjectId { namespace: Some(site.namespace.clone()), ..id.clone() };
    match live.objects.get(&placed) {
        Some(Reading::Found(_)) => {}
        Some(Reading::Unread(trouble)) => return Ok(Intended::Unread(trouble.clone())),
        Some(Reading::Absent(_)) | None => return Ok(Intended::Absent(placed.to_string())),
    }
    let live = Live { documents: schemas.clone(), ..live.clone() };
    let owners = owners(site, &live);
    let controller = preview::controller(&owners, &live, &site.deployed, None);
    let operator = site.cluster.cr_version.clone();
    let options = Options { secrets: SecretReading::NotRead, operator, merged: Merged::default() };
    let seen = preview::preview(&site.deployed, &controller, &live, &options);
    let object = seen.objects.into_iter().find(|object| object.id == placed);
    let object = object.ok_or_else(|| anyhow::anyhow!("the preview says nothing of `{placed}`"))?;
    Ok(of_block(&object, site))
}

/// Returns the controllers' objects that apply the root on this cluster, where any is known to; else all that Git names.
fn owners(site: &Site, live: &Live) -> Vec<Value> {
    let is_here = |owner: &&Owner| {
        let found = live.objects.get(&Object::new(owner.manifest.clone()).id).and_then(Reading::found);
        found.is_some_and(|found| !preview::is_elsewhere(&owner.manifest, found))
    };
    let here: Vec<Value> = site.root.owners().filter(is_here).map(|owner| owner.manifest.clone()).collect();
    if here.is_empty() { site.root.owners().map(|owner| owner.manifest.clone()).collect() } else { here }
}

/// Returns what a preview of Git against itself says of the backup block: its drift is what Git says and is not live.
fn of_block(object: &ObjectPreview, site: &Site) -> Intended {
    let is_inside = |pointer: &str| pointer == BLOCK || pointer.starts_with(&format!("{BLOCK}/"));
    let is_missing = |change: &&preview::Change| is_inside(&change.pointer) && change.before.is_some();
    let missing = object.drift.iter().filter(is_missing);
    let unsure = object.unsure.iter().filter(|unsure| is_inside(&unsure.pointer) || BLOCK.starts_with(&unsure.pointer));
    Intended::Compared {
        missing: missing.map(|change| Missing { path: change.path.clone(), by: change.by.clone() }).collect(),
        unsure: unsure.map(|unsure| (unsure.path.clone(), unsure.why.clone())).collect(),
        summary: summary(site),
    }
}

/// Returns what the backup block holds, for people.
fn summary(site: &Site) -> String {
    let backup = &site.cluster.backup;
    let count = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let pitr = if backup.pitr.enabled { "on" } else { "off" };
    format!(
        "{}, {}, point-in-time recovery {pitr}",
        count(backup.storages.len(), "storage", "storages"),
        count(backup.schedules.len(), "schedule", "schedules")
    )
}
