//! The laws of design.md over generated repositories, over runs that die at any instant, and over incidents that follow
//! each other. Runs the built program and judges what it committed by builds of its own. Needs a program that builds.
//!
//! More of the same, with the built program of a release for speed:
//! `LEEWARD_LAWS_CASES=200 cargo test --release --test laws -- --nocapture generated` (cases a test, default 12),
//! `LEEWARD_LAWS_SEED=17` (that case alone), `LEEWARD_LAWS_KILLS=200 cargo test --release --test laws -- --nocapture kill`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]
#![expect(clippy::print_stdout, reason = "a test names the seed it is at, what it counted")]

mod builds;
mod case;
mod cluster;
mod dice;
mod generated;
mod judge;
mod kill;
mod late;
mod proposal;
#[path = "../skip.rs"]
mod skip;
mod spelling;
mod stages;
mod verdict;
#[expect(dead_code, reason = "the harness serves several test binaries")]
#[path = "../flow/world.rs"]
mod world;

/// Returns the number in an environment variable.
fn number(name: &str) -> Option<u64> {
    let text = world::variable(name)?.into_string().unwrap();
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}
