//! The flow is the architecture: reads which rooms each file names, and fails when an arrow points the wrong way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms that each room may name, beside itself.
const ARROWS: [(&str, &[&str]); 18] = [
    ("kustomize", &[]),
    ("failure", &[]),
    ("model", &["failure"]),
    ("survey", &["failure", "kustomize", "model"]),
    ("diagnose", &["failure", "model"]),
    ("plan", &["failure", "model", "survey"]),
    ("render", &["failure", "model", "plan"]),
    ("preview", &["failure", "model", "survey"]),
    ("verify", &["failure", "model"]),
    ("report", &["diagnose", "failure", "model", "plan", "preview", "verify"]),
    ("git", &["failure", "kustomize", "model"]),
    ("cluster", &["failure", "model"]),
    ("forge", &["failure", "model"]),
    ("s3", &["failure", "model"]),
    ("build", &["failure", "kustomize", "model", "survey"]),
    ("cli", &[]),
    ("console", &["cli"]),
    (
        "commands",
        &[
            "build",
            "cli",
            "cluster",
            "diagnose",
            "failure",
            "forge",
            "git",
            "kustomize",
            "model",
            "plan",
            "preview",
            "render",
            "report",
            "s3",
            "survey",
            "verify",
        ],
    ),
];
/// The rooms that know nothing of the outside.
const PURE: [&str; 10] =
    ["diagnose", "failure", "kustomize", "model", "survey", "plan", "render", "preview", "verify", "report"];
/// What a pure room must not name.
const OUTSIDE: [&str; 11] = [
    "git2",
    "kube::",
    "reqwest",
    "tokio",
    "std::env",
    "std::fs",
    "std::io",
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
                rooms.entry(room).or_default().push((inner, without_tests(&text)));
            }
        }
    }
    rooms
}

/// Returns a text without its modules of tests: `#[cfg(test)]` with the `mod name;` or the `mod name { … }` that follows.
fn without_tests(text: &str) -> String {
    let mut lines = text.lines();
    let mut kept = Vec::new();
    while let Some(line) = lines.next() {
        kept.push(line);
        if line.trim() != "#[cfg(test)]" {
            continue;
        }
        let mut item = lines.clone();
        let first = item.by_ref().find(|line| !line.trim_start().starts_with("#["));
        let Some(first) = first.filter(|line| line.trim_start().starts_with("mod ")) else { continue };
        kept.pop();
        lines = item;
        if !first.ends_with(';') {
            let indent = first.len() - first.trim_start().len();
            let end = format!("{}}}", &first[..indent]);
            assert!(lines.any(|line| line == end), "`{first}` has no end");
        }
    }
    kept.join("\n")
}

/// Returns the lines of code without comments, then every path that a `use` names, written out.
fn code(text: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect();
    let mut paths = Vec::new();
    for at in 0..lines.len() {
        let words = lines[at].trim_start();
        let words = words.strip_prefix("pub ").or_else(|| Some(words.strip_prefix("pub(")?.split_once(") ")?.1));
        if words.unwrap_or(lines[at].trim_start()).starts_with("use ") {
            let whole = lines[at..].join(" ");
            let tree = whole.split(';').next().unwrap().split_once("use ").unwrap().1;
            expand("", &tree.split_whitespace().collect::<String>(), &mut paths);
        }
    }
    lines.append(&mut paths);
    lines
}

/// Writes out the paths of a `use`, whose groups may hold groups.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let mut depth = 0;
    let at_top = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    for part in tree.split(at_top).filter(|part| !part.is_empty()) {
        match part.split_once('{') {
            Some((start, rest)) => expand(&format!("{prefix}{start}"), rest.strip_suffix('}').unwrap(), paths),
            None => paths.push(format!("{prefix}{part}")),
        }
    }
}

/// Returns the rooms that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let of_line = |line: &String| line.split("crate::").skip(1).map(word).collect::<Vec<_>>();
    code(text).iter().flat_map(of_line).filter(|room| !room.is_empty()).collect()
}

/// Returns the lines that name what is outside.
fn outside(text: &str) -> Vec<String> {
    let names = |line: &String| OUTSIDE.iter().any(|word| line.contains(word));
    code(text).into_iter().filter(names).collect()
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
            assert_eq!(outside(text), [""; 0], "{} of room `{room}`", path.display());
        }
    }
}

/// Returns the lines of a text that hold one of the words.
fn lines_with(text: &str, words: &[&str]) -> Vec<String> {
    code(text).into_iter().filter(|line| words.iter().any(|word| line.contains(word))).collect()
}

#[test]
fn only_the_cluster_room_knows_kube_and_only_the_forge_and_s3_rooms_http() {
    for (own, words) in [(["cluster"].as_slice(), "kube::"), (&["forge", "s3"], "reqwest")] {
        for (room, files) in rooms().iter().filter(|(room, _)| !own.contains(&room.as_str())) {
            for (path, text) in files {
                assert_eq!(lines_with(text, &[words]), [""; 0], "{} of room `{room}`", path.display());
            }
        }
    }
}

#[test]
fn only_these_three_rooms_wait_on_futures() {
    for (room, files) in rooms().iter().filter(|(room, _)| !["cluster", "forge", "s3"].contains(&room.as_str())) {
        for (path, text) in files {
            assert_eq!(
                lines_with(text, &["tokio", "async ", "block_on"]),
                [""; 0],
                "{} of room `{room}`",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in rooms().values().flatten() {
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}

#[test]
fn a_planted_violation_is_seen_wherever_it_stands() {
    for planted in [
        "use std::fs;",
        "use std::{fmt, fs};",
        "pub(crate) use std::{\n    collections::{BTreeMap, BTreeSet},\n    env as e,\n};",
        "use std::io::{self, Write};",
        "fn f() {\n    use std::{fmt, process};\n}",
        "fn f() { std::net::lookup() }",
        "#[cfg(test)]\nuse std::fs;",
    ] {
        for before in ["", "#[cfg(test)]\nmod tests;\n", "#[cfg(test)]\nmod tests {\n    fn f() {\n    }\n}\n"] {
            let text = format!("//! A room.\n\n{before}{planted}\n");
            assert!(!outside(&without_tests(&text)).is_empty(), "{text}");
        }
    }
    let above =
        "#[cfg(test)]\nmod tests;\nuse crate::{git::{Outcome, Repository}, model};\nfn f() { crate::build::x() }\n";
    assert_eq!(named(&without_tests(above)), ["build", "git", "model"].map(str::to_owned).into());
}

#[test]
fn tests_comments_and_likely_names_are_no_violation() {
    let text = "// use std::fs;\nuse std::{fmt, iter};\n#[cfg(test)]\n#[expect(dead_code)]\nmod tests {\n    use std::{env, fs};\n}\n";
    assert_eq!(outside(&without_tests(text)), [""; 0]);
}
