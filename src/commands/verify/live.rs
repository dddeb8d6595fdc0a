//! What is read of the live side in one look: first what the controller says, then the cluster, so that a revision that is
//! said to be applied can be seen there. Must never let one read that failed hide the others.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cluster::{Cluster, How, Wanted};
use crate::model::live::{Live, Reading, Trouble};
use crate::model::object::{Object, ObjectId, PXC_GROUP, PXC_KIND};
use crate::preview::{self, Deployed};
use crate::survey::Root;
use crate::verify::{Applier, Argo, Flux};

/// The live side, as far as it was read.
pub(super) struct Reader<'a> {
    /// The API server.
    cluster: &'a Cluster,
    /// What was read in this look.
    pub(super) live: Live,
}

impl<'a> Reader<'a> {
    /// Returns a reader that has read nothing.
    pub(super) fn new(cluster: &'a Cluster) -> Self {
        Self { cluster, live: Live::default() }
    }

    /// Reads objects that were not read in this look.
    pub(super) fn read(&mut self, ids: impl IntoIterator<Item = ObjectId>, how: How) {
        let ids: BTreeSet<ObjectId> = ids.into_iter().filter(|id| !self.live.objects.contains_key(id)).collect();
        let want = |id: &ObjectId| Wanted { id: id.clone(), default_namespace: None, how };
        let read = self.cluster.read(&ids.iter().map(want).collect::<Vec<_>>());
        self.live.objects.extend(read);
    }

    /// Reads an object and returns what was read.
    pub(super) fn one(&mut self, id: &ObjectId) -> &Reading {
        self.read([id.clone()], How::Whole);
        &self.live.objects[id]
    }

    /// Reads what applies a root, with its source, and then the cluster; where Git names nobody, what the cluster names.
    pub(super) fn controllers(&mut self, root: &Root, deployed: &Deployed, cluster: &ObjectId) {
        for owner in root.owners() {
            let wanted = preview::controllers_wanted(deployed, Some(&owner.manifest), &self.live);
            self.read(wanted, How::Whole);
        }
        self.read(source_of(&self.live), How::Whole);
        self.read([cluster.clone()], How::Whole);
        if root.owner.is_none() {
            let wanted = preview::controllers_wanted(deployed, None, &self.live);
            self.read(wanted, How::Whole);
            self.read(source_of(&self.live), How::Whole);
        }
    }

    /// Returns whether the API server answered any of it, be it with a refusal.
    pub(super) fn has_answer(&self) -> bool {
        let is_answer = |reading: &Reading| !matches!(reading, Reading::Unread(trouble) if is_passing(trouble));
        self.live.objects.values().any(is_answer)
    }

    /// Returns what of this look failed for want of an answer, so that a later one may go better.
    pub(super) fn broken(&self) -> Option<&Trouble> {
        self.live.objects.values().find_map(|reading| match reading {
            Reading::Unread(trouble) if is_passing(trouble) => Some(trouble),
            _ => None,
        })
    }
}

/// Returns whether a trouble may be over the next time.
pub(super) fn is_passing(trouble: &Trouble) -> bool {
    use crate::model::live::Reason::{CannotTell, TimedOut, Unreachable};
    matches!(trouble.reason, Unreachable | TimedOut | CannotTell)
}

/// Returns the identity of a cluster.
pub(super) fn cluster_id(namespace: &str, name: &str) -> ObjectId {
    of_kind((PXC_GROUP, "v1", PXC_KIND), namespace, name)
}

/// Returns an identity in a namespace.
pub(super) fn of_kind((group, version, kind): (&str, &str, &str), namespace: &str, name: &str) -> ObjectId {
    ObjectId {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
        name: name.to_owned(),
    }
}

/// Returns what the live Kustomizations name as their source.
fn source_of(live: &Live) -> Vec<ObjectId> {
    let found = live.objects.iter().filter(|(id, _)| id.group == "kustomize.toolkit.fluxcd.io");
    found.filter_map(|(_, reading)| source_id(reading.found()?)).collect()
}

/// Returns the source of a Kustomization.
fn source_id(object: &Value) -> Option<ObjectId> {
    let source = object.pointer("/spec/sourceRef")?;
    let text = |value: &Value, name: &str| value[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let namespace = text(source, "namespace").or_else(|| text(&object["metadata"], "namespace"))?;
    let kind = text(source, "kind")?;
    Some(of_kind(("source.toolkit.fluxcd.io", "v1", &kind), &namespace, &text(source, "name")?))
}

/// Returns what applies a root on this cluster, as it was read; `named` keeps the name of one that was not found.
pub(super) fn applier<'a>(live: &'a Live, root: &'a Root, name: &'a str, named: &'a mut String) -> Applier<'a> {
    let mut absent: Option<Applier<'a>> = None;
    for owner in root.owners() {
        let id = Object::new(owner.manifest.clone()).id;
        match live.objects.get(&id) {
            Some(Reading::Found(found)) if !preview::is_elsewhere(&owner.manifest, found) => {
                return of_object(live, found, root, name);
            }
            Some(Reading::Unread(trouble)) => return Applier::Unread(&owner.object, trouble),
            Some(Reading::Found(_)) => absent = Some(Applier::Elsewhere(&owner.object)),
            Some(Reading::Absent(_)) | None => absent = absent.or(Some(Applier::Absent(&owner.object))),
        }
    }
    if let Some(absent) = absent {
        return absent;
    }
    match live.objects.iter().find(|(id, _)| is_controller(id)) {
        Some((_, Reading::Found(found))) => of_object(live, found, root, name),
        Some((id, Reading::Unread(trouble))) => {
            *named = id.to_string();
            Applier::Unread(named, trouble)
        }
        Some((id, Reading::Absent(_))) => {
            *named = id.to_string();
            Applier::Absent(named)
        }
        None => Applier::Nobody,
    }
}

/// Returns whether an identity is that of a controller's object.
pub(super) fn is_controller(id: &ObjectId) -> bool {
    id.group == "kustomize.toolkit.fluxcd.io" || id.group == "argoproj.io" && id.kind == "Application"
}

/// Returns a controller's object as what it is.
fn of_object<'a>(live: &'a Live, object: &'a Value, root: &'a Root, name: &'a str) -> Applier<'a> {
    if object["kind"] == "Application" {
        return Applier::Argo(Argo { object, root: root.path.as_str(), cluster: name });
    }
    let source = source_id(object).and_then(|id| live.objects.get(&id)).and_then(Reading::found);
    Applier::Flux(Flux { object, source })
}
