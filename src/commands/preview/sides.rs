//! Git before and Git after: the two revisions, the roots whose files differ between them, and what each builds to.
//! A root that builds on one side alone is withheld and named: it must never look like a mass creation or deletion.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::owners;
use crate::build::{Builder, Built, Extent};
use crate::cli::ChangeArgs;
use crate::commands::build::restrictor;
use crate::failure::{Failure, refused};
use crate::git::{Base, Repository, Tree};
use crate::kustomize::files::{Entry, Files as _, Patched};
use crate::model::finding::Finding;
use crate::model::path::RepoPath;
use crate::model::shell::quoted;
use crate::preview::Deployed;
use crate::render::overlay::created_kustomization;
use crate::survey::{self, Root};

/// The two revisions.
pub(super) struct Revisions {
    /// Git before.
    pub(super) base: Base,
    /// Git after.
    pub(super) head: Base,
    /// Where the base branch stands now, when it is further than Git before.
    pub(super) moved: Option<Base>,
}

/// A root that changes.
pub(super) struct Changed {
    /// The root as the head has it, else as the base had it.
    pub(super) root: Root,
    /// What it builds to, before and after.
    pub(super) deployed: Deployed,
    /// Whether the base deploys it too: its controller's object is no part of the change.
    pub(super) was_deployed: bool,
    /// The controller's object as the base has it.
    pub(super) owner_before: Option<Value>,
}

/// What changes between two revisions.
pub(super) struct Sides {
    /// The roots that change.
    pub(super) changed: Vec<Changed>,
    /// What the approver has to know of the whole run.
    pub(super) findings: Vec<Finding>,
    /// The first root that could not be built.
    pub(super) failure: Option<Failure>,
}

/// Returns the revisions that flags name.
///
/// # Errors
/// Refuses revisions that are missing, and two that are the same.
pub(super) fn revisions(repository: &Repository, args: &ChangeArgs) -> anyhow::Result<Revisions> {
    let head = repository.head(args.head.as_deref())?;
    if args.base.is_some() {
        let base = repository.base(args.base.as_deref())?;
        return Ok(Revisions { base, head, moved: None });
    }
    let tip = repository.base(None)?;
    let fork = repository.merge_base(&tip.commit, &head.commit)?;
    let fork = fork.ok_or_else(|| {
        let fact = format!("`{}` and `{}` have no commit in common", tip.name, head.name);
        if repository.is_shallow() {
            return refused(format!("{fact} in this shallow clone")).hint("git fetch --unshallow");
        }
        refused(fact).hint("--base REV")
    })?;
    if fork == head.commit && tip.name == head.name && repository.remotes()?.is_empty() {
        return Err(itself(repository, &head.name).into());
    }
    if fork == head.commit {
        let fact = format!("`{}` has nothing that `{}` has not", head.name, tip.name);
        return Err(refused(fact).hint("--head BRANCH").into());
    }
    let moved = (tip.commit != fork).then(|| tip.clone());
    Ok(Revisions { base: Base { commit: fork, name: tip.name }, head, moved })
}

/// Refuses to hold a branch against itself: without a remote, the branch that is checked out is the base too.
fn itself(repository: &Repository, branch: &str) -> Failure {
    let fact =
        format!("`{branch}` is the base and the head: without a remote, the base is the branch that is checked out");
    let is_there = |name: &&str| *name != branch && repository.base(Some(name)).is_ok();
    let usual = ["main", "master"].into_iter().find(is_there);
    refused(fact).hint(usual.map_or_else(|| "--head BRANCH".to_owned(), |name| format!("--base {name}")))
}

