//! An API server that keeps objects, and does to them what a test says when it is asked: what a controller, the operator or
//! a person would do meanwhile. Everything is on 127.0.0.1.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Objects by their paths.
pub(crate) type Objects = BTreeMap<String, Value>;
/// What is done before a request is answered: the request as `GET /path`, the objects.
pub(crate) type Play = Box<dyn FnMut(&str, &mut Objects) + Send>;

/// Kinds: API path, plural, kind.
const KINDS: [(&str, &str, &str); 11] = [
    ("/apis/pxc.percona.com/v1", "perconaxtradbclusters", "PerconaXtraDBCluster"),
    ("/apis/pxc.percona.com/v1", "perconaxtradbclusterbackups", "PerconaXtraDBClusterBackup"),
    ("/apis/pxc.percona.com/v1", "perconaxtradbclusterrestores", "PerconaXtraDBClusterRestore"),
    ("/apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations", "Kustomization"),
    ("/apis/source.toolkit.fluxcd.io/v1", "gitrepositories", "GitRepository"),
    ("/apis/argoproj.io/v1alpha1", "applications", "Application"),
    ("/apis/apps/v1", "deployments", "Deployment"),
    ("/apis/batch/v1", "jobs", "Job"),
    ("/apis/coordination.k8s.io/v1", "leases", "Lease"),
    ("/api/v1", "pods", "Pod"),
    ("/api/v1", "secrets", "Secret"),
];

/// What the server is and was asked.
struct State {
    objects: Objects,
    logs: BTreeMap<String, String>,
    denied: Vec<(String, String)>,
    asked: Vec<String>,
    play: Play,
    version: u64,
    is_down: bool,
    cut: Option<String>,
}

/// The server.
pub(crate) struct Api {
    /// Its port.
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

/// A request.
struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    body: Value,
}

