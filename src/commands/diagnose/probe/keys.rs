//! The keys of probes: from files that `--credentials` names, of one storage or of the one that failed, and those of the
//! environment, which nobody named and so come last. Never from arguments, never shown.

use std::path::Path;

use anyhow::Context as _;

use crate::cli::ProbeArgs;
use crate::failure::refused;
use crate::s3::Keys;

/// The largest file of keys that is read.
const FILE_MAX: u64 = 1 << 20;

/// The keys of no storage in particular.
pub(super) struct Given {
    /// Those of the file that names none.
    pub(super) file: Option<Keys>,
    /// Those of the environment, which may be meant for something else.
    pub(super) environment: Option<Keys>,
}

/// Returns the keys of no storage in particular.
///
/// # Errors
/// Refuses a file without keys.
pub(super) fn given(args: &ProbeArgs) -> anyhow::Result<Given> {
    let file = args.credentials.iter().find(|text| named(text).0.is_none());
    Ok(Given { file: file.map(|file| read(file)).transpose()?, environment: environment() })
}

/// Returns the keys of a storage by name.
///
/// # Errors
/// Refuses a file without keys.
pub(super) fn of_storage(args: &ProbeArgs, storage: &str) -> anyhow::Result<Option<Keys>> {
    let of = args.credentials.iter().map(|text| named(text)).find(|(name, _)| *name == Some(storage));
    of.map(|(_, file)| read(file)).transpose()
}

/// Returns the storages that `--credentials` names.
pub(super) fn storages(args: &ProbeArgs) -> impl Iterator<Item = &str> {
    args.credentials.iter().filter_map(|text| named(text).0)
}

/// Returns the storage and the file of `[STORAGE=]FILE`; a file whose path has the sign is one.
fn named(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((storage, file)) if !storage.contains(['/', '.']) && !Path::new(text).exists() => (Some(storage), file),
        _ => (None, text),
    }
}

/// Reads a file of keys.
fn read(file: &str) -> anyhow::Result<Keys> {
    let context = || format!("failed to read credentials `{file}`");
    let path = Path::new(file);
    if !path.is_file() {
        return Err(refused("no such file").hint("--credentials FILE")).with_context(context);
    }
    if std::fs::metadata(path).with_context(context)?.len() > FILE_MAX {
        return Err(refused("it is too large for keys").hint("--credentials FILE")).with_context(context);
    }
    let text = std::fs::read(path).with_context(context)?;
    let text = String::from_utf8(text).map_err(|_| refused("it is not UTF-8 text").hint("--credentials FILE"));
    text.and_then(|text| Keys::of_file(&text, format!("of file `{file}`"))).with_context(context)
}

/// Returns the keys of the environment, under the names that the operator's Secrets use.
#[expect(clippy::disallowed_methods, reason = "secrets come from the environment or files, never from arguments")]
fn environment() -> Option<Keys> {
    Keys::named(|name| std::env::var(name).ok(), "of the environment")
}
