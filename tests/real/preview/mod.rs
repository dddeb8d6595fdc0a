//! `leeward preview` against a real API server: with exactly the rights that `overlays/rbac` grants and with less, in every
//! trouble that a server can make, with secrets that must not be shown, and beside the server's own schemas and defaults.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod bench;
mod change;
mod rbac;
mod stage;

pub(crate) use bench::a_preview_is_timed_beside_kubectl_diff;
pub(crate) use rbac::with_the_shipped_rights_it_shows_everything_and_with_one_less_it_names_it;
pub(crate) use stage::Stage;
