//! The room of verification: what was read of Git, controller, operator and storage → a verdict, check by check.
//! Comes last in the flow. Must know no git, cluster, network or clock, and must never take a read that failed for an
//! answer: each check passed, failed, still waits, or cannot be told for want of a right that it names.
//!
//! In reading order: `verdict` what checks say and add up to · `merged` · `applied` with `flux`, `argo`, `revision` ·
//! `observed`.

mod applied;
mod argo;
mod flux;
mod merged;
mod observed;
mod revision;
mod said;
mod verdict;

pub use applied::{Applier, applied};
pub use argo::Argo;
pub use flux::Flux;
pub use merged::{Merged, MergedState, merged};
pub use observed::{Operated, observed};
pub use revision::{Carries, commit_id};
pub use verdict::{Check, CheckName, Outcome, Verdict};
