//! What the environment says about forges: addresses, tokens, the pull request that a pipeline runs for.
//! Read once, by [`Environment::read`]. Must never show a token.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;

use super::detect::{Kind, Project, Surroundings};
use crate::model::secret::FORGE_TOKENS;

/// Variables that hold none.
const PLAIN: [&str; 13] = [
    "GITHUB_SERVER_URL",
    "GITHUB_API_URL",
    "GITHUB_ACTIONS",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "CI_SERVER_URL",
    "CI_API_V4_URL",
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_PROJECT_PATH",
    "GITLAB_HOST",
    "GITEA_SERVER_URL",
    "GH_HOST",
    "GITEA_ACTIONS",
];

/// The variables that forges and their pipelines use.
#[derive(Clone, Default)]
pub struct Environment {
    /// Tokens by variable.
    tokens: BTreeMap<String, SecretString>,
    /// The rest.
    plain: BTreeMap<String, String>,
}

impl Environment {
    /// Reads the variables of this process.
    #[expect(clippy::disallowed_methods, reason = "the forges' own variables; clap does not know them")]
    pub fn read() -> Self {
        let names = FORGE_TOKENS.into_iter().chain(PLAIN);
        Self::of(names.filter_map(|name| Some((name, std::env::var(name).ok()?))))
    }

    /// Returns an environment of these variables; empty ones and others count as not set.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if FORGE_TOKENS.contains(&name) {
                environment.tokens.insert(name.to_owned(), SecretString::from(value));
            } else if PLAIN.contains(&name) {
                environment.plain.insert(name.to_owned(), value.to_owned());
            }
        }
        environment
    }

    /// Returns what detection asks for.
    pub fn surroundings(&self) -> Surroundings {
        let get = |name| self.plain(name).map(str::to_owned);
        Surroundings {
            github_server_url: get("GITHUB_SERVER_URL"),
            github_api_url: get("GITHUB_API_URL"),
            ci_server_url: get("CI_SERVER_URL"),
            ci_api_v4_url: get("CI_API_V4_URL"),
            gitea_server_url: get("GITEA_SERVER_URL"),
        }
    }

    /// Returns the pull request of a project that a pipeline runs for; none where its number counts in another project.
    pub fn pull_request(&self, project: &Project) -> Option<u64> {
        let (counts_in, number) = if project.kind == Kind::GitLab {
            ("CI_MERGE_REQUEST_PROJECT_PATH", self.plain("CI_MERGE_REQUEST_IID"))
        } else {
            let pull = self.plain("GITHUB_REF").and_then(|name| name.strip_prefix("refs/pull/"));
            ("GITHUB_REPOSITORY", pull.and_then(|rest| rest.split('/').next()))
        };
        let is_here = self.plain(counts_in).is_some_and(|path| path.eq_ignore_ascii_case(&project.path));
        number.filter(|_| is_here)?.parse().ok()
    }

    /// Returns a variable that holds no token.
    pub(super) fn plain(&self, name: &str) -> Option<&str> {
        self.plain.get(name).map(String::as_str)
    }

    /// Returns the token of a variable.
    pub(super) fn token(&self, name: &str) -> Option<&SecretString> {
        self.tokens.get(name)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens: Vec<&String> = self.tokens.keys().collect();
        f.debug_struct("Environment").field("tokens", &tokens).field("plain", &self.plain).finish()
    }
}
