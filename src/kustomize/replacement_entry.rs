//! The entries of `replacements`: what a kustomization, or a file it names, says of them.
//!
//! Read before any of them runs; `replacement` applies them.

use super::decode::Record;
use super::fault::Fault;
use super::id::Gvk;
use super::value::Value;

/// The field that is meant where none is named.
pub(super) const DEFAULT_PATH: &str = "metadata.name";

/// Which objects are meant: empty parts mean any.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    /// Group, version, kind.
    pub(super) gvk: Gvk,
    /// The name.
    pub(super) name: String,
    /// The namespace.
    pub(super) namespace: String,
    /// Over annotations and labels, as written.
    pub(super) labels: [String; 2],
}

/// How a field is cut and joined.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldOptions {
    /// What stands between the parts; "" for none.
    pub(super) delimiter: String,
    /// Which part is meant.
    pub(super) index: i64,
    /// Whether a missing field is created.
    pub(super) create: bool,
}

/// Where a value goes.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The objects.
    pub(super) select: Option<Selector>,
    /// Those among them that stay as they are.
    pub(super) reject: Vec<Selector>,
    /// The fields.
    pub(super) paths: Vec<String>,
    /// The options.
    pub(super) options: FieldOptions,
}

/// One replacement.
#[derive(Debug, Clone)]
pub(super) struct Replacement {
    /// Where the value comes from: object, field, options.
    pub(super) source: Option<(Selector, String, FieldOptions)>,
    /// Where it goes.
    pub(super) targets: Option<Vec<Target>>,
}

/// An entry of `replacements`.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A replacement.
    Inline(Box<Replacement>),
    /// A file of one or several.
    File(String),
}

/// Reads an entry of `replacements`.
pub(super) fn read(value: &Value) -> Result<Entry, Fault> {
    let record = Record::new(value, "replacements", &["source", "targets", "path"])?;
    let path = record.text("path")?;
    let mut replacement = Replacement::read(&record)?;
    // The list is written out and read back on its way, and what is empty is left out there.
    replacement.targets = replacement.targets.filter(|targets| !targets.is_empty());
    match (path.is_empty(), replacement.source.is_none() && replacement.targets.is_none()) {
        (true, _) => Ok(Entry::Inline(Box::new(replacement))),
        (false, true) => Ok(Entry::File(path)),
        (false, false) => Err(Fault::invalid("an entry of `replacements` has both `path` and a replacement")),
    }
}

/// Reads a file of replacements, in which kustomize lets unknown fields pass.
pub(super) fn read_file(value: &Value) -> Result<Vec<Replacement>, Fault> {
    let one = |value: &Value| {
        let known = Record::new(value, "replacements", &["source", "targets"]);
        known.and_then(|record| Replacement::read(&record)).map_err(Fault::where_unknown_passes)
    };
    match value {
        Value::List(items) => items.iter().map(one).collect(),
        Value::Map(_) => Ok(vec![one(value)?]),
        other => Err(Fault::invalid(format!("a file of replacements holds {}", other.kind_word()))),
    }
}

impl Selector {
    /// The fields of a selector.
    const FIELDS: [&'static str; 5] = ["group", "version", "kind", "name", "namespace"];

    /// Reads a selector.
    fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let part = |name| record.text(name).map(|text| text.as_str().into());
        Ok(Self {
            gvk: Gvk { group: part("group")?, version: part("version")?, kind: part("kind")? },
            name: record.text("name")?,
            namespace: record.text("namespace")?,
            labels: [record.text("annotationSelector")?, record.text("labelSelector")?],
        })
    }

    /// Reads a selector of targets.
    fn read_target(value: &Value) -> Result<Self, Fault> {
        let known = [&Self::FIELDS[..], &["annotationSelector", "labelSelector"]].concat();
        Self::read(&Record::new(value, "replacements.targets.select", &known)?)
    }
}

impl FieldOptions {
    /// Reads options; an encoding is never looked at.
    fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let Some(value) = record.get("options") else { return Ok(Self::default()) };
        let record = Record::new(value, &record.path("options"), &["delimiter", "index", "encoding", "create"])?;
        record.text("encoding")?;
        Ok(Self {
            delimiter: record.text("delimiter")?,
            index: record.integer("index")?,
            create: record.flag("create")?,
        })
    }
}

impl Replacement {
    /// Reads source and targets.
    fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let source = |value: &Value| {
            let known = [&Selector::FIELDS[..], &["fieldPath", "options"]].concat();
            let record = Record::new(value, "replacements.source", &known)?;
            Ok((Selector::read(&record)?, record.text("fieldPath")?, FieldOptions::read(&record)?))
        };
        let targets = |_: &Value| record.items("targets")?.iter().map(Target::read).collect();
        Ok(Self {
            source: record.get("source").map(source).transpose()?,
            targets: record.get("targets").map(targets).transpose()?,
        })
    }
}

impl Target {
    /// Reads a target.
    fn read(value: &Value) -> Result<Self, Fault> {
        let record = Record::new(value, "replacements.targets", &["select", "reject", "fieldPaths", "options"])?;
        if record.items("reject")?.contains(&Value::Null) {
            return Err(Fault::unsupported("an empty entry of `reject`"));
        }
        let mut paths = record.texts("fieldPaths")?;
        if paths.is_empty() {
            paths.push(DEFAULT_PATH.to_owned());
        }
        Ok(Self {
            select: record.get("select").map(Selector::read_target).transpose()?,
            reject: record.items("reject")?.iter().map(Selector::read_target).collect::<Result<_, _>>()?,
            paths,
            options: FieldOptions::read(&record)?,
        })
    }
}