/// Returns what changes between two revisions.
///
/// # Errors
/// Fails when a tree cannot be read.
pub(super) fn sides(
    repository: &Repository,
    revisions: &Revisions,
    builder: &Builder,
    args: &ChangeArgs,
) -> anyhow::Result<Sides> {
    let before = Side::of(repository, &revisions.base, args)?;
    let after = Side::of(repository, &revisions.head, args)?;
    let paths = repository.changed_paths(&revisions.base.commit, &revisions.head.commit)?;
    let mut sides = Sides { changed: Vec::new(), findings: Vec::new(), failure: None };
    let paths = sides.parsed(&paths);
    let mut read = BTreeSet::new();
    let roots: BTreeSet<&RepoPath> = before.roots.keys().chain(after.roots.keys()).collect();
    for path in roots {
        let (old, new) = (before.inputs(path), after.inputs(path));
        let mut inputs = BTreeSet::from([path.clone()]);
        if let (Ok(old), Ok(new)) = (&old, &new) {
            inputs = old.union(new).cloned().collect();
        }
        let is_touched = is_touched(&inputs, &paths) || before.roots.get(path) != after.roots.get(path);
        read.extend(inputs);
        if is_touched {
            sides.add(path, (&before, &after), builder);
        } else {
            sides.findings.extend(old.err().or(new.err()).map(|error| unsure(path, &error)));
        }
    }
    sides.findings.extend(unread(&paths, &read));
    if let Some(moved) = &revisions.moved {
        sides.findings.extend(overtaken(repository, revisions, moved, &read)?);
    }
    Ok(sides)
}

/// Says that a root may change too: what it reads is not known.
fn unsure(path: &RepoPath, error: &anyhow::Error) -> Finding {
    let fact = format!(
        "`{path}` may change too and is not previewed: what it reads is not known: {}",
        crate::commands::causes(error).join(": ")
    );
    Finding::warn("root-unsure", fact)
}

/// Returns whether one of some changed paths is read, or lies in a folder that is read as a whole.
fn is_touched(inputs: &BTreeSet<RepoPath>, paths: &BTreeSet<RepoPath>) -> bool {
    paths.iter().any(|path| inputs.iter().any(|input| path == input || path.is_in(input)))
}

/// Says which changed files no root reads.
fn unread(paths: &BTreeSet<RepoPath>, read: &BTreeSet<RepoPath>) -> Option<Finding> {
    let is_read = |path: &RepoPath| read.iter().any(|input| path == input || path.is_in(input));
    let is_ours = |path: &RepoPath| path.name() == "incident.yaml" || path.as_str() == "leeward.yaml";
    let unread: Vec<&RepoPath> = paths.iter().filter(|path| !is_read(path) && !is_ours(path)).collect();
    let first = unread.first()?;
    let more = match unread.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let fact =
        format!("changed files that no deployed root of this repository reads are not previewed: `{first}`{more}");
    Some(Finding::note("files-undeployed", fact))
}

/// Says that the base branch went on where the previewed roots read.
fn overtaken(
    repository: &Repository,
    revisions: &Revisions,
    tip: &Base,
    read: &BTreeSet<RepoPath>,
) -> anyhow::Result<Option<Finding>> {
    let since = repository.changed_paths(&revisions.base.commit, &tip.commit)?;
    let known: BTreeSet<RepoPath> = since.iter().filter_map(|path| RepoPath::parse(path).ok()).collect();
    // A name that cannot be followed may be one that is read.
    if known.len() == since.len() && !is_touched(read, &known) {
        return Ok(None);
    }
    let fact = format!(
        "`{}` went on since `{}` left it, in files that are deployed: what merging gives is not what is shown",
        tip.name, revisions.head.name
    );
    Ok(Some(Finding::warn("base-moved", fact).hint(format!("git merge {}", quoted(&tip.name)))))
}

/// One revision, surveyed.
struct Side<'a> {
    /// Its files.
    tree: Tree<'a>,
    /// Its roots.
    roots: BTreeMap<RepoPath, Root>,
}

impl<'a> Side<'a> {
    /// Surveys a revision.
    fn of(repository: &'a Repository, revision: &Base, args: &ChangeArgs) -> anyhow::Result<Self> {
        let tree = repository.tree(&revision.commit)?;
        let paths = tree.walk()?;
        let mut roots = BTreeMap::new();
        for mut root in survey::deployed(&tree, &paths)? {
            root.restrictor = args.load_restrictor.map_or(root.restrictor, restrictor);
            roots.insert(root.path.clone(), root);
        }
        Ok(Self { tree, roots })
    }

