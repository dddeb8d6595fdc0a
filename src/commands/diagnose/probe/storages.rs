//! The storages of a cluster, asked all at once under one deadline, each distinct place once; and which of them failed,
//! where only that tells. The backup block may come from Git or from the cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::{bundle, keys, marker};
use crate::cli::{ProbeArgs, SubjectArgs};
use crate::commands::diagnose::input::Input;
use crate::diagnose::{Cause, Evidence, Scanner, Side, diagnose, probe_of};
use crate::failure::{Failure, refused, usage};
use crate::model::backup::{Backup, Storage};
use crate::s3::{Ask, Keys, Place, Trust, Unasked, probe};

/// The Secrets that were read, by name; a Secret that could not be read says why.
#[derive(Debug, Default)]
pub(in crate::commands::diagnose) struct Secrets(
    pub(in crate::commands::diagnose) BTreeMap<String, Result<Value, String>>,
);

/// A storage, and what is asked of it or why nothing is.
struct Question<'a> {
    /// The storage.
    storage: &'a Storage,
    /// What is asked, by its number; else what is said instead.
    asked: Result<usize, String>,
}

/// Asks the storages of a backup block, and returns what was said, as a log for each.
///
/// # Errors
/// Refuses a storage that is not there, and files that hold no keys.
pub(in crate::commands::diagnose) fn storages(
    backup: &Backup,
    secrets: &Secrets,
    args: &ProbeArgs,
    subject: &mut SubjectArgs,
    now: Timestamp,
) -> anyhow::Result<Vec<Input>> {
    known(backup, args, subject)?;
    let mut asks: Vec<Ask> = Vec::new();
    let mut questions = Vec::new();
    let wiring =
        Wiring { backup, secrets, args, subject, marker: marker(args)?, given: keys::given(args)?, pem: bundle(args)? };
    for storage in backup.storages.values() {
        questions.push(Question { storage, asked: wiring.ask(storage)?.map(|ask| number(&mut asks, ask)) });
    }
    let said = probe(&asks, Duration::from_secs(args.timeout), now);
    let text = |question: &Question<'_>| match &question.asked {
        Ok(number) => said[*number].clone().unwrap_or_else(|failure| unasked(&failure.fact)),
        Err(text) => text.clone(),
    };
    let texts: Vec<(&str, String)> = questions.iter().map(|one| (one.storage.name.as_str(), text(one))).collect();
    if subject.storage.is_none() {
        subject.storage = failed(backup, &texts);
    }
    Ok(texts.into_iter().map(|(name, text)| Input::text(&probe_of(name), text)).collect())
}

/// Refuses names of storages that the cluster does not list.
fn known(backup: &Backup, args: &ProbeArgs, subject: &SubjectArgs) -> Result<(), Failure> {
    let listed: Vec<&str> = backup.storages.keys().map(String::as_str).collect();
    let list = || format!("it lists `{}`", listed.join("`, `"));
    if listed.is_empty() {
        return Err(refused("the cluster lists no storage").hint("--probe https://HOST:PORT/BUCKET"));
    }
    if let Some(name) = subject.storage.as_deref().filter(|name| !listed.contains(name)) {
        return Err(
            usage(format!("the cluster has no storage `{}`, {}", name.escape_debug(), list())).hint("--storage NAME")
        );
    }
    match keys::storages(args).find(|name| !listed.contains(name)) {
        Some(name) => Err(usage(format!("`--credentials` names storage `{}`, {}", name.escape_debug(), list()))
            .hint("--credentials STORAGE=FILE")),
        None => Ok(()),
    }
}

/// Returns the number of an ask among all; the same place is asked once.
fn number(asks: &mut Vec<Ask>, ask: Ask) -> usize {
    let from = |keys: &Option<Keys>| keys.as_ref().map(|keys| keys.from.clone());
    let same = |known: &Ask| known.place == ask.place && from(&known.keys) == from(&ask.keys);
    asks.iter().position(same).unwrap_or_else(|| {
        asks.push(ask);
        asks.len() - 1
    })
}

