//! An API server that answers each path as its script says, well or badly.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is done with a request.
#[derive(Debug, Clone)]
pub(crate) enum Play {
    /// A whole answer: status, media type, further header lines, body.
    Answer(u16, &'static str, &'static str, String),
    /// An answer, and from the second request on another one.
    Then(Box<Self>, Box<Self>),
    /// The connection is closed in the middle of the headers.
    CutInHeaders,
    /// The connection is closed in the middle of the body.
    CutInBody(String),
    /// Nothing is ever said.
    Stall,
    /// One byte of the body at a time, with a pause after each.
    Trickle(String),
    /// A body without end.
    Endless,
    /// These bytes, and the end.
    Raw(String),
}

/// Returns a whole JSON answer.
pub(crate) fn json(code: u16, body: &impl ToString) -> Play {
    Play::Answer(code, "application/json", "", body.to_string())
}

/// What was asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// `GET /api/v1`.
    pub(crate) line: String,
    /// The headers, names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: String,
}

/// A server that plays a script.
pub(crate) struct Server {
    /// Its port.
    pub(crate) port: u16,
    /// What was asked.
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server on a free port; paths without a script are a 404 of no API server.
    pub(crate) fn start(script: Vec<(String, Play)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, script) = (Arc::clone(&asked), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, script) = (Arc::clone(&seen), Arc::clone(&script));
                thread::spawn(move || serve(&stream, &script, &seen));
            }
        });
        Self { port, asked }
    }

    /// Returns what was asked so far.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns the request lines so far, sorted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.asked().into_iter().map(|request| request.line).collect();
        lines.sort();
        lines
    }
}

/// Answers the requests of a connection.
fn serve(stream: &TcpStream, script: &[(String, Play)], asked: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read(&mut reader) {
        let whole = request.line.split(' ').nth(1).unwrap().to_owned();
        let path = whole.split('?').next().unwrap();
        // A script may tell requests apart by their query.
        let find = |path: &str| script.iter().find(|(known, _)| known == path).map(|(_, play)| play.clone());
        let play = find(&whole).or_else(|| find(path));
        let before = {
            let mut asked = asked.lock().unwrap();
            let same = |known: &&Request| known.line == request.line;
            let before = asked.iter().filter(same).count();
            asked.push(request);
            before
        };
        let play = play.unwrap_or(Play::Answer(404, "text/plain", "", "404 page not found\n".to_owned()));
        if perform(stream, play, before).is_none() {
            drop(stream.shutdown(Shutdown::Both));
            return;
        }
    }
}

/// Reads a request.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let line = lines.next()?.rsplit_once(' ')?.0.to_owned();
    let headers = lines.take_while(|line| !line.is_empty());
    let headers: BTreeMap<String, String> = headers
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, headers, body: String::from_utf8(body).unwrap() })
}

/// Plays one answer; `None` closes the connection.
fn perform(mut stream: &TcpStream, play: Play, before: usize) -> Option<()> {
    let head = |length: usize| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
    };
    match play {
        Play::Answer(code, media, more, body) => {
            let media = if media.is_empty() { String::new() } else { format!("content-type: {media}\r\n") };
            let length = body.len();
            write!(stream, "HTTP/1.1 {code} X\r\n{media}{more}content-length: {length}\r\n\r\n{body}").ok()
        }
        Play::Then(first, _) if before == 0 => perform(stream, *first, before),
        Play::Then(_, rest) => perform(stream, *rest, before),
        Play::CutInHeaders => write!(stream, "HTTP/1.1 200 OK\r\ncontent-ty").ok().and(None),
        Play::CutInBody(body) => write!(stream, "{}{}", head(body.len()), &body[..body.len() / 2]).ok().and(None),
        Play::Stall => {
            // The client gives up and closes: only then is there something to read.
            drop(stream.read(&mut [0]));
            None
        }
        Play::Trickle(body) => {
            stream.write_all(head(body.len()).as_bytes()).ok()?;
            for byte in body.as_bytes() {
                stream.write_all(&[*byte]).ok()?;
                thread::sleep(Duration::from_millis(200));
            }
            Some(())
        }
        Play::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
                .ok()?;
            let chunk = format!("100000\r\n{}\r\n", " ".repeat(0x10_0000));
            while stream.write_all(chunk.as_bytes()).is_ok() {}
            None
        }
        Play::Raw(bytes) => stream.write_all(bytes.as_bytes()).ok().and(None),
    }
}
