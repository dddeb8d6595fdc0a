//! A folder of bare repositories over HTTP, by `git http-backend`, and everything that can go wrong between the two.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `GET` or `POST`.
    pub(crate) method: String,
    /// The path with the query.
    pub(crate) target: String,
    /// The headers, names in small letters.
    headers: Vec<(String, String)>,
    /// The body.
    body: Vec<u8>,
}

impl Request {
    /// Returns a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns whether it asks what a push may start from.
    pub(crate) fn is_offer(&self) -> bool {
        self.target.contains("service=git-receive-pack")
    }

    /// Returns whether it brings the commits.
    pub(crate) fn is_push(&self) -> bool {
        self.method == "POST" && self.target.ends_with("git-receive-pack")
    }
}

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is served.
    Serve,
    /// It is answered with a status; 401 asks for a password.
    Status(u16),
    /// It is served, and the answer is cut after so many bytes.
    Cut(usize),
    /// The connection is closed before it is served.
    Drop,
    /// Nothing is answered until the other side goes.
    Hang,
}

/// What decides.
type Rule = Box<dyn FnMut(&Request) -> Act + Send>;

/// A running server; its threads end with the last connection after it is dropped.
pub(crate) struct Server {
    /// Where it listens.
    port: u16,
    /// What decides.
    rule: Arc<Mutex<Rule>>,
}

impl Server {
    /// Serves the repositories of a folder.
    pub(crate) fn start(root: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(|_| Act::Serve)));
        let (root, weak) = (root.to_owned(), Arc::downgrade(&rule));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), Some(rule)) = (stream, weak.upgrade()) else { return };
                let root = root.clone();
                thread::spawn(move || answer(stream, &root, &rule));
            }
        });
        Self { port, rule }
    }

    /// Decides by a rule from now on.
    pub(crate) fn rule(&self, rule: impl FnMut(&Request) -> Act + Send + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    /// Returns the address of a repository.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *self.rule.lock().unwrap() = Box::new(|_| Act::Drop);
        self.rule = Arc::new(Mutex::new(Box::new(|_| Act::Drop)));
        // Wakes the listener, which ends where nobody decides any more.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

/// Answers one request.
fn answer(stream: TcpStream, root: &Path, rule: &Mutex<Rule>) {
    let Some(request) = read(&stream) else { return };
    let act = (rule.lock().unwrap())(&request);
    let mut stream = stream;
    let bytes = match act {
        Act::Serve | Act::Cut(_) => serve(root, &request),
        Act::Status(status) => refusal(status),
        Act::Drop => Vec::new(),
        Act::Hang => {
            // The other side closes its end when it gives up.
            drop(stream.read(&mut [0; 1]));
            return;
        }
    };
    let end = if let Act::Cut(length) = act { length.min(bytes.len()) } else { bytes.len() };
    // The other side may be gone.
    drop(stream.write_all(&bytes[..end]));
    drop(stream.shutdown(Shutdown::Both));
}

/// Reads a request; `None` where the connection ends before it does.
fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = || -> Option<String> {
        let mut line = String::new();
        (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    request.body = if request.header("transfer-encoding") == Some("chunked") {
        chunks(&mut reader)?
    } else {
        let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        body
    };
    Some(request)
}

/// Reads a body that comes in chunks.
fn chunks(reader: &mut BufReader<&TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend(&chunk[..length]);
    }
}

/// Asks `git http-backend`, and returns the bytes of its answer.
fn serve(root: &Path, request: &Request) -> Vec<u8> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut command = Command::new("git");
    command.arg("http-backend").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    crate::repo::pinned(&mut command);
    command.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_USER", "pat");
    command.env("PATH_INFO", path).env("QUERY_STRING", query).env("REQUEST_METHOD", &request.method);
    command.env("CONTENT_LENGTH", request.body.len().to_string()).env("REMOTE_ADDR", "127.0.0.1");
    for (header, name) in [
        ("content-type", "CONTENT_TYPE"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ] {
        command.env(name, request.header(header).unwrap_or_default());
    }
    let mut child = command.spawn().unwrap();
    let (mut stdin, body) = (child.stdin.take().unwrap(), request.body.clone());
    let feeder = thread::spawn(move || drop(stdin.write_all(&body)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let at = output.stdout.windows(4).position(|four| four == b"\r\n\r\n").expect("the answer has headers");
    let mut head = String::from_utf8(output.stdout[..at].to_vec()).unwrap();
    let body = &output.stdout[at + 4..];
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    write!(head, "\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    [format!("HTTP/1.1 {status}\r\n{head}").as_bytes(), body].concat()
}

/// Returns the answer of a server that does not serve.
fn refusal(status: u16) -> Vec<u8> {
    let ask = if status == 401 { "WWW-Authenticate: Basic realm=\"git\"\r\n" } else { "" };
    format!("HTTP/1.1 {status} No\r\n{ask}Connection: close\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

/// Returns whether this machine can serve repositories over HTTP; says so where it cannot.
pub(crate) fn can_serve(test: &str) -> bool {
    let folder = Command::new("git").arg("--exec-path").output().unwrap().stdout;
    let is_there = PathBuf::from(String::from_utf8(folder).unwrap().trim()).join("git-http-backend").exists();
    if !is_there {
        crate::skip::skip(None, test, "no `git http-backend` on this machine");
    }
    is_there
}
