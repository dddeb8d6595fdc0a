//! Owners that follow something else than what merging moves, through the door.

use serde_json::{Value, json};

use crate::model::live::{Absence, Reading, Reason, Trouble};
use crate::model::object::Object;
use crate::preview::tests::{application, applied, cluster, kustomization, live, options, root};
use crate::preview::{Action, ApplyMethod, Merged, Options, RootPreview, controller, preview};

/// The branch `main` of a repository, its default.
fn merged() -> Options {
    let addresses = vec!["ssh://git.example.org:2222/dba/fleet.git".to_owned()];
    Options {
        merged: Merged { branch: Some("main".into()), is_default: Some(true), addresses, sources: Vec::new() },
        ..options()
    }
}

/// A Kustomization that is made from a source.
fn owner() -> Value {
    let mut owner = kustomization();
    owner["spec"]["sourceRef"] = json!({"kind": "GitRepository", "name": "fleet"});
    owner
}

/// What a change of a size gives, where this was read beside it and this is what merging moves.
fn seen(method: ApplyMethod, owner: &Value, beside: Option<(Value, Reading)>, options: &Options) -> RootPreview {
    let (before, after) = (cluster(3, &json!({})), cluster(4, &json!({})));
    let mut live = live(&[applied(&before, method)], owner.clone());
    live.objects.extend(beside.map(|(value, reading)| (Object::new(value).id, reading)));
    let deployed = root(&[&before], &[&after]);
    let controller = controller(std::slice::from_ref(owner), &live, &deployed, None);
    preview(&deployed, &controller, &live, options)
}

/// A source of Flux.
fn repository(spec: &Value) -> Value {
    json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
        "metadata": {"name": "fleet", "namespace": "flux-system"}, "spec": spec})
}

/// What is said of the source of a root of Flux, and what happens to its object.
fn flux(spec: &Value, options: &Options) -> (Action, Option<String>) {
    let source = repository(spec);
    let preview = seen(ApplyMethod::Flux, &owner(), Some((source.clone(), Reading::Found(source))), options);
    outcome(&preview)
}

/// What happens to the object of a root, and what is said of who follows what.
fn outcome(preview: &RootPreview) -> (Action, Option<String>) {
    let object = &preview.objects[0];
    assert_eq!(object.intended.len(), 1);
    assert_eq!(object.effective.is_empty(), object.action != Action::Change);
    let ids =
        ["owner-follows-other", "owner-of-other-repository", "source-not-read", "source-absent", "source-not-git"];
    let said = preview.findings.iter().find(|finding| ids.contains(&finding.id));
    (object.action, said.map(|finding| finding.fact.clone()))
}

/// What is said of something else that is followed.
fn other(owner: &str, what: &str) -> (Action, Option<String>) {
    let fact = format!("`{owner}` follows {what}: merging into `main` changes nothing there until it follows that");
    (Action::Unchanged, Some(fact))
}

#[test]
fn flux_follows_the_first_of_the_fields_that_is_set() {
    let name = "Kustomization flux-system/pxc";
    let commit = "0123456789012345678901234567890123456789";
    let is_followed = (Action::Change, None);
    let of = |reference: Value| flux(&json!({"url": "https://git.example.org/dba/fleet", "ref": reference}), &merged());
    assert_eq!(of(json!({"branch": "main"})), is_followed);
    assert_eq!(of(json!({"name": "refs/heads/main", "branch": "old"})), is_followed);
    assert_eq!(of(json!({"branch": "release"})), other(name, "the branch `release`"));
    assert_eq!(of(Value::Null), other(name, "the branch `master`"));
    assert_eq!(of(json!({"branch": "main", "tag": "v1"})), other(name, "the tag `v1`"));
    assert_eq!(of(json!({"semver": ">=1.0", "tag": "v1"})), other(name, "the tags of `>=1.0`"));
    assert_eq!(of(json!({"branch": "main", "commit": commit})), other(name, &format!("the commit `{commit}`")));
    assert_eq!(of(json!({"name": "refs/pull/1/head"})), other(name, "the reference `refs/pull/1/head`"));
}

