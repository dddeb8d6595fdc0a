//! Finds and reads files for a build: paths, links, the load restrictor, the byte budget and the list of what was read.
//!
//! The only user of `Files`. A link is followed inside the tree only; a failed read is never an absent file.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::fault::{BuildError, Fault};
use super::files::{Entry, Files};
use super::options::Options;
use super::remote::is_url;
use super::restrict::Restrictor;

/// A file that was read.
pub(super) struct Loaded {
    /// Its path, links resolved.
    pub(super) path: String,
    /// Its git blob id.
    pub(super) id: Option<[u8; 20]>,
    /// Its bytes.
    pub(super) bytes: Arc<[u8]>,
}

/// Where a path leads.
pub(super) struct Place {
    /// The path, links resolved.
    pub(super) path: String,
    /// What is there.
    pub(super) entry: Entry,
}

/// The reader of one build.
pub(super) struct Loader<'a> {
    /// The tree.
    files: &'a dyn Files,
    /// Restrictor and limits.
    options: &'a Options,
    /// Paths read, and links passed on the way.
    read: RefCell<BTreeSet<String>>,
    /// Bytes read so far.
    bytes: Cell<usize>,
}

impl<'a> Loader<'a> {
    /// Returns a loader over a tree.
    pub(super) fn new(files: &'a dyn Files, options: &'a Options) -> Self {
        Self { files, options, read: RefCell::default(), bytes: Cell::new(0) }
    }

    /// Returns every path read so far.
    pub(super) fn into_read(self) -> BTreeSet<String> {
        self.read.into_inner()
    }

    /// Follows `path`, as written in a file of folder `root`.
    pub(super) fn find(&self, root: &str, path: &str) -> Result<Option<Place>, BuildError> {
        let wanted = join(root, path).ok_or_else(|| outside(root, path))?;
        let mut todo: Vec<String> =
            wanted.split('/').rev().filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut place = Place { path: String::new(), entry: Entry::Folder };
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if place.entry != Entry::Folder {
                return Ok(None);
            }
            if part == ".." {
                place.path = parent(&place.path).ok_or_else(|| outside(root, path))?.to_owned();
                continue;
            }
            let next = if place.path.is_empty() { part } else { format!("{}/{part}", place.path) };
            match self.files.entry(&next)? {
                None => return Ok(None),
                Some(Entry::Link { target }) => {
                    links += 1;
                    if links > self.options.limits.links {
                        return Err(Fault::Limit(format!("{} links", self.options.limits.links)).at(&wanted));
                    }
                    self.read.borrow_mut().insert(next);
                    if target.starts_with('/') {
                        return Err(outside(root, path));
                    }
                    todo.extend(
                        target.split('/').rev().filter(|part| !part.is_empty() && *part != ".").map(str::to_owned),
                    );
                }
                Some(Entry::Submodule) => {
                    return Err(Fault::invalid("it lies in a submodule, whose files are not in this tree").at(&wanted));
                }
                Some(entry) => place = Place { path: next, entry },
            }
        }
        Ok(Some(place))
    }

    /// Reads the file at a place for a kustomization in folder `root`.
    pub(super) fn load_place(&self, root: &str, place: Place) -> Result<Loaded, BuildError> {
        let Entry::File { id } = place.entry else {
            return Err(Fault::invalid("it must resolve to a file").at(&place.path));
        };
        let folder = parent(&place.path).unwrap_or("");
        if self.options.restrictor == Restrictor::RootOnly && !is_in_or_below(folder, root) {
            return Err(Fault::invalid(format!("security: the file is not in or below `{root}`")).at(&place.path));
        }
        if let Some(size) = self.files.size(&place.path)? {
            self.check(usize::try_from(size).unwrap_or(usize::MAX), &place.path)?;
        }
        let bytes = self.files.read(&place.path)?;
        self.count(bytes.len(), &place.path)?;
        self.read.borrow_mut().insert(place.path.clone());
        Ok(Loaded { path: place.path, id, bytes })
    }

    /// Reads a file named in a kustomization of folder `root`.
    pub(super) fn load(&self, root: &str, path: &str) -> Result<Loaded, BuildError> {
        if is_url(path) {
            return Err(Fault::unsupported(format!("the remote file `{path}`")).at(root));
        }
        match self.find(root, path)? {
            Some(place) => self.load_place(root, place),
            None => Err(Fault::invalid("no such file").at(&join(root, path).unwrap_or_default())),
        }
    }

    /// Counts bytes against the budgets.
    fn count(&self, bytes: usize, path: &str) -> Result<(), BuildError> {
        self.check(bytes, path)?;
        self.bytes.set(self.bytes.get() + bytes);
        Ok(())
    }

    /// Checks that a file of so many bytes fits the budgets.
    fn check(&self, bytes: usize, path: &str) -> Result<(), BuildError> {
        let limits = &self.options.limits;
        if bytes > limits.file_bytes {
            return Err(Fault::Limit(format!("{} bytes in one file", limits.file_bytes)).at(path));
        }
        if self.bytes.get().saturating_add(bytes) > limits.total_bytes {
            return Err(Fault::Limit(format!("{} bytes in one build", limits.total_bytes)).at(path));
        }
        Ok(())
    }
}

/// The fault for a path that leaves the tree.
fn outside(root: &str, path: &str) -> BuildError {
    Fault::invalid(format!("the path `{path}` leaves the tree")).at(root)
}

/// Joins a path to a folder and cleans it by text alone, as kustomize does before it looks at links.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder that holds `path`; `None` at the top.
fn parent(path: &str) -> Option<&str> {
    if path.is_empty() { None } else { Some(path.rsplit_once('/').map_or("", |(folder, _)| folder)) }
}

/// Whether a folder is `root` or lies below it.
pub(super) fn is_in_or_below(folder: &str, root: &str) -> bool {
    root.is_empty() || folder == root || folder.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
}
