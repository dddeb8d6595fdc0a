//! The main flow, shared by `plan` and `propose`: repository → clusters → plan → overlay → proof.
//! Glue: calls the rooms in the order of the design and hands on what each returns.

mod about;
mod activate;
mod bare;
mod branches;
mod changes;
mod claim;
mod confirm;
mod diagnosed;
mod incident;
mod request;
mod scene;
mod select;
mod since;
mod site;
mod subject;
mod winner;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::build::builder;
use crate::build::{Builder, Built, Extent};
use crate::cli::RecoveryArgs;
use crate::failure::refused;
use crate::git::{Base, Repository};
use crate::kustomize::files::Files;
use crate::model::cluster::{Cluster, ClusterId};
use crate::model::finding::Finding;
use crate::model::path::RepoPath;
use crate::model::target::Target;
use crate::plan::{ClusterPlan, Plan, Subject, plan};
use crate::render::overlay::Rung;
use crate::report::ClockReport;
use crate::survey::Root;

use activate::Activated;
use bare::Bare;
use changes::Changes;
use scene::Scene;

pub(super) use branches::{Branches, read as branches_of};
pub(super) use scene::{clusters, placed};
pub(super) use since::{Bounds, bounds};

/// What the flow came to.
pub(super) struct Recovery {
    /// The base.
    pub base: Base,
    /// Who built, with everything that was parsed.
    pub builder: Builder,
    /// The storage that failed, as named.
    pub storage: String,
    /// The target's name.
    pub target: String,
    /// The plan.
    pub plan: Plan,
    /// How much time there was when the incident was diagnosed.
    pub clock: Vec<ClockReport>,
    /// How each cluster is called, in the order of the plan.
    pub shown: Vec<String>,
    /// What the whole run found, beside the plan's findings.
    pub findings: Vec<Finding>,
    /// The roots that have a cluster of the plan, with what the base builds to.
    pub roots: Vec<(Root, Built)>,
    /// The proven result; `None` where a guard refused.
    pub proven: Option<Proven>,
}

/// A result that was built again and proved.
pub(super) struct Proven {
    /// Every file that differs from the base.
    pub changes: Changes,
    /// The rung for each cluster of the plan, and why a lower one was not taken.
    pub rungs: Vec<(Rung, Option<String>)>,
    /// The object that carries each cluster's backup block, as built from the base and from the result.
    pub texts: Vec<(String, String)>,
    /// The bytes of changed files in the base.
    pub before: BTreeMap<RepoPath, Vec<u8>>,
}

/// Runs the flow against a repository.
///
/// # Errors
/// Refuses what cannot be planned for any cluster; fails where something outside does.
pub(super) fn recover(repository: &Repository, args: &RecoveryArgs, now: Timestamp) -> anyhow::Result<Recovery> {
    let base = repository.base(args.repository.base.as_deref())?;
    let tree = repository.tree(&base.commit)?;
    let builder = builder(&args.repository.builder);
    let scene = Scene::set(repository, &base, &tree, &builder, args)?;
    let chosen = select::select(&scene, args)?;
    let found = incident::find(&scene, args, &chosen, now)?;
    let ids: Vec<ClusterId> = chosen.iter().map(|choice| choice.cluster.clone()).collect();
    let without = scene.without(&found.id, &ids, &builder)?;
    let subjects = subject::subjects(&scene, &without, &chosen, &found, args)?;
    let subjects = confirm::proved(subjects, &scene, &found, args, now)?;
    let request = request::request(args, &found)?;
    let others: Vec<Cluster> = scene.clusters_except(&ids);
    let plan = plan(&request, &subjects, &others);
    let proven = if plan.is_refused() { None } else { Some(prove(&scene, &builder, &without, &plan, args)?) };
    let target = target_name(args, &plan);
    let shown = chosen.iter().map(|choice| scene.shown(&choice.cluster)).collect();
    let is_planned =
        |(root, _): &(Root, Built)| plan.clusters.iter().any(|cluster| cluster.cluster.id.root == root.path);
    let roots = scene.roots.into_iter().filter(is_planned).collect();
    let unread = unread(args, &subjects);
    let findings = scene.findings.into_iter().chain(found.findings).chain(unread).collect();
    let clock = found.clock;
    Ok(Recovery {
        clock,
        base,
        builder,
        storage: chosen[0].storage.clone(),
        target,
        plan,
        shown,
        findings,
        roots,
        proven,
    })
}

