//! What a test does without, said where a person sees it: libtest swallows what a passing test prints by the macros, so
//! the line goes to stderr itself. `LEEWARD_REQUIRE` lists what has to be there; a skip for want of it is a failure.

use std::io::Write as _;

/// What `LEEWARD_REQUIRE` may list: a `kustomize` or `kubectl` program, the corpus of real kustomizations, the operator's
/// files, Go for the other side of the fuzzer, the real components of `tests/real`.
const NEEDS: [&str; 5] = ["program", "corpus", "data", "oracle", "testbed"];

/// Says which test, or which part of one, is left out and why; `need` is one of [`NEEDS`], `None` where nobody can ask.
#[expect(clippy::panic, reason = "a skip of what is required fails the test")]
pub(crate) fn skip(need: Option<&str>, test: &str, why: &str) {
    #[expect(clippy::disallowed_methods, reason = "a machine says by the environment what its tests must not skip")]
    let required = std::env::var("LEEWARD_REQUIRE").unwrap_or_default();
    let mut required = required.split(',').map(str::trim).filter(|word| !word.is_empty());
    assert!(need.is_none_or(|need| NEEDS.contains(&need)), "{need:?} is none of {NEEDS:?}");
    let is_required = required.try_fold(false, |found, word| {
        NEEDS.contains(&word).then_some(found || need == Some(word)).ok_or(word.to_owned())
    });
    match is_required {
        Ok(false) => {}
        Ok(true) => panic!("{test}: {why}, and LEEWARD_REQUIRE lists `{}`", need.unwrap_or_default()),
        Err(word) => panic!("LEEWARD_REQUIRE lists `{word}`, which is none of {NEEDS:?}"),
    }
    // In one write, so that lines of tests that run at once stay whole.
    std::io::stderr().write_all(format!("skipped: {test}: {why}\n").as_bytes()).expect("stderr takes a line");
}
