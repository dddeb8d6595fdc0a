//! What all roots of a run have in common, made once: the schemas of their kinds, the objects that go from one to another,
//! and what must not be said.
//! Made by the glue before the first root, asked for every object. Must hold the secrets of every root: an object of one
//! may name what another keeps secret.

use std::collections::BTreeMap;

use serde_json::Value;

use super::controller::RootController;
use super::masking::Mask;
use super::moved::Moves;
use super::schema::Schema;
use super::{Deployed, Options};
use crate::model::live::{Live, Reading};
use crate::model::object::ObjectId;

/// What tells kinds apart: group, version, kind.
type Kind = (String, String, String);

/// What all roots of a run have in common.
pub struct Shared {
    /// What is known of each kind.
    schemas: BTreeMap<Kind, Schema>,
    /// What must not be said.
    pub(super) mask: Mask,
    /// The objects that more than one root has.
    pub(super) moves: Moves,
}

impl Shared {
    /// Returns what these roots have in common; each comes with who applies it.
    pub fn of(roots: &[(&Deployed, &RootController)], live: &Live, options: &Options) -> Self {
        let answers = live.dry_runs.values().filter_map(|answer| answer.as_ref().ok());
        let found = live.objects.values().filter_map(Reading::found);
        let in_git = || roots.iter().flat_map(|(root, _)| root.before.iter().chain(&root.after));
        let values = in_git().map(|object| &object.value);
        let mask = Mask::of(values.chain(found).chain(answers), &options.secrets);
        let mut schemas: BTreeMap<Kind, Schema> = BTreeMap::new();
        for id in in_git().map(|object| &object.id).chain(live.objects.keys()) {
            schemas.entry(kind(id)).or_insert_with(|| schema(id, live, options));
        }
        Self { schemas, mask, moves: Moves::of(roots) }
    }

    /// Returns what is known of an object's kind.
    pub(super) fn schema(&self, id: &ObjectId) -> Schema {
        self.schemas.get(&kind(id)).cloned().unwrap_or_else(Schema::unknown)
    }
}

/// Returns what tells the kind of an object apart.
fn kind(id: &ObjectId) -> Kind {
    (id.group.clone(), id.version.clone(), id.kind.clone())
}

/// Returns what is known of an object's kind: from the cluster, else from the embedded tables.
fn schema(id: &ObjectId, live: &Live, options: &Options) -> Schema {
    let document: Option<&Value> = live.documents.get(&id.api_version());
    let of_cluster = document.and_then(|document| Schema::of_document(document, id));
    let embedded = || Schema::embedded(id, options.operator.as_deref());
    of_cluster.or_else(embedded).unwrap_or_else(Schema::unknown)
}
