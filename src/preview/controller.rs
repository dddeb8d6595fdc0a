//! Who applies a root, how, with which settings, and how that is known: from the live objects, the controller's own
//! object, or Git. The first step of a preview. Must never present settings of Git as those the cluster runs with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::argo_map::{config_map, without_map};
use super::field::FieldPath;
use super::owner::{Owner, read, same_object};
use super::reach::Reach;
use super::settings_argo::{ARGO_GROUP, ArgoSettings};
use super::settings_flux::{FluxSettings, GROUP, Source};
use super::strip::{annotation, label};
use super::tracking::TRACKING_ID;
use super::{ApplyMethod, Deployed};
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading, Trouble, Within};
use crate::model::object::{Object, ObjectId};

/// The controller of one root, with its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct RootController {
    /// How it applies.
    pub method: ApplyMethod,
    /// How that was found.
    pub why: String,
    /// The controller's object: `Kustomization flux-system/pxc`.
    pub owner: Option<String>,
    /// What the approver has to know of it.
    pub findings: Vec<Finding>,
    /// Why the controller's live object is not known; its settings are then those of Git, or nobody's.
    pub trouble: Option<Trouble>,
    /// Settings, where it is Flux.
    pub(super) flux: FluxSettings,
    /// Settings, where it is Argo CD.
    pub(super) argo: ArgoSettings,
    /// The settings that the head gives it, where it is Argo CD and the head says so.
    pub(super) proposed: Option<ArgoSettings>,
    /// Which cluster it applies to, and which folders.
    pub(super) reach: Reach,
}

impl RootController {
    /// Returns it with what the base and the head say of its object.
    #[must_use]
    pub fn in_git(mut self, before: Option<&Value>, after: Option<&Value>) -> Self {
        self.reach.in_git(before, after);
        let argo = after.filter(|_| self.method != ApplyMethod::Flux);
        self.proposed = argo.map(|after| ArgoSettings::of(after, None));
        self
    }

    /// Returns the pointers of the marks that say which controller an object belongs to.
    pub(super) fn marks(&self) -> Vec<String> {
        let of = |place: &str, key: &str| FieldPath::default().child("metadata").child(place).child(key).pointer();
        match self.method {
            ApplyMethod::Flux => ["name", "namespace"].map(|name| of("labels", &format!("{GROUP}/{name}"))).to_vec(),
            ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => {
                let key = self.argo.tracking.by_label.as_deref().map(|key| of("labels", key));
                [of("annotations", TRACKING_ID)].into_iter().chain(key).collect()
            }
        }
    }
}

/// A controller's object that live objects name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    /// Which.
    id: ObjectId,
    /// What names it.
    by: String,
}

/// Returns the objects of controllers that should be read beside the root's own: what tells how Git is applied.
pub fn controllers_wanted(deployed: &Deployed, git_owner: Option<&Value>, live: &Live) -> Vec<ObjectId> {
    let source = git_owner.and_then(|owner| FluxSettings::of(owner).source);
    let owner = git_owner.map(|owner| Object::new(owner.clone()));
    let project = owner.as_ref().filter(|owner| owner.id.group == ARGO_GROUP);
    let project = project.map(|owner| ArgoSettings::of(&owner.value, None).project_id());
    let named = named(deployed, owner.as_ref(), live);
    let mut wanted: Vec<ObjectId> =
        owner.map(|owner| owner.id).into_iter().chain(named.map(|named| named.id)).collect();
    let namespaces: Vec<Option<String>> =
        wanted.iter().filter(|id| id.group == ARGO_GROUP).map(|id| id.namespace.clone()).collect();
    wanted.extend(namespaces.into_iter().map(|namespace| config_map(namespace.as_deref())));
    wanted.extend(source.as_ref().and_then(Source::id));
    wanted.extend(project);
    wanted.dedup();
    wanted
}

/// Returns the controller of a root.
pub fn controller(
    git_owners: &[Value],
    live: &Live,
    deployed: &Deployed,
    forced: Option<ApplyMethod>,
) -> RootController {
    let owner = git_owners.iter().map(|owner| Object::new(owner.clone())).find(|owner| fits(&owner.id, forced));
    let named = named(deployed, owner.as_ref(), live);
    let named_id = named.as_ref().map(|named| named.id.clone()).filter(|id| fits(id, forced));
    // Git says which object it is; live objects say who really applied them.
    let id = match (&owner, named_id) {
        (Some(owner), Some(named)) if owner.id.group != named.group => Some(named),
        (Some(owner), _) => Some(owner.id.clone()),
        (None, named) => named,
    };
    let Some(id) = id else { return unowned(deployed, live, forced) };
    let in_git = owner.filter(|owner| same_object(&owner.id, &id));
    let own = Owner::of(live, &id, in_git.as_ref().map(|owner| &owner.value));
    let by = match (&in_git, &named) {
        (_, Some(named)) if same_object(&named.id, &id) => format!("{} of the live objects", named.by),
        (Some(_), _) => "its path in Git".to_owned(),
        _ => "the live objects".to_owned(),
    };
    let mut controller = with_owner(own, &id, (deployed, live));
    controller.why = format!("`{id}`, found by {by}; settings {}", controller.why);
    if let Some(method) = forced.filter(|method| *method != controller.method) {
        controller.method = method;
        controller.why = format!("asked for; {}", controller.why);
    }
    controller
}

/// Returns whether an object of a controller is one, and of the kind asked for.
fn fits(id: &ObjectId, forced: Option<ApplyMethod>) -> bool {
    match id.group.as_str() {
        GROUP => forced.is_none_or(|method| method == ApplyMethod::Flux),
        ARGO_GROUP => forced.is_none_or(|method| method != ApplyMethod::Flux),
        _ => false,
    }
}

