//! The room of diagnosis: evidence → one cause with its confidence and the lines it rests on, and what it calls for.
//! Comes before [`crate::plan`], which it never names. Must know no cluster, no network and no clock, and must never let a
//! wrong key look like a dead storage.

mod cause;
pub mod clock;
mod confidence;
mod decode;
mod evidence;
mod judge;
mod line;
mod mask;
mod masker;
mod matcher;
mod partial;
mod remedy;
mod scan;
mod signature;
mod suspect;
mod table;
#[cfg(test)]
mod tests;
mod vantage;

pub use cause::{Cause, Side};
pub use confidence::Confidence;
pub use evidence::{Evidence, Log, PROBE};
pub use judge::diagnose;
pub use masker::Masker;
pub use remedy::Remedy;
pub use scan::Scanner;
pub use suspect::{Cite, Diagnosis, Suspect};
pub use vantage::{Contradiction, Mismatch, PlaceSeen, probe_of};
