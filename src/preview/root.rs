//! One root: its objects, the controller's inventory, and what holds for all of them → its preview.
//! The entry of the room. Must never leave out an object that goes.

use std::collections::HashSet;

use serde_json::Value;

use super::context::Context;
use super::controller::RootController;
use super::desired::sent;
use super::follow::{Following, following};
use super::identity::{Pair, ids, pairs, reading};
use super::object::object;
use super::shared::Shared;
use super::strip::annotation;
use super::{
    Action, ApplyMethod, Deployed, ObjectPreview, Options, RootPreview, argocd, beside, flux, follow, refusal,
    transform, window,
};
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading};
use crate::model::object::{Key, Object, ObjectId};
use crate::model::shell::operand;

/// Returns what happens to the objects of one root, the only one of its run.
pub fn preview(deployed: &Deployed, controller: &RootController, live: &Live, options: &Options) -> RootPreview {
    let shared = Shared::of(&[(deployed, controller)], live, options);
    preview_among(deployed, controller, live, (options, &shared))
}

/// Returns what happens to the objects of one root of several, which share what was made for all of them.
pub fn preview_among(
    deployed: &Deployed,
    controller: &RootController,
    live: &Live,
    (options, shared): (&Options, &Shared),
) -> RootPreview {
    let mut pairs = pairs(deployed);
    let known = ids(deployed);
    pairs.extend(stale(&known, deployed, controller).map(|id| Pair { id: id.clone(), before: None, after: None }));
    let after: Vec<ObjectId> = pairs.iter().filter(|pair| pair.after.is_some()).map(|pair| pair.id.clone()).collect();
    let context = Context { root: deployed, controller, live, options, shared, after: &after };
    let mut objects: Vec<ObjectPreview> = pairs.iter().map(|pair| object(pair, &context)).collect();
    let refusal = stop_after_refusal(controller, &pairs, &mut objects);
    let following = following(controller, &deployed.path, live, &options.merged);
    follow::settle(&following, &mut objects);
    let mut findings = findings(controller, &objects);
    // What merging does not reach needs no more reads.
    let is_reached = matches!(following, Following::Yes(_));
    let beside = beside::failure(controller, live).filter(|_| is_reached);
    match following {
        Following::Yes(finding) => {
            findings.extend(finding);
            findings.extend(window::finding(controller, live));
            findings.extend(refusal);
            findings.extend(unshown(&known, deployed, controller));
        }
        Following::Other(finding) | Following::Turning(finding) | Following::Elsewhere(finding) => {
            findings.insert(0, finding);
        }
    }
    shared.mask.findings(&mut findings);
    let own = controller.trouble.clone();
    let mut trouble = own.filter(|own| beside.is_none() || own.reason.is_failure()).or(beside);
    if let Some(trouble) = &mut trouble {
        shared.mask.trouble(trouble);
    }
    RootPreview {
        path: deployed.path.clone(),
        method: controller.method,
        why: controller.why.clone(),
        owner: controller.owner.clone(),
        trouble,
        findings,
        objects,
    }
}

/// Returns the objects to read for a preview, where the controller puts them: those of Git, and those of its inventory
/// that Git no longer has.
pub fn objects_wanted(deployed: &Deployed, controller: &RootController) -> Vec<ObjectId> {
    let known = ids(deployed);
    let stale: Vec<ObjectId> = stale(&known, deployed, controller).cloned().collect();
    known.into_iter().chain(stale).collect()
}

/// Returns what the controller sends to the API server for the head, for a dry run; what it leaves alone is left out.
pub fn objects_sent(deployed: &Deployed, controller: &RootController, live: &Live) -> Vec<Object> {
    let is_left = |value: &Value| match controller.method {
        ApplyMethod::Flux => flux::is_excluded(value),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => argocd::is_hook(value),
    };
    let of = |pair: Pair| {
        let found = match reading(live, &pair.id) {
            Some(Reading::Found(found)) => Some(found),
            _ => None,
        };
        let value = sent(&pair.after?, &pair.id, controller, found).value;
        (!is_left(&value) && !found.is_some_and(is_left)).then_some(Object { id: pair.id, value })
    };
    pairs(deployed).into_iter().filter_map(of).collect()
}

