//! What a diagnosis says: the cause that leads, others beside it, what is over, and the lines that each rests on.

use super::cause::Cause;
use super::confidence::Confidence;
use super::site::Site;
use super::vantage::{Contradiction, PlaceSeen};

/// What the evidence says.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The cause that leads.
    pub leading: Suspect,
    /// What else speaks from the evidence, the likeliest first.
    pub others: Vec<Suspect>,
    /// What was wrong and no longer is, as far as the evidence goes.
    pub over: Vec<Suspect>,
    /// That the logs and the probe do not fit together.
    pub contradiction: Option<Contradiction>,
    /// What each probe found.
    pub places: Vec<PlaceSeen>,
    /// What does not fit together, or has to be known when reading this.
    pub notes: Vec<String>,
    /// What the cluster's objects say around the cause.
    pub site: Option<Site>,
    /// What fails at other places, the surest first.
    pub elsewhere: Vec<Elsewhere>,
}

/// What fails at another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The storages there.
    pub storages: Vec<String>,
    /// The cause that leads there.
    pub suspect: Suspect,
}

/// A cause that evidence names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The cause.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// The operations of S3 that the lines name, in order.
    pub operations: Vec<String>,
    /// The endpoint that the lines name: host and port.
    pub endpoint: Option<String>,
    /// The lines that say it best.
    pub cites: Vec<Cite>,
    /// How many lines say it.
    pub count: u64,
}

/// A line that something rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cite {
    /// Where: the log, the object, the probe.
    pub source: String,
    /// The number of the line, from 1; `None` where it is no line of a log.
    pub line: Option<u64>,
    /// The text, masked.
    pub text: String,
    /// The row of the table that it matches.
    pub signature: &'static str,
    /// Where that row is known from.
    pub known_from: &'static str,
}
