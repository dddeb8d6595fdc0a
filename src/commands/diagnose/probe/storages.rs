//! The storages of a cluster, asked all at once under one deadline, each distinct place once; and which of them failed,
//! where only that tells. The backup block may come from Git or from the cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::given::{self, Given, NO_KEY};
use crate::cli::{ProbeArgs, SubjectArgs};
use crate::commands::diagnose::input::Input;
use crate::diagnose::{Cause, Evidence, Log, Scanner, Side, diagnose, lines_of_trouble, probe_of};
use crate::failure::{Failure, refused, usage};
use crate::model::backup::{Backup, Storage};
use crate::s3::{Ask, Keys, Place, Trust, Unasked, probe};

/// What is said first of a storage on which nothing depends.
const APART: &str = "probe: nothing depends on this storage\n";
/// Why a session token of the environment is not used.
const TOKEN_KEPT: &str = "the environment's session token does not go over plain http";

/// The Secrets that were read, by name; a Secret that could not be read says why.
#[derive(Debug, Default)]
pub(in crate::commands::diagnose) struct Secrets(
    pub(in crate::commands::diagnose) BTreeMap<String, Result<Value, String>>,
);

/// What is known beside the storages.
pub(in crate::commands::diagnose) struct Known<'a> {
    /// The Secrets that were read.
    pub(in crate::commands::diagnose) secrets: &'a Secrets,
    /// What logs say.
    pub(in crate::commands::diagnose) logs: &'a [Log],
}

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
    beside: &Known<'_>,
    args: &ProbeArgs,
    subject: &mut SubjectArgs,
    now: Timestamp,
) -> anyhow::Result<Vec<Input>> {
    known(backup, args, subject)?;
    let mut asks: Vec<Ask> = Vec::new();
    let mut questions = Vec::new();
    if subject.storage.is_none() {
        subject.storage = named(backup, beside.logs);
    }
    let secrets = beside.secrets;
    let wiring = Wiring { backup, secrets, args, subject, given: given::keys(args)?, pem: given::bundle(args)? };
    for storage in backup.storages.values() {
        questions.push(Question { storage, asked: wiring.ask(storage)?.map(|ask| number(&mut asks, ask)) });
    }
    let said = probe(&asks, Duration::from_secs(args.timeout), now);
    let text = |question: &Question<'_>| match &question.asked {
        Ok(number) => said[*number].clone().unwrap_or_else(|failure| unasked(&failure.fact)),
        Err(text) => text.clone(),
    };
    let text = |question: &Question<'_>| {
        let apart = if depends_on(backup, question.storage) { "" } else { APART };
        format!("{apart}{}", text(question))
    };
    let texts: Vec<(&str, String)> = questions.iter().map(|one| (one.storage.name.as_str(), text(one))).collect();
    // Logs that blame a storage and do not say which are not about whichever is dead.
    if subject.storage.is_none() && lines_of_trouble(beside.logs).is_none() {
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
    match given::storages(args).find(|name| !listed.contains(name)) {
        Some(name) => Err(usage(format!("`--credentials` names storage `{}`, {}", name.escape_debug(), list()))
            .hint("--credentials STORAGE=FILE")),
        None => Ok(()),
    }
}

