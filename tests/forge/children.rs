//! Where the token goes: into a header to the forge and the environment of git and its helpers. In no argument of any
//! program that runs, in no environment of one that asks no forge, in no file.

use leeward::forge::Kind;

use crate::setting::CANARY;
use crate::site::{FAILOVER, Run, Site, search_path};
use crate::skip::skip;

/// Writes a program.
fn program(path: &std::path::Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Returns a kubeconfig whose user has a credential plugin; nobody listens where its server is.
fn kubeconfig_of(plugin: &std::path::Path) -> String {
    let version = "client.authentication.k8s.io/v1";
    let exec = format!("{{apiVersion: {version}, interactiveMode: Never, command: '{}'}}", plugin.display());
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\nclusters: [{{name: c, cluster: {{server: \"http://127.0.0.1:1\"}}}}]\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{exec: {exec}}}}}]\n"
    )
}

#[test]
fn no_program_gets_the_token_in_an_argument_and_only_git_in_its_environment() {
    let test = "no_program_gets_the_token_in_an_argument_and_only_git_in_its_environment";
    let Some(site) = Site::new(Kind::Gitea, test) else { return };
    let (bin, log) = (site.repo().join("../bin"), site.repo().join("../log"));
    std::fs::create_dir_all(&bin).unwrap();
    let record = |name: &str, then: &str| {
        let log = log.display();
        let lines = format!("{{ echo \"argv {name} $*\"; env | sed 's/^/env {name} /'; }} >> '{log}'\n{then}");
        program(&bin.join(name), &lines);
    };
    let real = site.git(&["--exec-path"]);
    record("git", &format!("exec '{real}/git' \"$@\""));
    // Signs as ssh-keygen does, to the file beside the one that is named last.
    record("ssh-keygen", "for last; do :; done\necho '-----BEGIN SSH SIGNATURE-----' > \"$last.sig\"");
    for name in ["kustomize", "kubectl"] {
        record(name, "echo v5.6.0; exit 1");
    }
    let credential = "{apiVersion: client.authentication.k8s.io/v1, kind: ExecCredential, status: {token: p1ugged}}";
    record("plugin", &format!("echo '{credential}'"));
    let kubeconfig = site.repo().join("../kubeconfig");
    std::fs::write(&kubeconfig, kubeconfig_of(&bin.join("plugin"))).unwrap();
    let run = |args: &[&str]| {
        let mut command = site.command(env!("CARGO_BIN_EXE_leeward"));
        command.current_dir(site.repo()).args(args).arg("--forge=gitea");
        command.env("PATH", format!("{}:{}", bin.display(), search_path()));
        command.env("GIT_CONFIG_COUNT", "3").env("GIT_CONFIG_KEY_1", "gpg.format").env("GIT_CONFIG_VALUE_1", "ssh");
        command.env("GIT_CONFIG_KEY_2", "user.signingkey").env("GIT_CONFIG_VALUE_2", "key::ssh-ed25519 AAAA");
        Run::of(&mut command)
    };
    let signed: Vec<&str> = FAILOVER.iter().map(|flag| if *flag == "--no-sign" { "--sign" } else { flag }).collect();
    let done = run(&[&signed[..], &["--kubeconfig", kubeconfig.to_str().unwrap()]].concat());
    assert_eq!(done.code, Some(0), "{done:?}");
    let built = run(&[&FAILOVER[..], &["--builder=binary"]].concat());
    assert_ne!(built.code, Some(0), "{built:?}");
    let log = std::fs::read_to_string(&log).unwrap();
    for name in ["git", "ssh-keygen", "kustomize", "plugin"] {
        assert!(log.contains(&format!("argv {name} ")), "{name} never ran");
    }
    for line in log.lines().filter(|line| line.contains(CANARY)) {
        assert_eq!(line, format!("env git GITEA_TOKEN={CANARY}"));
    }
    site.assert_no_token();
}

#[test]
fn no_argument_and_no_other_variable_of_any_process_holds_the_token() {
    let test = "no_argument_and_no_other_variable_of_any_process_holds_the_token";
    let Some(site) = Site::new(Kind::GitLab, test) else { return };
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        skip(
            None,
            test,
            "no `strace` on this machine: `no_program_gets_the_token_in_an_argument…` looks at what PATH finds",
        );
        return;
    }
    let log = site.repo().join("../strace");
    let mut command = site.command("strace");
    command.args(["-f", "-qq", "-v", "-s", "65536", "-e", "trace=execve", "-o", log.to_str().unwrap()]);
    command.arg(env!("CARGO_BIN_EXE_leeward")).args(FAILOVER).arg("--forge=gitlab").current_dir(site.repo());
    let run = Run::of(&mut command);
    if run.stderr.contains("ptrace") {
        skip(None, test, "nothing may be traced on this machine");
        return;
    }
    assert_eq!(run.code, Some(0), "{run:?}");
    let traced = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    assert!(traced.contains("git-remote-http") && traced.contains("--porcelain"), "{traced}");
    // One line a process: program, arguments, environment.
    for line in traced.lines().filter(|line| line.contains(CANARY)) {
        let (before, environment) = line.split_once("], [").unwrap_or_else(|| panic!("{line}"));
        assert!(!before.contains(CANARY), "{before}");
        let holders: Vec<&str> = environment.split("\", \"").filter(|variable| variable.contains(CANARY)).collect();
        let is_own = |variable: &&str| variable.trim_start_matches('"').starts_with("GITLAB_TOKEN=");
        assert!(holders.iter().all(is_own), "{holders:?}");
    }
    site.assert_no_token();
}
