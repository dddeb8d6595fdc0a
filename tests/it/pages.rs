//! Pages that the program makes of itself: help, the schema of leeward.yaml, and what the README says of them.
//! `LEEWARD_UPDATE=1 cargo test --test it pages` writes the help pages.

use std::path::{Path, PathBuf};
use std::process::Command;

use leeward::model::config::Config;

/// The verbs with a page.
const VERBS: [&[&str]; 9] =
    [&[], &["build"], &["diagnose"], &["plan"], &["propose"], &["preview"], &["verify"], &["status"], &["demo"]];

/// Returns the top of the repository.
fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program and returns stdout.
fn leeward(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_leeward")).args(args).env("COLUMNS", "100").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns whether files are to be written.
#[expect(clippy::disallowed_methods, reason = "a variable says whether to write the pages")]
fn updates() -> bool {
    std::env::var_os("LEEWARD_UPDATE").is_some()
}

/// Compares a text with a file, or writes it.
fn assert_file(path: &Path, text: &str) {
    if updates() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, text, "{}: run with LEEWARD_UPDATE=1", path.display());
}

#[test]
fn the_help_pages_are_the_kept_ones() {
    for verb in VERBS {
        let name = verb.first().unwrap_or(&"leeward");
        let text = leeward(&[verb, &["--help"]].concat());
        assert_file(&top().join(format!("tests/fixtures/help/{name}.txt")), &text);
    }
}

#[test]
fn the_schemas_are_the_kept_ones_and_every_field_is_documented() {
    let schema = leeward(&["schema"]);
    assert_file(&top().join("tests/fixtures/leeward.schema.json"), &schema);
    let diagnosis = leeward(&["schema", "diagnosis"]);
    assert_file(&top().join("tests/fixtures/diagnosis.schema.json"), &diagnosis);
    let verdict = leeward(&["schema", "verdict"]);
    assert_file(&top().join("tests/fixtures/verdict.schema.json"), &verdict);
    let status = leeward(&["schema", "status"]);
    assert_file(&top().join("tests/fixtures/status.schema.json"), &status);
    for schema in [schema, diagnosis, verdict, status] {
        assert_documented(&serde_json::from_str(&schema).unwrap());
    }
}

/// Fails where a field of a schema has no description.
fn assert_documented(schema: &serde_json::Value) {
    let definitions = schema["$defs"].as_object().unwrap().values();
    for (name, field) in definitions.chain([schema]).filter_map(|def| def["properties"].as_object()).flatten() {
        assert!(field["description"].is_string(), "field `{name}` has no description");
    }
}

#[test]
fn the_readme_example_of_leeward_yaml_is_one() {
    let readme = std::fs::read_to_string(top().join("README.md")).unwrap();
    let example = readme.split("```yaml\n# leeward.yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let config = Config::parse(example.expect("the README shows a leeward.yaml")).unwrap();
    let written = serde_json::to_value(&config).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&leeward(&["schema"])).unwrap();
    let fields =
        |name: &str| schema["$defs"][name]["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let shown: String = written.to_string();
    for field in fields("TargetEntry").into_iter().chain(fields("ClusterEntry")) {
        assert!(shown.contains(&format!("\"{field}\":")), "the README example does not show `{field}`");
    }
}

#[test]
fn completions_and_the_manual_page_name_every_verb() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(leeward(&["completions", shell]).contains("propose"), "{shell}");
    }
    let page = leeward(&["man"]);
    for verb in ["demo", "build", "diagnose", "plan", "propose", "preview", "verify", "status", "schema", "completions"]
    {
        assert!(page.contains(verb), "{verb}");
    }
}
