//! The conformance corpora: real kustomizations and kustomize's own test cases, against the builder.
//!
//! Run `cargo test --release --test corpus -- --nocapture` for the figures. The corpora are not part of the project; where
//! they are absent the test says so by name. `LEEWARD_CORPUS` names another place for them.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the figures are the result; the environment names the corpus"
)]

#[path = "../skip.rs"]
mod skip;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use leeward::kustomize::{BuildError, Cache, Entry, Files, Memory, Options, Patched, ReadError, Restrictor, build};

/// A folder on disk, links shown as links.
struct Folder(PathBuf);

impl Folder {
    /// The error of a failed read.
    fn failed(path: &str, error: &std::io::Error) -> ReadError {
        ReadError { path: path.to_owned(), reason: error.to_string() }
    }
}

impl Files for Folder {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        match std::fs::symlink_metadata(self.0.join(path)) {
            Ok(data) if data.is_dir() => Ok(Some(Entry::Folder)),
            Ok(data) if data.is_symlink() => {
                let target = std::fs::read_link(self.0.join(path)).map_err(|error| Self::failed(path, &error))?;
                Ok(Some(Entry::Link { target: target.to_string_lossy().into_owned() }))
            }
            Ok(_) => Ok(Some(Entry::File { id: Some(id_of(path)) })),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(Self::failed(path, &error)),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        std::fs::read(self.0.join(path)).map(Arc::from).map_err(|error| Self::failed(path, &error))
    }

    fn list(&self, _path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        Ok(Vec::new())
    }
}

/// An id that stands for a path in one corpus: the corpora do not change while they are read.
fn id_of(path: &str) -> [u8; 20] {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut id = [0; 20];
    for (at, chunk) in id.chunks_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        (at, path).hash(&mut hasher);
        chunk.copy_from_slice(&hasher.finish().to_le_bytes()[..chunk.len()]);
    }
    id
}

/// What came of a corpus.
#[derive(Default)]
struct Tally {
    /// Builds tried.
    all: usize,
    /// Builds with the expected text, or failing where they must.
    identical: usize,
    /// Builds that differ without saying so.
    different: Vec<String>,
    /// Builds that fail although they must not, or must and fail of something else than their input.
    failed: Vec<String>,
    /// Builds that must fail and do not.
    accepted: Vec<String>,
    /// Builds outside the subset, by feature.
    unsupported: BTreeMap<String, Vec<String>>,
}

impl Tally {
    /// Takes one result; `None` as expectation means the build must fail.
    fn take(&mut self, name: &str, expected: Option<&str>, result: Result<String, BuildError>) {
        self.all += 1;
        match (expected, result) {
            (_, Err(BuildError::Unsupported { field, .. })) => {
                self.unsupported.entry(field).or_default().push(name.to_owned());
            }
            (Some(expected), Ok(text)) if text == expected => self.identical += 1,
            (Some(expected), Ok(text)) => {
                if let Some(folder) = option_env!("LEEWARD_CORPUS_DIFF") {
                    let file = format!("{folder}/{}", name.replace(['/', ' '], "_"));
                    drop(std::fs::create_dir_all(folder));
                    drop(std::fs::write(format!("{file}.want"), expected));
                    drop(std::fs::write(format!("{file}.have"), text));
                }
                self.different.push(name.to_owned());
            }
            (Some(_), Err(error)) => self.failed.push(format!("{name}: {error}")),
            (None, Err(BuildError::Invalid { .. })) => self.identical += 1,
            (None, Err(error)) => self.failed.push(format!("{name}, which must fail as invalid: {error}")),
            (None, Ok(_)) => self.accepted.push(name.to_owned()),
        }
    }

    /// The number of builds inside the subset.
    fn in_subset(&self) -> usize {
        self.all - self.unsupported.values().map(Vec::len).sum::<usize>()
    }

    /// The share of builds inside the subset that are right, in percent.
    fn share(&self) -> f64 {
        let (right, all) = (u32::try_from(self.identical).unwrap_or(0), u32::try_from(self.in_subset()).unwrap_or(1));
        100.0 * f64::from(right) / f64::from(all.max(1))
    }

    /// Prints the figures.
    fn print(&self, corpus: &str) {
        let share = self.share();
        println!(
            "{corpus}: {} builds, {} in the subset, {} right ({share:.2} %)",
            self.all,
            self.in_subset(),
            self.identical
        );
        for (word, names) in [("differs", &self.different), ("fails", &self.failed), ("is accepted", &self.accepted)] {
            for name in names {
                println!("  {word}: {name}");
            }
        }
        let mut features: Vec<_> = self.unsupported.iter().collect();
        features.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
        for (field, names) in features {
            println!("  unsupported {:4}  {field}  (e.g. {})", names.len(), names[0]);
        }
    }
}

/// The folder of a corpus, if it is there.
fn corpus(test: &str, name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("LEEWARD_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kustomize-corpus"), PathBuf::from);
    let folder = folder.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    skip::skip(Some("corpus"), test, &format!("no corpus at `{}` (set LEEWARD_CORPUS)", folder.display()));
    None
}

/// The options for a build.
fn options(restrictor: Restrictor) -> Options {
    Options { restrictor, ..Options::default() }
}

