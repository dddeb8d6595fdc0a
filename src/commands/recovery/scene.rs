//! The scene: the base as it stands (its roots built, its clusters, its incidents), and the same without one incident.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use anyhow::Context as _;

use super::changes::{Changes, patched};
use crate::build::{Builder, Built, Extent};
use crate::cli::RecoveryArgs;
use crate::commands::build::restrictor;
use crate::failure::refused;
use crate::git::{Base, Repository};
use crate::kustomize::files::{Entry, Files};
use crate::model::cluster::{Cluster, ClusterId};
use crate::model::config::Config;
use crate::model::finding::Finding;
use crate::model::incident::{FoundIncident, Incident};
use crate::model::path::RepoPath;
use crate::model::yaml;
use crate::plan::Plan;
use crate::render::overlay::created_kustomization;
use crate::survey::{self, IncidentFile, Root, Survey};

/// The file with targets.
const CONFIG: &str = "leeward.yaml";

/// The base, surveyed and built.
pub(super) struct Scene<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The base.
    pub base: &'a Base,
    /// The files of the base.
    pub files: &'a dyn Files,
    /// `leeward.yaml`.
    pub config: Config,
    /// The roots that have a cluster, with what their builds gave.
    pub roots: Vec<(Root, Built)>,
    /// Every cluster, as the base has it.
    pub clusters: Vec<Cluster>,
    /// Whether the whole base was read, not only the roots that flags name.
    pub is_whole: bool,
    /// The incidents in the base.
    pub incidents: Vec<FoundIncident>,
    /// What the survey found.
    pub findings: Vec<Finding>,
    /// Kustomizations that were asked for and are made.
    pub created: Changes,
}

impl<'a> Scene<'a> {
    /// Surveys and builds the base.
    pub(super) fn set(
        repository: &'a Repository,
        base: &'a Base,
        tree: &'a crate::git::Tree,
        builder: &Builder,
        args: &RecoveryArgs,
    ) -> anyhow::Result<Self> {
        let paths = tree.walk()?;
        let (config, note) = config(repository, tree, args)?;
        let Survey { roots, findings, incidents, .. } = surveyed(tree, &paths, args)?;
        let (incidents, strange) = found(&incidents, &roots)?;
        let is_whole = named_roots(args).is_none();
        let mut scene = Self {
            repository,
            base,
            files: tree,
            config,
            roots: Vec::new(),
            clusters: Vec::new(),
            is_whole,
            incidents,
            findings,
            created: Changes::new(),
        };
        scene.findings.extend(note.into_iter().chain(strange));
        for mut root in roots {
            root.restrictor = args.repository.load_restrictor.map_or(root.restrictor, restrictor);
            scene.add(root, builder, args).with_context(|| format!("failed to read the clusters of {}", base.name))?;
        }
        Ok(scene)
    }

    /// Builds a root and takes in its clusters.
    fn add(&mut self, mut root: Root, builder: &Builder, args: &RecoveryArgs) -> anyhow::Result<()> {
        if let Some(refusal) = root.refusal() {
            if !args.repository.create_kustomization {
                return Err(refusal.into());
            }
            self.create_kustomization(&mut root)?;
        }
        let files = patched(self.files, &self.created);
        let built = builder.build(&files, &root.path, root.restrictor, Extent::Whole)?;
        self.clusters.extend(clusters(&root, &built)?);
        self.roots.push((root, built));
        Ok(())
    }

    /// Makes the kustomization that a folder of plain manifests lacks.
    fn create_kustomization(&mut self, root: &mut Root) -> anyhow::Result<()> {
        if let Some(why) = &root.manifests_unsure {
            return Err(refused(format!("what is applied from `{}` today is not known: {why}", root.path))
                .hint(format!("write {}/kustomization.yaml by hand", root.path))
                .into());
        }
        let below = |path: &RepoPath| path.below(&root.path).map(str::to_owned);
        let resources: Vec<String> = root.manifests.iter().filter_map(below).collect();
        let path = root.path.join("kustomization.yaml")?;
        self.created.insert(path.clone(), Some(created_kustomization(&resources)?));
        root.kustomization = Some(path);
        Ok(())
    }

