//! Signatures that git itself verifies, and what is said when none can be made.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use leeward::failure::Kind;
use leeward::git::{Draft, Signing};

use crate::repo::{BRANCH, INCIDENT, MESSAGE, Repo, assert_fails, now, propose, usual};
use crate::skip::skip;

/// Returns whether a program is there; says which test does without when it is not.
fn has(program: &str, test: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success();
    if !found {
        skip(None, test, &format!("`{program}` is not installed"));
    }
    found
}

/// Makes a key and turns on signing with it.
fn with_ssh_key(repo: &Repo) -> PathBuf {
    let key = repo.beside("id");
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "jane", "-f"]).arg(&key).status();
    assert!(made.unwrap().success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = repo.beside("allowed");
    std::fs::write(&allowed, format!("jane@example.org {public}")).unwrap();
    for (name, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", key.with_extension("pub").to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()),
    ] {
        repo.git(&["config", name, value]);
    }
    key
}

/// Writes a program.
fn program(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn signs_with_an_ssh_key_as_configured() {
    if !has("ssh-keygen", "signs_with_an_ssh_key_as_configured") {
        return;
    }
    let repo = Repo::new();
    let key = with_ssh_key(&repo);
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["verify-commit", BRANCH]);
    assert_eq!(repo.git(&["log", "-1", "--format=%G?", BRANCH]), "G");
    repo.assert_sound();

    // A key given by a command, the private key in an agent.
    repo.git(&["branch", "-D", BRANCH]);
    repo.git(&["config", "--unset", "user.signingkey"]);
    assert_fails(
        propose(&repo.open(), "main", &usual()),
        Kind::Refused,
        Some("git config user.signingkey ~/.ssh/id_ed25519.pub"),
        &["`user.signingkey` is not set"],
    );
    let public = key.with_extension("pub");
    repo.git(&["config", "gpg.ssh.defaultKeyCommand", &format!("cat {}", public.display())]);
    let agent = repo.beside("ssh-keygen");
    program(
        &agent,
        &format!(
            "#!/bin/sh\neval $(ssh-agent) >&2\nssh-add -q {}\nssh-keygen \"$@\"\nrc=$?\nssh-agent -k >&2\nexit $rc\n",
            key.display()
        ),
    );
    repo.git(&["config", "gpg.ssh.program", agent.to_str().unwrap()]);
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["config", "--unset", "gpg.ssh.program"]);
    repo.git(&["verify-commit", BRANCH]);
}

#[test]
fn obeys_the_flags_over_the_settings() {
    if !has("ssh-keygen", "obeys_the_flags_over_the_settings") {
        return;
    }
    let repo = Repo::new();
    with_ssh_key(&repo);
    for (signing, set, expected) in [(Signing::Never, "true", "N"), (Signing::Always, "false", "G")] {
        repo.git(&["config", "commit.gpgsign", set]);
        let open = repo.open();
        let base = open.base(Some("main")).unwrap().commit;
        let changes = usual();
        let draft = Draft { base: &base, branch: BRANCH, changes: &changes, incident: INCIDENT };
        open.commit(open.prepare(&draft).unwrap(), MESSAGE, now(), signing).unwrap();
        assert_eq!(repo.git(&["log", "-1", "--format=%G?", BRANCH]), expected);
        repo.git(&["branch", "-D", BRANCH]);
    }
}

#[test]
fn signs_with_gpg() {
    if !has("gpg", "signs_with_gpg") {
        return;
    }
    let repo = Repo::new();
    let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap();
    let gpg = |args: &[&str]| Command::new("gpg").env("GNUPGHOME", home.path()).args(args).output().unwrap();
    let args = ["--batch", "--passphrase", "", "--quick-gen-key", "Jane Doe <jane@example.org>", "ed25519", "sign"];
    let made = gpg(&args);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let wrapper = repo.beside("gpg");
    program(&wrapper, &format!("#!/bin/sh\nGNUPGHOME={} exec gpg \"$@\"\n", home.path().display()));
    repo.git(&["config", "gpg.program", wrapper.to_str().unwrap()]);
    repo.git(&["config", "commit.gpgsign", "true"]);
    propose(&repo.open(), "main", &usual()).unwrap();
    repo.git(&["verify-commit", BRANCH]);
    repo.assert_sound();
    repo.git(&["branch", "-D", BRANCH]);
    repo.git(&["config", "user.signingkey", "DEADBEEF"]);
    let words = ["failed to sign the commit", "made no signature", "DEADBEEF"];
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Outside, Some("--no-sign"), &words);
    assert!(!repo.try_git(&["rev-parse", "--verify", "-q", BRANCH]).status.success());
    drop(Command::new("gpgconf").env("GNUPGHOME", home.path()).args(["--kill", "all"]).output());
}

#[test]
fn says_what_the_program_said_and_moves_nothing() {
    let repo = Repo::new();
    repo.git(&["config", "commit.gpgsign", "true"]);
    let gpg = repo.beside("gpg");
    program(&gpg, "#!/bin/sh\necho 'the card is not in' >&2\nexit 2\n");
    repo.git(&["config", "gpg.program", gpg.to_str().unwrap()]);
    let hint = Some("--no-sign");
    assert_fails(
        propose(&repo.open(), "main", &usual()),
        Kind::Outside,
        hint,
        &["the card is not in", "exit status: 2"],
    );
    repo.git(&["config", "gpg.program", "/nonexistent/gpg"]);
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Outside, hint, &["`/nonexistent/gpg` is not there"]);
    repo.git(&["config", "gpg.format", "x509"]);
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Refused, hint, &["`x509`"]);
    repo.git(&["config", "commit.gpgsign", "perhaps"]);
    assert_fails(propose(&repo.open(), "main", &usual()), Kind::Outside, None, &["`commit.gpgsign`"]);
    assert!(!repo.try_git(&["rev-parse", "--verify", "-q", BRANCH]).status.success());
}
