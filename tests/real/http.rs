//! One request to a server of the testbed in plain HTTP/1.0, so that its answer ends with the connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// What follows the head.
    pub(crate) body: String,
}

/// Sends a request to a port of 127.0.0.1, with credentials and a JSON body where there are any.
pub(crate) fn request(
    port: u16,
    method: &str,
    path: &str,
    authorization: Option<&str>,
    body: Option<&Value>,
) -> Result<Answer, String> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let credentials = authorization.map(|value| format!("Authorization: {value}\r\n")).unwrap_or_default();
    let head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{credentials}");
    let text = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = exchange(port, &text).map_err(|error| format!("{method} {path}: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(format!("{method} {path}: no answer"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.ok_or(format!("{method} {path}: {head}"))?, body: body.to_owned() })
}

/// Says whether a path answers that all is well.
pub(crate) fn healthy(port: u16, path: &str) -> Result<(), String> {
    let answer = request(port, "GET", path, None, None)?;
    if (200..300).contains(&answer.status) { Ok(()) } else { Err(format!("{path}: {answer:?}")) }
}

/// Writes a text to a port and returns everything that comes back.
fn exchange(port: u16, text: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(text.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
