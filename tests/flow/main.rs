//! The built program over whole repositories: plan, propose, demo. One test
//! compares with a `kustomize` or `kubectl` program as well; names what it skips where there is none.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "../action.rs"]
mod action;
mod api;
mod bad_disk;
mod bad_flags;
mod bad_repository;
mod bad_targets;
mod bad_yaml;
mod continued;
mod diagnose;
mod diagnose_about;
mod diagnose_answers;
mod diagnose_from_here;
mod diagnose_git;
mod diagnose_next;
mod diagnose_probe;
mod diagnose_storages;
mod examples;
mod hostile;
mod image;
mod layout;
mod main_job;
mod output;
mod preview;
mod push;
mod readme;
mod refusal;
mod resume;
mod selection;
#[path = "../skip.rs"]
mod skip;
mod spoken;
mod status;
mod who_builds;
mod world;
