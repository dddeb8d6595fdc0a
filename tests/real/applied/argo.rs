//! Argo CD: older states, syncs of a part, syncs that run, are refused or never come, and apps that stay `OutOfSync`.

use leeward::verify::{Applier, Argo, Outcome};
use serde_json::{Value, json};

use super::{Case, check, endless, files, told};
use crate::argo::{Mode, Sync, application};
use crate::bed::Bed;
use crate::flux::follower;
use crate::gitea::{Repository, Tree};
use crate::gitops::config_map;
use crate::operator;

/// The name of the test's repository.
const NAME: &str = "applied-argo";
/// The annotation that has Argo CD leave an app alone.
const SKIP: &str = "argocd.argoproj.io/skip-reconcile";
/// The annotation that names the folders an app is made of.
const PATHS: &str = "argocd.argoproj.io/manifest-generate-paths";
/// The folders.
const FOLDERS: [&str; 10] =
    ["whole", "server", "paths", "named", "part", "running", "refused", "later", "left", "alone"];
/// The folder of the app that has another repository for its first source.
const SEVERAL: &str = "several";
/// What is told before anything was compared with our commit.
const OLDER: Case<'_> = ("whole", Outcome::Waiting, "which lacks it");
/// What is told once it was compared, and nobody synced.
const COMPARED: [Case<'_>; 2] = [
    ("left", Outcome::Failed, "and nothing syncs it by itself"),
    ("alone", Outcome::Failed, "is left alone (`skip-reconcile`)"),
];
/// What is told after a sync of our commit.
const SYNCED: [Case<'_>; 7] = [
    ("whole", Outcome::Passed, " synced "),
    ("server", Outcome::Passed, ", and shows OutOfSync since"),
    ("paths", Outcome::Passed, " synced "),
    ("named", Outcome::Passed, " synced "),
    ("part", Outcome::Failed, "is OutOfSync at"),
    ("running", Outcome::Waiting, " syncs "),
    ("refused", Outcome::Failed, "does not apply"),
];

pub(crate) fn argo_cd_is_told_to_have_applied_our_commit_only_where_it_has(bed: &Bed) {
    if !operator::defined(bed.kubernetes(), NAME) {
        return;
    }
    let (argo, repository) = (bed.argo(), bed.gitea().repository(NAME).unwrap());
    for folder in FOLDERS.into_iter().chain([SEVERAL]) {
        bed.kubernetes().namespace(&format!("{NAME}-{folder}")).unwrap();
    }
    let first = repository.push(&tree(3), "first").unwrap();
    argo.follow_as(&FOLDERS.map(|folder| follows(&repository, folder))).unwrap();
    argo.sync(&repository, &first).unwrap();
    // Nobody waits for it from here on.
    let alone = json!({"metadata": {"annotations": {SKIP: "true"}, "labels": null}});
    patch(bed, "alone", &alone);
    let ours = repository.push(&tree(5), "ours").unwrap();
    let tell = |case: Case<'_>| told(case, || look(bed, &repository, &ours, case.0));
    tell(OLDER);
    argo.compare(&repository).unwrap();
    COMPARED.into_iter().for_each(tell);
    for (folder, _, _) in SYNCED {
        sync(bed, folder, &ours);
    }
    SYNCED.into_iter().for_each(tell);
    several(bed, &repository, &ours);
    tell((SEVERAL, Outcome::Passed, &ours[..7]));
    // Somebody's commit on top, of another folder: seen by all, synced by one that had not synced ours.
    let top = repository.push(&[("README.md".to_owned(), "theirs".to_owned())].into(), "theirs").unwrap();
    argo.compare(&repository).unwrap();
    sync(bed, "later", &top);
    tell(("later", Outcome::Passed, &top[..7]));
    for folder in ["whole", "paths"] {
        tell((folder, Outcome::Passed, " synced "));
        let status = &object(bed, folder).unwrap()["status"];
        let revisions = [&status["sync"]["revision"], &status["operationState"]["syncResult"]["revision"]];
        assert_eq!(revisions, [&json!(top), &json!(ours)], "{folder}");
    }
}

/// Returns the repository with clusters of so many nodes.
fn tree(size: u8) -> Tree {
    let of = |folder: &str| {
        let namespace = format!("{NAME}-{folder}");
        let is_ours = size != 3;
        let size = if folder == "refused" && is_ours { json!("many") } else { json!(size) };
        let hook = (folder == "running" && is_ours).then(|| endless(&namespace));
        files(folder, &namespace, &size, &hook.into_iter().collect::<Vec<_>>())
    };
    FOLDERS.into_iter().chain([SEVERAL]).flat_map(of).collect()
}

/// Returns what follows a folder.
fn follows(repository: &Repository<'_>, folder: &str) -> Value {
    let mode = if folder == "server" { Mode::ServerSide } else { Mode::ClientSide };
    let mut application = application(repository, folder, (mode, Sync::Asked));
    application["metadata"]["annotations"] = if folder == "paths" { json!({PATHS: "."}) } else { json!({}) };
    application
}

/// Follows a folder beside one of another repository, and syncs both: the app names a revision for each.
fn several(bed: &Bed, repository: &Repository<'_>, ours: &str) {
    let beside = bed.gitea().repository(&format!("{NAME}-beside")).unwrap();
    let theirs = beside.push(&config_map("beside", &format!("{NAME}-{SEVERAL}"), "one"), "theirs").unwrap();
    let mut application = application(repository, SEVERAL, (Mode::ClientSide, Sync::Asked));
    let source = |url: String, path: &str| json!({"repoURL": url, "path": path, "targetRevision": "main"});
    application["spec"]["sources"] = json!([source(beside.url(), "beside"), source(repository.url(), SEVERAL)]);
    application["spec"].as_object_mut().unwrap().remove("source");
    application["metadata"]["labels"] = json!({});
    bed.argo().follow_as(&[application]).unwrap();
    patch(bed, SEVERAL, &json!({"operation": {"sync": {"revisions": [theirs, ours]}}}));
}

/// Syncs a folder to a revision: all of it, or the objects that the case names; does not wait.
fn sync(bed: &Bed, folder: &str, revision: &str) {
    let resource = |group: &str, kind: &str, name: &str| json!([{"group": group, "kind": kind, "name": name}]);
    let mut sync = json!({"revision": revision, "syncOptions": [format!("ServerSideApply={}", folder == "server")]});
    match folder {
        "part" => sync["resources"] = resource("", "ConfigMap", "beside"),
        "named" => sync["resources"] = resource("pxc.percona.com", "PerconaXtraDBCluster", "db"),
        _ => {}
    }
    patch(bed, folder, &json!({"operation": {"sync": sync}}));
}

/// Lays this over what follows a folder.
fn patch(bed: &Bed, folder: &str, over: &Value) {
    let (name, over) = (follower(NAME, folder), over.to_string());
    let args = ["patch", "-n", "argocd", "application", &name, "--type=merge", "-p", &over];
    bed.kubernetes().kubectl(&args).unwrap();
}

/// Returns what is told of a folder now.
fn look(bed: &Bed, repository: &Repository<'_>, ours: &str, folder: &str) -> Result<leeward::verify::Check, String> {
    let object = object(bed, folder)?;
    let argo = Argo { object: &object, root: folder, cluster: "db" };
    Ok(check(repository, ours, &Applier::Argo(argo)))
}

/// Returns what follows a folder as it is now.
fn object(bed: &Bed, folder: &str) -> Result<Value, String> {
    let name = follower(NAME, folder);
    bed.kubernetes().read(&format!("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{name}"))
}
