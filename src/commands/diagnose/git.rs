//! What Git knows of clusters: their backup blocks and the targets of `leeward.yaml`, so that a probe, the risk clock and
//! the next command need no cluster. Read at most once a run, and only where something is to be looked up.

use std::cell::OnceCell;

use anyhow::Context as _;

use crate::build::{Builder, Extent};
use crate::cli::{BuilderArg, BuilderArgs, ProbeArgs};
use crate::commands::build::builder;
use crate::commands::recovery::clusters;
use crate::failure::{Failure, refused, usage};
use crate::git::{Repository, Tree};
use crate::kustomize::files::Files as _;
use crate::model::binlog::BinlogExpiry;
use crate::model::cluster::{Cluster, ClusterId};
use crate::model::config::Config;
use crate::model::target_entry::TargetEntry;
use crate::survey;

/// The file with targets.
const CONFIG: &str = "leeward.yaml";

/// The repository, read when it is first asked for.
pub(super) struct Git<'a> {
    /// Where it is.
    args: &'a ProbeArgs,
    /// What it knows.
    known: OnceCell<Known>,
}

/// What a repository knows.
pub(super) struct Known {
    /// Its clusters.
    pub(super) sites: Vec<Site>,
    /// `leeward.yaml`.
    config: Config,
}

/// A cluster.
pub(super) struct Site {
    /// The cluster.
    pub(super) cluster: Cluster,
    /// How long its nodes keep binlogs.
    pub(super) expiry: BinlogExpiry,
}

impl<'a> Git<'a> {
    /// Returns the repository that flags name.
    pub(super) fn of(args: &'a ProbeArgs) -> Self {
        Self { args, known: OnceCell::new() }
    }

    /// Returns what it knows.
    ///
    /// # Errors
    /// Fails where there is no repository, or its base cannot be built.
    pub(super) fn known(&self) -> anyhow::Result<&Known> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let known = Known::read(self.args)?;
        Ok(self.known.get_or_init(|| known))
    }
}

impl Known {
    /// Reads a repository.
    fn read(args: &ProbeArgs) -> anyhow::Result<Self> {
        let repository = Repository::open(&args.repo)?;
        let base = repository.base(args.base.as_deref())?;
        let tree = repository.tree(&base.commit)?;
        let sites = sites(&tree, &builder(&BuilderArgs { builder: BuilderArg::Auto, timeout: 60 }))
            .with_context(|| format!("failed to read the clusters of {}", base.name))?;
        Ok(Self { sites, config: config(&tree)? })
    }

    /// Returns the cluster that flags name; the only one where none is named.
    ///
    /// # Errors
    /// Refuses what names none, or several.
    pub(super) fn one(&self, asked: &[String]) -> Result<&Site, Failure> {
        let list = || self.sites.iter().map(|site| site.cluster.id.to_string()).collect::<Vec<_>>().join("`, `");
        let first = || self.sites.first().map_or("NAME".to_owned(), |site| site.cluster.id.to_string());
        let hint = || format!("--cluster {}", first());
        let fitting: Vec<&Site> = match asked {
            [] => self.sites.iter().collect(),
            [text] => self.sites.iter().filter(|site| site.cluster.id.is_named(text)).collect(),
            _ => return Err(usage("a probe is of one cluster").hint("--cluster [ROOT:][NAMESPACE/]NAME")),
        };
        let said = asked.first().map(|text| text.escape_debug().to_string());
        match (fitting.as_slice(), said) {
            ([site], _) => Ok(site),
            _ if self.sites.is_empty() => {
                Err(refused("no `PerconaXtraDBCluster` in any root of the base").hint("--base REV"))
            }
            ([], said) => {
                Err(refused(format!("no cluster `{}`: there are `{}`", said.unwrap_or_default(), list())).hint(hint()))
            }
            (_, Some(said)) => {
                Err(refused(format!("`{said}` is several clusters: there are `{}`", list())).hint(hint()))
            }
            (_, None) => Err(refused(format!("which cluster is not said: there are `{}`", list())).hint(hint())),
        }
    }

    /// Returns the clusters that flags name, as far as Git knows them; all of them where none is named.
    pub(super) fn meant(&self, asked: &[String]) -> Vec<&Site> {
        let is_meant = |site: &&Site| asked.is_empty() || asked.iter().any(|text| site.cluster.id.is_named(text));
        self.sites.iter().filter(is_meant).collect()
    }

    /// Returns how a cluster is called: short while that is unique.
    pub(super) fn shown(&self, id: &ClusterId) -> String {
        let is_unique = self.sites.iter().filter(|other| other.cluster.id.short() == id.short()).count() == 1;
        if is_unique { id.short() } else { id.to_string() }
    }

    /// Returns the targets of a cluster: its own of `leeward.yaml` first, then those of all.
    pub(super) fn targets(&self, cluster: &Cluster) -> Vec<(&str, &TargetEntry)> {
        let id = &cluster.id;
        let names = [id.to_string(), format!("{}:{}", id.root, id.name), id.short(), id.name.clone()];
        let own = self.config.cluster(&names).into_iter().flat_map(|entry| &entry.targets);
        let own: Vec<(&str, &TargetEntry)> = own.map(|(name, entry)| (name.as_str(), entry)).collect();
        let is_new = |name: &str| !own.iter().any(|(known, _)| *known == name);
        let all = self.config.targets.iter().map(|(name, entry)| (name.as_str(), entry));
        own.iter().copied().chain(all.filter(|(name, _)| is_new(name))).collect()
    }
}

/// Returns every cluster of a tree.
fn sites(tree: &Tree<'_>, builder: &Builder) -> anyhow::Result<Vec<Site>> {
    let mut all = Vec::new();
    for root in survey::survey(tree, &tree.walk()?)?.roots {
        let built = match root.refusal() {
            Some(refusal) => return Err(refusal.into()),
            None => builder.build(tree, &root.path, root.restrictor, Extent::Whole)?,
        };
        let objects = built.objects.iter().filter(|built| built.object.is_cluster());
        let found = clusters(&root, &built)?.into_iter().zip(objects);
        all.extend(found.map(|(cluster, built)| Site { cluster, expiry: BinlogExpiry::read(&built.object.value) }));
    }
    Ok(all)
}

/// Returns `leeward.yaml`.
fn config(tree: &Tree<'_>) -> anyhow::Result<Config> {
    if tree.entry(CONFIG)?.is_none() {
        return Ok(Config::default());
    }
    let text = String::from_utf8(tree.read(CONFIG)?.to_vec()).context("failed to read `leeward.yaml`")?;
    Config::parse(&text).with_context(|| format!("failed to read config `{CONFIG}`"))
}
