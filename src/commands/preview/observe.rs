//! What is read of the live side, in three rounds: where kinds live, the objects of every root, then the controllers that
//! apply them. From the API server or from files; afterwards, on request, the API server's dry run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::given::Given;
use super::select;
use super::sides::Changed;
use crate::cli::{ControllerArg, DryRunArg, LiveArgs, SecretsArg};
use crate::cluster::{Access, Cluster, Conflicts, DryRunRequest, How, InCluster, Wanted};
use crate::kustomize::Gvk;
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading, Reason, Scope, Trouble};
use crate::model::object::{Object, ObjectId};
use crate::preview::schema::Schema;
use crate::preview::{
    self, Applier, Deployed, Engine, Merged, Options, RootPreview, SecretReading, Shared, preview_among,
};

/// Where live objects come from.
pub(super) enum Source {
    /// Files.
    Files(Given),
    /// An API server.
    Cluster(Box<Cluster>),
}

/// What was seen of the live side.
pub(super) struct Observed {
    /// What happens to each root.
    pub(super) roots: Vec<RootPreview>,
    /// What the approver has to know of the whole run.
    pub(super) findings: Vec<Finding>,
}

impl Source {
    /// Opens the source that flags name; `timeout` is how many seconds everything may take.
    ///
    /// # Errors
    /// Refuses files that hold no objects and a kubeconfig that cannot be used.
    pub(super) fn open(args: &LiveArgs, timeout: u64) -> anyhow::Result<Self> {
        if !args.live.is_empty() {
            return Given::read(&args.live).map(Self::Files);
        }
        let deadline = Duration::from_secs(timeout);
        let access = Access {
            kubeconfig: args.kubeconfig.clone(),
            context: args.context.clone(),
            in_cluster: InCluster::Auto,
            namespace: None,
            deadline,
            request_timeout: deadline.min(Access::default().request_timeout),
        };
        Cluster::connect(&access).map(Box::new).map(Self::Cluster)
    }

    /// Returns what the report calls it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Files(given) => given.name.clone(),
            Self::Cluster(cluster) => cluster.describe(),
        }
    }

    /// Returns how many requests were sent.
    pub(super) fn requests(&self) -> Option<usize> {
        match self {
            Self::Files(_) => None,
            Self::Cluster(cluster) => Some(cluster.requests()),
        }
    }

    /// Returns where the objects of each kind live.
    fn scopes(&self, ids: &[ObjectId]) -> BTreeMap<ObjectId, Option<Scope>> {
        match self {
            Self::Cluster(cluster) => cluster.scopes(ids),
            Self::Files(given) => ids.iter().map(|id| (id.clone(), Some(scope_in_files(given, id)))).collect(),
        }
    }

    /// Reads objects.
    fn read(&self, ids: &BTreeSet<ObjectId>, how: impl Fn(&ObjectId) -> How) -> BTreeMap<ObjectId, Reading> {
        match self {
            Self::Files(given) => ids.iter().map(|id| (id.clone(), given.reading(id))).collect(),
            Self::Cluster(cluster) => {
                let want = |id: &ObjectId| Wanted { id: id.clone(), default_namespace: None, how: how(id) };
                cluster.read(&ids.iter().map(want).collect::<Vec<_>>())
            }
        }
    }
}

/// Returns where the objects of a kind live, as far as files and the kinds of Kubernetes tell.
fn scope_in_files(given: &Given, id: &ObjectId) -> Scope {
    let version = if id.group.is_empty() { id.version.clone() } else { format!("{}/{}", id.group, id.version) };
    let is_beside = Gvk::new(&version, &id.kind).is_cluster_scoped()
        || matches!(given.reading(&ObjectId { namespace: None, ..id.clone() }), Reading::Found(_));
    if is_beside { Scope::Cluster } else { Scope::Namespaced }
}

