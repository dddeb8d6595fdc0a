//! The nodes of one build, counted where they come into being: one budget for every file, patch and label together.
//!
//! Limits of one document do not add up to a limit of a build: a kustomization may name a small file as often as it likes.
//! Long texts count as several nodes, since an alias writes them anew.

use std::cell::Cell;

use super::fault::Fault;
use super::limits::Limits;

/// Bytes of a text that count as one more node.
const TEXT_UNIT: usize = 256;

/// The limits of a build and what it has used of them.
#[derive(Debug)]
pub(super) struct Budget<'a> {
    /// The limits.
    pub(super) limits: &'a Limits,
    /// Nodes so far.
    nodes: Cell<usize>,
}

impl<'a> Budget<'a> {
    /// Returns a budget of which nothing is used.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, nodes: Cell::new(0) }
    }

    /// Returns the nodes used so far.
    pub(super) fn used(&self) -> usize {
        self.nodes.get()
    }

    /// Counts nodes that are about to be made.
    pub(super) fn take(&self, nodes: usize) -> Result<(), Fault> {
        self.nodes.set(self.nodes.get().saturating_add(nodes));
        if self.nodes.get() > self.limits.nodes {
            return Err(Fault::Limit(format!("{} nodes in one build", self.limits.nodes)));
        }
        Ok(())
    }

    /// Counts what an object has grown by.
    pub(super) fn take_growth(&self, before: usize, after: usize) -> Result<(), Fault> {
        self.take(after.saturating_sub(before))
    }
}

/// Returns how many nodes a text counts as, its own aside.
pub(super) fn weight(text: &str) -> usize {
    text.len() / TEXT_UNIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_the_first_node_too_many() {
        let limits = Limits { nodes: 3, ..Limits::default() };
        let budget = Budget::new(&limits);
        assert_eq!(budget.take(3), Ok(()));
        assert_eq!(budget.take_growth(5, 2), Ok(()));
        assert_eq!(budget.take(1), Err(Fault::Limit("3 nodes in one build".to_owned())));
        assert_eq!(budget.take(usize::MAX), Err(Fault::Limit("3 nodes in one build".to_owned())));
    }
}
