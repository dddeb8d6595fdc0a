//! Git's own settings, read the way git reads them: system, user, repository and worktree files, and above them the pairs
//! that `GIT_CONFIG_COUNT` announces. The environment is read here and nowhere else in the room.

use std::path::PathBuf;

use anyhow::Context as _;
use git2::{Config, ErrorCode};

use super::fault::fault;
use super::open::Repository;

/// A snapshot of the settings.
pub(super) struct Settings {
    /// The files.
    files: Config,
    /// What the environment sets, in order.
    pairs: Vec<(String, String)>,
}

impl Repository {
    /// Returns the settings as they are now.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let files = self.here().config().and_then(|mut config| config.snapshot());
        Ok(Settings { files: files.map_err(fault).context("failed to read git's settings")?, pairs: pairs() })
    }
}

impl Settings {
    /// Returns a setting, `None` when it is not set.
    pub(super) fn text(&self, key: &str) -> anyhow::Result<Option<String>> {
        match self.pair(key) {
            Some(value) => Ok(Some(value.to_owned())),
            None => found(key, self.files.get_string(key)),
        }
    }

    /// Returns whether a setting is on; off when it is not set.
    pub(super) fn is_on(&self, key: &str) -> anyhow::Result<bool> {
        let value = match self.pair(key) {
            Some(value) => Config::parse_bool(value),
            None => self.files.get_bool(key),
        };
        Ok(found(key, value)?.unwrap_or(false))
    }

    /// Returns the headers that git sends with every request, `http.extraHeader` with a URL or without.
    pub(super) fn headers(&self) -> anyhow::Result<Vec<String>> {
        let is_header = |key: &str| {
            let key = key.to_ascii_lowercase();
            key.starts_with("http.") && key.ends_with(".extraheader")
        };
        let mut headers: Vec<String> =
            self.pairs.iter().filter(|(key, _)| is_header(key)).map(|(_, value)| value.clone()).collect();
        let read = || -> Result<Vec<String>, git2::Error> {
            let mut found = Vec::new();
            let mut entries = self.files.entries(Some(r"^http\..*"))?;
            while let Some(entry) = entries.next() {
                let entry = entry?;
                if entry.name().is_ok_and(is_header) {
                    found.extend(entry.value().ok().map(str::to_owned));
                }
            }
            Ok(found)
        };
        headers.extend(read().map_err(fault).context("failed to read git's settings")?);
        Ok(headers)
    }

    /// Returns what the environment sets.
    fn pair(&self, key: &str) -> Option<&str> {
        let pair = self.pairs.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(key));
        pair.map(|(_, value)| value.as_str())
    }

    /// Returns a path as git expands it: a leading `~/` is the home folder.
    pub(super) fn expanded(text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        }
    }
}

/// Returns a value that was read, `None` when there is none.
fn found<T>(key: &str, value: Result<T, git2::Error>) -> anyhow::Result<Option<T>> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(fault(error)).with_context(|| format!("failed to read git setting `{key}`")),
    }
}

/// Returns a variable of the environment that has a value.
#[expect(clippy::disallowed_methods, reason = "git's own variables, which clap does not know")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the settings that the environment carries.
fn pairs() -> Vec<(String, String)> {
    let count = variable("GIT_CONFIG_COUNT").and_then(|count| count.parse::<u32>().ok()).unwrap_or(0);
    let pair = |n: u32| Some((variable(&format!("GIT_CONFIG_KEY_{n}"))?, variable(&format!("GIT_CONFIG_VALUE_{n}"))?));
    (0..count).filter_map(pair).collect()
}
