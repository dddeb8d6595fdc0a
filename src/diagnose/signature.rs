//! One row of the table of signatures: which texts a line must and must not have, what it then says, and who says so.
//! A row is data: a new form of a message is a new row or a new text in one, never a new code path.

use super::cause::Cause;
use super::confidence::Confidence;

/// What a line that a row matches says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// A cause, with what the line alone is worth.
    Cause(Cause, Confidence),
    /// That something failed, and not what.
    Failed,
    /// That a backup or an upload succeeded: what was wrong before it is over.
    Succeeded,
    /// That one upload was given up: what uploaded after it does not make it good.
    GaveUp,
    /// That the name of the bucket's own host has no address, which xbcloud tries first and MinIO seldom has.
    BucketHost,
    /// That a probe saw something work.
    Proves(Proof),
    /// That a probe's keys are those of whoever ran it, and perhaps not the storage's.
    Borrowed,
    /// That nothing depends on what a probe looked at.
    Apart,
    /// What of a probe has to be known, and is no trouble.
    Noted,
    /// Nothing: the line looks like trouble and is not.
    Nothing,
}

/// Who says a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// Anybody.
    Anyone,
    /// A probe, of its own steps: no pod and no server can say this.
    Probe,
}

/// What a probe saw work, each with all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Name, connection, certificate: the endpoint answers.
    Reach,
    /// The key may look at the bucket and list it, in this region and at this time.
    Rights,
    /// The key may write, read and remove an object.
    Write,
}

/// One row. Texts are compared without regard to case.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// What reports and tests call it.
    pub id: &'static str,
    /// What it says.
    pub says: Says,
    /// The line has one of these.
    pub any: &'static [&'static str],
    /// The line has one of these too; empty: nothing more is asked.
    pub with: &'static [&'static str],
    /// The line has none of these.
    pub without: &'static [&'static str],
    /// Whose line it has to be.
    pub by: Speaker,
    /// Where it is known from.
    pub source: &'static str,
}

impl Signature {
    /// Returns a row for lines that have one of the texts.
    pub const fn of(id: &'static str, says: Says, any: &'static [&'static str], source: &'static str) -> Self {
        Self { id, says, any, with: &[], without: &[], by: Speaker::Anyone, source }
    }

    /// Returns the row for lines that a probe says of itself.
    #[must_use]
    pub const fn of_probe(self) -> Self {
        Self { by: Speaker::Probe, ..self }
    }

    /// Returns the row for lines that have one of these too.
    #[must_use]
    pub const fn with(self, with: &'static [&'static str]) -> Self {
        Self { with, ..self }
    }

    /// Returns the row for lines that have none of these.
    #[must_use]
    pub const fn without(self, without: &'static [&'static str]) -> Self {
        Self { without, ..self }
    }
}
