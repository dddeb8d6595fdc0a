//! Probes from here: what a backup would ask of a place that a URL names, or of every storage of a cluster with that
//! storage's own settings. What the cluster sees may differ; the report keeps the two apart.

mod keys;
mod storages;

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::git::Git;
use super::input::Input;
use crate::cli::{EvidenceArgs, ProbeArgs, SubjectArgs};
use crate::diagnose::PROBE;
use crate::failure::refused;
use crate::s3::{Ask, Place, Trust, probe};
pub(super) use storages::{Secrets, storages};

/// The largest bundle of certificates that is read.
const BUNDLE_MAX: u64 = 4 << 20;

/// What is asked.
enum Asked<'a> {
    /// Nothing.
    Nothing,
    /// The place of a URL.
    Url(&'a str),
    /// The storages of a cluster of Git.
    Storages,
}

/// Returns what probes came to, as lines of logs; says in the subject which storage failed, where only a probe tells.
///
/// # Errors
/// Refuses a place that cannot be asked; fails where this machine can ask nothing.
pub(super) fn run(
    args: &ProbeArgs,
    evidence: &EvidenceArgs,
    (git, subject): (&Git<'_>, &mut SubjectArgs),
    now: Timestamp,
) -> anyhow::Result<Vec<Input>> {
    match asked(args, evidence, subject) {
        Asked::Nothing => Ok(Vec::new()),
        Asked::Url(url) => {
            let place = Place::parse(url, &args.region, trust(args)?)?;
            let ask = Ask { place, keys: keys::given(args)?, marker: marker(args)? };
            let said = probe(&[ask], Duration::from_secs(args.timeout), now).remove(0)?;
            Ok(vec![Input::text(PROBE, said)])
        }
        Asked::Storages => {
            let known = git.known()?;
            let cluster = &known.one(&subject.cluster)?.cluster;
            subject.cluster = vec![known.shown(&cluster.id)];
            storages(&cluster.backup, &Secrets::default(), args, subject, now)
        }
    }
}

/// Returns what is asked: a cluster by itself is a question, beside logs only `--probe` is.
fn asked<'a>(args: &'a ProbeArgs, evidence: &EvidenceArgs, subject: &SubjectArgs) -> Asked<'a> {
    let is_alone = evidence.log.is_empty() && evidence.evidence.is_empty() && !subject.cluster.is_empty();
    match args.probe.as_deref() {
        _ if args.no_probe => Asked::Nothing,
        Some("") => Asked::Storages,
        Some(url) => Asked::Url(url),
        None if is_alone => Asked::Storages,
        None => Asked::Nothing,
    }
}

/// Returns whose certificates a probe of a URL trusts.
fn trust(args: &ProbeArgs) -> anyhow::Result<Trust> {
    Ok(match bundle(args)? {
        _ if args.no_verify_tls => Trust::Any,
        Some(pem) => Trust::Bundle(pem),
        None => Trust::Machine,
    })
}

/// Returns the certificates of `--ca-file`.
fn bundle(args: &ProbeArgs) -> anyhow::Result<Option<Vec<u8>>> {
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
fn marker(args: &ProbeArgs) -> anyhow::Result<Option<String>> {
    if !args.write_probe {
        return Ok(None);
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random name for the marker: {error}"))?;
    Ok(Some(format!("leeward-probe-{:016x}", u64::from_be_bytes(random))))
}