/// Reads what the roots need, and returns what happens to each.
///
/// # Errors
/// Fails where no key for this run's digests can be had.
pub(super) fn observe(
    source: &Source,
    changed: Vec<Changed>,
    (merged, args): (Merged, &LiveArgs),
) -> anyhow::Result<Observed> {
    let mut changed = placed(source, changed);
    let mut live = Live::default();
    let ids: BTreeSet<ObjectId> = changed.iter().flat_map(|one| objects(&one.deployed)).collect();
    let (asked, unasked): (BTreeSet<_>, BTreeSet<_>) = ids.into_iter().partition(|id| is_asked(id, args));
    live.objects.extend(unasked.into_iter().map(|id| (id, Reading::Unread(secret_unasked()))));
    live.objects.extend(source.read(&asked, |id| how(id, args)));
    let controllers: BTreeSet<ObjectId> = changed
        .iter()
        .flat_map(|one| preview::controllers_wanted(&one.deployed, manifest(one), &live))
        .filter(|id| !live.objects.contains_key(id))
        .collect();
    live.objects.extend(source.read(&controllers, |_| How::Whole));
    let mut findings = select::here(&mut changed, &live, &source.describe())?;
    let forced = args.controller.map(engine);
    let options = Options { secrets: secrets(args)?, operator: operator(&changed, args), merged };
    let appliers: Vec<Applier> = changed.iter().map(|one| applier(one, &live, forced)).collect();
    let left: BTreeSet<ObjectId> = changed
        .iter()
        .zip(&appliers)
        .flat_map(|(one, applier)| preview::objects_wanted(&one.deployed, applier))
        .chain(appliers.iter().filter_map(preview::beside_wanted))
        .filter(|id| is_asked(id, args) && !live.objects.contains_key(id))
        .collect();
    live.objects.extend(source.read(&left, |id| how(id, args)));
    findings.extend(documents(source, &changed, &mut live));
    if args.dry_run == DryRunArg::Server {
        live.dry_runs = dry_runs(source, (&changed, &appliers), args, &live);
    }
    let applied: Vec<(&Deployed, &Applier)> = changed.iter().map(|one| &one.deployed).zip(&appliers).collect();
    let shared = Shared::of(&applied, &live, &options);
    let roots = changed
        .iter()
        .zip(&appliers)
        .map(|(one, applier)| preview_among(&one.deployed, applier, &live, (&options, &shared)));
    Ok(Observed { roots: roots.collect(), findings })
}

/// Returns the roots with every object in the namespace where the controller puts it.
fn placed(source: &Source, mut changed: Vec<Changed>) -> Vec<Changed> {
    let kinds: BTreeSet<ObjectId> = changed.iter().flat_map(|one| objects(&one.deployed)).collect();
    let scopes = source.scopes(&kinds.into_iter().collect::<Vec<_>>());
    let scope = |id: &ObjectId| scopes.get(id).copied().flatten();
    for one in &mut changed {
        let (before, after) = (one.owner_before.as_ref(), manifest(one).cloned());
        let place = |objects: &mut Vec<Object>, owner: Option<&Value>| {
            *objects = preview::placed(std::mem::take(objects), owner, &scope);
        };
        place(&mut one.deployed.before, before);
        place(&mut one.deployed.after, after.as_ref());
    }
    changed
}

/// Returns the objects of a root, before and after.
fn objects(deployed: &Deployed) -> impl Iterator<Item = ObjectId> {
    deployed.before.iter().chain(&deployed.after).map(|object| object.id.clone())
}

/// Returns the controller's object in Git.
fn manifest(changed: &Changed) -> Option<&Value> {
    changed.root.owner.as_ref().map(|owner| &owner.manifest)
}

/// Returns who applies a root.
fn applier(changed: &Changed, live: &Live, forced: Option<Engine>) -> Applier {
    let owners: Vec<Value> = changed.root.owners().map(|owner| owner.manifest.clone()).collect();
    preview::applier(&owners, live, &changed.deployed, forced)
}

/// Returns whether an object may be asked for.
fn is_asked(id: &ObjectId, args: &LiveArgs) -> bool {
    !is_secret(id) || args.secrets != SecretsArg::None
}

/// Returns whether this is a Secret.
fn is_secret(id: &ObjectId) -> bool {
    id.group.is_empty() && id.kind == "Secret"
}

