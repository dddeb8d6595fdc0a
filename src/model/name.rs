//! Names that Kubernetes and the operator accept, parsed once: DNS labels, the incident id, Secret and schedule names.
//! Must never let a control character, a line break or a `${` through: these names are written to Git.

use std::fmt;

use serde::Serialize;

use crate::failure::{Failure, refused};

/// The most characters of an incident id: it becomes part of schedule names, folders and branches.
pub const INCIDENT_ID_MAX: usize = 24;
/// The most characters of a schedule name: `<5 hex>-<name>` must fit a label (operator.md 12.31).
pub const SCHEDULE_NAME_MAX: usize = 57;

/// Returns whether `text` is a DNS label (RFC 1123): lower case letters, digits and inner hyphens, 1 to 63 characters.
pub fn is_dns_label(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.len() <= 63
        && edge(text.chars().next())
        && edge(text.chars().last())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Returns whether `text` is a DNS subdomain (RFC 1123), as names of Secrets and custom resources are.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}

/// The id of an incident: a DNS label of at most [`INCIDENT_ID_MAX`] characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct IncidentId(String);

impl IncidentId {
    /// Parses an id.
    ///
    /// # Errors
    /// Refuses what is not a DNS label of at most 24 characters.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if is_dns_label(text) && text.len() <= INCIDENT_ID_MAX {
            return Ok(Self(text.to_owned()));
        }
        let fact =
            format!("incident id `{}` is not a DNS label of at most {INCIDENT_ID_MAX} characters", text.escape_debug());
        Err(refused(fact).hint("--incident minio-a-1122"))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns `text` when it is a DNS label, as storages of ours must be.
///
/// # Errors
/// Refuses anything else, naming `what`.
pub fn dns_label(what: &str, text: &str) -> Result<String, Failure> {
    if is_dns_label(text) {
        return Ok(text.to_owned());
    }
    Err(refused(format!(
        "{what} `{}` is not a DNS label (lower case letters, digits, inner hyphens)",
        text.escape_debug()
    )))
}

/// Returns `text` when it is a DNS subdomain, as names of Kubernetes objects must be.
///
/// # Errors
/// Refuses anything else, naming `what`.
pub fn object_name(what: &str, text: &str) -> Result<String, Failure> {
    if is_dns_subdomain(text) {
        return Ok(text.to_owned());
    }
    Err(refused(format!("{what} `{}` is not a name Kubernetes accepts", text.escape_debug())))
}
