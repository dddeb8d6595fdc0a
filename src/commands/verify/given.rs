//! The keys and certificates that a run was given, for the storage where the backup has to lie: of files that flags name, and
//! of the environment. Read once, before the first look. Never from arguments, never shown.

use std::path::Path;

use anyhow::Context as _;

use crate::cli::BackupArgs;
use crate::failure::refused;
use crate::s3::Keys;

/// The largest file of keys or certificates that is read.
const FILE_MAX: u64 = 4 << 20;

/// The keys and certificates that a run was given.
pub(super) struct Given {
    /// The keys of a file.
    pub(super) keys: Option<Keys>,
    /// The keys of the environment, which may be those of another storage: the last to be tried.
    pub(super) environment: Option<Keys>,
    /// Certificates in PEM.
    pub(super) pem: Option<Vec<u8>>,
}

impl Given {
    /// Reads what flags and the environment give.
    ///
    /// # Errors
    /// Refuses files that hold nothing of the kind.
    pub(super) fn read(args: &BackupArgs) -> anyhow::Result<Self> {
        let of_file = |file: &Path| -> anyhow::Result<Keys> {
            let context = || format!("failed to read credentials `{}`", file.display());
            let bytes = whole(file, "--credentials FILE").with_context(context)?;
            let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8 text").hint("--credentials FILE"));
            let keys = text.and_then(|text| Keys::of_file(&text, format!("of file `{}`", file.display())));
            keys.with_context(context)
        };
        let keys = args.credentials.as_deref().map(of_file).transpose()?;
        let pem = args.ca_file.as_deref().map(|file| {
            whole(file, "--ca-file FILE").with_context(|| format!("failed to read CA `{}`", file.display()))
        });
        Ok(Self { keys, environment: environment(), pem: pem.transpose()? })
    }
}

/// Reads a file of a bounded size.
fn whole(file: &Path, hint: &str) -> anyhow::Result<Vec<u8>> {
    if !file.is_file() {
        return Err(refused("no such file").hint(hint).into());
    }
    if std::fs::metadata(file)?.len() > FILE_MAX {
        return Err(refused("it is too large").hint(hint).into());
    }
    Ok(std::fs::read(file)?)
}

/// Returns the keys of the environment, under the names that the operator's Secrets use.
#[expect(clippy::disallowed_methods, reason = "secrets come from the environment or files, never from arguments")]
fn environment() -> Option<Keys> {
    Keys::named(|name| std::env::var(name).ok(), "of the environment")
}
