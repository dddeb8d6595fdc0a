//! The built-in builder beside `kustomize build` 5.6.0 and `kubectl kustomize`, in one run: one small root as a whole process,
//! 400 roots of the corpus in one process against one process a root, and one root of 10 to 10,000 objects.
//!
//! `cargo bench --bench build`, with `-- small`, `corpus` or `growth` for one of them. Programs and corpora that are absent are named and skipped.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "the figures are the result")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use leeward::kustomize::{Cache, Entry, Files, Memory, Options, ReadError, Restrictor, build};
use wait4::Wait4 as _;

/// How many roots of the corpus are built.
const ROOTS: usize = 400;

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

/// What one run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Figure {
    /// Wall time.
    wall: Duration,
    /// Processor time: what a busy machine does not change.
    busy: Duration,
    /// Peak memory in KiB.
    memory: u64,
}

/// A program that builds a root, one process a root.
#[derive(Debug, Clone)]
struct Builder {
    /// What it is called here.
    name: &'static str,
    /// The program.
    program: PathBuf,
    /// What it is told before the root.
    verb: &'static str,
}

impl Builder {
    /// The command that builds a root.
    fn command(&self, folder: &Path, root: &str, restrictor: Restrictor) -> Command {
        let mut command = Command::new(&self.program);
        if self.verb == "child" {
            let mode = if restrictor == Restrictor::None { "none" } else { "root" };
            command.args(["child", &folder.display().to_string(), root, mode]);
        } else {
            command.arg(self.verb).arg(folder.join(root));
            if restrictor == Restrictor::None {
                command.args(["--load-restrictor", "LoadRestrictionsNone"]);
            }
        }
        command
    }

    /// Runs it once; `None` where it fails.
    fn once(&self, folder: &Path, root: &str, restrictor: Restrictor) -> Option<Figure> {
        let started = Instant::now();
        let mut command = self.command(folder, root, restrictor);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().ok()?;
        let used = child.wait4().ok()?;
        let busy = used.rusage.utime + used.rusage.stime;
        used.status.success().then(|| Figure { wall: started.elapsed(), busy, memory: used.rusage.maxrss / 1024 })
    }
}

/// The builders at hand, ours first.
fn builders() -> Vec<Builder> {
    let me = std::env::current_exe().expect("this program has a path");
    let mut all = vec![Builder { name: "built-in", program: me, verb: "child" }];
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/tools/build.sh");
    match Command::new(script).arg("kustomize").output() {
        Ok(output) if output.status.success() => {
            let program = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
            all.push(Builder { name: "kustomize build 5.6.0", program, verb: "build" });
        }
        _ => println!("left out: kustomize 5.6.0, which does not build here"),
    }
    let kubectl = Builder { name: "kubectl kustomize", program: "kubectl".into(), verb: "kustomize" };
    if Command::new("kubectl").arg("help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        all.push(kubectl);
    } else {
        println!("left out: kubectl, which is not in `PATH`");
    }
    all
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, root, restrictor] = arguments.as_slice()
        && word == "child"
    {
        let restrictor = if restrictor == "none" { Restrictor::None } else { Restrictor::RootOnly };
        return child(folder, root, restrictor);
    }
    let builders = builders();
    let named: Vec<&String> = arguments[1..].iter().filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |part: &str| named.is_empty() || named.iter().any(|word| *word == part);
    if is_wanted("small") {
        small_root(&builders);
    }
    if is_wanted("corpus") {
        corpus_roots(&builders);
    }
    if is_wanted("growth") {
        growth(&builders);
    }
}

/// Prints a row: a builder, its figure, and how many times the base that is, in wall and processor time.
fn row(name: &str, figure: Figure, base: Figure) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let ratio = |time: Duration, base: Duration| time.as_secs_f64() / base.as_secs_f64().max(1e-9);
    println!(
        "  {name:<24} wall {:>9.1} ms {:>6.1}x   cpu {:>9.1} ms {:>6.1}x   peak {:>7} KiB",
        milliseconds(figure.wall),
        ratio(figure.wall, base.wall),
        milliseconds(figure.busy),
        ratio(figure.busy, base.busy),
        figure.memory
    );
}

/// One small root as a whole process, the builders in turns.
fn small_root(builders: &[Builder]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kustomize/merge-lists/input");
    let mut runs: Vec<Vec<Figure>> = vec![Vec::new(); builders.len()];
    for _ in 0..25 {
        for (builder, runs) in builders.iter().zip(&mut runs) {
            runs.extend(builder.once(&folder, "", Restrictor::RootOnly));
        }
    }
    println!("one small root, whole process, median of 25:");
    let medians: Vec<Option<Figure>> = runs.iter_mut().map(|runs| median(runs)).collect();
    for (builder, figure) in builders.iter().zip(&medians) {
        match (figure, medians[0]) {
            (Some(figure), Some(base)) => row(builder.name, *figure, base),
            _ => println!("  {} fails", builder.name),
        }
    }
}

