//! The clusters of incidents as the base builds them: what is in effect, and what a clock can be read from. Builds only
//! the roots that have an incident. A root that cannot be built is told of and hides no incident.

use std::collections::BTreeMap;
use std::path::Path;

use crate::build::{Builder, Extent};
use crate::cli::StatusArgs;
use crate::commands::build::{builder, restrictor};
use crate::commands::causes;
use crate::commands::recovery::clusters;
use crate::failure::{Failure, refused};
use crate::git::{Base, Repository, Tree};
use crate::kustomize::files::Entry;
use crate::model::binlog::BinlogExpiry;
use crate::model::cluster::Cluster;
use crate::model::finding::Finding;
use crate::model::incident::Incident;
use crate::model::path::RepoPath;
use crate::model::shell::quoted;
use crate::survey::{self, Root};

use super::row::Row;

/// The clusters of incidents.
pub(super) struct Sites {
    /// The clusters of each root; `None` for a root that could not be built.
    by_root: BTreeMap<String, Option<Vec<Site>>>,
    /// What has to be known of it.
    pub(super) findings: Vec<Finding>,
    /// The first root that could not be built.
    pub(super) failure: Option<Failure>,
    /// What a person has to know of who built.
    pub(super) notes: Vec<String>,
}

/// A cluster.
pub(super) struct Site {
    /// The cluster.
    pub(super) cluster: Cluster,
    /// How long its nodes keep binlogs.
    pub(super) expiry: BinlogExpiry,
}

impl Sites {
    /// Builds the roots of incidents.
    pub(super) fn build(repository: &Repository, base: &Base, rows: &[Row], args: &StatusArgs) -> Self {
        let builder = builder(&args.builder);
        let mut sites = Self { by_root: BTreeMap::new(), findings: Vec::new(), failure: None, notes: Vec::new() };
        let roots = rows.iter().filter_map(|row| row.incident.as_ref()).map(|incident| incident.cluster.root.clone());
        for root in roots {
            if !sites.by_root.contains_key(&root) {
                let built = sites_of(repository, base, &root, args, &builder);
                let built = built.map_err(|error| sites.missed(&root, &error, &again(args, base, &root))).ok();
                sites.by_root.insert(root, built.flatten());
            }
        }
        sites.notes = builder.notes();
        sites
    }

    /// Tells of a root that could not be built.
    fn missed(&mut self, root: &str, error: &anyhow::Error, again: &str) {
        let fact = format!(
            "`{root}` cannot be built, so nothing is known of what is in effect there: {}",
            causes(error).join(": ")
        );
        self.findings.push(Finding::warn("root-unbuildable", fact.clone()));
        self.failure.get_or_insert(refused(fact).hint(again));
    }

    /// Returns the cluster of an incident.
    pub(super) fn of(&self, incident: &Incident) -> Option<&Site> {
        let sites = self.by_root.get(&incident.cluster.root)?.as_ref()?;
        sites.iter().find(|site| incident.cluster.names(&site.cluster.id))
    }

    /// Returns whether the root of an incident was built, and has no such cluster.
    pub(super) fn is_gone(&self, incident: &Incident) -> bool {
        matches!(self.by_root.get(&incident.cluster.root), Some(Some(_))) && self.of(incident).is_none()
    }

    /// Returns whether the root of an incident could not be built.
    pub(super) fn is_unbuilt(&self, incident: &Incident) -> bool {
        matches!(self.by_root.get(&incident.cluster.root), Some(None))
    }

    /// Returns how the cluster of an incident is called: short while that is unique among incidents.
    pub(super) fn shown(&self, incident: &Incident) -> String {
        let name = &incident.cluster;
        let short = |root: &str, namespace: &str, name: &str| {
            (root != incident.cluster.root) && namespace == incident.cluster.namespace && name == incident.cluster.name
        };
        let others = self.by_root.iter().flat_map(|(root, sites)| sites.iter().flatten().map(move |site| (root, site)));
        let is_double = others.into_iter().any(|(root, site)| {
            short(root, site.cluster.id.namespace.as_deref().unwrap_or_default(), &site.cluster.id.name)
        });
        let namespace = if name.namespace.is_empty() { "-" } else { name.namespace.as_str() };
        if is_double { name.shown() } else { format!("{namespace}/{}", name.name) }
    }
}

/// Returns the command that builds a root once more; of another repository than the one around its base.
fn again(args: &StatusArgs, base: &Base, root: &str) -> String {
    let repo = &args.which.repo;
    if repo == Path::new(".") {
        return format!("leeward build {}", quoted(root));
    }
    format!("leeward build --repo {} --base {} {}", quoted(&repo.to_string_lossy()), quoted(&base.name), quoted(root))
}

/// Builds one root; `None` where the base has no such folder any more.
fn sites_of(
    repository: &Repository,
    base: &Base,
    root: &str,
    args: &StatusArgs,
    builder: &Builder,
) -> anyhow::Result<Option<Vec<Site>>> {
    let tree = repository.tree(&base.commit)?;
    let path = RepoPath::parse(root)?;
    if survey::resolve(&tree, &path)?.is_none() {
        return Ok(Some(Vec::new()));
    }
    let mut root = with_owner(&tree, survey::named_root(&tree, &path)?)?;
    root.restrictor = args.which.load_restrictor.map_or(root.restrictor, restrictor);
    let built = builder.build(&tree, &root.path, root.restrictor, Extent::Whole)?;
    let clusters = clusters(&root, &built)?;
    let objects: Vec<_> = built.objects.iter().filter(|built| built.object.is_cluster()).collect();
    let site = |(cluster, built): (Cluster, &crate::build::BuiltObject)| Site {
        cluster,
        expiry: BinlogExpiry::read(&built.object.value),
    };
    Ok(Some(clusters.into_iter().zip(objects).map(site).collect()))
}

/// Returns a root with who deploys it.
fn with_owner(tree: &Tree<'_>, root: Root) -> anyhow::Result<Root> {
    let paths: Vec<(String, Entry)> = tree.walk()?;
    survey::with_owner(tree, &paths, root)
}
