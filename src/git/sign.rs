//! Signing as git does it: the same settings (`gpg.format`, `user.signingkey`, the programs), the same programs called the
//! same way, so that a key in an agent or on a token works as it does for git. A key never passes through here.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

use super::settings::Settings;
use crate::failure::{Failure, outside, refused};
use crate::model::secret::FORGE_TOKENS;

/// Whether the commit is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// As `commit.gpgsign` says.
    AsConfigured,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// Returns the signature of a commit, `None` where it is not to be signed. `commit` is its content and the folder in which
/// programs run; `who` is the key's name where no key is set.
///
/// # Errors
/// Fails with what the program said.
pub(super) fn signature(
    settings: &Settings,
    signing: Signing,
    who: &str,
    commit: (&str, &Path),
) -> anyhow::Result<Option<String>> {
    let is_wanted = match signing {
        Signing::Never => false,
        Signing::Always => true,
        Signing::AsConfigured => settings.is_on("commit.gpgsign")?,
    };
    if !is_wanted {
        return Ok(None);
    }
    let format = settings.text("gpg.format")?.unwrap_or_else(|| "openpgp".to_owned());
    let signature = match format.as_str() {
        "openpgp" => openpgp(settings, who, commit),
        "ssh" => ssh(settings, commit),
        other => Err(refused(format!("`gpg.format` is `{other}`, leeward signs with `openpgp` or `ssh`"))
            .hint("--no-sign")
            .into()),
    };
    signature.map(|text| Some(text.replace('\r', "").trim_end().to_owned())).context("failed to sign the commit")
}

/// Signs with gpg.
fn openpgp(settings: &Settings, who: &str, (content, folder): (&str, &Path)) -> anyhow::Result<String> {
    let program = match settings.text("gpg.openpgp.program")? {
        None => settings.text("gpg.program")?.unwrap_or_else(|| "gpg".to_owned()),
        Some(program) => program,
    };
    let key = settings.text("user.signingkey")?.unwrap_or_else(|| who.to_owned());
    let mut command = Command::new(Settings::expanded(&program));
    command.args(["--status-fd=2", "-bsau", &key]).current_dir(folder);
    let output = run(&program, &mut command, content)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && said.contains("[GNUPG:] SIG_CREATED ") {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(unsigned(&program, &output).into())
}

/// Signs with ssh-keygen.
fn ssh(settings: &Settings, (content, folder): (&str, &Path)) -> anyhow::Result<String> {
    let program = settings.text("gpg.ssh.program")?.unwrap_or_else(|| "ssh-keygen".to_owned());
    let key = match settings.text("user.signingkey")? {
        Some(key) => key,
        None => default_key(settings, folder)?,
    };
    let work = tempfile::tempdir().context("failed to make a temporary folder")?;
    let file = work.path().join("commit");
    std::fs::write(&file, content).context("failed to write the commit for the signing program")?;
    let mut command = Command::new(Settings::expanded(&program));
    command.args(["-Y", "sign", "-n", "git", "-f"]).args(key_file(&key, work.path())?).arg(&file).current_dir(folder);
    let output = run(&program, &mut command, "")?;
    match std::fs::read_to_string(work.path().join("commit.sig")) {
        Ok(signature) if output.status.success() => Ok(signature),
        _ => Err(unsigned(&program, &output).into()),
    }
}

/// Returns the arguments that name a key; a literal one goes to a file, its private half is in an agent.
fn key_file(key: &str, work: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let Some(key) = literal(key) else { return Ok(vec![Settings::expanded(key)]) };
    let path = work.join("key.pub");
    std::fs::write(&path, format!("{key}\n")).context("failed to write the public key")?;
    Ok(vec![path, PathBuf::from("-U")])
}

/// Returns the public key that a setting holds itself; `None` where it names a file.
fn literal(key: &str) -> Option<&str> {
    key.strip_prefix("key::").or_else(|| key.starts_with("ssh-").then_some(key))
}

/// Returns the key that `gpg.ssh.defaultKeyCommand` prints.
fn default_key(settings: &Settings, folder: &Path) -> anyhow::Result<String> {
    let Some(line) = settings.text("gpg.ssh.defaultkeycommand")? else {
        return Err(refused("`user.signingkey` is not set")
            .hint("git config user.signingkey ~/.ssh/id_ed25519.pub")
            .into());
    };
    let output = run(&line, Command::new("sh").args(["-c", &line]).current_dir(folder), "")?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.lines().next().filter(|key| output.status.success() && literal(key).is_some()) {
        Some(key) => Ok(key.to_owned()),
        None => Err(unsigned(&line, &output).into()),
    }
}

/// Runs a program with `input` on its standard input.
fn run(program: &str, command: &mut Command, input: &str) -> anyhow::Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // What signs asks no forge.
    for name in FORGE_TOKENS {
        command.env_remove(name);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => outside(format!("program `{program}` is not there")).hint("--no-sign"),
        _ => outside(format!("program `{program}` does not start: {error}")).hint("--no-sign"),
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that fails early closes its input; what it said on stderr is the better message.
        drop(stdin.write_all(input.as_bytes()));
    }
    child.wait_with_output().with_context(|| format!("failed to wait for `{program}`"))
}

/// The failure of a program that made no signature, with what it said.
fn unsigned(program: &str, output: &Output) -> Failure {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> =
        said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("[GNUPG:]")).collect();
    let said = if lines.is_empty() { "it gave no reason".to_owned() } else { lines.join("; ") };
    outside(format!("`{program}` made no signature ({}): {said}", output.status)).hint("--no-sign")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_literal_key_from_a_path() {
        assert_eq!(literal("key::ecdsa-sha2-nistp256 AAAA"), Some("ecdsa-sha2-nistp256 AAAA"));
        assert_eq!(literal("ssh-ed25519 AAAA"), Some("ssh-ed25519 AAAA"));
        assert_eq!(literal("~/.ssh/id_ed25519.pub"), None);
    }
}
