//! Gitea, asked over its API, and repositories with a work tree each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::http::{healthy, request};
use crate::process::{Process, clean, command};
use crate::program;
use crate::room::{Room, free_port, until};

/// How long the forge may take to make its database and answer.
const START: Duration = Duration::from_secs(90);
/// The user who makes everything.
const USER: &str = "bot";
/// The password of every user.
const PASSWORD: &str = "only-on-loopback-1";

/// Files by path.
pub(crate) type Tree = BTreeMap<String, String>;

/// A running forge.
pub(crate) struct Gitea {
    process: Option<Process>,
    /// The folder of the room that holds all of it.
    name: &'static str,
    port: u16,
    token: String,
    room: Arc<Room>,
}

/// A public repository of the forge and its work tree.
pub(crate) struct Repository<'a> {
    /// Its name, of the tests' one user.
    pub(crate) name: String,
    forge: &'a Gitea,
    folder: PathBuf,
}

impl Gitea {
    /// Starts a forge, makes its user and a token.
    pub(crate) fn start(room: &Arc<Room>, name: &'static str) -> Result<Self, String> {
        let (folder, port) = (room.folder(name), free_port());
        let assets = program::beside("gitea").ok_or("no templates of `gitea`: `tests/real/run` puts them beside it")?;
        let user = clean(room, "id").arg("-un").output().map_err(|error| error.to_string())?;
        let user = String::from_utf8_lossy(&user.stdout).trim().to_owned();
        let text = settings(&folder.display().to_string(), &assets.display().to_string(), &user, port);
        std::fs::write(folder.join("app.ini"), text).map_err(|error| error.to_string())?;
        let mut forge = Self { process: None, name, port, token: String::new(), room: Arc::clone(room) };
        forge.up()?;
        let mut create = forge.command()?;
        create.args(["admin", "user", "create", "-c"]).arg(folder.join("app.ini")).args(["--username", USER]);
        create.args(["--password", PASSWORD, "--email", "bot@example.test", "--admin", "--must-change-password=false"]);
        create.args(["--access-token", "--access-token-scopes", "all", "--access-token-name", "tests"]);
        let said = done(&mut create)?;
        let is_token = |word: &&str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let token = said.split(|c: char| !c.is_ascii_alphanumeric()).find(is_token);
        token.ok_or(format!("gitea says no token: {said}"))?.clone_into(&mut forge.token);
        Ok(forge)
    }

    /// Starts the server where it is down, and waits until it answers.
    pub(crate) fn up(&mut self) -> Result<(), String> {
        let (mut web, port) = (self.command()?, self.port);
        web.args(["web", "-c"]).arg(self.room.folder(self.name).join("app.ini"));
        let mut process = Process::start(&self.room, self.name, web)?;
        process.ready(START, || healthy(port, "/api/healthz"))?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends the server.
    pub(crate) fn down(&mut self) {
        self.process = None;
    }

    /// Returns the program.
    fn command(&self) -> Result<Command, String> {
        let folder = self.room.folder(self.name);
        let mut gitea = command(&self.room, "gitea")?;
        gitea.env("GITEA_WORK_DIR", &folder).env("HOME", folder.join("home"));
        std::fs::create_dir_all(folder.join("home")).map_err(|error| error.to_string())?;
        Ok(gitea)
    }

    /// Makes a user, where there is none of that name, and a token of theirs with scopes.
    pub(crate) fn user(&self, name: &str, token: &str, scopes: &[&str]) -> Result<String, String> {
        let email = format!("{name}@example.test");
        let user = json!({"username": name, "email": email, "password": PASSWORD, "must_change_password": false});
        if self.api("GET", &format!("/users/{name}"), None).is_err() {
            self.api("POST", "/admin/users", Some(&user))?;
        }
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{PASSWORD}"));
        let (path, body) = (format!("/api/v1/users/{name}/tokens"), json!({"name": token, "scopes": scopes}));
        let answer = request(self.port, "POST", &path, Some(&format!("Basic {pair}")), Some(&body))?;
        let made: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        Ok(made["sha1"].as_str().ok_or(format!("no token: {}", answer.body))?.to_owned())
    }

    /// Returns its address.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a request to the API and returns its answer.
    ///
    /// # Errors
    /// Where it refuses: the status and what it says.
    pub(crate) fn api(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let answer =
            request(self.port, method, &format!("/api/v1{path}"), Some(&format!("token {}", self.token)), body)?;
        if !(200..300).contains(&answer.status) {
            return Err(format!("{method} {path}: {} {}", answer.status, answer.body));
        }
        if answer.body.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_str(&answer.body).map_err(|e| e.to_string())
        }
    }

