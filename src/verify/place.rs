//! Ninth: whether a backup that succeeded lies where Git says. The operator writes down where it was told to go at the end,
//! which is not always where its Job went (operator.md 5, "wrong-endpoint recording").

use super::verdict::{Check, CheckName};
use crate::model::backup::Storage;
use crate::model::observed::BackupObject;
use crate::model::place::authority_of;

/// Where a backup lies, by what the operator wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The bucket.
    pub bucket: String,
    /// The path in it, without slashes around: prefix and name.
    pub path: String,
}

impl Destination {
    /// Parses `s3://bucket/prefix/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (bucket, path) = text.strip_prefix("s3://")?.split_once('/')?;
        let path = path.trim_matches('/');
        let is_whole = !bucket.is_empty() && !path.is_empty();
        is_whole.then(|| Self { bucket: bucket.to_owned(), path: path.to_owned() })
    }
}

/// Returns whether a backup says that it lies on the storage as Git has it.
pub fn place(backup: &BackupObject, storage: &Storage) -> Check {
    match storage.kind() {
        "s3" => {}
        "filesystem" if backup.destination.starts_with("pvc/") => {
            return Check::passed(
                CheckName::Place,
                format!("it lies on a volume of its own, `{}`", backup.destination),
            );
        }
        kind => {
            let fact = format!("where a backup of type `{kind}` lies is not modelled: `{}`", backup.destination);
            return Check::cannot_tell(CheckName::Place, fact);
        }
    }
    let endpoint = backup.s3["endpointUrl"].as_str().unwrap_or_default();
    match elsewhere((&backup.destination, endpoint), storage) {
        Some(why) => Check::failed(CheckName::Place, format!("it {why}")),
        None => Check::passed(CheckName::Place, format!("it lies on {}, below {}", storage.endpoint(), below(storage))),
    }
}

/// Says why a backup lies elsewhere than on a storage on S3, by what the operator wrote down: its destination, and its
/// endpoint, empty where that is not known.
pub fn elsewhere((destination, endpoint): (&str, &str), storage: &Storage) -> Option<String> {
    let Some(found) = Destination::parse(destination) else {
        return Some(format!("says that it lies at `{destination}`, which is no place in a bucket"));
    };
    let below = below(storage);
    let name = format!("s3://{}/{}", found.bucket, found.path);
    if name.strip_prefix(&below).is_none_or(|name| name.contains('/')) {
        return Some(format!("says that it lies at `{destination}`, and not below `{below}` of `{}`", storage.name));
    }
    let other = Some(endpoint).filter(|url| !url.is_empty()).map(authority_of);
    let other = other.filter(|authority| *authority != storage.endpoint())?;
    Some(format!("says that it lies on `{other}`, and not on `{}`", storage.endpoint()))
}

/// Returns what the destinations of a storage begin with.
fn below(storage: &Storage) -> String {
    let (bucket, prefix) = of_storage(storage);
    if prefix.is_empty() { format!("s3://{bucket}/") } else { format!("s3://{bucket}/{prefix}/") }
}

/// Returns bucket and prefix of a storage, however the two are written.
pub fn of_storage(storage: &Storage) -> (String, String) {
    let written = storage.text("bucket").unwrap_or_default().trim_matches('/');
    let (bucket, first) = written.split_once('/').unwrap_or((written, ""));
    let second = storage.text("prefix").unwrap_or_default();
    let parts = [first, second].map(|part| part.trim_matches('/'));
    let prefix: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (bucket.to_owned(), prefix.join("/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::verify::Outcome;

    /// Returns what a destination on an endpoint comes to.
    fn of(destination: &str, endpoint: &str, bucket: &str, prefix: &str) -> (Outcome, String) {
        let s3 = json!({"bucket": bucket, "prefix": prefix, "endpointUrl": "https://minio.b.example:9000"});
        let storage = Storage { name: "minio-b".to_owned(), value: json!({"type": "s3", "s3": s3}) };
        let status = json!({"state": "Succeeded", "destination": destination, "s3": {"endpointUrl": endpoint}});
        let check =
            place(&BackupObject::read(&json!({"metadata": {"name": "b1"}, "spec": {}, "status": status})), &storage);
        (check.outcome, check.fact)
    }

    #[test]
    fn it_lies_below_the_prefix_on_the_endpoint_or_it_does_not_count() {
        let (own, other) = ("https://minio.b.example:9000", "https://minio.a.example:9000");
        let there = "it lies on minio.b.example:9000, below s3://dr/prod/c1/".to_owned();
        for (bucket, prefix) in [("dr/prod/c1", ""), ("dr", "prod/c1"), ("dr/prod", "/c1/")] {
            assert_eq!(
                of("s3://dr/prod/c1/c1-x-full", own, bucket, prefix),
                (Outcome::Passed, there.clone()),
                "{bucket}"
            );
        }
        for destination in
            ["s3://old/c1-x-full", "s3://dr/c1-x-full", "s3://dr/prod/c1/daily/c1-x-full", "s3://dr/prod/c10/x"]
        {
            let fact =
                format!("it says that it lies at `{destination}`, and not below `s3://dr/prod/c1/` of `minio-b`");
            assert_eq!(of(destination, own, "dr/prod/c1", ""), (Outcome::Failed, fact));
        }
        let fact = "it says that it lies on `minio.a.example:9000`, and not on `minio.b.example:9000`".to_owned();
        assert_eq!(of("s3://dr/prod/c1/x", other, "dr/prod/c1", ""), (Outcome::Failed, fact));
        let fact = "it says that it lies at ``, which is no place in a bucket".to_owned();
        assert_eq!(of("", own, "dr", ""), (Outcome::Failed, fact));
        assert_eq!(of("s3://dr/c1-x-full", "", "dr", "").0, Outcome::Passed);
    }

    #[test]
    fn a_volume_is_a_place_of_its_own() {
        let storage = Storage { name: "nas".to_owned(), value: json!({"type": "filesystem"}) };
        let on = |destination: &str| {
            let status = json!({"state": "Succeeded", "destination": destination});
            place(&BackupObject::read(&json!({"metadata": {}, "spec": {}, "status": status})), &storage).outcome
        };
        assert_eq!((on("pvc/xb-1"), on("s3://a/b")), (Outcome::Passed, Outcome::CannotTell));
    }
}
