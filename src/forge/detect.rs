//! Which forge a remote belongs to, where its API is, and what the project is called there.
//! A pure function of the address and of what the environment says about the forge. Must never show a user part.

use super::remote::Remote;
use crate::failure::{Failure, outside, refused};
use crate::model::percent;

/// The dialect of a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GitHub, Enterprise included.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
}

impl Kind {
    /// Returns the dialect that a word of `--forge` means.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "github" => Some(Self::GitHub),
            "gitlab" => Some(Self::GitLab),
            "gitea" | "forgejo" => Some(Self::Gitea),
            _ => None,
        }
    }

    /// Returns the name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Gitea => "Gitea",
        }
    }

    /// Returns how many characters a body or a comment may have.
    pub fn limit(self) -> usize {
        match self {
            Self::GitHub => 65_536,
            Self::GitLab | Self::Gitea => 1_000_000,
        }
    }
}

/// What the environment of a pipeline says about its forge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `GITHUB_SERVER_URL`; Gitea's and Forgejo's runners set it too.
    pub github_server_url: Option<String>,
    /// `GITHUB_API_URL`.
    pub github_api_url: Option<String>,
    /// `CI_SERVER_URL`.
    pub ci_server_url: Option<String>,
    /// `CI_API_V4_URL`.
    pub ci_api_v4_url: Option<String>,
    /// `GITEA_SERVER_URL`.
    pub gitea_server_url: Option<String>,
}

/// A project on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Which dialect its forge speaks.
    pub kind: Kind,
    /// Where people see the forge: `https://github.com`.
    pub web: String,
    /// Where programs ask it: `https://api.github.com`.
    pub api: String,
    /// Owner and name, on GitLab every group: `shop/gitops`.
    pub path: String,
}

/// A server as the environment names it.
struct Server {
    /// Scheme, host and port.
    origin: String,
    /// The host alone.
    host: String,
    /// The folder it is served from; mostly empty.
    prefix: String,
}

impl Project {
    /// Returns the project that the address of a remote means. `insteadOf` has to be applied before.
    pub fn detect(url: &str, asked: Option<Kind>, around: &Surroundings) -> Result<Self, Failure> {
        let Some(remote) = Remote::parse(url) else {
            return Err(outside("the remote is a folder or no address, so no forge can be asked")
                .hint("git remote set-url origin https://HOST/OWNER/NAME.git"));
        };
        let Some(kind) = asked.or_else(|| kind_of(&remote, around)) else {
            return Err(outside(format!("nothing says which forge `{}` is", remote.host))
                .hint("--forge github, --forge gitlab or --forge gitea"));
        };
        let (web, api, path) = addresses(kind, &remote, around);
        let depth = path.split('/').count();
        if depth < 2 || depth > 2 && kind != Kind::GitLab {
            let name = kind.name();
            return Err(outside(format!("`{path}` on `{}` is no project of {name}: OWNER/NAME is", remote.host))
                .hint("git remote set-url origin https://HOST/OWNER/NAME.git"));
        }
        let project = Self { kind, web, api, path };
        project.guard_transport(&remote)?;
        Ok(project)
    }

    /// Refuses to send a token in the clear to another machine, unless git itself goes there in the clear.
    fn guard_transport(&self, remote: &Remote) -> Result<(), Failure> {
        let Some(server) = self.api.strip_prefix("http://").and(server(&self.api)) else { return Ok(()) };
        if remote.scheme == "http" || is_loopback(&server.host) {
            return Ok(());
        }
        Err(refused(format!("`{}` would get the token in the clear", server.origin))
            .hint("set the forge's API address in the environment with https://"))
    }

