//! The built program over whole repositories: plan, propose, demo. Needs a builder; names what it skips where there is none.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![expect(clippy::print_stderr, reason = "a test names what it skips")]

mod bad_disk;
mod bad_flags;
mod bad_repository;
mod bad_targets;
mod bad_yaml;
mod continued;
mod examples;
mod hostile;
mod layout;
mod main_job;
mod output;
mod readme;
mod refusal;
mod selection;
mod world;