/// Returns the number of an ask among all; the same place is asked once, and written to where any of them is.
fn number(asks: &mut Vec<Ask>, ask: Ask) -> usize {
    let from = |keys: &Result<Keys, String>| keys.as_ref().map(|keys| keys.from.clone()).map_err(Clone::clone);
    let same = |known: &Ask| known.place == ask.place && from(&known.keys) == from(&ask.keys);
    if let Some(number) = asks.iter().position(same) {
        asks[number].marker = asks[number].marker.take().or(ask.marker);
        return number;
    }
    asks.push(ask);
    asks.len() - 1
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
    /// The keys that were given for no storage in particular.
    given: Given,
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
        let keys = match self.keys(storage, &place)? {
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
        let marker = if is_written { given::marker(self.args)? } else { None };
        Ok(Ok(Ask { place, keys, marker }))
    }

    /// Returns the keys of a storage: of a file, of its Secret, else those of the environment where they can be its own; or
    /// why it has none. The outer of the two inner errors is what is wrong with the Secret, as a pod's event would say it.
    fn keys(&self, storage: &Storage, place: &Place) -> anyhow::Result<Result<Result<Keys, String>, String>> {
        if let Some(keys) = given::of_storage(self.args, &storage.name)? {
            return Ok(Ok(Ok(keys)));
        }
        let of = |keys: &Option<Keys>| keys.clone().filter(|_| self.is_meant(storage));
        let secret = storage.credentials_secret().map(|name| (name, self.secrets.0.get(name)));
        Ok(match (of(&self.given.file), secret) {
            (Some(keys), _) => Ok(Ok(keys)),
            (None, Some((name, Some(Ok(secret))))) => Keys::of_secret(secret, format!("Secret `{name}`")).map(Ok),
            (None, Some((name, Some(Err(why))))) => Err(format!("secret \"{name}\": {why}")),
            _ => Ok(match of(&self.given.environment) {
                // Whoever hears it could use it, and nobody named this endpoint.
                Some(keys) if keys.token.is_some() && !place.is_encrypted() => Err(TOKEN_KEPT.to_owned()),
                Some(keys) => Ok(keys),
                None => Err(NO_KEY.to_owned()),
            }),
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

/// Returns whether anything depends on a storage: of those of S3 the ones that are used, all where none is.
fn depends_on(backup: &Backup, storage: &Storage) -> bool {
    let is_used = |storage: &Storage| storage.kind() == "s3" && backup.uses(&storage.name);
    storage.kind() == "s3" && (is_used(storage) || !backup.storages.values().any(is_used))
}

/// Returns the one storage that logs of a trouble name: by its endpoint and, where several are there, by its bucket.
fn named(backup: &Backup, logs: &[Log]) -> Option<String> {
    let lines = lines_of_trouble(logs)?;
    let is_named =
        |storage: &&Storage| lines.iter().any(|(_, endpoint)| endpoint.as_ref() == Some(&storage.endpoint()));
    let there: Vec<&Storage> =
        backup.storages.values().filter(|storage| storage.kind() == "s3").filter(is_named).collect();
    let of_bucket = |storage: &&&Storage| {
        let bucket = storage.text("bucket").and_then(|bucket| bucket.split('/').next()).unwrap_or_default();
        lines.iter().any(|(line, _)| line.split(['/', '"', '\'', ' ', '?']).any(|word| word == bucket))
    };
    match there.as_slice() {
        [one] => Some(one.name.clone()),
        several => {
            let mut of_bucket = several.iter().filter(of_bucket);
            of_bucket.next().filter(|_| of_bucket.next().is_none()).map(|storage| storage.name.clone())
        }
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns keys from somewhere.
    fn from(from: &str) -> Option<Keys> {
        Keys::named(|_| Some("sesame".to_owned()), from)
    }

    /// Returns where the keys of the one storage come from, with these given and this read of its Secret.
    fn taken(given: Given, secret: Option<Result<Value, String>>) -> Result<Result<String, String>, String> {
        let s3 = json!({"bucket": "b", "endpointUrl": "https://minio", "credentialsSecret": "keys"});
        let backup = Backup::read(&json!({"storages": {"a": {"type": "s3", "s3": s3}}})).unwrap();
        let args = ProbeArgs {
            probe: None,
            no_probe: false,
            write_probe: false,
            credentials: Vec::new(),
            region: String::new(),
            ca_file: None,
            no_verify_tls: false,
            timeout: 1,
            repo: ".".into(),
            base: None,
        };
        let secrets = Secrets(secret.map(|read| ("keys".to_owned(), read)).into_iter().collect());
        let subject = SubjectArgs { cluster: Vec::new(), storage: None, to: None };
        let wiring = Wiring { backup: &backup, secrets: &secrets, args: &args, subject: &subject, given, pem: None };
        let storage = &backup.storages["a"];
        let keys = wiring.keys(storage, &Place::of(storage).unwrap()).unwrap();
        keys.map(|keys| keys.map(|keys| keys.from))
    }

    #[test]
    fn a_file_comes_before_the_secret_and_the_environment_last() {
        let given = |file: Option<&str>| Given { file: file.and_then(from), environment: from("of the environment") };
        let secret = json!({"data": {"AWS_ACCESS_KEY_ID": "YQ==", "AWS_SECRET_ACCESS_KEY": "Yg=="}});
        let of = |text: &str| Ok(Ok(text.to_owned()));
        assert_eq!(taken(given(Some("of file `x`")), Some(Ok(secret.clone()))), of("of file `x`"));
        assert_eq!(taken(given(None), Some(Ok(secret))), of("of Secret `keys`"));
        assert_eq!(taken(given(None), None), of("of the environment"));
        let missing = Err("secret \"keys\": not found".to_owned());
        assert_eq!(taken(given(None), Some(Err("not found".to_owned()))), missing);
    }
}