#[test]
fn argo_cd_follows_the_target_of_the_source_of_the_root() {
    let of = |target: Value, options: &Options| {
        let mut owner = application(&[]);
        owner["spec"]["source"]["targetRevision"] = target;
        outcome(&seen(ApplyMethod::ArgoCd, &owner, None, options))
    };
    let name = "Application argocd/pxc";
    for followed in [json!("main"), json!("HEAD"), Value::Null, json!("refs/heads/main")] {
        assert_eq!(of(followed, &merged()), (Action::Change, None));
    }
    assert_eq!(of(json!("v1.2.3"), &merged()), other(name, "`v1.2.3`"));
    let side = |is_default| {
        let mut options = merged();
        (options.merged.branch, options.merged.is_default) = (Some("main".into()), is_default);
        options
    };
    assert_eq!(of(json!("HEAD"), &side(Some(false))), other(name, "the default branch of its repository"));
    assert_eq!(of(json!("HEAD"), &side(None)), (Action::Change, None));
    let mut owner = application(&[]);
    owner["spec"]["source"] = Value::Null;
    owner["spec"]["sources"] =
        json!([{"path": "values", "targetRevision": "v1"}, {"path": "./pxc", "targetRevision": "main"}]);
    assert_eq!(outcome(&seen(ApplyMethod::ArgoCd, &owner, None, &merged())), (Action::Change, None));
}

#[test]
fn a_base_that_is_no_branch_follows_nothing_that_stands_still_alone() {
    let unnamed = Options { merged: Merged { branch: None, ..merged().merged }, ..merged() };
    assert_eq!(flux(&json!({"ref": {"branch": "release"}}), &unnamed), (Action::Change, None));
    let fact = "`Kustomization flux-system/pxc` follows the tag `v1`: merging into a branch changes nothing there until it follows that";
    assert_eq!(flux(&json!({"ref": {"tag": "v1"}}), &unnamed), (Action::Unchanged, Some(fact.to_owned())));
}

#[test]
fn another_repository_is_told_by_its_path_and_its_user_is_not_shown() {
    let of = |url: &str| flux(&json!({"url": url, "ref": {"branch": "main"}}), &merged());
    for same in
        ["https://user:pw@git.internal/dba/fleet", "git@git.example.org:dba/fleet.git", "ssh://git@h/scm/DBA/fleet"]
    {
        assert_eq!(of(same), (Action::Change, None), "{same}");
    }
    let (action, said) = of("https://user:geheim@git.example.org/dba/other.git");
    let fact = "`Kustomization flux-system/pxc` applies `https://git.example.org/dba/other.git`, which is no remote of this repository: unless it is the same one, merging changes nothing there";
    assert_eq!((action, said.as_deref()), (Action::CannotTell, Some(fact)));
    // A clone that has no remote tells nothing.
    let alone = Options { merged: Merged { addresses: vec!["/srv/fleet.git".into()], ..merged().merged }, ..merged() };
    assert_eq!(flux(&json!({"url": "https://h/a/b", "ref": {"branch": "main"}}), &alone), (Action::Change, None));
}

#[test]
fn a_source_that_was_not_read_is_said() {
    let of = |reading: Reading| {
        outcome(&seen(ApplyMethod::Flux, &owner(), Some((repository(&json!({})), reading)), &merged()))
    };
    let unread = |why: &str| {
        let fact =
            format!("which revision is followed is not known: `GitRepository flux-system/fleet` was not read ({why})");
        (Action::Change, Some(fact))
    };
    assert_eq!(of(Reading::Unread(Trouble::new(Reason::Forbidden, "no"))), unread("no"));
    assert_eq!(of(Reading::Absent(Absence::Kind)), unread("no such kind is served"));
    let absent = "`GitRepository flux-system/fleet` is not in the cluster: nothing is applied without it";
    assert_eq!(of(Reading::Absent(Absence::Object)), (Action::Change, Some(absent.to_owned())));
    let mut bucket = owner();
    bucket["spec"]["sourceRef"] = json!({"kind": "OCIRepository", "name": "fleet"});
    let (_, said) = outcome(&seen(ApplyMethod::Flux, &bucket, None, &merged()));
    let fact =
        "it is made from `OCIRepository flux-system/fleet`: merging reaches it once something makes that from Git";
    assert_eq!(said.as_deref(), Some(fact));
}