    /// Makes an empty public repository, and a work tree that pushes to it.
    pub(crate) fn repository(&self, name: &str) -> Result<Repository<'_>, String> {
        self.api("POST", "/user/repos", Some(&json!({"name": name, "default_branch": "main"})))?;
        let folder = self.room.folder(&format!("repositories/{name}"));
        let repository = Repository { name: name.to_owned(), forge: self, folder };
        repository.git(&["init", "-q", "-b", "main"])?;
        let (token, port) = (&self.token, self.port);
        let url = format!("http://{USER}:{token}@127.0.0.1:{port}/{USER}/{name}.git");
        repository.git(&["remote", "add", "origin", &url])?;
        Ok(repository)
    }

    /// Returns the token of its user.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Returns its memory.
    pub(crate) fn memory(&self) -> (&'static str, u64) {
        self.process.as_ref().map_or((self.name, 0), Process::memory)
    }
}

impl Repository<'_> {
    /// Returns the address that anyone may read.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/{USER}/{}.git", self.forge.port, self.name)
    }

    /// Returns the path of the repository in the API.
    pub(crate) fn api_path(&self) -> String {
        format!("/repos/{USER}/{}", self.name)
    }

    /// Returns the folder of the work tree.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `git` in the work tree and returns what it prints.
    pub(crate) fn git(&self, args: &[&str]) -> Result<String, String> {
        let mut git = clean(&self.forge.room, "git");
        git.current_dir(&self.folder).args(args);
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), USER).env(format!("GIT_{role}_EMAIL"), "bot@example.test");
        }
        done(&mut git).map(|text| text.trim().to_owned())
    }

    /// Writes files over the work tree, all in one commit on the current branch, pushes it and returns its id.
    pub(crate) fn push(&self, files: &Tree, message: &str) -> Result<String, String> {
        for (path, text) in files {
            let path = self.folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).map_err(|error| error.to_string())?;
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        self.git(&["add", "-A"])?;
        self.git(&["commit", "-q", "-m", message])?;
        self.git(&["push", "-q", "origin", "HEAD"])?;
        self.noticed()?;
        self.git(&["rev-parse", "HEAD"])
    }

    /// Waits until the forge takes the repository for one that holds something: it notes a push on its own time, and knows
    /// no branch and no pull request of one that it takes for empty.
    pub(crate) fn noticed(&self) -> Result<(), String> {
        until(Duration::from_secs(30), || match self.forge.api("GET", &self.api_path(), None)? {
            known if known["empty"] == json!(false) => Ok(()),
            other => Err(format!("still empty: {other}")),
        })
    }

    /// Proposes a branch for `main`, merges the pull request as soon as the forge can, and returns its number.
    pub(crate) fn merge(&self, branch: &str, title: &str) -> Result<u64, String> {
        let body = json!({"title": title, "head": branch, "base": "main"});
        let pull = self.forge.api("POST", &format!("{}/pulls", self.api_path()), Some(&body))?;
        let number = pull["number"].as_u64().ok_or(format!("no number: {pull}"))?;
        let path = format!("{}/pulls/{number}/merge", self.api_path());
        // The forge looks for conflicts on its own time and refuses until it knows.
        until(Duration::from_secs(30), || self.forge.api("POST", &path, Some(&json!({"Do": "merge"}))))?;
        Ok(number)
    }
}

/// Returns the forge's settings: API and smart HTTP on loopback, nothing else.
fn settings(folder: &str, assets: &str, user: &str, port: u16) -> String {
    format!(
        "RUN_MODE = prod\nRUN_USER = {user}\nWORK_PATH = {folder}\nI_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true\n\
         [server]\nPROTOCOL = http\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = {port}\nROOT_URL = http://127.0.0.1:{port}/\n\
         STATIC_ROOT_PATH = {assets}\nDISABLE_SSH = true\nSTART_SSH_SERVER = false\nOFFLINE_MODE = true\n\
         LFS_START_SERVER = false\n\
         [database]\nDB_TYPE = sqlite3\nPATH = {folder}/gitea.db\n\
         [repository]\nROOT = {folder}/repositories\nDEFAULT_BRANCH = main\n\
         [security]\nINSTALL_LOCK = true\n\
         [oauth2]\nENABLED = false\n[service]\nDISABLE_REGISTRATION = true\n[actions]\nENABLED = false\n\
         [indexer]\nISSUE_INDEXER_TYPE = db\n[cron.update_checker]\nENABLED = false\n\
         [git]\nHOME_PATH = {folder}/home\n[log]\nLEVEL = warn\nMODE = console\n"
    )
}

/// Runs a command and returns what it prints, or what it says on failure.
fn done(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    if status.success() { Ok(stdout.into_owned()) } else { Err(format!("{command:?}: {status}: {stdout}{stderr}")) }
}
