//! The `git` program, for the network alone: the user's ssh, proxies and credential helpers work as they do for git. It is
//! called so that it never asks anybody, and so that nothing a repository holds (hooks, filters, submodules, a file system
//! monitor, a `git` in the work tree) is run. Settings that the user wrote, `.git/config` among them, are obeyed: whoever
//! writes there runs programs with any git command.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::open::Repository;
use super::process::{End, Ended, run};
use super::settings::{Settings, variable};
use crate::failure::outside;

/// The oldest version whose options are used.
const OLDEST: (u32, u32) = (2, 31);
/// How long the program may take to answer without the network.
const LOCAL: Duration = Duration::from_secs(20);
/// What is set for every call, over anything that the settings say.
const SET: [&str; 16] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "submodule.recurse=false",
    "push.recurseSubmodules=no",
    "push.followTags=false",
    "push.gpgSign=false",
    "push.useForceIfIncludes=false",
    "push.negotiate=false",
    "fetch.recurseSubmodules=no",
    "fetch.prune=false",
    "fetch.pruneTags=false",
    "fetch.writeCommitGraph=false",
    "transfer.bundleURI=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "color.ui=false",
];
/// Variables that would lead git elsewhere, or have it print what nobody may see.
const UNSET: [&str; 7] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_CONFIG", "GIT_CURL_VERBOSE"];

/// The program, and how it is called for a repository.
pub(super) struct Program {
    /// Where it is.
    path: PathBuf,
    /// The folders that it finds others in.
    search: OsString,
    /// The git folder.
    git_folder: PathBuf,
    /// Where it runs.
    folder: PathBuf,
    /// Variables of its environment.
    variables: Vec<(String, String)>,
    /// How long a call that uses the network may take.
    time: Duration,
}

impl Program {
    /// Finds the program for a repository.
    ///
    /// # Errors
    /// Fails when it is not there, or too old.
    pub(super) fn find(repository: &Repository, time: Duration) -> anyhow::Result<Self> {
        let folders = folders(variable("PATH"));
        let found = folders
            .iter()
            .map(|folder| folder.join(format!("git{}", env::consts::EXE_SUFFIX)))
            .find(|path| path.is_file());
        let hint = "install git 2.31 or newer";
        let Some(path) = found else { return Err(outside("program `git` is not in PATH").hint(hint).into()) };
        let program = Self {
            path,
            search: env::join_paths(&folders).unwrap_or_default(),
            git_folder: repository.here().path().to_owned(),
            folder: repository.folder().to_owned(),
            variables: variables(&repository.settings()?)?,
            time,
        };
        let said = program.local(&["version"])?;
        match version(&said) {
            Some(version) if version < OLDEST => {
                Err(outside(format!("`{}` is too old", said.trim())).hint(hint).into())
            }
            _ => Ok(program),
        }
    }

    /// Adds a setting that is seen by the program alone, in its environment: what it says may hold a credential.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let count =
            |name: &str| self.variables.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let count = count("GIT_CONFIG_COUNT").or_else(|| variable("GIT_CONFIG_COUNT"));
        let count = count.and_then(|count| count.parse::<u32>().ok()).unwrap_or(0);
        self.variables.push((format!("GIT_CONFIG_KEY_{count}"), key.to_owned()));
        self.variables.push((format!("GIT_CONFIG_VALUE_{count}"), value.to_owned()));
        self.variables.push(("GIT_CONFIG_COUNT".to_owned(), (count + 1).to_string()));
    }

    /// Runs git with arguments that use no network, and returns what it printed.
    ///
    /// # Errors
    /// Fails with what it said.
    pub(super) fn local(&self, args: &[&str]) -> anyhow::Result<String> {
        let ended = self.ended(args, LOCAL)?;
        match ended.end {
            End::Success => Ok(ended.output),
            End::Failure | End::TimeOver => {
                let said = ended.errors.lines().next().unwrap_or("it gave no reason").to_owned();
                Err(outside(said.trim_start_matches("error: ").trim_start_matches("fatal: ")))
                    .with_context(|| format!("failed to run `git {}`", args.join(" ")))
            }
        }
    }

    /// Runs git with arguments that use the network.
    ///
    /// # Errors
    /// Fails when it cannot be started.
    pub(super) fn remote(&self, args: &[&str]) -> anyhow::Result<Ended> {
        self.ended(args, self.time)
    }

    /// Returns how long a call that uses the network may take.
    pub(super) fn time(&self) -> Duration {
        self.time
    }

    /// Runs git.
    fn ended(&self, args: &[&str], time: Duration) -> anyhow::Result<Ended> {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder).arg("--no-pager").arg("--no-replace-objects");
        command.arg(joined("--git-dir=", &self.git_folder));
        command.args(SET.iter().flat_map(|set| ["-c", set])).args(args);
        let is_traced = |name: &OsString| name.to_string_lossy().starts_with("GIT_TRACE");
        for (name, _) in env::vars_os().filter(|(name, _)| is_traced(name)) {
            command.env_remove(name);
        }
        for name in UNSET {
            command.env_remove(name);
        }
        command.env("PATH", &self.search).envs(self.variables.iter().map(|(name, value)| (name, value)));
        run(command, time).with_context(|| format!("failed to run `{}`", self.path.display()))
    }
}

/// Returns the folders of a `PATH` that do not depend on where a program runs: a work tree must not bring its own `git`.
fn folders(path: Option<String>) -> Vec<PathBuf> {
    env::split_paths(&path.unwrap_or_default()).filter(|folder| folder.is_absolute()).collect()
}

/// Returns an option with a path as its value.
fn joined(option: &str, path: &Path) -> OsString {
    let mut joined = OsString::from(option);
    joined.push(path);
    joined
}

/// Returns the variables that keep every program from asking. What the user set for the purpose is kept: an askpass
/// program, a way to call ssh.
fn variables(settings: &Settings) -> anyhow::Result<Vec<(String, String)>> {
    let mut variables = vec![
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GCM_INTERACTIVE", "never"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("LC_ALL", "C"),
        ("LANGUAGE", ""),
    ];
    // Set but empty: git then asks no program, not even the one that ssh would ask.
    if variable("GIT_ASKPASS").is_none() && settings.text("core.askpass")?.is_none() {
        variables.push(("GIT_ASKPASS", ""));
    }
    if variable("SSH_ASKPASS_REQUIRE").is_none() {
        variables.extend([("SSH_ASKPASS_REQUIRE", "force"), ("SSH_ASKPASS", "false")]);
    }
    let is_own = variable("GIT_SSH_COMMAND").is_some() || variable("GIT_SSH").is_some();
    if !is_own && settings.text("core.sshcommand")?.is_none() {
        variables.push(("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"));
    }
    Ok(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Returns major and minor of `git version 2.39.5`; `None` where it is written otherwise, which stops nobody.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix("git version ")?.split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_that_git_prints() {
        assert_eq!(version("git version 2.39.5\n"), Some((2, 39)));
        assert_eq!(version("git version 2.30.1 (Apple Git-130)\n"), Some((2, 30)));
        assert_eq!(version("git version 3.0.rc1.windows.1\n"), Some((3, 0)));
        assert_eq!(version("jit 1\n"), None);
    }

    #[test]
    fn looks_for_programs_only_where_no_repository_has_a_say() {
        assert_eq!(folders(Some(".:/usr/bin::bin:/bin".to_owned())), [Path::new("/usr/bin"), Path::new("/bin")]);
        assert!(folders(None).is_empty());
    }
}
