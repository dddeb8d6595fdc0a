//! Where live objects come from: files or an API server. It is opened on a thread of its own while the roots are built, and
//! asked there for what the survey already knows to be needed. Must never decide what happens: whatever goes wrong here
//! is said where the live side is first needed.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use super::given::Given;
use super::sides::Surveyed;
use crate::cli::{LiveArgs, PreviewArgs};
use crate::cluster::{Access, Cluster, DryRunRequest, How, Wanted};
use crate::kustomize::Gvk;
use crate::model::live::{Live, Reading, Reason, Scope, Trouble};
use crate::model::object::{ObjectId, PXC_GROUP};
use crate::preview::{self, Deployed};

/// Schemas by API version, or why they were not read.
pub(super) type Documents = BTreeMap<String, Result<Value, Trouble>>;

/// Where live objects come from.
pub(super) enum Source {
    /// Files.
    Files(Given),
    /// An API server.
    Cluster(Box<Cluster>),
}

/// What was read ahead.
#[derive(Default)]
pub(super) struct Ahead {
    /// The objects of controllers.
    pub(super) objects: BTreeMap<ObjectId, Reading>,
    /// Schemas.
    pub(super) documents: Documents,
}

/// A source that is open.
pub(super) struct Opened {
    /// The source.
    pub(super) source: Source,
    /// What it already said.
    pub(super) ahead: Ahead,
}

/// A source that is being opened.
pub(super) struct Opening(JoinHandle<anyhow::Result<Opened>>);

impl Opening {
    /// Starts to open what flags name, and to read what the roots that change need for sure.
    pub(super) fn start(args: &PreviewArgs, surveyed: &Surveyed<'_>) -> Self {
        let (live, timeout) = (args.live.clone(), args.builder.timeout);
        // Of the roots that change, flags may leave some out.
        let is_whole = args.change.cluster.is_empty();
        let nothing = |path| Deployed { path, before: Vec::new(), after: Vec::new(), in_base: true, in_head: true };
        let wanted = |owner: &crate::survey::Owner| {
            preview::controllers_wanted(&nothing(owner.file.clone()), Some(&owner.manifest), &Live::default())
        };
        let owners: BTreeSet<ObjectId> = surveyed.owners().filter(|_| is_whole).flat_map(wanted).collect();
        let documents = surveyed.may_hold_clusters().then(|| format!("{PXC_GROUP}/v1"));
        Self(thread::spawn(move || {
            let source = Source::open(&live, timeout)?;
            let documents: Vec<String> = documents.into_iter().collect();
            let ahead = match &source {
                Source::Files(_) => Ahead::default(),
                Source::Cluster(_) => {
                    let (objects, documents) = source.read(&owners, |_| How::Whole, &documents);
                    Ahead { objects, documents }
                }
            };
            Ok(Opened { source, ahead })
        }))
    }

    /// Returns the source once it is open.
    ///
    /// # Errors
    /// Refuses files that hold no objects and a kubeconfig that cannot be used.
    pub(super) fn finish(self) -> anyhow::Result<Opened> {
        let mut opened = self.0.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if let Source::Cluster(cluster) = &mut opened.source {
            // Builds have their own time; they took none of this.
            cluster.start_over();
        }
        Ok(opened)
    }
}

impl Source {
    /// Opens the source that flags name; `timeout` is how many seconds everything may take.
    fn open(args: &LiveArgs, timeout: u64) -> anyhow::Result<Self> {
        if !args.live.is_empty() {
            return Given::read(&args.live).map(Self::Files);
        }
        let deadline = Duration::from_secs(timeout);
        let access = Access {
            kubeconfig: args.kubeconfig.clone(),
            context: args.context.clone(),
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
    pub(super) fn scopes(&self, ids: &[ObjectId]) -> BTreeMap<ObjectId, Option<Scope>> {
        match self {
            Self::Cluster(cluster) => cluster.scopes(ids),
            Self::Files(given) => ids.iter().map(|id| (id.clone(), Some(scope_in_files(given, id)))).collect(),
        }
    }

    /// Returns where the objects of each kind live, as far as that was said by now: nobody is asked.
    pub(super) fn scopes_so_far(&self, ids: &[ObjectId]) -> BTreeMap<ObjectId, Option<Scope>> {
        match self {
            Self::Cluster(cluster) => cluster.scopes_so_far(ids),
            Self::Files(_) => self.scopes(ids),
        }
    }

    /// Reads objects and schemas at the same time; files hold no schemas.
    pub(super) fn read(
        &self,
        ids: &BTreeSet<ObjectId>,
        how: impl Fn(&ObjectId) -> How,
        documents: &[String],
    ) -> (BTreeMap<ObjectId, Reading>, Documents) {
        match self {
            Self::Files(given) => (ids.iter().map(|id| (id.clone(), given.reading(id))).collect(), BTreeMap::new()),
            Self::Cluster(cluster) => {
                let want = |id: &ObjectId| Wanted { id: id.clone(), default_namespace: None, how: how(id) };
                cluster.read_with(&ids.iter().map(want).collect::<Vec<_>>(), documents)
            }
        }
    }

    /// Asks what applies would give.
    pub(super) fn dry_runs(&self, requests: &[DryRunRequest]) -> BTreeMap<ObjectId, Result<Value, Trouble>> {
        match self {
            Self::Cluster(cluster) => cluster.dry_run(requests),
            Self::Files(_) => {
                let why = Trouble::new(Reason::NotAsked, "there is no API server to ask: live objects come from files");
                requests.iter().map(|request| (request.id.clone(), Err(why.clone()))).collect()
            }
        }
    }
}

/// Returns where the objects of a kind live, as far as files and the kinds of Kubernetes tell.
fn scope_in_files(given: &Given, id: &ObjectId) -> Scope {
    let is_beside = Gvk::new(&id.api_version(), &id.kind).is_cluster_scoped()
        || matches!(given.reading(&ObjectId { namespace: None, ..id.clone() }), Reading::Found(_));
    if is_beside { Scope::Cluster } else { Scope::Namespaced }
}