#[test]
fn nothing_that_merging_does_not_do_is_said_beside() {
    let source = repository(&json!({"ref": {"tag": "v1"}}));
    let mut owner = owner();
    owner["status"] = json!({"inventory": {"entries": [{"id": "pxc_old__ConfigMap", "v": "v1"}]}});
    let preview = seen(ApplyMethod::Flux, &owner, Some((source.clone(), Reading::Found(source))), &merged());
    assert!(preview.objects.iter().all(|object| object.drift.is_empty() && object.findings.is_empty()));
    assert_eq!(preview.findings.iter().map(|finding| finding.id).collect::<Vec<_>>(), ["owner-follows-other"]);
}

#[test]
fn a_change_of_what_is_followed_cannot_be_told() {
    let mut head = application(&[]);
    head["spec"]["source"]["targetRevision"] = "main".into();
    let turning = |target: &str| {
        let (before, after) = (cluster(3, &json!({})), cluster(4, &json!({})));
        let mut owner = head.clone();
        owner["spec"]["source"]["targetRevision"] = target.into();
        let live = live(&[applied(&before, ApplyMethod::ArgoCd)], owner);
        let deployed = root(&[&before], &[&after]);
        let controller = controller(std::slice::from_ref(&head), &live, &deployed, None);
        outcome(&preview(&deployed, &controller.in_git(None, Some(&head)), &live, &merged()))
    };
    let fact = |owner: &str, before: &str, after: &str| {
        let so = "with this change: which of the two it applies when is not known";
        (Action::CannotTell, Some(format!("`{owner}` follows {before}, and {after} {so}")))
    };
    assert_eq!(turning("release"), fact("Application argocd/pxc", "`release`", "`main`"));
    assert_eq!(turning("HEAD"), (Action::Change, None));
    let of = |branch: &str| {
        let source = Object::new(repository(&json!({"ref": {"branch": branch}})));
        Options { merged: Merged { sources: vec![source], ..merged().merged }, ..merged() }
    };
    let (main, release) = (json!({"ref": {"branch": "main"}}), json!({"ref": {"branch": "release"}}));
    let name = "Kustomization flux-system/pxc";
    assert_eq!(flux(&release, &of("main")), fact(name, "the branch `release`", "the branch `main`"));
    assert_eq!(flux(&main, &of("next")), fact(name, "the branch `main`", "the branch `next`"));
    assert_eq!(flux(&main, &of("main")), (Action::Change, None));
    let mut unnamed = of("main");
    unnamed.merged.branch = None;
    assert_eq!(flux(&release, &unnamed), fact(name, "the branch `release`", "the branch `main`"));
}

#[test]
fn a_suspended_source_is_said() {
    let source = repository(&json!({"ref": {"branch": "main"}, "suspend": true}));
    let preview = seen(ApplyMethod::Flux, &owner(), Some((source.clone(), Reading::Found(source))), &merged());
    let said = preview.findings.iter().find(|finding| finding.id == "suspended").unwrap();
    let fact = "`GitRepository flux-system/fleet` is suspended: merging changes nothing until it is resumed";
    let hint = "flux resume source git fleet --namespace flux-system";
    assert_eq!((said.fact.as_str(), said.hint.as_deref()), (fact, Some(hint)));
}

#[test]
fn azure_devops_has_two_addresses_of_one_repository_and_doubt_hides_no_drift() {
    let addresses = vec!["git@ssh.dev.azure.com:v3/org/proj/repo".to_owned()];
    let azure = Options { merged: Merged { addresses, ..merged().merged }, ..merged() };
    let source = |name: &str| {
        repository(
            &json!({"url": format!("https://org@dev.azure.com/org/proj/_git/{name}"), "ref": {"branch": "main"}}),
        )
    };
    assert_eq!(flux(&source("repo")["spec"], &azure), (Action::Change, None));
    let before = cluster(3, &json!({}));
    let mut live = live(&[applied(&cluster(5, &json!({})), ApplyMethod::Flux)], owner());
    live.objects.insert(Object::new(source("other")).id, Reading::Found(source("other")));
    let deployed = root(&[&before], &[&before]);
    let controller = controller(&[owner()], &live, &deployed, None);
    let object = preview(&deployed, &controller, &live, &azure).objects.remove(0);
    let drift: Vec<&str> = object.drift.iter().map(|one| one.path.as_str()).collect();
    assert_eq!((object.action, drift), (Action::CannotTell, vec!["spec.pxc.size"]));
}
