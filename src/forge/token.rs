//! Which token a forge gets: that of its own variables, in the documented order, and only on the host it is meant for.
//! Must never take a token of another forge or host because it is the only one there.

use std::fmt;

use secrecy::SecretString;

use super::detect::{Kind, Project, Surroundings};
use super::environment::Environment;
use crate::failure::{Failure, outside};

/// A token, and the variable that it came from.
#[derive(Clone)]
pub struct Token {
    /// What is sent.
    pub(super) secret: SecretString,
    /// For messages.
    pub(super) variable: String,
}

impl Token {
    /// Returns the token of the environment for a project's forge.
    pub fn choose(project: &Project, environment: &Environment) -> Result<Self, Failure> {
        let names = variables(project, environment);
        let found = names.iter().find_map(|name| Some((*name, environment.token(name)?)));
        match found {
            Some((name, secret)) => Ok(Self { secret: secret.clone(), variable: name.to_owned() }),
            None => Err(missing(project, &names, environment)),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.variable)
    }
}

/// Returns the variables that can hold a token for a project's host, the first choice first.
fn variables(project: &Project, environment: &Environment) -> Vec<&'static str> {
    let host = project.web_host();
    let around = environment.surroundings();
    let of_pipeline = names_host(around.github_server_url.as_deref(), &host);
    match project.kind {
        Kind::GitHub if host == "github.com" || host.ends_with(".ghe.com") => vec!["GH_TOKEN", "GITHUB_TOKEN"],
        Kind::GitHub if of_pipeline || environment.plain("GH_HOST") == Some(host.as_str()) => {
            vec!["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"]
        }
        Kind::GitHub => vec!["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
        Kind::GitLab if is_elsewhere(&gitlab_hosts(environment, &around), &host) => vec![],
        Kind::GitLab => vec!["GITLAB_TOKEN"],
        Kind::Gitea if is_elsewhere(&[around.gitea_server_url.as_deref()], &host) => vec![],
        Kind::Gitea if of_pipeline => vec!["GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"],
        Kind::Gitea => vec!["GITEA_TOKEN", "FORGEJO_TOKEN"],
    }
}

/// Returns the hosts that the environment says its GitLab token is for.
fn gitlab_hosts<'a>(environment: &'a Environment, around: &'a Surroundings) -> [Option<&'a str>; 3] {
    [environment.plain("GITLAB_HOST"), around.ci_server_url.as_deref(), around.ci_api_v4_url.as_deref()]
}

/// Returns whether the environment names hosts, and this is none of them.
fn is_elsewhere(named: &[Option<&str>], host: &str) -> bool {
    named.iter().any(Option::is_some) && !named.iter().any(|named| names_host(*named, host))
}

/// Returns whether an address or a bare name is that of a host.
fn names_host(named: Option<&str>, host: &str) -> bool {
    let Some(named) = named else { return false };
    let rest = named.split_once("://").map_or(named, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let bare = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    bare.map_or(authority, |(bare, _)| bare).trim_matches(['[', ']']).eq_ignore_ascii_case(host)
}

/// Returns that there is no token, and how to get one.
fn missing(project: &Project, names: &[&str], environment: &Environment) -> Failure {
    let host = project.web_host();
    if names.is_empty() {
        let name = project.kind.name();
        let variable = if project.kind == Kind::GitLab { "GITLAB_HOST" } else { "GITEA_SERVER_URL" };
        return outside(format!("the environment names another {name} than `{host}`, so its token is not sent there"))
            .hint(format!("export {variable}=https://{host}"));
    }
    let job = project.kind == Kind::GitLab && environment.token("CI_JOB_TOKEN").is_some();
    let fact = if job {
        "`CI_JOB_TOKEN` cannot open merge requests, and `GITLAB_TOKEN` is not set".to_owned()
    } else {
        let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("no token for `{host}`: {} not set", listed.join(", "))
    };
    outside(fact).hint(how_to_set(project.kind, &host))
}

/// Returns the line that sets a token for a host.
pub(super) fn how_to_set(kind: Kind, host: &str) -> String {
    match kind {
        Kind::GitHub if host == "github.com" => "export GH_TOKEN=\"$(gh auth token)\"".to_owned(),
        Kind::GitHub if host.ends_with(".ghe.com") => {
            format!("export GH_TOKEN=\"$(gh auth token --hostname {host})\"")
        }
        Kind::GitHub => format!("export GH_ENTERPRISE_TOKEN=\"$(gh auth token --hostname {host})\""),
        Kind::GitLab => "export GITLAB_TOKEN=TOKEN, with scope `api` and role Developer".to_owned(),
        Kind::Gitea => {
            "export GITEA_TOKEN=TOKEN, with scopes `write:repository`, `write:issue`, `read:user`".to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
