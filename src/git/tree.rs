//! The files of a commit, read from the object database. Links are shown, not followed; a submodule's files are elsewhere.
//! Must never take an object that is missing or broken for an absent file: the error names the path.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::Context as _;
use git2::Oid;

use super::blobs::Blobs;
use super::fault::fault;
use super::open::Repository;
use super::revision::Commit;
use crate::kustomize::files::{Entry, Files, ReadError};

/// The mode of a folder.
pub(super) const FOLDER: i32 = 0o040_000;
/// The mode of a symbolic link.
pub(super) const LINK: i32 = 0o120_000;
/// The mode of a submodule.
pub(super) const SUBMODULE: i32 = 0o160_000;
/// The longest text of a symbolic link: no system makes a longer one.
const LINK_BYTES: usize = 4096;
/// The mode of a new file.
pub(super) const FILE: i32 = 0o100_644;

/// What a tree holds at a name: an object and its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The object.
    pub(super) id: Oid,
    /// The mode as it is stored.
    pub(super) mode: i32,
}

impl Leaf {
    /// Returns what an entry holds.
    pub(super) fn of(entry: &git2::TreeEntry<'_>) -> Self {
        Self { id: entry.id(), mode: entry.filemode_raw() }
    }

    /// Returns whether this is a folder.
    pub(super) fn is_folder(self) -> bool {
        self.mode & 0o170_000 == FOLDER
    }
}

/// The files of a tree.
pub struct Tree<'repo> {
    /// Where the objects are.
    raw: &'repo git2::Repository,
    /// The top folder.
    pub(super) top: Oid,
    /// Blobs that were read.
    blobs: Blobs,
    /// Folders read so far: a build asks for the same ones over and over.
    folders: RefCell<HashMap<Oid, Rc<git2::Tree<'repo>>>>,
}

impl Repository {
    /// Returns the files of a commit.
    ///
    /// # Errors
    /// Fails when the commit or its top folder cannot be read.
    pub fn tree(&self, commit: &Commit) -> anyhow::Result<Tree<'_>> {
        let top = self.commit_of(commit.oid()?)?.tree_id();
        let tree = Tree { blobs: self.blobs.clone(), ..Tree::new(&self.raw, top) };
        tree.folder(top, "").with_context(|| format!("failed to read the files of commit `{}`", commit.short()))?;
        Ok(tree)
    }
}

impl<'repo> Tree<'repo> {
    /// Returns the tree whose top folder is `top`.
    pub(super) fn new(raw: &'repo git2::Repository, top: Oid) -> Self {
        Self { raw, top, blobs: Blobs::default(), folders: RefCell::default() }
    }

