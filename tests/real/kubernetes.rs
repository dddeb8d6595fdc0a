//! A cluster of etcd, API server and controller manager, asked through `kubectl`. No nodes: objects live, pods do not run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, RwLock, RwLockReadGuard};
use std::time::Duration;

use serde_json::{Value, json};

use crate::certificate::{Authority, Pair, Use};
use crate::http::{healthy, request};
use crate::process::{Process, command};
use crate::program;
use crate::room::{Room, free_port, until};

/// How long a part of the cluster may take to answer on a busy machine.
const START: Duration = Duration::from_secs(90);

/// A running cluster.
pub(crate) struct Kubernetes {
    // Dropped in this order: who asks ends before who answers.
    manager: Option<Process>,
    proxy: Process,
    server: RwLock<Option<Process>>,
    etcd: Process,
    kubeconfig: PathBuf,
    /// Where the API server listens, and where its store does.
    serves: (u16, String),
    /// Where the proxy listens.
    port: u16,
    room: Arc<Room>,
}

impl Kubernetes {
    /// Starts a cluster and waits until it answers; the controller manager is part of it where its program is there, and
    /// still starting: see [`Self::managed`].
    pub(crate) fn start(room: &Arc<Room>) -> Result<Self, String> {
        let pki = room.folder("pki");
        let authority = Authority::new(&pki);
        authority.sign("server", &Use::Server(&["127.0.0.1", "localhost", "kubernetes.default.svc", "10.96.0.1"]));
        let admin = authority.sign("admin", &Use::Client(Some("system:masters")));
        let (etcd, store) = etcd(room)?;
        let port = free_port();
        let kubeconfig = room.path().join("admin.kubeconfig");
        write_kubeconfig(&kubeconfig, &pki, port, &admin);
        let server = serving(room, &kubeconfig, (port, &store))?;
        let (proxy, proxy_port) = proxy(room, &kubeconfig)?;
        let manager = match program::path("kube-controller-manager") {
            Some(_) => {
                let pair = authority.sign("system:kube-controller-manager", &Use::Client(None));
                let config = room.path().join("manager.kubeconfig");
                write_kubeconfig(&config, &pki, port, &pair);
                Some(Process::start(room, "kube-controller-manager", manager(room, &pki, &config)?)?)
            }
            None => None,
        };
        let (server, room) = (RwLock::new(Some(server)), Arc::clone(room));
        Ok(Self { manager, proxy, server, etcd, kubeconfig, serves: (port, store), port: proxy_port, room })
    }

    /// Waits until the controller manager does its work: service accounts are made, what is deleted goes.
    pub(crate) fn managed(&self) -> Result<(), String> {
        let why = |why: String| format!("{why}\n{}", self.manager.as_ref().map(Process::log).unwrap_or_default());
        until(START, || self.kubectl(&["get", "serviceaccount", "default"])).map(drop).map_err(why)
    }

    /// Returns the path of the administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Runs `kubectl` and returns what it prints, or what it says on failure.
    pub(crate) fn kubectl(&self, args: &[&str]) -> Result<String, String> {
        let _served = self.served();
        ask(&self.room, &self.kubeconfig, args, None)
    }

    /// Returns an object, or the list of them, as JSON.
    pub(crate) fn get(&self, args: &[&str]) -> Result<Value, String> {
        let args = [&["get", "-o", "json", "--show-managed-fields"], args].concat();
        serde_json::from_str(&self.kubectl(&args)?).map_err(|error| error.to_string())
    }

    /// Returns what the API answers on a path, without a process for the question: for those who ask again and again.
    pub(crate) fn read(&self, path: &str) -> Result<Value, String> {
        let _served = self.served();
        let answer = request(self.port, "GET", path, None, None)?;
        if answer.status != 200 {
            return Err(format!("{path}: {} {}", answer.status, answer.body));
        }
        serde_json::from_str(&answer.body).map_err(|error| format!("{path}: {error}"))
    }

