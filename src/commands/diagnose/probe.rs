//! A probe of the storage from here: what a backup would ask, with keys of the environment. What the cluster sees may differ.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::cli::EvidenceArgs;
use crate::failure::refused;
use crate::s3::{Keys, Place, Trust, probe};

/// The largest bundle of certificates that is read.
const BUNDLE_MAX: u64 = 4 << 20;

/// Returns what a probe came to, as lines of a log; `None` where none is asked for.
///
/// # Errors
/// Refuses a place that cannot be asked; fails where this machine can ask nothing.
pub(super) fn run(args: &EvidenceArgs, now: Timestamp) -> anyhow::Result<Option<String>> {
    let Some(url) = &args.probe else { return Ok(None) };
    let trust = match &args.ca_file {
        _ if args.no_verify_tls => Trust::Any,
        Some(file) => Trust::Bundle(bundle(file).with_context(|| format!("failed to read CA `{}`", file.display()))?),
        None => Trust::Machine,
    };
    let place = Place::parse(url, &args.region, trust)?;
    Ok(Some(probe(&place, keys().as_ref(), Duration::from_secs(args.timeout), now)?))
}

/// Reads certificates.
fn bundle(file: &Path) -> anyhow::Result<Vec<u8>> {
    if !file.is_file() {
        return Err(refused("no such file").hint("--ca-file FILE").into());
    }
    if std::fs::metadata(file)?.len() > BUNDLE_MAX {
        return Err(refused(format!("it has more than {} MiB", BUNDLE_MAX >> 20)).hint("--ca-file FILE").into());
    }
    Ok(std::fs::read(file)?)
}

/// Returns the keys of the environment, under the names that the operator's Secrets use.
#[expect(clippy::disallowed_methods, reason = "secrets come from the environment alone, never from arguments")]
fn keys() -> Option<Keys> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()).map(SecretString::from);
    Some(Keys {
        access: variable("AWS_ACCESS_KEY_ID")?,
        secret: variable("AWS_SECRET_ACCESS_KEY")?,
        token: variable("AWS_SESSION_TOKEN"),
    })
}