/// What storages are asked with.
struct Wiring<'a> {
    /// The backup block.
    backup: &'a Backup,
    /// The Secrets that were read.
    secrets: &'a Secrets,
    /// The flags.
    args: &'a ProbeArgs,
    /// What the diagnosis is about.
    subject: &'a SubjectArgs,
    /// The object that is written.
    marker: Option<String>,
    /// The keys that were given for no storage in particular.
    given: Option<Keys>,
    /// The certificates that were given.
    pem: Option<Vec<u8>>,
}

impl Wiring<'_> {
    /// Returns what is asked of a storage, or what is said instead.
    fn ask(&self, storage: &Storage) -> anyhow::Result<Result<Ask, String>> {
        let mut place = match Place::of(storage) {
            Ok(place) => place,
            Err(Unasked::Kind(kind)) => {
                return Ok(Err(unasked(&format!("a storage of type `{}`", kind.escape_debug()))));
            }
            Err(Unasked::Setting(why)) => {
                return Ok(Err(format!("probe: setting {why}\n{}", unasked("its settings are wrong"))));
            }
        };
        let keys = match self.keys(storage)? {
            Ok(keys) => keys,
            Err(why) => return Ok(Err(format!("{why}\n{}", unasked("its Secret is wrong")))),
        };
        if let Trust::Unread { secret, key } = &place.trust {
            let read = self.secrets.0.get(secret).and_then(|read| read.as_ref().ok());
            if let Some(pem) = self.pem.clone().or_else(|| certificates(read?, key)) {
                place.trust = Trust::Bundle(pem);
            }
        }
        let is_written = self.subject.storage.as_ref().is_none_or(|failed| *failed == storage.name);
        Ok(Ok(Ask { place, keys, marker: self.marker.clone().filter(|_| is_written) }))
    }

    /// Returns the keys of a storage: of its file, of its Secret, those given where they can only be its own. The inner
    /// error is what is wrong with the Secret, as a pod's event would say it.
    fn keys(&self, storage: &Storage) -> anyhow::Result<Result<Option<Keys>, String>> {
        if let Some(keys) = keys::of_storage(self.args, &storage.name)? {
            return Ok(Ok(Some(keys)));
        }
        let given = || self.given.clone().filter(|_| self.is_meant(storage));
        Ok(match storage.credentials_secret().map(|name| (name, self.secrets.0.get(name))) {
            Some((name, Some(Ok(secret)))) if given().is_none() => {
                Keys::of_secret(secret, format!("Secret `{name}`")).map(Some)
            }
            Some((name, Some(Err(why)))) if given().is_none() => Err(format!("secret \"{name}\": {why}")),
            _ => Ok(given()),
        })
    }

    /// Returns whether keys that were given for no storage in particular are a storage's: it is the one that failed or has
    /// the same Secret, or all have the same.
    fn is_meant(&self, storage: &Storage) -> bool {
        let secret = storage.credentials_secret();
        let failed = self.subject.storage.as_ref().and_then(|name| self.backup.storages.get(name));
        if let Some(failed) = failed {
            return failed.name == storage.name || (failed.credentials_secret() == secret && secret.is_some());
        }
        let mut of_s3 = self.backup.storages.values().filter(|other| other.kind() == "s3");
        of_s3.all(|other| other.credentials_secret() == secret)
    }
}

/// Returns certificates of a Secret.
fn certificates(secret: &Value, key: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(secret.pointer("/data")?.get(key)?.as_str()?).ok()
}

/// Returns the log of a storage that is not asked.
fn unasked(why: &str) -> String {
    format!("probe: summary not asked: {why}\n")
}

/// Returns the storage that failed, as far as the probes tell: of those with a cause, the one that most depends on.
fn failed(backup: &Backup, texts: &[(&str, String)]) -> Option<String> {
    let has_cause = |text: &str| {
        let mut scanner = Scanner::new(crate::diagnose::PROBE);
        scanner.feed(text.as_bytes());
        let found = diagnose(&Evidence { logs: vec![scanner.finish()], ..Evidence::default() });
        found.leading.cause.side() != Side::None && found.leading.cause != Cause::CannotTell
    };
    let mut failing: Vec<&str> = texts.iter().filter(|(_, text)| has_cause(text)).map(|(name, _)| *name).collect();
    let schedules = |name: &str| backup.schedules_on(name).count();
    failing.sort_by_key(|name| (std::cmp::Reverse(schedules(name)), !backup.uses(name)));
    failing.first().map(|name| (*name).to_owned())
}