    /// Returns the files that a root reads.
    fn inputs(&self, path: &RepoPath) -> anyhow::Result<BTreeSet<RepoPath>> {
        let Some(root) = self.roots.get(path) else { return Ok(BTreeSet::new()) };
        let owners = root.owners().map(|owner| owner.file.clone());
        let read = match &root.kustomization {
            Some(_) => survey::closure(&self.tree, path)?,
            None => root.manifests.iter().cloned().collect(),
        };
        Ok(read.into_iter().chain(owners).collect())
    }

    /// Returns whether it has a folder, deployed or not; what cannot be read may be one.
    fn has(&self, path: &RepoPath) -> bool {
        path.as_str().is_empty() || !matches!(self.tree.entry(path.as_str()), Ok(None))
    }

    /// Builds a root; `None` where this revision has none.
    fn build(&self, path: &RepoPath, builder: &Builder) -> anyhow::Result<Option<Built>> {
        let Some(root) = self.roots.get(path) else { return Ok(None) };
        if root.kustomization.is_some() {
            return builder.build(&self.tree, path, root.restrictor, Extent::Whole).map(Some);
        }
        let mut manifests = Vec::new();
        for file in &root.manifests {
            // Folders with a kustomization of their own are roots of their own.
            if self.tree.entry(file.as_str())? != Some(Entry::Folder) {
                manifests.extend(file.below(path).map(str::to_owned));
            }
        }
        if manifests.is_empty() {
            return Ok(Some(Built { objects: Vec::new(), text: String::new() }));
        }
        // The controller applies a folder of plain manifests as this kustomization would.
        let file = path.join("kustomization.yaml")?.as_str().to_owned();
        let changes = [(file, Some(created_kustomization(&manifests)?))].into();
        let files = Patched { base: &self.tree, changes };
        builder.build(&files, path, root.restrictor, Extent::Whole).map(Some)
    }
}

impl Sides {
    /// Returns the paths that can be followed, and names the others.
    fn parsed(&mut self, paths: &[String]) -> BTreeSet<RepoPath> {
        let (known, odd): (Vec<_>, Vec<_>) =
            paths.iter().map(|path| RepoPath::parse(path).map_err(|_| path)).partition(Result::is_ok);
        let odd: Vec<String> =
            odd.into_iter().filter_map(Result::err).map(|path| format!("`{}`", path.escape_debug())).collect();
        if !odd.is_empty() {
            let fact = format!("changed files with names that are not followed: {}", odd.join(", "));
            self.findings.push(Finding::warn("paths-odd", fact));
        }
        known.into_iter().filter_map(Result::ok).collect()
    }

    /// Adds a root that changes.
    fn add(&mut self, path: &RepoPath, (before, after): (&Side<'_>, &Side<'_>), builder: &Builder) {
        let built = before.build(path, builder).and_then(|old| Ok((old, after.build(path, builder)?)));
        let objects = |built: Option<Built>| {
            built.into_iter().flat_map(|built| built.objects).map(|built| built.object).collect::<Vec<_>>()
        };
        match built {
            Ok((old, new)) => {
                let (in_base, in_head) = (before.has(path), after.has(path));
                let deployed =
                    Deployed { path: path.clone(), before: objects(old), after: objects(new), in_base, in_head };
                let root = after.roots.get(path).or_else(|| before.roots.get(path));
                let old = before.roots.get(path);
                self.findings.extend(owners::findings(path, old, &after.roots));
                self.changed.extend(root.into_iter().flat_map(|root| owners::each(root, old, &deployed)));
            }
            Err(error) => self.withhold(path, &error),
        }
    }

    /// Says that a root cannot be built, and so not previewed.
    fn withhold(&mut self, path: &RepoPath, error: &anyhow::Error) {
        let causes = crate::commands::causes(error).join(": ");
        let hint = crate::failure::hint_of(error).map(str::to_owned);
        let mut finding = Finding::warn("root-unbuilt", format!("`{path}` is not previewed: {causes}"));
        finding.hint.clone_from(&hint);
        self.findings.push(finding);
        let kind = crate::failure::kind_of(error);
        self.failure.get_or_insert(Failure { kind, fact: format!("`{path}` could not be built: {causes}"), hint });
    }
}
