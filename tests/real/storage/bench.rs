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
use crate::percona::Percona;
use crate::preview::benchmarked;
use crate::program;
use crate::room::until;

/// How often each contender runs: in a benchmark, and where it is only shown that it does.
const RUNS: (usize, usize) = (21, 3);
/// What the pod of the failed backup logged.
const LOGGED: &str = "An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation: The request signature we \
                      calculated does not match the signature you provided.";
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
    let (percona, namespace) = (bed.percona(), bed.percona().namespace().unwrap());
    played(percona, &namespace);
    let mut contenders = contenders(bed, &minio, percona, (&namespace, &program));
    for _ in 0..runs {
        contenders.iter_mut().for_each(Contender::run);
    }
    report(&contenders, runs);
    let healthy = contenders.iter().find(|contender| contender.says.contains("Healthy")).unwrap();
    assert!(healthy.figures().0 < HEALTHY, "{:?}", healthy.runs);
}

/// Plays what the runbook looks at: a pod that failed, and the Secret of its keys.
fn played(percona: &Percona, namespace: &str) {
    let container = json!({"name": "xtrabackup", "image": "percona/percona-xtrabackup:8.0.35-34.1"});
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "xb-failed", "namespace": namespace},
        "spec": {"containers": [container]},
    });
    // Namespaces get their service account in time of their own.
    until(crate::percona::START, || percona.cluster.apply(&pod.to_string())).unwrap();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": namespace},
        "stringData": {"AWS_ACCESS_KEY_ID": KEY[0], "AWS_SECRET_ACCESS_KEY": "sesame-wrong"},
    });
    percona.cluster.apply(&secret.to_string()).unwrap();
    percona.logged(&pod, LOGGED).unwrap();
    let logged = until(crate::percona::START, || {
        let said = percona.cluster.kubectl(&["logs", "-n", namespace, "xb-failed"])?;
        if said.contains("SignatureDoesNotMatch") { Ok(()) } else { Err(said) }
    });
    logged.unwrap();
}

/// Returns what is timed.
fn contenders(bed: &Bed, minio: &Minio, percona: &Percona, (namespace, leeward): (&str, &Path)) -> Vec<Contender> {
    let (kubectl, mc) = (program::path("kubectl").unwrap(), program::path("mc").unwrap());
    let folder = |keys: &[&str; 2]| Case::new(bed, "a benchmark", &minio.endpoint()).keys(keys).prepared();
    let (wrong, right) = (folder(&[KEY[0], "sesame-wrong"]), folder(&KEY));
    large(&right.join("large.log"));
    let host = minio.endpoint().replace("http://", &format!("http://{}:sesame-wrong@", KEY[0]));
    let (kubeconfig, home, search) =
        (percona.cluster.kubeconfig().to_owned(), bed.folder("storage-bench-home"), crate::process::search_path());
    let (kubectl, mc, leeward) = (kubectl.display(), mc.display(), leeward.display());
    let logs = format!("{kubectl} logs -n {namespace} xb-failed");
    let probe = format!("{leeward} diagnose --cluster pxc/db --storage minio-a --credentials keys.env");
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
    let runbook = format!("{logs}; {mc} --quiet ls it/{BUCKET}/c1/; {kubectl} get secret -n {namespace} keys -o yaml");
    let both = format!("{logs} | {probe} --log - --probe");
    vec![
        contender("the runbook's three commands", &wrong, runbook, "signature"),
        contender("`kubectl logs | leeward diagnose --log - --probe`", &wrong, both, "SecretKeyWrong: "),
        contender("`leeward diagnose`, a wrong key", &wrong, probe.clone(), "SecretKeyWrong: "),
        contender("`leeward diagnose`, a healthy storage", &right, probe, "Healthy: "),
        contender(
            "`leeward diagnose --log` of 50 MB",
            &right,
            format!("{leeward} diagnose --log large.log"),
            "QuotaExceeded: ",
        ),
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
