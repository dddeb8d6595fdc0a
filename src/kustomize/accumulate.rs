//! One kustomization after another: resources, components, transformers, in kustomize's order.
//!
//! Depth first. A base gets a collection of its own, a component works on its parent's. It reads through `load`, changes
//! through the transformers, and decides nothing about output.

use super::budget::{Budget, weight};
use super::cache::Cache;
use super::collection::Collection;
use super::fault::{BuildError, Fault};
use super::files::Entry;
use super::image;
use super::kustomization::{self, Kustomization, Role};
use super::load::{Loader, Place, is_in_or_below, join};
use super::object::Object;
use super::patch::Source;
use super::remote::{is_remote, outranks_folders};
use super::transform::{self, Affix, Shares};
use super::{Extent, Options};

/// The names of a kustomization file; exactly one must be there.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A build in progress.
pub(super) struct Accumulator<'a> {
    /// The loader.
    pub(super) loader: &'a Loader<'a>,
    /// Options.
    pub(super) options: &'a Options,
    /// Parsed files.
    pub(super) cache: &'a Cache,
    /// The nodes of this build.
    pub(super) budget: Budget<'a>,
    /// Numbers of shared scalars.
    pub(super) shares: Shares,
    /// Folders loaded so far.
    pub(super) folders: std::cell::Cell<usize>,
}

/// A kustomization and where it stands.
pub(super) struct Target {
    /// Its folder, links resolved.
    pub(super) root: String,
    /// Its file.
    pub(super) file: String,
    /// What it says.
    pub(super) kustomization: Kustomization,
}

