//! The cluster room against an API server that plays a script, and that fails in every way there is.
//! Must never reach a real network: everything is on 127.0.0.1.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod access;
mod bodies;
mod diagnosed;
mod dry_runs;
mod environment;
mod incident;
mod listing;
mod lists;
mod logs;
mod many;
mod probed;
mod proof;
mod saved;
mod server;
mod setting;
mod status;
mod unseen;
mod words;
mod writing;
