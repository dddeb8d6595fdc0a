//! How long the preview of a pull request takes against a real API server, whole processes, next to
//! `kubectl diff --server-side` of the same objects in the same run. Prints the table; asserts that both saw the change.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::change::{Change, root};
use super::stage::Stage;
use crate::bed::Bed;
use crate::operator;

/// Clusters, and how often each command runs, in turns.
const WHOLE: [(usize, usize); 2] = [(1, 31), (200, 7)];
/// What CI does: it shows that the benchmark runs, not how fast.
const SMOKE: [(usize, usize); 1] = [(2, 1)];

/// One command of a run and what its runs took.
struct Contender {
    name: &'static str,
    command: Box<dyn Fn() -> Command>,
    runs: Vec<Duration>,
    code: i32,
}

pub(crate) fn a_preview_is_timed_beside_kubectl_diff(bed: &Bed) {
    let stage = bed.stage();
    if !operator::defined(&stage.cluster, "a_preview_is_timed_beside_kubectl_diff") {
        return;
    }
    let program = program();
    for &(clusters, runs) in if program.is_some() { &WHOLE[..] } else { &SMOKE[..] } {
        let leeward = program.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_leeward")));
        measure(stage, &leeward, clusters, runs);
    }
}

/// Returns the program to be timed; none where this is no benchmark.
#[expect(clippy::disallowed_methods, reason = "`tests/real/run bench` names the release build by the environment")]
pub(crate) fn program() -> Option<PathBuf> {
    std::env::var_os("LEEWARD_BENCH").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Measures one size and prints its lines.
#[expect(clippy::print_stdout, reason = "the report of a benchmark")]
fn measure(stage: &Stage, leeward: &Path, clusters: usize, runs: usize) {
    let name = format!("bench-{clusters}");
    let objects = |side: &str| -> Vec<Value> { (0..clusters).flat_map(|at| one(&name, at, side)).collect() };
    stage.cluster.namespace(&name).unwrap();
    stage.deploy(&objects("old"));
    let tree =
        |side: &str| (0..clusters).flat_map(|at| root(&format!("clusters/{at}"), &one(&name, at, side))).collect();
    let change = Change::new(stage.folder(&name), &tree("old"), &tree("new"));
    let (built, live) =
        (stage.folder(&format!("{name}-built")).join("all.yaml"), stage.folder(&format!("{name}-live")));
    std::fs::write(&built, build(leeward, change.folder(), clusters)).unwrap();
    let list = stage.cluster.get(&["pxc,configmap", "-n", &name]).unwrap();
    std::fs::write(live.join("live.json"), list.to_string()).unwrap();
    let mut contenders = contenders(stage, leeward, &change, (&built, &live));
    for _ in 0..runs {
        contenders.iter_mut().for_each(Contender::run);
    }
    let said: Value = serde_json::from_slice(&(contenders[0].command)().output().unwrap().stdout).unwrap();
    assert_eq!(said["summary"]["change"], clusters, "{}", said["summary"]);
    let peer = stage.said((contenders[1].command)().arg("-v=6"));
    assert!(peer.answer.matches("+    ").count() >= clusters, "{}", peer.answer);
    let (asked, peer_asked) = (said["requests"].clone(), peer.aside.matches("\"Response\"").count());
    println!("{clusters} clusters, {} objects, {runs} runs in turns", clusters * 3);
    let of_peer = contenders[1].figures();
    for contender in &contenders {
        let (least, middle) = contender.figures();
        let (times_least, times) = (of_peer.0 / least, of_peer.1 / middle);
        println!(
            "  {:<34} min {least:>8.1} ms, median {middle:>8.1} ms; kubectl {times_least:>5.1} x, {times:>5.1} x",
            contender.name
        );
    }
    println!("  requests: leeward {asked}, kubectl {peer_asked}");
}

impl Contender {
    /// Runs it once.
    fn run(&mut self) {
        let begun = Instant::now();
        let mut command = (self.command)();
        let output = command.stdin(Stdio::null()).output().unwrap();
        self.runs.push(begun.elapsed());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(self.code), "{}: {said}", self.name);
    }

    /// Returns the least and the middle in milliseconds.
    fn figures(&self) -> (f64, f64) {
        let mut runs = self.runs.clone();
        runs.sort();
        (runs[0].as_secs_f64() * 1000.0, runs[runs.len() / 2].as_secs_f64() * 1000.0)
    }
}

/// Returns what is timed: the preview first, then the peer, then the parts of the preview.
fn contenders(stage: &Stage, leeward: &Path, change: &Change, (built, live): (&Path, &Path)) -> Vec<Contender> {
    let (kubeconfig, folder) = (stage.cluster.kubeconfig().to_owned(), change.folder().to_owned());
    let preview = {
        let (program, folder, kubeconfig) = (leeward.to_owned(), folder.clone(), kubeconfig.clone());
        move |more: &[&str]| {
            let mut command = Command::new(&program);
            command.current_dir(&folder).env_clear().env("KUBECONFIG", &kubeconfig);
            command.args(["preview", "--base", "main", "--controller", "flux", "--format", "json"]).args(more);
            command
        }
    };
    let kubectl = crate::program::path("kubectl").unwrap();
    let (built, live) = (built.to_owned(), live.display().to_string());
    let search = crate::process::search_path();
    let diff = move || {
        let mut command = Command::new(&kubectl);
        command.env_clear().env("PATH", &search).env("KUBECONFIG", &kubeconfig).env("HOME", &folder);
        command
            .args(["diff", "--server-side", "--force-conflicts", "--field-manager=kustomize-controller", "-f"])
            .arg(&built);
        command
    };
    let (plain, dry, files) = (preview.clone(), preview.clone(), preview);
    let contender = |name, command| Contender { name, command, runs: Vec::new(), code: 1 };
    vec![
        contender("leeward preview", Box::new(move || plain(&[]))),
        contender("kubectl diff --server-side", Box::new(diff)),
        contender("leeward preview --dry-run server", Box::new(move || dry(&["--dry-run", "server"]))),
        contender("leeward preview --live (building)", Box::new(move || files(&["--live", &live]))),
    ]
}

/// Returns the objects of one cluster's root.
fn one(namespace: &str, at: usize, side: &str) -> Vec<Value> {
    let mut cluster = operator::sample(namespace);
    cluster["metadata"]["name"] = format!("db-{at}").into();
    cluster["spec"]["backup"]["storages"]["minio"] = operator::storage(&format!("http://minio-{side}"));
    let map = |name: &str| {
        let metadata = json!({"name": format!("{name}-{at}"), "namespace": namespace});
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"my.cnf": "[mysqld]\n"}})
    };
    vec![cluster, map("config"), map("proxy")]
}

/// Returns what every root builds to.
fn build(leeward: &Path, folder: &Path, clusters: usize) -> String {
    let one = |at: usize| {
        let mut command = Command::new(leeward);
        let output = command.args(["build", &format!("clusters/{at}")]).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    (0..clusters).map(one).collect::<Vec<_>>().join("---\n")
}