    /// Returns the kustomization file of a root.
    pub(super) fn kustomization(&self, root: &RepoPath) -> anyhow::Result<RepoPath> {
        let known =
            self.roots.iter().find(|(known, _)| known.path == *root).and_then(|(known, _)| known.kustomization.clone());
        let known = known.with_context(|| format!("`{root}` has no kustomization"))?;
        // A link's own path cannot be edited; the build reads what it leads to.
        Ok(survey::resolve(self.files, &known)?.map_or(known, |resolved| resolved.real))
    }

    /// Returns a file as it is after changes.
    pub(super) fn read(&self, path: &RepoPath, changes: &Changes) -> anyhow::Result<Vec<u8>> {
        Ok(patched(self.files, changes).read(path.as_str())?.to_vec())
    }

    /// Drops what is as it was in the base, and returns the bytes before of what is left.
    pub(super) fn differing(&self, changes: &mut Changes) -> anyhow::Result<BTreeMap<RepoPath, Vec<u8>>> {
        let mut before = BTreeMap::new();
        for path in changes.keys() {
            if let Some(Entry::File { .. }) = self.files.entry(path.as_str())? {
                before.insert(path.clone(), self.files.read(path.as_str())?.to_vec());
            }
        }
        changes.retain(|path, bytes| bytes.as_ref() != before.get(path));
        before.retain(|path, _| changes.contains_key(path));
        Ok(before)
    }

    /// Refuses a change that reaches another root, which nobody asked to change.
    pub(super) fn refuse_bystanders(&self, plan: &Plan, changes: &Changes) -> anyhow::Result<()> {
        let is_planned = |root: &Root| plan.clusters.iter().any(|cluster| cluster.cluster.id.root == root.path);
        for (root, _) in self.roots.iter().filter(|(root, _)| !is_planned(root)) {
            let read = survey::closure(self.files, &root.path)?;
            if let Some(path) = changes.keys().find(|path| read.contains(path)) {
                let fact = format!("root `{}` reads `{path}` too and would change with it", root.path);
                return Err(refused(fact).hint("--all, or a root that no other includes").into());
            }
        }
        Ok(())
    }

    /// Returns every cluster but some.
    pub(super) fn clusters_except(&self, chosen: &[ClusterId]) -> Vec<Cluster> {
        self.clusters.iter().filter(|cluster| !chosen.contains(&cluster.id)).cloned().collect()
    }

    /// Returns how a cluster is called: short while that is unique.
    pub(super) fn shown(&self, id: &ClusterId) -> String {
        let same = self.clusters.iter().filter(|cluster| cluster.id.short() == id.short()).count();
        if same > 1 { id.to_string() } else { id.short() }
    }
}

/// Returns the roots that flags name, where every cluster is named with its root.
fn named_roots(args: &RecoveryArgs) -> Option<Vec<&str>> {
    let named: Option<Vec<&str>> =
        args.selection.cluster.iter().map(|text| text.split_once(':').map(|(root, _)| root)).collect();
    named.filter(|named| !named.is_empty())
}

/// Surveys the roots that flags name, else the whole tree.
fn surveyed(tree: &crate::git::Tree, paths: &[(String, Entry)], args: &RecoveryArgs) -> anyhow::Result<Survey> {
    let Some(named) = named_roots(args) else { return survey::survey(tree, paths) };
    let mut roots: Vec<Root> = Vec::new();
    for path in named {
        let path = RepoPath::parse(path)?;
        if !roots.iter().any(|root| root.path == path) {
            let root = survey::named_root(tree, &path)?;
            roots.push(survey::with_owner(tree, paths, root)?);
        }
    }
    Ok(Survey { roots, findings: Vec::new(), by_nobody: Vec::new(), incidents: survey::incidents(tree, paths)? })
}

