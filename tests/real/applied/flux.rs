//! Flux: older revisions, suspensions of either object, builds and health checks that fail.

use leeward::verify::{Applier, Check, Flux, Outcome};
use serde_json::{Value, json};

use super::{Case, check, files, told};
use crate::bed::Bed;
use crate::flux::{follower, kustomization};
use crate::gitea::{Repository, Tree};
use crate::operator;

/// The name of the test's repository.
const NAME: &str = "applied-flux";
/// The folders.
const FOLDERS: [&str; 5] = ["whole", "suspended", "broken", "refused", "ill"];
/// What is told before Flux has seen our commit.
const OLDER: Case<'_> = ("whole", Outcome::Waiting, "which lacks it; its source");
/// What is told while nobody lets Flux see it.
const STOPPED: Case<'_> = ("whole", Outcome::Failed, "is suspended");
/// What is told after Flux has seen it.
const SEEN: [Case<'_>; 5] = [
    ("whole", Outcome::Passed, " applied main@sha1:"),
    ("suspended", Outcome::Failed, "is suspended; applied is"),
    ("broken", Outcome::Failed, "BuildFailed"),
    ("refused", Outcome::Failed, "ReconciliationFailed"),
    ("ill", Outcome::Passed, "HealthCheckFailed"),
];

pub(crate) fn flux_is_told_to_have_applied_our_commit_only_where_it_has(bed: &Bed) {
    if !operator::defined(bed.kubernetes(), NAME) {
        return;
    }
    let (flux, repository) = (bed.flux(), bed.gitea().repository(NAME).unwrap());
    for folder in FOLDERS {
        bed.kubernetes().namespace(&format!("{NAME}-{folder}")).unwrap();
    }
    let first = repository.push(&tree(3), "first").unwrap();
    flux.follow_as(&repository, &FOLDERS.map(|folder| kustomization(&repository, folder))).unwrap();
    flux.settle(&repository, &first).unwrap();
    patch(bed, "kustomization", &follower(NAME, "suspended"), &json!({"suspend": true}));
    // A Deployment that nothing runs: applied, and never well.
    patch(bed, "kustomization", &follower(NAME, "ill"), &json!({"wait": true}));
    let ours = repository.push(&tree(5), "ours").unwrap();
    let tell = |case: Case<'_>| told(case, || look(bed, &repository, &ours, case.0));
    tell(OLDER);
    patch(bed, "gitrepository", NAME, &json!({"suspend": true}));
    tell(STOPPED);
    patch(bed, "gitrepository", NAME, &json!({"suspend": false}));
    flux.settle(&repository, &ours).unwrap();
    SEEN.into_iter().for_each(tell);
    patch(bed, "kustomization", &follower(NAME, "ill"), &json!({"suspend": true}));
    // Somebody's commit on top, of no folder: ours is an ancestor of what is applied.
    let top = repository.push(&[("README.md".to_owned(), "theirs".to_owned())].into(), "theirs").unwrap();
    flux.settle(&repository, &top).unwrap();
    tell(("whole", Outcome::Passed, &top[..7]));
}

/// Returns the repository with clusters of so many nodes.
fn tree(size: u8) -> Tree {
    let of = |folder: &str| {
        let namespace = format!("{NAME}-{folder}");
        let is_ours = size != 3;
        let size = if folder == "refused" && is_ours { json!("many") } else { json!(size) };
        let never = (folder == "ill" && is_ours).then(|| deployment(&namespace));
        let mut files = files(folder, &namespace, &size, &never.into_iter().collect::<Vec<_>>());
        if folder == "broken" && is_ours {
            files.insert("broken/kustomization.yaml".to_owned(), "resources: [gone.yaml]\n".to_owned());
        }
        files
    };
    FOLDERS.into_iter().flat_map(of).collect()
}

/// Returns a Deployment.
fn deployment(namespace: &str) -> Value {
    let labels = json!({"app": "never"});
    let template =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "never", "image": "never"}]}});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "never", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template, "progressDeadlineSeconds": 1},
    })
}

/// Lays this over the `spec` of one of Flux's objects.
fn patch(bed: &Bed, kind: &str, name: &str, spec: &Value) {
    let patch = json!({"spec": spec}).to_string();
    bed.kubernetes().kubectl(&["patch", "-n", "flux-system", kind, name, "--type=merge", "-p", &patch]).unwrap();
}

/// Returns what is told of a folder now.
fn look(bed: &Bed, repository: &Repository<'_>, ours: &str, folder: &str) -> Result<Check, String> {
    let read = |group: &str, name: &str| bed.kubernetes().read(&format!("/apis/{group}/{name}"));
    let object = read("kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations", &follower(NAME, folder))?;
    let source = read("source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories", NAME)?;
    Ok(check(repository, ours, &Applier::Flux(Flux { object: &object, source: Some(&source) })))
}
