//! Every feature of the built-in builder, proven without program and corpus: expectations made by kustomize 5.6.0.
//!
//! A case is `input/` with `expected.yaml`, or `expected-failure` where kustomize fails; the root is `input/over` where that
//! exists. `tests/fixtures/kustomize/regenerate.sh` makes the expectations anew.

use std::path::{Path, PathBuf};

use leeward::kustomize::{BuildError, Built, Cache, Extent, Memory, Options, Restrictor, build};

/// The folder of the cases.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kustomize")
}

/// Loads a folder into memory.
fn load(folder: &Path, prefix: &str, memory: &mut Memory) {
    for entry in std::fs::read_dir(folder).expect("a case is readable").flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            load(&entry.path(), &format!("{path}/"), memory);
        } else {
            memory.0.insert(path, std::fs::read(entry.path()).expect("a file is readable"));
        }
    }
}

/// Builds a case.
fn build_case(case: &Path, options: &Options) -> Result<Built, BuildError> {
    let mut memory = Memory::default();
    load(&case.join("input"), "", &mut memory);
    let root = if case.join("input/over").is_dir() { "over" } else { "" };
    build(&memory, root, options, &Cache::new())
}

#[test]
fn builds_every_fixture_as_kustomize_does() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in
        std::fs::read_dir(fixtures()).expect("the fixtures are there").flatten().filter(|entry| entry.path().is_dir())
    {
        let case = entry.path();
        count += 1;
        let result = build_case(&case, &Options::default());
        let is_right = match (&result, std::fs::read_to_string(case.join("expected.yaml"))) {
            (Ok(built), Ok(expected)) => built.text == expected,
            (Err(BuildError::Unsupported { .. }), _) => false,
            (Err(_), Err(_)) => case.join("expected-failure").is_file(),
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{}: {:?}", case.display(), result.map(|built| built.text)));
        }
    }
    assert!(count >= 60, "only {count} fixtures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reads_outside_the_root_only_when_told() {
    let options = Options { restrictor: Restrictor::None, ..Options::default() };
    let built = build_case(&fixtures().join("fails-outside"), &options).expect("the restrictor is off");
    assert!(built.text.contains("name: cfg"));
    assert_eq!(built.files_read.into_iter().collect::<Vec<_>>(), ["a.yaml", "over/kustomization.yaml"]);
}

#[test]
fn stops_where_it_is_told() {
    let at = |extent| {
        let options = Options { extent, ..Options::default() };
        build_case(&fixtures().join("merge-rename"), &options).expect("the case builds").text
    };
    assert!(!at(Extent::Accumulated).contains("renamed"));
    assert_eq!(at(Extent::Patched).matches("renamed").count(), 1);
    assert_eq!(at(Extent::Whole).matches("renamed").count(), 2);
}

#[test]
fn says_no_value_of_a_generator_that_fails() {
    for (text, file) in [
        ("secretGenerator: [{name: a, literals: [hunter2]}]", ""),
        ("secretGenerator: [{name: a, literals: [a=hunter2, a=hunter2]}]", ""),
        ("secretGenerator: [{name: a, behavior: merge, literals: [a=hunter2]}]", ""),
        ("secretGenerator: [{name: a, envs: [env]}]", "A=hunter2\nA=hunter2"),
        ("secretGenerator: [{name: a, literals: [a=hunter2], type: [hunter2]}]", ""),
        ("secretGenerator: [{name: a, files: [a=b=hunter2]}]", ""),
        ("secretGenerator: [{name: a, literals: {a: hunter2}}]", ""),
        ("configMapGenerator: [{name: a, literals: [\"a=hunter2\\x7F\"]}]", ""),
        ("configMapGenerator: [{name: a, envs: [env]}]", "hunter2\nhunter2"),
        ("configMapGenerator: [{name: a, envs: [env]}]", "A=hunter2\u{7F}"),
    ] {
        let files = [("kustomization.yaml", text), ("env", file)];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        let error =
            build(&Memory(files.into()), "", &Options::default(), &Cache::new()).expect_err("it fails").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn names_file_and_field_of_what_it_does_not_build() {
    for (field, text) in [
        ("validators", "validators: [a.yaml]"),
        ("helmCharts", "helmCharts: [{name: a}]"),
        ("the remote `github.com/a/b`", "resources: [github.com/a/b]"),
        ("the remote `gitlab.com/a/b//c?ref=v1`", "resources: [gitlab.com/a/b//c?ref=v1]"),
        ("the remote `gh:a/b`", "resources: [gh:a/b]"),
        ("the remote `a/b?ref=v1`", "resources: [a/b?ref=v1]"),
        ("the remote `host.example/a/b.git//c`", "components: [host.example/a/b.git//c]"),
        ("patches.options.other", "patches: [{path: p.yaml, options: {other: true}}]"),
    ] {
        let memory = Memory([("kustomization.yaml".to_owned(), text.as_bytes().to_vec())].into());
        let error = build(&memory, "", &Options::default(), &Cache::new()).expect_err("it is not built");
        let expected = BuildError::Unsupported { file: "kustomization.yaml".to_owned(), field: field.to_owned() };
        assert_eq!(error, expected);
    }
}
