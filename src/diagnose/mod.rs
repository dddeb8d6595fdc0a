//! The room of diagnosis: evidence → one cause with its confidence and the lines it rests on, and what it calls for.
//! Comes before [`crate::plan`], which it never names. Must know no cluster, no network and no clock, and must never let a
//! wrong key look like a dead storage.

mod cause;
pub mod clock;
mod confidence;
mod decode;
mod diagnosis;
mod evidence;
mod history;
mod judge;
#[cfg(test)]
mod laws;
mod line;
mod long;
mod mask;
mod masker;
mod matcher;
mod meaning;
mod observed;
mod obstacle;
mod order;
mod origin;
mod partial;
mod party;
mod probe;
mod remark;
mod remedy;
mod scan;
mod signature;
mod site;
mod speech;
mod stamp;
mod suspect;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod vantage;
mod veil;
mod wanted;

pub use cause::{Cause, Side};
pub use confidence::Confidence;
pub use diagnosis::{Diagnosis, Elsewhere, diagnose, failing_storage};
pub use evidence::{About, Evidence, Form, Log, Role, Spoken};
pub use masker::Masker;
pub use observed::{BACKUPS, MissedRuns, Observed, Snapshot, Unseen};
pub use probe::{PROBE, lines_of_trouble, probe_of};
pub use remedy::Remedy;
pub use scan::Scanner;
pub use site::{Going, Good, Since, Site};
pub use suspect::{Cite, Suspect};
pub use vantage::{Contradiction, Mismatch, PlaceSeen};
pub use veil::masked_text;
pub use wanted::OperatorLines;