/// Returns a controller whose object is known.
fn with_owner(own: Owner, id: &ObjectId, (deployed, live): (&Deployed, &Live)) -> RootController {
    let is_known = own.manifest.get("spec").is_some();
    let (mut flux, mut argo) = (FluxSettings::default(), ArgoSettings::default());
    let mut findings: Vec<Finding> = own.finding.into_iter().collect();
    // Whether what leaves Git is deleted hangs on the live object alone.
    let is_live = own.trouble.is_none() && is_known;
    let method = if id.group == GROUP {
        flux = FluxSettings::of(&own.manifest);
        flux.prune = flux.prune.filter(|_| is_live);
        ApplyMethod::Flux
    } else {
        let map = read(live, &config_map(id.namespace.as_deref()));
        argo = ArgoSettings::of(&own.manifest, map.as_ref().ok().copied().flatten());
        argo.prune = argo.prune.filter(|_| is_live);
        if !is_known {
            (argo.automated, argo.held) = (None, None);
        }
        findings.extend(argo.made_by.as_ref().map(|set| {
            let fact = format!("`{id}` is made by `ApplicationSet {set}`: its settings are those of that template");
            Finding::note("owner-generated", fact)
        }));
        if let Err(trouble) = map {
            findings.extend(without_map(&mut argo, &trouble, objects(all(deployed), live)));
        }
        let is_server_side = argo.has(&Value::Null, "ServerSideApply=true");
        if is_server_side { ApplyMethod::ArgoCdSsa } else { ApplyMethod::ArgoCd }
    };
    let (owner, reach) = (Some(id.to_string()), Reach::of(&own.manifest));
    RootController {
        method,
        why: own.source.to_owned(),
        owner,
        findings,
        trouble: own.trouble,
        flux,
        argo,
        proposed: None,
        reach,
    }
}

/// Returns the controller of a root that no object of a controller is known for.
fn unowned(deployed: &Deployed, live: &Live, forced: Option<ApplyMethod>) -> RootController {
    let seen = objects(all(deployed), live).find_map(method_seen);
    let (method, why) = match (forced, seen) {
        (Some(method), _) => (method, "asked for".to_owned()),
        (None, Some(method)) => (method, format!("`{}` is in `metadata.managedFields`", method.field_manager())),
        (None, None) => (ApplyMethod::ArgoCd, "nothing tells: taken as a client-side apply".to_owned()),
    };
    let mut findings = Vec::new();
    if forced.is_none() && seen.is_none() {
        let fact = "no object of Flux or Argo CD is known that applies this root";
        findings.push(Finding::warn("controller-unknown", fact).hint("--controller argocd|argocd-ssa|flux"));
    }
    let (flux, argo) = (FluxSettings::default(), ArgoSettings::default());
    RootController {
        method,
        why,
        owner: None,
        findings,
        trouble: None,
        flux,
        argo,
        proposed: None,
        reach: Reach::default(),
    }
}

/// Returns how an object was applied, by the field manager that wrote it.
fn method_seen(value: &Value) -> Option<ApplyMethod> {
    let managers = super::managers::managers(value)?;
    let ways = [(ApplyMethod::Flux, true), (ApplyMethod::ArgoCdSsa, true), (ApplyMethod::ArgoCd, false)];
    let wrote = |(method, applied): &(ApplyMethod, bool)| {
        managers.iter().any(|one| one.name == method.field_manager() && one.applied == *applied)
    };
    ways.into_iter().find(wrote).map(|(method, _)| method)
}

/// Returns the objects of a root, before and after.
fn all(deployed: &Deployed) -> impl Iterator<Item = &Object> {
    deployed.before.iter().chain(&deployed.after)
}

/// Returns what is live of a root's objects, in the order of what was read.
fn objects<'a>(of: impl Iterator<Item = &'a Object>, live: &'a Live) -> impl Iterator<Item = &'a Value> {
    let ids: BTreeSet<&ObjectId> = of.map(|object| &object.id).collect();
    let within = |id: &ObjectId| if id.namespace.is_some() { Within::Its } else { Within::Any };
    let own: BTreeMap<&ObjectId, &Reading> = ids.into_iter().flat_map(|id| live.any_version(id, within(id))).collect();
    own.into_values().filter_map(Reading::found)
}

/// Returns the object of a controller that live objects of the base name; where the root is new, and Git does not say who
/// applies it, those that it takes over tell as well as any.
fn named(deployed: &Deployed, in_git: Option<&Object>, live: &Live) -> Option<Named> {
    let taken_over = deployed.after.iter().filter(|_| in_git.is_none());
    objects(deployed.before.iter().chain(taken_over), live).find_map(|value| {
        let (name, namespace) = (format!("{GROUP}/name"), format!("{GROUP}/namespace"));
        if let (Some(own), Some(place)) = (label(value, &name), label(value, &namespace)) {
            return Some(Named {
                id: ObjectId::within((GROUP, "v1", "Kustomization"), (place, own)),
                by: format!("the labels `{name}` and `namespace`"),
            });
        }
        let app = annotation(value, TRACKING_ID)?.split(':').next()?;
        let (place, own) = app.split_once('_').unwrap_or(("argocd", app));
        let id = ObjectId::within((ARGO_GROUP, "v1alpha1", "Application"), (place, own));
        Some(Named { id, by: format!("the annotation `{TRACKING_ID}`") })
    })
}
