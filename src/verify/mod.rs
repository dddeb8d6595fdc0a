//! The room of verification: what was read of Git, controller, operator and storage → a verdict, check by check.
//! Comes last in the flow. Must know no git, cluster, network or clock, and must never take a read that failed for an
//! answer: each check passed, failed, still waits, or cannot be told for want of a right that it names.

mod verdict;

pub use verdict::{Check, CheckName, Outcome, Verdict};
