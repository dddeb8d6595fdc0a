//! The survey: a tree of files → the roots that reach a cluster, who deploys them, the incidents that stand in Git.
//!
//! Clusters are found from blobs that name the kind and followed upward through `resources`, `components` and `bases`
//! (`graph`); Flux Kustomizations and Argo CD Applications of the same tree say which of those kustomizations are
//! deployed (`flux`, `argo` → `claim` → `owners`); `roots` puts both together. [`closure()`] is the way back down: every file
//! a build of a root reads. Must never guess a path that a controller makes up at run time, and never build anything.

use anyhow::Context as _;

use crate::failure::refused;
use crate::kustomize::files::{Entry, Files};
use crate::model::finding::Finding;
use crate::model::path::RepoPath;

mod argo;
mod claim;
mod closure;
mod config;
mod documents;
mod flux;
mod graph;
mod incident;
pub mod kustomization;
mod owners;
mod patch;
mod plain;
mod resolve;
mod root;
mod roots;
mod scan;

#[cfg(test)]
mod tests;

pub use closure::closure;
pub use incident::{IncidentFile, incidents};
pub use resolve::{Kind, Resolved, read, resolve};
pub use root::{Controller, Owner, Root, Substitutes, Transform, TransformEffect};

/// What a tree holds for leeward.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The roots that can reach a cluster, sorted by path.
    pub roots: Vec<Root>,
    /// What the approver has to know about how they were found.
    pub findings: Vec<Finding>,
    /// The roots that no controller's object names: taken because no other kustomization includes them.
    pub by_nobody: Vec<RepoPath>,
    /// The incidents whose overlays stand in the tree.
    pub incidents: Vec<IncidentFile>,
}

/// Surveys a tree; `paths` lists every file, link and submodule in it.
///
/// # Errors
/// Refuses broken or ambiguous kustomizations on the way from a cluster up to its roots; fails when a file cannot be
/// read.
pub fn survey(files: &dyn Files, paths: &[(String, Entry)]) -> Result<Survey, anyhow::Error> {
    let scan = scan::Scan::of(files, paths)?;
    let graph = graph::Graph::of(&scan)?;
    let owners = owners::find(files, &scan.owners)?;
    let mut chosen = roots::choose(&scan, &graph, &owners).context("failed to find the roots")?;
    if !chosen.by_nobody.is_empty() || chosen.roots.is_empty() {
        chosen.findings.extend(owners.findings());
    }
    Ok(Survey {
        roots: chosen.roots,
        findings: chosen.findings,
        by_nobody: chosen.by_nobody,
        incidents: incidents(files, paths)?,
    })
}

/// Returns every root of a tree that a controller's object names or that reaches a cluster, sorted by path.
///
/// # Errors
/// Refuses broken or ambiguous kustomizations on the way from a cluster up to its roots; fails when a file cannot be
/// read.
pub fn deployed(files: &dyn Files, paths: &[(String, Entry)]) -> Result<Vec<Root>, anyhow::Error> {
    let scan = scan::Scan::of(files, paths)?;
    let graph = graph::Graph::of(&scan)?;
    let owners = owners::find(files, &scan.owners)?;
    roots::choose_deployed(&scan, &graph, &owners).context("failed to find the roots")
}

/// Returns the root at a path without a look at the rest of the tree: who deploys it stays unknown ([`with_owner`]).
///
/// # Errors
/// Refuses a path that is no folder, and a folder with two kustomization files.
pub fn named_root(files: &dyn Files, path: &RepoPath) -> Result<Root, anyhow::Error> {
    let Some(Resolved { real, kind: Kind::Folder, .. }) = resolve(files, path)? else {
        return Err(refused(format!("no folder `{path}` in the tree")).hint("--cluster ROOT:NAMESPACE/NAME").into());
    };
    let kustomization = kustomization::in_folder(files, &real)?;
    Ok(Root::new(real, kustomization))
}

/// Returns the root with those who deploy it: reads every YAML blob of the tree once.
///
/// # Errors
/// Fails when a file cannot be read.
pub fn with_owner(files: &dyn Files, paths: &[(String, Entry)], mut root: Root) -> Result<Root, anyhow::Error> {
    let owners = owners::find(files, &scan::owner_blobs(files, paths)?)?;
    for deployment in owners.deployments {
        let has_kustomization = |folder: &RepoPath| Ok(kustomization::in_folder(files, folder)?.is_some());
        let is_generated_from = deployment.controller() == Controller::Flux
            && root.kustomization.is_some()
            && root.path.is_in(&deployment.folder)
            && plain::is_topmost::<anyhow::Error>(&root.path, &deployment.folder, has_kustomization)?;
        if deployment.folder == root.path || is_generated_from {
            root.adopt(deployment.owner(files)?);
        }
    }
    Ok(root)
}
