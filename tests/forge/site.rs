//! A GitOps repository, a remote of it that git reaches over HTTP with a token, and the forge of that remote: what the built
//! program is run on. Everything is on 127.0.0.1, the environment is that of the tests alone.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use base64::Engine as _;
use leeward::forge::Kind;
use tempfile::TempDir;

use crate::model::World;
use crate::server::{Play, Request};
use crate::setting::CANARY;
use crate::skip::skip;

/// What is proposed.
pub(crate) const FAILOVER: [&str; 8] =
    ["propose", "--all", "--storage", "minio-a", "--to", "minio-b", "--no-sign", "--pr"];

/// A repository with a remote on a forge.
pub(crate) struct Site {
    /// The forge.
    pub(crate) world: World,
    /// Keeps the folders while the test runs.
    keep: TempDir,
}

/// What a run of the program came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// The answer.
    pub(crate) stdout: String,
    /// Everything else.
    pub(crate) stderr: String,
}

impl Site {
    /// Returns the examples' repository and its remote; `None`, with a word, where git serves no HTTP on this machine.
    pub(crate) fn new(kind: Kind, test: &str) -> Option<Self> {
        let folder = Command::new("git").arg("--exec-path").output().unwrap().stdout;
        if !Path::new(String::from_utf8(folder).unwrap().trim()).join("git-http-backend").exists() {
            skip(None, test, "no `git http-backend` on this machine");
            return None;
        }
        let keep = TempDir::new().unwrap();
        let root = keep.path().join("remote");
        let world = World::with_git(kind, move |request| Play::Bytes(serve(&root, request)));
        let site = Self { world, keep };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/gitops"), &site.repo());
        let (bare, url) = (site.bare(), site.url());
        site.git(&["init", "-q", "-b", "main"]);
        site.commit("first");
        site.git(&["init", "-q", "--bare", "-b", "main", bare.to_str().unwrap()]);
        site.git(&["push", "-q", bare.to_str().unwrap(), "main"]);
        site.git(&["remote", "add", "origin", &url]);
        site.git(&["fetch", "-q", "origin"]);
        Some(site)
    }

    /// Returns a site of each dialect.
    pub(crate) fn each(test: &str) -> Vec<Self> {
        [Kind::GitHub, Kind::GitLab, Kind::Gitea].into_iter().filter_map(|kind| Self::new(kind, test)).collect()
    }

    /// Returns the work tree.
    pub(crate) fn repo(&self) -> PathBuf {
        self.keep.path().join("repo")
    }

    /// Returns the folder of the remote.
    pub(crate) fn bare(&self) -> PathBuf {
        self.keep.path().join("remote").join(self.project()).with_extension("git")
    }

    /// Returns the path of the project.
    pub(crate) fn project(&self) -> &'static str {
        if self.world.kind == Kind::GitLab { "g/s/r" } else { "o/r" }
    }

    /// Returns the address of the remote.
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/{}.git", self.world.server.port, self.project())
    }

    /// Returns a file of the work tree.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo().join(path)).unwrap()
    }

    /// Asserts that no file, here or in the remote, holds the token in any form.
    pub(crate) fn assert_no_token(&self) {
        let encoded = encoded();
        let mut folders = vec![self.keep.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
                let is_log = path.file_name().is_some_and(|name| name == "log");
                assert!(is_log || !holds(CANARY) && !encoded.iter().any(|token| holds(token)), "{}", path.display());
            }
        }
    }

    /// Returns the word of `--forge`.
    pub(crate) fn forge(&self) -> &'static str {
        match self.world.kind {
            Kind::GitHub => "--forge=github",
            Kind::GitLab => "--forge=gitlab",
            Kind::Gitea => "--forge=gitea",
        }
    }

    /// Returns the variable that holds the token.
    pub(crate) fn variable(&self) -> &'static str {
        match self.world.kind {
            Kind::GitHub => "GH_ENTERPRISE_TOKEN",
            Kind::GitLab => "GITLAB_TOKEN",
            Kind::Gitea => "GITEA_TOKEN",
        }
    }

    /// Returns a program with the environment of the tests alone, the token and a helper that gives it to git.
    #[expect(clippy::disallowed_methods, reason = "tests find programs through the environment")]
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.keep.path());
        command.env("LC_ALL", "C").env("LEEWARD_NOW", "2026-11-22T10:00:00Z").stdin(Stdio::null());
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_CONFIG_COUNT", "1");
        command.env("GIT_CONFIG_KEY_0", "credential.helper");
        let helper = format!("!f() {{ echo username=oauth2; echo \"password=${}\"; }}; f", self.variable());
        command.env("GIT_CONFIG_VALUE_0", helper).env(self.variable(), CANARY);
        for part in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{part}_NAME"), "Pat").env(format!("GIT_{part}_EMAIL"), "pat@example.org");
            command.env(format!("GIT_{part}_DATE"), "2026-11-22T09:00:00Z");
        }
        command
    }

    /// Runs git in the work tree and returns what it printed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.command("git").current_dir(self.repo()).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git in the remote and returns what it printed.
    pub(crate) fn there(&self, args: &[&str]) -> String {
        let bare = self.bare();
        self.git(&[&["--git-dir", bare.to_str().unwrap()], args].concat())
    }

    /// Commits everything in the work tree and returns the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs the program in the work tree with variables.
    pub(crate) fn leeward(&self, args: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_leeward"));
        command.current_dir(self.repo()).args(args).arg(self.forge()).envs(variables.iter().copied());
        Run::of(&mut command)
    }

    /// Has the next push refused in the words of some server.
    pub(crate) fn refuse_once(&self, reason: &str) {
        std::fs::write(self.keep.path().join("remote/refused"), reason).unwrap();
    }

    /// Returns whether the next push will be refused.
    pub(crate) fn is_refusing(&self) -> bool {
        self.keep.path().join("remote/refused").exists()
    }

    /// Proposes with more flags.
    pub(crate) fn propose(&self, flags: &[&str]) -> Run {
        self.leeward(&[&FAILOVER, flags].concat(), &[])
    }
}

