//! One revision, surveyed: its roots, what each reads, and what it builds to. It holds no tree, so that it can be made on
//! another thread. Must never read a file that cannot be read as one that is not there.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use crate::build::{Builder, Extent};
use crate::cli::ChangeArgs;
use crate::commands::build::restrictor;
use crate::git::{Base, Repository, Tree};
use crate::kustomize::files::{Entry, Files as _, Patched};
use crate::model::object::{Object, PXC_KIND};
use crate::model::path::RepoPath;
use crate::render::overlay::created_kustomization;
use crate::survey::{self, Root};

/// The files that a root reads, or why that is not known.
type Inputs = anyhow::Result<BTreeSet<RepoPath>>;

/// One revision, surveyed.
pub(super) struct Side {
    /// Its roots.
    pub(super) roots: BTreeMap<RepoPath, Root>,
    /// The files that each reads.
    inputs: BTreeMap<RepoPath, Inputs>,
    /// Those of what is no root of this revision.
    nothing: BTreeSet<RepoPath>,
    /// Every file, in git's order, which is that of its bytes.
    files: Vec<String>,
}

impl Side {
    /// Surveys a revision.
    pub(super) fn of(repository: &Repository, revision: &Base, args: &ChangeArgs) -> anyhow::Result<Self> {
        let tree = repository.tree(&revision.commit)?;
        let paths = tree.walk()?;
        let (mut roots, mut inputs) = (BTreeMap::new(), BTreeMap::new());
        for mut root in survey::deployed(&tree, &paths)? {
            root.restrictor = args.load_restrictor.map_or(root.restrictor, restrictor);
            inputs.insert(root.path.clone(), read_by(&tree, &root));
            roots.insert(root.path.clone(), root);
        }
        let files = paths.into_iter().map(|(path, _)| path).collect();
        Ok(Self { roots, inputs, nothing: BTreeSet::new(), files })
    }

    /// Returns whether it has a folder, deployed or not.
    pub(super) fn has(&self, path: &RepoPath) -> bool {
        let below = format!("{path}/");
        let next = self.files.partition_point(|file| *file < below);
        path.as_str().is_empty() || self.files.get(next).is_some_and(|file| file.starts_with(&below))
    }

    /// Returns the files that a root reads.
    pub(super) fn inputs(&self, path: &RepoPath) -> Result<&BTreeSet<RepoPath>, &anyhow::Error> {
        self.inputs.get(path).map_or(Ok(&self.nothing), Result::as_ref)
    }

    /// Returns whether a file that one of some roots reads names the operator's kind.
    pub(super) fn names_cluster<'a>(
        &self,
        repository: &Repository,
        revision: &Base,
        paths: impl Iterator<Item = &'a RepoPath>,
    ) -> bool {
        let Ok(tree) = repository.tree(&revision.commit) else { return false };
        let names = |file: &RepoPath| {
            let bytes = tree.read(file.as_str()).unwrap_or_default();
            memmem::find(&bytes, PXC_KIND.as_bytes()).is_some()
        };
        paths.filter_map(|path| self.inputs(path).ok()).flatten().any(names)
    }

    /// Builds roots; those that this revision does not have build to nothing.
    ///
    /// # Errors
    /// Fails when the revision cannot be read any more.
    pub(super) fn build(
        &self,
        repository: &Repository,
        revision: &Base,
        paths: &[&RepoPath],
        builder: &Builder,
    ) -> anyhow::Result<Vec<anyhow::Result<Vec<Object>>>> {
        // The folders that one root reads are read once for all.
        let tree = repository.tree(&revision.commit)?;
        let one = |path: &&RepoPath| self.roots.get(*path).map_or(Ok(Vec::new()), |root| built(&tree, root, builder));
        Ok(paths.iter().map(one).collect())
    }
}

/// Returns the files that a root reads.
fn read_by(tree: &Tree<'_>, root: &Root) -> Inputs {
    let owners = root.owners().map(|owner| owner.file.clone());
    let read = match &root.kustomization {
        Some(_) => survey::closure(tree, &root.path)?,
        None => root.manifests.iter().cloned().collect(),
    };
    Ok(read.into_iter().chain(owners).collect())
}

/// Builds a root.
fn built(tree: &Tree<'_>, root: &Root, builder: &Builder) -> anyhow::Result<Vec<Object>> {
    let path = &root.path;
    let objects = |built: crate::build::Built| built.objects.into_iter().map(|built| built.object).collect();
    if root.kustomization.is_some() {
        return builder.build(tree, path, root.restrictor, Extent::Whole).map(objects);
    }
    let mut manifests = Vec::new();
    for file in &root.manifests {
        // Folders with a kustomization of their own are roots of their own.
        if tree.entry(file.as_str())? != Some(Entry::Folder) {
            manifests.extend(file.below(path).map(str::to_owned));
        }
    }
    if manifests.is_empty() {
        return Ok(Vec::new());
    }
    // The controller applies a folder of plain manifests as this kustomization would.
    let file = path.join("kustomization.yaml")?.as_str().to_owned();
    let changes = [(file, Some(created_kustomization(&manifests)?))].into();
    let files = Patched { base: tree, changes };
    builder.build(&files, path, root.restrictor, Extent::Whole).map(objects)
}
