//! `leeward.yaml`: targets and what is known of clusters. Unknown fields are refused with line and nearest name.
//! The JSON Schema that `leeward schema` prints comes from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target_entry::{TargetEntry, within};
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
    use crate::model::target::Target;

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
