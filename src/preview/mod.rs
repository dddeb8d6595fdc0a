//! The preview: Git before, Git after and the live objects → what the controller will do to the live cluster.
//!
//! Three differences that are never mixed: *intended* (Git before → Git after), *drift* (Git before → live), *effective*
//! (live → live after the controller applied Git after). Must know no cluster: what was read comes in as
//! [`crate::model::live::Live`]; must never hand on the value of a Secret.

mod applied;
mod apply;
mod argo_map;
mod argocd;
mod asked;
mod beside;
mod builtin;
mod case;
mod context;
mod controller;
mod create;
mod crosscheck;
mod desired;
mod difference;
mod drift;
mod dry_run;
mod field;
mod flux;
mod follow;
mod identity;
mod ignored_differences;
mod immutable;
mod managers;
mod masking;
mod merge;
mod moved;
mod nulls;
mod object;
mod origin;
mod outcome;
mod owner;
mod place;
mod predict;
mod prune;
mod reach;
mod refusal;
mod respect;
mod root;
pub mod schema;
mod selector;
mod settings;
mod settings_argo;
mod settings_flux;
mod shared;
mod strip;
mod substitution;
mod tracking;
mod transform;
mod undeclared;
mod view;
mod window;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use asked::{ApplyMethod, Deployed, Merged, Options, SecretReading};
pub use beside::beside_wanted;
pub use controller::{RootController, controller, controllers_wanted};
pub use follow::sources_changed;
pub use outcome::{Action, Basis, Change, ObjectPreview, RootPreview, Unsure};
pub use place::placed;
pub use reach::is_elsewhere;
pub use root::{objects_sent, objects_wanted, preview, preview_among};
pub use shared::Shared;
