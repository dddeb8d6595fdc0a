//! The activation ladder: the smallest edit that the proof accepts (design.md "The overlay"). Each rung renders against
//! the cluster as that rung sees it, and only the build of the result decides.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::changes::{Changes, patched};
use super::site::{RootSite, proved};
use super::winner;
use crate::build::{Built, Extent};
use crate::cli::Activation;
use crate::failure::{Failure, Kind, kind_of, refused};
use crate::kustomize::files::Files as _;
use crate::model::cluster::{Cluster, ClusterId};
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;
use crate::plan::ClusterPlan;
use crate::render::edit;
use crate::render::overlay::{FILES, Rung, Site, render};
use crate::render::proof::Mismatch;
use crate::survey::Root;
use crate::survey::kustomization::Kustomization;

/// One cluster, activated and proved.
pub(super) struct Activated {
    /// The rung.
    pub rung: Rung,
    /// Why a lower rung was not taken.
    pub why: Option<String>,
    /// The carrier in the build of the base.
    pub before: String,
    /// The carrier in the build of the result.
    pub after: String,
}

/// Activates every cluster of a root; returns them by their index in the plan.
pub(super) fn activate(site: &RootSite, changes: &mut Changes) -> anyhow::Result<BTreeMap<usize, Activated>> {
    let mut activated = BTreeMap::new();
    let mut done: Vec<&ClusterPlan> = Vec::new();
    for (index, cluster) in
        site.plan.clusters.iter().enumerate().filter(|(_, cluster)| cluster.cluster.id.root == *site.root)
    {
        done.push(cluster);
        activated.insert(index, climb(site, &done, changes)?);
    }
    Ok(activated)
}

/// Climbs the ladder for the last of `done`; the others are proved again with it.
fn climb(site: &RootSite, done: &[&ClusterPlan], changes: &mut Changes) -> anyhow::Result<Activated> {
    let rungs: &[Rung] = match site.activation {
        Activation::Auto => &[Rung::Component, Rung::Append],
        Activation::Component => &[Rung::Component],
        Activation::Append => &[Rung::Append],
    };
    let places = [Place::Kept, Place::Last];
    let tries: Vec<Try> = rungs.iter().flat_map(|rung| places.map(|place| Try { rung: *rung, place })).collect();
    let mut why: Option<String> = None;
    for (number, one) in tries.iter().enumerate() {
        let Some(attempt) = attempt(site, done, *one, changes)? else { continue };
        match attempt.outcome {
            Ok((before, after)) => {
                *changes = attempt.changes;
                return Ok(Activated { rung: one.rung, why, before, after });
            }
            Err(_) if one.place == Place::Kept => {}
            Err(fault) if number + 1 < tries.len() => why = Some(fault.fact()),
            Err(Fault::Mismatch(mismatch)) => {
                return Err(winner::unproven(site, done, &attempt.changes, &mismatch)?.into());
            }
            Err(Fault::Unseen(fact)) => return Err(refused(fact).hint("--activation auto").into()),
        }
    }
    Err(refused("no activation was tried").into())
}

/// A rung, and where in its list.
#[derive(Debug, Clone, Copy)]
struct Try {
    /// The rung.
    rung: Rung,
    /// Where.
    place: Place,
}

/// Where in its list an overlay is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where the base lists it: what others put behind it stays behind it.
    Kept,
    /// Last.
    Last,
}

/// One try of a rung.
struct Attempt {
    /// The changes with this overlay.
    changes: Changes,
    /// The carrier before and after, or why not.
    outcome: Result<(String, String), Fault>,
}

/// Why a rung does not do.
enum Fault {
    /// The build of the result says something else.
    Mismatch(Box<Mismatch>),
    /// The patch cannot be written for the cluster as the rung sees it, or does not build.
    Unseen(String),
}

impl Fault {
    /// Returns the fact for the report.
    fn fact(&self) -> String {
        match self {
            Self::Mismatch(mismatch) => {
                format!("with a component, `{}` would not be as planned at `{}`", mismatch.object, mismatch.path)
            }
            Self::Unseen(fact) => fact.clone(),
        }
    }
}

/// Tries one rung; `None` where there is nothing to try.
fn attempt(site: &RootSite, done: &[&ClusterPlan], one: Try, changes: &Changes) -> anyhow::Result<Option<Attempt>> {
    let cluster = done.last().context("no cluster to activate")?;
    let standing = site.scene.standing(&site.plan.incident, &cluster.cluster.id);
    if one.place == Place::Kept && standing.is_none() {
        return Ok(None);
    }
    let (root, base) = root_of(site)?;
    let is_not_last = one.rung == Rung::Component || one.place == Place::Kept;
    let failed = |fact| Ok(Some(Attempt { changes: changes.clone(), outcome: Err(Fault::Unseen(fact)) }));
    let mut without = changes.clone();
    standing.map(|standing| site.scene.take_back(standing, &mut without)).transpose()?;
    refuse_occupied(site, &folder(site, cluster)?, &without)?;
    let seen = match seen(site, one.rung, &cluster.cluster.id, &without)? {
        Ok(seen) => seen,
        Err(fact) => return failed(fact),
    };
    let overlaid = match overlaid(site, cluster, &seen, one, (changes, without)) {
        Ok(Some(overlaid)) => overlaid,
        Ok(None) => return Ok(None),
        Err(error) if kind_of(&error) == Kind::Refused && is_not_last => return failed(error.root_cause().to_string()),
        Err(error) => return Err(error),
    };
    let built = site.builder.build(&patched(site.scene.files, &overlaid), &root.path, root.restrictor, Extent::Whole);
    let built = match built {
        Ok(built) => built,
        Err(error) if kind_of(&error) == Kind::Refused && is_not_last => return failed(error.root_cause().to_string()),
        Err(error) => return Err(error.context("failed to build the result")),
    };
    let outcome = proved(done, base, &built).map_err(Fault::Mismatch);
    let outcome = outcome.map(|()| texts(&cluster.cluster.carrier.object, base, &built));
    Ok(Some(Attempt { changes: overlaid, outcome }))
}

