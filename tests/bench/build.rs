//! First figures: one small root as a whole process, and all corpus roots in one process against one process a root.
//!
//! `cargo bench --bench build`. Programs and corpora that are absent are named and skipped.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "the figures are the result")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use leeward::kustomize::{Cache, Entry, Files, Options, ReadError, Restrictor, build};

/// A folder on disk.
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
            Ok(_) => {
                // Paths stand for contents: the corpus does not change while it is read.
                let mut id = [0u8; 20];
                for (at, chunk) in id.chunks_mut(8).enumerate() {
                    let mut hasher = DefaultHasher::new();
                    (at, path).hash(&mut hasher);
                    chunk.copy_from_slice(&hasher.finish().to_le_bytes()[..chunk.len()]);
                }
                Ok(Some(Entry::File { id: Some(id) }))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
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

/// Builds one root and prints it: what the process under test does.
fn child(folder: &str, root: &str, restrictor: Restrictor) {
    let options = Options { restrictor, ..Options::default() };
    if let Ok(built) = build(&Folder(folder.into()), root, &options, &Cache::new()) {
        print!("{}", built.text);
    }
}

/// The median time of a command.
fn median(rounds: usize, command: &mut dyn FnMut() -> Command) -> Option<Duration> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        let is_done = command().stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?.success();
        times.push(start.elapsed());
        if !is_done {
            return None;
        }
    }
    times.sort();
    times.get(times.len() / 2).copied()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, root, restrictor] = arguments.as_slice()
        && word == "child"
    {
        let restrictor = if restrictor == "none" { Restrictor::None } else { Restrictor::RootOnly };
        return child(folder, root, restrictor);
    }
    small_root();
    corpus_roots();
}

/// One small root as a whole process.
fn small_root() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("tests/fixtures/kustomize/merge-lists/input");
    let me = std::env::current_exe().expect("this program has a path");
    let mut ours = || {
        let mut command = Command::new(&me);
        command.args(["child", &root.display().to_string(), "", "root"]);
        command
    };
    let Some(base) = median(40, &mut ours) else { return println!("the built-in builder failed") };
    println!("one small root, whole process: built-in {base:?}");
    let script = here.join("tests/real/tools/build.sh");
    let built = Command::new(script).arg("kustomize").output().ok().filter(|output| output.status.success());
    let kustomize = built.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    for (name, program, verb) in
        [("kubectl kustomize", Some("kubectl".to_owned()), "kustomize"), ("kustomize build", kustomize, "build")]
    {
        let time = program.and_then(|program| {
            median(15, &mut || {
                let mut command = Command::new(&program);
                command.arg(verb).arg(&root);
                command
            })
        });
        match time {
            Some(time) => println!("  {name} {time:?}, {:.0} times as long", time.as_secs_f64() / base.as_secs_f64()),
            None => println!("  skipped: {name}, which does not run here"),
        }
    }
}

/// All roots of the corpus that the builder takes.
fn corpus_roots() {
    let folder = std::env::var_os("LEEWARD_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kustomize-corpus"), PathBuf::from)
        .join("real");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.jsonl")) else {
        return println!("skipped: the corpus roots, because `{}` is absent", folder.display());
    };
    let entries: Vec<serde_json::Value> = manifest.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let root = |entry: &serde_json::Value| {
        format!("{}/{}", entry["repo"].as_str().unwrap_or_default(), entry["dir"].as_str().unwrap_or_default())
    };
    let restrictor = |entry: &serde_json::Value| {
        if entry["load_restrictor"] == "none" { Restrictor::None } else { Restrictor::RootOnly }
    };
    let files = Folder(folder.clone());
    let is_built = |entry: &&serde_json::Value| {
        let options = Options { restrictor: restrictor(entry), ..Options::default() };
        build(&files, &root(entry), &options, &Cache::new()).is_ok()
    };
    let taken: Vec<&serde_json::Value> = entries.iter().filter(is_built).collect();
    let start = Instant::now();
    let cache = Cache::new();
    for entry in &taken {
        let options = Options { restrictor: restrictor(entry), ..Options::default() };
        drop(build(&files, &root(entry), &options, &cache));
    }
    let together = start.elapsed();
    println!("{} corpus roots: {together:?} in one process", taken.len());
    let me = std::env::current_exe().expect("this program has a path");
    let each = |name: &str, every: usize, make: &dyn Fn(&serde_json::Value) -> Command| {
        let sample: Vec<_> = taken.iter().step_by(every).collect();
        let start = Instant::now();
        for entry in &sample {
            drop(make(entry).stdout(Stdio::null()).stderr(Stdio::null()).status());
        }
        let share =
            f64::from(u32::try_from(taken.len()).unwrap_or(0)) / f64::from(u32::try_from(sample.len()).unwrap_or(1));
        let time = start.elapsed().mul_f64(share);
        println!(
            "  {name}, one process a root ({} run, scaled): {time:?}, {:.0} times as long",
            sample.len(),
            time.as_secs_f64() / together.as_secs_f64()
        );
    };
    each("built-in", 1, &|entry| {
        let mut command = Command::new(&me);
        let mode = if restrictor(entry) == Restrictor::None { "none" } else { "root" };
        command.args(["child", &folder.display().to_string(), &root(entry), mode]);
        command
    });
    each("kubectl kustomize", 8, &|entry| {
        let mut command = Command::new("kubectl");
        command.arg("kustomize").arg(folder.join(root(entry)));
        if restrictor(entry) == Restrictor::None {
            command.args(["--load-restrictor", "LoadRestrictionsNone"]);
        }
        command
    });
}