impl Run {
    /// Runs a command to its end; nothing that it says may hold the token.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let run = Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        let said = format!("{run:?}");
        assert!(!said.contains(CANARY) && encoded().iter().all(|token| !said.contains(token)), "{run:?}");
        run
    }

    /// Returns the last line that starts with a word.
    pub(crate) fn line(&self, word: &str) -> &str {
        self.stdout.lines().rfind(|line| line.starts_with(word)).unwrap_or_default()
    }
}

/// Returns the token as git sends it, with each name of a user that a helper gives.
fn encoded() -> [String; 2] {
    ["oauth2", "x-access-token"]
        .map(|user| base64::engine::general_purpose::STANDARD.encode(format!("{user}:{CANARY}")))
}

/// Asks `git http-backend` and returns the bytes of its answer; who writes has to show the token.
fn serve(root: &Path, request: &Request) -> Vec<u8> {
    let header = |name: &str| request.headers.get(name).map_or("", String::as_str);
    let writes = format!("{}{}", request.path, request.query).contains("git-receive-pack");
    if writes && !encoded().iter().any(|right| header("authorization") == format!("Basic {right}")) {
        return b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"git\"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            .to_vec();
    }
    let refused = root.join("refused");
    if request.path.ends_with("/git-receive-pack") && refused.exists() {
        let reason = std::fs::read_to_string(&refused).unwrap();
        std::fs::remove_file(&refused).unwrap();
        return refusal(request, &reason);
    }
    let mut command = Command::new("git");
    command.arg("http-backend").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null").env("REMOTE_USER", "pat");
    command.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_ADDR", "127.0.0.1");
    command.env("PATH_INFO", &request.path).env("QUERY_STRING", &request.query).env("REQUEST_METHOD", &request.method);
    command.env("CONTENT_LENGTH", request.bytes.len().to_string()).env("CONTENT_TYPE", header("content-type"));
    command.env("HTTP_CONTENT_ENCODING", header("content-encoding")).env("GIT_PROTOCOL", header("git-protocol"));
    let mut child = command.spawn().unwrap();
    let (mut stdin, body) = (child.stdin.take().unwrap(), request.bytes.clone());
    let feeder = thread::spawn(move || drop(stdin.write_all(&body)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let at = output.stdout.windows(4).position(|four| four == b"\r\n\r\n").expect("the answer has headers");
    let (mut head, body) = (String::from_utf8(output.stdout[..at].to_vec()).unwrap(), &output.stdout[at + 4..]);
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    write!(head, "\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    [format!("HTTP/1.1 {status}\r\n{head}").as_bytes(), body].concat()
}

/// Returns the `PATH` of this machine, the program before it.
#[expect(clippy::disallowed_methods, reason = "tests find programs through the environment")]
pub(crate) fn search_path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_leeward")).parent().unwrap();
    format!("{}:{}", program.display(), std::env::var("PATH").unwrap())
}

/// Refuses the one branch of a push, as the protocol writes it.
fn refusal(request: &Request, reason: &str) -> Vec<u8> {
    let line = |text: &str| format!("{:04x}{text}", text.len() + 4);
    let name = request.body.split(['\0', ' ']).nth(2).unwrap();
    let report = format!("{}{}0000", line("unpack ok\n"), line(&format!("ng {name} {reason}\n")));
    let body = format!("{}0000", line(&format!("\u{1}{report}")));
    let media = "application/x-git-receive-pack-result";
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nConnection: close\r\nContent-Length: {}", body.len());
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) {
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
