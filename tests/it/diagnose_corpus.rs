//! The corpus of logs in `tests/fixtures/logs/`: one folder a cause, one file an excerpt. `seen` was there while the rules
//! were written, `held` was kept back. `cargo test --test it diagnose_corpus -- --nocapture` prints the confusion matrix.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use leeward::diagnose::{Cause, Diagnosis, Evidence, Scanner, Side, diagnose};

/// Returns the folder of a part of the corpus.
fn folder(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs").join(part)
}

/// Returns the sorted entries of a folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// Returns what the bytes of one log say.
fn judged(bytes: &[u8]) -> Diagnosis {
    judged_at(bytes, &[])
}

/// Returns what the bytes of one log say where it is known at which places storages are.
fn judged_at(bytes: &[u8], places: &[&str]) -> Diagnosis {
    let mut scanner = Scanner::new("log");
    scanner.feed(bytes);
    let places = places.iter().map(|place| (*place).to_owned()).collect();
    diagnose(&Evidence { logs: vec![scanner.finish()], places, ..Evidence::default() })
}

/// How often excerpts of one cause were taken for which.
type Matrix = BTreeMap<Cause, BTreeMap<Cause, Vec<String>>>;

/// Returns the matrix of a part of the corpus.
fn matrix(part: &str) -> Matrix {
    let mut matrix = Matrix::new();
    for cause in entries(&folder(part)) {
        let name = cause.file_name().unwrap().to_str().unwrap();
        let meant =
            Cause::ALL.into_iter().find(|cause| cause.name() == name).unwrap_or_else(|| panic!("no cause `{name}`"));
        for excerpt in entries(&cause) {
            let said = judged(&std::fs::read(&excerpt).unwrap()).leading.cause;
            let shown = excerpt.file_stem().unwrap().to_str().unwrap().to_owned();
            matrix.entry(meant).or_default().entry(said).or_default().push(shown);
        }
    }
    matrix
}

/// Returns the matrix as people read it: a row a cause, what it was taken for, and the excerpts that were mistaken.
fn shown(matrix: &Matrix) -> String {
    let mut text = String::new();
    for (meant, said) in matrix {
        let all: usize = said.values().map(Vec::len).sum();
        let right = said.get(meant).map_or(0, Vec::len);
        let wrong = said.iter().filter(|(cause, _)| *cause != meant);
        let wrong: Vec<String> =
            wrong.map(|(cause, names)| format!("{} ← {}", cause.name(), names.join(", "))).collect();
        writeln!(text, "{:<20} {right:>2} of {all:>2}  {}", meant.name(), wrong.join("; ")).unwrap();
    }
    text
}

/// Returns how many excerpts there are, how many were taken for what they are, and how many went to the wrong side of the
/// line between database and all the rest.
fn figures(matrix: &Matrix) -> (usize, usize, usize) {
    let cells =
        || matrix.iter().flat_map(|(meant, said)| said.iter().map(move |(cause, names)| (*meant, *cause, names.len())));
    let all = cells().map(|(.., count)| count).sum();
    let right = cells().filter(|(meant, said, _)| meant == said).map(|(.., count)| count).sum();
    let is_database = |cause: Cause| cause.side() == Side::Database;
    let crossed =
        cells().filter(|(meant, said, _)| is_database(*meant) != is_database(*said) && said.side() != Side::None);
    (all, right, crossed.map(|(.., count)| count).sum())
}

#[test]
fn logs_are_taken_for_what_they_are() {
    let (mut all, mut right, mut crossed) = (0, 0, 0);
    for part in PARTS {
        let matrix = matrix(part);
        let figures = figures(&matrix);
        println!("{part}: {} of {} exact, {} on the wrong side\n{}", figures.1, figures.0, figures.2, shown(&matrix));
        (all, right, crossed) = (all + figures.0, right + figures.1, crossed + figures.2);
    }
    assert!(all >= 80, "{all}");
    assert!(right * 100 >= all * 95, "{right} of {all}");
    assert_eq!(crossed, 0);
}

#[test]
fn a_log_about_storages_that_are_elsewhere_never_leads_to_a_certain_cause_at_a_host() {
    let excerpts = PARTS.iter().flat_map(|part| entries(&folder(part))).flat_map(|cause| entries(&cause));
    for excerpt in excerpts {
        let bytes = std::fs::read(&excerpt).unwrap();
        let plain = judged(&bytes).leading;
        let Some(endpoint) = plain.endpoint.clone() else { continue };
        assert_eq!(judged_at(&bytes, &[&endpoint, "minio.b.example:9000"]).leading, plain, "{}", excerpt.display());
        let elsewhere = judged_at(&bytes, &["minio.b.example:9000"]);
        let leads = elsewhere.leading.endpoint.is_some();
        assert!(!leads && !elsewhere.notes.is_empty(), "{}: {elsewhere:?}", excerpt.display());
    }
}

/// The parts of the corpus.
const PARTS: [&str; 2] = ["seen", "held"];