impl Accumulator<'_> {
    /// Loads the kustomization of a folder.
    pub(super) fn target(&self, root: &str) -> Result<Target, BuildError> {
        let limits = &self.options.limits;
        self.folders.set(self.folders.get() + 1);
        if self.folders.get() > limits.folders {
            return Err(Fault::Limit(format!("{} kustomizations", limits.folders)).at(root));
        }
        let mut found = Vec::new();
        for name in NAMES {
            if let Some(place) = self.loader.find(root, name)?.filter(|place| matches!(place.entry, Entry::File { .. }))
            {
                match self.loader.load_place(root, place) {
                    Ok(loaded) => found.push(loaded),
                    // A file the restrictor refuses counts as absent here, as in kustomize.
                    Err(BuildError::Invalid { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let [loaded] = found.as_slice() else {
            let count = if found.is_empty() { "no" } else { "more than one" };
            return Err(Fault::invalid(format!("there is {count} kustomization file")).at(root));
        };
        let value = self.cache.data(loaded, &self.budget).map_err(|fault| fault.at(&loaded.path))?;
        let kustomization = kustomization::read(&value).map_err(|fault| fault.at(&loaded.path))?;
        Ok(Target { root: root.to_owned(), file: loaded.path.clone(), kustomization })
    }

    /// Runs a kustomization over a collection; `chain` holds the folders it was reached through, itself last.
    pub(super) fn run(
        &self,
        target: &Target,
        collection: &mut Collection,
        chain: &[&str],
        extent: Extent,
    ) -> Result<(), BuildError> {
        for path in &target.kustomization.resources {
            self.resource(target, path, collection, chain)?;
        }
        for path in &target.kustomization.components {
            self.folder(target, path, Role::Component, (&mut *collection, chain))?;
        }
        self.transform(target, collection, extent)
    }

    /// Adds one entry of `resources`.
    fn resource(
        &self,
        target: &Target,
        path: &str,
        collection: &mut Collection,
        chain: &[&str],
    ) -> Result<(), BuildError> {
        if path.starts_with("http://") || path.starts_with("https://") {
            return Err(Fault::unsupported(format!("resources: the remote `{path}`")).at(&target.file));
        }
        let place = if is_remote(path) && join(&target.root, path).is_none() {
            None
        } else {
            self.loader.find(&target.root, path)?
        };
        match place {
            Some(place) if matches!(place.entry, Entry::File { .. }) => self.file(target, place, collection),
            _ => self.folder(target, path, Role::Kustomization, (collection, chain)),
        }
    }

    /// Adds the objects of a file.
    fn file(&self, target: &Target, place: Place, collection: &mut Collection) -> Result<(), BuildError> {
        let limits = &self.options.limits;
        let loaded = self.loader.load_place(&target.root, place)?;
        let trees = self.cache.trees(&loaded, &self.budget).map_err(|fault| fault.at(&loaded.path))?;
        let object = |node: &super::node::Node| Object {
            node: node.clone(),
            origin: loaded.path.clone(),
            has_hint: trees.has_hint,
        };
        let objects = trees.nodes.iter().map(object).collect();
        collection.append(objects, limits.objects).map_err(|fault| fault.at(&loaded.path))
    }

    /// Adds a base, or runs a component.
    fn folder(
        &self,
        target: &Target,
        path: &str,
        role: Role,
        (collection, chain): (&mut Collection, &[&str]),
    ) -> Result<(), BuildError> {
        let remote = || Fault::unsupported(format!("the remote `{path}`")).at(&target.file);
        if outranks_folders(path) {
            return Err(remote());
        }
        let place = self.loader.find(&target.root, path)?;
        let Some(Place { path: root, .. }) = place.filter(|place| place.entry == Entry::Folder && !path.is_empty())
        else {
            let nothing = || Fault::invalid(format!("`{path}` is neither a file nor a folder")).at(&target.file);
            return Err(if is_remote(path) { remote() } else { nothing() });
        };
        if chain.iter().any(|visited| is_in_or_below(visited, &root)) {
            return Err(
                Fault::invalid(format!("cycle: `{root}` contains a folder it is reached through")).at(&target.file)
            );
        }
        if chain.len() >= self.options.limits.includes {
            return Err(
                Fault::Limit(format!("{} bases inside each other", self.options.limits.includes)).at(&target.file)
            );
        }
        let child = self.target(&root)?;
        if child.kustomization.role != role {
            let wanted = if role == Role::Component { "a Component" } else { "no Component" };
            return Err(Fault::invalid(format!("expected {wanted} in `{root}`")).at(&target.file));
        }
        let chain: Vec<&str> = chain.iter().copied().chain([root.as_str()]).collect();
        if role == Role::Component {
            self.run(&child, collection, &chain, Extent::Whole)?;
            return collection.check_unique().map_err(|fault| fault.at(&child.file));
        }
        let mut own = Collection::default();
        self.run(&child, &mut own, &chain, Extent::Whole)?;
        collection.append(own.objects, self.options.limits.objects).map_err(|fault| fault.at(&child.file))
    }

    /// Runs the transformers of a kustomization, in kustomize's fixed order.
    fn transform(&self, target: &Target, collection: &mut Collection, extent: Extent) -> Result<(), BuildError> {
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
        self.rename_and_label(kustomization, collection).map_err(|fault| fault.at(file))?;
        for patch in &json {
            patch.apply(collection, &self.budget).map_err(|fault| fault.at(&patch.source))?;
            collection.drop_empty();
        }
        Self::count_and_image(kustomization, collection).map_err(|fault| fault.at(file))
    }

    /// Runs the transformers from namespace to annotations.
    fn rename_and_label(&self, kustomization: &Kustomization, collection: &mut Collection) -> Result<(), Fault> {
        self.budget.take(additions(kustomization).saturating_mul(collection.objects.len()))?;
        transform::set_namespace(collection, &kustomization.namespace)?;
        transform::add_affix(collection, Affix::Prefix, &kustomization.name_prefix)?;
        transform::add_affix(collection, Affix::Suffix, &kustomization.name_suffix)?;
        for label in &kustomization.labels {
            transform::add_labels(collection, label, &self.shares)?;
        }
        transform::add_common_labels(collection, &kustomization.common_labels, &self.shares)?;
        transform::add_annotations(collection, &kustomization.common_annotations, &self.shares)
    }

    /// Runs the transformers from replicas to images.
    fn count_and_image(kustomization: &Kustomization, collection: &mut Collection) -> Result<(), Fault> {
        for (name, count) in &kustomization.replicas {
            transform::set_replicas(collection, name, *count)?;
        }
        kustomization.images.iter().try_for_each(|entry| image::set_images(collection, entry))
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
