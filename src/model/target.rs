//! Targets: what `--to` names. Parsed once, so that what reaches the plan is usable.
//! Must never hold a key: Secrets are named, not read.

use serde::Serialize;

use super::name::{dns_label, object_name};
use super::place::Endpoint;
use super::quantity::Quantity;
use crate::failure::{Failure, refused};

/// A place to move backups to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Target {
    /// Another S3 place.
    S3(S3Target),
    /// A buffer: one volume per backup, made by the operator (operator.md 3).
    Filesystem(FilesystemTarget),
    /// A storage that the cluster already lists.
    Listed(String),
}

/// An S3 place, not yet bound to a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct S3Target {
    /// Its name, which becomes that of the storage entries.
    pub name: String,
    /// Its endpoint.
    pub endpoint: Endpoint,
    /// The bucket alone.
    pub bucket: String,
    /// The prefix below which each cluster gets its own, without slashes at its ends.
    pub prefix: String,
    /// The region, where the server cares.
    pub region: Option<String>,
    /// The Secret with the keys; naming it declares that it exists.
    pub credentials_secret: String,
    /// The Secret and key with the CA certificate.
    pub ca: Option<SecretKey>,
    /// Whether certificates are verified.
    pub verify_tls: TlsVerification,
}

/// Whether certificates are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TlsVerification {
    /// They are.
    On,
    /// They are not: anybody on the way can read and change backups.
    Off,
}

/// A key in a Secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretKey {
    /// The Secret.
    pub secret: String,
    /// The key in it.
    pub key: String,
}

/// A buffer of volumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilesystemTarget {
    /// Its name, which becomes that of the storage entry.
    pub name: String,
    /// The StorageClass; the cluster's default where none is named.
    pub storage_class: Option<String>,
    /// The size of one volume: of one backup.
    pub size: Quantity,
    /// The access modes, at least one.
    pub access_modes: Vec<String>,
    /// What all volumes together may take.
    pub quota: Option<Quantity>,
}

impl Target {
    /// Returns the name that reports use.
    pub fn name(&self) -> &str {
        match self {
            Self::S3(target) => &target.name,
            Self::Filesystem(target) => &target.name,
            Self::Listed(name) => name,
        }
    }
}

/// Returns a bucket name when it is one: no slash, no empty text (operator.md 1, "empty bucket is dangerous").
///
/// # Errors
/// Refuses anything else.
pub fn bucket(text: &str) -> Result<String, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.is_empty() {
        return Err(refused("bucket is empty: the operator would write the backup into the pod and call it succeeded"));
    }
    if text.len() <= 255 && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err(refused(format!("bucket `{}` is not a bucket name (the prefix is a field of its own)", text.escape_debug())))
}

/// Returns a prefix without slashes at its ends.
///
/// # Errors
/// Refuses a leading slash, which is written but not recorded (operator.md 12.24), and characters that need escapes.
pub fn prefix(text: &str) -> Result<String, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    if text.starts_with('/') {
        return Err(refused(format!("prefix `{}` starts with a slash", text.escape_debug())));
    }
    if !text.chars().all(plain) || text.split('/').any(|part| part == "..") || text.contains("//") {
        return Err(refused(format!(
            "prefix `{}` has characters other than letters, digits and `._-/`",
            text.escape_debug()
        )));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Returns a region name.
///
/// # Errors
/// Refuses characters that no region has.
pub fn region(text: &str) -> Result<String, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err(refused(format!("region `{}` is not a region name", text.escape_debug())))
}

impl SecretKey {
    /// Parses the two halves of a reference.
    ///
    /// # Errors
    /// Refuses names that Kubernetes refuses.
    pub fn new(secret: &str, key: &str) -> Result<Self, Failure> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if key.is_empty() || key.len() > 253 || !key.chars().all(plain) {
            return Err(refused(format!("key `{}` is not a key of a Secret", key.escape_debug())));
        }
        Ok(Self { secret: object_name("CA Secret", secret)?, key: key.to_owned() })
    }

    /// Parses `NAME/KEY`.
    ///
    /// # Errors
    /// Refuses anything else.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let halves = text.split_once('/').ok_or_else(|| {
            refused(format!("CA Secret `{}` is not `NAME/KEY`", text.escape_debug())).hint("--ca-secret NAME/ca.crt")
        });
        halves.and_then(|(secret, key)| Self::new(secret, key))
    }
}

/// Returns access modes when there is one and each is known.
///
/// # Errors
/// Refuses an empty list: the operator sets none for an unscheduled storage (operator.md 12.17).
pub fn access_modes(texts: &[String]) -> Result<Vec<String>, Failure> {
    const KNOWN: [&str; 4] = ["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod", "ReadOnlyMany"];
    if texts.is_empty() {
        return Ok(vec![KNOWN[0].to_owned()]);
    }
    match texts.iter().find(|text| !KNOWN[..3].contains(&text.as_str())) {
        Some(text) => {
            Err(refused(format!("access mode `{}` is not one of `{}`", text.escape_debug(), KNOWN[..3].join("`, `"))))
        }
        None => Ok(texts.to_vec()),
    }
}

/// Returns the name of a target: it becomes the name of a storage entry.
///
/// # Errors
/// Refuses what is not a DNS label.
pub fn name(text: &str) -> Result<String, Failure> {
    dns_label("name", text)
}
