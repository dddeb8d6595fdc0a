//! A target as `leeward.yaml` writes it → the target that it means. Must refuse by its name a field that is missing, that is of
//! the other type or that cannot be used, and must never repeat a password of an endpoint.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::name::object_name;
use super::place::{Endpoint, shown_url};
use super::quantity::Quantity;
use super::target::{
    FilesystemTarget, S3Target, SecretKey, Target, TlsVerification, access_modes, bucket, name, prefix, region,
};
use crate::failure::{Failure, refused};

/// A target as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TargetEntry {
    /// `s3`, or `filesystem` for a buffer of volumes.
    pub r#type: TargetType,
    /// S3: `https://host[:port]`, without a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// S3: the bucket, which must exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// S3: prefix below which each cluster gets its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// S3: region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// S3: Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; naming it declares that it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_secret: Option<String>,
    /// S3: where the CA certificate is, for a private CA (operator 1.19 and newer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<CaEntry>,
    /// S3: whether certificates are verified; true unless set.
    #[serde(default, rename = "verifyTLS", skip_serializing_if = "Option::is_none")]
    pub verify_tls: Option<bool>,
    /// Filesystem: `StorageClass` of the volumes; the cluster's default unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Filesystem: size of one volume, which holds one backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// Filesystem: access modes; `ReadWriteOnce` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_modes: Option<Vec<String>>,
    /// Filesystem: what all volumes together may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<String>,
}

/// The type of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TargetType {
    /// An S3 place.
    #[default]
    S3,
    /// A buffer of volumes.
    Filesystem,
}

/// A key in a Secret with a CA certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaEntry {
    /// The Secret.
    pub secret: String,
    /// The key in it, such as `ca.crt`.
    pub key: String,
}

impl TargetEntry {
    /// Returns the target this entry means.
    ///
    /// # Errors
    /// Refuses missing, superfluous and unusable fields by name.
    pub fn target(&self, name_text: &str) -> Result<Target, Failure> {
        let target = match self.r#type {
            TargetType::S3 => self.s3(name_text).map(Target::S3),
            TargetType::Filesystem => self.filesystem(name_text).map(Target::Filesystem),
        };
        target.map_err(|failure| within(&format!("target `{name_text}`"), failure))
    }

    /// Returns the S3 place.
    fn s3(&self, name_text: &str) -> Result<S3Target, Failure> {
        let foreign = [
            ("storageClass", self.storage_class.is_some()),
            ("size", self.size.is_some()),
            ("accessModes", self.access_modes.is_some()),
            ("quota", self.quota.is_some()),
        ];
        no_foreign_field(&foreign, "filesystem")?;
        Ok(S3Target {
            name: name(name_text)?,
            endpoint: endpoint(required("endpoint", self.endpoint.as_deref())?)?,
            bucket: bucket(required("bucket", self.bucket.as_deref())?).map_err(|fault| fault.hint("bucket: NAME"))?,
            prefix: prefix(self.prefix.as_deref().unwrap_or_default())
                .map_err(|fault| fault.hint("prefix: backups/pxc"))?,
            region: self.region.as_deref().filter(|text| !text.is_empty()).map(named_region).transpose()?,
            credentials_secret: secret(required("credentialsSecret", self.credentials_secret.as_deref())?)?,
            ca: self.ca.as_ref().map(|ca| SecretKey::new(&ca.secret, &ca.key)).transpose()?,
            verify_tls: if self.verify_tls == Some(false) { TlsVerification::Off } else { TlsVerification::On },
        })
    }

    /// Returns the buffer.
    fn filesystem(&self, name_text: &str) -> Result<FilesystemTarget, Failure> {
        let foreign = [
            ("endpoint", self.endpoint.is_some()),
            ("bucket", self.bucket.is_some()),
            ("prefix", self.prefix.is_some()),
            ("region", self.region.is_some()),
            ("credentialsSecret", self.credentials_secret.is_some()),
            ("ca", self.ca.is_some()),
            ("verifyTLS", self.verify_tls.is_some()),
        ];
        no_foreign_field(&foreign, "s3")?;
        let class = self.storage_class.as_deref().filter(|text| !text.is_empty());
        Ok(FilesystemTarget {
            name: name(name_text)?,
            storage_class: class.map(storage_class).transpose()?,
            size: Quantity::parse(required("size", self.size.as_deref())?)
                .map_err(|fault| fault.hint("size: 500Gi"))?,
            access_modes: access_modes(self.access_modes.as_deref().unwrap_or_default())?,
            quota: self.quota.as_deref().filter(|text| !text.is_empty()).map(Quantity::parse).transpose()?,
        })
    }
}

/// Returns the endpoint a text means.
fn endpoint(text: &str) -> Result<Endpoint, Failure> {
    let fact = |fault| refused(format!("endpoint `{}` {fault}", shown_url(text).escape_debug()));
    Endpoint::parse(text).map_err(|fault| fact(fault).hint("endpoint: https://minio.b.example:9000"))
}

/// Returns the region a text names.
fn named_region(text: &str) -> Result<String, Failure> {
    region(text).map_err(|fault| fault.hint("region: us-east-1"))
}

/// Returns the Secret a text names.
fn secret(text: &str) -> Result<String, Failure> {
    object_name("Secret", text).map_err(|fault| fault.hint("credentialsSecret: NAME"))
}

/// Returns the `StorageClass` a text names.
fn storage_class(text: &str) -> Result<String, Failure> {
    object_name("StorageClass", text).map_err(|fault| fault.hint("storageClass: NAME"))
}

/// Returns a field that has to be there.
fn required<'a>(field: &str, value: Option<&'a str>) -> Result<&'a str, Failure> {
    value.ok_or_else(|| refused(format!("field `{field}` is missing")).hint(format!("{field}: …")))
}

/// Refuses a field that belongs to the other type.
fn no_foreign_field(fields: &[(&str, bool)], other: &str) -> Result<(), Failure> {
    match fields.iter().find(|(_, is_set)| *is_set) {
        Some((field, _)) => Err(refused(format!("field `{field}` belongs to targets of type `{other}`"))),
        None => Ok(()),
    }
}

/// Puts the place in the file before a fact.
pub(super) fn within(place: &str, failure: Failure) -> Failure {
    Failure { fact: format!("{place}: {}", failure.fact), ..failure }
}
