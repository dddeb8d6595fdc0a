//! The operator's world: its real program on a cluster of its own, whose nodes and pods `kwok` plays. A pod becomes ready
//! and does nothing: what a Job would upload or log, and how it ends, the test plays, and says so.

mod database;
mod nodes;
mod play;

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::healthy;
use crate::kubernetes::Kubernetes;
use crate::process::{Process, command};
use crate::program;
use crate::room::{Room, until};
pub(crate) use nodes::MISSING;
use nodes::Nodes;
pub(crate) use play::End;

/// How long the operator may take to start, or to bring a cluster to `ready`.
pub(crate) const START: Duration = Duration::from_mins(2);
/// In how many namespaces the stand-in of the database is known by name.
const NAMESPACES: u16 = 64;
/// Where the operator lives.
const HOME: &str = "pxc-operator";
/// Where the operator says how it is; it listens beyond loopback on other ports, in a network that has nothing else.
const HEALTH: u16 = 8081;
/// The cluster of each namespace.
pub(crate) const CLUSTER: &str = "db";
/// What the operator believes itself to be.
const IMAGE: &str = "percona/percona-xtradb-cluster-operator:1.20.0";
/// What the operator sees of the machine: names that lead to the stand-in, the namespace it lives in, and a `/tmp` of its
/// own for its certificates. These are fixed paths, so they are laid in a private namespace of mounts.
const INSIDE: &str = r#"
set -e
mount --bind "$ROOM/hosts" /etc/hosts
mount -t tmpfs none /var/run
mkdir -p /var/run/secrets/kubernetes.io/serviceaccount /var/run/room
printf %s "$OWN_NAMESPACE" >/var/run/secrets/kubernetes.io/serviceaccount/namespace
mount --bind "$ROOM" /var/run/room
mount -t tmpfs none /tmp
mkdir -p "$ROOM"
mount --bind /var/run/room "$ROOM"
cd "$ROOM"
exec "$@""#;

/// While one is held, the API server stays.
pub(crate) type Turn<'a> = RwLockReadGuard<'a, ()>;

/// The running operator, with all it needs.
pub(crate) struct Percona {
    // Dropped in this order: who asks ends before who answers.
    operator: Mutex<Process>,
    nodes: Nodes,
    /// The cluster it works on.
    pub(crate) cluster: Arc<Kubernetes>,
    /// How many namespaces were made.
    made: AtomicU16,
    /// Who runs the program against this cluster, and who needs that nobody does.
    turns: RwLock<()>,
    room: Arc<Room>,
}

impl Percona {
    /// Starts a cluster with nodes, and the operator on it.
    pub(crate) fn start() -> Result<Self, String> {
        let room = Arc::new(Room::open());
        let cluster = Arc::new(Kubernetes::start(&room)?);
        cluster.define(&[&beside("pxc-operator")?.join("deploy/crd.yaml")])?;
        let nodes = Nodes::start(&room, &cluster)?;
        for port in ports().as_ref().map_err(String::clone)? {
            database::answer(port.try_clone().map_err(|why| why.to_string())?);
        }
        itself(&cluster)?;
        let operator = Mutex::new(started(&room, &cluster, "pxc-operator")?);
        Ok(Self { operator, nodes, cluster, made: AtomicU16::new(0), turns: RwLock::default(), room })
    }

    /// Makes a namespace whose cluster can become ready; no other test has it. While the turn that comes with it is held,
    /// no test that needs to be alone begins. Nobody may hold two at a time.
    pub(crate) fn namespace(&self) -> Result<(Turn<'_>, String), String> {
        let turn = self.turns.read().unwrap_or_else(PoisonError::into_inner);
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = known().nth(usize::from(number)).ok_or("more namespaces than the stand-in is known in")?;
        self.cluster.namespace(&name)?;
        Ok((turn, name))
    }

    /// Waits until the operator gives the namespace's cluster this state.
    pub(crate) fn wait(&self, namespace: &str, state: &str) -> Result<Value, String> {
        let path = format!("/apis/pxc.percona.com/v1/namespaces/{namespace}/perconaxtradbclusters/{CLUSTER}");
        let seen = until(START, || {
            let cluster = self.cluster.read(&path)?;
            if cluster["status"]["state"] == state { Ok(cluster) } else { Err(cluster["status"].to_string()) }
        });
        seen.map_err(|why| format!("{why}\n--- the operator's log ---\n{}", self.log()))
    }

    /// Waits until no other test runs the program against this cluster.
    pub(crate) fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.turns.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns where its processes live, for what a test adds to them.
    pub(crate) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// Returns the end of the operator's log.
    pub(crate) fn log(&self) -> String {
        self.operator.lock().expect("no holder panics").log()
    }

    /// Returns the whole lines of the operator's log from a place on, and moves the place behind them.
    pub(crate) fn lines_from(&self, place: &mut u64) -> Result<String, String> {
        self.operator.lock().expect("no holder panics").lines_from(place)
    }

