//! One kustomization after another: resources, components, transformers, in kustomize's order.
//!
//! Depth first. A base gets a collection of its own, a component works on its parent's. It reads through `load`, changes
//! through the transformers, and decides nothing about output.

use std::sync::Arc;

use super::budget::Budget;
use super::cache::Cache;
use super::collection::{Collection, Names};
use super::configuration::{self, Configuration};
use super::fault::{BuildError, Fault};
use super::files::Entry;
use super::generator::Generator;
use super::kustomization::{self, Kustomization, Role};
use super::label::Shares;
use super::load::{Loader, Place, is_in_or_below, join};
use super::node::Node;
use super::object::Object;
use super::options::{Extent, Options};
use super::plain_data;
use super::remote::{is_remote, outranks_folders};
use super::variable::{self, Variable};

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

/// What has been accumulated so far.
#[derive(Debug, Default)]
pub(super) struct Accumulated {
    /// The objects.
    pub(super) collection: Collection,
    /// Their names, as long as objects are only added.
    names: Names,
    /// The transformer configuration, once there is one.
    pub(super) configuration: Option<Arc<Configuration>>,
    /// The variables.
    pub(super) variables: Vec<Variable>,
}

impl Accumulated {
    /// Takes over what a base has accumulated.
    fn take(&mut self, base: Self, budget: &Budget<'_>) -> Result<(), Fault> {
        self.append(base.collection.objects, budget.limits.objects)?;
        if let Some(incoming) = base.configuration {
            configuration::merge(&mut self.configuration, &incoming, budget)?;
        }
        variable::merge(&mut self.variables, &base.variables)
    }

    /// Adds objects.
    pub(super) fn append(&mut self, objects: Vec<Object>, limit: usize) -> Result<(), Fault> {
        self.collection.append(objects, limit, &mut self.names)
    }

    /// Runs a generator.
    pub(super) fn generate(
        &mut self,
        generator: &Generator,
        loader: &Loader<'_>,
        place: (&str, &str),
        budget: &Budget<'_>,
    ) -> Result<(), BuildError> {
        generator.run((&mut self.collection, &mut self.names), loader, place, budget)
    }

    /// Returns the configuration.
    pub(super) fn configuration(&self) -> Arc<Configuration> {
        self.configuration.clone().unwrap_or_else(configuration::defaults)
    }
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

    /// Runs a kustomization over what is accumulated; `chain` holds the folders it was reached through, itself last.
    pub(super) fn run(
        &self,
        target: &Target,
        so_far: &mut Accumulated,
        chain: &[&str],
        extent: Extent,
    ) -> Result<(), BuildError> {
        let Target { root, file, kustomization } = target;
        so_far.names = Names::of(&so_far.collection).map_err(|fault| fault.at(file))?;
        for path in &kustomization.resources {
            self.resource(target, path, so_far, chain)?;
        }
        self.configure(target, so_far)?;
        for generator in &kustomization.generators {
            so_far.generate(generator, self.loader, (root, file), &self.budget)?;
        }
        self.generate_more(target, so_far, chain)?;
        for path in &kustomization.components {
            self.folder(target, path, Role::Component, (&mut *so_far, chain))?;
        }
        let configuration = so_far.configuration();
        self.transform(target, &mut so_far.collection, &configuration, extent)?;
        if extent == Extent::Whole {
            self.transform_more(target, &mut so_far.collection, chain)?;
        }
        let referred = variable::refer(&mut so_far.collection, &kustomization.variables);
        let merged = referred.and_then(|()| variable::merge(&mut so_far.variables, &kustomization.variables));
        merged.map_err(|fault| fault.at(file))
    }

    /// Merges the transformer configuration of a kustomization.
    fn configure(&self, target: &Target, so_far: &mut Accumulated) -> Result<(), BuildError> {
        let mut own = configuration::defaults();
        let mut files = Configuration::default();
        for path in &target.kustomization.configurations {
            let loaded = self.loader.load(&target.root, path)?;
            let read = plain_data::read_strict(&loaded.bytes, &self.budget).and_then(|data| Configuration::read(&data));
            files = read
                .and_then(|read| files.merged_within(&read, &self.budget))
                .map_err(|fault| fault.at(&loaded.path))?;
        }
        if !target.kustomization.configurations.is_empty() {
            own = Arc::new(own.merged_within(&files, &self.budget).map_err(|fault| fault.at(&target.file))?);
        }
        configuration::merge(&mut so_far.configuration, &own, &self.budget).map_err(|fault| fault.at(&target.file))
    }

    /// Adds one entry of `resources`.
    pub(super) fn resource(
        &self,
        target: &Target,
        path: &str,
        so_far: &mut Accumulated,
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
            Some(place) if matches!(place.entry, Entry::File { .. }) => self.file(target, place, so_far),
            _ => self.folder(target, path, Role::Kustomization, (so_far, chain)),
        }
    }

    /// Adds the objects of a file.
    fn file(&self, target: &Target, place: Place, so_far: &mut Accumulated) -> Result<(), BuildError> {
        let limits = &self.options.limits;
        let loaded = self.loader.load_place(&target.root, place)?;
        let trees = self.cache.trees(&loaded, &self.budget).map_err(|fault| fault.at(&loaded.path))?;
        let object =
            |node: &Node| Object { has_hint: trees.has_hint, ..Object::new(node.clone(), loaded.path.clone()) };
        let objects = trees.nodes.iter().map(object).collect();
        so_far.append(objects, limits.objects).map_err(|fault| fault.at(&loaded.path))
    }

    /// Adds a base, or runs a component.
    fn folder(
        &self,
        target: &Target,
        path: &str,
        role: Role,
        (so_far, chain): (&mut Accumulated, &[&str]),
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
            self.run(&child, so_far, &chain, Extent::Whole)?;
            // kustomize merges all of it into an empty accumulator afterwards.
            if let Some(known) = so_far.configuration.take() {
                configuration::merge(&mut so_far.configuration, &known, &self.budget)
                    .map_err(|fault| fault.at(&child.file))?;
            }
            return so_far.collection.check_unique().map_err(|fault| fault.at(&child.file));
        }
        let mut own = Accumulated::default();
        self.run(&child, &mut own, &chain, Extent::Whole)?;
        so_far.take(own, &self.budget).map_err(|fault| fault.at(&child.file))
    }
}
