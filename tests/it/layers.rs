//! The flow is the architecture: reads which rooms each file names, and fails when an arrow points the wrong way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms that each room may name, beside itself.
const ARROWS: [(&str, &[&str]); 12] = [
    ("kustomize", &[]),
    ("failure", &[]),
    ("model", &["failure"]),
    ("survey", &["failure", "kustomize", "model"]),
    ("plan", &["failure", "model", "survey"]),
    ("render", &["failure", "model", "plan"]),
    ("report", &["failure", "model", "plan"]),
    ("git", &["failure", "kustomize", "model"]),
    ("build", &["failure", "kustomize", "model", "survey"]),
    ("cli", &[]),
    ("console", &["cli"]),
    ("commands", &["build", "cli", "failure", "git", "kustomize", "model", "plan", "render", "report", "survey"]),
];
/// The rooms that know nothing of the outside.
const PURE: [&str; 7] = ["failure", "kustomize", "model", "survey", "plan", "render", "report"];
/// What a pure room must not name.
const OUTSIDE: [&str; 10] = [
    "git2",
    "kube::",
    "reqwest",
    "tokio",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "Timestamp::now",
    "tempfile",
];

/// Returns the code of every file by room, tests left out.
fn rooms() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(&top).unwrap().to_owned();
            let room = inner.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let is_test = inner.iter().any(|part| part == "tests" || part == "tests.rs" || part == "laws.rs");
            if path.extension().is_some_and(|end| end == "rs") && !is_test {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
                rooms.entry(room).or_default().push((inner, code));
            }
        }
    }
    rooms
}

/// Returns the lines of code without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// Returns the rooms that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    code(text).flat_map(|line| line.split("crate::").skip(1).map(word).collect::<Vec<_>>()).collect()
}

#[test]
fn every_arrow_points_down_the_flow() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    for (room, files) in rooms().iter().filter(|(room, _)| !["lib", "main"].contains(&room.as_str())) {
        let allowed = arrows.get(room.as_str()).unwrap_or_else(|| panic!("room `{room}` has no arrows: say which"));
        for (path, text) in files {
            for other in named(text).iter().filter(|other| *other != room) {
                assert!(allowed.contains(&other.as_str()), "{} names `crate::{other}`", path.display());
            }
        }
    }
}

#[test]
fn pure_rooms_know_nothing_of_the_outside() {
    for (room, files) in rooms().iter().filter(|(room, _)| PURE.contains(&room.as_str())) {
        for (path, text) in files {
            for line in code(text) {
                let found = OUTSIDE.iter().find(|word| line.contains(**word));
                assert_eq!(found, None, "{} of room `{room}`: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in rooms().values().flatten() {
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}
