//! The structure and the pages of the program; the git room against repositories made by the `git` program.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "../../build.rs"]
#[expect(dead_code, clippy::print_stdout, reason = "the build calls its entry, and cargo reads what it prints")]
mod commit_name;
mod diagnose_corpus;
mod git_base;
mod git_commit;
mod git_landing;
mod git_open;
mod git_people;
mod git_propose;
mod git_random;
mod git_sign;
mod git_tree;
mod git_trouble;
mod git_walk;
mod kustomize_fixtures;
mod layers;
mod pages;
mod repo;
#[path = "../skip.rs"]
mod skip;
mod worker;
