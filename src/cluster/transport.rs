//! Why no answer came: the words for names, connections, certificates, proxies and credentials.
//! Must never hand on the text of a credential plugin: it can hold the credential.

use std::error::Error as StdError;
use std::io::ErrorKind;

use kube::Error;

use super::fault;
use crate::model::live::{Reason, Trouble};

/// Whether the same request may go better a moment later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It broke on the way.
    Worthwhile,
    /// It will fail the same way.
    Useless,
}

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Broken {
    /// Why.
    pub(super) trouble: Trouble,
    /// Whether to try again.
    pub(super) repeat: Repeat,
}

/// Returns why a request got no answer at all.
pub(super) fn unsent(error: &Error, server: &str) -> Broken {
    if let Error::Auth(error) = error {
        let failure = fault::auth(error, None);
        let trouble = Trouble { reason: Reason::Unauthorized, fact: failure.fact, hint: failure.hint };
        return Broken { trouble, repeat: Repeat::Useless };
    }
    let causes = causes(error);
    let texts: Vec<String> = causes.iter().map(ToString::to_string).collect();
    let says = |words: &[&str]| texts.iter().any(|text| words.iter().any(|word| text.contains(word)));
    let useless = |fact: String| Broken { trouble: Trouble::new(Reason::Unreachable, fact), repeat: Repeat::Useless };
    if says(&["dns error", "failed to lookup"]) {
        return useless(format!("the name in `{server}` does not resolve"));
    }
    if let Some(problem) = certificate(&texts) {
        let broken = useless(format!("the certificate of `{server}` {problem}"));
        let hint = "`certificate-authority-data` and `server` of the cluster in the kubeconfig";
        return Broken { trouble: broken.trouble.hint(hint), ..broken };
    }
    if says(&["tunnel", "socks"]) {
        return useless(format!("the proxy to `{server}` makes no connection"));
    }
    match causes.iter().find_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind())) {
        Some(ErrorKind::ConnectionRefused) => useless(format!("`{server}` refuses the connection")),
        Some(ErrorKind::TimedOut) => useless(format!("no connection to `{server}` in time")),
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => {
            useless(format!("no network leads to `{server}`"))
        }
        // A server that ends, or whose balancer has no other, ends the connection in just this way.
        _ if says(&["tls handshake eof"]) => {
            let fact = format!("`{server}` ends the connection before TLS is agreed: it is ending, or speaks no TLS");
            Broken { trouble: Trouble::new(Reason::Unreachable, fact), repeat: Repeat::Worthwhile }
        }
        _ if says(&["received fatal alert", "received corrupt message", "tls handshake"]) => {
            useless(format!("`{server}` speaks no TLS that leeward speaks, or wants another client certificate"))
        }
        _ => cut(server),
    }
}

/// Returns that the connection broke.
pub(super) fn cut(server: &str) -> Broken {
    let fact = format!("the connection to `{server}` broke before the answer was whole");
    Broken { trouble: Trouble::new(Reason::Unreachable, fact), repeat: Repeat::Worthwhile }
}

/// Returns what is wrong with a server's certificate, where that is what went wrong.
fn certificate(texts: &[String]) -> Option<&'static str> {
    let text = texts.iter().find(|text| text.contains("invalid peer certificate"))?;
    let known = [
        ("UnknownIssuer", "is signed by an authority that the kubeconfig does not name"),
        ("Expired", "has expired"),
        ("expired", "has expired"),
        ("NotValidYet", "is not valid yet"),
        ("not valid yet", "is not valid yet"),
        ("NotValidForName", "is for another name"),
        ("not valid for", "is for another name"),
        ("Revoked", "is revoked"),
    ];
    Some(known.iter().find(|(word, _)| text.contains(word)).map_or("is not valid", |(_, problem)| problem))
}

/// Returns an error and what caused it, the errors that `std::io::Error` hides included.
fn causes(error: &Error) -> Vec<&(dyn StdError + 'static)> {
    let mut causes: Vec<&(dyn StdError + 'static)> = Vec::new();
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        causes.push(cause);
        let hidden = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = hidden.map_or_else(|| cause.source(), |hidden| Some(hidden));
    }
    causes
}
