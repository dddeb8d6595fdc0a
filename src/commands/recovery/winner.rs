//! Who wins: which field of the root's kustomization undoes a change, found by building without it.

use serde_json::Value;

use super::changes::{Changes, patched};
use super::site::{RootSite, proved};
use crate::build::Extent;
use crate::cli::Activation;
use crate::failure::{Failure, refused};
use crate::plan::ClusterPlan;
use crate::render::proof::Mismatch;
use crate::survey::kustomization::Kustomization;

/// The fields that run after the root's own patches, in the order of a build (kustomize.md 1.1).
const LATE: [&str; 14] = [
    "namespace",
    "namePrefix",
    "nameSuffix",
    "labels",
    "commonLabels",
    "commonAnnotations",
    "patchesJson6902",
    "replicas",
    "images",
    "replacements",
    "transformers",
    "vars",
    "configurations",
    "patches",
];

/// Returns the refusal that names object, path, wanted, found, and who wins.
pub(super) fn unproven(
    site: &RootSite,
    done: &[&ClusterPlan],
    changes: &Changes,
    mismatch: &Mismatch,
) -> anyhow::Result<Failure> {
    // Mappings and the options of containers may hold keys.
    let value = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::Object(_)) => "a mapping".to_owned(),
        Some(Value::Array(_)) => "a list".to_owned(),
        Some(_) if mismatch.path.contains("containerOptions") => "a value".to_owned(),
        Some(value) => format!("`{value}`"),
    };
    let fact = format!(
        "`{}` would say {} at `{}`, the plan wants {} ({})",
        mismatch.object,
        value(&mismatch.found),
        mismatch.path,
        value(&mismatch.wanted),
        mismatch.condition
    );
    let file = site.scene.kustomization(site.root)?;
    let bytes = site.scene.read(&file, changes)?;
    match winner(site, done, changes, mismatch)? {
        Some(field) => {
            let line = line_of(&bytes, &field).map(|line| format!(" line {line}")).unwrap_or_default();
            Ok(refused(format!("{fact}: `{field}` in `{file}`{line} wins, it runs after every patch"))
                .hint(format!("take `{}` out of `{field}` in {file}", mismatch.path)))
        }
        None => Ok(refused(format!("{fact}: a later step of the build of `{}` wins", site.root))
            .hint(format!("leeward plan --activation component --cluster {}", done[0].cluster.id))),
    }
}

/// Returns the field without which the change takes effect.
fn winner(
    site: &RootSite,
    done: &[&ClusterPlan],
    changes: &Changes,
    mismatch: &Mismatch,
) -> anyhow::Result<Option<String>> {
    let file = site.scene.kustomization(site.root)?;
    let kustomization = Kustomization::parse(&file, &site.scene.read(&file, changes)?)?;
    let Some((root, base)) = site.scene.roots.iter().find(|(root, _)| root.path == *site.root) else { return Ok(None) };
    // Where ours is among the patches, a build without them says nothing of the others.
    let is_ours = |field: &str| field == "patches" && site.activation != Activation::Component;
    for field in LATE.into_iter().filter(|field| !is_ours(field)) {
        let Some(without) = without(&kustomization, field)? else { continue };
        let mut changes = changes.clone();
        changes.insert(file.clone(), Some(without));
        let Ok(built) =
            site.builder.build(&patched(site.scene.files, &changes), &root.path, root.restrictor, Extent::Whole)
        else {
            continue;
        };
        let is_mended = match proved(done, base, &built) {
            Ok(()) => true,
            Err(next) => is_further(&next, mismatch),
        };
        if is_mended {
            return Ok(Some(field.to_owned()));
        }
    }
    Ok(None)
}

/// Returns whether a proof got further in the same object: the mismatch before is mended, another one follows.
fn is_further(next: &Mismatch, before: &Mismatch) -> bool {
    next.object == before.object
        && !next.path.is_empty()
        && (next.condition != before.condition || next.path != before.path)
}

/// Returns the kustomization without a field, as JSON, which is YAML; `None` where it lacks the field. Only ever built.
fn without(kustomization: &Kustomization, field: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let mut fields = kustomization.fields.clone();
    fields.retain(|name, _| !name.eq_ignore_ascii_case(field));
    let is_shorter = fields.len() < kustomization.fields.len();
    Ok(if is_shorter { Some(serde_json::to_vec(&fields)?) } else { None })
}

/// Returns the line, from 1, on which a field of the kustomization starts.
fn line_of(bytes: &[u8], field: &str) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes);
    let starts = |line: &str| {
        line.get(..field.len()).is_some_and(|start| start.eq_ignore_ascii_case(field))
            && line[field.len()..].starts_with(':')
    };
    text.lines().position(starts).map(|index| index + 1)
}
