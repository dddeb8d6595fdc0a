//! The kustomization file: the allow-list of everything this builder takes, and its typed form.
//!
//! Fields kustomize does not know are errors, fields this builder does not know are `Unsupported` when they hold
//! anything. Old names are moved to new ones as kustomize does.

use super::decode::Record;
use super::fault::Fault;
use super::generator::{Generator, GeneratorOptions, Kind};
use super::image::{self, Image};
use super::label::{self, Label};
use super::order::{self, SortOptions};
use super::patch_entry::{self, Patch};
use super::replacement_entry as replacement;
use super::replica;
use super::value::Value;
use super::variable::{self, Variable};

/// The fields of a kustomization file.
const FIELDS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// Fields that may only stand there empty.
const NOT_BUILT: [&str; 7] =
    ["openapi", "crds", "helmGlobals", "helmCharts", "helmChartInflationGenerator", "validators", "buildMetadata"];

/// What a kustomization is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A `Kustomization`.
    Kustomization,
    /// A `Component`.
    Component,
}

/// A kustomization file.
#[derive(Debug, Clone)]
pub(super) struct Kustomization {
    /// What it is.
    pub(super) role: Role,
    /// Files and folders, `bases` included.
    pub(super) resources: Vec<String>,
    /// Generators, those of `ConfigMap` first.
    pub(super) generators: Vec<Generator>,
    /// Generators that are objects: files, folders or texts.
    pub(super) generator_files: Vec<String>,
    /// Transformers that are objects: files, folders or texts.
    pub(super) transformer_files: Vec<String>,
    /// Files of transformer configuration.
    pub(super) configurations: Vec<String>,
    /// Components.
    pub(super) components: Vec<String>,
    /// The namespace to set.
    pub(super) namespace: String,
    /// The name prefix.
    pub(super) name_prefix: String,
    /// The name suffix.
    pub(super) name_suffix: String,
    /// Labels for everything.
    pub(super) common_labels: Vec<(String, String)>,
    /// Labels with rules.
    pub(super) labels: Vec<Label>,
    /// Annotations for everything.
    pub(super) common_annotations: Vec<(String, String)>,
    /// Strategic merge patches: files or texts.
    pub(super) patches_strategic_merge: Vec<String>,
    /// Patches of either kind.
    pub(super) patches: Vec<Patch>,
    /// JSON patches.
    pub(super) patches_json: Vec<Patch>,
    /// Images, `imageTags` included.
    pub(super) images: Vec<Image>,
    /// Replica counts by name.
    pub(super) replicas: Vec<(String, i64)>,
    /// Replacements.
    pub(super) replacements: Vec<replacement::Entry>,
    /// Variables.
    pub(super) variables: Vec<Variable>,
    /// The output order.
    pub(super) sort_options: Option<SortOptions>,
}

/// Reads a kustomization.
pub(super) fn read(value: &Value) -> Result<Kustomization, Fault> {
    let record = Record::new(value, "", &FIELDS)?;
    refuse_not_built(&record)?;
    check_ignored(&record)?;
    if !record.present().any(|(name, value)| says_something(name, value)) {
        return Err(Fault::invalid("kustomization.yaml is empty"));
    }
    let mut resources = record.texts("resources")?;
    resources.extend(record.texts("bases")?);
    let images = record.items("images")?.iter().chain(record.items("imageTags")?);
    Ok(Kustomization {
        role: role(&record)?,
        resources,
        generators: generators(&record)?,
        generator_files: record.texts("generators")?,
        transformer_files: record.texts("transformers")?,
        configurations: record.texts("configurations")?,
        components: record.texts("components")?,
        namespace: record.text("namespace")?,
        name_prefix: record.text("namePrefix")?,
        name_suffix: record.text("nameSuffix")?,
        common_labels: record.text_map("commonLabels")?,
        labels: record.items("labels")?.iter().map(label::read).collect::<Result<_, _>>()?,
        common_annotations: record.text_map("commonAnnotations")?,
        patches_strategic_merge: record.texts("patchesStrategicMerge")?,
        patches: record.items("patches")?.iter().map(patch_entry::read).collect::<Result<_, _>>()?,
        patches_json: record.items("patchesJson6902")?.iter().map(patch_entry::read).collect::<Result<_, _>>()?,
        images: images.map(image::read).collect::<Result<_, _>>()?,
        replicas: record.items("replicas")?.iter().map(replica::read).collect::<Result<_, _>>()?,
        replacements: record.items("replacements")?.iter().map(replacement::read).collect::<Result<_, _>>()?,
        variables: record.items("vars")?.iter().map(variable::read).collect::<Result<_, _>>()?,
        sort_options: record.get("sortOptions").map(order::read).transpose()?,
    })
}

/// Reads the generators, with the options they share.
fn generators(record: &Record<'_>) -> Result<Vec<Generator>, Fault> {
    let shared = record.get("generatorOptions").map(|value| GeneratorOptions::read(value, "generatorOptions"));
    let shared = shared.transpose()?.unwrap_or_default();
    let of = |kind, field| -> Result<Vec<Generator>, Fault> {
        record.items(field)?.iter().map(|value| Generator::read(kind, value, &shared)).collect()
    };
    let mut all = of(Kind::ConfigMap, "configMapGenerator")?;
    all.extend(of(Kind::Secret, "secretGenerator")?);
    Ok(all)
}

/// Whether a field keeps the file from counting as empty.
fn says_something(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("apiVersion" | "kind", _) => false,
        ("bases" | "imageTags" | "helmChartInflationGenerator", Value::List(items)) => !items.is_empty(),
        (_, Value::String(text)) => !text.is_empty(),
        _ => true,
    }
}

/// Refuses what this builder does not do.
fn refuse_not_built(record: &Record<'_>) -> Result<(), Fault> {
    for (name, value) in record.present().filter(|(name, _)| NOT_BUILT.contains(name)) {
        let is_void = match value {
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty() && name == "openapi",
            _ => false,
        };
        if !is_void {
            return Err(Fault::unsupported(name));
        }
    }
    Ok(())
}

/// Checks the types of fields that have no effect here.
fn check_ignored(record: &Record<'_>) -> Result<(), Fault> {
    if let Some(value) = record.get("metadata") {
        let metadata = Record::new(value, "metadata", &["name", "namespace", "labels", "annotations"])?;
        metadata.text("name").and(metadata.text("namespace"))?;
        metadata.text_map("labels").and(metadata.text_map("annotations"))?;
    }
    Ok(())
}

/// Reads kind and version.
fn role(record: &Record<'_>) -> Result<Role, Fault> {
    let (role, version) = match record.text("kind")?.as_str() {
        "" | "Kustomization" => (Role::Kustomization, "kustomize.config.k8s.io/v1beta1"),
        "Component" => (Role::Component, "kustomize.config.k8s.io/v1alpha1"),
        other => return Err(Fault::invalid(format!("kind `{other}` should be `Kustomization` or `Component`"))),
    };
    let stated = record.text("apiVersion")?;
    if stated.is_empty() || stated == version {
        Ok(role)
    } else {
        Err(Fault::invalid(format!("apiVersion `{stated}` should be `{version}`")))
    }
}