#[test]
fn builds_real_kustomizations_byte_for_byte() {
    let Some(folder) = corpus("builds_real_kustomizations_byte_for_byte", "real") else { return };
    let manifest = std::fs::read_to_string(folder.join("manifest.jsonl")).expect("the corpus has a manifest");
    let files = Folder(folder.clone());
    let cache = Cache::new();
    let mut tally = Tally::default();
    let start = Instant::now();
    let mut busy = std::time::Duration::ZERO;
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("a manifest line is JSON");
        let (repo, dir) = (entry["repo"].as_str().expect("repo"), entry["dir"].as_str().expect("dir"));
        let packed = folder.join("_expected").join(repo).join(format!("{}.yaml.gz", dir.replace('/', "__")));
        let mut expected = String::new();
        let file = std::fs::File::open(&packed).unwrap_or_else(|error| panic!("{}: {error}", packed.display()));
        flate2::read::GzDecoder::new(file).read_to_string(&mut expected).expect("the expectation unpacks");
        let restrictor = if entry["load_restrictor"] == "none" { Restrictor::None } else { Restrictor::RootOnly };
        let begin = Instant::now();
        let result = build(&files, &format!("{repo}/{dir}"), &options(restrictor), &cache);
        busy += begin.elapsed();
        tally.take(&format!("{repo} {dir}"), Some(&expected), result.map(|built| built.text));
    }
    tally.print("real");
    println!("  {:.2} s in builds, {:.2} s in all", busy.as_secs_f64(), start.elapsed().as_secs_f64());
    assert!(tally.different.is_empty(), "silent differences");
    assert!(tally.share() >= 99.5, "less than 99.5 % right");
    assert!(100 * tally.in_subset() >= 98 * tally.all, "less than 98 % in the subset");
}

#[test]
fn builds_the_cases_of_kustomize_itself() {
    let this = "builds_the_cases_of_kustomize_itself";
    let Some(folder) = corpus(this, "krusty") else { return };
    let mut cases = Vec::new();
    find_cases(&folder, &mut cases);
    cases.sort();
    let cache = Cache::new();
    let (mut tally, mut unconfirmed) = (Tally::default(), 0);
    for case in &cases {
        let name = case.strip_prefix(&folder).expect("a case is below the corpus").display().to_string();
        let text = std::fs::read_to_string(case.join("case.json")).expect("a case is readable");
        let data: serde_json::Value = serde_json::from_str(&text).expect("a case is JSON");
        let check = data["kubectl_check"].as_str().unwrap_or_default();
        if !matches!(check, "match-asis" | "match-fifo" | "error-match" | "error-textdiff") {
            unconfirmed += 1;
            println!("left out: case `{name}`, which kustomize itself does not confirm ({check})");
            continue;
        }
        run_case(case, &name, &data, (&cache, &mut tally));
    }
    tally.print("krusty");
    if unconfirmed > 0 {
        skip::skip(None, this, &format!("{unconfirmed} cases, which kustomize itself does not confirm"));
    }
    assert!(tally.different.is_empty(), "silent differences");
    assert!(tally.share() >= 97.0, "less than 97 % right");
    assert!(tally.accepted.is_empty(), "cases are accepted that kustomize refuses");
}

/// Runs one case.
fn run_case(case: &Path, name: &str, data: &serde_json::Value, (cache, tally): (&Cache, &mut Tally)) {
    let run = data["run"].as_str().expect("a case names its folder").trim_matches('/');
    let run = if run == "." { "" } else { run };
    let restrictor = match data["options"]["LoadRestrictions"].as_str() {
        Some("LoadRestrictionsNone") => Restrictor::None,
        _ => Restrictor::RootOnly,
    };
    let mut memory = Memory::default();
    load_folder(&case.join("input"), "", &mut memory);
    let mut patched = Patched { base: &memory, changes: BTreeMap::new() };
    if data["kubectl_check"] == "match-fifo" {
        for file in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
            let path = if run.is_empty() { file.to_owned() } else { format!("{run}/{file}") };
            if let Ok(bytes) = memory.read(&path) {
                let text = format!("{}\nsortOptions:\n  order: fifo\n", String::from_utf8_lossy(&bytes));
                patched.changes.insert(path, Some(text.into_bytes()));
            }
        }
    }
    let expected = std::fs::read_to_string(case.join("expected.yaml")).ok().filter(|_| data["expect"] == "ok");
    let result = build(&patched, run, &options(restrictor), cache);
    tally.take(name, expected.as_deref(), result.map(|built| built.text));
}

/// Finds the folders that hold a case.
fn find_cases(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("case.json").is_file() {
        cases.push(folder.to_owned());
        return;
    }
    for entry in std::fs::read_dir(folder).expect("the corpus is readable").flatten() {
        if entry.path().is_dir() {
            find_cases(&entry.path(), cases);
        }
    }
}

/// Loads a folder into memory.
fn load_folder(folder: &Path, prefix: &str, memory: &mut Memory) {
    for entry in std::fs::read_dir(folder).expect("a case has files").flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            load_folder(&entry.path(), &format!("{path}/"), memory);
        } else {
            memory.0.insert(path, std::fs::read(entry.path()).expect("a file is readable"));
        }
    }
}
