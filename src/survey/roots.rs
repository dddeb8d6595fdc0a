//! From clusters to roots: the kustomizations above a cluster that a controller deploys, else those that no other
//! includes. Says which of the two it was.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::graph::Graph;
use super::owners::{Deployment, Owners};
use super::scan::{Blob, Scan, holds_cluster};
use super::{Controller, Root, plain};
use crate::failure::{Failure, refused};
use crate::model::finding::Finding;
use crate::model::path::RepoPath;

/// The roots of a tree.
#[derive(Default)]
pub(super) struct Chosen {
    /// Sorted by path.
    pub(super) roots: Vec<Root>,
    /// Those without an owner.
    pub(super) by_nobody: Vec<RepoPath>,
    /// What to say about them.
    pub(super) findings: Vec<Finding>,
}

/// What choosing works on.
struct Choice<'a> {
    /// The blobs.
    scan: &'a Scan<'a>,
    /// Who includes whom.
    graph: &'a Graph,
    /// Who deploys what.
    owners: &'a Owners,
    /// The roots so far.
    roots: BTreeMap<RepoPath, Root>,
    /// Clusters in files that nothing includes or deploys.
    unreached: Vec<RepoPath>,
    /// Kustomizations that no other includes, above a cluster that a controller deploys from elsewhere.
    left_out: BTreeSet<RepoPath>,
    /// What to say.
    findings: Vec<Finding>,
}

/// Chooses the roots that reach a cluster.
pub(super) fn choose(scan: &Scan<'_>, graph: &Graph, owners: &Owners) -> Result<Chosen, anyhow::Error> {
    let (roots, unreached, left_out, findings) = (BTreeMap::new(), Vec::new(), BTreeSet::new(), Vec::new());
    let mut choice = Choice { scan, graph, owners, roots, unreached, left_out, findings };
    for blob in &scan.clusters {
        choice.add(blob)?;
    }
    Ok(choice.finish())
}

/// Chooses every root that a controller deploys, whether it reaches a cluster or not, beside those that reach one.
pub(super) fn choose_deployed(scan: &Scan<'_>, graph: &Graph, owners: &Owners) -> Result<Vec<Root>, anyhow::Error> {
    let (roots, unreached, left_out, findings) = (BTreeMap::new(), Vec::new(), BTreeSet::new(), Vec::new());
    let mut choice = Choice { scan, graph, owners, roots, unreached, left_out, findings };
    for blob in &scan.clusters {
        choice.add(blob)?;
    }
    for deployment in &owners.deployments {
        choice.add_deployed(deployment)?;
    }
    Ok(choice.finish().roots)
}

