//! The storage entries of a target in one cluster: their names, their places, and what is copied from the failed entry.
//! A prefix always goes into `bucket`, since PITR ignores `s3.prefix` (operator.md 12.1).

use serde_json::{Map, Value, json};

use super::super::request::{NameInRoot, Subject};
use crate::model::backup::Storage;
use crate::model::cluster::ClusterId;
use crate::model::finding::Finding;
use crate::model::name::is_dns_label;
use crate::model::target::{FilesystemTarget, S3Target, Target, TlsVerification};

/// The fields of a storage entry that are about pods, not about places (operator.md 1).
pub(crate) const POD_FIELDS: [&str; 13] = [
    "nodeSelector",
    "affinity",
    "tolerations",
    "topologySpreadConstraints",
    "resources",
    "annotations",
    "labels",
    "schedulerName",
    "priorityClassName",
    "runtimeClassName",
    "podSecurityContext",
    "containerSecurityContext",
    "containerOptions",
];

/// The part of names and places that is for binlogs.
const BINLOGS: &str = "binlogs";

/// A target as one cluster sees it.
pub(super) enum Place<'a> {
    /// An S3 place: the target, and the `bucket/prefix` of this cluster.
    S3(&'a S3Target, String),
    /// Volumes.
    Filesystem(&'a FilesystemTarget),
    /// A storage that the cluster lists already.
    Listed(&'a Storage),
}

impl<'a> Place<'a> {
    /// Binds a target to a cluster.
    pub(super) fn new(subject: &'a Subject, target: &'a Target) -> Result<Self, Finding> {
        match target {
            Target::S3(target) => Ok(Self::S3(target, cluster_path(target, &subject.bare.id, subject.name))),
            Target::Filesystem(target) => Ok(Self::Filesystem(target)),
            Target::Listed(name) => match subject.bare.backup.storages.get(name) {
                Some(storage) => Ok(Self::Listed(storage)),
                None => Err(Finding::refuse(
                    "target-missing",
                    format!("`{name}` is neither a target of leeward.yaml nor a storage of the cluster"),
                )
                .hint("--endpoint URL --bucket NAME --credentials-secret NAME")),
            },
        }
    }

    /// Returns the endpoint; `None` for volumes that are yet to be made.
    pub(super) fn endpoint(&self) -> Option<String> {
        match self {
            Self::S3(target, _) => Some(target.endpoint.authority().to_owned()),
            Self::Filesystem(_) => None,
            Self::Listed(storage) => Some(storage.endpoint()),
        }
    }

    /// Returns whether schedules can get entries of their own.
    pub(super) fn can_split(&self) -> bool {
        match self {
            Self::S3(..) => true,
            Self::Filesystem(_) => false,
            Self::Listed(storage) => storage.kind() == "s3",
        }
    }

    /// Returns the listed storage's name.
    pub(super) fn listed(&self) -> Option<&str> {
        match self {
            Self::Listed(storage) => Some(&storage.name),
            _ => None,
        }
    }

    /// Returns the entry for a schedule: one of its own where `own` names it, else the one all share.
    pub(super) fn entry(&self, own: Option<&str>, failed: &Storage) -> Result<Storage, Finding> {
        match own {
            Some(part) => self.part(&label(part), failed),
            None => match self {
                Self::S3(target, path) => {
                    checked(Storage { name: target.name.clone(), value: s3_value(target, path, failed) })
                }
                Self::Filesystem(target) => {
                    Ok(Storage { name: target.name.clone(), value: volume_value(target, failed) })
                }
                Self::Listed(storage) => Ok((*storage).clone()),
            },
        }
    }

    /// Returns the entry for binlogs.
    pub(super) fn binlogs(&self, failed: &Storage) -> Result<Storage, Finding> {
        self.part(BINLOGS, failed)
    }

    /// Returns an entry with a prefix of its own.
    fn part(&self, part: &str, failed: &Storage) -> Result<Storage, Finding> {
        match self {
            Self::S3(target, path) => {
                let value = s3_value(target, &format!("{path}/{part}"), failed);
                checked(Storage { name: format!("{}-{part}", target.name), value })
            }
            Self::Listed(storage) if storage.kind() == "s3" => {
                checked(Storage { name: format!("{}-{part}", storage.name), value: below(storage, part) })
            }
            _ => Err(Finding::refuse(
                "pitr-filesystem",
                "binlogs cannot be kept on the target: point-in-time recovery needs S3",
            )),
        }
    }
}

/// Returns `bucket/prefix/root/cluster`, with the namespace before the cluster where its root has the name in several:
/// unique in the repository by construction.
fn cluster_path(target: &S3Target, cluster: &ClusterId, name: NameInRoot) -> String {
    let namespace = cluster.namespace.as_deref().filter(|_| name == NameInRoot::Shared).unwrap_or_default();
    let parts = [target.bucket.as_str(), &target.prefix, &key_part(cluster.root.as_str()), namespace, &cluster.name];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// Returns a path as part of an object key: what scripts may trip over is replaced, and told apart by a checksum.
fn key_part(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    if path.chars().all(plain) {
        return path.to_owned();
    }
    let replaced: String = path.chars().map(|c| if plain(c) { c } else { '-' }).collect();
    format!("{replaced}-{:08x}", crc32fast::hash(path.as_bytes()))
}

/// Returns a schedule's name as part of a DNS label; that of the binlogs' entry is theirs alone.
fn label(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let label = lower
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>()
        .trim_matches('-')
        .to_owned();
    if label == BINLOGS { format!("{BINLOGS}-backups") } else { label }
}

/// Refuses an entry whose name the operator cannot put into labels (operator.md 12.31).
fn checked(storage: Storage) -> Result<Storage, Finding> {
    if is_dns_label(&storage.name) {
        return Ok(storage);
    }
    Err(Finding::refuse("storage-name", format!("storage name `{}` is not a DNS label", storage.name))
        .hint("--to a target with a shorter name"))
}

/// Returns the value of an S3 entry.
fn s3_value(target: &S3Target, path: &str, failed: &Storage) -> Value {
    let mut s3 = Map::new();
    s3.insert("bucket".to_owned(), json!(path));
    if let Some(region) = &target.region {
        s3.insert("region".to_owned(), json!(region));
    }
    s3.insert("endpointUrl".to_owned(), json!(target.endpoint.url()));
    s3.insert("credentialsSecret".to_owned(), json!(target.credentials_secret));
    if let Some(ca) = &target.ca {
        s3.insert("caBundle".to_owned(), json!({"name": ca.secret, "key": ca.key}));
    }
    let mut value = json!({"type": "s3", "verifyTLS": target.verify_tls == TlsVerification::On, "s3": s3});
    copy_pod_fields(failed, &mut value);
    value
}

/// Returns the value of an entry whose volumes the operator makes, one a backup (operator.md 3).
fn volume_value(target: &FilesystemTarget, failed: &Storage) -> Value {
    let mut claim = Map::new();
    if let Some(class) = &target.storage_class {
        claim.insert("storageClassName".to_owned(), json!(class));
    }
    claim.insert("accessModes".to_owned(), json!(target.access_modes));
    claim.insert("resources".to_owned(), json!({"requests": {"storage": target.size.to_string()}}));
    let mut value = json!({"type": "filesystem", "volume": {"persistentVolumeClaim": claim}});
    copy_pod_fields(failed, &mut value);
    value
}

/// Returns a listed entry with a part of its own below its place.
fn below(storage: &Storage, part: &str) -> Value {
    let mut value = storage.value.clone();
    let path = [storage.text("bucket"), storage.text("prefix"), Some(part)];
    let path: Vec<&str> = path.into_iter().flatten().map(|part| part.trim_matches('/')).collect();
    if let Some(s3) = value.get_mut("s3").and_then(Value::as_object_mut) {
        s3.remove("prefix");
        s3.insert("bucket".to_owned(), json!(path.join("/")));
    }
    if let Some(annotations) = value.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| !key.starts_with("leeward/"));
    }
    value
}

/// Copies what is about pods; annotations of leeward stay where they are.
fn copy_pod_fields(failed: &Storage, value: &mut Value) {
    for field in POD_FIELDS {
        let mut copied = failed.value.get(field).cloned().unwrap_or(Value::Null);
        if let (true, Some(annotations)) = (field == "annotations", copied.as_object_mut()) {
            annotations.retain(|key, _| !key.starts_with("leeward/"));
        }
        let is_empty = copied.is_null() || copied.as_object().is_some_and(Map::is_empty);
        if !is_empty {
            value[field] = copied;
        }
    }
}
