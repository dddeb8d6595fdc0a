//! Every id that the room can produce has a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What stands before an id in the sources.
const BEFORE: [&str; 6] = ["Finding::refuse(", "Finding::warn(", "Finding::note(", "id: ", "add(", "let id = "];

/// Returns the files of the room, those of tests apart.
fn sources() -> (Vec<String>, Vec<String>) {
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/plan"))];
    let (mut room, mut tests) = (Vec::new(), Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.components().any(|part| part.as_os_str() == "tests");
            match path.is_dir() {
                true => folders.push(path),
                false if is_test => tests.push(read(&path)),
                false => room.push(read(&path)),
            }
        }
    }
    (room, tests)
}

/// Returns a file without its tests.
fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

/// Returns the first word in quotes right behind a place in a text.
fn quoted(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

/// Returns the ids in a source.
fn ids(source: &str) -> impl Iterator<Item = &str> {
    let places = BEFORE.iter().flat_map(|before| source.match_indices(before));
    places.filter_map(|(at, before)| quoted(&source[at + before.len()..]))
}

#[test]
fn every_id_has_a_test() {
    let (room, tests) = sources();
    let ids: BTreeSet<&str> = room.iter().flat_map(|source| ids(source)).collect();
    assert!(ids.len() > 50, "the sources are read wrongly: {ids:?}");
    let is_tested = |id: &&&str| tests.iter().any(|test| test.contains(&format!("\"{id}\"")));
    let untested: Vec<_> = ids.iter().filter(|id| !is_tested(id)).collect();
    assert!(untested.is_empty(), "no test in src/plan/tests triggers {untested:?}");
}

#[test]
fn no_finding_is_made_with_an_id_that_cannot_be_read_here() {
    for source in sources().0 {
        for (at, _) in source.match_indices("Finding::") {
            let Some((_, rest)) = source[at..].split_once('(').filter(|(name, _)| name.len() < 20) else { continue };
            let is_known = quoted(rest).is_some() || rest.starts_with("id,");
            assert!(is_known, "{}", &rest[..60.min(rest.len())]);
        }
    }
}
