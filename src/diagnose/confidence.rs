//! How sure a statement is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How sure a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One of several readings.
    Possible,
    /// The likeliest reading.
    Likely,
    /// The only reading.
    Certain,
}

impl Confidence {
    /// Returns the word of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}
