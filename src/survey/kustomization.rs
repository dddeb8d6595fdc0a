//! A kustomization file: which one a folder has, and its fields as Kustomize finds them (names in any case).

use anyhow::Context as _;
use serde_json::{Map, Value};

use crate::failure::{Failure, refused};
use crate::kustomize::files::Files;
use crate::model::path::RepoPath;
use crate::model::yaml;

use super::resolve::{Kind, resolve};

/// The names Kustomize looks for; two in one folder are an error.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// The fields that include other kustomizations and manifests.
pub(super) const INCLUDES: [&str; 3] = ["resources", "bases", "components"];

/// A parsed kustomization file.
#[derive(Debug, Clone, PartialEq)]
pub struct Kustomization {
    /// The fields as the file spells them.
    pub fields: Map<String, Value>,
}

impl Kustomization {
    /// Parses the bytes of `file`.
    ///
    /// # Errors
    /// Refuses what is no YAML mapping in UTF-8, naming file and line.
    pub fn parse(file: &RepoPath, bytes: &[u8]) -> Result<Self, anyhow::Error> {
        Self::of(bytes).with_context(|| format!("failed to read kustomization `{file}`"))
    }

    /// Parses bytes.
    fn of(bytes: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match yaml::documents(text)?.into_iter().next() {
            Some(Value::Object(fields)) => Ok(Self { fields }),
            None => Ok(Self { fields: Map::new() }),
            Some(_) => Err(refused("line 1: not a mapping of fields")),
        }
    }

    /// Returns a field by its name in any case.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns whether this is a component: never deployed by itself.
    pub fn is_component(&self) -> bool {
        self.field("kind").and_then(Value::as_str) == Some("Component")
    }

    /// Returns the entries that include manifests and other kustomizations.
    pub fn includes(&self) -> impl Iterator<Item = &str> {
        INCLUDES.iter().filter_map(|name| self.field(name)?.as_array()).flatten().filter_map(Value::as_str)
    }
}

/// Returns the kustomization file of a folder.
///
/// # Errors
/// Refuses two of them; fails when the tree cannot be read.
pub fn in_folder(files: &dyn Files, folder: &RepoPath) -> Result<Option<RepoPath>, anyhow::Error> {
    let mut found = Vec::new();
    for name in NAMES {
        let file = folder.join(name)?;
        if resolve(files, &file)?.is_some_and(|resolved| resolved.kind == Kind::File) {
            found.push(file);
        }
    }
    if found.len() > 1 {
        return Err(ambiguous(folder, &found).into());
    }
    Ok(found.pop())
}

/// The refusal of a folder with several kustomization files.
pub(super) fn ambiguous(folder: &RepoPath, found: &[RepoPath]) -> Failure {
    let names: Vec<String> = found.iter().map(|file| format!("`{}`", file.name())).collect();
    let hint = found.last().map_or_else(String::new, |file| format!("git rm {file}"));
    refused(format!("folder `{folder}` holds more than one kustomization: {}", names.join(", "))).hint(hint)
}
