//! Versions of the operator and what each of them knows: the two axes of operator.md 12.22.
//! Fields of the CRD follow the operator, behaviour of scripts and labels follows `crVersion`.

use std::fmt;

use serde::Serialize;

use crate::failure::{Failure, refused};

/// The oldest operator leeward renders for.
const OLDEST: Version = Version { major: 1, minor: 17, patch: 0 };
/// The newest operator whose rules were read.
const NEWEST: Version = Version { major: 1, minor: 20, patch: 0 };

/// A version as the operator numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Version {
    /// Major.
    pub major: u32,
    /// Minor: what rules depend on.
    pub minor: u32,
    /// Patch release, without new fields.
    pub patch: u32,
}

impl Version {
    /// Parses `1.19.0`, `1.19`, `v1.19.1` or `1.19.0-rc1`.
    ///
    /// # Errors
    /// Refuses anything else.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let number = text.strip_prefix('v').unwrap_or(text).split(['-', '+']).next().unwrap_or_default();
        let parts: Option<Vec<u32>> = number.split('.').map(|part| part.parse().ok()).collect();
        match parts.as_deref() {
            Some(&[major, minor]) => Ok(Self { major, minor, patch: 0 }),
            Some(&[major, minor, patch]) => Ok(Self { major, minor, patch }),
            _ => Err(refused(format!("operator version `{}` is not like `1.19.0`", text.escape_debug()))),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// How a version came to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Read from configuration, a flag or the CR.
    Given,
    /// Taken from the other axis.
    OtherAxis,
    /// Neither was given: the newest rules.
    Assumed,
}

/// The rules for one cluster: both versions, and where each came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// The operator, and with it the CRD: which fields exist.
    pub operator: Version,
    /// Where `operator` came from.
    pub operator_from: Source,
    /// `spec.crVersion`: labels, scripts, `deleteFromStorage`.
    pub cr: Version,
    /// Where `cr` came from.
    pub cr_from: Source,
}

impl Rules {
    /// Returns the rules for an operator version and a `crVersion`, either of which may be unknown.
    ///
    /// # Errors
    /// Refuses operators older than 1.17 and majors other than 1.
    pub fn new(operator: Option<Version>, cr: Option<Version>) -> Result<Self, Failure> {
        let (operator, operator_from) = one_of(operator, cr);
        let (cr, cr_from) = one_of(cr, Some(operator).filter(|_| operator_from != Source::Assumed));
        for version in [operator, cr] {
            if version < OLDEST || version.major != OLDEST.major {
                return Err(refused(format!(
                    "operator {version} is not supported, the rules of {OLDEST} to {NEWEST} are known"
                ))
                .hint("--operator-version 1.19.0"));
            }
        }
        Ok(Self { operator, operator_from, cr, cr_from })
    }

    /// Returns whether the operator is newer than the newest whose rules were read.
    pub fn is_newer_than_known(&self) -> bool {
        (self.operator.major, self.operator.minor) > (NEWEST.major, NEWEST.minor)
    }

    /// `schedule[].retention` exists from CRD 1.18 on; 1.17 knows `keep` alone (operator.md 1).
    pub fn has_retention(&self) -> bool {
        self.operator.minor >= 18
    }

    /// `retention.deleteFromStorage` is honoured from crVersion 1.18 on (operator.md 1).
    pub fn honours_delete_from_storage(&self) -> bool {
        self.cr.minor >= 18
    }

    /// `s3.caBundle` exists from CRD 1.19 on (operator.md 1).
    pub fn has_ca_bundle(&self) -> bool {
        self.operator.minor >= 19
    }

    /// `runningDeadlineSeconds` exists from CRD 1.19 on (operator.md 1).
    pub fn has_running_deadline(&self) -> bool {
        self.operator.minor >= 19
    }

    /// `s3.prefix` exists from CRD 1.20 on (operator.md 1).
    pub fn has_s3_prefix(&self) -> bool {
        self.operator.minor >= 20
    }
}

/// Returns the version of an axis: its own, else the other's, else the newest.
fn one_of(own: Option<Version>, other: Option<Version>) -> (Version, Source) {
    match (own, other) {
        (Some(version), _) => (version, Source::Given),
        (None, Some(version)) => (version, Source::OtherAxis),
        (None, None) => (NEWEST, Source::Assumed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_axis_stands_for_both_and_none_for_the_newest() {
        let v = |text| Some(Version::parse(text).unwrap());
        let rules = Rules::new(None, v("1.18.0")).unwrap();
        assert_eq!((rules.operator.minor, rules.operator_from), (18, Source::OtherAxis));
        let rules = Rules::new(v("1.19.1"), None).unwrap();
        assert_eq!((rules.cr.patch, rules.cr_from), (1, Source::OtherAxis));
        let rules = Rules::new(None, None).unwrap();
        assert_eq!((rules.operator.minor, rules.cr_from), (20, Source::Assumed));
        assert!(Rules::new(v("1.21.0"), None).unwrap().is_newer_than_known());
    }

    #[test]
    fn refuses_versions_without_known_rules() {
        for bad in ["1.16.0", "2.0.0", "0.19.0"] {
            assert!(Rules::new(Some(Version::parse(bad).unwrap()), None).is_err(), "{bad}");
        }
        assert!(Version::parse("latest").is_err());
    }
}
