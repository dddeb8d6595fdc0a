//! `leeward.yaml`: targets and what is known of clusters. Unknown fields are refused with line and nearest name.
//! The JSON Schema that `leeward schema` prints comes from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::name::object_name;
use super::place::{Endpoint, shown_url};
use super::quantity::Quantity;
use super::target::{
    FilesystemTarget, S3Target, SecretKey, Target, TlsVerification, access_modes, bucket, name, prefix, region,
};
use super::version::Version;
use super::yaml;
use crate::failure::{Failure, refused};

/// The file `leeward.yaml` at the top of the GitOps repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Version of this file's format: 1.
    pub version: u32,
    /// Places that backups can be moved to, by name.
    #[serde(default)]
    pub targets: BTreeMap<String, TargetEntry>,
    /// What is known of single clusters, by `ROOT:NAMESPACE/NAME`.
    #[serde(default)]
    pub clusters: BTreeMap<String, ClusterEntry>,
}

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

/// What is known of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ClusterEntry {
    /// Version of the operator that runs this cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_version: Option<String>,
    /// Targets of this cluster alone; one of the same name above is replaced.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub targets: BTreeMap<String, TargetEntry>,
    /// Declares that the place for binlogs of every target holds nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binlogs_empty: Option<bool>,
}

impl Config {
    /// Parses the file.
    ///
    /// # Errors
    /// Refuses unknown fields (with line, nearest name as hint), other versions, and unusable values.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let config: Self = yaml::parse(text).map_err(with_nearest_field).map_err(with_version)?;
        if config.version != 1 {
            return Err(
                refused(format!("version `{}` of leeward.yaml is not known", config.version)).hint("version: 1")
            );
        }
        for (name, entry) in &config.targets {
            entry.target(name)?;
        }
        for (cluster, entry) in &config.clusters {
            entry.check().map_err(|failure| within(&format!("clusters.{cluster}"), failure))?;
        }
        Ok(config)
    }

    /// Returns what is written for a cluster, under its long or any shorter name.
    pub fn cluster(&self, names: &[String]) -> Option<&ClusterEntry> {
        names.iter().find_map(|name| self.clusters.get(name))
    }
}

impl ClusterEntry {
    /// Checks every value.
    fn check(&self) -> Result<(), Failure> {
        self.operator_version.as_deref().map(Version::parse).transpose()?;
        self.targets.iter().try_for_each(|(name, entry)| entry.target(name).map(|_| ()))
    }
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
fn within(place: &str, failure: Failure) -> Failure {
    Failure { fact: format!("{place}: {}", failure.fact), ..failure }
}

/// Adds the version where a file has none.
fn with_version(failure: Failure) -> Failure {
    if failure.fact.contains("missing field `version`") { failure.hint("version: 1") } else { failure }
}

/// Adds the nearest known name to serde's "unknown field `x`, expected one of `a`, `b`".
fn with_nearest_field(failure: Failure) -> Failure {
    let Some((_, rest)) = failure.fact.split_once("unknown field `") else { return failure };
    let mut names = rest.split('`').step_by(2);
    let Some(unknown) = names.next() else { return failure };
    let nearest = names.max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
    match nearest.map(str::to_owned) {
        Some(nearest) => failure.hint(format!("{nearest}: …")),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "version: 1\ntargets:\n  minio-b: {type: s3, endpoint: 'https://b:9000', bucket: dr, credentialsSecret: k}\n  nas: {type: filesystem, size: 10Gi}\n";

    #[test]
    fn reads_both_types_of_target() {
        let config = Config::parse(GOOD).unwrap();
        assert!(matches!(config.targets["minio-b"].target("minio-b").unwrap(), Target::S3(_)));
        assert!(matches!(config.targets["nas"].target("nas").unwrap(), Target::Filesystem(_)));
    }

    #[test]
    fn names_line_and_nearest_field_of_an_unknown_one() {
        let failure = Config::parse("version: 1\ntargets:\n  b:\n    type: s3\n    endpont: x\n").unwrap_err();
        assert!(failure.fact.contains("unknown field `endpont`") && failure.fact.contains("line 5"), "{failure}");
        assert_eq!(failure.hint.as_deref(), Some("endpoint: …"));
    }

    #[test]
    fn refuses_values_that_would_hurt_later() {
        let bad = [
            ("version: 2\n", "version `2`"),
            ("version: 1\nversion: 1\n", "duplicate"),
            (
                "version: 1\ntargets: {b: {type: s3, endpoint: 'b:9000', bucket: d, credentialsSecret: k}}\n",
                "no scheme",
            ),
            (
                "version: 1\ntargets: {b: {type: s3, endpoint: 'https://b', bucket: '', credentialsSecret: k}}\n",
                "bucket is empty",
            ),
            (
                "version: 1\ntargets: {b: {type: s3, endpoint: 'https://b', bucket: d/x, credentialsSecret: k}}\n",
                "`d/x`",
            ),
            (
                "version: 1\ntargets: {b: {type: s3, endpoint: 'https://b', bucket: d}}\n",
                "`credentialsSecret` is missing",
            ),
            (
                "version: 1\ntargets: {b: {type: s3, endpoint: 'https://u:sesame@b', bucket: d, credentialsSecret: k}}\n",
                "user or password",
            ),
            (
                "version: 1\ntargets: {b: {type: s3, size: 1Gi, endpoint: 'https://b', bucket: d, credentialsSecret: k}}\n",
                "`size` belongs",
            ),
            ("version: 1\ntargets: {b: {type: filesystem, size: lots}}\n", "`lots`"),
            ("version: 1\ntargets: {B_1: {type: filesystem, size: 1Gi}}\n", "DNS label"),
            ("version: 1\nclusters: {x: {operatorVersion: latest}}\n", "`latest`"),
        ];
        for (text, fact) in bad {
            let failure = Config::parse(text).unwrap_err();
            assert!(failure.fact.contains(fact), "{text}: {failure}");
            assert!(!failure.fact.contains("sesame"), "{failure}");
        }
    }
}
