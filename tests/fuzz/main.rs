//! The differential fuzzer: random builds here and by the libraries of kustomize 5.6.0.
//!
//! `LEEWARD_FUZZ_CASES=5000 cargo test --release --test fuzz -- --nocapture` runs 5,000 cases; `LEEWARD_FUZZ_SEED` sets the
//! first seed, and `LEEWARD_FUZZ_MUTATE=1` damages each case first. Cases that differ are written to
//! `target/fuzz-misses/<seed>`. Needs Go and its modules once, to build the other side; without `LEEWARD_FUZZ_CASES` nothing runs.
#![expect(clippy::disallowed_methods, reason = "the environment says how long to run")]

mod case;
mod features;
mod objects;
mod random;
#[path = "../skip.rs"]
mod skip;
mod yaml;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use leeward::kustomize::{BuildError, Cache, Memory, Options, build};

/// The other side.
struct Oracle {
    /// The process.
    child: Child,
    /// Its answers.
    answers: BufReader<std::process::ChildStdout>,
}

impl Oracle {
    /// Starts the program.
    fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the oracle starts");
        let answers = BufReader::new(child.stdout.take().expect("its output is piped"));
        Self { child, answers }
    }

    /// Builds a folder; `None` means the process died of it.
    fn build(&mut self, folder: &Path) -> Option<(bool, String)> {
        let input = self.child.stdin.as_mut().expect("its input is piped");
        writeln!(input, "root {}", folder.display()).ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        let answer: serde_json::Value = serde_json::from_str(&line).ok()?;
        Some((answer["ok"] == true, answer["text"].as_str().unwrap_or_default().to_owned()))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// The figures.
#[derive(Default)]
struct Tally {
    /// Same text.
    identical: usize,
    /// Both refuse.
    both_fail: usize,
    /// Why both refuse, by the last words of kustomize.
    refusals: BTreeMap<String, usize>,
    /// Outside the subset, by feature.
    unsupported: BTreeMap<String, usize>,
    /// Seeds that differ, with the reason.
    misses: Vec<(u64, &'static str)>,
}

/// A number from the environment.
#[expect(clippy::panic, reason = "a number that is none must not stand for the default")]
fn setting(name: &str, default: u64) -> u64 {
    let Some(text) = std::env::var_os(name) else { return default };
    text.to_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} is not a number"))
}

/// Returns the path of the other side, built where it is not yet; says so where there is neither it nor Go. One
/// that could be built and does not is a failure.
fn oracle(test: &str) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/tools/build.sh");
    let output = Command::new(script).arg("oracle").output().expect("the build script runs");
    if output.status.success() {
        return Some(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has_go = std::env::split_paths(&path).any(|folder| folder.join("go").is_file());
    assert!(!has_go, "the oracle does not build: {}", String::from_utf8_lossy(&output.stderr));
    skip::skip(Some("oracle"), test, "no Go in `PATH` to build the other side");
    None
}

#[test]
fn builds_what_kustomize_builds() {
    let test = "builds_what_kustomize_builds";
    let (first, count) = (setting("LEEWARD_FUZZ_SEED", 1), setting("LEEWARD_FUZZ_CASES", 0));
    if count == 0 {
        let command = "LEEWARD_FUZZ_CASES=5000 cargo test --release --test fuzz -- --nocapture";
        return skip::skip(None, test, &format!("it builds a program from Go modules; run `{command}`"));
    }
    let Some(program) = oracle(test) else { return };
    let halves = [first..first + count / 2, first + count / 2..first + count];
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let runs: Vec<_> = halves.into_iter().map(|seeds| scope.spawn(|| run(&program, seeds))).collect();
        runs.into_iter().map(|run| run.join().expect("a half runs through")).collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.identical += tally.identical;
        all.both_fail += tally.both_fail;
        all.misses.extend(tally.misses);
        for (reason, count) in tally.refusals {
            *all.refusals.entry(reason).or_default() += count;
        }
        for (field, count) in tally.unsupported {
            *all.unsupported.entry(field).or_default() += count;
        }
    }
    println!(
        "{count} cases: {} identical, {} fail on both sides, {} differ",
        all.identical,
        all.both_fail,
        all.misses.len()
    );
    all.unsupported.iter().for_each(|(field, count)| println!("  unsupported {count:4}  {field}"));
    if std::env::var_os("LEEWARD_FUZZ_REFUSALS").is_some() {
        all.refusals.iter().for_each(|(reason, count)| println!("  refused {count:4}  {reason}"));
    }
    all.misses.iter().for_each(|(seed, reason)| println!("  {reason}: seed {seed}"));
    assert!(all.misses.is_empty(), "cases differ");
}

/// Runs a range of seeds.
fn run(program: &str, seeds: std::ops::Range<u64>) -> Tally {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut oracle = Oracle::start(program);
    let mut tally = Tally::default();
    for seed in seeds {
        let mut files = case::case(seed);
        if setting("LEEWARD_FUZZ_MUTATE", 0) != 0 {
            mutate(seed, &mut files);
        }
        let root = folder.path().join(seed.to_string());
        write_files(&root, &files);
        let theirs = oracle.build(&root.join("over")).unwrap_or_else(|| {
            oracle = Oracle::start(program);
            (false, "the process died".to_owned())
        });
        let memory = Memory(files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect());
        let ours = build(&memory, "over", &Options::default(), &Cache::new());
        let reason = match (&ours, &theirs) {
            (Err(BuildError::Limit { .. }), (true, _)) => Some("passes a limit"),
            (Err(BuildError::Read(_)), _) => Some("is not read"),
            (Err(BuildError::Unsupported { field, .. } | BuildError::Limit { limit: field, .. }), _) => {
                let field: String = field.split(" at byte").next().unwrap_or_default().to_owned();
                *tally.unsupported.entry(field).or_default() += 1;
                None
            }
            (Ok(built), (true, text)) if built.text == *text => {
                tally.identical += 1;
                None
            }
            (Err(_), (false, _)) => {
                tally.both_fail += 1;
                *tally
                    .refusals
                    .entry(theirs.1.split(": ").last().unwrap_or_default().chars().take(60).collect())
                    .or_default() += 1;
                None
            }
            (Ok(_), (true, _)) => Some("differs"),
            (Ok(_), (false, _)) => Some("is accepted"),
            (Err(_), (true, _)) => Some("fails"),
        };
        if let Some(reason) = reason {
            let ours = ours.map_or_else(|error| error.to_string(), |built| built.text);
            keep(seed, &files, &ours, &theirs.1);
            tally.misses.push((seed, reason));
        }
        drop(std::fs::remove_dir_all(&root));
    }
    tally
}

/// Damages one file of a case: what a reader must refuse, or read the same all the same.
fn mutate(seed: u64, files: &mut case::Case) {
    let mut random = random::Random::new(seed ^ 0xABCD);
    let names: Vec<String> = files.iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| name.clone()).collect();
    let chosen = names[random.below(names.len())].clone();
    let text = files.get_mut(&chosen).expect("the file is there");
    let mut letters: Vec<char> = text.chars().collect();
    let at = random.below(letters.len());
    match random.below(3) {
        0 => drop(letters.drain(at..(at + 1 + random.below(4)).min(letters.len()))),
        1 => letters[at] = letters[random.below(letters.len())],
        _ => {
            let piece = random.pick(&[
                "  ", "\n", "\t", ":", "- ", "#", "[", "]", "{", "}", "\"", "'", "&a ", "*a", "|", ">", "? ", "!",
                "!!str ", "%", "@", "`", ",", "\n---\n", "\n...\n", " \n", "\n\n", ": ", "null", "~", "<<: ", "\\",
                "é",
            ]);
            drop(letters.splice(at..at, piece.chars()));
        }
    }
    *text = letters.into_iter().collect();
}

/// Writes the files of a case.
fn write_files(root: &Path, files: &case::Case) {
    for (path, text) in files {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder can be made");
        std::fs::write(file, text).expect("the file can be written");
    }
}

/// Keeps a case that differs.
fn keep(seed: u64, files: &case::Case, ours: &str, theirs: &str) {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz-misses").join(seed.to_string());
    write_files(&folder.join("input"), files);
    std::fs::write(folder.join("ours"), ours).expect("the result can be written");
    std::fs::write(folder.join("theirs"), theirs).expect("the result can be written");
}
