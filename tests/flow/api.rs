//! An API server on loopback that answers each path with one object, and anything else as one that is not there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::world::World;

/// Starts a server and returns the kubeconfig for it, whose context is `prod-a`.
pub(crate) fn server(world: &World, answers: impl IntoIterator<Item = (String, Value)>) -> PathBuf {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers: Arc<BTreeMap<String, Value>> = Arc::new(answers.into_iter().chain([kinds()]).collect());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || answer(&stream, &answers));
        }
    });
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "prod-a", "users": [{"name": "u", "user": {}}],
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "contexts": [{"name": "prod-a", "context": {"cluster": "c", "user": "u"}}],
    });
    let path = world.top().join("kubeconfig");
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

/// Returns the path of a custom resource of the operator's in a namespace, or of all of them.
pub(crate) fn path(namespace: &str, kind: &str, name: &str) -> String {
    let name = if name.is_empty() { String::new() } else { format!("/{name}") };
    format!("/apis/pxc.percona.com/v1/namespaces/{namespace}/{kind}{name}")
}

/// Returns a list of Backups.
pub(crate) fn backups(items: &[Value]) -> Value {
    json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackupList", "metadata": {}, "items": items})
}

/// Returns what the server serves.
fn kinds() -> (String, Value) {
    let kind =
        |name: &str, kind: &str| json!({"name": name, "kind": kind, "namespaced": true, "verbs": ["get", "list"]});
    let resources = [
        kind("perconaxtradbclusters", "PerconaXtraDBCluster"),
        kind("perconaxtradbclusterbackups", "PerconaXtraDBClusterBackup"),
    ];
    let list = json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "pxc.percona.com/v1", "resources": resources});
    ("/apis/pxc.percona.com/v1".to_owned(), list)
}

/// Answers the requests of a connection.
fn answer(stream: &TcpStream, answers: &BTreeMap<String, Value>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(first) = lines.next() {
        lines.find(String::is_empty);
        let path = first.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
        let absent = || absent(&path);
        let body = answers.get(&path).cloned().unwrap_or_else(absent);
        let code = body["code"].as_u64().filter(|_| body["kind"] == "Status").unwrap_or(200);
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        if (&*stream).write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Returns that there is nothing at a path, as an API server says it.
fn absent(path: &str) -> Value {
    let (above, name) = path.rsplit_once('/').unwrap_or_default();
    let kind = above.rsplit('/').next().unwrap_or_default();
    let details = json!({"name": name, "group": "pxc.percona.com", "kind": kind});
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 404, "reason": "NotFound",
        "message": format!("{kind}.pxc.percona.com \"{name}\" not found"), "details": details,
    })
}
