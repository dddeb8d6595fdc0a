//! `leeward preview` against a real API server: with exactly the rights that `overlays/rbac` grants and with less, in every
//! trouble that a server can make, with secrets that must not be shown, and beside the server's own schemas and defaults.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod bench;
mod change;
mod rbac;
mod secrets;
mod stage;
mod trouble;

pub(crate) use bench::a_preview_is_timed_beside_kubectl_diff;
pub(crate) use change::root;
pub(crate) use rbac::with_the_shipped_rights_it_shows_everything_and_with_one_less_it_names_it;
pub(crate) use secrets::no_output_shows_a_secret_in_any_form;
pub(crate) use stage::Stage;
pub(crate) use trouble::{
    a_server_that_cannot_be_asked_is_named_for_each_object, each_object_says_its_own_trouble_and_the_rest_is_shown,
};
