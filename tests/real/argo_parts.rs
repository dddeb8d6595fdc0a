//! Argo CD's parts as processes: repo-server, application-controller, API server, and the cache they share. How they are
//! asked is in `argo`.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::http::healthy;
use crate::kubernetes::Kubernetes;
use crate::process::{Process, command, search_path};
use crate::program;
use crate::room::{Room, free_port};

/// How long a part may take to be ready.
const START: Duration = Duration::from_secs(90);
/// The namespace of Argo CD's own objects.
pub(super) const HOME: &str = "argocd";

/// Running parts of Argo CD.
pub(crate) struct Argo {
    server: Process,
    controller: Process,
    repositories: Process,
    cache: Process,
    /// Where the API server listens.
    pub(super) port: u16,
    /// What is synced to.
    pub(super) cluster: Arc<Kubernetes>,
    /// Where everything runs.
    pub(super) room: Arc<Room>,
}

impl Argo {
    /// Starts Argo CD on a cluster.
    pub(crate) fn start(room: &Arc<Room>, cluster: &Arc<Kubernetes>) -> Result<Self, String> {
        configure(cluster)?;
        let [cache_port, repositories_port, metrics, port, health] = [(); 5].map(|()| free_port());
        let mut cache = command(room, "redis")?;
        cache.arg(format!("127.0.0.1:{cache_port}"));
        let cache = Process::start(room, "redis", cache)?;
        let redis = format!("--redis=127.0.0.1:{cache_port}");
        let mut repositories = part(room, cluster, "argocd-repo-server")?;
        repositories.args([
            "--address=127.0.0.1",
            "--metrics-address=127.0.0.1",
            "--disable-tls",
            "--loglevel=warn",
            &redis,
        ]);
        repositories.args([format!("--port={repositories_port}"), format!("--metrics-port={health}")]);
        let mut repositories = Process::start(room, "argocd-repo-server", repositories)?;
        repositories.ready(START, || healthy(health, "/healthz?full=true"))?;
        let asks =
            [redis, format!("--repo-server=127.0.0.1:{repositories_port}"), "--repo-server-plaintext".to_owned()];
        let common = [&format!("--kubeconfig={}", cluster.kubeconfig().display()), "--namespace=argocd"];
        let mut controller = part(room, cluster, "argocd-application-controller")?;
        controller.args(common).args(&asks).args([
            "--app-resync=0",
            "--self-heal-timeout-seconds=1",
            "--loglevel=info",
        ]);
        controller.arg(format!("--metrics-port={metrics}"));
        let mut controller = Process::start(room, "argocd-application-controller", controller)?;
        let mut server = part(room, cluster, "argocd-server")?;
        server.args(common).args(&asks).args([
            "--insecure",
            "--disable-auth",
            "--address=127.0.0.1",
            "--loglevel=warn",
        ]);
        server.args([
            "--metrics-address=127.0.0.1",
            &format!("--metrics-port={}", free_port()),
            &format!("--port={port}"),
        ]);
        let mut server = Process::start(room, "argocd-server", server)?;
        controller.ready(START, || healthy(metrics, "/healthz"))?;
        server.ready(START, || healthy(port, "/healthz"))?;
        Ok(Self { server, controller, repositories, cache, port, cluster: Arc::clone(cluster), room: Arc::clone(room) })
    }

    /// Returns the memory of each part.
    pub(crate) fn memory(&self) -> [(&'static str, u64); 4] {
        [self.server.memory(), self.controller.memory(), self.repositories.memory(), self.cache.memory()]
    }
}

/// Makes what Argo CD finds in its namespace: definitions, settings, the project `default` that allows everything.
fn configure(cluster: &Kubernetes) -> Result<(), String> {
    let manifests =
        program::beside("argocd").ok_or("no manifests of `argocd`: `tests/real/run` puts them beside it")?;
    let crds = ["application", "appproject", "applicationset"];
    let crds = crds.map(|name| manifests.join(format!("manifests/crds/{name}-crd.yaml")));
    cluster.define(&[&crds[0], &crds[1], &crds[2]])?;
    cluster.namespace(HOME)?;
    let names = ["cm", "cmd-params-cm", "gpg-keys-cm", "rbac-cm", "ssh-known-hosts-cm", "tls-certs-cm"];
    let file = |name: &str| format!("--filename={}/manifests/base/config/argocd-{name}.yaml", manifests.display());
    let files: Vec<String> = names.into_iter().map(file).collect();
    let mut args = vec!["apply", "--server-side", "-n", HOME];
    args.extend(files.iter().map(String::as_str));
    cluster.kubectl(&args)?;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "argocd-secret", "namespace": HOME, "labels": {"app.kubernetes.io/part-of": "argocd"}},
        "stringData": {"server.secretkey": "only-on-loopback"},
    });
    let project = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": HOME},
        "spec": {
            "sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        },
    });
    cluster.apply(&format!("{secret}\n---\n{project}")).map(drop)
}

/// Returns the command of a part of Argo CD: one program, which goes by the name it is called by.
fn part(room: &Arc<Room>, cluster: &Kubernetes, name: &str) -> Result<Command, String> {
    let mut part = command(room, "argocd")?;
    part.arg0(name).env("PATH", tools()).env("KUBECONFIG", cluster.kubeconfig());
    part.env("ARGOCD_NAMESPACE", HOME).env("ARGOCD_FAKE_IN_CLUSTER", "true").env("ARGOCD_GPG_ENABLED", "false");
    // The whole testbed stays within the memory of a small machine.
    part.env("GOMEMLIMIT", "200MiB").env("ARGOCD_SYNC_WAVE_DELAY", "0").env("ARGOCD_K8S_CLIENT_QPS", "500");
    for (variable, folder) in [
        ("ARGOCD_TLS_DATA_PATH", "argocd/tls"),
        ("ARGOCD_SSH_DATA_PATH", "argocd/ssh"),
        ("ARGOCD_GNUPGHOME", "argocd/gpg"),
        ("ARGOCD_PLUGINSOCKFILEPATH", "argocd/plugins"),
    ] {
        part.env(variable, room.folder(folder));
    }
    Ok(part)
}

/// Returns a `PATH` in which Argo CD finds `kustomize` and itself.
pub(super) fn tools() -> String {
    let folders = ["kustomize", "argocd"].into_iter().filter_map(program::path);
    let folders = folders.filter_map(|path| Some(path.parent()?.display().to_string()));
    folders.chain([search_path()]).collect::<Vec<_>>().join(":")
}
