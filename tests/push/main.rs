//! Pushing against real `git` servers: `git http-backend` behind a small HTTP server that can be told to fail in the middle,
//! and bare repositories in a folder. Must never reach a real network: everything is on 127.0.0.1.
//! `LEEWARD_PUSH_ROUNDS=200 cargo test --test push races -- --nocapture` is the long run of the races.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod broken;
mod environment;
mod first;
mod people;
mod races;
mod refusals;
mod remotes;
#[path = "../it/repo.rs"]
#[expect(dead_code, reason = "shared with the tests of the room, which use all of it")]
mod repo;
mod server;
#[path = "../skip.rs"]
mod skip;
mod straight;
mod worker;
mod world;
