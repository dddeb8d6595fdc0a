//! Every cause that an S3 storage can be made to have, produced on a real MinIO, and what `diagnose` says of it: by the cluster
//! in Git alone, as a person does it whose cluster may be gone too.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod bench;
mod case;
mod keys;
mod reach;
mod space;
mod state;
mod tls;

pub(crate) use bench::a_diagnosis_is_timed_beside_the_runbook;
use case::Case;
pub(crate) use keys::{
    a_key_that_is_not_good_calls_for_another_key, a_marker_leaves_no_version_behind_but_where_nobody_may_remove_one,
    a_place_that_is_named_wrongly_calls_for_its_right_name, a_policy_that_denies_an_operation_is_named_with_it,
};
pub(crate) use reach::an_endpoint_that_does_not_answer_calls_for_another_place;
pub(crate) use space::a_storage_without_room_shows_it_to_who_writes;
pub(crate) use state::a_server_that_cannot_serve_is_told_from_one_that_is_starting;
pub(crate) use tls::a_certificate_that_nobody_can_trust_calls_for_no_other_place;
