//! Objects that go from one root to another, through the door: every order of two controllers.

use serde_json::{Value, json};

use crate::model::live::{Live, Reason};
use crate::model::object::Object;
use crate::model::path::RepoPath;
use crate::preview::tests::{ENGINES, applied, cluster, live, options};
use crate::preview::{Action, Applier, Deployed, Engine, ObjectPreview, RootPreview, Shared, applier, preview_among};

/// The object of a controller that applies a root; the one of `applied` is called `pxc`.
fn owner(engine: Engine, name: &str) -> Value {
    let mut owner = crate::preview::tests::owner(engine);
    owner["metadata"]["name"] = name.into();
    let source = if engine == Engine::Flux { "/spec/path" } else { "/spec/source/path" };
    *owner.pointer_mut(source).unwrap() = format!("./{name}").into();
    owner
}

/// What happens to an object that goes from the root `pxc` to the root `new`, each with the owner given, in both.
fn moved(live_as: Engine, (from, to): (&Value, &Value)) -> (ObjectPreview, ObjectPreview) {
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
    let by =
        |deployed: &Deployed, owner: &Value| -> Applier { applier(std::slice::from_ref(owner), live, deployed, None) };
    let (first, second) = (by(&old, from), by(&new, to));
    let options = options();
    let shared = Shared::of(&[(&old, &first), (&new, &second)], live, &options);
    let of = |deployed, applier| preview_among(deployed, applier, live, (&options, &shared));
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
    for engine in ENGINES {
        let (old, new) = moved(engine, (&owner(engine, "pxc"), &owner(engine, "new")));
        let reasons = [&old, &new].map(|object| object.trouble.as_ref().map(|trouble| trouble.reason));
        assert_eq!((old.action, new.action), (Action::CannotTell, Action::CannotTell), "{engine:?}");
        assert_eq!(reasons, [Some(Reason::Undecided); 2], "{engine:?}");
        assert!(!is_loss(&old) && old.effective.is_empty() && new.effective.is_empty());
        // Where it comes from tells what is intended there: the size alone, not a whole object.
        assert_eq!(new.intended.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.pxc.size"]);
        assert_eq!(new.drift, [], "{engine:?}");
    }
    let (old, new) = moved(Engine::Flux, (&owner(Engine::Flux, "pxc"), &owner(Engine::Flux, "new")));
    let fact = "where `Kustomization flux-system/new` comes first it is handed over, where `Kustomization flux-system/pxc` does it is deleted and made anew: nothing orders the two";
    assert_eq!(said(&old), format!("moves to the root `new`: {fact}"));
    assert_eq!(said(&new), format!("comes from the root `pxc`: {fact}"));
    let hint = "kubectl annotate perconaxtradbcluster.pxc.percona.com cluster1 -n pxc kustomize.toolkit.fluxcd.io/prune=disabled";
    assert_eq!(old.trouble.unwrap().hint.as_deref(), Some(hint));
}

#[test]
fn one_owner_of_a_folder_that_moves_as_a_whole_keeps_the_object() {
    for engine in ENGINES {
        let same = owner(engine, "pxc");
        let (old, new) = moved(engine, (&same, &same));
        assert_eq!((old.action, new.action, is_loss(&old)), (Action::Unchanged, Action::Change, false), "{engine:?}");
        assert_eq!(new.effective.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["spec.pxc.size"]);
    }
}

#[test]
fn a_controller_that_does_not_prune_hands_over() {
    for engine in ENGINES {
        let mut from = owner(engine, "pxc");
        let prune = if engine == Engine::Flux { "/spec/prune" } else { "/spec/syncPolicy/automated/prune" };
        *from.pointer_mut(prune).unwrap() = false.into();
        let (old, new) = moved(engine, (&from, &owner(engine, "new")));
        assert_eq!((old.action, new.action), (Action::Unchanged, Action::Change), "{engine:?}");
        assert!(!new.findings.iter().any(|finding| finding.id == "adopts-object"));
        assert!(said(&new).contains("does not delete it"), "{}", said(&new));
    }
}

#[test]
fn a_root_that_is_held_comes_second() {
    let suspended = |name: &str| {
        let mut owner = owner(Engine::Flux, name);
        owner["spec"]["suspend"] = true.into();
        owner
    };
    let (old, new) = moved(Engine::Flux, (&suspended("pxc"), &owner(Engine::Flux, "new")));
    assert_eq!((old.action, new.action), (Action::Unchanged, Action::Change));
    let (old, new) = moved(Engine::Flux, (&owner(Engine::Flux, "pxc"), &suspended("new")));
    assert_eq!((old.action, new.action, is_loss(&old)), (Action::Delete, Action::Create, true));
    let manual = {
        let mut owner = owner(Engine::ArgoCd, "new");
        owner["spec"]["syncPolicy"] = json!({});
        owner
    };
    let (old, new) = moved(Engine::ArgoCd, (&owner(Engine::ArgoCd, "pxc"), &manual));
    assert_eq!((old.action, new.action, is_loss(&old)), (Action::Delete, Action::Create, true));
}

#[test]
fn a_root_that_waits_for_the_other_comes_second() {
    let from_source = |name: &str, waits_for: Option<&str>| {
        let mut owner = owner(Engine::Flux, name);
        owner["spec"]["sourceRef"] = json!({"kind": "GitRepository", "name": "fleet"});
        owner["spec"]["dependsOn"] = waits_for.map(|name| json!([{"name": name}])).unwrap_or_default();
        owner
    };
    let actions = |from: &Value, to: &Value| {
        let (old, new) = moved(Engine::Flux, (from, to));
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
    let (flux, argo) = (owner(Engine::Flux, "pxc"), owner(Engine::ArgoCd, "new"));
    let (old, new) = moved(Engine::Flux, (&flux, &argo));
    assert_eq!((old.action, new.action), (Action::Delete, Action::CannotTell));
    assert_eq!(new.trouble.unwrap().reason, Reason::Undecided);
    let mut healing = argo;
    healing["spec"]["syncPolicy"]["automated"]["selfHeal"] = true.into();
    let (old, new) = moved(Engine::Flux, (&flux, &healing));
    assert_eq!((old.action, new.action), (Action::Delete, Action::Create));
    let (old, new) = moved(Engine::ArgoCd, (&owner(Engine::ArgoCd, "pxc"), &owner(Engine::Flux, "new")));
    assert_eq!((old.action, new.action), (Action::Delete, Action::Create));
}

#[test]
fn one_owner_between_two_folders_that_stand_cannot_be_told() {
    let (was, will) = (cluster(3, &json!({})), cluster(4, &json!({})));
    for engine in ENGINES {
        let same = owner(engine, "pxc");
        let live = live(&[applied(&was, engine)], same.clone());
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
            let by = |deployed: &Deployed| -> Applier { applier(std::slice::from_ref(&same), &live, deployed, None) };
            let (first, second, options) = (by(&old), by(&new), options());
            let shared = Shared::of(&[(&old, &first), (&new, &second)], &live, &options);
            let of = |deployed, applier| preview_among(deployed, applier, &live, (&options, &shared)).objects.remove(0);
            let (old, new) = (of(&old, &first), of(&new, &second));
            assert_eq!((old.action, new.action), (Action::CannotTell, Action::CannotTell), "{engine:?}");
            let between = if old_stays { "`pxc` as merged" } else { "`new` as it was" };
            assert!(said(&old).contains(between), "{}", said(&old));
        }
    }
}
