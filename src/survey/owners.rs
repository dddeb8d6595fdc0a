//! The objects of Flux and Argo CD in a tree: which folders they deploy. Paths that a controller makes up at run time
//! (`ApplicationSet`, templates) are counted, never guessed.

use memchr::memmem;
use serde_json::Value;

use super::claim::Claim;
use super::closure::closure;
use super::resolve::{Kind, read, resolve};
use super::scan::{Blob, names_owner};
use super::{Controller, Owner, Transform, TransformEffect, argo, documents, flux};
use crate::failure::Failure;
use crate::kustomize::files::Files;
use crate::model::finding::Finding;
use crate::model::object::PXC_KIND;
use crate::model::path::RepoPath;

/// A claim whose folder is in this tree.
pub(super) struct Deployment {
    /// The folder, without links.
    pub(super) folder: RepoPath,
    /// What is asked for.
    pub(super) claim: Claim,
}

impl Deployment {
    /// Returns the owner, its components looked into.
    pub(super) fn owner(&self, files: &dyn Files) -> Result<Owner, anyhow::Error> {
        let mut owner = self.claim.owner.clone();
        for (field, entry) in &self.claim.components {
            let effect = component_effect(files, &self.folder, entry)?;
            owner.transforms.push(Transform { field: field.clone(), effect });
        }
        Ok(owner)
    }

    /// Returns whose claim it is.
    pub(super) fn controller(&self) -> Controller {
        self.claim.owner.controller
    }
}

/// Every object of a controller in a tree.
#[derive(Default)]
pub(super) struct Owners {
    /// What is deployed from this tree.
    pub(super) deployments: Vec<Deployment>,
    /// Files whose paths are made up at run time.
    generated: Vec<RepoPath>,
    /// Files that are no YAML.
    unreadable: Vec<RepoPath>,
}

/// Reads the objects of the controllers.
pub(super) fn find(files: &dyn Files, blobs: &[Blob]) -> Result<Owners, anyhow::Error> {
    let mut owners = Owners::default();
    for blob in blobs {
        let text = String::from_utf8_lossy(&blob.bytes);
        let read = documents::read(&text, |part| names_owner(part.as_bytes()));
        let is_set = read.values.iter().any(argo::is_set);
        if is_set || (read.error.is_some() && text.contains("{{")) {
            owners.generated.push(blob.path.clone());
        } else if read.error.is_some() {
            owners.unreadable.push(blob.path.clone());
        }
        for claim in read.values.iter().flat_map(|value| claims(value, &blob.path)) {
            owners.add(files, claim)?;
        }
    }
    Ok(owners)
}

/// Returns what an object asks for.
fn claims(value: &Value, file: &RepoPath) -> Vec<Claim> {
    flux::claim(value, file).into_iter().chain(argo::claims(value, file)).collect()
}

impl Owners {
    /// Adds a claim whose folder is in this tree; others are about another repository.
    fn add(&mut self, files: &dyn Files, claim: Claim) -> Result<(), anyhow::Error> {
        if claim.path.contains("{{") || claim.path.contains("${") {
            self.generated.push(claim.owner.file.clone());
            return Ok(());
        }
        let Ok(path) = RepoPath::parse(claim.path.trim_start_matches('/')) else { return Ok(()) };
        match resolve(files, &path) {
            Ok(Some(resolved)) if resolved.kind == Kind::Folder => {
                self.deployments.push(Deployment { folder: resolved.real, claim });
                Ok(())
            }
            Err(error) if !error.is::<Failure>() => Err(error),
            _ => Ok(()),
        }
    }

    /// Returns what could not be followed, said only where something may hang on it.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(files) = several(&self.generated) {
            let fact = format!("paths made up at run time (ApplicationSet, templates) are not followed: {files}");
            findings.push(Finding::note("owner-generated", fact).hint("--cluster ROOT:NAMESPACE/NAME"));
        }
        if let Some(files) = several(&self.unreadable) {
            findings.push(Finding::note("owner-unreadable", format!("no YAML, so not looked at for owners: {files}")));
        }
        findings
    }
}

/// Returns some files as text, the first three by name.
fn several(files: &[RepoPath]) -> Option<String> {
    let names: Vec<String> = files.iter().take(3).map(|file| format!("`{file}`")).collect();
    match (names.is_empty(), files.len().saturating_sub(3)) {
        (true, _) => None,
        (false, 0) => Some(names.join(", ")),
        (false, more) => Some(format!("{} and {more} more", names.join(", "))),
    }
}

/// Returns what a component can undo, from the words in its files; what cannot be read counts as the worst.
fn component_effect(files: &dyn Files, folder: &RepoPath, entry: &str) -> Result<TransformEffect, anyhow::Error> {
    let needed = folder.join(entry).map_err(anyhow::Error::from).and_then(|folder| closure(files, &folder));
    let needed = match needed {
        Ok(needed) => needed,
        Err(error) if error.is::<Failure>() => return Ok(TransformEffect::BackupBlock),
        Err(error) => return Err(error),
    };
    let mut effect = TransformEffect::Other;
    for file in needed {
        if !matches!(resolve(files, &file)?, Some(resolved) if resolved.links.is_empty() && resolved.kind == Kind::File)
        {
            continue;
        }
        let bytes = read(files, &file)?;
        effect = effect.min(words_effect(&bytes));
    }
    Ok(effect)
}

/// Returns what a file of a component can undo.
fn words_effect(bytes: &[u8]) -> TransformEffect {
    let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    if has(PXC_KIND) || has("/spec") || has("backup") {
        TransformEffect::BackupBlock
    } else if has("namePrefix") || has("nameSuffix") || has("/metadata/name") {
        TransformEffect::Names
    } else {
        TransformEffect::Other
    }
}