/// Returns the root and the build of the base.
fn root_of<'a>(site: &RootSite<'a>) -> anyhow::Result<(&'a Root, &'a Built)> {
    let found = site.scene.roots.iter().find(|(root, _)| root.path == *site.root);
    found.map(|(root, built)| (root, built)).context("the root is gone")
}

/// Returns the changes with the overlay of a cluster, from those with and without the one that the base has; `None` where
/// the place is to be kept and there is none.
fn overlaid(
    site: &RootSite,
    plan: &ClusterPlan,
    seen: &Cluster,
    one: Try,
    (changes, without): (&Changes, Changes),
) -> anyhow::Result<Option<Changes>> {
    let incident = plan.incident.as_ref().context("the plan was refused")?;
    let folder = folder(site, plan)?;
    let shown = plan.cluster.id.short();
    let overlay =
        render(&Site { root: site.root, folder: &folder, shown: &shown }, incident, &plan.changes, seen, one.rung)?;
    let kustomization = site.scene.kustomization(site.root)?;
    let from = if one.place == Place::Kept { changes } else { &without };
    let bytes = site.scene.read(&kustomization, from)?;
    let edited = edit::insert(&bytes, &overlay.item)
        .map_err(|failure| typed_at(failure, &kustomization))
        .with_context(|| format!("failed to edit `{kustomization}`"))?;
    if one.place == Place::Kept && edited != bytes {
        return Ok(None);
    }
    let mut changes = without;
    changes.extend(overlay.files.into_iter().map(|(path, bytes)| (path, Some(bytes))));
    changes.insert(kustomization, Some(edited));
    Ok(Some(changes))
}

/// Refuses a folder that holds one of the overlay's files before leeward has put it there.
fn refuse_occupied(site: &RootSite, folder: &RepoPath, without: &Changes) -> anyhow::Result<()> {
    let files = patched(site.scene.files, without);
    for name in FILES {
        let path = folder.join(name)?;
        if files.entry(path.as_str())?.is_some() {
            let fact = format!("`{path}` is there already and is not leeward's");
            return Err(refused(fact).hint("--incident with another id").into());
        }
    }
    Ok(())
}

/// Returns a failure of an edit, whose command names the file by its last part alone, with the command as it is typed here.
fn typed_at(failure: Failure, kustomization: &RepoPath) -> Failure {
    let hint = failure.hint.map(|hint| match hint.strip_suffix(" >> kustomization.yaml") {
        Some(command) => format!("{command} >> '{kustomization}'"),
        None => hint,
    });
    Failure { hint, ..failure }
}

/// Returns the folder of an overlay: one a cluster where the root holds several.
fn folder(site: &RootSite, plan: &ClusterPlan) -> anyhow::Result<RepoPath> {
    let folder = site.root.join("recovery")?.join(site.plan.incident.as_str())?;
    let ClusterId { namespace, name, .. } = &plan.cluster.id;
    let names =
        || site.bare.clusters.iter().filter(|cluster| cluster.id.root == *site.root).map(|cluster| &cluster.id.name);
    Ok(match (names().count(), names().filter(|other| *other == name).count()) {
        (1, _) => folder,
        (_, 1) => folder.join(name)?,
        // Clusters of one name in several namespaces. The operator makes host names of a name: it has no dot.
        _ => folder.join(&format!("{}.{name}", namespace.as_deref().unwrap_or("-")))?,
    })
}

/// Returns the cluster as a rung sees it, by a build of its own, or why it cannot be told.
fn seen(site: &RootSite, rung: Rung, wanted: &ClusterId, changes: &Changes) -> anyhow::Result<Result<Cluster, String>> {
    let (root, _) = root_of(site)?;
    let extent = match rung {
        Rung::Component => Extent::Accumulated,
        Rung::Append => Extent::Patched,
    };
    let probe = site.builder.build(&patched(site.scene.files, changes), &root.path, root.restrictor, extent)?;
    let mut probed = Vec::new();
    for built in &probe.objects {
        probed.extend(Cluster::read(&root.path, &built.object, None)?);
    }
    if let [only] = probed.as_slice() {
        return Ok(Ok(only.clone()));
    }
    let file = site.scene.kustomization(site.root)?;
    let kustomization = Kustomization::parse(&file, &site.scene.read(&file, changes)?)?;
    let text =
        |field: &str| kustomization.field(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let (prefix, suffix, namespace) = (text("namePrefix"), text("nameSuffix"), text("namespace"));
    let fits = |cluster: &&Cluster| {
        format!("{prefix}{}{suffix}", cluster.id.name) == wanted.name
            && (!namespace.is_empty() || cluster.id.namespace.is_none() || cluster.id.namespace == wanted.namespace)
    };
    let fitting: Vec<&Cluster> = probed.iter().filter(fits).collect();
    Ok(match fitting.as_slice() {
        [one] => Ok((*one).clone()),
        _ => Err(format!(
            "which cluster of `{}` becomes `{}` cannot be told before its transformers run",
            root.path, wanted.name
        )),
    })
}

/// Returns the document of an object in two builds.
fn texts(id: &ObjectId, before: &Built, after: &Built) -> (String, String) {
    let text = |built: &Built| {
        let found = built.objects.iter().find(|built| built.object.id == *id);
        found.map(|built| built.text.clone()).unwrap_or_default()
    };
    (text(before), text(after))
}
