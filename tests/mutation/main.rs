//! Mutation fuzz: arbitrary bytes as files give a result or an error, never a panic, in bounded memory and time.
//!
//! `LEEWARD_MUTATIONS=200000 cargo test --release --test mutation -- --nocapture` runs 200,000 builds; the default is short.
#![expect(clippy::disallowed_methods, reason = "the environment says how long to run")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use leeward::kustomize::{Cache, Limits, Memory, Options, build};

/// A seeded generator (splitmix64).
struct Random(u64);

impl Random {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end.max(1)).expect("usize fits")).expect("below usize")
    }
}

/// Pieces that are likely to reach odd code.
const PIECES: [&str; 34] = [
    "&a ",
    "*a",
    "<<: *a\n",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "\n",
    "---\n",
    "$patch: delete\n",
    "null",
    "\"",
    "'",
    "|2-\n",
    ">+\n",
    "!!binary ",
    "\u{85}",
    "\u{2028}",
    "\u{FEFF}",
    "🙂",
    "\r",
    "\t",
    "%YAML 1.1\n",
    "9999999999999999999",
    "1e400",
    "-0b1",
    "0x",
    "2001-99-99",
    "..",
    "/",
    "\\",
    "kind: List\nitems:\n",
];

/// The kustomizations that are mutated: the fixtures.
fn seeds() -> Vec<BTreeMap<String, Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kustomize");
    let mut cases: Vec<_> =
        std::fs::read_dir(folder).expect("the fixtures are there").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    cases
        .iter()
        .filter(|case| case.is_dir())
        .map(|case| {
            let mut files = BTreeMap::new();
            load(&case.join("input"), "", &mut files);
            files
        })
        .collect()
}

/// Loads a folder.
fn load(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a case is readable").flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            load(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, std::fs::read(entry.path()).expect("a file is readable"));
        }
    }
}

/// Changes some bytes of a file.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).expect("a byte"),
            1 if at < bytes.len() => {
                let end = (at + 1 + random.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + random.below(200)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let times = if random.below(50) == 0 { 300 } else { 1 + random.below(3) };
                bytes.splice(at..at, copy.repeat(times));
            }
            3 => bytes.truncate(at),
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                let times = if random.below(100) == 0 { 2000 } else { 1 };
                bytes.splice(at..at, piece.repeat(times).into_bytes());
            }
        }
    }
}

#[test]
fn arbitrary_bytes_give_a_result_or_an_error() {
    let count: u64 = std::env::var_os("LEEWARD_MUTATIONS").and_then(|text| text.to_str()?.parse().ok()).unwrap_or(3000);
    let seeds = seeds();
    let (mut built, mut slowest) = (0usize, Duration::ZERO);
    let cache = Cache::new();
    for seed in 0..count {
        let mut random = Random(seed);
        let mut files = seeds[random.below(seeds.len())].clone();
        let keys: Vec<String> = files.keys().cloned().collect();
        let chosen = &keys[random.below(keys.len())];
        mutate(&mut random, files.get_mut(chosen).expect("the key is there"));
        let root = if files.keys().any(|key| key.starts_with("over/")) { "over" } else { "" };
        let start = spent();
        built += usize::from(build(&Memory(files), root, &Options::default(), &cache).is_ok());
        slowest = slowest.max(spent().saturating_sub(start));
    }
    println!(
        "{count} builds of mutated files, {built} with a result, the slowest took {slowest:?}, peak {} kB",
        peak_kilobytes()
    );
    assert!(slowest < Duration::from_secs(5), "a build took {slowest:?}");
    assert!(peak_kilobytes() < 1_000_000, "memory is not bounded");
}

/// The processor time this thread has spent, which a busy machine does not change; the clock where it cannot be read.
fn spent() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let clock = START.elapsed();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).map_or(clock, Duration::from_nanos)
}

/// The most memory the process held.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// A small object.
const OBJECT: &str = "apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {b: 1}\n";

/// Mappings whose aliases multiply `levels` times.
fn laughs(levels: usize) -> String {
    (1..=levels).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, at| {
        let list = vec![format!("*a{}", at - 1); 9].join(", ");
        format!("{text}a{at}: &a{at} [{list}]\n")
    })
}

/// `count` documents, each with aliases that stay below the limit of one document.
fn many_laughs(count: usize) -> String {
    let documents: Vec<String> =
        (0..count).map(|at| format!("apiVersion: v1\nkind: A\nmetadata: {{name: a{at}}}\n{}", laughs(4))).collect();
    documents.join("---\n")
}

/// Builds a kustomization with a file `f` and folders `b0` to `b199` that all name it; gives what is said about it.
fn said(kustomization: &str, file: &str) -> String {
    let mut files = BTreeMap::from([
        ("kustomization.yaml".to_owned(), kustomization.as_bytes().to_vec()),
        ("f".to_owned(), file.as_bytes().to_vec()),
        ("base/kustomization.yaml".to_owned(), b"resources: [f]".to_vec()),
        ("base/f".to_owned(), file.as_bytes().to_vec()),
    ]);
    for at in 0..200 {
        let text = format!("namePrefix: p{at}-\nresources: [../base]");
        files.insert(format!("b{at}/kustomization.yaml"), text.into_bytes());
    }
    let start = spent();
    let built = build(&Memory(files), "", &Options::default(), &Cache::new());
    let took = spent().saturating_sub(start);
    assert!(took < Duration::from_secs(20), "it took {took:?}");
    built.map_or_else(|error| format!("{error:?}"), |built| format!("{} objects", built.objects.len()))
}

