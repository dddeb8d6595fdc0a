//! The name and the connection of an endpoint, by the system's resolver and a plain socket. A resolver or a black hole that
//! never answers is left behind when the time is over.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::model::place::Endpoint;

/// How many addresses are tried, at once.
const ADDRESSES: usize = 8;

/// Writes what name and connection came to; returns whether the endpoint takes connections.
pub(super) fn reach(endpoint: &Endpoint, end: Instant, lines: &mut Vec<String>) -> bool {
    let (url, authority) = (endpoint.url(), endpoint.authority().to_owned());
    let Some(found) = within(end, move || authority.to_socket_addrs().map(Iterator::collect::<Vec<_>>)) else {
        lines.push(format!("name: {url}: failed to resolve in time"));
        return false;
    };
    let addresses = match found {
        Ok(addresses) if !addresses.is_empty() => addresses,
        Ok(_) => {
            lines.push(format!("name: {url}: no such host"));
            return false;
        }
        Err(error) => {
            lines.push(format!("name: {url}: failed to resolve: {error}"));
            return false;
        }
    };
    let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    lines.push(format!("name: {url} is {}", shown.join(", ")));
    connect(url, &addresses, end, lines)
}

/// Writes what connections to addresses came to; returns whether one was taken.
fn connect(url: &str, addresses: &[SocketAddr], end: Instant, lines: &mut Vec<String>) -> bool {
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
    let mut refusals = Vec::new();
    for _ in tried {
        match receiver.recv_timeout(left(end)) {
            Ok((address, Ok(()))) => {
                lines.push(format!("connection: {url} ({}) is taken", address.ip()));
                return true;
            }
            Ok((address, Err(error))) => refusals.push(format!("connection: {url} ({}): {error}", address.ip())),
            Err(_) => break,
        }
    }
    if refusals.is_empty() {
        refusals.push(format!("connection: {url}: connection timed out"));
    }
    lines.append(&mut refusals);
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
