//! What the tests share: a kubeconfig for a scripted server, objects, and what a well-behaved API server says.

use std::path::PathBuf;
use std::time::Duration;

use leeward::cluster::{Access, Cluster, How, Wanted};
use leeward::model::live::{Reading, Reason, Trouble};
use leeward::model::object::ObjectId;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{Play, Server, json};

/// The path of the one object of a kind that nobody knows by heart.
pub(crate) const THING_PATH: &str = "/apis/things.example/v1/namespaces/pxc/things/t1";
/// The path of its kind.
pub(crate) const THINGS_PATH: &str = "/apis/things.example/v1";
/// The path of the one CR.
pub(crate) const CR_PATH: &str = "/apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusters/c1";
/// Its namespace.
pub(crate) const NAMESPACE_PATH: &str = "/api/v1/namespaces/pxc";

/// Returns the identity of the one CR.
pub(crate) fn cr_id() -> ObjectId {
    id("pxc.percona.com", "PerconaXtraDBCluster", "c1")
}

/// Returns the identity of the one object of a kind that nobody knows by heart.
pub(crate) fn thing_id() -> ObjectId {
    id("things.example", "Thing", "t1")
}

/// Returns the one object of a kind that nobody knows by heart.
pub(crate) fn thing() -> Value {
    json!({"apiVersion": "things.example/v1", "kind": "Thing", "metadata": {"name": "t1", "namespace": "pxc"}})
}

/// Returns an identity in namespace `pxc`.
pub(crate) fn id(group: &str, kind: &str, name: &str) -> ObjectId {
    let part = str::to_owned;
    ObjectId {
        group: part(group),
        version: part("v1"),
        kind: part(kind),
        namespace: Some(part("pxc")),
        name: part(name),
    }
}

/// Returns the one CR.
pub(crate) fn cr() -> Value {
    json!({
        "apiVersion": "pxc.percona.com/v1",
        "kind": "PerconaXtraDBCluster",
        "metadata": {"name": "c1", "namespace": "pxc"},
        "spec": {"size": 3},
    })
}

/// Returns what an API server says in place of an object.
pub(crate) fn status(code: u16, reason: &str, message: &str, details: Value) -> Play {
    let mut body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    body["details"] = details;
    json(code, &body)
}

/// Returns that the one CR is not there.
pub(crate) fn not_found() -> Play {
    let details = json!({"name": "c1", "group": "pxc.percona.com", "kind": "perconaxtradbclusters"});
    status(404, "NotFound", "perconaxtradbclusters.pxc.percona.com \"c1\" not found", details)
}

/// Returns that namespace `pxc` is not there.
pub(crate) fn no_namespace() -> Play {
    status(404, "NotFound", "namespaces \"pxc\" not found", json!({"name": "pxc", "kind": "namespaces"}))
}

/// Returns what a healthy server serves beside what a test is about.
pub(crate) fn healthy() -> Vec<(String, Play)> {
    let list = |version: &str, resources: Value| {
        json(
            200,
            &json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}),
        )
    };
    let resource =
        |name: &str, kind: &str, namespaced: bool| json!({"name": name, "kind": kind, "namespaced": namespaced});
    let pxc = json!([
        resource("perconaxtradbclusters", "PerconaXtraDBCluster", true),
        resource("perconaxtradbclusters/status", "PerconaXtraDBCluster", true),
        resource("perconaxtradbclusterbackups", "PerconaXtraDBClusterBackup", true),
    ]);
    let core = json!([
        resource("configmaps", "ConfigMap", true),
        resource("events", "Event", true),
        resource("namespaces", "Namespace", false),
        resource("pods", "Pod", true),
        resource("secrets", "Secret", true),
    ]);
    let group =
        |name: &str| json!({"name": name, "versions": [{"groupVersion": format!("{name}/v1"), "version": "v1"}]});
    let groups = json!([group("pxc.percona.com"), group("things.example")]);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "pxc"}});
    [
        ("/apis/pxc.percona.com/v1", list("pxc.percona.com/v1", pxc)),
        (THINGS_PATH, list("things.example/v1", json!([resource("things", "Thing", true)]))),
        ("/api/v1", list("v1", core)),
        ("/apis", json(200, &json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))),
        (NAMESPACE_PATH, json(200, &namespace)),
        (CR_PATH, json(200, &cr())),
        (THING_PATH, json(200, &thing())),
    ]
    .map(|(path, play)| (path.to_owned(), play))
    .into()
}

/// Returns a healthy server's script with other answers in front.
pub(crate) fn healthy_but<const N: usize>(plays: [(&str, Play); N]) -> Vec<(String, Play)> {
    plays.map(|(path, play)| (path.to_owned(), play)).into_iter().chain(healthy()).collect()
}

/// A server, and the kubeconfig that leads to it.
pub(crate) struct Setting {
    /// The server.
    pub(crate) server: Server,
    /// Holds the kubeconfig.
    folder: TempDir,
}

impl Setting {
    /// Starts a server with a script.
    pub(crate) fn of(script: Vec<(String, Play)>) -> Self {
        let setting = Self { server: Server::start(script), folder: TempDir::new().unwrap() };
        std::fs::write(setting.kubeconfig(), kubeconfig(setting.server.port, "{token: t0ken-t0ken}")).unwrap();
        setting
    }

    /// Returns the kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Returns the folder of the kubeconfig.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Connects, with short deadlines.
    pub(crate) fn cluster(&self) -> Cluster {
        Cluster::connect(&self.access()).unwrap()
    }

    /// Returns an access with short deadlines.
    pub(crate) fn access(&self) -> Access {
        Access {
            kubeconfig: Some(self.kubeconfig()),
            deadline: Duration::from_secs(20),
            request_timeout: Duration::from_secs(3),
            ..Access::default()
        }
    }

    /// Reads one object.
    pub(crate) fn read(&self, id: &ObjectId, how: How) -> Reading {
        let mut read = self.cluster().read(&[wanted(id, how)]);
        let reading = read.remove(id).unwrap();
        assert!(read.is_empty(), "{read:?}");
        reading
    }

    /// Returns a text with the server's address as `SERVER`.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(&format!("http://127.0.0.1:{}", self.server.port), "SERVER")
    }

    /// Returns why something is not known, the address as `SERVER`.
    pub(crate) fn trouble(&self, trouble: Trouble) -> (Reason, String, Option<String>) {
        (trouble.reason, self.plain(&trouble.fact), trouble.hint)
    }
}

/// Returns what asks for an object.
pub(crate) fn wanted(id: &ObjectId, how: How) -> Wanted {
    Wanted { id: id.clone(), default_namespace: None, how }
}

/// Returns a kubeconfig for a port of this machine.
pub(crate) fn kubeconfig(port: u16, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         clusters: [{{name: c, cluster: {{server: \"http://127.0.0.1:{port}\"}}}}]\n\
         users: [{{name: u, user: {user}}}]\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n"
    )
}