#[test]
#[expect(clippy::too_many_lines, clippy::format_collect, reason = "a table of cases and their small inputs")]
fn hostile_input_meets_limits() {
    let deep =
        format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\nspec: {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    let copy = |at| format!("{{\"op\": \"copy\", \"from\": \"/spec\", \"path\": \"/spec/a{at}\"}}");
    let copies = (0..60).map(copy).collect::<Vec<_>>().join(",");
    let patched = |patch: &str| format!("resources: [f]\npatches: [{{target: {{kind: A}}, patch: '{patch}'}}]");
    let folders: Vec<String> = (0..200).map(|at| format!("b{at}")).collect();
    let labels: String = (0..2000).map(|at| format!("l{at}: x\n    ")).collect();
    let objects: Vec<String> = (0..2000).map(|at| OBJECT.replace("name: a", &format!("name: a{at}"))).collect();
    let inline = format!("patches:\n- target: {{kind: A}}\n  patch: |\n    {}", many_laughs(1).replace('\n', "\n    "));
    for (kustomization, file, wanted) in [
        (
            "resources: [f]".to_owned(),
            format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{}", laughs(11)),
            "Limit { file: \"f\", limit: \"500000 nodes from aliases\" }",
        ),
        ("resources: [f]".to_owned(), many_laughs(200), "Limit { file: \"f\", limit: \"8000000 nodes in one build\" }"),
        (
            format!("resources: [{}]", folders.join(", ")),
            many_laughs(1),
            "Limit { file: \"base/f\", limit: \"8000000 nodes in one build\" }",
        ),
        (
            format!("resources: [f]\n{inline}"),
            objects.join("---\n"),
            "Limit { file: \"kustomization.yaml\", limit: \"8000000 nodes in one build\" }",
        ),
        (
            format!("resources: [f]\nlabels:\n- pairs:\n    {labels}"),
            objects.join("---\n"),
            "Limit { file: \"kustomization.yaml\", limit: \"8000000 nodes in one build\" }",
        ),
        (
            "resources: [f]".to_owned(),
            deep.clone(),
            "Unsupported { file: \"f\", field: \"YAML that does not parse: recursion limit exceeded at byte 304 line 4 column 262\" }",
        ),
        (
            deep.replace("spec", "patches"),
            OBJECT.to_owned(),
            "Unsupported { file: \"kustomization.yaml\", field: \"YAML that does not parse: recursion limit exceeded at byte 307 line 4 column 265\" }",
        ),
        (
            patched(&format!("[{copies}]")),
            OBJECT.to_owned(),
            "Limit { file: \"kustomization.yaml\", limit: \"the size of a patched object\" }",
        ),
        (
            patched(&"[".repeat(20_000)),
            OBJECT.to_owned(),
            "Limit { file: \"kustomization.yaml\", limit: \"nested JSON levels\" }",
        ),
        (
            "resources: [f, f, f, f]".to_owned(),
            "x: y\n".repeat(100),
            "Unsupported { file: \"f\", field: \"the duplicate key `x`\" }",
        ),
        ("resources: [f]\nimages: [{name: '((((a*)*)*)*)*b', newTag: x}]".to_owned(), OBJECT.to_owned(), "1 objects"),
        (
            format!(
                "resources: [f]\nreplacements: [{}]",
                vec![
                    "{source: {kind: A, fieldPath: spec.b}, targets: [{select: {kind: A}, fieldPaths: [spec.b], \
                     options: {delimiter: x, index: -1}}]}";
                    60
                ]
                .join(", ")
            ),
            OBJECT.replace("b: 1", "b: y"),
            "Limit { file: \"kustomization.yaml\", limit: \"33554432 bytes in one text\" }",
        ),
        (
            "configurations: [f]".to_owned(),
            format!("namePrefix:\n{}", (0..25_000).map(|at| format!("- {{path: spec/p{at}}}\n")).collect::<String>()),
            "Limit { file: \"f\", limit: \"8000000 nodes in one build\" }",
        ),
        (
            "resources: [../../..]".to_owned(),
            OBJECT.to_owned(),
            "Invalid { file: \".\", reason: \"the path `../../..` leaves the tree\" }",
        ),
    ] {
        assert_eq!(said(&kustomization, &file), wanted, "{kustomization:.200}");
    }
    assert!(peak_kilobytes() < 1_500_000, "memory is not bounded: {} kB", peak_kilobytes());
}

#[test]
fn a_long_file_is_refused() {
    let options = Options { limits: Limits { file_bytes: 10, ..Limits::default() }, ..Options::default() };
    let files = [("kustomization.yaml".to_owned(), b"resources: [f, g, h]".to_vec())];
    let error = build(&Memory(files.into()), "", &options, &Cache::new()).expect_err("the file is too long");
    assert_eq!(error.to_string(), "`kustomization.yaml` passes the limit of 10 bytes in one file");
}
