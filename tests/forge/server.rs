//! An HTTP server over plain sockets that hands each request to a function.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `GET`.
    pub(crate) method: String,
    /// Without the query, as it was sent.
    pub(crate) path: String,
    /// The query as it was sent.
    pub(crate) query: String,
    /// The headers, names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body, as text.
    pub(crate) body: String,
    /// The body as it was sent.
    pub(crate) bytes: Vec<u8>,
}

impl Request {
    /// Returns method and path.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns a parameter of the query, as it was sent.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// Returns the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What is done with a request.
#[derive(Debug, Clone)]
pub(crate) enum Play {
    /// A whole answer: status, media type, further header lines, body.
    Answer(u16, &'static str, String, String),
    /// An answer as it goes over the wire; the connection is closed after it.
    Bytes(Vec<u8>),
    /// The connection is closed without a word.
    Hang,
    /// The connection is closed in the middle of the body.
    CutInBody,
    /// Nothing is ever said.
    Stall,
    /// A body without end.
    Endless,
}

/// Returns a whole JSON answer.
pub(crate) fn json(code: u16, body: &Value) -> Play {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Play::Answer(code, "application/json; charset=utf-8", String::new(), body)
}

/// What answers requests.
pub(crate) type Mind = Box<dyn Fn(&Request) -> Play + Send + Sync>;

/// A running server.
pub(crate) struct Server {
    /// Its port.
    pub(crate) port: u16,
    /// What was asked.
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server on a free port.
    pub(crate) fn start(mind: Mind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, mind) = (Arc::clone(&asked), Arc::new(mind));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, mind) = (Arc::clone(&seen), Arc::clone(&mind));
                thread::spawn(move || serve(&stream, &mind, &seen));
            }
        });
        Self { port, asked }
    }

    /// Returns what was asked so far.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// Forgets what was asked.
    pub(crate) fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }

    /// Returns method and path of what was asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Request::line).collect()
    }

    /// Returns method and path of what was written so far.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.lines().into_iter().filter(|line| !line.starts_with("GET ")).collect()
    }
}

/// Answers the requests of a connection.
fn serve(stream: &TcpStream, mind: &Mind, asked: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read(&mut reader) {
        asked.lock().unwrap().push(request.clone());
        if perform(stream, mind(&request)).is_none() {
            drop(stream.shutdown(Shutdown::Both));
            return;
        }
    }
}

/// Reads a request.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let line = lines.next()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines.take_while(|line| !line.is_empty());
    let headers: BTreeMap<String, String> = headers
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query, text) = (path.to_owned(), query.to_owned(), String::from_utf8_lossy(&body).into_owned());
    Some(Request { method, path, query, headers, body: text, bytes: body })
}

/// Plays one answer; `None` closes the connection.
fn perform(mut stream: &TcpStream, play: Play) -> Option<()> {
    match play {
        Play::Answer(code, media, more, body) => {
            let media = if media.is_empty() { String::new() } else { format!("content-type: {media}\r\n") };
            let length = if code == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            // In one piece: small ones wait for each other.
            stream.write_all(format!("HTTP/1.1 {code} X\r\n{media}{more}{length}\r\n{body}").as_bytes()).ok()
        }
        Play::Bytes(bytes) => {
            stream.write_all(&bytes).ok()?;
            None
        }
        Play::Hang => None,
        Play::CutInBody => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n[").ok()?;
            None
        }
        Play::Stall => {
            // The client gives up and closes: only then is there something to read.
            drop(stream.read(&mut [0]));
            None
        }
        Play::Endless => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
            write!(stream, "{head}").ok()?;
            let chunk = format!("100000\r\n{}\r\n", " ".repeat(0x10_0000));
            while stream.write_all(chunk.as_bytes()).is_ok() {}
            None
        }
    }
}
