//! The forge room against servers that check every request against the published APIs, and that fail in every way.
//! Must never reach a real network: everything is on 127.0.0.1.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "../action.rs"]
mod action;
mod children;
mod comments;
mod failures;
mod gitea;
mod github;
mod gitlab;
mod hub;
mod hygiene;
mod keeping;
mod known;
mod lab;
mod limits;
mod model;
mod pipeline;
mod program;
mod races;
mod server;
mod setting;
mod site;
#[path = "../skip.rs"]
mod skip;
mod tea;
