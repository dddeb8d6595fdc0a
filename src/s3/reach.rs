//! The name and the connection of an endpoint, by the system's resolver and a plain socket. A resolver or a black hole that
//! never answers is left behind when the time is over.

use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::record::Record;
use crate::model::place::Endpoint;

/// How many addresses are tried, at once.
const ADDRESSES: usize = 8;
/// How often who is refused asks.
const ATTEMPTS: usize = 3;
/// How long it waits before it asks again.
const PAUSE: Duration = Duration::from_millis(100);

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
    // That such a name has no address here says nothing of the pods.
    if is_inside(endpoint.authority()) {
        record.line(format!("name: {url}: not asked, only a pod can ask this name"));
        record.step("only a pod can ask this name, so nothing was asked");
        return false;
    }
    record.line(format!("name: {url}: {why}"));
    record.step("the name has no address, so nothing more was asked");
    false
}

/// Returns whether only the pods of a cluster can resolve a name: that of a Service, or one without a dot.
fn is_inside(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_end_matches('.');
    let is_service = [".svc", ".svc.cluster.local"].iter().any(|end| host.ends_with(end));
    is_service || !host.contains(['.', ':'])
}

/// Records what connections to addresses came to; returns whether one was taken. Who is refused asks again: a server that is
/// being replaced refuses for a moment.
fn connect(url: &str, addresses: &[SocketAddr], end: Instant, record: &mut Record) -> bool {
    let tried = &addresses[..addresses.len().min(ADDRESSES)];
    for attempt in 1.. {
        let (taken, refusals) = attempt_all(tried, end);
        if let Some(address) = taken {
            record.line(format!("connection: {url} ({}) is taken", address.ip()));
            record.step("connection ok");
            return true;
        }
        let is_refused = |(_, error): &(SocketAddr, Error)| error.kind() == ErrorKind::ConnectionRefused;
        let all_refused = refusals.len() == tried.len() && refusals.iter().all(is_refused);
        if all_refused && attempt < ATTEMPTS && left(end) > PAUSE {
            thread::sleep(PAUSE);
            continue;
        }
        for (address, error) in &refusals {
            record.line(format!("connection: {url} ({}): {error}", address.ip()));
        }
        if refusals.len() < tried.len() {
            record.line(format!("connection: {url}: connection timed out"));
        }
        let word = match refusals.first() {
            Some(refusal) if is_refused(refusal) => format!("connection refused, {attempt} times"),
            Some((_, error)) if !is_late(error) => "no connection".to_owned(),
            _ => "connection timed out".to_owned(),
        };
        record.step(format!("{word}, so nothing more was asked"));
        return false;
    }
    false
}

/// Tries every address at once; returns the first that takes a connection, else why the others do not.
fn attempt_all(addresses: &[SocketAddr], end: Instant) -> (Option<SocketAddr>, Vec<(SocketAddr, Error)>) {
    let (sender, receiver) = mpsc::channel();
    for address in addresses.iter().copied() {
        let (sender, room) = (sender.clone(), left(end));
        thread::spawn(move || {
            let outcome = TcpStream::connect_timeout(&address, room).map(drop);
            // Nobody waits any more where another address answered first.
            drop(sender.send((address, outcome)));
        });
    }
    drop(sender);
    let mut refusals = Vec::new();
    for _ in addresses {
        match receiver.recv_timeout(left(end)) {
            Ok((address, Ok(()))) => return (Some(address), refusals),
            Ok((address, Err(error))) => refusals.push((address, error)),
            Err(_) => break,
        }
    }
    (None, refusals)
}

/// Returns whether nobody answered in time.
fn is_late(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_names_that_only_a_pod_can_ask() {
        for name in ["minio:9000", "minio.minio.svc:9000", "minio.minio.svc.cluster.local:80", "minio.minio.svc.:80"] {
            assert!(is_inside(name), "{name}");
        }
        for name in ["minio.a.example:9000", "10.0.0.1:9000", "[::1]:9000", "svc.example:80"] {
            assert!(!is_inside(name), "{name}");
        }
    }
}