/// Reads the clusters of a build.
pub(in crate::commands) fn clusters(root: &Root, built: &Built) -> anyhow::Result<Vec<Cluster>> {
    let namespace = root.owners().find_map(|owner| owner.namespace.as_deref());
    let read = built.objects.iter().map(|built| Cluster::read(&root.path, &built.object, namespace));
    let clusters: Result<Vec<Option<Cluster>>, _> = read.collect();
    Ok(clusters
        .with_context(|| format!("failed to read the objects of `{}`", root.path))?
        .into_iter()
        .flatten()
        .collect())
}

/// Returns the incidents that stand where leeward puts them, and what is said of files that only look like it.
fn found(files: &[IncidentFile], roots: &[Root]) -> anyhow::Result<(Vec<FoundIncident>, Vec<Finding>)> {
    let (mut found, mut strange) = (Vec::new(), Vec::new());
    for file in files {
        let is_near = roots.iter().any(|root| root.path == file.root);
        match file.read().with_context(|| format!("failed to read `{}`", file.path)) {
            Ok(incident) if placed(&file.path.parent(), &incident) => {
                found.push(FoundIncident { folder: file.path.parent(), incident });
            }
            Ok(_) => strange.push(left_out(&file.path, "it names another root or incident than its folder")),
            Err(error) if is_near => return Err(error),
            Err(error) => strange.push(left_out(&file.path, &error.root_cause().to_string())),
        }
    }
    Ok((found, strange))
}

/// Says that a file that looks like an incident is not taken for one.
fn left_out(path: &RepoPath, why: &str) -> Finding {
    Finding::warn("incident-strange", format!("`{path}` is not taken for an incident: {why}"))
}

/// Returns whether an incident's file lies where leeward puts it: in `<root>/recovery/<id>/` or one folder below.
pub(in crate::commands) fn placed(folder: &RepoPath, incident: &Incident) -> bool {
    let root = RepoPath::parse(&incident.cluster.root).ok();
    let place = root.filter(|root| root.as_str() == incident.cluster.root).map(|root| root.join("recovery"));
    let place = place.and_then(Result::ok).and_then(|place| place.join(&incident.id).ok());
    place.is_some_and(|place| *folder == place || folder.parent() == place)
}

/// Returns `leeward.yaml` from a flag's file, else from the base, else an empty one.
fn config(
    repository: &Repository,
    tree: &crate::git::Tree,
    args: &RecoveryArgs,
) -> anyhow::Result<(Config, Option<Finding>)> {
    let (name, text) = match &args.repository.config {
        Some(path) => (path.display().to_string(), Some(read_file(path)?)),
        None => match tree.entry(CONFIG)? {
            Some(_) => (
                CONFIG.to_owned(),
                Some(String::from_utf8(tree.read(CONFIG)?.to_vec()).context("failed to read `leeward.yaml`")?),
            ),
            None => (CONFIG.to_owned(), None),
        },
    };
    match text {
        Some(text) => Ok((Config::parse(&text).with_context(|| format!("failed to read config `{name}`"))?, None)),
        None => Ok((Config::default(), uncommitted(repository))),
    }
}

/// Reads a file that a flag names.
fn read_file(path: &Path) -> anyhow::Result<String> {
    let fact = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    let absent = |error| refused(fact(error)).hint("--config FILE");
    let mut text = String::new();
    let most = yaml::OWN_SIZE_MAX as u64 + 1;
    let read = std::fs::File::open(path).and_then(|file| file.take(most).read_to_string(&mut text));
    read.map_err(absent).with_context(|| format!("failed to read config `{}`", path.display()))?;
    Ok(text)
}

/// Says that a leeward.yaml lies in the work tree, where nobody reads it.
fn uncommitted(repository: &Repository) -> Option<Finding> {
    let path = repository.work_tree()?.join(CONFIG);
    path.exists().then(|| {
        Finding::note("config-uncommitted", "leeward.yaml is in the work tree and not in the base, it was not read")
            .hint("--config leeward.yaml")
    })
}