impl Api {
    /// Starts a server with objects.
    pub(crate) fn start(objects: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let objects = objects.into_iter().map(|object| (path_of(&object), object)).collect();
        let state = State {
            objects,
            logs: BTreeMap::new(),
            denied: Vec::new(),
            asked: Vec::new(),
            play: Box::new(|_, _| {}),
            version: 1,
            is_down: false,
            cut: None,
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { port, state }
    }

    /// Has something done before each request is answered.
    pub(crate) fn play(&self, play: impl FnMut(&str, &mut Objects) + Send + 'static) {
        self.state.lock().unwrap().play = Box::new(play);
    }

    /// Refuses a verb on what a path ends in.
    pub(crate) fn deny(&self, verb: &str, resource: &str) {
        self.state.lock().unwrap().denied.push((verb.to_owned(), resource.to_owned()));
    }

    /// Puts an object there.
    pub(crate) fn put(&self, object: Value) {
        self.state.lock().unwrap().objects.insert(path_of(&object), object);
    }

    /// Changes an object.
    pub(crate) fn change(&self, path: &str, change: impl FnOnce(&mut Value)) {
        change(self.state.lock().unwrap().objects.get_mut(path).unwrap_or_else(|| panic!("no {path}")));
    }

    /// Gives a pod a log.
    pub(crate) fn log(&self, pod: &str, text: &str) {
        self.state.lock().unwrap().logs.insert(pod.to_owned(), text.to_owned());
    }

    /// Takes connections no more, or again.
    pub(crate) fn down(&self, is_down: bool) {
        self.state.lock().unwrap().is_down = is_down;
    }

    /// Does what the next request of this line asks for, and breaks the connection in place of an answer.
    pub(crate) fn cut(&self, line: &str) {
        self.state.lock().unwrap().cut = Some(line.to_owned());
    }

    /// Returns the objects of a kind, by its plural.
    pub(crate) fn all(&self, plural: &str) -> Vec<Value> {
        let state = self.state.lock().unwrap();
        let is_it = |path: &&String| path.rsplit('/').nth(1) == Some(plural);
        state.objects.keys().filter(is_it).map(|path| state.objects[path].clone()).collect()
    }

    /// Returns the requests that were no reads.
    pub(crate) fn writes(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let is_read = |line: &str| line.starts_with("GET ") || line.starts_with("WATCH ");
        state.asked.iter().filter(|line| !is_read(line)).cloned().collect()
    }

    /// Returns every request: `GET /path`, `WATCH /path`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Returns whether something was asked for.
    pub(crate) fn was_asked(&self, words: &str) -> bool {
        self.state.lock().unwrap().asked.iter().any(|line| line.contains(words))
    }

    /// Returns a kubeconfig that leads here.
    pub(crate) fn kubeconfig(&self) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
             clusters: [{{name: c, cluster: {{server: \"http://127.0.0.1:{}\"}}}}]\n\
             users: [{{name: u, user: {{token: t0ken-t0ken}}}}]\n\
             contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n",
            self.port
        )
    }
}

/// Returns the path of an object.
pub(crate) fn path_of(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("/apiVersion"), text("/kind"));
    let api = if version == "v1" { "/api/v1".to_owned() } else { format!("/apis/{version}") };
    let known = KINDS.iter().find(|known| known.0 == api && known.2 == kind);
    let plural = known.unwrap_or_else(|| panic!("{version} {kind}")).1;
    format!("{api}/namespaces/{}/{plural}/{}", text("/metadata/namespace"), text("/metadata/name"))
}

/// Answers the requests of a connection.
fn serve(stream: &TcpStream, shared: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read(&mut reader) {
        let mut state = shared.lock().unwrap();
        if state.is_down {
            return;
        }
        let is_watch = request.query.contains_key("watch");
        let line = format!("{} {}", if is_watch { "WATCH" } else { &request.method }, request.path);
        let State { play, objects, .. } = &mut *state;
        play(&line, objects);
        if state.is_down {
            return;
        }
        let is_cut = state.cut.take_if(|cut| *cut == line).is_some();
        state.asked.push(line);
        let (code, media, body) = answer(&mut state, &request);
        if is_cut {
            return;
        }
        drop(state);
        let mut stream = stream;
        let head = format!("HTTP/1.1 {code} X\r\ncontent-type: {media}\r\n");
        let written = if is_watch {
            write!(stream, "{head}connection: close\r\n\r\n{body}\n")
        } else {
            write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len())
        };
        if written.is_err() || is_watch {
            drop(stream.shutdown(std::net::Shutdown::Both));
            return;
        }
    }
}

/// Returns the answer to a request.
fn answer(state: &mut State, request: &Request) -> (u16, &'static str, String) {
    let json = |code: u16, value: &Value| (code, "application/json", value.to_string());
    let Request { method, path, query, body } = request;
    if let Some(refusal) = refusal(state, request) {
        return json(403, &refusal);
    }
    if let Some(pod) = path.strip_suffix("/log").and_then(|path| path.rsplit('/').next()) {
        return match state.logs.get(pod) {
            Some(text) => (200, "text/plain", text.clone()),
            None => json(404, &status(404, "NotFound", path)),
        };
    }
    if method == "GET" && query.contains_key("watch") {
        return json(200, &json!({"type": "MODIFIED", "object": {}}));
    }
    match method.as_str() {
        "POST" => {
            let mut object = body.clone();
            let path = path_of(&object);
            if state.objects.contains_key(&path) {
                return json(409, &status(409, "AlreadyExists", &path));
            }
            stamp(&mut object, state);
            state.objects.insert(path, object.clone());
            json(201, &object)
        }
        "PATCH" => match state.objects.get_mut(path) {
            Some(object) => {
                merge(object, body);
                json(200, &object.clone())
            }
            None => json(404, &status(404, "NotFound", path)),
        },
        _ => read_of(state, request),
    }
}

/// Returns what a read gives: an object, a list, a namespace, what is served.
fn read_of(state: &State, request: &Request) -> (u16, &'static str, String) {
    let json = |code: u16, value: &Value| (code, "application/json", value.to_string());
    let Request { path, query, .. } = request;
    if let Some(object) = state.objects.get(path) {
        return json(200, object);
    }
    let last = path.rsplit('/').next().unwrap();
    if let Some((api, _, kind)) = KINDS.iter().find(|(api, plural, _)| *plural == last && path.starts_with(api)) {
        let below = format!("{path}/");
        let selector = query.get("labelSelector").cloned().unwrap_or_default();
        let items: Vec<&Value> = state
            .objects
            .iter()
            .filter(|(known, object)| known.starts_with(&below) && is_selected(object, &selector))
            .map(|(_, object)| object)
            .collect();
        let version = api.trim_start_matches("/apis/").trim_start_matches("/api/");
        return json(
            200,
            &json!({"kind": format!("{kind}List"), "apiVersion": version, "metadata": {}, "items": items}),
        );
    }
    if KINDS.iter().any(|(api, ..)| api == path) {
        let version = path.trim_start_matches("/apis/").trim_start_matches("/api/");
        let of = KINDS.iter().filter(|(api, ..)| api == path);
        let resources: Vec<Value> =
            of.map(|(_, plural, kind)| json!({"name": plural, "kind": kind, "namespaced": true})).collect();
        return json(
            200,
            &json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}),
        );
    }
    if path.starts_with("/api/v1/namespaces/") && path.split('/').count() == 5 {
        return json(200, &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": last}}));
    }
    if path.contains("/namespaces/") {
        return json(404, &status(404, "NotFound", path));
    }
    (404, "text/plain", "404 page not found\n".to_owned())
}

/// Returns what is said where a verb is refused.
fn refusal(state: &State, request: &Request) -> Option<Value> {
    let Request { method, path, query, .. } = request;
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|part| *part == "namespaces")?;
    let plural = parts.get(at + 2)?;
    let verb = match (method.as_str(), parts.len() - at) {
        ("POST", _) => "create",
        ("PATCH", _) => "patch",
        (_, 3) if query.contains_key("watch") => "watch",
        (_, 3) => "list",
        _ => "get",
    };
    let is_denied = state.denied.iter().any(|(denied, resource)| denied == verb && resource == plural);
    is_denied.then(|| {
        let group = path.split('/').nth(2).filter(|group| *group != "v1").unwrap_or_default();
        let message = format!(
            "{plural} is forbidden: User \"ci\" cannot {verb} resource \"{plural}\" in API group \"{group}\" in the namespace \"{}\"",
            parts[at + 1]
        );
        json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403, "message": message})
    })
}

