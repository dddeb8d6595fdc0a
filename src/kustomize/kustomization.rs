//! The kustomization file: the allow-list of everything this builder takes, and its typed form.
//!
//! Fields kustomize does not know are errors, fields this builder does not know are `Unsupported` when they hold
//! anything. Old names are moved to new ones as kustomize does.

use super::decode::Record;
use super::fault::Fault;
use super::field_spec::{FieldSpec, split_path};
use super::id::Gvk;
use super::value::Value;

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
const NOT_BUILT: [&str; 14] = [
    "openapi",
    "replacements",
    "vars",
    "crds",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// What a kustomization is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A `Kustomization`.
    Kustomization,
    /// A `Component`.
    Component,
}

/// An entry of `labels`.
#[derive(Debug, Clone)]
pub(super) struct Label {
    /// The labels, sorted.
    pub(super) pairs: Vec<(String, String)>,
    /// Whether selectors get them too.
    pub(super) include_selectors: bool,
    /// Whether pod templates get them too.
    pub(super) include_templates: bool,
    /// Fields of its own.
    pub(super) fields: Vec<FieldSpec>,
}

/// An entry of `images`.
#[derive(Debug, Clone)]
pub(super) struct Image {
    /// The name to look for, a pattern in fact.
    pub(super) name: String,
    /// The new name.
    pub(super) new_name: String,
    /// What is added to the tag.
    pub(super) tag_suffix: String,
    /// The new tag.
    pub(super) new_tag: String,
    /// The new digest.
    pub(super) digest: String,
}

/// The target of a patch.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Patterns for group, version, kind, name and namespace, in this order.
    pub(super) patterns: [String; 5],
    /// A label selector over annotations.
    pub(super) annotations: String,
    /// A label selector.
    pub(super) labels: String,
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    /// The file.
    pub(super) path: String,
    /// The patch itself.
    pub(super) text: String,
    /// What it applies to.
    pub(super) target: Option<Target>,
    /// Whether it may change names.
    pub(super) allow_name_change: bool,
    /// Whether it may change kinds.
    pub(super) allow_kind_change: bool,
}

/// The order of the output.
#[derive(Debug, Clone)]
pub(super) enum SortOptions {
    /// As accumulated.
    Fifo,
    /// By kind, then by name.
    Legacy {
        /// Kinds that come first; `None` for the defaults.
        orders: Option<(Vec<String>, Vec<String>)>,
    },
}

