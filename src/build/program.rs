//! The program that builds: where it is, how it is called, which version it has.

use std::cell::OnceCell;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::run;

/// How long the program may take to say its version.
const VERSION_DEADLINE: Duration = Duration::from_secs(10);

/// The versions of Kustomize whose output the built-in builder follows (kustomize.md 1.6).
const KNOWN: [&str; 2] = ["v5.5.", "v5.6."];
/// What is said of any other.
const UNKNOWN: &str = "not one of 5.5 to 5.6 whose output leeward knows";

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `kustomize build`.
    Kustomize,
    /// `kubectl kustomize`.
    Kubectl,
}

/// A program that was found.
#[derive(Debug)]
pub(super) struct Program {
    /// Which.
    kind: Kind,
    /// Where.
    path: PathBuf,
    /// Its version, once asked for.
    version: OnceCell<Option<String>>,
}

impl Program {
    /// Finds the program in the folders of a `PATH`; `None` where neither is there.
    pub(super) fn find(path: Option<&OsStr>) -> Option<Self> {
        [(Kind::Kustomize, "kustomize"), (Kind::Kubectl, "kubectl")].into_iter().find_map(|(kind, name)| {
            let mut folders = path.into_iter().flat_map(env::split_paths);
            let found = folders.find_map(|folder| executable(&folder, name))?;
            // It runs in another folder than ours. Links stay: some programs go by the name they are called by.
            let path = std::path::absolute(&found).unwrap_or(found);
            Some(Self { kind, path, version: OnceCell::new() })
        })
    }

    /// Returns what it is called in messages and typed as.
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Kustomize => "kustomize build",
            Kind::Kubectl => "kubectl kustomize",
        }
    }

    /// Returns a command that builds the folder added to it.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.arg(match self.kind {
            Kind::Kustomize => "build",
            Kind::Kubectl => "kustomize",
        });
        command
    }

    /// Returns the name with the version, and what is to be known of that.
    pub(super) fn describe(&self) -> String {
        let name = match self.kind {
            Kind::Kustomize => "kustomize",
            Kind::Kubectl => "kubectl kustomize",
        };
        let version = self.version().unwrap_or("of unknown version");
        if self.is_known() { format!("{name} {version}") } else { format!("{name} {version}, {UNKNOWN}") }
    }

    /// Returns whether its output is that of the built-in builder.
    pub(super) fn is_known(&self) -> bool {
        self.version().is_some_and(|version| KNOWN.iter().any(|known| version.starts_with(known)))
    }

    /// Returns its version, asked for once.
    fn version(&self) -> Option<&str> {
        self.version.get_or_init(|| self.ask_version()).as_deref()
    }

    /// Asks the program for its version.
    fn ask_version(&self) -> Option<String> {
        let mut command = Command::new(&self.path);
        command.arg("version");
        if self.kind == Kind::Kubectl {
            command.arg("--client");
        }
        let home = tempfile::tempdir().ok()?;
        let ended = run::run(command, home.path(), VERSION_DEADLINE).ok().filter(|ended| ended.is_success)?;
        version_in(&String::from_utf8_lossy(&ended.output), self.kind)
    }
}

/// Returns the version of Kustomize in what a program printed: `v5.5.0`, `Kustomize Version: v5.5.0`,
/// `{Version:kustomize/v4.5.7 …}`.
fn version_in(text: &str, kind: Kind) -> Option<String> {
    let line = match kind {
        Kind::Kustomize => text.lines().next()?,
        Kind::Kubectl => text.lines().find_map(|line| line.strip_prefix("Kustomize Version:"))?,
    };
    let mut words = line.split(|c: char| c.is_whitespace() || "{}:/".contains(c));
    words.find(|word| word.starts_with('v') && word[1..].starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

/// Returns the program of a name in a folder.
fn executable(folder: &Path, name: &str) -> Option<PathBuf> {
    let path = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    may_run(&metadata).then_some(path)
}

/// Returns whether anybody may run a file.
#[cfg(unix)]
fn may_run(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

/// Returns whether anybody may run a file.
#[cfg(not(unix))]
fn may_run(_: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_that_each_program_prints() {
        let kubectl = "Client Version: v1.32.4\nKustomize Version: v5.5.0\n";
        assert_eq!(version_in(kubectl, Kind::Kubectl).as_deref(), Some("v5.5.0"));
        assert_eq!(version_in("v5.6.0\n", Kind::Kustomize).as_deref(), Some("v5.6.0"));
        let old = "{Version:kustomize/v4.5.7 GitCommit:56d82a8 BuildDate:2022}\n";
        assert_eq!(version_in(old, Kind::Kustomize).as_deref(), Some("v4.5.7"));
        assert_eq!(version_in("Client Version: v1.32.4\n", Kind::Kubectl), None);
    }

    #[test]
    fn another_version_is_remarked() {
        let of = |version: Option<&str>| Program {
            kind: Kind::Kustomize,
            path: PathBuf::new(),
            version: version.map(str::to_owned).into(),
        };
        for (version, want) in [
            (Some("v5.5.0"), "kustomize v5.5.0"),
            (Some("v5.6.1"), "kustomize v5.6.1"),
            (Some("v5.50.0"), "kustomize v5.50.0, not one of 5.5 to 5.6 whose output leeward knows"),
            (Some("v3.8.1"), "kustomize v3.8.1, not one of 5.5 to 5.6 whose output leeward knows"),
            (None, "kustomize of unknown version, not one of 5.5 to 5.6 whose output leeward knows"),
        ] {
            assert_eq!((of(version).describe().as_str(), of(version).is_known()), (want, !want.contains(',')));
        }
    }

    #[test]
    fn finds_nothing_where_neither_is() {
        assert!(Program::find(Some(OsStr::new("/nonexistent"))).is_none());
    }
}
