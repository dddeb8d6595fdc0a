//! The cluster as Git has it: its backup block and the targets of `leeward.yaml`, so that a probe needs no cluster.

use anyhow::Context as _;

use super::super::input::Input;
use crate::build::{Builder, Extent};
use crate::cli::{BuilderArg, BuilderArgs, ProbeArgs, SubjectArgs};
use crate::commands::build::builder;
use crate::commands::recovery::clusters;
use crate::diagnose::is_sound;
use crate::failure::{Failure, refused, usage};
use crate::git::{Repository, Tree};
use crate::kustomize::files::Files as _;
use crate::model::backup::Backup;
use crate::model::cluster::Cluster;
use crate::model::config::Config;
use crate::survey;

/// The file with targets.
const CONFIG: &str = "leeward.yaml";

/// What Git says of a cluster.
pub(super) struct Found {
    /// Its backup block.
    pub(super) backup: Backup,
    /// The targets that backups could move to.
    targets: Vec<String>,
}

/// Returns the one cluster that the subject names, and calls it there by its name.
///
/// # Errors
/// Refuses a repository without that cluster.
pub(super) fn cluster(args: &ProbeArgs, subject: &mut SubjectArgs) -> anyhow::Result<Found> {
    let repository = Repository::open(&args.repo)?;
    let base = repository.base(args.base.as_deref())?;
    let tree = repository.tree(&base.commit)?;
    let all = all(&tree, &builder(&BuilderArgs { builder: BuilderArg::Auto, timeout: 60 }))
        .with_context(|| format!("failed to read the clusters of {}", base.name))?;
    let chosen = one(&all, &subject.cluster)?;
    let is_unique = all.iter().filter(|other| other.id.short() == chosen.id.short()).count() == 1;
    subject.cluster = vec![if is_unique { chosen.id.short() } else { chosen.id.to_string() }];
    Ok(Found { backup: chosen.backup.clone(), targets: targets(&tree)? })
}

/// Returns every cluster of a tree.
fn all(tree: &Tree, builder: &Builder) -> anyhow::Result<Vec<Cluster>> {
    let mut all = Vec::new();
    for root in survey::survey(tree, &tree.walk()?)?.roots {
        let built = match root.refusal() {
            Some(refusal) => return Err(refusal.into()),
            None => builder.build(tree, &root.path, root.restrictor, Extent::Whole)?,
        };
        all.extend(clusters(&root, &built)?);
    }
    Ok(all)
}

/// Returns the cluster that flags name; the only one where none is named.
fn one<'a>(all: &'a [Cluster], asked: &[String]) -> Result<&'a Cluster, Failure> {
    let list = || all.iter().map(|cluster| cluster.id.to_string()).collect::<Vec<_>>().join("`, `");
    let hint = || format!("--cluster {}", all.first().map_or("NAME".to_owned(), |cluster| cluster.id.to_string()));
    let fitting: Vec<&Cluster> = match asked {
        [] => all.iter().collect(),
        [text] => all.iter().filter(|cluster| cluster.id.is_named(text)).collect(),
        _ => return Err(usage("a probe is of one cluster").hint("--cluster [ROOT:][NAMESPACE/]NAME")),
    };
    let said = asked.first().map(|text| text.escape_debug().to_string());
    match (fitting.as_slice(), said) {
        ([cluster], _) => Ok(cluster),
        _ if all.is_empty() => Err(refused("no `PerconaXtraDBCluster` in any root of the base").hint("--base REV")),
        ([], said) => {
            Err(refused(format!("no cluster `{}`: there are `{}`", said.unwrap_or_default(), list())).hint(hint()))
        }
        (_, Some(said)) => Err(refused(format!("`{said}` is several clusters: there are `{}`", list())).hint(hint())),
        (_, None) => Err(refused(format!("which cluster is not said: there are `{}`", list())).hint(hint())),
    }
}

/// Returns the targets of `leeward.yaml`.
fn targets(tree: &Tree) -> anyhow::Result<Vec<String>> {
    if tree.entry(CONFIG)?.is_none() {
        return Ok(Vec::new());
    }
    let text = String::from_utf8(tree.read(CONFIG)?.to_vec()).context("failed to read `leeward.yaml`")?;
    let config = Config::parse(&text).with_context(|| format!("failed to read config `{CONFIG}`"))?;
    Ok(config.targets.keys().cloned().collect())
}

impl Found {
    /// Says where backups could move to, where nobody did and there is one answer: the only target of `leeward.yaml`, else the
    /// only storage of another endpoint that answers.
    pub(super) fn propose_target(&self, inputs: &[Input], subject: &mut SubjectArgs) {
        let Some(failed) = subject.storage.as_ref().and_then(|name| self.backup.storages.get(name)) else { return };
        let answers = |name: &str| {
            let input = inputs.iter().find(|input| input.name == crate::diagnose::probe_of(name));
            let log = input.and_then(|input| input.scan().ok());
            log.is_some_and(|log| is_sound(&log))
        };
        let elsewhere = |name: &str| self.backup.storages[name].endpoint() != failed.endpoint();
        let is_s3 = |name: &str| self.backup.storages[name].kind() == "s3";
        let others: Vec<&String> =
            self.backup.storages.keys().filter(|name| is_s3(name) && elsewhere(name) && answers(name)).collect();
        let only = match (self.targets.as_slice(), others.as_slice()) {
            ([target], _) => Some(target.clone()),
            ([], [storage]) => Some((*storage).clone()),
            _ => None,
        };
        subject.to = subject.to.take().or(only);
    }
}