    /// Returns every file, link and submodule with its path, folder by folder, in git's order.
    ///
    /// # Errors
    /// Fails when a folder cannot be read.
    pub fn walk(&self) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut found = Vec::new();
        self.walk_below(self.top, "", &mut found)?;
        Ok(found)
    }

    /// Adds what lies below a folder.
    fn walk_below(&self, id: Oid, prefix: &str, found: &mut Vec<(String, Entry)>) -> Result<(), ReadError> {
        let folder = self.raw.find_tree(id).map_err(|error| unreadable(prefix, error))?;
        for entry in &folder {
            let leaf = Leaf::of(&entry);
            let path = joined(prefix, &String::from_utf8_lossy(entry.name_bytes()));
            if leaf.is_folder() {
                self.walk_below(leaf.id, &path, found)?;
            } else {
                let entry = self.entry_of(leaf, &path)?;
                found.push((path, entry));
            }
        }
        Ok(())
    }

    /// Returns what lies at a path, `None` when nothing does.
    pub(super) fn leaf(&self, path: &str) -> Result<Option<Leaf>, ReadError> {
        let mut at = Leaf { id: self.top, mode: FOLDER };
        let mut walked = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            match at.mode & 0o170_000 {
                FOLDER => {}
                SUBMODULE => return Err(in_submodule(path, &walked)),
                _ => return Ok(None),
            }
            let Some(next) = named(&*self.folder(at.id, &walked)?, name) else { return Ok(None) };
            at = next;
            walked = joined(&walked, name);
        }
        Ok(Some(at))
    }

    /// Returns a folder by its id; `path` names it in errors.
    fn folder(&self, id: Oid, path: &str) -> Result<Rc<git2::Tree<'repo>>, ReadError> {
        if let Some(folder) = self.folders.borrow().get(&id) {
            return Ok(Rc::clone(folder));
        }
        let folder = Rc::new(self.raw.find_tree(id).map_err(|error| unreadable(path, error))?);
        self.folders.borrow_mut().insert(id, Rc::clone(&folder));
        Ok(folder)
    }

    /// Returns the entry that a leaf is.
    fn entry_of(&self, leaf: Leaf, path: &str) -> Result<Entry, ReadError> {
        match leaf.mode & 0o170_000 {
            FOLDER => Ok(Entry::Folder),
            SUBMODULE => Ok(Entry::Submodule),
            LINK if self.length(leaf.id, path)? > LINK_BYTES => {
                let reason = format!("it is a symbolic link of more than {LINK_BYTES} bytes");
                Err(ReadError { path: path.to_owned(), reason })
            }
            LINK => Ok(Entry::Link { target: String::from_utf8_lossy(&self.bytes(leaf.id, path)?).into_owned() }),
            _ => Ok(Entry::File { id: leaf.id.as_bytes().try_into().ok() }),
        }
    }

    /// Returns how many bytes a blob has, from its header alone where it was not read.
    fn length(&self, id: Oid, path: &str) -> Result<usize, ReadError> {
        if let Some(kept) = self.blobs.get(id) {
            return Ok(kept.len());
        }
        let header = self.raw.odb().and_then(|objects| objects.read_header(id));
        header.map(|(length, _)| length).map_err(|error| unreadable(path, error))
    }

    /// Returns the bytes of a blob.
    fn bytes(&self, id: Oid, path: &str) -> Result<Arc<[u8]>, ReadError> {
        if let Some(kept) = self.blobs.get(id) {
            return Ok(kept);
        }
        let blob = self.raw.find_blob(id).map_err(|error| unreadable(path, error))?;
        let bytes = Arc::from(blob.content());
        self.blobs.keep(id, &bytes);
        Ok(bytes)
    }
}

impl Files for Tree<'_> {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        self.leaf(path)?.map(|leaf| self.entry_of(leaf, path)).transpose()
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        let error = |reason: &str| Err(ReadError { path: path.to_owned(), reason: reason.to_owned() });
        match self.leaf(path)? {
            None => error("no such file"),
            Some(leaf) => match leaf.mode & 0o170_000 {
                FOLDER => error("it is a folder"),
                LINK => error("it is a symbolic link"),
                SUBMODULE => error("it is a submodule"),
                _ => self.bytes(leaf.id, path),
            },
        }
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        let error = |reason: &str| ReadError { path: path.to_owned(), reason: reason.to_owned() };
        let leaf = self.leaf(path)?.ok_or_else(|| error("no such folder"))?;
        if !leaf.is_folder() {
            return Err(error("it is not a folder"));
        }
        let mut names = Vec::new();
        for entry in &*self.folder(leaf.id, path)? {
            let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            let entry = self.entry_of(Leaf::of(&entry), &joined(path, &name))?;
            names.push((name, entry));
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, ReadError> {
        let file = self.leaf(path)?.filter(|leaf| !leaf.is_folder() && leaf.mode & 0o170_000 != SUBMODULE);
        file.map(|leaf| self.length(leaf.id, path).map(|length| length as u64)).transpose()
    }
}

/// Returns what a folder holds under a name as it is shown: a name that is not UTF-8 is found by its replacement.
fn named(folder: &git2::Tree<'_>, name: &str) -> Option<Leaf> {
    let exact = folder.get_name_bytes(name.as_bytes()).map(|entry| Leaf::of(&entry));
    let is_replaced = name.contains(char::REPLACEMENT_CHARACTER);
    exact.or_else(|| {
        let mut entries = folder.iter().filter(|_| is_replaced);
        entries.find(|entry| String::from_utf8_lossy(entry.name_bytes()) == name).map(|entry| Leaf::of(&entry))
    })
}

/// Returns the path of a name in a folder.
fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The error of an object that is missing or broken.
fn unreadable(path: &str, error: git2::Error) -> ReadError {
    ReadError { path: if path.is_empty() { "." } else { path }.to_owned(), reason: fault(error).fact }
}

/// The error of looking below a submodule.
fn in_submodule(path: &str, submodule: &str) -> ReadError {
    let reason = format!("`{submodule}` is a submodule, its files are in another repository");
    ReadError { path: path.to_owned(), reason }
}
