//! Guards: what could go wrong with a plan, each with an id, a level, the fact and what mends it.
//! A guard reads the plan and never changes it. What only a cluster could tell is said to be unchecked.

mod cluster;
mod pitr;
mod place;
mod repository;
pub(super) mod schedule;
mod standing;
pub(super) mod volume;

use super::desired::Desired;
use super::request::{Request, Subject};
use crate::model::backup::Storage;
use crate::model::finding::Finding;

/// What a guard looks at.
pub(super) struct Context<'a> {
    /// What was asked for.
    pub request: &'a Request,
    /// The cluster.
    pub subject: &'a Subject,
    /// What the stage wants.
    pub desired: &'a Desired,
}

impl Context<'_> {
    /// Returns the entries that backups or binlogs of this incident go to.
    fn new_homes(&self) -> impl Iterator<Item = &Storage> {
        let to = &self.desired.incident.to;
        let names = to.storages.iter().chain([&to.binlogs]);
        names.filter_map(|name| self.desired.backup.storages.get(name))
    }

    /// Returns whether the plan adds an entry of this name.
    fn is_new(&self, storage: &str) -> bool {
        !self.subject.bare.backup.storages.contains_key(storage)
    }
}

/// Returns what every guard saw.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let guards =
        [place::check, volume::check, schedule::check, pitr::check, standing::check, repository::check, cluster::check];
    guards.iter().flat_map(|guard| guard(context)).collect()
}
