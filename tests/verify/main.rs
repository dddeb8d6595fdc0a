//! `verify` as a whole process on a repository and an API server that plays the controller, the operator and what goes
//! wrong. What the real ones do is in `tests/real`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod api;
mod applied;
mod backup;
mod bytes;
mod clocks;
mod faults;
mod fetched;
mod kept;
mod lock;
mod merged;
mod operator;
mod refusal;
mod resumed;
mod rights;
mod saved;
mod scene;
#[path = "../skip.rs"]
mod skip;
#[path = "../flow/world.rs"]
#[expect(dead_code, reason = "shared with the tests of other verbs")]
mod world;
