//! What is known, before anybody says what it means: logs with the lines that say something, how each ended, and what the
//! cluster's objects show. Comes first in the flow; edges and commands fill it in. Must never hold a secret: lines are
//! masked when they come in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::confidence::Confidence;
use super::observed::Observed;
use super::party::Whose;
use super::signature::{Says, Signature};
use super::stamp::Stamp;

/// Everything that one diagnosis rests on.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Logs, in the order given; those of a cluster the oldest first.
    pub logs: Vec<Log>,
    /// What the cluster showed, where it was asked.
    pub observed: Option<Observed>,
    /// The storage that failed, where somebody says which: probes of others say nothing of it.
    pub storage: Option<String>,
    /// Where the cluster's storages are, where somebody knows without the cluster: host and port.
    pub places: Vec<String>,
}

/// What a log is known to be about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Where its lines come from.
    pub form: Form,
    /// The Backup that it speaks of.
    pub backup: Option<String>,
    /// The storage that it speaks of.
    pub storage: Option<String>,
    /// When it was said, or began to be.
    pub at: Option<Timestamp>,
    /// What its lines are worth at most: who speaks may only repeat what others said.
    pub at_most: Option<Confidence>,
}

/// Where lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// A person gave them, or a probe.
    #[default]
    Given,
    /// A container of the cluster wrote them.
    Live,
    /// They are written here, from what an object says; they have no numbers.
    State,
}

/// Which log of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// Whose.
    pub role: Role,
    /// The namespace of the pod.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Whether it is of the run before the present one.
    pub is_previous: bool,
}

/// Who writes a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A pod of a backup's Job.
    Backup,
    /// The collector of binlogs.
    Collector,
    /// The operator.
    Operator,
}

impl Role {
    /// Returns what its pods are called where they cannot be seen.
    pub fn pods(self) -> &'static str {
        match self {
            Self::Backup => "pods of backups",
            Self::Collector => "pods of the collector of binlogs",
            Self::Operator => "pods of the operator",
        }
    }
}

impl Spoken {
    /// Returns what reports call it.
    pub fn name(&self) -> String {
        let before = if self.is_previous { ", run before" } else { "" };
        format!("pod {}, container {}{before}", self.pod, self.container)
    }
}

/// A log, and whether what it speaks of is past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    /// The log.
    pub(super) log: &'a Log,
    /// Whether it only says how things were.
    pub(super) is_past: bool,
}

/// What a log says.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// What reports call it.
    pub name: String,
    /// What it is known to be about.
    pub about: About,
    /// How many lines it has.
    pub lines: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What its lines say, by row of the table, in the order of the first line.
    pub sightings: Vec<Sighting>,
    /// The last line that says that something was uploaded; 0: none.
    pub progress_at: u64,
    /// What a probe says of its own steps; empty for any other log.
    pub summary: String,
}

/// What lines that match one row of the table and are about the same host have in common.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The row.
    pub signature: &'static Signature,
    /// Whom they are about.
    pub(super) whose: Whose,
    /// How many lines match.
    pub count: u64,
    /// The number of the first line, from 1.
    pub first: u64,
    /// The number of the last line.
    pub last: u64,
    /// When the last line was written, where it says so.
    pub(super) at: Option<Stamp>,
    /// The first lines that differ, masked.
    pub lines: Vec<Line>,
}

/// A line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its text, masked.
    pub text: String,
}

/// How many differing lines of a row are kept.
const KEPT: usize = 4;
/// How many hosts of one row are told apart in one log.
const APART: usize = 32;

impl Log {
    /// Returns whether a line says something.
    pub(super) fn says(&self, wanted: Says) -> bool {
        self.sightings.iter().any(|sighting| sighting.signature.says == wanted)
    }

    /// Takes in a masked line that matches a row.
    pub(super) fn take(&mut self, signature: &'static Signature, number: u64, text: &str) {
        let of_row = |sighting: &&Sighting| sighting.signature.id == signature.id;
        let is_crowded = self.sightings.iter().filter(of_row).count() >= APART;
        let whose = if is_crowded { Whose::Nobody } else { Whose::of(text) };
        let is_same = |sighting: &Sighting| of_row(&sighting) && sighting.whose == whose;
        let at = self.sightings.iter().position(is_same).unwrap_or_else(|| {
            let (first, last, lines) = (number, number, Vec::new());
            self.sightings.push(Sighting { signature, whose, count: 0, first, last, at: None, lines });
            self.sightings.len() - 1
        });
        let sighting = &mut self.sightings[at];
        sighting.count += 1;
        sighting.last = number;
        sighting.at = Stamp::of(text);
        let is_new = sighting.lines.len() < KEPT && !sighting.lines.iter().any(|line| is_alike(&line.text, text));
        if is_new {
            sighting.lines.push(Line { number, text: text.to_owned() });
        }
    }
}

/// Returns whether two lines differ in digits alone, as times, attempts and chunks do.
pub(super) fn is_alike(one: &str, two: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    plain(one) == plain(two)
}