/// Returns what an API server says in place of an object.
fn status(code: u16, reason: &str, path: &str) -> Value {
    let parts: Vec<&str> = path.split('/').collect();
    let (name, plural) = (parts[parts.len() - 1], parts[parts.len() - 2]);
    let group = if parts[1] == "apis" { parts[2] } else { "" };
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": reason, "code": code,
        "message": format!("{plural} \"{name}\""), "details": {"name": name, "group": group, "kind": plural},
    })
}

/// Gives a new object what a server gives it.
fn stamp(object: &mut Value, state: &mut State) {
    state.version += 1;
    object["metadata"]["uid"] = format!("uid-{}", state.version).into();
    object["metadata"]["resourceVersion"] = state.version.to_string().into();
    object["metadata"]["creationTimestamp"] = "2026-11-22T10:00:00Z".into();
}

/// Merges fields into an object.
fn merge(object: &mut Value, fields: &Value) {
    match fields.as_object() {
        Some(fields) => {
            for (name, value) in fields {
                merge(&mut object[name.as_str()], value);
            }
        }
        None => *object = fields.clone(),
    }
}

/// Returns whether the labels of an object are those of a selector.
fn is_selected(object: &Value, selector: &str) -> bool {
    let mut wanted = selector.split(',').filter_map(|pair| pair.split_once('='));
    wanted.all(|(name, value)| object["metadata"]["labels"][name] == value)
}

/// Reads a request.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let line = lines.next()?;
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let length =
        headers.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let mut words = line.split(' ');
    let (method, whole) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let plain = |text: &str| text.replace("%3D", "=").replace("%2F", "/").replace("%2C", ",");
    let query =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.to_owned(), plain(value)));
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some(Request { method, path: plain(path), query: query.collect(), body })
}