/// Returns what the controller applied once and Git no longer has, before or after.
fn stale<'a>(
    known: &'a [ObjectId],
    deployed: &Deployed,
    controller: &'a RootController,
) -> impl Iterator<Item = &'a ObjectId> {
    let is_comparable = controller.method == ApplyMethod::Flux && incomparable(deployed, controller).is_none();
    of_nobody(known, controller).filter(move |_| is_comparable)
}

/// Returns the objects of the inventory that Git does not have.
fn of_nobody<'a>(known: &'a [ObjectId], controller: &'a RootController) -> impl Iterator<Item = &'a ObjectId> {
    let known: HashSet<Key<&str>> = known.iter().map(ObjectId::key).collect();
    controller.flux.inventory.iter().flatten().filter(move |id| !known.contains(&id.key()))
}

/// Returns why the controller's inventory cannot be held against Git.
fn incomparable(deployed: &Deployed, controller: &RootController) -> Option<&'static str> {
    if controller.flux.is_inventory_unclear {
        Some("it has entries of an unknown form")
    } else if controller.flux.path.as_deref() != Some(deployed.path.as_str()) {
        // An owner of a folder above applies other roots too: its inventory holds theirs.
        Some("`spec.path` is not this root")
    } else if transform::renames(controller) {
        Some("settings that are not modelled may change names")
    } else if controller.flux.substitution.is_some() {
        Some("`spec.postBuild` may change names")
    } else {
        None
    }
}

