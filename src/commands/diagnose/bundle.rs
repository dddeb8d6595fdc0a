//! Evidence in a folder: `evidence.json` and the masked logs beside it, so that a second person, a support case or a test
//! gets the same answer. A bundle may come from anybody: nothing outside of its folder is read.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::input::Input;
use crate::cli::SubjectArgs;
use crate::diagnose::Masker;
use crate::failure::{Failure, refused};
use crate::model::path::RepoPath;

/// The file that says what the folder holds.
const INDEX: &str = "evidence.json";
/// The largest such file that is read.
const INDEX_MAX: u64 = 1 << 20;

/// What a folder holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    /// Version of this form.
    version: u32,
    /// `Evidence`.
    kind: String,
    /// What the next command is about.
    subject: Subject,
    /// The logs, in order.
    logs: Vec<Entry>,
}

/// What the next command is about.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// The clusters.
    clusters: Vec<String>,
    /// The storage.
    storage: Option<String>,
    /// Where to.
    to: Option<String>,
}

/// A log of a bundle.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// What reports call it.
    name: String,
    /// The file, below the folder.
    file: String,
}

/// Writes logs to a folder, masked, with what the next command is about.
///
/// # Errors
/// Refuses a folder that is in use; fails where it cannot be written or a log cannot be read.
pub(super) fn save(folder: &Path, inputs: &[Input], subject: &SubjectArgs) -> anyhow::Result<()> {
    let context = || format!("failed to save the evidence to `{}`", folder.display());
    make(folder).with_context(context)?;
    let mut logs = Vec::new();
    for (number, input) in inputs.iter().enumerate() {
        let entry = Entry { name: input.name.clone(), file: format!("logs/{:02}.log", number + 1) };
        let mut file = std::fs::File::create(folder.join(&entry.file)).with_context(context)?;
        let mut masker = Masker::new();
        input.read(|block| Ok(file.write_all(&masker.feed(block))?))?;
        file.write_all(&masker.finish()).with_context(context)?;
        logs.push(entry);
    }
    let SubjectArgs { cluster, storage, to } = subject.clone();
    let subject = Subject { clusters: cluster, storage, to };
    let index = Index { version: 1, kind: "Evidence".to_owned(), subject, logs };
    std::fs::write(folder.join(INDEX), serde_json::to_string_pretty(&index)? + "\n").with_context(context)
}

/// Makes a folder that is empty or absent ready for logs.
fn make(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && !folder.is_dir() {
        return Err(refused("it is no folder").hint("--save DIR").into());
    }
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(refused("the folder is not empty").hint("--save DIR").into());
    }
    Ok(std::fs::create_dir_all(folder.join("logs"))?)
}

/// Returns the logs of a folder, and what the next command is about where nothing else says it.
///
/// # Errors
/// Refuses a folder that holds no evidence.
pub(super) fn open(folder: &Path, subject: &mut SubjectArgs) -> anyhow::Result<Vec<Input>> {
    let context = || format!("failed to read evidence `{}`", folder.display());
    let index = index(folder).with_context(context)?;
    if subject.cluster.is_empty() {
        subject.cluster = index.subject.clusters;
    }
    subject.storage = subject.storage.take().or(index.subject.storage);
    subject.to = subject.to.take().or(index.subject.to);
    let input = |entry: Entry| Ok(Input::file(entry.name, inside(folder, &entry.file)?));
    index.logs.into_iter().map(input).collect::<Result<_, Failure>>().with_context(context)
}

/// Reads what a folder says it holds.
fn index(folder: &Path) -> anyhow::Result<Index> {
    let path = inside(folder, INDEX)?;
    if std::fs::metadata(&path)?.len() > INDEX_MAX {
        return Err(refused(format!("`{INDEX}` has more than {} MiB", INDEX_MAX >> 20)).hint("--evidence DIR").into());
    }
    let refusal = |error: serde_json::Error| refused(format!("`{INDEX}`: {error}")).hint("--evidence DIR");
    let index: Index = serde_json::from_slice(&std::fs::read(path)?).map_err(refusal)?;
    if index.version != 1 || index.kind != "Evidence" {
        let found = format!("`{}` of version `{}`", index.kind.escape_debug(), index.version);
        return Err(refused(format!("`{INDEX}` is {found}, not `Evidence` of version `1`"))
            .hint("--evidence DIR")
            .into());
    }
    Ok(index)
}

/// Returns a file of a folder; refuses paths and links that lead out of it.
fn inside(folder: &Path, file: &str) -> Result<PathBuf, Failure> {
    let path = RepoPath::parse(file).map_err(|failure| failure.hint("--evidence DIR"))?;
    let mut full = folder.to_owned();
    for part in path.as_str().split('/') {
        full.push(part);
        let is_link = std::fs::symlink_metadata(&full).is_ok_and(|found| found.file_type().is_symlink());
        if is_link {
            return Err(refused(format!("`{file}` is a link")).hint("--evidence DIR"));
        }
    }
    if !full.is_file() {
        return Err(refused(format!("it has no file `{file}`")).hint("--evidence DIR"));
    }
    Ok(full)
}