    /// Returns the objects of a kind, as `GROUP/VERSION/namespaces/NAMESPACE/PLURAL`, that carry a label.
    pub(crate) fn labelled(&self, kind: &str, label: &str, value: &str) -> Result<Vec<Value>, String> {
        let label = label.replace('/', "%2F");
        let list = self.read(&format!("/apis/{kind}?labelSelector={label}%3D{value}"))?;
        list["items"].as_array().cloned().ok_or(format!("no list: {list}"))
    }

    /// Runs `kubectl` with an input and returns what it prints, or what it says on failure.
    pub(crate) fn feed(&self, args: &[&str], input: &str) -> Result<String, String> {
        let _served = self.served();
        ask(&self.room, &self.kubeconfig, args, Some(input))
    }

    /// Applies a stream of YAML or JSON on the server's side.
    pub(crate) fn apply(&self, text: &str) -> Result<String, String> {
        self.feed(&["apply", "--server-side", "-f", "-"], text)
    }

    /// Applies the definitions of custom resources in files or folders and waits until each is served.
    pub(crate) fn define(&self, paths: &[&Path]) -> Result<(), String> {
        let paths: Vec<String> = paths.iter().map(|path| format!("--filename={}", path.display())).collect();
        let mut args = vec!["apply", "--server-side", "-o", "name"];
        args.extend(paths.iter().map(String::as_str));
        let names = self.kubectl(&args)?;
        let mut wait = vec!["wait", "--for=condition=Established", "--timeout=30s"];
        wait.extend(names.lines());
        // On a definition so new that it has no conditions, `kubectl wait` fails outright.
        until(Duration::from_secs(30), || self.kubectl(&wait)).map(drop)
    }

    /// Makes a namespace.
    pub(crate) fn namespace(&self, name: &str) -> Result<(), String> {
        self.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).to_string()).map(drop)
    }

    /// Ends the API server, and nothing else.
    pub(crate) fn end_server(&mut self) {
        *self.server.get_mut().expect("no holder panics") = None;
    }

    /// Ends the API server and starts it again where it was: what was watched breaks off, and nothing is forgotten. Tests that
    /// ask meanwhile wait.
    pub(crate) fn restart_server(&self) -> Result<(), String> {
        let mut server = self.server.write().expect("no holder panics");
        *server = None;
        *server = Some(serving(&self.room, &self.kubeconfig, (self.serves.0, &self.serves.1))?);
        Ok(())
    }

    /// Returns what holds a restart up while a test asks.
    fn served(&self) -> RwLockReadGuard<'_, Option<Process>> {
        self.server.read().expect("no holder panics")
    }

    /// Returns the memory of each part.
    pub(crate) fn memory(&self) -> Vec<(&'static str, u64)> {
        let server = self.served();
        self.manager.iter().chain(server.iter()).chain([&self.proxy, &self.etcd]).map(Process::memory).collect()
    }
}

/// Starts the store and returns its address.
fn etcd(room: &Arc<Room>) -> Result<(Process, String), String> {
    let (client, peer) = (free_port(), free_port());
    let (client_url, peer_url) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
    let mut etcd = command(room, "etcd")?;
    etcd.arg("--data-dir").arg(room.folder("etcd")).args(["--unsafe-no-fsync", "--log-level=warn"]);
    etcd.args(["--listen-client-urls", &client_url, "--advertise-client-urls", &client_url]);
    etcd.args(["--listen-peer-urls", &peer_url, "--initial-advertise-peer-urls", &peer_url]);
    etcd.arg(format!("--initial-cluster=default={peer_url}"));
    let mut etcd = Process::start(room, "etcd", etcd)?;
    etcd.ready(START, || healthy(client, "/health"))?;
    Ok((etcd, client_url))
}

/// Starts what answers for the administrator in plain HTTP, and returns its port.
fn proxy(room: &Arc<Room>, kubeconfig: &Path) -> Result<(Process, u16), String> {
    let port = free_port();
    let mut proxy = command(room, "kubectl")?;
    proxy.env("KUBECONFIG", kubeconfig).args(["proxy", &format!("--port={port}")]);
    let mut proxy = Process::start(room, "kubectl-proxy", proxy)?;
    proxy.ready(START, || healthy(port, "/readyz"))?;
    Ok((proxy, port))
}

