//! What needs a `kustomize` or `kubectl` program, and for the corpus its data: names what it skips, and why.

mod build;
mod corpus;
mod disk;

use std::ffi::OsString;

use leeward::build::Builder;

/// Returns a variable of the environment.
#[expect(clippy::disallowed_methods, reason = "tests find programs and data through the environment")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Returns the builder of this machine, or says which test does without.
fn builder(test: &str) -> Option<Builder> {
    let path = variable("PATH");
    match Builder::find(path.as_deref()) {
        Ok(builder) => Some(builder),
        Err(error) => {
            skip(test, &error.to_string());
            None
        }
    }
}

/// Says what is left out, and why.
#[expect(clippy::print_stderr, reason = "a skipped test has to be seen")]
fn skip(test: &str, why: &str) {
    eprintln!("skipped: {test}: {why}");
}
