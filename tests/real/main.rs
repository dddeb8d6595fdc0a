//! The built program against real components as plain processes: a Kubernetes API server, Flux, Argo CD, Gitea, MinIO,
//! the operator on played nodes. Started by `tests/real/run`, which builds them; under a plain `cargo test` every test here is skipped by name.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "../action.rs"]
mod action;
mod applied;
mod argo;
mod argo_parts;
mod bed;
mod certificate;
mod diagnosed;
mod faults;
mod fidelity;
mod flux;
mod gitea;
mod gitops;
mod http;
mod kubernetes;
mod minio;
mod moved;
mod operated;
mod operator;
mod percona;
#[path = "../places.rs"]
mod places;
mod preview;
mod process;
mod program;
mod pull_request;
mod room;
mod run;
#[path = "../skip.rs"]
mod skip;
mod smoke;
mod storage;
mod story;
mod synced;

use run::Test;

/// What a cluster is made of.
const CLUSTER: &[&str] = &["etcd", "kube-apiserver", "kubectl"];
/// A cluster that makes service accounts and ends what it deletes.
const WHOLE_CLUSTER: &[&str] = &["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

/// The operator on a cluster whose nodes are played.
const OPERATOR: &[&str] =
    &["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok", "pxc-operator"];
/// S3 servers alone.
const STORAGE: &[&str] = &["minio", "mc"];
/// The same with Flux, reading from the forge.
const OPERATED: &[&str] = &[
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "pxc-operator",
    "gitea",
    "source-controller",
    "kustomize-controller",
];
/// The same with Argo CD, and storages.
const SYNCED: &[&str] = &[
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "pxc-operator",
    "gitea",
    "argocd",
    "redis",
    "kustomize",
    "minio",
    "mc",
];
/// The operator on a cluster whose nodes are played, and S3 servers.
const OPERATED_STORAGE: &[&str] = &[
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "pxc-operator",
    "minio",
    "mc",
];
/// All that the story needs.
const STORY: &[&str] = &[
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "pxc-operator",
    "minio",
    "mc",
    "gitea",
    "source-controller",
    "kustomize-controller",
];
/// The forge alone.
const FORGE: &[&str] = &["gitea"];
/// Flux on a cluster, reading from the forge.
const FLUX: &[&str] = &["etcd", "kube-apiserver", "kubectl", "gitea", "source-controller", "kustomize-controller"];
/// Argo CD on a cluster, reading from the forge.
const ARGO: &[&str] = &["etcd", "kube-apiserver", "kubectl", "gitea", "argocd", "redis", "kustomize"];

/// Both controllers on a cluster, reading from the forge.
const BOTH: &[&str] = &[
    "etcd",
    "kube-apiserver",
    "kubectl",
    "gitea",
    "source-controller",
    "kustomize-controller",
    "argocd",
    "redis",
    "kustomize",
];

/// A test under its path.
macro_rules! test {
    ($needs:expr, $file:ident :: $name:ident) => {
        Test { name: concat!(stringify!($file), "::", stringify!($name)), needs: $needs, run: $file::$name }
    };
}

/// Every test, in the order of their start.
const TESTS: &[Test] = &[
    test!(CLUSTER, smoke::the_api_server_takes_the_operators_definitions_and_a_cluster),
    test!(WHOLE_CLUSTER, smoke::a_deleted_namespace_is_gone_with_what_was_in_it),
    test!(FORGE, smoke::the_forge_takes_a_push_and_merges_a_pull_request),
    test!(STORAGE, smoke::the_storage_keeps_what_a_key_may_put_and_has_it_after_a_restart),
    test!(STORAGE, smoke::the_storage_says_what_keeps_it_from_writing),
    test!(OPERATED, operated::flux_brings_our_commit_to_the_operator_and_schedules_back_up_to_the_new_place),
    test!(STORY, faults::verify_comes_to_the_right_end_whatever_fails_and_a_rerun_to_a_good_one),
    test!(SYNCED, synced::argo_cd_brings_a_recovery_to_its_end_as_flux_does),
    test!(OPERATOR, operated::what_the_guards_refuse_breaks_the_cluster_as_they_say),
    test!(OPERATOR, operated::a_cron_with_a_short_checksum_ends_the_operator),
    test!(OPERATOR, operated::a_backup_whose_pods_fail_is_tried_again_and_then_failed),
    test!(STORY, story::a_storage_dies_and_backups_go_on_elsewhere_without_losing_one),
    test!(OPERATED_STORAGE, storage::a_diagnosis_is_timed_beside_the_runbook),
    test!(STORAGE, storage::an_endpoint_that_does_not_answer_calls_for_another_place),
    test!(STORAGE, storage::a_certificate_that_nobody_can_trust_calls_for_no_other_place),
    test!(STORAGE, storage::a_key_that_is_not_good_calls_for_another_key),
    test!(STORAGE, storage::a_policy_that_denies_an_operation_is_named_with_it),
    test!(STORAGE, storage::a_place_that_is_named_wrongly_calls_for_its_right_name),
    test!(STORAGE, storage::a_storage_without_room_shows_it_to_who_writes),
    test!(STORAGE, storage::a_server_that_cannot_serve_is_told_from_one_that_is_starting),
    test!(OPERATOR, diagnosed::what_pods_of_failed_backups_log_is_taken_for_what_it_is),
    test!(OPERATOR, diagnosed::a_collector_that_crashes_names_the_storage_and_what_it_stops),
    test!(OPERATOR, diagnosed::pods_that_cannot_start_say_why),
    test!(OPERATOR, diagnosed::what_is_saved_of_a_cluster_gives_the_same_answer_without_it),
    test!(OPERATOR, diagnosed::with_the_shipped_rights_it_sees_everything_and_with_one_less_it_names_it),
    // Last of those with the operator: it waits until it is alone.
    test!(STORY, faults::verify_outlives_an_api_server_that_starts_again),
    test!(CLUSTER, preview::with_the_shipped_rights_it_shows_everything_and_with_one_less_it_names_it),
    test!(CLUSTER, preview::a_preview_is_timed_beside_kubectl_diff),
    test!(CLUSTER, preview::no_output_shows_a_secret_in_any_form),
    test!(CLUSTER, preview::a_server_that_cannot_be_asked_is_named_for_each_object),
    test!(CLUSTER, preview::each_object_says_its_own_trouble_and_the_rest_is_shown),
    test!(CLUSTER, preview::a_field_of_another_manager_is_taken_as_the_controller_takes_it),
    test!(CLUSTER, preview::what_only_the_server_fills_in_is_shown_as_a_difference_to_the_prediction),
    test!(CLUSTER, preview::what_a_server_that_ends_did_not_answer_is_trouble_of_each_object),
    test!(CLUSTER, preview::a_server_that_ends_in_the_middle_of_a_run_is_said_of_what_it_left),
    test!(CLUSTER, preview::the_embedded_tables_are_what_the_server_says_of_each_kind),
    test!(CLUSTER, preview::what_the_server_makes_of_objects_is_what_the_tables_make_of_them),
    test!(FORGE, pull_request::a_pull_request_is_opened_once_and_left_alone_where_nothing_changed),
    test!(FORGE, pull_request::a_closed_pull_request_stays_closed_until_somebody_asks),
    test!(FORGE, pull_request::commits_of_people_stay_and_a_moved_base_is_merged),
    test!(FORGE, pull_request::a_merged_pull_request_names_the_next_stage),
    test!(FORGE, pull_request::a_wrong_token_leaves_the_branch_and_the_page_that_compares),
    test!(FORGE, pull_request::of_twenty_runs_at_once_one_opens_the_pull_request),
    test!(FORGE, pull_request::a_preview_is_one_comment_however_often_it_is_made),
    test!(FORGE, pull_request::what_people_review_and_write_stays),
    test!(FORGE, pull_request::what_is_asked_for_later_is_added_and_nothing_else_is_written),
    test!(FORGE, pull_request::a_branch_that_was_deleted_is_there_again_and_its_pull_request_stays_closed),
    test!(FORGE, pull_request::a_conflict_of_people_is_named_and_left_to_them),
    test!(FORGE, pull_request::a_protected_branch_is_told_with_the_way_round_it),
    test!(FORGE, pull_request::tokens_that_may_not_are_told_apart),
    test!(FORGE, pull_request::a_forge_that_is_started_again_in_the_middle_ends_with_one),
    test!(FORGE, pull_request::of_several_remotes_the_named_one_gets_it),
    test!(FORGE, pull_request::the_actions_of_the_readme_propose_and_comment),
    test!(FLUX, gitops::flux_applies_each_folder_and_says_which_it_refuses),
    test!(ARGO, gitops::argo_cd_syncs_both_ways_and_heals_where_it_is_told_to),
    test!(ARGO, gitops::argo_cd_shows_what_a_changed_checkout_would_change),
    test!(FLUX, moved::flux_hands_over_or_makes_anew_as_the_preview_says),
    test!(FLUX, fidelity::flux_does_what_the_preview_says),
    test!(ARGO, fidelity::argo_cd_does_what_the_preview_says),
    test!(ARGO, fidelity::argo_cd_applying_on_the_server_does_what_the_preview_says),
    test!(ARGO, fidelity::argo_cd_that_heals_does_what_the_preview_says),
    test!(FLUX, applied::flux_is_told_to_have_applied_our_commit_only_where_it_has),
    test!(ARGO, applied::argo_cd_is_told_to_have_applied_our_commit_only_where_it_has),
    test!(BOTH, gitops::an_added_storage_goes_with_flux_and_stays_with_argo_cd),
];

fn main() -> std::process::ExitCode {
    run::run(TESTS)
}
