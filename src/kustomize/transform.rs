//! The transformers of one kustomization, in kustomize's fixed order.
//!
//! Called by `accumulate` once everything is accumulated. Each transformer is a room of its own; here only their order.

use super::accumulate::{Accumulator, Target};
use super::affix::{Affix, add_affix};
use super::budget::weight;
use super::collection::Collection;
use super::configuration::Configuration;
use super::fault::{BuildError, Fault};
use super::image;
use super::kustomization::Kustomization;
use super::label::{add_entries, add_labels};
use super::namespace::set_namespace;
use super::options::Extent;
use super::patch::Source;
use super::plain_data;
use super::replacement_entry::{self as replacement, Replacement};
use super::replica::set_replicas;

impl Accumulator<'_> {
    /// Runs the transformers of a kustomization, in kustomize's fixed order.
    pub(super) fn transform(
        &self,
        target: &Target,
        collection: &mut Collection,
        configuration: &Configuration,
        extent: Extent,
    ) -> Result<(), BuildError> {
        if extent == Extent::Accumulated {
            return Ok(());
        }
        let Target { root, file, kustomization } = target;
        let source = Source { loader: self.loader, root, file, budget: &self.budget };
        // All patches are read before the first one runs.
        let merges = source.merges(&kustomization.patches_strategic_merge)?;
        let patches: Vec<_> =
            kustomization.patches.iter().map(|patch| source.patch(patch)).collect::<Result<_, _>>()?;
        let is_whole = extent == Extent::Whole;
        let json: Vec<_> = if is_whole {
            kustomization.patches_json.iter().map(|patch| source.json(patch)).collect::<Result<_, _>>()?
        } else {
            Vec::new()
        };
        for patch in merges.iter().chain(&patches) {
            patch.apply(collection, &self.budget).map_err(|fault| fault.at(&patch.source))?;
            collection.drop_empty();
        }
        if !is_whole {
            return Ok(());
        }
        self.rename_and_label(kustomization, collection, configuration).map_err(|fault| fault.at(file))?;
        for patch in &json {
            patch.apply(collection, &self.budget).map_err(|fault| fault.at(&patch.source))?;
            collection.drop_empty();
        }
        Self::count_and_image(kustomization, collection, configuration).map_err(|fault| fault.at(file))?;
        self.replace(target, &kustomization.replacements, collection)
    }

    /// Runs the transformers from namespace to annotations.
    fn rename_and_label(
        &self,
        kustomization: &Kustomization,
        collection: &mut Collection,
        configuration: &Configuration,
    ) -> Result<(), Fault> {
        self.budget.take(additions(kustomization).saturating_mul(collection.objects.len()))?;
        let specs = |list| configuration.specs(list);
        set_namespace(collection, &kustomization.namespace, specs("namespace"))?;
        for (affix, text, list) in [
            (Affix::Prefix, &kustomization.name_prefix, "namePrefix"),
            (Affix::Suffix, &kustomization.name_suffix, "nameSuffix"),
        ] {
            if !text.is_empty() {
                add_affix(collection, affix, text, specs(list))?;
            }
        }
        for label in &kustomization.labels {
            add_labels(collection, label, configuration, &self.shares)?;
        }
        add_entries(collection, &kustomization.common_labels, specs("commonLabels"), &self.shares)?;
        add_entries(collection, &kustomization.common_annotations, specs("commonAnnotations"), &self.shares)
    }

    /// Runs the replacements; all files are read before the first one runs.
    pub(super) fn replace(
        &self,
        target: &Target,
        entries: &[replacement::Entry],
        collection: &mut Collection,
    ) -> Result<(), BuildError> {
        let mut all = Vec::new();
        for entry in entries {
            match entry {
                replacement::Entry::Inline(replacement) => all.push(Replacement::clone(replacement)),
                replacement::Entry::File(path) => {
                    let loaded = self.loader.load(&target.root, path)?;
                    let data = plain_data::read_bytes(&loaded.bytes, &self.budget);
                    let read = data.and_then(|data| replacement::read_file(&data));
                    all.extend(read.map_err(|fault| fault.at(&loaded.path))?);
                }
            }
        }
        let mut apply = |replacement: &Replacement| replacement.apply(collection, &self.budget);
        all.iter().try_for_each(&mut apply).map_err(|fault| fault.at(&target.file))?;
        collection.drop_empty();
        Ok(())
    }

    /// Runs the transformers from replicas to images.
    fn count_and_image(
        kustomization: &Kustomization,
        collection: &mut Collection,
        configuration: &Configuration,
    ) -> Result<(), Fault> {
        for (name, count) in &kustomization.replicas {
            set_replicas(collection, name, *count, configuration.specs("replicas"))?;
        }
        let specs = configuration.specs("images");
        kustomization.images.iter().try_for_each(|entry| image::set_images(collection, entry, specs))
    }
}

/// Returns how many nodes the labels, annotations and names of a kustomization add to an object at least.
fn additions(kustomization: &Kustomization) -> usize {
    let names = [&kustomization.namespace, &kustomization.name_prefix, &kustomization.name_suffix];
    let labels = kustomization.labels.iter().flat_map(|label| &label.pairs);
    let pairs = labels.chain(&kustomization.common_labels).chain(&kustomization.common_annotations);
    let pairs = pairs.map(|(key, value)| 2 + weight(key) + weight(value));
    pairs.chain(names.map(|name| weight(name))).sum()
}
