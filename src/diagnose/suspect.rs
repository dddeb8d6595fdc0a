//! A cause that evidence names, with the lines that it rests on. Comes of judging logs, before anything is said of the cluster
//! around them. Must never cite a text that is not masked.

use super::cause::Cause;
use super::confidence::Confidence;
use super::evidence::{Form, Log, Sighting};
use super::line::shown;

/// How many lines are cited for a cause.
pub(super) const CITED: usize = 3;

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

impl Cite {
    /// Returns a line of a log as it is cited for what a row makes of it.
    pub(super) fn of(log: &Log, sighting: &Sighting, number: u64, text: &str) -> Self {
        Self {
            source: log.name.clone(),
            line: (log.about.form != Form::State).then_some(number),
            text: shown(text),
            signature: sighting.signature.id,
            known_from: sighting.signature.source,
        }
    }
}
