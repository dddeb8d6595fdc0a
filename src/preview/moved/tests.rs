//! Objects that go from one root to another, through the door: every order of two controllers.

use serde_json::{Value, json};

use crate::model::live::{Live, Reason};
use crate::model::object::Object;
use crate::model::path::RepoPath;
use crate::preview::tests::{METHODS, applied, cluster, live, options};
use crate::preview::{
    Action, ApplyMethod, Deployed, ObjectPreview, RootController, RootPreview, Shared, controller, preview_among,
};

/// The object of a controller that applies a root; the one of `applied` is called `pxc`.
fn owner(method: ApplyMethod, name: &str) -> Value {
    let mut owner = crate::preview::tests::owner(method);
    owner["metadata"]["name"] = name.into();
    let source = if method == ApplyMethod::Flux { "/spec/path" } else { "/spec/source/path" };
    *owner.pointer_mut(source).unwrap() = format!("./{name}").into();
    owner
}

/// What happens to an object that goes from the root `pxc` to the root `new`, each with the owner given, in both.
fn moved(live_as: ApplyMethod, (from, to): (&Value, &Value)) -> (ObjectPreview, ObjectPreview) {
    let (was, will) = (cluster(3, &json!({})), cluster(4, &json!({})));
    let mut live = live(&[applied(&was, live_as)], from.clone());
    live.objects.insert(Object::new(to.clone()).id, crate::model::live::Reading::Found(to.clone()));
    let [old, new] = roots((&was, &will), (from, to), &live);
    (old.objects.into_iter().next().unwrap(), new.objects.into_iter().next().unwrap())
}

/// Previews two roots, between which an object goes.
fn roots((was, will): (&Value, &Value), (from, to): (&Value, &Value), live: &Live) -> [RootPreview; 2] {
    let objects = |value: &Value| vec![Object::new(value.clone())];
    let path = |path: &str| RepoPath::parse(path).unwrap();
    let old = Deployed { path: path("pxc"), before: objects(was), after: Vec::new(), in_base: true, in_head: false };
    let new = Deployed { path: path("new"), before: Vec::new(), after: objects(will), in_base: false, in_head: true };
    let by = |deployed: &Deployed, owner: &Value| -> RootController {
        controller(std::slice::from_ref(owner), live, deployed, None)
    };
    let (first, second) = (by(&old, from), by(&new, to));
    let options = options();
    let shared = Shared::of(&[(&old, &first), (&new, &second)], live, &options);
    let of = |deployed, controller| preview_among(deployed, controller, live, (&options, &shared));
    [of(&old, &first), of(&new, &second)]
}

/// The finding about the move.
fn said(object: &ObjectPreview) -> &str {
    &object.findings.iter().find(|finding| finding.id == "moves-root").unwrap().fact
}

/// Whether merging is said to delete something.
fn is_loss(object: &ObjectPreview) -> bool {
    object.action == Action::Delete || object.findings.iter().any(|finding| finding.id == "deletes-data")
}

