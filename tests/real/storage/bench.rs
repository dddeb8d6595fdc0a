//! How long a diagnosis takes next to the three commands of the runbook (`kubectl logs`, `mc ls`, `kubectl get secret`) in the
//! same run, whole processes in turns; and how long a log of 50 MB takes. Prints the table; asserts that both see the fault.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Case;
use super::case::{BUCKET, KEY};
use super::reach::sound;
use crate::bed::Bed;
use crate::minio::{Minio, Setup};
use crate::operated::Bench;
use crate::percona::{CLUSTER, End};
use crate::preview::benchmarked;
use crate::program;
use crate::room::until;

/// How often each contender runs: in a benchmark, and where it is only shown that it does.
const RUNS: (usize, usize) = (21, 3);
/// What the pod of the failed backup logged.
const LOGGED: &str = "An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation: The request signature we \
                      calculated does not match the signature you provided.";
/// The secret key that is not the key's.
const WRONG: &str = "sesame-wrong";
/// What a healthy storage may take, from the start of the process.
const HEALTHY: Duration = Duration::from_secs(1);

/// One contender and what its runs took.
struct Contender {
    name: &'static str,
    command: Box<dyn Fn() -> Command>,
    says: &'static str,
    runs: Vec<Duration>,
}

pub(crate) fn a_diagnosis_is_timed_beside_the_runbook(bed: &Bed) {
    let (program, runs) = match benchmarked() {
        Some(program) => (program, RUNS.0),
        None => (PathBuf::from(env!("CARGO_BIN_EXE_leeward")), RUNS.1),
    };
    let minio = sound(bed, "storage-bench", Setup::default());
    let at = |prefix: &str| {
        let s3 = json!({
            "bucket": format!("{BUCKET}{prefix}"), "endpointUrl": minio.endpoint(), "credentialsSecret": "keys",
            "region": "us-east-1",
        });
        json!({"type": "s3", "s3": s3})
    };
    let bench = Bench::ready(bed, &json!({"storages": {"minio": at("/c1"), "minio-binlogs": at("/c1/binlogs")}}));
    let pod = failed(&bench);
    let mut contenders = contenders(&minio, &bench, &pod, &program);
    for _ in 0..runs {
        contenders.iter_mut().for_each(Contender::run);
    }
    report(&contenders, runs);
    let healthy = contenders.iter().find(|contender| contender.says.contains("Healthy")).unwrap();
    assert!(healthy.figures().0 < HEALTHY, "{:?}", healthy.runs);
}

/// Plays a backup that fails since its keys are wrong, and returns the pod that says so.
fn failed(bench: &Bench<'_>) -> String {
    let (percona, namespace) = (bench.percona, &bench.namespace);
    let keys = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": namespace},
        "stringData": {"AWS_ACCESS_KEY_ID": KEY[0], "AWS_SECRET_ACCESS_KEY": WRONG},
    });
    percona.cluster.apply(&keys.to_string()).unwrap();
    bench.back_up("during", "minio");
    let mut name = String::new();
    for _ in 0..2 {
        let pod = percona.pod_of(namespace, "during").unwrap();
        pod["metadata"]["name"].as_str().unwrap().clone_into(&mut name);
        percona.logged(&pod, LOGGED).unwrap();
        let logged = until(crate::percona::START, || {
            let said = percona.cluster.kubectl(&["logs", "-n", namespace, &name])?;
            if said.contains("SignatureDoesNotMatch") { Ok(()) } else { Err(said) }
        });
        logged.unwrap();
        percona.end(&pod, End::Failed).unwrap();
    }
    percona.backup(namespace, "during", "Failed").unwrap();
    name
}

