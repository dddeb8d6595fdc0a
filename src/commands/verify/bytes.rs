//! What `Succeeded` does not prove: that the backup lies where Git says, and that its bytes are there. The storage is asked
//! with the keys that this run was given, of a file, the Secret, or the environment.

use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;

use super::live::{Reader, of_kind};
use super::scene::{Look, Scene};
use crate::cli::SecretUse;
use crate::cluster::How;
use crate::model::backup::Storage;
use crate::model::live::{Reading, Reason, Trouble};
use crate::model::observed::BackupObject;
use crate::s3::{Keys, Place, Stored, Trust, Unasked, list};
use crate::verify::{self, Check, CheckName, Count, Destination, Objects};

/// How long the list of a backup's objects may take.
const LISTING: Duration = Duration::from_mins(1);

impl Scene<'_> {
    /// Adds where a backup that succeeded lies, and whether its bytes are there.
    pub(super) fn lies(&self, backup: &BackupObject, look: &mut Look) {
        let Some(storage) = self.site.cluster.backup.storages.get(&backup.storage) else {
            let fact = format!("Git lists no storage `{}`, so nothing says where it should lie", backup.storage);
            look.verdict.add(Check::failed(CheckName::Place, fact));
            return;
        };
        if look.verdict.add(verify::place(backup, storage))
            && let Some(check) = verify::objects(&self.objects(backup, storage))
        {
            look.verdict.add(check);
        }
    }

    /// Returns what lies where a backup says.
    fn objects(&self, backup: &BackupObject, storage: &Storage) -> Objects {
        if storage.kind() == "filesystem" {
            return Objects::OnVolume;
        }
        let Some(destination) = Destination::parse(&backup.destination) else {
            return Objects::Unread(Trouble::new(Reason::CannotTell, "its place is not known"));
        };
        match self.listed_objects(storage, &destination.path) {
            Ok(objects) => Objects::Counted(count(&objects, &destination.path)),
            Err(trouble) => Objects::Unread(trouble),
        }
    }

    /// Lists the objects of a storage whose keys start with a path.
    fn listed_objects(&self, storage: &Storage, path: &str) -> Result<Vec<Stored>, Trouble> {
        let mut place = Place::of(storage).map_err(|unasked| match unasked {
            Unasked::Kind(kind) => {
                Trouble::new(Reason::NotModelled, format!("a storage of type `{kind}` is not asked"))
            }
            Unasked::Setting(why) => Trouble::new(Reason::Rejected, why),
        })?;
        let secrets = self.storage_secrets(storage);
        let read = |name: &str| secrets.iter().find(|(known, _)| known == name).map(|(_, read)| read);
        let of_secret = |name: &str| read(name).and_then(|read| read.as_ref().ok());
        if let Trust::Unread { secret, key } = &place.trust {
            let of_cluster = of_secret(secret).and_then(|secret| decoded(secret, key));
            place.trust = self.given.pem.clone().or(of_cluster).map_or(place.trust.clone(), Trust::Bundle);
        }
        let name = storage.credentials_secret().unwrap_or_default();
        let keys = match (&self.given.keys, read(name), &self.given.environment) {
            (Some(keys), ..) | (None, None, Some(keys)) => keys.clone(),
            (None, Some(Ok(secret)), _) => Keys::of_secret(secret, format!("Secret `{name}`"))
                .map_err(|why| Trouble::new(Reason::Rejected, format!("Secret `{name}`: {why}")))?,
            (None, Some(Err(trouble)), _) => return Err(trouble.clone()),
            (None, None, None) => {
                let trouble = Trouble::new(Reason::NotAsked, "no key of the storage was given");
                return Err(trouble.hint("--secrets values, or --credentials FILE"));
            }
        };
        list(&place, &keys, path, (LISTING, self.now))
    }

    /// Returns the Secrets of a storage, where they may be read, or why they were not.
    fn storage_secrets(&self, storage: &Storage) -> Vec<(String, Result<Value, Trouble>)> {
        if self.args.live.secrets != SecretUse::Values {
            return Vec::new();
        }
        let bundle = storage.value["s3"]["caBundle"]["name"].as_str();
        let names = storage.credentials_secret().into_iter().chain(bundle).filter(|name| !name.is_empty());
        let mut reader = Reader::new(self.cluster);
        let read = |name: &str| {
            let id = of_kind(("", "v1", "Secret"), &self.site.namespace, name);
            reader.read([id.clone()], How::Whole);
            let read = match reader.live.objects.remove(&id)? {
                Reading::Found(value) => Ok(value),
                Reading::Absent(_) => Err(Trouble::new(Reason::Absent, format!("Secret `{name}` is not there"))),
                Reading::Unread(trouble) => Err(trouble),
            };
            Some((name.to_owned(), read))
        };
        names.filter_map(read).collect()
    }
}

/// Returns the bytes of a key of a Secret.
fn decoded(secret: &Value, key: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(secret.pointer("/data")?.get(key)?.as_str()?).ok()
}

/// Counts the objects of a backup: its parts below `…-full/` and `…-full.sst_info/`, its `…-full.md5`.
fn count(objects: &[Stored], path: &str) -> Count {
    let below = [format!("{path}/"), format!("{path}.sst_info/")];
    let parts = objects.iter().filter(|object| below.iter().any(|start| object.key.starts_with(start)));
    let (parts, bytes) = parts.fold((0, 0), |(parts, bytes): (u64, u64), object| (parts + 1, bytes + object.size));
    let md5 = format!("{path}.md5");
    let md5 = objects.iter().find(|object| object.key == md5).map(|object| object.size);
    Count { parts, bytes, md5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_of_the_backup_and_nothing_beside_it() {
        let stored = |(key, size): (&str, u64)| Stored { key: key.to_owned(), size };
        let objects = [
            ("p/c1-x-full.md5", 30_000),
            ("p/c1-x-full.sst_info/sst_info.00000000000000000000", 40),
            ("p/c1-x-full/ibdata1.00000000000000000000", 100),
            ("p/c1-x-full/ibdata1.00000000000000000001", 7),
            ("p/c1-x-fuller/other", 5),
        ];
        let counted = count(&objects.map(stored), "p/c1-x-full");
        assert_eq!(counted, Count { parts: 3, bytes: 147, md5: Some(30_000) });
    }
}