#[test]
fn an_object_whose_two_controllers_nothing_orders_cannot_be_told_and_is_never_a_plain_deletion() {
    for method in METHODS {
        let (old, new) = moved(method, (&owner(method, "pxc"), &owner(method, "new")));
        let reasons = [&old, &new].map(|object| object.trouble.as_ref().map(|trouble| trouble.reason));
        assert_eq!((old.action, new.action), (Action::CannotTell, Action::CannotTell), "{method:?}");
        assert_eq!(reasons, [Some(Reason::Undecided); 2], "{method:?}");
        assert!(!is_loss(&old) && old.effective.is_empty() && new.effective.is_empty());
        // Where it comes from tells what is intended there: the size alone, not a whole object.
        assert_eq!(new.intended.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.pxc.size"]);
        assert_eq!(new.drift, [], "{method:?}");
    }
    let (old, new) = moved(ApplyMethod::Flux, (&owner(ApplyMethod::Flux, "pxc"), &owner(ApplyMethod::Flux, "new")));
    let fact = "where `Kustomization flux-system/new` comes first it is handed over, where `Kustomization flux-system/pxc` does it is deleted and made anew: nothing orders the two";
    assert_eq!(said(&old), format!("moves to the root `new`: {fact}"));
    assert_eq!(said(&new), format!("comes from the root `pxc`: {fact}"));
    let hint = "kubectl annotate perconaxtradbcluster.pxc.percona.com cluster1 -n pxc kustomize.toolkit.fluxcd.io/prune=disabled";
    assert_eq!(old.trouble.unwrap().hint.as_deref(), Some(hint));
}

#[test]
fn one_owner_of_a_folder_that_moves_as_a_whole_keeps_the_object() {
    for method in METHODS {
        let same = owner(method, "pxc");
        let (old, new) = moved(method, (&same, &same));
        assert_eq!((old.action, new.action, is_loss(&old)), (Action::Unchanged, Action::Change, false), "{method:?}");
        assert_eq!(new.effective.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.pxc.size"]);
    }
}

#[test]
fn a_controller_that_does_not_prune_hands_over() {
    for method in METHODS {
        let mut from = owner(method, "pxc");
        let prune = if method == ApplyMethod::Flux { "/spec/prune" } else { "/spec/syncPolicy/automated/prune" };
        *from.pointer_mut(prune).unwrap() = false.into();
        let (old, new) = moved(method, (&from, &owner(method, "new")));
        assert_eq!((old.action, new.action), (Action::Unchanged, Action::Change), "{method:?}");
        assert!(!new.findings.iter().any(|finding| finding.id == "adopts-object"));
        assert!(said(&new).contains("does not delete it"), "{}", said(&new));
    }
}

#[test]
fn a_root_that_is_held_comes_second() {
    let suspended = |name: &str| {
        let mut owner = owner(ApplyMethod::Flux, name);
        owner["spec"]["suspend"] = true.into();
        owner
    };
    let (old, new) = moved(ApplyMethod::Flux, (&suspended("pxc"), &owner(ApplyMethod::Flux, "new")));
    assert_eq!((old.action, new.action), (Action::Unchanged, Action::Change));
    let (old, new) = moved(ApplyMethod::Flux, (&owner(ApplyMethod::Flux, "pxc"), &suspended("new")));
    assert_eq!((old.action, new.action, is_loss(&old)), (Action::Delete, Action::Create, true));
    let manual = {
        let mut owner = owner(ApplyMethod::ArgoCd, "new");
        owner["spec"]["syncPolicy"] = json!({});
        owner
    };
    let (old, new) = moved(ApplyMethod::ArgoCd, (&owner(ApplyMethod::ArgoCd, "pxc"), &manual));
    assert_eq!((old.action, new.action, is_loss(&old)), (Action::Delete, Action::Create, true));
}

#[test]
fn a_root_that_waits_for_the_other_comes_second() {
    let from_source = |name: &str, waits_for: Option<&str>| {
        let mut owner = owner(ApplyMethod::Flux, name);
        owner["spec"]["sourceRef"] = json!({"kind": "GitRepository", "name": "fleet"});
        owner["spec"]["dependsOn"] = waits_for.map(|name| json!([{"name": name}])).unwrap_or_default();
        owner
    };
    let actions = |from: &Value, to: &Value| {
        let (old, new) = moved(ApplyMethod::Flux, (from, to));
        (old.action, new.action)
    };
    let (old, new) = (from_source("pxc", None), from_source("new", None));
    let kept = actions(&from_source("pxc", Some("new")), &new);
    assert_eq!(kept, (Action::Unchanged, Action::Change));
    assert_eq!(actions(&old, &from_source("new", Some("pxc"))), (Action::Delete, Action::Create));
    // Of another source, the other may be through with an older revision.
    let mut elsewhere = from_source("new", Some("pxc"));
    elsewhere["spec"]["sourceRef"]["name"] = "other".into();
    assert_eq!(actions(&old, &elsewhere), (Action::CannotTell, Action::CannotTell));
}

#[test]
fn another_kind_of_controller_leaves_the_marks_by_which_the_first_deletes() {
    let (flux, argo) = (owner(ApplyMethod::Flux, "pxc"), owner(ApplyMethod::ArgoCd, "new"));
    let (old, new) = moved(ApplyMethod::Flux, (&flux, &argo));
    assert_eq!((old.action, new.action), (Action::Delete, Action::CannotTell));
    assert_eq!(new.trouble.unwrap().reason, Reason::Undecided);
    let mut healing = argo;
    healing["spec"]["syncPolicy"]["automated"]["selfHeal"] = true.into();
    let (old, new) = moved(ApplyMethod::Flux, (&flux, &healing));
    assert_eq!((old.action, new.action), (Action::Delete, Action::Create));
    let (old, new) = moved(ApplyMethod::ArgoCd, (&owner(ApplyMethod::ArgoCd, "pxc"), &owner(ApplyMethod::Flux, "new")));
    assert_eq!((old.action, new.action), (Action::Delete, Action::Create));
}

#[test]
fn one_owner_between_two_folders_that_stand_cannot_be_told() {
    let (was, will) = (cluster(3, &json!({})), cluster(4, &json!({})));
    for method in METHODS {
        let same = owner(method, "pxc");
        let live = live(&[applied(&was, method)], same.clone());
        let objects = |value: &Value| vec![Object::new(value.clone())];
        let path = |path: &str| RepoPath::parse(path).unwrap();
        for (old_stays, new_stood) in [(true, false), (false, true)] {
            let old =
                Deployed { path: path("pxc"), before: objects(&was), after: vec![], in_base: true, in_head: old_stays };
            let new = Deployed {
                path: path("new"),
                before: vec![],
                after: objects(&will),
                in_base: new_stood,
                in_head: true,
            };
            let by = |deployed: &Deployed| -> RootController {
                controller(std::slice::from_ref(&same), &live, deployed, None)
            };
            let (first, second, options) = (by(&old), by(&new), options());
            let shared = Shared::of(&[(&old, &first), (&new, &second)], &live, &options);
            let of = |deployed, controller| {
                preview_among(deployed, controller, &live, (&options, &shared)).objects.remove(0)
            };
            let (old, new) = (of(&old, &first), of(&new, &second));
            assert_eq!((old.action, new.action), (Action::CannotTell, Action::CannotTell), "{method:?}");
            let between = if old_stays { "`pxc` as merged" } else { "`new` as it was" };
            assert!(said(&old).contains(between), "{}", said(&old));
        }
    }
}

#[test]
fn roots_of_two_clusters_hand_nothing_over() {
    let method = ApplyMethod::Flux;
    let same = owner(method, "pxc");
    let other = owner(method, "new");
    let (was, will) = (cluster(3, &json!({})), cluster(4, &json!({})));
    let live = live(&[applied(&was, method)], same.clone());
    let [old, new] = [("pxc", &was), ("new", &will)].map(|(path, value)| {
        let objects = |is_there: bool| if is_there { vec![Object::new(value.clone())] } else { Vec::new() };
        let path = RepoPath::parse(path).unwrap();
        let is_old = path.as_str() == "pxc";
        Deployed { path, before: objects(is_old), after: objects(!is_old), in_base: true, in_head: true }
    });
    let actions = |kube_config: Value, in_git: bool| {
        let by = |deployed: &Deployed, git: &Value| {
            let controller = controller(std::slice::from_ref(&same), &live, deployed, None);
            if in_git { controller.in_git(Some(git), Some(git)) } else { controller }
        };
        let (first, mut second) = (by(&old, &same), by(&new, &other));
        second.reach = if kube_config.is_null() { second.reach } else { super::super::reach::Reach::of(&kube_config) };
        let options = options();
        let shared = Shared::of(&[(&old, &first), (&new, &second)], &live, &options);
        let first = preview_among(&old, &first, &live, (&options, &shared));
        (first.objects[0].action, first.objects[0].findings.iter().any(|finding| finding.id == "moves-root"))
    };
    // Nothing tells them apart, so that one object may come by between its two folders.
    assert_eq!(actions(Value::Null, false), (Action::CannotTell, true));
    // One name with two folders in one tree is one name on two clusters.
    assert_eq!(actions(Value::Null, true), (Action::Delete, false));
    let mut remote = same.clone();
    remote["spec"]["kubeConfig"] = json!({"secretRef": {"name": "b"}});
    assert_eq!(actions(remote, false), (Action::Delete, false));
}
