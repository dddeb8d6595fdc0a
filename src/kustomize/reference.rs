//! Which fields name which kinds: the default table and what configuration files add to it.
//!
//! Merged by `configuration`, followed by `name_reference`.

use std::sync::Arc;

use super::decode::Record;
use super::fault::Fault;
use super::field_spec::{FieldSpec, split_path};
use super::id::Gvk;
use super::value::Value;

/// The fields that name one kind.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// The kind that is named.
    pub(super) target: Gvk,
    /// Fields of the kinds that name it.
    pub(super) referrers: Vec<FieldSpec>,
}

impl Reference {
    /// Reads an entry of `nameReference` in a configuration file.
    pub(super) fn read(value: &Value) -> Result<Self, Fault> {
        let record = Record::new(value, "nameReference", &["group", "version", "kind", "fieldSpecs"])?;
        let part = |name| record.text(name).map(|text| text.as_str().into());
        let target = Gvk { group: part("group")?, version: part("version")?, kind: part("kind")? };
        let referrers: Vec<_> = record
            .items("fieldSpecs")?
            .iter()
            .map(|value| FieldSpec::read(value, "nameReference.fieldSpecs"))
            .collect::<Result<_, _>>()?;
        // Objects are looked up by the identity they have when references are fixed, which these would change meanwhile.
        let is_identity = |spec: &FieldSpec| {
            spec.path.len() == 1 || *spec.path == ["metadata", "name"] || *spec.path == ["metadata", "namespace"]
        };
        match referrers.iter().find(|spec| is_identity(spec) && *spec.path != ["subjects"]) {
            Some(spec) => Err(Fault::unsupported(format!("the path `{}` in `nameReference`", spec.path.join("/")))),
            None => Ok(Self { target, referrers }),
        }
    }
}

/// Returns the default table.
pub(super) fn table() -> Vec<Reference> {
    let mut references: Vec<Reference> = Vec::new();
    for line in include_str!("tables/name_references.txt").lines() {
        let words: Vec<&str> = line.splitn(7, ' ').collect();
        let [group, version, kind, by_group, by_version, by_kind, path] = words.as_slice() else { continue };
        let part = |word: &&str| Arc::from(if *word == "*" { "" } else { *word });
        let target = Gvk { group: part(group), version: part(version), kind: part(kind) };
        let gvk = Gvk { group: part(by_group), version: part(by_version), kind: part(by_kind) };
        let spec = FieldSpec { gvk, path: split_path(path), create: false };
        match references.iter_mut().find(|reference| reference.target == target) {
            Some(reference) => reference.referrers.push(spec),
            None => references.push(Reference { target, referrers: vec![spec] }),
        }
    }
    references
}
