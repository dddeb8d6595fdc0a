//! What needs a `kustomize` or `kubectl` program, and for the corpus its data: names what it skips, and why.

mod build;
mod corpus;
mod disk;
#[path = "../skip.rs"]
mod skip;
mod verify;

use std::ffi::OsString;

use leeward::build::{Builder, Choice};

/// Returns a variable of the environment.
#[expect(clippy::disallowed_methods, reason = "tests find programs and data through the environment")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Returns the builder that is a program, or says which test does without.
fn builder(test: &str) -> Option<Builder> {
    let path = variable("PATH");
    let found = path.iter().flat_map(std::env::split_paths);
    let is_there = |folder: std::path::PathBuf| ["kustomize", "kubectl"].iter().any(|name| folder.join(name).is_file());
    if found.into_iter().any(is_there) {
        return Some(Builder::new(Choice::Binary, path.as_deref()));
    }
    skip::skip(Some("program"), test, "no `kustomize` and no `kubectl` program in `PATH`");
    None
}
