//! Closure, export and build over real kustomizations: what comes out is what the program gives on the whole checkout,
//! byte for byte, so the closure misses nothing. `LEEWARD_CORPUS` names the folder, `LEEWARD_CORPUS_EVERY` the share.

use std::fs;
use std::path::{Path, PathBuf};

use leeward::build::{Builder, Extent};
use leeward::kustomize::restrict::Restrictor;
use leeward::model::path::RepoPath;
use serde_json::Value;

use crate::disk::Disk;

/// Every how many builds of the corpus one is tried in a normal run.
const EVERY: usize = 53;

/// Returns the corpus folder, where there is one.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kustomize-corpus");
    let folder = crate::variable("LEEWARD_CORPUS").map_or(beside, PathBuf::from);
    folder.join("real/manifest.jsonl").is_file().then_some(folder)
}

/// Builds one line of the manifest; returns what differs.
fn difference(builder: &Builder, real: &Path, line: &Value) -> Option<String> {
    let text = |name: &str| line[name].as_str().expect("a text");
    let files = Disk(real.join(text("repo")));
    let root = RepoPath::parse(text("dir")).expect("a path");
    let restrictor = if text("load_restrictor") == "none" { Restrictor::None } else { Restrictor::RootOnly };
    match builder.build(&files, &root, restrictor, Extent::Whole) {
        Err(error) => Some(format!("{error:#}")),
        Ok(built) if built.text.len() as u64 != line["bytes"].as_u64().expect("a length") => {
            Some("length differs".to_owned())
        }
        Ok(built) => {
            let expected = expected(real, line);
            (expected.is_some_and(|expected| expected != built.text)).then(|| "text differs".to_owned())
        }
    }
}

/// Returns the text the corpus expects, where `gzip` can unpack it.
fn expected(real: &Path, line: &Value) -> Option<String> {
    let name = line["dir"].as_str()?.replace('/', "__");
    let file = real.join("_expected").join(line["repo"].as_str()?).join(format!("{name}.yaml.gz"));
    let output = std::process::Command::new("gzip").arg("-dc").arg(file).output().ok()?;
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn real_roots_build_from_their_closure_as_from_the_whole_checkout() {
    let test = "real_roots_build_from_their_closure_as_from_the_whole_checkout";
    let Some(builder) = crate::builder(test) else { return };
    let Some(corpus) = corpus() else {
        return crate::skip::skip(Some("corpus"), test, "no corpus, set LEEWARD_CORPUS");
    };
    let real = corpus.join("real");
    let every = crate::variable("LEEWARD_CORPUS_EVERY").and_then(|text| text.to_str()?.parse().ok()).unwrap_or(EVERY);
    let manifest = fs::read_to_string(real.join("manifest.jsonl")).unwrap();
    let lines: Vec<Value> = manifest.lines().step_by(every).map(|line| serde_json::from_str(line).unwrap()).collect();
    let differences: Vec<String> = lines
        .iter()
        .filter_map(|line| Some(format!("{} {}: {}", line["repo"], line["dir"], difference(&builder, &real, line)?)))
        .collect();
    println!("{} of {} identical, by {}", lines.len() - differences.len(), lines.len(), builder.describe());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