/// The figure in the middle.
fn median(runs: &mut [Figure]) -> Option<Figure> {
    runs.sort();
    runs.get(runs.len() / 2).copied()
}

/// Roots of the corpus: in one process, and one process a root.
fn corpus_roots(builders: &[Builder]) {
    let folder = std::env::var_os("LEEWARD_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kustomize-corpus"), PathBuf::from);
    let folder = folder.join("real");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.jsonl")) else {
        return println!("left out: the corpus, which is not at `{}`", folder.display());
    };
    let files = Folder(folder.clone());
    let mut roots = Vec::new();
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("a manifest line is JSON");
        let root = format!("{}/{}", entry["repo"].as_str().expect("repo"), entry["dir"].as_str().expect("dir"));
        let restrictor = if entry["load_restrictor"] == "none" { Restrictor::None } else { Restrictor::RootOnly };
        let options = Options { restrictor, ..Options::default() };
        if build(&files, &root, &options, &Cache::new()).is_ok() {
            roots.push((root, restrictor));
        }
    }
    // Every third or so: the same spread over repositories as the whole.
    let step = (roots.len() / ROOTS).max(1);
    let roots: Vec<_> = roots.into_iter().step_by(step).take(ROOTS).collect();
    let (started, before) = (Instant::now(), busy());
    let cache = Cache::new();
    for (root, restrictor) in &roots {
        let options = Options { restrictor: *restrictor, ..Options::default() };
        drop(build(&files, root, &options, &cache));
    }
    let base = Figure { wall: started.elapsed(), busy: busy().saturating_sub(before), memory: peak() };
    println!("{} roots of the corpus:", roots.len());
    row("built-in, one process", base, base);
    for builder in builders {
        let runs: Vec<Figure> =
            roots.iter().filter_map(|(root, restrictor)| builder.once(&folder, root, *restrictor)).collect();
        let memory = runs.iter().map(|run| run.memory).max().unwrap_or(0);
        let (wall, busy) = (runs.iter().map(|run| run.wall).sum(), runs.iter().map(|run| run.busy).sum());
        row(builder.name, Figure { wall, busy, memory }, base);
        if runs.len() < roots.len() {
            println!("    {} of them fail", roots.len() - runs.len());
        }
    }
}

/// The processor time of this process so far.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

/// The peak memory of this process in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// One root of ever more objects: renamed, labelled, with references, generated maps and a patch.
fn growth(builders: &[Builder]) {
    println!("one root of ever more objects:");
    for count in [10, 100, 1000, 10_000] {
        let files = grown(count);
        let before = busy();
        let built = build(&Memory(files.clone()), "", &Options::default(), &Cache::new()).expect("it builds");
        let spent = busy().saturating_sub(before);
        let each = spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(built.objects.len()).unwrap_or(1));
        println!(
            "  {:>6} objects, built-in in process, cpu {spent:>10.1?}, {each:.0} us an object",
            built.objects.len()
        );
        if count > 1000 {
            continue;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, bytes) in files {
            std::fs::write(folder.path().join(path), bytes).expect("a file can be written");
        }
        let figures: Vec<Option<Figure>> =
            builders.iter().map(|builder| builder.once(folder.path(), "", Restrictor::RootOnly)).collect();
        for (builder, figure) in builders.iter().zip(&figures) {
            match (figure, figures[0]) {
                (Some(figure), Some(base)) => row(builder.name, *figure, base),
                _ => println!("  {} fails", builder.name),
            }
        }
    }
}

/// A kustomization of so many objects: deployments, their maps, services.
fn grown(count: usize) -> std::collections::BTreeMap<String, Vec<u8>> {
    let (mut objects, mut generators) = (String::new(), String::new());
    for at in 0..count / 5 * 2 {
        objects.extend([
            format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app{at}}}\nspec:\n  template:\n    spec:\n"),
            format!("      containers:\n      - {{name: c, image: nginx, envFrom: [{{configMapRef: {{name: map{at}}}}}]}}\n---\n"),
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: svc{at}}}\nspec: {{selector: {{app: a}}}}\n---\n"),
        ]);
    }
    for at in 0..count / 5 {
        generators.extend([format!("- {{name: map{at}, literals: [key=value{at}]}}\n")]);
    }
    let kustomization = format!(
        "resources: [objects.yaml]\nnamespace: ns\nnamePrefix: p-\ncommonLabels: {{team: a}}\n\
         images: [{{name: nginx, newTag: \"2\"}}]\npatches:\n- target: {{kind: Service}}\n  \
         patch: '[{{\"op\": \"add\", \"path\": \"/spec/type\", \"value\": \"ClusterIP\"}}]'\nconfigMapGenerator:\n{generators}"
    );
    [("kustomization.yaml", kustomization), ("objects.yaml", objects)]
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .into()
}
