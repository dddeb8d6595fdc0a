//! The objects accumulated so far, in load order, each identity once.
//!
//! The state that `accumulate` carries and the transformers change. It never reorders.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fault::Fault;
use super::id::Id;
use super::object::Object;

/// Objects in load order.
#[derive(Debug, Default)]
pub(super) struct Collection {
    /// The objects.
    pub(super) objects: Vec<Object>,
}

/// Where the objects of a name are, now or before: spares a walk over all objects for each one that is added.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<Arc<str>, Vec<usize>>);

impl Names {
    /// Returns the names of a collection.
    pub(super) fn of(collection: &Collection) -> Result<Self, Fault> {
        let mut names = Self::default();
        for (at, object) in collection.objects.iter().enumerate() {
            names.add(at, object)?;
        }
        Ok(names)
    }

    /// Adds the names of an object.
    pub(super) fn add(&mut self, at: usize, object: &Object) -> Result<(), Fault> {
        for id in object.previous_ids()?.into_iter().chain([object.id()]) {
            let places = self.0.entry(id.name).or_default();
            if !places.contains(&at) {
                places.push(at);
            }
        }
        Ok(())
    }

    /// Returns the places of the objects that have or had a name.
    fn places(&self, name: &str) -> &[usize] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Collection {
    /// Adds objects; an identity that is there already is an error.
    pub(super) fn append(&mut self, objects: Vec<Object>, limit: usize, names: &mut Names) -> Result<(), Fault> {
        if self.objects.len() + objects.len() > limit {
            return Err(Fault::Limit(format!("{limit} objects")));
        }
        for object in objects {
            let id = object.id();
            if names.places(&id.name).iter().any(|&at| self.objects[at].id().equals(&id)) {
                return Err(duplicate(&object));
            }
            names.add(self.objects.len(), &object)?;
            self.objects.push(object);
        }
        Ok(())
    }

    /// Returns the places of the objects that have or had an identity.
    pub(super) fn with_any_id(&self, id: &Id, names: &Names) -> Result<Vec<usize>, Fault> {
        let mut found = Vec::new();
        for &at in names.places(&id.name) {
            let object = &self.objects[at];
            if id.equals(&object.id()) || object.previous_ids()?.iter().any(|other| id.equals(other)) {
                found.push(at);
            }
        }
        Ok(found)
    }

    /// Fails when two objects have the same identity.
    pub(super) fn check_unique(&self) -> Result<(), Fault> {
        let mut seen = HashSet::with_capacity(self.objects.len());
        match self.objects.iter().find(|object| !seen.insert(object.id().key())) {
            Some(object) => Err(duplicate(object)),
            None => Ok(()),
        }
    }

    /// Drops objects that have become empty.
    pub(super) fn drop_empty(&mut self) {
        self.objects.retain(|object| !object.node.is_empty());
    }

    /// Returns the places of the objects that have or had an identity that `matches`.
    pub(super) fn matching_any_id(&self, matches: impl Fn(&Id) -> bool) -> Result<Vec<usize>, Fault> {
        let mut found = Vec::new();
        for (at, object) in self.objects.iter().enumerate() {
            if object.previous_ids()?.iter().any(&matches) || matches(&object.id()) {
                found.push(at);
            }
        }
        Ok(found)
    }

    /// Returns the one object that has or had an identity.
    pub(super) fn by_id(&self, id: &Id) -> Result<usize, Fault> {
        match self.matching_any_id(|other| id.equals(other))?.as_slice() {
            [at] => Ok(*at),
            [] => Err(Fault::invalid(format!("no object matches `{id}`"))),
            _ => Err(Fault::invalid(format!("several objects match `{id}`"))),
        }
    }
}

/// The fault for an identity that is there twice.
fn duplicate(object: &Object) -> Fault {
    Fault::invalid(format!("`{}` is there twice", object.id()))
}
