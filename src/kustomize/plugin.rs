//! Generators and transformers written as objects (`generators`, `transformers`), for the kinds that kustomize has built in.
//!
//! Each is turned into what the field of a kustomization would have said, and runs as that. Other kinds are programs, which
//! this builder does not start.

use super::accumulate::{Accumulated, Accumulator, Target};
use super::affix::{Affix, add_affix};
use super::canonical;
use super::collection::Collection;
use super::decode::Record;
use super::fault::{BuildError, Fault};
use super::field_spec::FieldSpec;
use super::generator::{Generator, GeneratorOptions, Kind};
use super::image;
use super::label::add_entries;
use super::namespace::set_namespace;
use super::object::Object;
use super::patch::Source;
use super::patch_entry;
use super::read::trees_of_text;
use super::replacement_entry;
use super::replica::{self, set_replicas};
use super::value::Value;

/// The fields that every object has.
const COMMON: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl Accumulator<'_> {
    /// Returns the objects that entries name or hold: those in the entries first.
    fn plugins(&self, target: &Target, entries: &[String], chain: &[&str]) -> Result<Vec<Object>, BuildError> {
        let mut found = Accumulated::default();
        let mut paths = Vec::new();
        for entry in entries {
            match trees_of_text(entry, &self.budget) {
                Ok(trees) => {
                    let objects = trees.nodes.into_iter().map(|node| Object::new(node, target.file.clone())).collect();
                    let added = found.append(objects, self.options.limits.objects);
                    added.map_err(|fault| fault.at(&target.file))?;
                }
                Err(fault @ Fault::Limit(_)) => return Err(fault.at(&target.file)),
                Err(fault) if entry.contains('\n') => return Err(fault.at(&target.file)),
                Err(_) => paths.push(entry),
            }
        }
        for path in paths {
            self.resource(target, path, &mut found, chain)?;
        }
        let odd = found.collection.objects.iter().find(|object| object.api_version() != "builtin");
        match odd {
            Some(object) => Err(Fault::unsupported(format!("the plugin `{}`", object.kind())).at(&object.origin)),
            None => Ok(found.collection.objects),
        }
    }

    /// Runs the generators of a kustomization that are objects.
    pub(super) fn generate_more(
        &self,
        target: &Target,
        so_far: &mut Accumulated,
        chain: &[&str],
    ) -> Result<(), BuildError> {
        for plugin in self.plugins(target, &target.kustomization.generator_files, chain)? {
            let generator = generator(&plugin).map_err(|fault| fault.at(&plugin.origin))?;
            so_far.generate(&generator, self.loader, (&target.root, &target.file), &self.budget)?;
        }
        Ok(())
    }

    /// Runs the transformers of a kustomization that are objects.
    pub(super) fn transform_more(
        &self,
        target: &Target,
        collection: &mut Collection,
        chain: &[&str],
    ) -> Result<(), BuildError> {
        for plugin in self.plugins(target, &target.kustomization.transformer_files, chain)? {
            self.transform_by(&plugin, target, collection)?;
            collection.drop_empty();
        }
        Ok(())
    }

    /// Runs one transformer.
    fn transform_by(&self, plugin: &Object, target: &Target, collection: &mut Collection) -> Result<(), BuildError> {
        let Target { root, file, .. } = target;
        let source = Source { loader: self.loader, root, file, budget: &self.budget };
        let wrong = |fault: Fault| fault.where_unknown_passes().at(&plugin.origin);
        let data = canonical::value_of(&plugin.node).map_err(wrong)?;
        let record = |known: &[&'static str]| fields(&data, known).map_err(wrong);
        match plugin.kind() {
            "PatchTransformer" => {
                record(&["path", "patch", "target", "options"])?;
                let patch = patch_entry::read(&without_common(&data)).map_err(wrong)?;
                source.patch(&patch)?.apply(collection, &self.budget).map_err(wrong)
            }
            "PatchJson6902Transformer" => {
                let record = record(&["path", "jsonOp", "target"])?;
                let text = record.text("jsonOp").map_err(wrong)?;
                let mut patch = patch_entry::read(&without(&data, &["jsonOp"])).map_err(wrong)?;
                patch.text = text;
                source.json(&patch)?.apply(collection, &self.budget).map_err(wrong)
            }
            "PatchStrategicMergeTransformer" => {
                let record = record(&["paths", "patches"])?;
                let mut entries = record.texts("paths").map_err(wrong)?;
                entries.extend(Some(record.text("patches").map_err(wrong)?).filter(|text| !text.is_empty()));
                match source.merges(&entries)? {
                    Some(patch) => patch.apply(collection, &self.budget).map_err(wrong),
                    None => Err(wrong(Fault::invalid("it holds neither `paths` nor `patches`"))),
                }
            }
            "ReplacementTransformer" => {
                let record = record(&["replacements"])?;
                let items = record.items("replacements").map_err(wrong)?;
                let entries: Vec<_> =
                    items.iter().map(replacement_entry::read).collect::<Result<_, _>>().map_err(wrong)?;
                self.replace(target, &entries, collection)
            }
            _ => self.write_by(plugin, &data, collection).map_err(wrong),
        }
    }

    /// Runs one of the transformers that write to field specs.
    fn write_by(&self, plugin: &Object, data: &Value, collection: &mut Collection) -> Result<(), Fault> {
        let (kind, known): (_, &[&'static str]) = match plugin.kind() {
            kind @ "PrefixTransformer" => (kind, &["prefix", "fieldSpecs"]),
            kind @ "SuffixTransformer" => (kind, &["suffix", "fieldSpecs"]),
            kind @ "PrefixSuffixTransformer" => (kind, &["prefix", "suffix", "fieldSpecs"]),
            kind @ "LabelTransformer" => (kind, &["labels", "fieldSpecs"]),
            kind @ "AnnotationsTransformer" => (kind, &["annotations", "fieldSpecs"]),
            kind @ "NamespaceTransformer" => (kind, &["fieldSpecs"]),
            kind @ "ImageTagTransformer" => (kind, &["imageTag", "fieldSpecs"]),
            kind @ "ReplicaCountTransformer" => (kind, &["replica", "fieldSpecs"]),
            other => return Err(Fault::unsupported(format!("the transformer `{other}`"))),
        };
        let record = fields(data, known)?;
        let specs: Vec<FieldSpec> = record
            .items("fieldSpecs")?
            .iter()
            .map(|spec| FieldSpec::read(spec, "fieldSpecs"))
            .collect::<Result<_, _>>()?;
        self.budget.take(specs.len().saturating_mul(collection.objects.len()))?;
        match kind {
            "LabelTransformer" => add_entries(collection, &record.text_map("labels")?, &specs, &self.shares),
            "AnnotationsTransformer" => add_entries(collection, &record.text_map("annotations")?, &specs, &self.shares),
            "NamespaceTransformer" => set_namespace(collection, plugin.namespace(), &specs),
            "ImageTagTransformer" => {
                image::set_images(collection, &image::read(record.get("imageTag").unwrap_or(&Value::Null))?, &specs)
            }
            "ReplicaCountTransformer" => {
                let (name, count) = replica::read(record.get("replica").unwrap_or(&Value::Null))?;
                set_replicas(collection, &name, count, &specs)
            }
            _ if record.get("fieldSpecs").is_none() => Err(Fault::invalid("it has no `fieldSpecs`")),
            kind => {
                for (affix, word, field) in [(Affix::Prefix, "Prefix", "prefix"), (Affix::Suffix, "Suffix", "suffix")] {
                    if kind.contains(word) {
                        add_affix(collection, affix, &record.text(field)?, &specs)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Reads the fields of a plugin.
fn fields<'a>(data: &'a Value, known: &[&'static str]) -> Result<Record<'a>, Fault> {
    Record::new(data, "", &[&COMMON, known].concat())
}

/// Returns the data of a plugin without the fields that every object has.
fn without_common(data: &Value) -> Value {
    without(data, &[])
}

/// Returns the data of a plugin without the fields that every object has, and without `more`.
fn without(data: &Value, more: &[&str]) -> Value {
    let Value::Map(entries) = data else { return Value::Null };
    let is_kept = |key: &str| !COMMON.contains(&key) && !more.contains(&key);
    Value::Map(entries.iter().filter(|(key, _)| is_kept(key)).cloned().collect())
}

/// Reads a generator.
fn generator(plugin: &Object) -> Result<Generator, Fault> {
    let kind = match plugin.kind() {
        "ConfigMapGenerator" => Kind::ConfigMap,
        "SecretGenerator" => Kind::Secret,
        other => return Err(Fault::unsupported(format!("the generator `{other}`"))),
    };
    let data = without_common(&canonical::value_of(&plugin.node)?);
    let read = Generator::read(kind, &data, &GeneratorOptions::default()).map_err(Fault::where_unknown_passes);
    Ok(read?.or_named(plugin.name(), plugin.namespace()))
}
