//! A revision, as every report names it that compares two.

use serde::Serialize;

/// A revision: the base of a plan, either side of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseLine {
    /// Its name.
    pub name: String,
    /// Its commit.
    pub commit: String,
}
