//! What a push takes from the environment and the settings of the user, what it runs, and where a credential goes: nowhere
//! but to git, in its environment.

use std::path::{Path, PathBuf};

use base64::Engine as _;

use crate::repo::Repo;
use crate::server::{Act, can_serve};
use crate::skip::skip;
use crate::worker::{command, run};
use crate::world::{World, hook, program};

/// The credential that must not get anywhere.
const CANARY: &str = "canary-0f1e2d3c";

/// Returns the header that the server wants.
fn header() -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("pat:{CANARY}")))
}

/// Returns a world whose server wants the canary.
fn locked() -> World {
    let world = World::http();
    let want = header();
    world.server().rule(move |request| {
        if request.header("authorization") == Some(want.as_str()) { Act::Serve } else { Act::Status(401) }
    });
    world
}

/// Returns `PATH` with a folder before it.
#[expect(clippy::disallowed_methods, reason = "programs of the machine are found by it")]
fn path_with(folder: &str) -> String {
    format!("{folder}:{}", std::env::var("PATH").unwrap())
}

#[test]
fn asks_nobody() {
    if !can_serve("asks_nobody") {
        return;
    }
    let world = locked();
    let marker = world.keep.path().join("asked");
    let asking = world.keep.path().join("ssh-askpass");
    program(&asking, &format!("touch '{}'; echo {CANARY}", marker.display()));
    let (_, said) = run(command(&[], &world).env("SSH_ASKPASS", &asking).env("DISPLAY", ":0"));
    assert!(said.starts_with("AuthFailed") && said.contains("could not read Username"), "{said}");
    assert!(!marker.exists() && !world.is_published());
}

#[test]
fn a_wrong_token_is_told() {
    if !can_serve("a_wrong_token_is_told") {
        return;
    }
    let world = locked();
    let asking = world.keep.path().join("askpass");
    program(&asking, "echo wrong-canary-token");
    let (text, said) = run(command(&[], &world).env("GIT_ASKPASS", &asking));
    assert!(said.starts_with("AuthFailed") && said.contains("Authentication failed"), "{said}");
    assert!(!text.contains("wrong-canary-token"));
}

#[test]
fn takes_a_credential_from_an_askpass_program() {
    if !can_serve("takes_a_credential_from_an_askpass_program") {
        return;
    }
    let world = locked();
    let asking = world.keep.path().join("askpass");
    program(&asking, &format!("case $1 in Username*) echo pat;; *) echo {CANARY};; esac"));
    let (_, said) = run(command(&[], &world).env("GIT_ASKPASS", &asking));
    assert_eq!(said, "Pushed None");

    let world = locked();
    world.clone.git(&["config", "core.askPass", asking.to_str().unwrap()]);
    assert_eq!(run(&mut command(&[], &world)).1, "Pushed None");
}

#[test]
fn takes_a_credential_from_a_helper() {
    if !can_serve("takes_a_credential_from_a_helper") {
        return;
    }
    let world = locked();
    let helper = world.keep.path().join("credential-helper");
    program(&helper, &format!("test $1 = get && printf 'username=pat\\npassword={CANARY}\\n' || true"));
    world.clone.git(&["config", "--add", "credential.helper", helper.to_str().unwrap()]);
    assert_eq!(run(&mut command(&[], &world)).1, "Pushed None");
}

/// Asserts that no file below a folder holds a text.
fn assert_nowhere(folder: &Path, texts: &[&str]) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for text in texts {
                let is_there = bytes.windows(text.len()).any(|window| window == text.as_bytes());
                assert!(!is_there, "`{text}` is in {}", path.display());
            }
        }
    }
}

#[test]
fn a_token_is_in_the_environment_of_git_and_nowhere_else() {
    if !can_serve("a_token_is_in_the_environment_of_git_and_nowhere_else") {
        return;
    }
    let world = locked();
    let (top, header) = (world.keep.path().canonicalize().unwrap(), header());
    let encoded = header.split_once(' ').unwrap().1;
    // A server that repeats what it was sent.
    hook(&world.bare, "post-receive", &format!("echo 'got {header} of pat:{CANARY}' >&2; env >&2"));
    let log = tempfile::NamedTempFile::new().unwrap();
    let real = Repo::at(world.clone.dir.clone()).git(&["--exec-path"]);
    let wrapper = format!(
        "echo \"argv: $*\" >> '{0}'\nenv | sed 's/^/env: /' >> '{0}'\nexec '{real}/git' \"$@\"",
        log.path().display()
    );
    std::fs::create_dir(top.join("bin")).unwrap();
    program(&top.join("bin/git"), &wrapper);
    let mut command = command(&[], &world);
    command
        .env("PATH", path_with(top.join("bin").to_str().unwrap()))
        .env("GIT_TRACE_CURL", "1")
        .env("GIT_TRACE_REDACT", "0");
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "http.extraHeader");
    command.env("GIT_CONFIG_VALUE_0", format!("Authorization: {header}"));
    let (text, said) = run(&mut command);
    assert_eq!(said, "Pushed None");
    let log = std::fs::read_to_string(log.path()).unwrap();
    let argv: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("argv: ")).collect();
    assert!(argv.iter().any(|line| line.contains(" push --porcelain ")), "{argv:?}");
    assert!(argv.iter().all(|line| !line.contains(encoded) && !line.contains(CANARY)), "{argv:?}");
    let env: Vec<&str> = log.lines().filter(|line| line.contains(encoded)).collect();
    assert!(!env.is_empty() && env.iter().all(|line| line.starts_with("env: GIT_CONFIG_VALUE_0=")), "{env:?}");
    assert!(!text.contains(encoded) && !text.contains(CANARY), "{text}");
    assert_nowhere(&world.clone.dir, &[CANARY, encoded]);
}

