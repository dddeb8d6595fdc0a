//! Probes: a root's kustomization with only the fields that run before a point of the build (kustomize.md 1.1).

use serde_json::{Map, Value, json};

use super::Extent;
use crate::survey::kustomization::Kustomization;

/// What is read, generated and accumulated, and what loading needs.
const ACCUMULATED: [&str; 15] = [
    "apiversion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "configmapgenerator",
    "secretgenerator",
    "generators",
    "generatoroptions",
    "configurations",
    "crds",
    "openapi",
    "helmcharts",
    "helmglobals",
];
/// The transformers that run first.
const PATCHES: [&str; 2] = ["patchesstrategicmerge", "patches"];

/// Returns the kustomization without the fields that run later. Generated names stay without their hashes, which
/// Kustomize only adds at the very end.
pub(super) fn narrow(kustomization: &Kustomization, extent: Extent) -> Value {
    let keeps = |key: &str| {
        let key = key.to_ascii_lowercase();
        extent == Extent::Whole
            || ACCUMULATED.contains(&key.as_str())
            || (extent == Extent::Patched && PATCHES.contains(&key.as_str()))
    };
    let kept = kustomization.fields.iter().filter(|(key, _)| keeps(key));
    let mut fields: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    if extent != Extent::Whole {
        fields.insert("sortOptions".to_owned(), json!({"order": "fifo"}));
        let options = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case("generatorOptions"));
        let key = options.map_or_else(|| "generatorOptions".to_owned(), |(key, _)| key.clone());
        let options = fields.entry(key).or_insert_with(|| json!({}));
        if let Value::Object(options) = options {
            options.retain(|key, _| !key.eq_ignore_ascii_case("disableNameSuffixHash"));
            options.insert("disableNameSuffixHash".to_owned(), Value::Bool(true));
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::path::RepoPath;

    /// A kustomization with fields of every phase, oddly spelled.
    fn odd() -> Kustomization {
        let text = "Resources: [a.yaml]\nnamespace: x\npatches: [{path: p.yaml}]\nnamePrefix: y-\n\
                    generatoroptions: {labels: {a: b}}\npatchesJson6902: []\nreplicas: []\n";
        Kustomization::parse(&RepoPath::parse("kustomization.yaml").unwrap(), text.as_bytes()).unwrap()
    }

    #[test]
    fn keeps_only_what_ran_before() {
        let keys = |extent| {
            let Value::Object(fields) = narrow(&odd(), extent) else { panic!("an object") };
            fields.keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(Extent::Accumulated), "Resources generatoroptions sortOptions");
        assert_eq!(keys(Extent::Patched), "Resources generatoroptions patches sortOptions");
    }

    #[test]
    fn generated_names_have_no_hash_and_other_options_stay() {
        let narrowed = narrow(&odd(), Extent::Accumulated);
        let want = json!({"labels": {"a": "b"}, "disableNameSuffixHash": true});
        assert_eq!(narrowed["generatoroptions"], want);
    }
}
