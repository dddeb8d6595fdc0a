//! Probes from here: what a backup would ask of a place that a URL names, or of every storage of a cluster with that
//! storage's own settings. What the cluster sees may differ; the report keeps the two apart.

mod given;
mod storages;

use std::time::Duration;

use jiff::Timestamp;

use super::git::Git;
use super::input::Input;
use crate::cli::{EvidenceArgs, ProbeArgs, SubjectArgs};
use crate::diagnose::{Log, PROBE};
use crate::s3::{Ask, Place, Trust, probe};
pub(super) use storages::{Known, Secrets, storages};

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
    (evidence, logs): (&EvidenceArgs, &[Log]),
    (git, subject): (&Git<'_>, &mut SubjectArgs),
    now: Timestamp,
) -> anyhow::Result<Vec<Input>> {
    match asked(args, evidence, subject) {
        Asked::Nothing => Ok(Vec::new()),
        Asked::Url(url) => {
            let place = Place::parse(url, &args.region, trust(args)?)?;
            let given = given::keys(args)?;
            let keys = given.file.or(given.environment).ok_or_else(|| given::NO_KEY.to_owned());
            let ask = Ask { place, keys, marker: given::marker(args)? };
            let said = probe(&[ask], Duration::from_secs(args.timeout), now).remove(0)?;
            Ok(vec![Input::text(PROBE, said)])
        }
        Asked::Storages => {
            let known = git.known()?;
            let cluster = &known.one(&subject.cluster)?.cluster;
            subject.cluster = vec![known.shown(&cluster.id)];
            storages(&cluster.backup, &Known { secrets: &Secrets::default(), logs }, args, subject, now)
        }
    }
}

/// Returns what probes of the storages came to that Git has, where those of the cluster could not be read; nothing where Git
/// does not know the cluster.
///
/// # Errors
/// As [`run`].
pub(super) fn by_git(
    args: &ProbeArgs,
    logs: &[Log],
    (git, subject): (&Git<'_>, &mut SubjectArgs),
    now: Timestamp,
) -> anyhow::Result<Vec<Input>> {
    let Some(site) = git.known().ok().and_then(|known| known.one(&subject.cluster).ok()) else {
        return Ok(Vec::new());
    };
    storages(&site.cluster.backup, &Known { secrets: &Secrets::default(), logs }, args, subject, now)
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
    Ok(match given::bundle(args)? {
        _ if args.no_verify_tls => Trust::Any,
        Some(pem) => Trust::Bundle(pem),
        None => Trust::Machine,
    })
}