impl Choice<'_> {
    /// Adds the roots of one deployment.
    fn add_deployed(&mut self, deployment: &Deployment) -> Result<(), anyhow::Error> {
        for folder in self.folders(deployment, &self.graph.folders()) {
            let owner = deployment.owner(self.scan.files)?;
            self.root(&folder).adopt(owner);
        }
        if self.is_plain(deployment) {
            self.add_plain(deployment)?;
        }
        Ok(())
    }

    /// Adds the roots above one file that names the kind.
    fn add(&mut self, blob: &Blob) -> Result<(), anyhow::Error> {
        let holds = holds_cluster(&blob.bytes);
        if holds == Ok(false) {
            return Ok(());
        }
        let above = self.graph.above(&blob.path)?;
        if let Err(failure) = holds {
            if above.is_empty() {
                return Ok(());
            }
            return Err(failure).with_context(|| format!("failed to read manifest `{}`", blob.path));
        }
        if self.add_owned(&blob.path, &above)? {
            self.left_out.extend(self.tops(&above));
        } else {
            self.add_tops(&blob.path, &above)?;
        }
        Ok(())
    }

    /// Adds the roots that a controller deploys; returns whether there are any.
    fn add_owned(&mut self, file: &RepoPath, above: &BTreeSet<RepoPath>) -> Result<bool, anyhow::Error> {
        let mut is_owned = false;
        for deployment in &self.owners.deployments {
            for folder in self.folders(deployment, above) {
                let owner = deployment.owner(self.scan.files)?;
                self.root(&folder).adopt(owner);
                is_owned = true;
            }
            if self.is_plain(deployment) && plain::applies(deployment, file, self.graph) {
                self.add_plain(deployment)?;
                is_owned = true;
            }
        }
        Ok(is_owned)
    }

    /// Returns which of the kustomizations above a cluster a deployment builds.
    fn folders(&self, deployment: &Deployment, above: &BTreeSet<RepoPath>) -> Vec<RepoPath> {
        let top = &deployment.folder;
        if self.graph.node(top).is_some() {
            return above.get(top).cloned().into_iter().collect();
        }
        if deployment.controller() != Controller::Flux {
            return Vec::new();
        }
        let has = |folder: &RepoPath| Ok::<_, ()>(self.graph.node(folder).is_some());
        above
            .iter()
            .filter(|folder| folder.is_in(top) && plain::is_topmost(folder, top, has) == Ok(true))
            .cloned()
            .collect()
    }

    /// Returns whether the controller reads the folder as plain manifests.
    fn is_plain(&self, deployment: &Deployment) -> bool {
        let is_chart = deployment.controller() == Controller::ArgoCd
            && deployment.folder.join("Chart.yaml").is_ok_and(|file| self.scan.entries.contains_key(file.as_str()));
        self.graph.node(&deployment.folder).is_none() && !is_chart
    }

    /// Adds a folder of plain manifests.
    fn add_plain(&mut self, deployment: &Deployment) -> Result<(), anyhow::Error> {
        let manifests = plain::manifests(deployment, self.scan, self.graph)?;
        let unsure = plain::unsure(deployment, self.scan);
        let owner = deployment.owner(self.scan.files)?;
        let root = self.root(&deployment.folder);
        root.manifests = manifests;
        root.manifests_unsure = unsure;
        root.adopt(owner);
        Ok(())
    }

    /// Returns the deployable kustomizations that no other includes.
    fn tops(&self, above: &BTreeSet<RepoPath>) -> Vec<RepoPath> {
        let deployable = |folder: &&RepoPath| self.graph.node(folder).is_some_and(|node| !node.is_component);
        above.iter().filter(|folder| !self.graph.is_included(folder)).filter(deployable).cloned().collect()
    }

    /// Says which kustomizations reach a cluster and are deployed by nobody that this tree knows of.
    fn left_out(&self) -> Vec<Finding> {
        let left_out = self.left_out.iter().filter(|folder| !self.roots.contains_key(folder));
        let finding = |folder: &RepoPath| {
            let fact = format!(
                "`{folder}` reaches a cluster and is left out: no Flux Kustomization or Argo CD Application of this tree names it"
            );
            Finding::warn("root-left-out", fact).hint(format!("--cluster {folder}:NAMESPACE/NAME"))
        };
        left_out.map(finding).collect()
    }

    /// Adds the kustomizations that no other includes.
    fn add_tops(&mut self, file: &RepoPath, above: &BTreeSet<RepoPath>) -> Result<(), anyhow::Error> {
        if above.is_empty() {
            self.unreached.push(file.clone());
            return Ok(());
        }
        let tops: Vec<&RepoPath> = above.iter().filter(|folder| !self.graph.is_included(folder)).collect();
        if tops.is_empty() {
            let names: Vec<String> = above.iter().map(|folder| format!("`{folder}`")).collect();
            return Err(refused(format!("kustomizations include each other: {}", names.join(", "))).into());
        }
        let tops = self.tops(above);
        if tops.is_empty() {
            self.unreached.push(file.clone());
        }
        for folder in tops {
            self.root(&folder);
        }
        Ok(())
    }

    /// Says which deployed kustomizations could not be read: whether they reach a cluster is not known.
    fn unreadable(&self) -> Vec<Finding> {
        let deployed: BTreeSet<&RepoPath> =
            self.owners.deployments.iter().map(|deployment| &deployment.folder).collect();
        let broken = deployed.into_iter().filter_map(|folder| self.graph.node(folder)?.broken.as_ref());
        let fact = |(file, failure): &(RepoPath, Failure)| {
            format!("`{file}` is deployed and could not be read, clusters behind it are not seen: {failure}")
        };
        broken.map(|broken| Finding::warn("kustomization-unreadable", fact(broken))).collect()
    }

    /// Returns the root at a folder, made when it is new.
    fn root(&mut self, folder: &RepoPath) -> &mut Root {
        let kustomization = self.graph.node(folder).and_then(|node| node.file()).cloned();
        self.roots.entry(folder.clone()).or_insert_with(|| Root::new(folder.clone(), kustomization))
    }

    /// Says what there is to say about the roots, and hands them on.
    fn finish(mut self) -> Chosen {
        if self.roots.is_empty() {
            for file in self.unreached.clone() {
                self.root(&file.parent()).manifests.push(file);
            }
        }
        let is_unowned = |root: &&Root| root.owner.is_none();
        let by_nobody: Vec<RepoPath> = self.roots.values().filter(is_unowned).map(|root| root.path.clone()).collect();
        for root in self.roots.values() {
            self.findings.extend(remark(root));
        }
        self.findings.extend(self.unreadable());
        self.findings.extend(self.left_out());
        self.findings.extend(self.unreached.iter().map(|file| {
            let fact = format!("`{file}` holds a cluster that no root deploys: nothing includes it");
            Finding::note("cluster-unreached", fact)
        }));
        Chosen { roots: self.roots.into_values().collect(), by_nobody, findings: self.findings }
    }
}

/// Returns what there is to say about who deploys a root.
fn remark(root: &Root) -> Option<Finding> {
    let path = &root.path;
    if root.owner.is_none() {
        root.kustomization.as_ref()?;
        let fact = format!(
            "no Flux Kustomization or Argo CD Application reaches `{path}`: taken because no other kustomization includes it"
        );
        return Some(Finding::note("root-unowned", fact));
    }
    if root.other_owners.is_empty() {
        return None;
    }
    let names: Vec<String> = root.owners().map(|owner| format!("{} `{}`", owner.controller, owner.object)).collect();
    let fact = format!("`{path}` is deployed by several objects, a change reaches them all: {}", names.join(", "));
    Some(Finding::warn("root-shared", fact))
}