#[test]
fn no_argument_of_any_child_holds_a_token() {
    if !can_serve("no_argument_of_any_child_holds_a_token") {
        return;
    }
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        skip(None, "no_argument_of_any_child_holds_a_token", "no `strace` on this machine");
        return;
    }
    let world = locked();
    let log = world.keep.path().join("strace");
    let through = ["strace", "-f", "-qq", "-s", "65536", "-e", "trace=execve", "-o", log.to_str().unwrap()];
    let header = header();
    let mut command = command(&through, &world);
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "http.extraHeader");
    command.env("GIT_CONFIG_VALUE_0", format!("Authorization: {header}"));
    let (text, said) = run(&mut command);
    if text.contains("ptrace") {
        skip(None, "no_argument_of_any_child_holds_a_token", "nothing may be traced on this machine");
        return;
    }
    assert_eq!(said, "Pushed None");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("git-remote-http") && log.contains("--porcelain"), "{log}");
    assert!(!log.contains(CANARY) && !log.contains(header.split_once(' ').unwrap().1), "{log}");
}

#[test]
fn runs_nothing_that_a_repository_holds() {
    if !can_serve("runs_nothing_that_a_repository_holds") {
        return;
    }
    let world = World::http();
    let marker = world.keep.path().join("ran");
    let touch = format!("echo \"$0\" >> '{}'", marker.display());
    for name in
        ["pre-push", "reference-transaction", "post-checkout", "pre-auto-gc", "post-merge", "fsmonitor-watchman"]
    {
        hook(&world.clone, name, &touch);
    }
    let folder = world.clone.dir.join("hooks");
    std::fs::create_dir(&folder).unwrap();
    program(&folder.join("pre-push"), &touch);
    // A work tree that brings programs of the names that git looks for.
    for name in ["git", "git-remote-http", "ssh", "gpg"] {
        program(&world.clone.dir.join(name), &touch);
    }
    world.clone.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    world.clone.write(".gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = ../bare.git\n\tupdate = !touch ran\n");
    world.clone.git(&["-c", "core.hooksPath=/dev/null", "add", "-A"]);
    world.clone.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "content"]);
    world.clone.git(&["-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "main"]);
    for (key, value) in [
        ("core.hooksPath", "hooks"),
        ("core.fsmonitor", ".git/hooks/fsmonitor-watchman"),
        ("filter.evil.clean", "hooks/pre-push"),
        ("filter.evil.smudge", "hooks/pre-push"),
        ("push.gpgSign", "if-asked"),
        ("push.followTags", "true"),
        ("push.recurseSubmodules", "on-demand"),
        ("submodule.recurse", "true"),
        ("fetch.prune", "true"),
    ] {
        world.clone.git(&["config", key, value]);
    }
    world.clone.git(&["-c", "core.hooksPath=/dev/null", "tag", "-a", "-m", "v1", "v1"]);
    if marker.exists() {
        std::fs::remove_file(&marker).unwrap();
    }
    let mut command = command(&[], &world);
    command.env("PATH", path_with("."));
    assert_eq!(run(&mut command).1, "Pushed None");
    assert!(!marker.exists(), "{}", std::fs::read_to_string(&marker).unwrap());
    let names = world.bare.git(&["for-each-ref", "--format=%(refname)"]);
    assert_eq!(names, "refs/heads/leeward/minio-a/protect\nrefs/heads/main", "no tag goes with it");
}

#[test]
fn says_what_to_install_where_git_is_missing_or_too_old() {
    let world = World::local();
    let folder = world.keep.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let (_, said) = run(command(&[], &world).env("PATH", &folder));
    assert_eq!(said, "outside Some(\"install git 2.31 or newer\") program `git` is not in PATH");
    program(&folder.join("git"), "echo git version 2.17.1");
    let (_, said) = run(command(&[], &world).env("PATH", &folder));
    assert_eq!(said, "outside Some(\"install git 2.31 or newer\") `git version 2.17.1` is too old");
}

#[test]
fn goes_by_the_ssh_of_the_user_and_lets_it_ask_nothing() {
    let world = World::local();
    let (log, bin) = (world.keep.path().join("ssh.log"), world.keep.path().join("bin"));
    std::fs::create_dir(&bin).unwrap();
    // Runs on this machine what it is asked to run on the other.
    let ssh = format!(
        "echo \"$0 $* $SSH_ASKPASS_REQUIRE\" >> '{}'\nfor last; do :; done\nexec sh -c \"$last\"",
        log.display()
    );
    for name in ["ssh", "own-ssh"] {
        program(&bin.join(name), &ssh);
    }
    world.clone.git(&["remote", "set-url", "origin", &format!("git@host.invalid:{}", world.bare.dir.display())]);
    let path = path_with(bin.to_str().unwrap());
    assert_eq!(run(command(&[], &world).env("PATH", &path)).1, "Pushed None");
    let lines = std::fs::read_to_string(&log).unwrap();
    let is_quiet = |line: &str| line.contains("/ssh -oBatchMode=yes ") && line.ends_with(" force");
    assert!(lines.lines().all(is_quiet) && lines.contains("git-receive-pack"), "{lines}");

    std::fs::remove_file(&log).unwrap();
    world.bare.git(&["update-ref", "-d", "refs/heads/leeward/minio-a/protect"]);
    world.clone.git(&["config", "core.sshCommand", "own-ssh -F none"]);
    assert_eq!(run(command(&[], &world).env("PATH", &path)).1, "Pushed None");
    let lines = std::fs::read_to_string(&log).unwrap();
    assert!(lines.lines().all(|line| line.contains("/own-ssh -F none ") && !line.contains("BatchMode")), "{lines}");
}
