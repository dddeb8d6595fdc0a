//! The files that flags name for what a run leaves: looked at before anything is waited for, written whole or not at all.
//! A file of an earlier run is replaced and no other one, as every verb leaves alone what it did not write. Must never write
//! through a link.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;
use tempfile::{Builder, NamedTempFile};

use crate::cli::VerifyArgs;
use crate::failure::{outside, refused};

/// How much of a file is read to tell who wrote it.
const READ_MAX: u64 = 4 << 20;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The verdict.
    Verdict,
    /// Restores.
    Restores,
}

impl Use {
    /// Returns the flag that names it.
    fn flag(self) -> &'static str {
        match self {
            Self::Verdict => "--verdict-out FILE",
            Self::Restores => "--restore-manifest FILE",
        }
    }

    /// Returns what fails when it cannot be written.
    fn context(self, file: &Path) -> String {
        let what = if self == Self::Verdict { "verdict" } else { "restores" };
        format!("failed to write {what} `{}`", file.display())
    }

    /// Returns whether an earlier run wrote a text; one that is empty was made for this one.
    fn is_earlier(self, text: &str) -> bool {
        let first = text.lines().next().unwrap_or_default();
        text.is_empty()
            || match self {
                Self::Verdict => serde_json::from_str(text).is_ok_and(|value: Value| value["kind"] == "Verdict"),
                Self::Restores => first.starts_with("# Restores of ") && first.contains("made by `leeward verify`"),
            }
    }
}

/// Looks whether the files that flags name can be written.
///
/// # Errors
/// Refuses links, folders, files that no earlier run wrote, and one file for both; fails where the folder takes no file.
pub(super) fn look(args: &VerifyArgs) -> anyhow::Result<()> {
    let (verdict, restores) = (args.wait.verdict_out.as_deref(), args.backup.restore_manifest.as_deref());
    for (file, of) in [(verdict, Use::Verdict), (restores, Use::Restores)] {
        let Some(file) = file else { continue };
        begun(file, of).map(drop).with_context(|| of.context(file))?;
    }
    if let Some(file) = verdict.filter(|_| verdict == restores) {
        let refusal = refused("the verdict goes there too").hint(Use::Restores.flag());
        return Err(refusal).with_context(|| Use::Restores.context(file));
    }
    Ok(())
}

/// Writes a file whole.
///
/// # Errors
/// As [`look`] does, and where its bytes cannot be written.
pub(super) fn write(file: &Path, of: Use, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let written = || -> anyhow::Result<()> {
        let mut begun = begun(file, of)?;
        begun.write_all(bytes.as_ref())?;
        begun.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    written().with_context(|| of.context(file))
}

/// Returns a new file beside one that may be written, which takes its place once it is whole.
fn begun(file: &Path, of: Use) -> anyhow::Result<NamedTempFile> {
    match fs::symlink_metadata(file) {
        Ok(found) => {
            let why = match found.file_type() {
                kind if kind.is_symlink() => Some("it is a link"),
                kind if kind.is_dir() => Some("it is a folder"),
                kind if !kind.is_file() => Some("it is no file"),
                _ if found.permissions().readonly() => Some("it is there already, and read-only"),
                _ if !is_earlier(file, of)? => Some("it is there already, and no earlier run wrote it"),
                _ => None,
            };
            why.map_or(Ok(()), |why| Err(refused(why).hint(of.flag())))?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(outside(error.to_string()).hint(of.flag()).into()),
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    beside(folder).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => refused("no such folder").hint(of.flag()).into(),
        _ => outside(error.to_string()).hint(of.flag()).into(),
    })
}

/// Returns whether an earlier run wrote a file.
fn is_earlier(file: &Path, of: Use) -> std::io::Result<bool> {
    let mut bytes = Vec::new();
    File::open(file)?.take(READ_MAX).read_to_end(&mut bytes)?;
    Ok(std::str::from_utf8(&bytes).is_ok_and(|text| of.is_earlier(text)))
}

/// Makes a file in a folder that is gone unless it is kept; others may read it, as far as the person lets them.
fn beside(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".leeward-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
