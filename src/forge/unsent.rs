//! Why no answer came: names, connections, certificates, proxies, time. Our own words only: a library's can name a proxy
//! with its password. Must never say more than the host.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::time::Duration;

use super::fault::{Fault, Reason};

/// What became of a request that was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// It never left, and may go better a moment later.
    No,
    /// It never left, and will fail the same way.
    Never,
    /// Nobody knows.
    Perhaps,
}

/// A request without an answer.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    /// Why.
    pub(super) fault: Fault,
    /// What became of it.
    pub(super) sent: Sent,
}

/// Returns why a request got no answer at all.
pub(super) fn broken(error: &reqwest::Error, host: &str) -> Broken {
    let causes = causes(error);
    let texts: Vec<String> = causes.iter().skip(1).map(ToString::to_string).collect();
    let says = |words: &[&str]| texts.iter().any(|text| words.iter().any(|word| text.contains(word)));
    let never = |fact: String| of(Reason::Unreachable, fact, Sent::Never);
    if says(&["dns error", "failed to lookup"]) {
        return never(format!("the name of `{host}` does not resolve"));
    }
    if let Some(problem) = certificate(&texts) {
        let mut broken = never(format!("the certificate of `{host}` {problem}"));
        broken.fault.hint = Some("SSL_CERT_FILE=FILE, with the authority of the forge".to_owned());
        return broken;
    }
    if says(&["tunnel", "proxy", "socks"]) {
        let mut broken = never(format!("the proxy to `{host}` makes no connection"));
        broken.fault.hint = Some(format!("NO_PROXY={host}"));
        return broken;
    }
    match causes.iter().find_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind())) {
        Some(ErrorKind::ConnectionRefused) => {
            of(Reason::Unreachable, format!("`{host}` refuses the connection"), Sent::No)
        }
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => {
            never(format!("no network leads to `{host}`"))
        }
        _ if says(&["received fatal alert", "received corrupt message", "tls handshake"]) => {
            never(format!("`{host}` speaks no TLS that leeward speaks"))
        }
        _ if error.is_connect() && error.is_timeout() => {
            of(Reason::TimedOut, format!("no connection to `{host}` in time"), Sent::No)
        }
        _ => cut(host),
    }
}

/// Returns that the connection broke.
pub(super) fn cut(host: &str) -> Broken {
    let fact = format!("the connection to `{host}` broke before the answer was whole");
    of(Reason::Unreachable, fact, Sent::Perhaps)
}

/// Returns that the answer did not come in time.
pub(super) fn late(host: &str, time: Duration) -> Broken {
    of(Reason::TimedOut, format!("`{host}` gave no whole answer in {} s", time.as_secs_f64()), Sent::Perhaps)
}

/// Returns that an answer has no end in sight.
pub(super) fn too_large(host: &str, largest: usize) -> Broken {
    let fact = format!("an answer of `{host}` is larger than {} MiB", largest / 1024 / 1024);
    of(Reason::Garbled, fact, Sent::Never)
}

/// Returns a request without an answer.
fn of(reason: Reason, fact: String, sent: Sent) -> Broken {
    Broken { fault: Fault::new(reason, fact), sent }
}

/// Returns what is wrong with a server's certificate, where that is what went wrong.
fn certificate(texts: &[String]) -> Option<&'static str> {
    let text = texts.iter().find(|text| text.contains("invalid peer certificate"))?;
    let known = [
        ("UnknownIssuer", "is signed by an authority that this machine does not know"),
        ("xpired", "has expired"),
        ("NotValidYet", "is not valid yet"),
        ("not valid yet", "is not valid yet"),
        ("NotValidForName", "is for another name"),
        ("not valid for", "is for another name"),
        ("Revoked", "is revoked"),
        ("CaUsedAsEndEntity", "is that of an authority and no server's"),
    ];
    Some(known.iter().find(|(word, _)| text.contains(word)).map_or("is not valid", |(_, problem)| problem))
}

/// Returns an error and what caused it, the errors that `std::io::Error` hides included.
fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut causes: Vec<&(dyn StdError + 'static)> = Vec::new();
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        causes.push(cause);
        let hidden = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = hidden.map_or_else(|| cause.source(), |hidden| Some(hidden));
    }
    causes
}
