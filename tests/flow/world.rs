//! A GitOps repository in a temporary folder, and the program run on it with a pinned clock and a clean environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::skip::skip;

/// The instant of every run.
pub(crate) const NOW: &str = "2026-11-22T10:00:00Z";

/// A repository and a home of its own.
pub(crate) struct World {
    /// Keeps the folder while the test runs.
    keep: TempDir,
}

/// What a run of the program came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: i32,
    /// The answer.
    pub(crate) stdout: String,
    /// Everything else.
    pub(crate) stderr: String,
}

impl Run {
    /// Runs a command without input to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl World {
    /// Returns an empty repository whose branch is `main`.
    pub(crate) fn empty() -> Self {
        let world = Self { keep: TempDir::new().unwrap() };
        std::fs::create_dir(world.repo()).unwrap();
        world.git(&["init", "-q", "-b", "main"]);
        world
    }

    /// Returns the repository that the examples and the demo start from, committed.
    pub(crate) fn gitops() -> Self {
        let world = Self::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/gitops"), &world.repo());
        world.commit("first");
        world
    }

    /// Returns the top of the work tree.
    pub(crate) fn repo(&self) -> PathBuf {
        self.keep.path().join("repo")
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Reads a file of the work tree.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo().join(path)).unwrap()
    }

    /// Replaces a text, which has to be there, in a file of the work tree.
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "`{from}` is not in {path}:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    /// Commits everything in the work tree and returns the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git, which has to succeed, and returns what it printed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.command("git").current_dir(self.repo()).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Returns a file of a revision.
    pub(crate) fn show(&self, revision: &str, path: &str) -> String {
        self.git(&["show", &format!("{revision}:{path}")]) + "\n"
    }

    /// Runs the program in the repository.
    pub(crate) fn leeward(&self, args: &[&str]) -> Run {
        self.leeward_with(args, &[])
    }

    /// Runs the program in the repository with variables.
    pub(crate) fn leeward_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Run {
        self.run(&[], args, variables)
    }

    /// Runs the program in the repository through another one, such as `setpriv`, with variables.
    pub(crate) fn run(&self, through: &[&str], args: &[&str], variables: &[(&str, &str)]) -> Run {
        let words: Vec<&str> = through.iter().chain([&env!("CARGO_BIN_EXE_leeward")]).copied().collect();
        let mut command = self.command(words[0]);
        command.current_dir(self.repo()).args(&words[1..]).args(args).env("LEEWARD_NOW", NOW);
        command.envs(variables.iter().copied());
        Run::of(&mut command)
    }

    /// Returns the folder that holds the repository.
    pub(crate) fn top(&self) -> &Path {
        self.keep.path()
    }

    /// Returns a command with the environment of the tests alone.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", path()).env("HOME", self.keep.path()).env("LC_ALL", "C");
        for (key, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")] {
            command.env(key, value);
        }
        for part in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{part}_NAME"), "Pat").env(format!("GIT_{part}_EMAIL"), "pat@example.org");
            command.env(format!("GIT_{part}_DATE"), "2026-11-22T09:00:00Z");
        }
        command
    }

    /// Returns every file of the work tree, the index, the head, and every ref: what a refused run must leave as it was.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.repo(), &mut files);
        let objects = self.repo().join(".git/objects");
        files.retain(|path, _| !path.starts_with(&objects));
        files
    }
}

/// Returns the `PATH` of this machine.
#[expect(clippy::disallowed_methods, reason = "tests find programs through the environment")]
pub(crate) fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Returns whether a program that builds is there, for a test that judges by it; says which one does without.
pub(crate) fn has_program(test: &str) -> bool {
    let found = std::env::split_paths(&path())
        .any(|folder| ["kustomize", "kubectl"].iter().any(|name| folder.join(name).is_file()));
    if !found {
        skip(Some("program"), test, "no `kustomize` and no `kubectl` program in `PATH`");
    }
    found
}

/// Builds a folder with the program of this machine.
pub(crate) fn build(folder: &Path) -> String {
    let kustomize = std::env::split_paths(&path()).any(|bin| bin.join("kustomize").is_file());
    let (program, verb) = if kustomize { ("kustomize", "build") } else { ("kubectl", "kustomize") };
    let output = Command::new(program).arg(verb).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns a variable of the environment.
#[expect(clippy::disallowed_methods, reason = "a variable says whether to write the examples")]
pub(crate) fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// Returns every file below a folder, by its path there.
pub(crate) fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    if folder.is_dir() {
        collect(folder, &mut files);
    }
    files.into_iter().map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_owned(), bytes)).collect()
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Adds every file below a folder.
fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files);
        } else if path.is_file() {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}
