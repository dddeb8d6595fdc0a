//! Flux: source-controller and kustomize-controller, following folders of a repository. Many folders are reconciled at
//! once: one push, one request, one wait.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::gitea::Repository;
use crate::http::healthy;
use crate::kubernetes::Kubernetes;
use crate::process::{Process, command};
use crate::program;
use crate::room::{Room, free_port, fresh, until};

/// How long a controller may take to be ready.
const START: Duration = Duration::from_secs(90);
/// How long everything that follows a repository may take to settle.
const SETTLE: Duration = Duration::from_mins(2);
/// The namespace of Flux's own objects.
const HOME: &str = "flux-system";
/// Where the API keeps what follows.
const KUSTOMIZATIONS: &str = "kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations";
/// The label that says which repository a `Kustomization` follows.
const FOLLOWS: &str = "testbed/follows";

/// Running controllers.
pub(crate) struct Flux {
    kustomize: Process,
    source: Process,
    /// Where kustomize-controller says how busy it is.
    metrics: u16,
    cluster: Arc<Kubernetes>,
}

/// What became of each folder: nothing to say, or what the controller says.
pub(crate) type Applied = BTreeMap<String, Result<(), String>>;

impl Flux {
    /// Starts both controllers on a cluster.
    pub(crate) fn start(room: &Arc<Room>, cluster: &Arc<Kubernetes>) -> Result<Self, String> {
        let crds = |name: &str| program::beside(name).map(|path| path.join("config/crd/bases")).ok_or(name.to_owned());
        cluster.define(&[&crds("source-controller")?, &crds("kustomize-controller")?])?;
        cluster.namespace(HOME)?;
        let storage = format!("127.0.0.1:{}", free_port());
        let store = room.folder("flux").display().to_string();
        let own = ["--storage-path", &store, "--storage-addr", &storage, "--storage-adv-addr", &storage];
        let source = controller(room, cluster, ("source-controller", free_port()), &own)?;
        let metrics = free_port();
        let kustomize = controller(room, cluster, ("kustomize-controller", metrics), &["--concurrent=8"])?;
        Ok(Self { kustomize, source, metrics, cluster: Arc::clone(cluster) })
    }

    /// Follows `main` of a repository with one `Kustomization` for each folder; `spec` is laid over that of each.
    pub(crate) fn follow(&self, repository: &Repository<'_>, folders: &[&str], spec: &Value) -> Result<(), String> {
        let follower = |folder: &&str| {
            let mut follower = kustomization(repository, folder);
            for (key, value) in spec.as_object().into_iter().flatten() {
                follower["spec"][key] = value.clone();
            }
            follower
        };
        self.follow_as(repository, &folders.iter().map(follower).collect::<Vec<_>>())
    }

    /// Follows `main` of a repository with these `Kustomizations`.
    pub(crate) fn follow_as(&self, repository: &Repository<'_>, followers: &[Value]) -> Result<(), String> {
        let source = json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
            "metadata": {"name": repository.name, "namespace": HOME},
            "spec": {"interval": "1h", "url": repository.url(), "ref": {"branch": "main"}},
        });
        let mut stream = source.to_string();
        for follower in followers {
            write!(stream, "\n---\n{follower}").expect("a string takes text");
        }
        self.cluster.apply(&stream).map(drop)
    }

    /// Asks everything that follows the repository to reconcile, and waits until each has done so at this revision.
    ///
    /// # Errors
    /// What had not settled in time. A folder that the controller refuses is no error here: it says so in its place.
    pub(crate) fn settle(&self, repository: &Repository<'_>, revision: &str) -> Result<Applied, String> {
        let label = format!("{FOLLOWS}={}", repository.name);
        let ask = |what: &[&str]| {
            let request = format!("reconcile.fluxcd.io/requestedAt={revision}-{}", fresh());
            self.cluster
                .kubectl(&[&["annotate", "--overwrite", "-n", HOME], what, &[&request]].concat())
                .map(|_| request)
        };
        let source = format!("gitrepository/{}", repository.name);
        ask(&[&source])?;
        let path = format!("/apis/source.toolkit.fluxcd.io/v1/namespaces/{HOME}/gitrepositories/{}", repository.name);
        until(SETTLE, || {
            let source = self.cluster.read(&path)?;
            let has = source["status"]["artifact"]["revision"].as_str().unwrap_or_default();
            if has.ends_with(revision) { Ok(()) } else { Err(format!("the source: {}", source["status"])) }
        })?;
        let request = ask(&["kustomization", "-l", &label])?;
        let request = request.split_once('=').expect("it is an annotation").1;
        let applied = until(SETTLE, || {
            let items = self.cluster.labelled(KUSTOMIZATIONS, FOLLOWS, &repository.name)?;
            items.iter().map(|item| settled(item, &repository.name, request, revision)).collect()
        })?;
        until(SETTLE, || self.idle())?;
        Ok(applied)
    }

    /// Says whether nothing is left to reconcile: the new source and the request each ask for it once.
    fn idle(&self) -> Result<(), String> {
        let text = crate::http::request(self.metrics, "GET", "/metrics", None, None)?.body;
        let of_kustomizations =
            text.lines().filter(|line| !line.starts_with('#') && line.contains("\"kustomization\""));
        let mut busy = of_kustomizations.filter(|line| {
            let counts = line.starts_with("workqueue_depth{") || line.starts_with("controller_runtime_active_workers{");
            counts && !line.ends_with(" 0")
        });
        busy.next().map_or(Ok(()), |line| Err(line.to_owned()))
    }

    /// Returns the memory of each controller.
    pub(crate) fn memory(&self) -> [(&'static str, u64); 2] {
        [self.kustomize.memory(), self.source.memory()]
    }
}

