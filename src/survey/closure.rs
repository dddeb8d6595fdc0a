//! The way down: every file a build of a root reads. Includes too much rather than too little: every text of a
//! kustomization that names a file counts. What it hands on is the whole of what the builder gets to see, so nothing
//! here may lead out of the tree, and nothing may need the network.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::config::{names_a_file, names_a_folder};
use super::kustomization::{self, Kustomization};
use super::resolve::{Kind, Resolved, read, resolve};
use crate::failure::{Failure, refused};
use crate::kustomize::files::{Entry, Files};
use crate::kustomize::is_remote;
use crate::model::path::RepoPath;
use crate::model::yaml;

/// The deepest chain of kustomizations followed.
const DEPTH_MAX: usize = 200;
/// What a person does about a base that nobody fetches.
const VENDOR: &str = "vendor the base into the repository as a folder";
/// The longest text taken for a path.
const PATH_MAX: usize = 4096;

/// Returns every file and link that a build of the kustomization in `root` reads.
///
/// # Errors
/// Refuses remote bases, paths that leave the tree, cycles, and broken or ambiguous kustomizations; fails when the tree
/// cannot be read.
pub fn closure(files: &dyn Files, root: &RepoPath) -> Result<BTreeSet<RepoPath>, anyhow::Error> {
    let mut walk = Walk { files, needed: BTreeSet::new(), done: BTreeSet::new(), way: Vec::new() };
    match resolve(files, root)? {
        Some(resolved) if resolved.kind == Kind::Folder => walk.enter(&resolved, None)?,
        _ => return Err(refused(format!("no folder `{root}` in the tree")).into()),
    }
    Ok(walk.needed)
}

/// How the files that an entry names are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Manifests: they name no further files.
    Manifest,
    /// Generators, transformers and validators: they name files seen from the kustomization that lists them.
    Config,
}

/// Where a text stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The folder that paths are seen from.
    folder: &'a RepoPath,
    /// The file that holds the text.
    file: &'a RepoPath,
}

/// The walk through kustomizations.
struct Walk<'a> {
    /// The tree.
    files: &'a dyn Files,
    /// What is needed so far.
    needed: BTreeSet<RepoPath>,
    /// Folders already entered.
    done: BTreeSet<RepoPath>,
    /// The folders between the root and here.
    way: Vec<RepoPath>,
}

