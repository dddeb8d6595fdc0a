//! A root written to a temporary folder: only the files and links its build reads, under the paths they have in the
//! repository. Links stay links, so that the program's load restrictor sees what it would see in a checkout.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::failure::{outside, refused};
use crate::kustomize::files::{Entry, Files};
use crate::model::path::RepoPath;
use crate::model::yaml;
use crate::survey::kustomization::{self, Kustomization};
use crate::survey::{closure, read, resolve};

/// An exported root; removed when dropped.
pub(super) struct Export {
    /// The temporary folder.
    folder: TempDir,
    /// The same folder as the program will name it.
    real: PathBuf,
    /// The root's folder, inside the tree.
    root: RepoPath,
    /// The root's kustomization file and its content.
    kustomization: (RepoPath, Kustomization),
}

impl Export {
    /// Writes what a build of `root` reads.
    pub(super) fn of(files: &dyn Files, root: &RepoPath) -> anyhow::Result<Self> {
        let needed = closure(files, root)?;
        let root = resolve(files, root)?.map_or_else(|| root.clone(), |resolved| resolved.real);
        let Some(file) = kustomization::in_folder(files, &root)? else {
            return Err(refused(format!("folder `{root}` has no kustomization")).into());
        };
        let real_file = resolve(files, &file)?.map_or_else(|| file.clone(), |resolved| resolved.real);
        let kustomization = Kustomization::parse(&file, &read(files, &real_file)?)?;
        let folder = tempfile::tempdir().map_err(|error| outside(error.to_string())).context(CREATE)?;
        let real = folder.path().canonicalize().map_err(|error| outside(error.to_string())).context(CREATE)?;
        let export = Self { folder, real, root, kustomization: (file, kustomization) };
        for path in &needed {
            export.write(files, path).with_context(|| format!("failed to export `{path}`"))?;
        }
        for made in [export.top(), export.home().to_owned()] {
            fs::create_dir_all(made).map_err(|error| outside(error.to_string())).context(CREATE)?;
        }
        Ok(export)
    }

    /// Returns the top of the exported tree.
    pub(super) fn top(&self) -> PathBuf {
        self.real.join("tree")
    }

    /// Returns the exported root.
    pub(super) fn root(&self) -> PathBuf {
        self.top().join(self.root.as_str())
    }

    /// Returns an empty folder for the program.
    pub(super) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the root's kustomization anew, as JSON, which is YAML too.
    pub(super) fn rewrite(&self, change: impl FnOnce(&Kustomization) -> Value) -> anyhow::Result<()> {
        let (file, kustomization) = &self.kustomization;
        let path = self.top().join(file.as_str());
        let text = change(kustomization).to_string();
        // The file may be a link to another kustomization's: that one stays as it is.
        let removed = fs::remove_file(&path);
        removed.and_then(|()| fs::write(&path, text)).map_err(|error| outside(error.to_string())).context(CREATE)
    }

    /// Returns a message of the program with paths of the repository.
    pub(super) fn in_repository(&self, message: &str) -> String {
        let top = self.top();
        let top = top.to_string_lossy();
        message.replace(&format!("{top}/"), "").replace(top.as_ref(), ".")
    }

    /// Writes one file or link.
    fn write(&self, files: &dyn Files, path: &RepoPath) -> anyhow::Result<()> {
        let to = self.top().join(path.as_str());
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(|error| outside(error.to_string()))?;
        }
        if let Some(Entry::Link { target }) = files.entry(path.as_str())? {
            return Ok(link(&target, &to).map_err(|error| outside(error.to_string()))?);
        }
        let bytes = read(files, path)?;
        // kubectl 1.32 neither refuses such files nor ends: it takes all time and memory it gets.
        if let Ok(text) = std::str::from_utf8(&bytes) {
            yaml::check_aliases(text)?;
        }
        Ok(fs::write(to, bytes).map_err(|error| outside(error.to_string()))?)
    }
}

/// The context of a temporary folder that cannot be written.
const CREATE: &str = "failed to write a temporary copy of the root";

/// Makes a symbolic link.
#[cfg(unix)]
fn link(target: &str, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Makes a symbolic link.
#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("symbolic links are not supported here"))
}
