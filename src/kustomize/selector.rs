//! Patch targets: which objects a patch applies to.
//!
//! Names and namespaces may be the original or the current ones; all parts are anchored patterns.

use regex::Regex;

use super::collection::Collection;
use super::decode::Record;
use super::fault::Fault;
use super::label_selector::LabelSelector;
use super::object::Object;
use super::pattern;
use super::value::Value;

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

/// A target, ready to match.
struct Selector {
    /// Patterns for group, version, kind, name and namespace; `None` matches anything.
    patterns: Vec<Option<Regex>>,
    /// Over annotations.
    annotations: LabelSelector,
    /// Over labels.
    labels: LabelSelector,
}

/// Returns the places of the objects a target selects.
pub(super) fn select(collection: &Collection, target: &Target) -> Result<Vec<usize>, Fault> {
    let compile = |text: &String| match text.as_str() {
        "" => Ok(None),
        text => pattern::compile(&format!("^(?:{})$", pattern::translate(text)?)).map(Some),
    };
    let selector = Selector {
        patterns: target.patterns.iter().map(compile).collect::<Result<_, _>>()?,
        annotations: LabelSelector::read(&target.annotations)?,
        labels: LabelSelector::read(&target.labels)?,
    };
    let mut selected = Vec::new();
    for (at, object) in collection.objects.iter().enumerate() {
        if selector.matches(object)? {
            selected.push(at);
        }
    }
    Ok(selected)
}

impl Selector {
    /// Whether an object is selected.
    fn matches(&self, object: &Object) -> Result<bool, Fault> {
        let [group, version, kind, name, namespace] = self.patterns.as_slice() else { return Ok(false) };
        let fits = |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
        let (now, first) = (object.id(), object.original_id()?);
        Ok((fits(namespace, first.effective_namespace()) || fits(namespace, now.effective_namespace()))
            && (fits(name, &first.name) || fits(name, &now.name))
            && fits(group, &now.gvk.group)
            && fits(version, &now.gvk.version)
            && fits(kind, &now.gvk.kind)
            && self.labels.matches(&object.metadata_map("labels"))
            && self.annotations.matches(&object.metadata_map("annotations")))
    }
}

/// Reads the target of a patch.
pub(super) fn read(value: &Value) -> Result<Target, Fault> {
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
