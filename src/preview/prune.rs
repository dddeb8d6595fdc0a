//! What happens to an object that leaves Git: deleted, kept, or nobody can tell. Must never call an object safe because
//! a setting was not read.

use serde_json::Value;

use super::ApplyMethod;
use super::controller::RootController;
use super::flux::says;
use super::identity::is_same;
use super::settings_flux::GROUP;
use super::strip::{annotation, label};
use super::tracking::{INSTANCE, TRACKING_ID, is_of};
use crate::model::finding::Finding;
use crate::model::live::{Reason, Trouble};
use crate::model::object::{ObjectId, PXC_GROUP, PXC_KIND};

/// What happens to an object that leaves Git.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Leaving {
    /// It is deleted.
    Deleted,
    /// It stays, and why.
    Kept(String),
    /// Nobody can tell.
    Unsure(Trouble),
}

/// Returns what happens to a live object that leaves Git.
pub(super) fn leaving(id: &ObjectId, live: &Value, controller: &RootController) -> Leaving {
    let kept = match controller.method {
        ApplyMethod::Flux => kept_by_flux(id, live, controller),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => kept_by_argo(live, controller),
    };
    let prune = if controller.method == ApplyMethod::Flux { controller.flux.prune } else { controller.argo.prune };
    match (kept, prune) {
        (Some(why), _) => Leaving::Kept(why),
        (None, Some(true)) => Leaving::Deleted,
        (None, Some(false)) if controller.method == ApplyMethod::Flux => {
            Leaving::Kept("`spec.prune` of the Kustomization is off".to_owned())
        }
        (None, Some(false)) => {
            Leaving::Kept("automated pruning is off: not deleted unless somebody syncs with prune".to_owned())
        }
        (None, None) => Leaving::Unsure(unknown(controller)),
    }
}

/// Returns why nobody knows whether the controller prunes.
fn unknown(controller: &RootController) -> Trouble {
    let why = controller.trouble.as_ref().map_or("not known", |trouble| trouble.fact.as_str());
    let reason = controller.trouble.as_ref().map_or(Reason::NotAsked, |trouble| trouble.reason);
    Trouble::new(reason, format!("whether the controller prunes is not known: its object was not read ({why})"))
        .hint("--live with the controller's object, or `get` on it")
}

/// Returns why Flux does not delete an object.
fn kept_by_flux(id: &ObjectId, live: &Value, controller: &RootController) -> Option<String> {
    for name in ["prune", "reconcile"] {
        if says(live, name, "disabled") {
            return Some(format!("`{GROUP}/{name}: disabled` is on the live object"));
        }
    }
    if let Some((name, namespace)) = &controller.flux.named {
        let (own, place) = (label(live, &format!("{GROUP}/name")), label(live, &format!("{GROUP}/namespace")));
        if own != Some(name.as_str()) || place != Some(namespace.as_str()) {
            return Some(format!("the live object has not the labels of `{namespace}/{name}`"));
        }
    }
    let inventory = controller.flux.inventory.as_ref()?;
    (!inventory.iter().any(|other| is_same(other, id))).then(|| "Flux has not applied it: not in its inventory".into())
}

/// Returns why Argo CD does not delete an object.
fn kept_by_argo(live: &Value, controller: &RootController) -> Option<String> {
    let settings = &controller.argo;
    if settings.has(live, "Prune=false") {
        return Some("`Prune=false` is set".to_owned());
    }
    if settings.has(live, "Prune=confirm") {
        return Some("`Prune=confirm` is set: kept until somebody confirms".to_owned());
    }
    let (name, _) = settings.named.as_ref()?;
    let by_annotation = annotation(live, TRACKING_ID).is_some_and(|said| is_of(said, name));
    let key = settings.tracking.by_label.as_deref().unwrap_or(INSTANCE);
    let by_label = label(live, key) == Some(name.as_str());
    (!by_annotation && !by_label).then(|| format!("the live object is not tracked by `{name}`"))
}

/// Returns what the approver has to know of an object that is deleted.
pub(super) fn loss(id: &ObjectId) -> Option<Finding> {
    let what = match (id.group.as_str(), id.kind.as_str()) {
        (PXC_GROUP, PXC_KIND) => "the cluster goes; its finalizers decide whether its volumes and Secrets go with it",
        ("", "PersistentVolumeClaim") => "its data goes unless the volume's reclaim policy keeps it",
        ("", "Secret") => "what names it stops working, restores of backups included",
        ("", "Namespace") => "everything in it goes",
        _ => return None,
    };
    Some(Finding::warn("deletes-data", format!("`{id}` is deleted: {what}")))
}
