//! What a run gives its probes beside the places: keys from files that `--credentials` names, of one storage or of the one
//! that failed, and those of the environment, which nobody named and so come last; certificates; the marker's name. Keys never
//! come from arguments and are never shown.

use std::path::Path;

use anyhow::Context as _;

use crate::cli::ProbeArgs;
use crate::failure::refused;
use crate::s3::Keys;

/// Why no right is tried where nobody gave keys.
pub(super) const NO_KEY: &str = "no key was given";
/// The largest bundle of certificates that is read.
const BUNDLE_MAX: u64 = 4 << 20;
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
pub(super) fn keys(args: &ProbeArgs) -> anyhow::Result<Given> {
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

/// Returns the certificates of `--ca-file`.
///
/// # Errors
/// Refuses what is no file of a bounded size.
pub(super) fn bundle(args: &ProbeArgs) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(file) = &args.ca_file else { return Ok(None) };
    let read = |file: &Path| -> anyhow::Result<Vec<u8>> {
        if !file.is_file() {
            return Err(refused("no such file").hint("--ca-file FILE").into());
        }
        if std::fs::metadata(file)?.len() > BUNDLE_MAX {
            return Err(refused(format!("it has more than {} MiB", BUNDLE_MAX >> 20)).hint("--ca-file FILE").into());
        }
        Ok(std::fs::read(file)?)
    };
    read(file).map(Some).with_context(|| format!("failed to read CA `{}`", file.display()))
}

/// Returns the name of the object that is written, where one is asked for; no two runs write the same.
///
/// # Errors
/// Fails where this machine gives no random bytes.
pub(super) fn marker(args: &ProbeArgs) -> anyhow::Result<Option<String>> {
    if !args.write_probe {
        return Ok(None);
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random name for the marker: {error}"))?;
    Ok(Some(format!("leeward-probe-{:016x}", u64::from_be_bytes(random))))
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
