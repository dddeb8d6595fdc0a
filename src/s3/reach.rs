//! The name and the connection of an endpoint, by the system's resolver and a plain socket. A resolver or a black hole that
//! never answers is left behind when the time is over.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::record::Record;
use crate::model::place::Endpoint;

/// How many addresses are tried, at once.
const ADDRESSES: usize = 8;

/// Records what name and connection came to; returns whether the endpoint takes connections.
pub(super) fn reach(endpoint: &Endpoint, end: Instant, record: &mut Record) -> bool {
    let (url, authority) = (endpoint.url(), endpoint.authority().to_owned());
    let found = within(end, move || authority.to_socket_addrs().map(Iterator::collect::<Vec<_>>));
    let why = match found {
        Some(Ok(addresses)) if !addresses.is_empty() => {
            let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
            record.line(format!("name: {url} is {}", shown.join(", ")));
            record.step(format!("name ok ({})", shown.join(", ")));
            return connect(url, &addresses, end, record);
        }
        Some(Ok(_)) => "no such host".to_owned(),
        Some(Err(error)) => format!("failed to resolve: {error}"),
        None => "failed to resolve in time".to_owned(),
    };
    record.line(format!("name: {url}: {why}"));
    record.step("the name has no address, so nothing more was asked");
    false
}

/// Records what connections to addresses came to; returns whether one was taken.
fn connect(url: &str, addresses: &[SocketAddr], end: Instant, record: &mut Record) -> bool {
    let (sender, receiver) = mpsc::channel();
    let tried = addresses.iter().take(ADDRESSES);
    for address in tried.clone().copied() {
        let (sender, room) = (sender.clone(), left(end));
        thread::spawn(move || {
            let outcome = TcpStream::connect_timeout(&address, room).map(drop);
            // Nobody waits any more where another address answered first.
            drop(sender.send((address, outcome)));
        });
    }
    drop(sender);
    let (mut refusals, mut step) = (Vec::new(), "connection timed out");
    for _ in tried {
        match receiver.recv_timeout(left(end)) {
            Ok((address, Ok(()))) => {
                record.line(format!("connection: {url} ({}) is taken", address.ip()));
                record.step("connection ok");
                return true;
            }
            Ok((address, Err(error))) => {
                let is_refused = error.kind() == ErrorKind::ConnectionRefused;
                step = if is_refused { "connection refused" } else { "no connection" };
                refusals.push(format!("connection: {url} ({}): {error}", address.ip()));
            }
            Err(_) => break,
        }
    }
    if refusals.is_empty() {
        refusals.push(format!("connection: {url}: connection timed out"));
    }
    for line in refusals {
        record.line(line);
    }
    record.step(format!("{step}, so nothing more was asked"));
    false
}

/// Returns what a function returns, if it does in time.
fn within<T: Send + 'static>(end: Instant, run: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || drop(sender.send(run())));
    receiver.recv_timeout(left(end)).ok()
}

/// Returns how much time is left, never none: a socket takes no zero.
pub(super) fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}