    /// Returns the host that the API is asked on, for messages.
    pub fn host(&self) -> &str {
        let rest = self.api.split_once("://").map_or(self.api.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }

    /// Returns the host that people see, without a port.
    pub fn web_host(&self) -> String {
        server(&self.web).map(|server| server.host).unwrap_or_default()
    }

    /// Returns the page that opens a pull request by hand.
    pub fn compare_url(&self, base: &str, head: &str) -> String {
        let (web, path) = (&self.web, percent::path(&self.path));
        match self.kind {
            Kind::GitHub => format!("{web}/{path}/compare/{}...{}?expand=1", percent::path(base), percent::path(head)),
            Kind::Gitea => format!("{web}/{path}/compare/{}...{}", percent::path(base), percent::path(head)),
            Kind::GitLab => format!(
                "{web}/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={}&merge_request%5Btarget_branch%5D={}",
                percent::segment(head),
                percent::segment(base)
            ),
        }
    }
}

/// Returns the dialect of a host, as far as it can be told.
fn kind_of(remote: &Remote, around: &Surroundings) -> Option<Kind> {
    let host = remote.host.as_str();
    match host {
        "github.com" => return Some(Kind::GitHub),
        "gitlab.com" => return Some(Kind::GitLab),
        "codeberg.org" | "gitea.com" => return Some(Kind::Gitea),
        _ if host.ends_with(".ghe.com") => return Some(Kind::GitHub),
        _ => {}
    }
    let is_here = |url: &Option<String>| url.as_deref().and_then(server).is_some_and(|server| server.host == host);
    if is_here(&around.github_server_url) {
        let is_gitea = around.github_api_url.as_deref().is_some_and(|url| url.trim_end_matches('/').ends_with("/v1"));
        return Some(if is_gitea { Kind::Gitea } else { Kind::GitHub });
    }
    if is_here(&around.ci_server_url) || is_here(&around.ci_api_v4_url) {
        return Some(Kind::GitLab);
    }
    let words = [("github", Kind::GitHub), ("gitlab", Kind::GitLab), ("gitea", Kind::Gitea), ("forgejo", Kind::Gitea)];
    let named = words.into_iter().find(|(word, _)| host.contains(word)).map(|(_, kind)| kind);
    if is_here(&around.gitea_server_url) { Some(Kind::Gitea) } else { named }
}

/// Returns where people and programs find a remote's forge, and the path of the project there.
fn addresses(kind: Kind, remote: &Remote, around: &Surroundings) -> (String, String, String) {
    let (site, api) = match kind {
        Kind::GitLab => (&around.ci_server_url, &around.ci_api_v4_url),
        Kind::Gitea if around.gitea_server_url.is_some() => (&around.gitea_server_url, &None),
        // Gitea's and Forgejo's runners name their variables as GitHub's do.
        Kind::GitHub | Kind::Gitea => (&around.github_server_url, &around.github_api_url),
    };
    let here = |url: &Option<String>| {
        url.as_deref().and_then(server).filter(|server| {
            server.host == remote.host || kind == Kind::GitHub && server.host == format!("api.{}", remote.host)
        })
    };
    let site = here(site).filter(|server| server.host == remote.host);
    let api = here(api).map(|server| format!("{}{}", server.origin, server.prefix));
    // The port of an ssh remote is not that of the web pages; the environment may know that one.
    let own = format!("{}://{}", remote.scheme, remote.authority());
    let web = match &site {
        Some(site) if remote.port.is_none() => format!("{}{}", site.origin, site.prefix),
        Some(site) => format!("{own}{}", site.prefix),
        None => own.clone(),
    };
    let api = api.filter(|_| remote.port.is_none() || site.is_some()).unwrap_or_else(|| derived(kind, remote, &web));
    let prefix = site.map(|site| site.prefix).unwrap_or_default();
    let below = format!("{}/", prefix.trim_start_matches('/'));
    let path = remote.path.strip_prefix(&below).filter(|_| below.len() > 1).unwrap_or(&remote.path);
    (web, api, path.to_owned())
}

/// Returns where the API of a forge is by default.
fn derived(kind: Kind, remote: &Remote, web: &str) -> String {
    match kind {
        Kind::GitHub if remote.host == "github.com" || remote.host.ends_with(".ghe.com") => {
            format!("https://api.{}", remote.host)
        }
        Kind::GitHub => format!("{web}/api/v3"),
        Kind::GitLab => format!("{web}/api/v4"),
        Kind::Gitea => format!("{web}/api/v1"),
    }
}

/// Returns the parts of an address from the environment; its user part is dropped.
fn server(url: &str) -> Option<Server> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
    let end = authority.rfind(']').map_or(0, |at| at + 1);
    let host = authority[end..].find(':').map_or(authority.as_str(), |at| &authority[..end + at]);
    let host = host.trim_matches(['[', ']']).to_owned();
    let prefix = prefix.trim_matches('/');
    let prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
    let known = (scheme == "https" || scheme == "http") && !host.is_empty();
    known.then(|| Server { origin: format!("{scheme}://{authority}"), host, prefix })
}

/// Returns whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