/// Starts the API server on a port and a store, and waits until it answers.
fn serving(room: &Arc<Room>, kubeconfig: &Path, (port, store): (u16, &str)) -> Result<Process, String> {
    let mut server = Process::start(room, "kube-apiserver", server(room, &room.folder("pki"), store, port)?)?;
    server.ready(START, || ask(room, kubeconfig, &["get", "--raw", "/readyz"], None).map(drop))?;
    Ok(server)
}

/// Returns the command of the API server.
fn server(room: &Arc<Room>, pki: &Path, store: &str, port: u16) -> Result<Command, String> {
    let file = |name: &str| pki.join(name).display().to_string();
    let mut server = command(room, "kube-apiserver")?;
    // The whole testbed stays within the memory of a small machine.
    server.env("GOMEMLIMIT", "560MiB");
    server.args([
        &format!("--etcd-servers={store}"),
        &format!("--secure-port={port}"),
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--service-account-issuer=https://kubernetes.default.svc",
        &format!("--service-account-key-file={}", file("accounts.pub")),
        &format!("--service-account-signing-key-file={}", file("accounts.key")),
        &format!("--client-ca-file={}", file("ca.crt")),
        &format!("--tls-cert-file={}", file("server.crt")),
        &format!("--tls-private-key-file={}", file("server.key")),
        &format!("--cert-dir={}", room.folder("server").display()),
    ]);
    Ok(server)
}

/// Returns the command of the controller manager.
fn manager(room: &Arc<Room>, pki: &Path, kubeconfig: &Path) -> Result<Command, String> {
    let file = |name: &str| pki.join(name).display().to_string();
    let config = kubeconfig.display();
    let mut manager = command(room, "kube-controller-manager")?;
    manager.args([
        &format!("--kubeconfig={config}"),
        &format!("--authentication-kubeconfig={config}"),
        &format!("--authorization-kubeconfig={config}"),
        "--bind-address=127.0.0.1",
        &format!("--secure-port={}", free_port()),
        "--leader-elect=false",
        "--use-service-account-credentials",
        &format!("--root-ca-file={}", file("ca.crt")),
        &format!("--service-account-private-key-file={}", file("accounts.key")),
        &format!("--cert-dir={}", room.folder("manager").display()),
    ]);
    Ok(manager)
}

/// Writes how a client reaches the cluster.
fn write_kubeconfig(path: &Path, pki: &Path, port: u16, pair: &Pair) {
    let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    let (certificate, key) = (pki.join(format!("{name}-client.crt")), pki.join(format!("{name}-client.key")));
    std::fs::write(&certificate, &pair.certificate).expect("the folder takes files");
    std::fs::write(&key, &pair.key).expect("the folder takes files");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "bed",
        "clusters": [{"name": "bed", "cluster": {
            "server": format!("https://127.0.0.1:{port}"), "certificate-authority": pki.join("ca.crt"),
        }}],
        "users": [{"name": "bed", "user": {"client-certificate": certificate, "client-key": key}}],
        "contexts": [{"name": "bed", "context": {"cluster": "bed", "user": "bed"}}],
    });
    std::fs::write(path, config.to_string()).expect("the room takes files");
}

/// Runs `kubectl` with an input and returns what it prints, or what it says on failure.
fn ask(room: &Room, kubeconfig: &Path, args: &[&str], input: Option<&str>) -> Result<String, String> {
    let mut kubectl = command(room, "kubectl")?;
    kubectl.args(args).env("KUBECONFIG", kubeconfig).env("HOME", room.folder("home"));
    kubectl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = kubectl.spawn().map_err(|error| format!("`kubectl` does not start: {error}"))?;
    let mut pipe = child.stdin.take().expect("stdin is a pipe");
    // A program that refuses before it reads closes the pipe; what it says then is in its output.
    let _closed = pipe.write_all(input.unwrap_or_default().as_bytes());
    drop(pipe);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!("`kubectl {}`: {}", args.join(" "), text(&output.stderr).trim()))
}