/// Returns that objects of the inventory may go which the preview does not show.
fn unshown(known: &[ObjectId], deployed: &Deployed, controller: &RootController) -> Option<Finding> {
    let may_prune = controller.method == ApplyMethod::Flux && controller.flux.prune != Some(false);
    let why = incomparable(deployed, controller).filter(|_| may_prune)?;
    let count = of_nobody(known, controller).count();
    if count == 0 && !controller.flux.is_inventory_unclear {
        return None;
    }
    let objects = match count {
        0 => "objects".to_owned(),
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    let owner = controller.owner.as_deref().unwrap_or("the controller's object");
    let fact = format!(
        "the inventory of `{owner}` holds {objects} beside those of this root, and is not held against it: {why}"
    );
    Some(Finding::note("inventory-not-shown", fact))
}

/// Returns what the approver has to know of the whole root.
fn findings(controller: &RootController, objects: &[ObjectPreview]) -> Vec<Finding> {
    let mut findings = controller.findings.clone();
    findings.extend(held(controller));
    findings.extend(transform::findings(controller));
    let goes = objects.iter().any(|object| object.action == Action::Delete);
    if goes {
        let count = objects.iter().filter(|object| object.action == Action::Delete).count();
        findings.push(Finding::warn("deletes-objects", format!("merging this deletes {count} objects")));
    }
    findings
}

/// Returns what keeps the controller from applying by itself.
fn held(controller: &RootController) -> Option<Finding> {
    let owner = controller.owner.as_deref().unwrap_or("the controller's object");
    let says = if controller.trouble.is_some() { "as Git has it, " } else { "" };
    match controller.method {
        ApplyMethod::Flux if controller.flux.is_suspended => {
            let fact = format!("{says}`{owner}` is suspended: merging changes nothing until it is resumed");
            let named = controller.flux.named.as_ref();
            let hint = named.and_then(|(name, place)| {
                Some(format!("flux resume kustomization {} --namespace {}", operand(name)?, operand(place)?))
            });
            let finding = Finding::warn("suspended", fact);
            Some(hint.into_iter().fold(finding, Finding::hint))
        }
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => controller.argo.held.as_ref().map(|why| {
            let fact = format!("{says}{why}: merging changes nothing until somebody syncs `{owner}`");
            Finding::warn("not-automated", fact)
        }),
        ApplyMethod::Flux => None,
    }
}

/// The part of a root that Flux applies as one: definitions, then classes, then the rest.
fn stage(id: &ObjectId) -> u8 {
    match id.kind.as_str() {
        "CustomResourceDefinition" | "Namespace" | "ClusterRole" => 0,
        kind if kind.ends_with("Class") => 1,
        _ => 2,
    }
}

/// Flux asks the API server about every object of a stage before it applies one of them: a refusal stops the stage,
/// those after it, and pruning. Argo CD asks nobody: the wave of the refused object is applied, later waves are not.
fn stop_after_refusal(controller: &RootController, pairs: &[Pair], objects: &mut [ObjectPreview]) -> Option<Finding> {
    let place = |index: usize| match controller.method {
        ApplyMethod::Flux => i64::from(stage(&objects[index].id)),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => wave(&pairs[index]),
    };
    let first =
        (0..objects.len()).filter(|index| refusal::is_refused(&objects[*index])).min_by_key(|index| place(*index))?;
    let is_flux = controller.method == ApplyMethod::Flux;
    let is_after = |index: usize| place(index) > place(first) || (is_flux && place(index) == place(first));
    let is_stopped = |index: usize| match objects[index].action {
        Action::Create | Action::Change => is_after(index),
        // Flux prunes last; Argo CD prunes first in its wave.
        Action::Delete => is_flux,
        Action::Unchanged | Action::CannotTell => false,
    };
    let stopped: Vec<usize> = (0..objects.len()).filter(|index| is_stopped(*index)).collect();
    let culprit = objects[first].id.clone();
    for index in stopped {
        let object = &mut objects[index];
        object.action = Action::Unchanged;
        object.effective.clear();
        object.findings.retain(|finding| finding.id != "effective-beyond-intended" && finding.id != "deletes-data");
        let fact = format!("not applied, because the apply of `{culprit}` is refused");
        object.findings.push(Finding::warn("stage-refused", fact));
    }
    let what = if is_flux { "nothing else of its stage or later is applied, nor pruned" } else { "later waves wait" };
    Some(Finding::warn("apply-refused", format!("the apply of `{culprit}` is refused: {what}")))
}

/// Returns the wave of an object in a sync.
fn wave(pair: &Pair) -> i64 {
    let said = pair.after.as_ref().and_then(|after| annotation(after, "argocd.argoproj.io/sync-wave"));
    said.and_then(|wave| wave.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::preview::ApplyMethod;
    use crate::preview::tests::{applied, cluster, kustomization, live, options, previewed, root};

    #[test]
    fn an_inventory_that_is_not_held_against_git_is_said_to_be_left_out() {
        let manifest = cluster(3, &json!({}));
        let of = |change: &dyn Fn(&mut Value)| {
            let mut owner = kustomization();
            let ids = ["pxc_cluster1_pxc.percona.com_PerconaXtraDBCluster", "pxc_old__ConfigMap"];
            let entries = ids.map(|id| json!({"id": id, "v": "v1"}));
            owner["status"] = json!({"inventory": {"entries": entries}});
            change(&mut owner);
            let live = live(&[applied(&manifest, ApplyMethod::Flux)], owner);
            let preview = previewed(&root(&[&manifest], &[&manifest]), &live, ApplyMethod::Flux, &options());
            let said: Vec<String> = preview
                .findings
                .iter()
                .filter(|one| one.id == "inventory-not-shown")
                .map(|one| one.fact.clone())
                .collect();
            (preview.objects.len(), said)
        };
        let start = "the inventory of `Kustomization flux-system/pxc` holds";
        let left = |why: &str| {
            (1, vec![format!("{start} 1 object beside those of this root, and is not held against it: {why}")])
        };
        assert_eq!(of(&|_| {}), (2, vec![]));
        assert_eq!(of(&|owner| owner["spec"]["path"] = "./".into()), left("`spec.path` is not this root"));
        let substitutes = |owner: &mut Value| owner["spec"]["postBuild"] = json!({"substitute": {"a": "b"}});
        assert_eq!(of(&substitutes), left("`spec.postBuild` may change names"));
        let odd = |owner: &mut Value| owner["status"]["inventory"]["entries"][1]["id"] = "odd".into();
        let why = "it has entries of an unknown form";
        let said = format!("{start} objects beside those of this root, and is not held against it: {why}");
        assert_eq!(of(&odd), (1, vec![said]));
        assert_eq!(of(&|owner| owner["spec"]["prune"] = false.into()).1, Vec::<String>::new());
    }
}
