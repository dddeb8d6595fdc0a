//! The built-in builder, and its errors as the rest of the program knows them.

use super::built::{Built, BuiltObject, Task};
use super::output;
use crate::failure::{Failure, outside, refused};
use crate::kustomize::{self, BuildError, Cache, Limits, Options};
use crate::model::object::Object;

/// What it is called in reports: the output it follows (kustomize.md 1.6).
pub(super) const NAME: &str = "the built-in builder (kustomize 5.5 to 5.6)";

/// Builds; the inner error may be that something is not supported.
pub(super) fn build(task: &Task, cache: &Cache) -> anyhow::Result<Result<Built, BuildError>> {
    let options = Options { restrictor: task.restrictor, extent: task.extent, limits: Limits::default() };
    let built = match kustomize::build(task.files, task.root.as_str(), &options, cache) {
        Ok(built) => built,
        Err(error) => return Ok(Err(error)),
    };
    let texts = output::documents(&built.text);
    if texts.len() != built.objects.len() {
        return output::read(built.text.into_bytes()).map(Ok);
    }
    let objects = built.objects.iter().zip(texts);
    let objects = objects.map(|(object, text)| BuiltObject { object: Object::new(object.to_json()), text });
    Ok(Ok(Built { objects: objects.collect(), text: built.text }))
}

/// Returns the failure for an error of the built-in builder.
pub(super) fn refusal(error: &BuildError) -> Failure {
    match error {
        BuildError::Unsupported { field, .. } if field.contains("the remote `") => {
            refused(format!("unsupported: {error}")).hint("vendor the base into the repository as a folder")
        }
        BuildError::Unsupported { field, .. } if field.starts_with("helmChart") => {
            refused(format!("unsupported: {error}")).hint("vendor the rendered chart into the repository as a folder")
        }
        BuildError::Unsupported { .. } => refused(format!("unsupported: {error}")).hint("--builder binary"),
        BuildError::Invalid { .. } | BuildError::Limit { .. } => refused(error.to_string()),
        BuildError::Read(read) => outside(read.to_string()),
    }
}
