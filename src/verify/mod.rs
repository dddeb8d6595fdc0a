//! The room of verification: what was read of Git, controller, operator and storage → a verdict, check by check.
//! Comes last in the flow. Must know no git, cluster, network or clock, and must never take a read that failed for an
//! answer: each check passed, failed, still waits, or cannot be told for want of a right that it names.
//!
//! In reading order: `verdict` what checks say and add up to, and `enough` what lets the next stage follow · `merged` with `effect` · `applied` with `flux`, `argo`, `revision` ·
//! `intended` · `observed` · `secret` · `lock` · `collector` · `backup`, which one it is `attempt`, and
//! whether it counts `proof` · `place` · `objects`; `said` the words of others.

mod applied;
mod argo;
mod attempt;
mod backup;
mod collector;
mod effect;
mod enough;
mod flux;
mod intended;
mod lock;
mod merged;
mod objects;
mod observed;
mod place;
mod proof;
mod revision;
mod said;
mod secret;
mod verdict;

pub use applied::{Applier, applied};
pub use argo::Argo;
pub use attempt::{Attempt, Choice, Making};
pub use backup::{Followed, IllPod, Pods, backup, progress};
pub use collector::{Collector, Ill, Newest, STAYS, Wanted, collector};
pub use effect::missing;
pub use enough::{Lack, lack};
pub use flux::Flux;
pub use intended::{Intended, Known, Missing, intended};
pub use lock::{Holder, Lock, lock};
pub use merged::{Merged, MergedState, merged};
pub use objects::{Count, Objects, objects};
pub use observed::{Operated, observed};
pub use place::{Destination, elsewhere, of_storage, place};
pub use proof::Proof;
pub use revision::{Carries, commit_id};
pub use secret::{KEYS, SecretSeen, SecretState, secret};
pub use verdict::{Check, CheckName, Outcome, Verdict};
