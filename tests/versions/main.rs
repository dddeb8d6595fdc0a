//! The main job on the sample clusters of every operator version: what is proposed is built again and held against that
//! version's CRD with nothing pruned, and against each row of operator.md section 0, without the planner's code.
//! Needs a `kustomize` or `kubectl` program and the operator's files (`LEEWARD_DATA`, else `../shared/data`); names what it skips without them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]
#![expect(clippy::print_stderr, reason = "a test says how much it ran")]

mod axes;
mod built;
mod data;
mod estate;
mod fields;
mod listed;
mod live;
mod manifest;
mod matrix;
#[path = "../places.rs"]
mod places;
mod rows;
mod runbook;
mod schema;
mod schema_proof;
mod second;
#[path = "../skip.rs"]
mod skip;
mod story;
mod tables;
#[expect(dead_code, reason = "the harness of the binary `flow`, of which this one needs a part")]
#[path = "../flow/world.rs"]
mod world;
