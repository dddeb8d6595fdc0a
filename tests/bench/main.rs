//! Whole processes against a peer in the same run: `plan` in a repository of 1,000 kustomizations and 20,000 files, next to
//! one `kubectl kustomize` (or `kustomize build`) of the same root. Run it with `cargo bench --bench main_job`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark prints, and fails as tests do"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wait4::Wait4 as _;

/// How often each command runs.
const RUNS: usize = 9;
/// How many kustomizations the repository has.
const ROOTS: usize = 1000;
/// How many manifests each of them lists.
const MANIFESTS: usize = 19;

/// What runs of one command took, at the median.
struct Figure {
    /// Wall time.
    wall: Duration,
    /// Peak memory in MiB.
    memory: f64,
}

fn main() {
    let (_keep, repo) = repository();
    let root = "apps/team0/app0";
    let program = env!("CARGO_BIN_EXE_leeward");
    let target = ["--storage", "minio-a", "--to", "minio-b"];
    let named = [&["plan", "--cluster", "apps/team0/app0:ns0/cluster1"], &target[..]].concat();
    let found = [&["plan", "--cluster", "ns0/cluster1"], &target[..]].concat();
    let build = ["build", root, "--base", "HEAD", "--load-restrictor", "none"];
    let peer = ["kustomize", root, "--load-restrictor", "LoadRestrictionsNone"];
    let (ours, rest) = ([("plan, root named", named), ("plan, root to be found", found)], [("build", build.to_vec())]);
    let peer = measure(&repo, "kubectl", &peer);
    println!("{} files, {ROOTS} kustomizations; median of {RUNS} runs", ROOTS * (MANIFESTS + 2));
    row("kubectl kustomize, one build", &peer, &peer);
    for (name, args) in ours.into_iter().chain(rest) {
        row(&format!("leeward {name}"), &measure(&repo, program, &args), &peer);
    }
}

/// Prints a row: wall, memory, and both as ratios to the peer.
fn row(name: &str, figure: &Figure, peer: &Figure) {
    let (wall, memory) = (figure.wall.as_secs_f64(), figure.memory);
    let ratios = (wall / peer.wall.as_secs_f64(), memory / peer.memory);
    println!(
        "{name:<34} {:>7.0} ms {memory:>6.1} MiB   {:>5.2}x wall {:>5.2}x memory",
        wall * 1000.0,
        ratios.0,
        ratios.1
    );
}

/// Runs a command and returns the medians.
fn measure(repo: &Path, program: &str, args: &[&str]) -> Figure {
    let mut runs: Vec<(Duration, u64)> = (0..=RUNS).map(|_| once(repo, program, args)).skip(1).collect();
    runs.sort_unstable();
    let mut memory: Vec<u64> = runs.iter().map(|(_, memory)| *memory).collect();
    memory.sort_unstable();
    let kib = u32::try_from(memory[RUNS / 2]).unwrap_or(u32::MAX);
    Figure { wall: runs[RUNS / 2].0, memory: f64::from(kib) / 1024.0 }
}

/// Runs a command once.
fn once(repo: &Path, program: &str, args: &[&str]) -> (Duration, u64) {
    let started = Instant::now();
    let mut command = Command::new(program);
    command.args(args).current_dir(repo).stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    let child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    let used = child.wait4().unwrap();
    assert!(used.status.success(), "{program} {args:?}");
    (started.elapsed(), used.rusage.maxrss / 1024)
}

/// Returns a generated repository, packed as a clone would be.
fn repository() -> (TempDir, PathBuf) {
    let keep = TempDir::new().unwrap();
    let repo = keep.path().join("repo");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/gitops");
    for file in ["base/pxc/cluster.yaml", "base/pxc/kustomization.yaml", "leeward.yaml"] {
        write(&repo.join(file), &std::fs::read_to_string(examples.join(file)).unwrap());
    }
    for number in 0..ROOTS {
        root(&repo, number);
    }
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"];
        let status =
            Command::new("git").args(who).args(args).current_dir(&repo).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "git {args:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "bench"]);
    git(&["repack", "-q", "-a", "-d"]);
    (keep, repo)
}

/// Writes one root with its manifests and the Flux object that deploys it; every hundredth has a cluster.
fn root(repo: &Path, number: usize) {
    let path = format!("apps/team{}/app{number}", number % 50);
    let mut resources = String::new();
    for manifest in 0..MANIFESTS {
        let data: String = (0..20)
            .flat_map(|key| ["  key".to_owned(), format!("{key}: \"value {number} {manifest} {key}\"\n")])
            .collect();
        let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app{number}-{manifest}\ndata:\n{data}");
        write(&repo.join(format!("{path}/cm{manifest}.yaml")), &text);
        resources.extend(["- cm", &manifest.to_string(), ".yaml\n"]);
    }
    if number.is_multiple_of(100) {
        resources += "- ../../../base/pxc\n";
    }
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: ns{number}\nresources:\n{resources}"
    );
    write(&repo.join(format!("{path}/kustomization.yaml")), &text);
    let flux = format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: app{number}\n  namespace: flux-system\n\
         spec:\n  interval: 10m\n  path: ./{path}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: gitops\n"
    );
    write(&repo.join(format!("flux/app{number}.yaml")), &flux);
}

/// Writes a file.
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
