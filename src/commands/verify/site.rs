//! The cluster as Git means it to be: its root built from the base, and who applies it. Read once a base.

use anyhow::Context as _;

use crate::build::{Builder, Extent};
use crate::cli::ProposalArgs;
use crate::commands::build::restrictor;
use crate::failure::refused;
use crate::git::{Commit, Repository, Tree};
use crate::kustomize::files::Files as _;
use crate::model::cluster::Cluster;
use crate::model::config::Config;
use crate::model::incident::ClusterName;
use crate::model::live::Scope;
use crate::model::object::{Object, ObjectId};
use crate::model::path::RepoPath;
use crate::model::version::{Rules, Version};
use crate::preview::{Deployed, placed};
use crate::survey::{self, Root};

/// The file with targets and versions.
const CONFIG: &str = "leeward.yaml";

/// The cluster as Git means it to be.
pub(super) struct Site {
    /// The root.
    pub(super) root: Root,
    /// The cluster's object alone, before and after alike.
    pub(super) deployed: Deployed,
    /// The cluster.
    pub(super) cluster: Cluster,
    /// Its namespace.
    pub(super) namespace: String,
    /// The versions' rules.
    pub(super) rules: Rules,
}

impl Site {
    /// Builds the root of a cluster from a commit: the base, or what a controller names.
    ///
    /// # Errors
    /// Fails where it cannot be built; refuses a root without the cluster of the incident.
    pub(super) fn build(
        repository: &Repository,
        (commit, name): (&Commit, &ClusterName),
        (args, version): (&ProposalArgs, Option<&str>),
        builder: &Builder,
    ) -> anyhow::Result<Self> {
        let tree = repository.tree(commit)?;
        let root = survey::named_root(&tree, &RepoPath::parse(&name.root)?)?;
        let mut root = survey::with_owner(&tree, &tree.walk()?, root)?;
        root.restrictor = args.load_restrictor.map_or(root.restrictor, restrictor);
        let built = builder.build(&tree, &root.path, root.restrictor, Extent::Whole)?;
        let objects: Vec<Object> = built.objects.into_iter().map(|built| built.object).collect();
        let is_it = |object: &Object| object.is_cluster() && object.id.name == name.name;
        let found: Vec<Object> = objects.into_iter().filter(is_it).collect();
        let owner = root.owner.as_ref().map(|owner| &owner.manifest);
        let all_namespaced = |_: &ObjectId| Some(Scope::Namespaced);
        let found = placed(found, owner, &all_namespaced);
        let is_here = |object: &&Object| {
            name.namespace.is_empty() || object.id.namespace.as_deref().is_none_or(|place| place == name.namespace)
        };
        let object = found.iter().find(is_here).or(found.first()).cloned();
        let object = object.ok_or_else(|| {
            refused(format!("`{}` no longer builds `PerconaXtraDBCluster {}`", root.path, name.name)).hint("--base REV")
        })?;
        let fills = root.owners().find_map(|owner| owner.namespace.as_deref());
        let cluster = Cluster::read(&root.path, &object, fills)?.context("it is no cluster")?;
        let namespace = cluster.id.namespace.clone().ok_or_else(|| {
            refused(format!("nothing says in which namespace `{}` is", name.name)).hint("`metadata.namespace` in Git")
        })?;
        let objects = vec![object];
        let (path, before) = (root.path.clone(), objects.clone());
        let deployed = Deployed { path, before, after: objects, in_base: true, in_head: true };
        let rules =
            rules(&tree, &cluster, version).with_context(|| format!("failed to read `{}`", cluster.id.short()))?;
        Ok(Self { root, deployed, cluster, namespace, rules })
    }
}

/// Returns the versions' rules: a flag, else leeward.yaml, and the CR.
fn rules(tree: &Tree<'_>, cluster: &Cluster, flag: Option<&str>) -> anyhow::Result<Rules> {
    let config = match tree.entry(CONFIG)? {
        Some(_) => Config::parse(&String::from_utf8_lossy(&tree.read(CONFIG)?))?,
        None => Config::default(),
    };
    let id = &cluster.id;
    let names = [id.to_string(), format!("{}:{}", id.root, id.name), id.short(), id.name.clone()];
    let written = config.cluster(&names).and_then(|entry| entry.operator_version.as_deref());
    let parse = |text: &str| Version::parse(text);
    let operator = flag.or(written).map(parse).transpose()?;
    Ok(Rules::new(operator, cluster.cr_version.as_deref().map(parse).transpose()?)?)
}