/// Returns how much of an object is asked for.
fn how(id: &ObjectId, args: &LiveArgs) -> How {
    if is_secret(id) && args.secrets == SecretsArg::Metadata { How::MetadataOnly } else { How::Whole }
}

/// Why a Secret was not read.
fn secret_unasked() -> Trouble {
    Trouble::new(Reason::NotAsked, "Secrets are not read unless asked for").hint("--secrets metadata|keyed-digest")
}

/// Returns how far Secrets are read, with a key of this run for digests.
fn secrets(args: &LiveArgs) -> anyhow::Result<SecretReading> {
    Ok(match args.secrets {
        SecretsArg::None => SecretReading::NotRead,
        SecretsArg::Metadata => SecretReading::Metadata,
        SecretsArg::KeyedDigest => {
            let mut key = vec![0; 32];
            getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no random key for this run: {error}"))?;
            SecretReading::KeyedDigest(key)
        }
    })
}

/// Returns the engine that a flag names.
fn engine(controller: ControllerArg) -> Engine {
    match controller {
        ControllerArg::Argocd => Engine::ArgoCd,
        ControllerArg::ArgocdSsa => Engine::ArgoCdSsa,
        ControllerArg::Flux => Engine::Flux,
    }
}

/// Returns the operator's version where the cluster does not tell its schemas: as asked, else as the clusters say they run.
fn operator(changed: &[Changed], args: &LiveArgs) -> Option<String> {
    let said = || {
        let objects = changed.iter().flat_map(|one| one.deployed.after.iter().chain(&one.deployed.before));
        objects
            .filter(|object| object.is_cluster())
            .find_map(|object| object.text("/spec/crVersion").map(str::to_owned))
    };
    args.operator_version.clone().or_else(said)
}

/// Reads the schemas of kinds that the program does not know by itself; says what could not be read.
fn documents(source: &Source, changed: &[Changed], live: &mut Live) -> Vec<Finding> {
    let Source::Cluster(cluster) = source else { return Vec::new() };
    let ids = changed.iter().flat_map(|one| objects(&one.deployed));
    let unknown = ids.filter(|id| Schema::embedded(id, None).is_none() && !id.group.is_empty());
    let versions: BTreeSet<String> = unknown.map(|id| format!("{}/{}", id.group, id.version)).collect();
    let mut findings = Vec::new();
    for (version, document) in cluster.documents(&versions.into_iter().collect::<Vec<_>>()) {
        match document {
            Ok(document) => drop(live.documents.insert(version, document)),
            Err(trouble) => {
                let fact =
                    format!("the schema of `{version}` could not be read ({}): embedded tables are used", trouble.fact);
                let mut finding = Finding::note("schema-unread", fact);
                finding.hint = trouble.hint;
                findings.push(finding);
            }
        }
    }
    findings
}

/// Asks the API server what the controllers' applies would give.
fn dry_runs(
    source: &Source,
    (changed, appliers): (&[Changed], &[Applier]),
    args: &LiveArgs,
    live: &Live,
) -> BTreeMap<ObjectId, Result<Value, Trouble>> {
    let requests: Vec<DryRunRequest> = changed
        .iter()
        .zip(appliers)
        .flat_map(|(one, applier)| {
            let manager = applier.engine.field_manager();
            preview::objects_sent(&one.deployed, applier, live).into_iter().map(move |object| (object, manager))
        })
        .filter(|(object, _)| is_asked(&object.id, args))
        .map(|(object, manager)| DryRunRequest {
            id: object.id,
            default_namespace: None,
            object: object.value,
            manager: manager.to_owned(),
            conflicts: Conflicts::Force,
        })
        .collect();
    match source {
        Source::Cluster(cluster) => cluster.dry_run(&requests),
        Source::Files(_) => {
            let why = Trouble::new(Reason::NotAsked, "there is no API server to ask: live objects come from files");
            requests.into_iter().map(|request| (request.id, Err(why.clone()))).collect()
        }
    }
}
