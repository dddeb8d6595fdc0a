//! Evidence in a folder: `evidence.json`, the masked logs and objects beside it, so that a second person, a support case or a
//! test gets the same answer. A bundle may come from anybody: nothing outside of its folder is read.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::input::Input;
use crate::cli::SubjectArgs;
use crate::diagnose::{Snapshot, Spoken};
use crate::failure::{Failure, refused};
use crate::model::path::RepoPath;

/// The file that says what the folder holds.
const INDEX: &str = "evidence.json";
/// The file with the objects of a cluster.
const OBJECTS: &str = "objects.json";
/// The version that is written: 2 knows what the logs of a cluster are about, and its objects.
const VERSION: u32 = 2;
/// The largest index that is read.
const INDEX_MAX: u64 = 1 << 20;
/// The largest file of objects that is read.
const OBJECTS_MAX: u64 = 64 << 20;

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
    /// The file with the objects of a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    objects: Option<String>,
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
    /// Which log of a cluster it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spoken: Option<Spoken>,
}

/// A folder that evidence is being written to.
pub(super) struct Saver {
    /// The folder.
    folder: PathBuf,
    /// What it holds so far.
    logs: Vec<Entry>,
    /// What this run made, and takes away where it comes to no end, so that it can be run again: the folder where it made it
    /// too.
    made: Vec<PathBuf>,
}

/// What a folder held.
pub(super) struct Opened {
    /// The logs.
    pub(super) inputs: Vec<Input>,
    /// The objects of a cluster.
    pub(super) snapshot: Option<Snapshot>,
}

impl Saver {
    /// Makes a folder that is empty or absent ready.
    ///
    /// # Errors
    /// Refuses a folder that is in use; fails where it cannot be written.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let is_new = !folder.exists();
        make(folder).with_context(|| context(folder))?;
        let made = is_new.then(|| folder.to_owned()).into_iter().chain([folder.join("logs")]).collect();
        Ok(Self { folder: folder.to_owned(), logs: Vec::new(), made })
    }

    /// Returns the file of one more log.
    ///
    /// # Errors
    /// Fails where it cannot be written.
    pub(super) fn log(&mut self, name: &str, spoken: Option<&Spoken>) -> anyhow::Result<File> {
        let file = format!("logs/{:02}.log", self.logs.len() + 1);
        let path = self.folder.join(&file);
        let made = File::create(&path).with_context(|| context(&self.folder))?;
        self.made.push(path);
        self.logs.push(Entry { name: name.to_owned(), file, spoken: spoken.cloned() });
        Ok(made)
    }

    /// Writes what the next command is about and the objects of a cluster, and with that the whole is one.
    ///
    /// # Errors
    /// Fails where it cannot be written.
    pub(super) fn finish(mut self, subject: &SubjectArgs, snapshot: Option<&Snapshot>) -> anyhow::Result<()> {
        let folder = self.folder.clone();
        let mut write = |file: &str, text: String| {
            self.made.push(folder.join(file));
            std::fs::write(folder.join(file), text + "\n").with_context(|| context(&folder))
        };
        if let Some(snapshot) = snapshot {
            write(OBJECTS, serde_json::to_string_pretty(snapshot)?)?;
        }
        let SubjectArgs { cluster, storage, to } = subject.clone();
        let subject = Subject { clusters: cluster, storage, to };
        let objects = snapshot.map(|_| OBJECTS.to_owned());
        let logs = std::mem::take(&mut self.logs);
        let index = Index { version: VERSION, kind: "Evidence".to_owned(), subject, objects, logs };
        write(INDEX, serde_json::to_string_pretty(&index)?)?;
        self.made.clear();
        Ok(())
    }
}

impl Drop for Saver {
    /// Takes away what a run made that came to no end: half a bundle is none, and would be in the way of the next run.
    fn drop(&mut self) {
        for path in self.made.iter().rev() {
            // A folder in which something else lies by now stays.
            drop(if path.is_dir() { std::fs::remove_dir(path) } else { std::fs::remove_file(path) });
        }
    }
}

/// Returns what fails when it cannot be written.
fn context(folder: &Path) -> String {
    format!("failed to save the evidence to `{}`", folder.display())
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

/// Returns what a folder holds, and what the next command is about where nothing else says it.
///
/// # Errors
/// Refuses a folder that holds no evidence.
pub(super) fn open(folder: &Path, subject: &mut SubjectArgs) -> anyhow::Result<Opened> {
    let context = || format!("failed to read evidence `{}`", folder.display());
    let index = index(folder).with_context(context)?;
    if subject.cluster.is_empty() {
        subject.cluster = index.subject.clusters;
    }
    subject.storage = subject.storage.take().or(index.subject.storage);
    subject.to = subject.to.take().or(index.subject.to);
    let input = |entry: Entry| Ok(Input::file(entry.name, inside(folder, &entry.file)?).spoken(entry.spoken));
    let inputs = index.logs.into_iter().map(input).collect::<Result<_, Failure>>().with_context(context)?;
    let snapshot = index.objects.map(|file| parsed(folder, &file, OBJECTS_MAX)).transpose().with_context(context)?;
    Ok(Opened { inputs, snapshot })
}

/// Reads what a folder says it holds.
fn index(folder: &Path) -> anyhow::Result<Index> {
    let value: serde_json::Value = parsed(folder, INDEX, INDEX_MAX)?;
    let version = value["version"].as_u64().unwrap_or_default();
    if value["kind"] != "Evidence" || version == 0 || version > u64::from(VERSION) {
        let shown = |field: &str| value[field].to_string().replace('"', "").escape_debug().to_string();
        let found = format!("`{}` of version `{}`", shown("kind"), shown("version"));
        let fact = format!("`{INDEX}` is {found}, not `Evidence` of version `1` or `{VERSION}`");
        return Err(refused(fact).hint("--evidence DIR").into());
    }
    let refusal = |error: serde_json::Error| refused(format!("`{INDEX}`: {error}")).hint("--evidence DIR");
    Ok(serde_json::from_value(value).map_err(refusal)?)
}

/// Reads a file of a folder as JSON.
fn parsed<T: serde::de::DeserializeOwned>(folder: &Path, file: &str, most: u64) -> anyhow::Result<T> {
    let path = inside(folder, file)?;
    if std::fs::metadata(&path)?.len() > most {
        return Err(refused(format!("`{file}` has more than {} MiB", most >> 20)).hint("--evidence DIR").into());
    }
    let refusal = |error: serde_json::Error| refused(format!("`{file}`: {error}")).hint("--evidence DIR");
    Ok(serde_json::from_slice(&std::fs::read(path)?).map_err(refusal)?)
}

/// Returns a file of a folder; refuses paths and links that lead out of it.
fn inside(folder: &Path, file: &str) -> Result<PathBuf, Failure> {
    let outside = |_| refused(format!("`{}` is no file of the folder", file.escape_debug())).hint("--evidence DIR");
    let path = RepoPath::parse(file).map_err(outside)?;
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