/// A kustomization file.
#[derive(Debug, Clone)]
pub(super) struct Kustomization {
    /// What it is.
    pub(super) role: Role,
    /// Files and folders, `bases` included.
    pub(super) resources: Vec<String>,
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
        components: record.texts("components")?,
        namespace: record.text("namespace")?,
        name_prefix: record.text("namePrefix")?,
        name_suffix: record.text("nameSuffix")?,
        common_labels: record.text_map("commonLabels")?,
        labels: record.items("labels")?.iter().map(label).collect::<Result<_, _>>()?,
        common_annotations: record.text_map("commonAnnotations")?,
        patches_strategic_merge: record.texts("patchesStrategicMerge")?,
        patches: record.items("patches")?.iter().map(patch).collect::<Result<_, _>>()?,
        patches_json: record.items("patchesJson6902")?.iter().map(patch).collect::<Result<_, _>>()?,
        images: images.map(image).collect::<Result<_, _>>()?,
        replicas: record.items("replicas")?.iter().map(replica).collect::<Result<_, _>>()?,
        sort_options: record.get("sortOptions").map(sort_options).transpose()?,
    })
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
    if let Some(value) = record.get("generatorOptions") {
        let known = ["labels", "annotations", "disableNameSuffixHash", "immutable"];
        let options = Record::new(value, "generatorOptions", &known)?;
        options.text_map("labels").and(options.text_map("annotations"))?;
        options.flag("disableNameSuffixHash").and(options.flag("immutable"))?;
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

/// Reads an entry of `labels`.
fn label(value: &Value) -> Result<Label, Fault> {
    let record = Record::new(value, "labels", &["pairs", "includeSelectors", "includeTemplates", "fields"])?;
    Ok(Label {
        pairs: record.text_map("pairs")?,
        include_selectors: record.flag("includeSelectors")?,
        include_templates: record.flag("includeTemplates")?,
        fields: record.items("fields")?.iter().map(field_spec).collect::<Result<_, _>>()?,
    })
}

/// Reads a field spec; parts that kustomize would take for indices or wildcards are not built.
fn field_spec(value: &Value) -> Result<FieldSpec, Fault> {
    let record = Record::new(value, "labels.fields", &["group", "version", "kind", "path", "create"])?;
    let path = split_path(&record.text("path")?);
    let is_odd = |part: &String| {
        let name = part.strip_suffix("[]").unwrap_or(part);
        name.parse::<i64>().is_ok() || name.contains(['[', ']', '*', ' ', '\t']) || name == "-" || name.is_empty()
    };
    if path.iter().any(is_odd) {
        return Err(Fault::unsupported(format!("the path `{}` in `labels.fields`", path.join("/"))));
    }
    let part = |name| record.text(name).map(|text| text.as_str().into());
    let gvk = Gvk { group: part("group")?, version: part("version")?, kind: part("kind")? };
    Ok(FieldSpec { gvk, path, create: record.flag("create")? })
}

/// Reads an entry of `images`.
fn image(value: &Value) -> Result<Image, Fault> {
    let record = Record::new(value, "images", &["name", "newName", "tagSuffix", "newTag", "digest"])?;
    Ok(Image {
        name: record.text("name")?,
        new_name: record.text("newName")?,
        tag_suffix: record.text("tagSuffix")?,
        new_tag: record.text("newTag")?,
        digest: record.text("digest")?,
    })
}

/// Reads an entry of `replicas`.
fn replica(value: &Value) -> Result<(String, i64), Fault> {
    let record = Record::new(value, "replicas", &["name", "count"])?;
    Ok((record.text("name")?, record.integer("count")?))
}

/// Reads a patch.
fn patch(value: &Value) -> Result<Patch, Fault> {
    let record = Record::new(value, "patches", &["path", "patch", "target", "options"])?;
    let mut allow = [false; 2];
    if let Some(Value::Map(options)) = record.get("options") {
        for (key, value) in options {
            let at = match (&**key, value) {
                ("allowNameChange", Value::Bool(_) | Value::Null) => 0,
                ("allowKindChange", Value::Bool(_) | Value::Null) => 1,
                (name, Value::Bool(_)) => return Err(Fault::unsupported(format!("patches.options.{name}"))),
                _ => return Err(Fault::invalid("`patches.options` must hold booleans")),
            };
            allow[at] = *value == Value::Bool(true);
        }
    } else if record.get("options").is_some() {
        return Err(Fault::invalid("`patches.options` must be a map"));
    }
    Ok(Patch {
        path: record.text("path")?,
        text: record.text("patch")?,
        target: record.get("target").map(target).transpose()?,
        allow_name_change: allow[0],
        allow_kind_change: allow[1],
    })
}

/// Reads the target of a patch.
fn target(value: &Value) -> Result<Target, Fault> {
    let known = ["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];
    let record = Record::new(value, "patches.target", &known)?;
    let [group, version, kind, name, namespace] =
        ["group", "version", "kind", "name", "namespace"].map(|name| record.text(name));
    Ok(Target {
        patterns: [group?, version?, kind?, name?, namespace?],
        annotations: record.text("annotationSelector")?,
        labels: record.text("labelSelector")?,
    })
}

/// Reads `sortOptions`.
fn sort_options(value: &Value) -> Result<SortOptions, Fault> {
    let record = Record::new(value, "sortOptions", &["order", "legacySortOptions"])?;
    let legacy = record.get("legacySortOptions");
    match record.text("order")?.as_str() {
        "fifo" if legacy.is_none() => Ok(SortOptions::Fifo),
        "fifo" => Err(Fault::invalid("`sortOptions.legacySortOptions` is set but the order is `fifo`")),
        "legacy" => {
            let orders = legacy.map(|value| {
                let record = Record::new(value, "sortOptions.legacySortOptions", &["orderFirst", "orderLast"])?;
                Ok((record.texts("orderFirst")?, record.texts("orderLast")?))
            });
            Ok(SortOptions::Legacy { orders: orders.transpose()? })
        }
        other => Err(Fault::invalid(format!("`sortOptions.order` is `{other}`, not `fifo` or `legacy`"))),
    }
}
