//! What every refusal has in common: exit code, whole stderr, an empty stdout, the same said as JSON, nothing changed.

use std::path::Path;

use serde_json::Value;

use crate::world::{Run, World};

/// What a person types.
pub(crate) const FAILOVER: [&str; 7] =
    ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];

/// Returns the usual command with more flags.
pub(crate) fn failover<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FAILOVER.iter().copied().chain(more.iter().copied()).collect()
}

impl World {
    /// Asserts how the program refuses: its exit code and all of stderr, where `@` stands for the folder of the test.
    #[track_caller]
    pub(crate) fn refuses(&self, args: &[&str], code: i32, stderr: &str) {
        self.refuses_through(&[], args, code, stderr);
    }

    /// Asserts how the program refuses when run through another one.
    #[track_caller]
    pub(crate) fn refuses_through(&self, through: &[&str], args: &[&str], code: i32, stderr: &str) {
        let before = self.snapshot();
        let text = self.run(through, args, &[]);
        assert_eq!((self.shown(&text.stderr).as_str(), text.code, text.stdout.as_str()), (stderr, code, ""));
        let json: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
        says_the_same(&text, &self.run(through, &json, &[]));
        assert!(self.snapshot() == before, "a refusal changed something");
    }

    /// Returns a text with `@` for the folder of the test.
    pub(crate) fn shown(&self, text: &str) -> String {
        let real = self.top().canonicalize().unwrap();
        let replace = |text: String, folder: &Path| text.replace(folder.to_str().unwrap(), "@");
        replace(replace(text.to_owned(), &real), self.top())
    }
}

/// Asserts that a failure says as JSON what it says as text.
#[track_caller]
fn says_the_same(text: &Run, json: &Run) {
    assert_eq!((&json.stderr, json.code), (&text.stderr, text.code));
    let failure: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&failure["version"], &failure["kind"]), (&1.into(), &"Failure".into()));
    assert_eq!(failure["exit_code"], text.code);
    let line = |label: &str, value: &Value| format!("{label} {}\n", value.as_str().unwrap());
    let mut said = line("error:", &failure["error"]);
    said.extend(failure["causes"].as_array().unwrap().iter().map(|cause| line("caused by:", cause)));
    said.extend(Some(&failure["hint"]).filter(|hint| !hint.is_null()).map(|hint| line("hint:", hint)));
    assert_eq!(said, text.stderr);
}
