//! Folders of plain manifests: what a controller applies there today, so that a kustomization can take over without a
//! difference. Flux generates one from everything below (`kustomize_generator.go` of fluxcd/pkg); Argo CD reads a directory.

use std::collections::BTreeSet;

use memchr::memmem;

use super::claim::Plain;
use super::graph::Graph;
use super::owners::Deployment;
use super::scan::Scan;
use crate::kustomize::files::Entry;
use crate::model::path::RepoPath;

/// Files and folders that Flux' sources leave out by default (fluxcd/pkg, sourceignore).
const FLUX_IGNORES: [&str; 12] = [
    ".github",
    ".circleci",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    ".goreleaser.yml",
    ".sops.yaml",
    ".flux.yaml",
];
/// The comment that keeps a file out of Argo CD's directories.
const ARGO_SKIP: &[u8] = b"+argocd:skip-file-rendering";

/// Returns whether no folder between `top` and `at`, `top` included, has a kustomization: Flux then includes `at` as is.
pub(super) fn is_topmost<E>(
    at: &RepoPath,
    top: &RepoPath,
    has_kustomization: impl Fn(&RepoPath) -> Result<bool, E>,
) -> Result<bool, E> {
    let mut folder = at.clone();
    while folder != *top {
        if folder.as_str().is_empty() {
            return Ok(false);
        }
        folder = folder.parent();
        if has_kustomization(&folder)? {
            return Ok(false);
        }
    }
    Ok(at != top)
}

/// Returns whether a deployment applies a manifest as it is; its folder has no kustomization.
pub(super) fn applies(deployment: &Deployment, file: &RepoPath, graph: &Graph) -> bool {
    let folder = &deployment.folder;
    let is_reached = match deployment.claim.plain {
        Plain::Here => file.parent() == *folder,
        Plain::Below => file.is_in(folder),
        Plain::Generated => {
            let has = |folder: &RepoPath| Ok::<_, ()>(graph.node(folder).is_some());
            file.is_in(folder) && is_topmost(file, folder, has) == Ok(true)
        }
    };
    is_reached && is_manifest(file, &deployment.claim.plain)
}

/// Returns everything a deployment applies in its folder: manifests, and folders with a kustomization of their own.
pub(super) fn manifests(
    deployment: &Deployment,
    scan: &Scan<'_>,
    graph: &Graph,
) -> Result<Vec<RepoPath>, anyhow::Error> {
    let mut found = BTreeSet::new();
    for (text, entry) in &scan.entries {
        let Ok(path) = RepoPath::parse(text) else { continue };
        if !path.is_in(&deployment.folder) || matches!(entry, Entry::Folder | Entry::Submodule) {
            continue;
        }
        if applies(deployment, &path, graph) {
            let is_skipped = deployment.claim.plain != Plain::Generated
                && matches!(entry, Entry::File { .. })
                && memmem::find(&scan.files.read(text)?, ARGO_SKIP).is_some();
            if !is_skipped {
                found.insert(path);
            }
        } else if deployment.claim.plain == Plain::Generated {
            found.extend(own_kustomization(&path, &deployment.folder, graph));
        }
    }
    Ok(found.into_iter().collect())
}

/// Returns the topmost folder with a kustomization between `top` and a file.
fn own_kustomization(file: &RepoPath, top: &RepoPath, graph: &Graph) -> Option<RepoPath> {
    let (mut folder, mut found) = (file.parent(), None);
    while folder != *top && !folder.as_str().is_empty() {
        if graph.node(&folder).is_some() {
            found = Some(folder.clone());
        }
        folder = folder.parent();
    }
    found
}

/// Returns why the list may be longer than what is applied.
pub(super) fn unsure(deployment: &Deployment, scan: &Scan<'_>) -> Option<String> {
    let ignores = deployment.claim.plain == Plain::Generated && scan.entries.contains_key(".sourceignore");
    deployment.claim.narrowed_by.clone().or_else(|| ignores.then(|| ".sourceignore".to_owned()))
}

/// Returns whether the controller takes a file of this name for a manifest.
fn is_manifest(file: &RepoPath, plain: &Plain) -> bool {
    let is_ignored = *plain == Plain::Generated && file.as_str().split('/').any(|part| FLUX_IGNORES.contains(&part));
    let extension = file.name().rsplit_once('.').map_or("", |(_, extension)| extension);
    !is_ignored && (matches!(extension, "yaml" | "yml") || (*plain != Plain::Generated && extension == "json"))
}