/// Returns what is timed.
fn contenders(minio: &Minio, bench: &Bench<'_>, pod: &str, leeward: &Path) -> Vec<Contender> {
    let (bed, namespace) = (bench.bed, &bench.namespace);
    let folder = |keys: &[&str; 2]| Case::new(bed, "a benchmark", &minio.endpoint()).keys(keys).prepared();
    let (wrong, right) = (folder(&[KEY[0], WRONG]), folder(&KEY));
    large(&right.join("large.log"));
    let host = minio.endpoint().replace("http://", &format!("http://{}:{WRONG}@", KEY[0]));
    let (home, search) = (bed.folder("storage-bench-home"), crate::process::search_path());
    let kubeconfig = bench.percona.cluster.kubeconfig().to_owned();
    let contender = |name, folder: &Path, line: String, says| {
        let (folder, home, kubeconfig) = (folder.to_owned(), home.clone(), kubeconfig.clone());
        let (search, host) = (search.clone(), host.clone());
        let command = move || {
            let mut shell = Command::new("sh");
            shell.args(["-c", &line]).current_dir(&folder).env_clear().env("PATH", &search).env("HOME", &home);
            shell.env("KUBECONFIG", &kubeconfig).env("MC_HOST_it", &host).env("MC_CONFIG_DIR", &home);
            shell
        };
        Contender { name, command: Box::new(command), says, runs: Vec::new() }
    };
    let (kubectl, mc) = (program::path("kubectl").unwrap(), program::path("mc").unwrap());
    let (kubectl, mc, leeward) = (kubectl.display(), mc.display(), leeward.display());
    let runbook = format!(
        "{kubectl} logs -n {namespace} {pod}; {mc} --quiet ls it/{BUCKET}/c1/; {kubectl} get secret -n {namespace} keys -o yaml"
    );
    let live = format!("{leeward} diagnose --cluster {namespace}/{CLUSTER} --read-secrets");
    let probe =
        format!("KUBECONFIG= {leeward} diagnose --cluster pxc/db --storage minio-a --credentials keys.env --probe");
    let log = format!("{leeward} diagnose --log large.log");
    vec![
        contender("the runbook's three commands", &wrong, runbook, "signature"),
        contender("`leeward diagnose`: cluster, logs, storage", &wrong, live, "SecretKeyWrong: "),
        contender("`leeward diagnose`: storage alone", &wrong, probe.clone(), "SecretKeyWrong: "),
        contender("`leeward diagnose`: a healthy storage", &right, probe, "Healthy: "),
        contender("`leeward diagnose --log` of 50 MB", &right, log, "QuotaExceeded: "),
    ]
}

/// Writes a log of 50 MB that ends in a fault.
fn large(path: &Path) {
    let line = "261122 03:01:10 xbcloud: [1] successfully uploaded chunk: c1-full/app/orders.ibd.00000000000000000017, size: 10485760\n";
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    for _ in 0..50_000_000 / line.len() {
        file.write_all(line.as_bytes()).unwrap();
    }
    file.write_all(b"261122 03:06:31 xbcloud: S3 error message: Bucket quota exceeded\nxbcloud: Upload failed.\n")
        .unwrap();
    file.flush().unwrap();
}

impl Contender {
    /// Runs it once; it must see what is wrong.
    fn run(&mut self) {
        let begun = Instant::now();
        let Output { stdout, stderr, .. } = (self.command)().stdin(Stdio::null()).output().unwrap();
        self.runs.push(begun.elapsed());
        let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(said.contains(self.says), "{}: {said}", self.name);
    }

    /// Returns the least and the middle.
    fn figures(&self) -> (Duration, Duration) {
        let mut runs = self.runs.clone();
        runs.sort();
        (runs[0], runs[runs.len() / 2])
    }
}

/// Prints the table; the first contender is the measure of the others.
#[expect(clippy::print_stdout, reason = "the report of a benchmark")]
fn report(contenders: &[Contender], runs: usize) {
    println!("a diagnosis, {runs} runs in turns");
    let of_runbook = contenders[0].figures();
    for contender in contenders {
        let (least, middle) = contender.figures();
        let times = of_runbook.1.as_secs_f64() / middle.as_secs_f64();
        println!(
            "  {:<50} min {:>7.1} ms, median {:>7.1} ms; the runbook {times:>5.2} x",
            contender.name,
            least.as_secs_f64() * 1000.0,
            middle.as_secs_f64() * 1000.0
        );
    }
}