/// Says that clusters outside of the roots that flags name were not read, where one could write to a listed storage.
fn unread(args: &RecoveryArgs, subjects: &[Subject]) -> Option<Finding> {
    let is_listed = subjects.iter().any(|subject| matches!(subject.target, Some(Target::Listed(_))));
    let cluster = args.selection.cluster.iter().find_map(|text| text.split_once(':')).filter(|_| is_listed)?;
    let fact = "only the named roots were read: whether clusters elsewhere write to this storage is not checked";
    Some(Finding::note("clusters-unread", fact).hint(format!("--cluster {}", cluster.1)))
}

/// Proves a tree that a proposal would have, where people or a moved base have a part in it.
///
/// # Errors
/// Refuses a tree that does not hold what the plan wants.
pub(super) fn prove_again(files: &dyn Files, recovery: &Recovery) -> anyhow::Result<()> {
    for (root, before) in &recovery.roots {
        let plans: Vec<&ClusterPlan> =
            recovery.plan.clusters.iter().filter(|plan| plan.cluster.id.root == root.path).collect();
        let after = recovery.builder.build(files, &root.path, root.restrictor, Extent::Whole)?;
        site::proved(&plans, before, &after).map_err(|mismatch| {
            let fact = format!(
                "with the commits of others on the branch, `{}` is not as planned at `{}`",
                mismatch.object, mismatch.path
            );
            refused(fact).hint(format!("git log leeward/{}/{}", recovery.plan.incident, recovery.plan.stage.word()))
        })?;
    }
    Ok(())
}

/// Renders, activates and proves every root that has a cluster of the plan.
fn prove(scene: &Scene, builder: &Builder, bare: &Bare, plan: &Plan, args: &RecoveryArgs) -> anyhow::Result<Proven> {
    let mut changes = scene.created.clone();
    let mut activated: BTreeMap<usize, Activated> = BTreeMap::new();
    let roots: BTreeSet<&RepoPath> = plan.clusters.iter().map(|cluster| &cluster.cluster.id.root).collect();
    for root in roots {
        let site = site::RootSite { scene, builder, bare, plan, root, activation: args.incident.activation };
        activated.extend(activate::activate(&site, &mut changes)?);
    }
    scene.refuse_bystanders(plan, &changes)?;
    let before = scene.differing(&mut changes)?;
    assert_ours(scene, plan, &changes)?;
    let (mut rungs, mut texts) = (Vec::new(), Vec::new());
    for cluster in activated.into_values() {
        rungs.push((cluster.rung, cluster.why));
        texts.push((cluster.before, cluster.after));
    }
    Ok(Proven { changes, rungs, texts, before })
}

/// Fails where a change lies outside the overlay folders and the activated kustomizations (law 2): a mistake of leeward's.
fn assert_ours(scene: &Scene, plan: &Plan, changes: &Changes) -> anyhow::Result<()> {
    let mut ours: Vec<RepoPath> = scene.created.keys().cloned().collect();
    let mut folders = Vec::new();
    for cluster in &plan.clusters {
        let root = &cluster.cluster.id.root;
        ours.push(scene.kustomization(root)?);
        folders.push(root.join("recovery")?.join(plan.incident.as_str())?);
    }
    let is_ours = |path: &&RepoPath| ours.contains(path) || folders.iter().any(|folder| path.is_in(folder));
    match changes.keys().find(|path| !is_ours(path)) {
        Some(path) => Err(anyhow::anyhow!("internal error: `{path}` is outside of the overlay folders")),
        None => Ok(()),
    }
}

/// Returns what reports call the target.
fn target_name(args: &RecoveryArgs, plan: &Plan) -> String {
    let planned =
        plan.clusters.iter().find_map(|cluster| cluster.incident.as_ref()).map(|incident| incident.to.target.clone());
    planned.or_else(|| args.target.to.clone()).unwrap_or_default()
}