impl Walk<'_> {
    /// Reads the kustomization of a folder that a file names.
    fn enter(&mut self, at: &Resolved, named_in: Option<&RepoPath>) -> Result<(), anyhow::Error> {
        let folder = &at.real;
        self.needed.extend(at.links.iter().cloned());
        if self.way.contains(folder) {
            return Err(self.cycle(folder).into());
        }
        if !self.done.insert(folder.clone()) {
            return Ok(());
        }
        if self.way.len() > DEPTH_MAX {
            return Err(refused(format!("`{folder}` is more than {DEPTH_MAX} kustomizations deep")).into());
        }
        let Some(file) = kustomization::in_folder(self.files, folder)? else {
            let named_in = named_in.map(|file| format!(" (in `{file}`)")).unwrap_or_default();
            return Err(refused(format!("folder `{folder}` has no kustomization{named_in}")).into());
        };
        self.way.push(folder.clone());
        let kustomization = Kustomization::parse(&file, &self.read(&file)?)?;
        let place = Place { folder, file: &file };
        for (key, value) in &kustomization.fields {
            self.field(place, &key.to_ascii_lowercase(), value)?;
        }
        self.way.pop();
        Ok(())
    }

    /// Follows one field of a kustomization.
    fn field(&mut self, place: Place<'_>, key: &str, value: &Value) -> Result<(), anyhow::Error> {
        let role = match key {
            "resources" | "bases" | "components" => Role::Manifest,
            "generators" | "transformers" | "validators" => Role::Config,
            "helmcharts" | "helmchartinflationgenerator" => {
                self.take_folder(&place.folder.join("charts")?)?;
                return self.texts(place, &mut vec![key.to_owned()], value);
            }
            _ => return self.texts(place, &mut vec![key.to_owned()], value),
        };
        for entry in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.include(place, entry, role)?;
        }
        Ok(())
    }

    /// Follows an entry that names a manifest, a configuration or another kustomization, or holds one inline.
    fn include(&mut self, place: Place<'_>, entry: &str, role: Role) -> Result<(), anyhow::Error> {
        if entry.contains('\n') {
            return if role == Role::Config { self.config(place, entry) } else { Ok(()) };
        }
        let Some(found) = self.find(place, entry)? else { return Ok(()) };
        match found.kind {
            Kind::File => self.take(&found),
            Kind::Folder => self.enter(&found, Some(place.file))?,
        }
        let configs = match (role, found.kind) {
            (Role::Manifest, _) => return Ok(()),
            (Role::Config, Kind::File) => BTreeSet::from([found.real]),
            (Role::Config, Kind::Folder) => closure(self.files, &found.real)?,
        };
        for file in configs {
            if let Ok(text) = std::str::from_utf8(&self.read(&file)?) {
                self.config(place, text)?;
            }
        }
        Ok(())
    }

    /// Follows the texts of a configuration; one that is no YAML is left to the builder.
    fn config(&mut self, place: Place<'_>, text: &str) -> Result<(), anyhow::Error> {
        for document in yaml::documents(text).unwrap_or_default() {
            self.texts(place, &mut Vec::new(), &document)?;
        }
        Ok(())
    }

    /// Takes every file that a text of a value names; `trail` holds the keys that lead to it.
    fn texts(&mut self, place: Place<'_>, trail: &mut Vec<String>, value: &Value) -> Result<(), anyhow::Error> {
        match value {
            Value::String(text) => self.text(place, trail, text)?,
            Value::Array(list) => list.iter().try_for_each(|value| self.texts(place, trail, value))?,
            Value::Object(fields) => {
                for (key, value) in fields {
                    trail.push(key.to_ascii_lowercase());
                    self.texts(place, trail, value)?;
                    trail.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }

    /// Takes the file that a text names, as a whole or after `key=`. Only where a file is meant, a path that cannot be
    /// followed is an error.
    fn text(&mut self, place: Place<'_>, trail: &[String], text: &str) -> Result<(), anyhow::Error> {
        if text.is_empty() || text.len() > PATH_MAX || text.contains('\n') {
            return Ok(());
        }
        for path in [text.split_once('=').map(|(_, path)| path), Some(text)].into_iter().flatten() {
            match self.find(place, path) {
                Ok(Some(found)) if found.kind == Kind::File => self.take(&found),
                Ok(Some(found)) if names_a_folder(trail) => self.take_folder(&found.real)?,
                Err(error) if !error.is::<Failure>() || names_a_file(trail) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Returns what a path leads to; a missing file is left to the builder, which names it.
    fn find(&self, place: Place<'_>, path: &str) -> Result<Option<Resolved>, anyhow::Error> {
        let joined = place.folder.join(path);
        if let Ok(joined) = &joined
            && let Some(found) = resolve(self.files, joined)?
        {
            return Ok(Some(found));
        }
        if is_remote(path) {
            let fact =
                format!("remote base `{path}` in `{}` is not built: leeward does not reach the network", place.file);
            return Err(refused(fact).hint(VENDOR).into());
        }
        joined.map(|_| None).map_err(|failure| refused(format!("{} (in `{}`)", failure.fact, place.file)).into())
    }

    /// Takes a file with the links that lead to it.
    fn take(&mut self, found: &Resolved) {
        self.needed.extend(found.links.iter().cloned());
        self.needed.insert(found.real.clone());
    }

    /// Takes every file of a folder, where there is one.
    fn take_folder(&mut self, folder: &RepoPath) -> Result<(), anyhow::Error> {
        if self.files.entry(folder.as_str())? != Some(Entry::Folder) {
            return Ok(());
        }
        for (name, entry) in self.files.list(folder.as_str())? {
            let Ok(path) = folder.join(&name) else { continue };
            match entry {
                Entry::Folder => self.take_folder(&path)?,
                Entry::File { .. } => _ = self.needed.insert(path),
                Entry::Link { .. } | Entry::Submodule => {}
            }
        }
        Ok(())
    }

    /// Takes and reads a file, through links.
    fn read(&mut self, file: &RepoPath) -> Result<Arc<[u8]>, anyhow::Error> {
        match resolve(self.files, file)? {
            Some(found) if found.kind == Kind::File => {
                self.take(&found);
                read(self.files, &found.real)
            }
            _ => Ok(Arc::from([])),
        }
    }

    /// The refusal of a kustomization that includes itself.
    fn cycle(&self, folder: &RepoPath) -> Failure {
        let from = self.way.iter().position(|known| known == folder).unwrap_or_default();
        let names: Vec<String> = self.way[from..].iter().chain([folder]).map(|folder| format!("`{folder}`")).collect();
        refused(format!("kustomizations include each other: {}", names.join(" → ")))
    }
}
