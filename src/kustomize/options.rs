//! How to build: where files may be read from, how far a build goes, what it may take.

use super::limits::Limits;
use super::restrict::Restrictor;

/// How far a build goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// To the end.
    Whole,
    /// The root's resources, generators and components only: none of its own transformers, no name references, no dropped objects,
    /// in load order.
    Accumulated,
    /// As `Accumulated`, with the root's own `patchesStrategicMerge` and `patches`.
    Patched,
}

/// How to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where files may be read from.
    pub restrictor: Restrictor,
    /// How far the build goes.
    pub extent: Extent,
    /// The bounds of memory and time.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self { restrictor: Restrictor::RootOnly, extent: Extent::Whole, limits: Limits::default() }
    }
}
