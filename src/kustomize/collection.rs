//! The objects accumulated so far, in load order, each identity once.
//!
//! The state that `accumulate` carries and the transformers change. It never reorders.

use std::collections::HashSet;

use super::fault::Fault;
use super::id::Id;
use super::object::Object;

/// Objects in load order.
#[derive(Debug, Default)]
pub(super) struct Collection {
    /// The objects.
    pub(super) objects: Vec<Object>,
}

impl Collection {
    /// Adds objects; an identity that is there already is an error.
    pub(super) fn append(&mut self, objects: Vec<Object>, limit: usize) -> Result<(), Fault> {
        if self.objects.len() + objects.len() > limit {
            return Err(Fault::Limit(format!("{limit} objects")));
        }
        let mut seen: HashSet<_> = self.objects.iter().map(|object| object.id().key()).collect();
        for object in &objects {
            if !seen.insert(object.id().key()) {
                return Err(duplicate(object));
            }
        }
        self.objects.extend(objects);
        Ok(())
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