    /// Waits until the operator has ended by itself, and returns the end of its log.
    pub(crate) fn dies(&self, within: Duration) -> Result<String, String> {
        until(within, || {
            let mut operator = self.operator.lock().expect("no holder panics");
            if operator.has_ended() { Ok(operator.log()) } else { Err("it goes on".to_owned()) }
        })
    }

    /// Starts the operator again after it has ended.
    pub(crate) fn revive(&self) -> Result<(), String> {
        *self.operator.lock().expect("no holder panics") = started(&self.room, &self.cluster, "pxc-operator-again")?;
        Ok(())
    }

    /// Returns a folder of this world.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.room.folder(name)
    }

    /// Returns the memory of each part.
    pub(crate) fn memory(&self) -> Vec<(&'static str, u64)> {
        let mut all = self.cluster.memory();
        all.extend(self.nodes.memory());
        all.push(self.operator.lock().expect("no holder panics").memory());
        all
    }

    /// Asks everything in it to end, at once.
    pub(crate) fn ask_all_to_end(&self) {
        self.room.ask_all_to_end();
    }
}

/// Returns the stand-in's ports. One of them is among those that the kernel gives to whoever connects somewhere, so who wants
/// them asks before anything runs.
pub(crate) fn ports() -> &'static Result<Vec<TcpListener>, String> {
    static PORTS: OnceLock<Result<Vec<TcpListener>, String>> = OnceLock::new();
    let bind = |port| TcpListener::bind(("127.0.0.1", port)).map_err(|why| format!("port {port}: {why}"));
    PORTS.get_or_init(|| database::PORTS.into_iter().map(bind).collect())
}

/// Returns the namespaces whose clusters can become ready.
fn known() -> impl Iterator<Item = String> {
    (0..NAMESPACES).map(|number| format!("pxc-{number}"))
}

/// Makes the objects by which the operator knows itself.
fn itself(cluster: &Kubernetes) -> Result<(), String> {
    cluster.namespace(HOME)?;
    cluster.managed()?;
    until(START, || cluster.kubectl(&["get", "serviceaccount", "default", "-n", HOME]))?;
    let container = json!({"name": "percona-xtradb-cluster-operator", "image": IMAGE});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "operator", "namespace": HOME},
        "spec": {"containers": [container]},
    });
    cluster.apply(&pod.to_string()).map(drop)
}

/// Starts the operator and waits until it is ready.
fn started(room: &Arc<Room>, cluster: &Kubernetes, name: &'static str) -> Result<Process, String> {
    let mut operator = Process::start(room, name, operator(room, cluster)?)?;
    operator.ready(START, || healthy(HEALTH, "/readyz"))?;
    Ok(operator)
}

/// Returns the command of the operator.
fn operator(room: &Room, cluster: &Kubernetes) -> Result<std::process::Command, String> {
    std::fs::write(room.path().join("hosts"), names()).map_err(|error| error.to_string())?;
    let inner = command(room, "pxc-operator")?;
    let mut operator = crate::process::clean(room, "unshare");
    operator.args(["-m", "sh", "-c", INSIDE, "sh"]).arg(inner.get_program());
    operator
        .args(["--metrics-bind-address=127.0.0.1:8080", &format!("--health-probe-bind-address=127.0.0.1:{HEALTH}")]);
    operator
        .env("ROOM", room.path())
        .env_remove("TMPDIR")
        .env("OWN_NAMESPACE", HOME)
        .env("KUBECONFIG", cluster.kubeconfig());
    // All of them: a cache for each namespace takes the operator longer to fill than it waits.
    operator.env("WATCH_NAMESPACE", "").env("HOSTNAME", "operator");
    operator.env("OPERATOR_NAME", "percona-xtradb-cluster-operator").env("DISABLE_TELEMETRY", "true");
    operator.env("LOG_STRUCTURED", "true").env("PXCO_LEADER_ELECTION_ENABLED", "false");
    Ok(operator)
}

/// Returns the names by which the operator calls the database of each cluster, all for loopback.
fn names() -> String {
    let mut hosts = "127.0.0.1 localhost\n".to_owned();
    for namespace in known() {
        for host in ["pxc", "pxc-unready", "haproxy"] {
            let name = format!("{CLUSTER}-{host}.{namespace}");
            writeln!(hosts, "127.0.0.1 {name} {name}.svc {name}.svc.cluster.local").expect("a string takes text");
        }
        for pod in 0..3 {
            let name = format!("{CLUSTER}-pxc-{pod}.{CLUSTER}-pxc.{namespace}");
            writeln!(hosts, "127.0.0.1 {name} {name}.svc {name}.svc.cluster.local").expect("a string takes text");
        }
    }
    hosts
}

/// Returns a cluster of three nodes, as a file that people write: with a daily backup and point-in-time recovery.
pub(crate) fn cluster(namespace: &str) -> String {
    include_str!("cluster.yaml").replace("NAMESPACE", namespace)
}

/// Returns the folder with what a program reads.
fn beside(program: &str) -> Result<PathBuf, String> {
    program::beside(program).ok_or(format!("no folder beside `{program}`"))
}
