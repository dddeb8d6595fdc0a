//! The address of a remote as git writes it, taken apart: where its web pages are, and the path of the project.
//! The first step of detection. Must never keep what stands before an `@`: it can be a token.

use crate::model::percent::decoded;

/// Where a remote points to, without user and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    /// `http` for a remote over plain HTTP, else `https`.
    pub(super) scheme: &'static str,
    /// In lower case, without a port.
    pub(super) host: String,
    /// The port of the web pages, where the remote names one.
    pub(super) port: Option<u16>,
    /// Without slashes at its ends and without `.git`.
    pub(super) path: String,
}

/// How an address is written.
enum Form {
    /// Over HTTP: its port is that of the web pages.
    Web(&'static str),
    /// Over another protocol, whose port says nothing about web pages.
    Other,
}

impl Remote {
    /// Returns where an address points to; `None` for a folder and for what is no address.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let url = url.trim();
        if url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return None;
        }
        let Some((scheme, rest)) = url.split_once("://") else { return Self::scp(url) };
        let form = match scheme.to_ascii_lowercase().as_str() {
            "https" | "git+https" => Form::Web("https"),
            "http" | "git+http" => Form::Web("http"),
            "ssh" | "git+ssh" | "ssh+git" | "git" => Form::Other,
            _ => return None,
        };
        let (authority, path) = split_authority(rest)?;
        let (host, port) = host_and_port(authority)?;
        match form {
            Form::Web(scheme) => Self::of(scheme, host, port, path),
            Form::Other => Self::of("https", host, None, path),
        }
    }

    /// Returns where `user@host:path` points to.
    fn scp(url: &str) -> Option<Self> {
        let at = match url.find("]:") {
            Some(end) if url[..end].contains('[') => end + 1,
            _ => url.find(':')?,
        };
        let (start, path) = (&url[..at], &url[at + 1..]);
        // `C:\folder` is a folder, and so is `./a:b`.
        let is_folder = start.contains('/') || start.len() == 1 || path.starts_with('\\');
        let host = start.rsplit_once('@').map_or(start, |(_, host)| host);
        if is_folder { None } else { Self::of("https", host.trim_matches(['[', ']']), None, path) }
    }

    /// Returns a remote whose parts hold something.
    fn of(scheme: &'static str, host: &str, port: Option<u16>, path: &str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let path = decoded(path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/'));
        let host = web_host(&host.trim_end_matches('.').to_ascii_lowercase());
        let named = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
        // No forge has other characters in the names of projects; an `@` would be the end of a password.
        let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~+/".contains(c));
        let clean = !path.is_empty() && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        (named && plain && clean).then_some(Self { scheme, host, port, path })
    }

    /// Returns host and port as a URL writes them.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        self.port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
    }
}

/// Returns host and port without a user, and the path behind them. A password may hold an `@` and a slash, written badly:
/// then the last `@` ends it.
fn split_authority(rest: &str) -> Option<(&str, &str)> {
    let (authority, path) = rest.split_once('/')?;
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_clear = host_and_port(host).is_some() && (user.is_empty() || !path.contains('@'));
    if is_clear { Some((host, path)) } else { rest.rsplit_once('@')?.1.split_once('/') }
}

/// Returns a host and its port.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = if authority.starts_with('[') { authority.find(']')? + 1 } else { 0 };
    match authority[end..].rsplit_once(':') {
        Some((before, "")) => Some((authority[..end + before.len()].trim_matches(['[', ']']), None)),
        Some((before, port)) => {
            Some((authority[..end + before.len()].trim_matches(['[', ']']), Some(port.parse().ok()?)))
        }
        None => Some((authority.trim_matches(['[', ']']), None)),
    }
}

/// Returns the host of the web pages: two forges take ssh on port 443 under another name.
fn web_host(host: &str) -> String {
    match host {
        "ssh.github.com" | "www.github.com" => "github.com".to_owned(),
        "altssh.gitlab.com" => "gitlab.com".to_owned(),
        host => host.to_owned(),
    }
}
