//! `leeward preview` against a real API server: with exactly the rights that `overlays/rbac` grants and with less, in every
//! trouble that a server can make, with secrets that must not be shown, and beside the server's own schemas and defaults.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod answered;
mod bench;
mod change;
mod ending;
mod link;
mod rbac;
mod schemas;
mod secrets;
mod stage;
mod trouble;

pub(crate) use answered::{
    a_field_of_another_manager_is_taken_as_the_controller_takes_it,
    what_only_the_server_fills_in_is_shown_as_a_difference_to_the_prediction,
};
pub(crate) use bench::{a_preview_is_timed_beside_kubectl_diff, program as benchmarked};
pub(crate) use change::root;
pub(crate) use ending::{
    a_server_that_ends_in_the_middle_of_a_run_is_said_of_what_it_left,
    what_a_server_that_ends_did_not_answer_is_trouble_of_each_object,
};
pub(crate) use rbac::with_the_shipped_rights_it_shows_everything_and_with_one_less_it_names_it;
pub(crate) use schemas::{
    the_embedded_tables_are_what_the_server_says_of_each_kind,
    what_the_server_makes_of_objects_is_what_the_tables_make_of_them,
};
pub(crate) use secrets::no_output_shows_a_secret_in_any_form;
pub(crate) use stage::Stage;
pub(crate) use trouble::{
    a_server_that_cannot_be_asked_is_named_for_each_object, each_object_says_its_own_trouble_and_the_rest_is_shown,
};