/// Returns what follows a folder of a repository.
pub(crate) fn kustomization(repository: &Repository<'_>, folder: &str) -> Value {
    let name = &repository.name;
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": {"name": follower(name, folder), "namespace": HOME, "labels": {FOLLOWS: name}},
        "spec": {
            "interval": "1h", "timeout": "30s", "path": format!("./{folder}"), "prune": true,
            "sourceRef": {"kind": "GitRepository", "name": name},
        },
    })
}

/// Returns the name of what follows a folder.
pub(crate) fn follower(repository: &str, folder: &str) -> String {
    format!("{repository}.{}", folder.replace('/', "."))
}

/// Returns how a `Kustomization` fared at a revision, an error while it has not handled the request.
fn settled(
    item: &Value,
    repository: &str,
    request: &str,
    revision: &str,
) -> Result<(String, Result<(), String>), String> {
    let (name, status) = (item["metadata"]["name"].as_str().unwrap_or_default(), &item["status"]);
    let at = |field: &str| status[field].as_str().is_some_and(|value| value.ends_with(revision));
    let ready = status["conditions"].as_array().into_iter().flatten().find(|condition| condition["type"] == "Ready");
    let (is_ready, why) = ready.map_or((&Value::Null, &Value::Null), |ready| (&ready["status"], &ready["message"]));
    let folder = name.strip_prefix(repository).and_then(|name| name.strip_prefix('.')).unwrap_or(name).to_owned();
    if item["spec"]["suspend"] == true {
        return Ok((folder, Err("suspended".to_owned())));
    }
    let is_handled = status["lastHandledReconcileAt"] == request && at("lastAttemptedRevision");
    match (is_handled, is_ready.as_str()) {
        (true, Some("True")) if at("lastAppliedRevision") => Ok((folder, Ok(()))),
        (true, Some("False")) => Ok((folder, Err(why.as_str().unwrap_or_default().to_owned()))),
        _ => Err(format!("{name}: {status}")),
    }
}

/// Starts a controller and waits until it is ready.
fn controller(
    room: &Arc<Room>,
    cluster: &Kubernetes,
    (name, metrics): (&'static str, u16),
    args: &[&str],
) -> Result<Process, String> {
    let health = free_port();
    let mut controller = command(room, name)?;
    controller
        .env("KUBECONFIG", cluster.kubeconfig())
        .env("RUNTIME_NAMESPACE", HOME)
        .env("TUF_ROOT", room.folder("tuf"));
    controller.args(["--watch-all-namespaces", "--enable-leader-election=false", "--events-addr="]);
    controller.args(["--kube-api-qps=500", "--kube-api-burst=1000"]);
    controller.arg(format!("--health-addr=127.0.0.1:{health}"));
    controller.arg(format!("--metrics-addr=127.0.0.1:{metrics}")).args(args);
    let mut controller = Process::start(room, name, controller)?;
    controller.ready(START, || healthy(health, "/readyz"))?;
    Ok(controller)
}
